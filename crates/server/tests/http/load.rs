//! Work that is too much: it is refused before it is done, it ends when nobody waits for it any more, and
//! it keeps nobody else waiting.

use crate::harness::{PASSWORD, Server};
use domain::problem::Code;
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

/// Statements that the server runs now, but for those that it always runs.
fn running(server: &Server) -> String {
    server.sql(
        "select count(*) from pg_stat_activity
         where datname = current_database() and state = 'active' and query like '%pg_sleep%'
           and pid <> pg_backend_pid()",
    )
}

/// Makes every read of issues slow, as a bad plan would: it waits in the middle of a statement.
fn slow_reads(server: &Server) {
    server.run(
        "alter table issue enable row level security;
         create policy slow on issue using ((select pg_sleep(60)) is not null);
         create policy slow_for_owner on issue to postgres using (true);",
    );
}

#[actix_web::test]
async fn a_read_whose_reader_is_gone_ends() {
    let server = Server::new();
    server.issue("lead", "ENG", "Slow").await;
    slow_reads(&server);
    let lead = server.as_("lead");
    let asked = lead
        .request(Method::GET, "/api/v1/issues")
        .timeout(Duration::from_millis(700));
    assert!(asked.send().await.is_err());
    // The statement would take a minute.
    let begun = Instant::now();
    while running(&server) != "0" {
        assert!(begun.elapsed().as_secs() < 6, "it goes on for nobody");
    }
    // The connection is as good as before.
    lead.get("/api/v1/me").await.is(200);
}

#[actix_web::test]
async fn a_read_that_takes_too_long_is_refused_and_ends() {
    let server = Server::new();
    server.issue("lead", "ENG", "Slow").await;
    slow_reads(&server);
    let lead = server.as_("lead");
    let begun = Instant::now();
    let answer = lead.get("/api/v1/issues").await;
    answer.problem(Code::Unavailable);
    assert!(begun.elapsed().as_secs() < 12);
    let begun = Instant::now();
    while running(&server) != "0" {
        assert!(begun.elapsed().as_secs() < 6, "it goes on for nobody");
    }
    lead.get("/api/v1/me").await.is(200);
}

#[actix_web::test]
async fn lists_in_bodies_are_bounded_before_they_are_looked_at() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Of many labels").await;
    let many: Vec<String> = (0..60_000).map(|i| format!("label {i}")).collect();
    let ids: Vec<uuid::Uuid> = (0..20_000).map(uuid::Uuid::from_u128).collect();
    let issues = [&issue.key];
    let comments = format!("/api/v1/issues/{}/comments", issue.key);
    let step = json!({"from": "a", "to": "b"});
    let status = json!({"name": "x", "category": "done"});
    let bodies = [
        (
            Method::POST,
            "/api/v1/issues/bulk",
            "/add_labels",
            json!({"issues": issues, "patch": {}, "add_labels": many}),
        ),
        (
            Method::POST,
            "/api/v1/issues/bulk",
            "/remove_labels",
            json!({"issues": issues, "patch": {}, "remove_labels": many}),
        ),
        (
            Method::POST,
            "/api/v1/issues/bulk",
            "/issues",
            json!({"issues": ids, "patch": {"priority": 1}}),
        ),
        (
            Method::POST,
            "/api/v1/issues/bulk",
            "/versions",
            json!({"issues": issues, "versions": vec![1; 60_000], "patch": {"priority": 1}}),
        ),
        (
            Method::POST,
            "/api/v1/issues/bulk",
            "/patch/labels",
            json!({"issues": issues, "patch": {"labels": many}}),
        ),
        (
            Method::POST,
            "/api/v1/projects/ENG/issues",
            "/labels",
            json!({"title": "x", "labels": many}),
        ),
        (
            Method::POST,
            "/api/v1/projects/ENG/issues",
            "/attachments",
            json!({"title": "x", "attachments": ids}),
        ),
        (
            Method::PATCH,
            "/api/v1/issues/ENG-1",
            "/labels",
            json!({"labels": many}),
        ),
        (
            Method::POST,
            comments.as_str(),
            "/attachments",
            json!({"body": "x", "attachments": ids}),
        ),
        (
            Method::POST,
            "/api/v1/me/tokens",
            "/scopes",
            json!({"name": "x", "scopes": vec!["read"; 50_000]}),
        ),
        (
            Method::PUT,
            "/api/v1/projects/ENG/workflow",
            "/transitions",
            json!({"statuses": [], "transitions": vec![&step; 20_000]}),
        ),
        (
            Method::PUT,
            "/api/v1/projects/ENG/workflow",
            "/statuses",
            json!({"statuses": vec![&status; 20_000], "transitions": []}),
        ),
        (
            Method::POST,
            "/api/v1/views",
            "/layout",
            json!({"name": "x", "query": "", "layout": {"columns": many}}),
        ),
    ];
    for (method, path, place, body) in bodies {
        let begun = Instant::now();
        let request = lead.request(method, path).json(&body);
        assert_eq!(lead.send(request).await.invalid(), [place], "{path}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{path} {place}");
    }
    for (name, place) in [
        ("a\u{0}b", "/add_labels/0"),
        ("", "/add_labels/0"),
        (&"x".repeat(101), "/add_labels/0"),
    ] {
        let body = json!({"issues": issues, "patch": {}, "add_labels": [name]});
        let answer = lead.post("/api/v1/issues/bulk", body).await;
        assert_eq!(answer.invalid(), [place]);
    }
    // Together with those it has, none gets more than twenty.
    for i in 0..21 {
        let label = json!({"name": format!("l{i}")});
        lead.post("/api/v1/projects/ENG/labels", label)
            .await
            .is(201);
    }
    let all: Vec<String> = (0..20).map(|i| format!("l{i}")).collect();
    let body = json!({"issues": issues, "patch": {}, "add_labels": all});
    lead.post("/api/v1/issues/bulk", body).await.is(200);
    let body = json!({"issues": issues, "patch": {}, "add_labels": ["l20"]});
    lead.post("/api/v1/issues/bulk", body)
        .await
        .problem(Code::Conflict);
    assert_eq!(lead.issue(&issue.key).await.labels.len(), 20);
}

/// T26: whatever else is asked of the server, people can sign in.
#[actix_web::test]
async fn changes_that_take_long_do_not_keep_people_from_signing_in() {
    let server = Server::with_passwords(&[]);
    server.issue("lead", "ENG", "Locked").await;
    let mut other = server.test.superuser();
    testkit::sql::run(
        &mut other,
        "begin; lock table issue in access exclusive mode",
    )
    .unwrap();
    let lead = server.as_("lead");
    let stuck = join_all((0..20).map(|n| {
        let lead = lead.clone();
        async move {
            lead.patch("/api/v1/issues/ENG-1", json!({"priority": n % 5 + 1}))
                .await
        }
    }));
    let sign_in = async {
        let begun = Instant::now();
        let body = json!({"identifier": "viewer", "password": PASSWORD});
        let answer = server.anonymous().post("/api/v1/auth/login", body).await;
        (answer.status, begun.elapsed())
    };
    let (stuck, (status, took)) = join(stuck, sign_in).await;
    assert_eq!(status, 200);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(stuck.iter().all(|answer| answer.status == 503));
    testkit::sql::run(&mut other, "rollback").unwrap();
    lead.patch("/api/v1/issues/ENG-1", json!({"priority": 1}))
        .await
        .is(200);
}

#[actix_web::test]
async fn a_filter_that_asks_too_much_is_refused_and_a_heavy_one_holds_up_no_other() {
    let server = Server::new();
    server.issue("lead", "ENG", "Asked for").await;
    let lead = server.as_("lead");
    let asked = |q: String| {
        let q = q.replace(' ', "+").replace('=', "%3D");
        format!("/api/v1/issues?q={q}")
    };
    let hundred = asked("was:title=x ".repeat(100));
    let problem = lead.get(&hundred).await.problem(Code::MalformedRequest);
    assert_eq!(problem.errors[0].pointer, "?q");
    assert!(problem.errors[0].detail.contains("weighs at most 100"));
    lead.get(&asked("was:title=Asked".into())).await.is(200);
    // Both threads for heavy work are busy with the past; lists, issues and search go on.
    server.run(
        "alter table issue_version enable row level security;
         create policy slow on issue_version using ((select pg_sleep(4)) is not null);
         create policy slow_for_owner on issue_version to postgres using (true);",
    );
    let slow = join_all((0..4).map(|_| {
        let (lead, path) = (lead.clone(), asked("was:status=open".into()));
        async move { lead.get(&path).await.status }
    }));
    let quick = async {
        let begun = Instant::now();
        for _ in 0..10 {
            lead.get("/api/v1/issues?q=is:open").await.is(200);
            lead.get("/api/v1/issues/ENG-1").await.is(200);
        }
        begun.elapsed()
    };
    let (slow, quick) = join(slow, quick).await;
    assert!(quick < Duration::from_secs(3), "{quick:?}");
    assert!(slow.contains(&200), "{slow:?}");
}
