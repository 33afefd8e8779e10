//! The audit log: what is written, what never is, who reads it, how it goes.

use crate::harness::{Client, PASSWORD, Server};
use domain::audit::AuditEntry;
use domain::page::Page;
use domain::problem::Code;
use serde_json::json;

async fn entries(admin: &Client, query: &str) -> Vec<AuditEntry> {
    let page: Page<AuditEntry> = admin.get(&format!("/api/v1/audit{query}")).await.ok();
    page.items
}

async fn kinds(admin: &Client) -> Vec<String> {
    let page = entries(admin, "?limit=100").await;
    page.into_iter().rev().map(|e| e.kind).collect()
}

async fn sign_in(server: &Server, identifier: &str, password: &str) -> u16 {
    let body = json!({"identifier": identifier, "password": password});
    let client = server.anonymous();
    client.post("/api/v1/auth/login", body).await.status
}

#[actix_web::test]
async fn sign_ins_are_told_with_their_origin_and_without_what_was_typed() {
    let server = Server::with_passwords(&[]);
    let admin = server.as_("admin");
    assert_eq!(sign_in(&server, "viewer", PASSWORD).await, 200);
    assert_eq!(sign_in(&server, "viewer", "wrong secret").await, 401);
    assert_eq!(sign_in(&server, "my password by mistake", "x").await, 401);
    server.run("update account set active = false where username = 'reporter2'");
    assert_eq!(sign_in(&server, "reporter2", PASSWORD).await, 401);
    server
        .as_("lead")
        .post("/api/v1/auth/logout", json!({}))
        .await
        .is(204);
    let all = entries(&admin, "").await;
    let told: Vec<_> = all
        .iter()
        .rev()
        .map(|e| {
            let name = |u: &Option<domain::user::UserRef>| u.as_ref().map(|u| u.username.clone());
            let reason = e.detail["reason"].as_str().unwrap_or_default().to_string();
            (e.kind.clone(), name(&e.actor), name(&e.target), reason)
        })
        .collect();
    let some = |name: &str| Some(name.to_string());
    let row = |kind: &str, actor, target, reason: &str| {
        (kind.to_string(), actor, target, reason.to_string())
    };
    assert_eq!(
        told,
        [
            row("sign_in.ok", some("viewer"), None, ""),
            row("sign_in.failed", None, some("viewer"), "password"),
            row("sign_in.failed", None, None, "unknown"),
            row("sign_in.failed", None, some("reporter2"), "deactivated"),
            row("sign_out", some("lead"), None, ""),
        ]
    );
    for entry in &all {
        assert_eq!(entry.ip, "127.0.0.1");
        assert!(!entry.request_id.is_empty() && !entry.phrase.is_empty());
    }
    let kept = server.sql("select string_agg(audit_entry::text, ' ') from audit_entry");
    for typed in ["wrong secret", "my password by mistake", PASSWORD] {
        assert!(!kept.contains(typed), "{typed}");
    }
}

#[actix_web::test]
async fn rights_settings_and_members_are_told_in_the_same_transaction() {
    let server = Server::with_passwords(&[]);
    let (admin, lead) = (server.as_("admin"), server.as_("lead"));
    let at = "/api/v1/users/viewer";
    admin.patch(at, json!({"role": "reporter"})).await.is(200);
    admin.patch(at, json!({"role": "reporter"})).await.is(200);
    admin.patch(at, json!({"active": false})).await.is(200);
    admin
        .patch(at, json!({"active": true, "password": "another good one"}))
        .await
        .is(200);
    let me = json!({"current": PASSWORD, "new": "yet another good one"});
    server
        .as_("reporter")
        .post("/api/v1/me/password", me)
        .await
        .is(204);
    let new =
        json!({"email": "new@example.com", "role": "viewer", "password": "correct horse battery"});
    admin.post("/api/v1/users", new.clone()).await.is(201);
    admin.post("/api/v1/users", new).await.is(409);
    let members = "/api/v1/projects/ENG/members";
    let new = json!({"identifier": "reporter", "role": "developer"});
    lead.post(members, new).await.is(201);
    let one = format!("{members}/reporter");
    lead.patch(&one, json!({"role": "viewer"})).await.is(200);
    lead.delete(&one).await.is(204);
    let patch = json!({"visibility": "private", "landing": "issues"});
    lead.patch("/api/v1/projects/ENG", patch).await.is(200);
    lead.delete("/api/v1/projects/ENG").await.is(204);
    lead.patch("/api/v1/projects/ENG", json!({"archived": false}))
        .await
        .is(200);
    lead.post("/api/v1/projects", json!({"key": "NEW", "name": "New"}))
        .await
        .is(201);
    assert_eq!(
        kinds(&admin).await,
        [
            "account.role_changed",
            "account.deactivated",
            "account.activated",
            "password.reset",
            "password.changed",
            "account.created",
            "member.added",
            "member.role_changed",
            "member.removed",
            "project.changed",
            "project.archived",
            "project.restored",
            "project.created",
        ]
    );
    let changed = entries(&admin, "?kind=project.changed").await;
    assert_eq!(
        changed[0].detail,
        json!({"visibility": {"old": "internal", "new": "private"}, "landing": {"old": "board", "new": "issues"}})
    );
    assert_eq!(changed[0].project.as_deref(), Some("ENG"));
    assert_eq!(
        entries(&admin, "?actor=lead&project=ENG&target=reporter")
            .await
            .len(),
        3
    );
    assert_eq!(
        entries(&admin, "?kind=password.reset,password.changed")
            .await
            .len(),
        2
    );
    assert_eq!(entries(&admin, "?to=2020-01-01T00:00:00Z").await.len(), 0);
    let kept = server.sql("select string_agg(detail::text, ' ') from audit_entry");
    assert!(!kept.contains("good one") && !kept.contains("$2"));
}

#[actix_web::test]
async fn the_log_comes_in_pages_and_says_what_it_does_not_understand() {
    let server = Server::with_passwords(&[]);
    let admin = server.as_("admin");
    for _ in 0..5 {
        sign_in(&server, "viewer", PASSWORD).await;
    }
    let first: Page<AuditEntry> = admin.get("/api/v1/audit?limit=3").await.ok();
    assert_eq!((first.items.len(), first.total.count), (3, 5));
    let cursor = first.next_cursor.unwrap();
    let next: Page<AuditEntry> = admin
        .get(&format!("/api/v1/audit?limit=3&cursor={cursor}"))
        .await
        .ok();
    assert_eq!(next.items.len(), 2);
    assert!(
        next.items
            .iter()
            .all(|e| first.items.iter().all(|f| f.id != e.id))
    );
    for (query, place) in [
        ("kind=nothing", "?kind"),
        ("actor=nobody", "?actor"),
        ("project=%20", "?project"),
        ("from=yesterday", "?from"),
        ("format=xml", "?format"),
    ] {
        let answer = admin.get(&format!("/api/v1/audit?{query}")).await;
        assert_eq!(answer.invalid(), [place], "{query}");
    }
    admin
        .get("/api/v1/audit?what=1")
        .await
        .problem(Code::MalformedRequest);
}

#[actix_web::test]
async fn an_export_is_whole_harmless_and_told() {
    let server = Server::with_passwords(&[]);
    let admin = server.as_("admin");
    server.run(
        "insert into audit_entry (id, kind, user_agent, detail, at)
         select gen_random_uuid(), 'sign_in.ok', '=HYPERLINK(\"x\")', '{}', clock_timestamp() - n * interval '1 second'
         from generate_series(1, 2500) n",
    );
    let csv = admin
        .get("/api/v1/audit?format=csv&kind=sign_in.ok")
        .await
        .is(200);
    assert!(csv.header("content-type").starts_with("text/csv"));
    let text = csv.text();
    let lines: Vec<&str> = text.split("\r\n").filter(|l| !l.is_empty()).collect();
    assert_eq!(lines.len(), 2501);
    assert!(lines[0].starts_with("at,kind,phrase,actor"));
    assert!(
        lines[1].contains(",\"'=HYPERLINK(\"\"x\"\")\","),
        "{}",
        lines[1]
    );
    assert_eq!(kinds(&admin).await.last().unwrap(), "audit.exported");
    let told = entries(&admin, "?kind=audit.exported").await;
    assert_eq!(told[0].detail["kind"], json!("sign_in.ok"));
    let request = admin.request(reqwest::Method::GET, "/api/v1/audit");
    let by_header = admin
        .send(request.header("accept", "text/csv"))
        .await
        .is(200);
    assert!(by_header.text().starts_with("at,kind"));
}

#[actix_web::test]
async fn old_entries_go_by_age_alone_and_history_never() {
    let server = Server::new();
    let admin = server.as_("admin");
    server.issue("lead", "ENG", "History").await;
    // Being given a place in the order of delivery is no change of history.
    server.settle();
    server.run(
        "insert into audit_entry (id, kind, at) values
         (gen_random_uuid(), 'sign_out', '2020-01-01'), (gen_random_uuid(), 'sign_out', clock_timestamp())",
    );
    let events = server.sql(
        "select md5(string_agg(event::text, '' order by id)) from event where kind like 'issue%'",
    );
    let soon = chrono::Utc::now() - chrono::Duration::days(29);
    let soon = soon.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    for query in [
        "".to_string(),
        format!("?before={soon}"),
        "?before=x".into(),
    ] {
        let answer = admin.delete(&format!("/api/v1/audit{query}")).await;
        assert_eq!(answer.invalid(), ["?before"]);
    }
    admin
        .delete("/api/v1/audit?before=2021-01-01T00:00:00Z")
        .await
        .is(204);
    let left = entries(&admin, "").await;
    let left: Vec<&str> = left.iter().map(|e| e.kind.as_str()).collect();
    assert_eq!(left, ["audit.purged", "sign_out"]);
    assert_eq!(
        entries(&admin, "?kind=audit.purged").await[0].detail["entries"],
        json!(1)
    );
    let after = server.sql(
        "select md5(string_agg(event::text, '' order by id)) from event where kind like 'issue%'",
    );
    assert_eq!(events, after);
}

#[actix_web::test]
async fn reads_are_noted_only_where_the_instance_wants_it() {
    for (setting, noted) in [("off", 0), ("private", 1), ("all", 2)] {
        let server = Server::with(&[("IIT_AUDIT_READS", setting)]);
        let lead = server.as_("lead");
        for project in ["ENG", "SEC"] {
            let issue = server.issue("lead", project, "Read").await;
            lead.get(&format!("/api/v1/issues/{}", issue.key))
                .await
                .is(200);
        }
        server
            .as_("viewer")
            .get("/api/v1/issues/SEC-1")
            .await
            .is(404);
        let count = || server.sql("select count(*) from audit_entry where kind = 'read'");
        for _ in 0..2000 {
            if count() == noted.to_string() {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(count(), noted.to_string(), "{setting}");
        if noted > 0 {
            let last = entries(&server.as_("admin"), "?project=SEC&kind=read").await;
            assert_eq!(last[0].detail, json!({"issue": "SEC-1"}));
        }
    }
}

#[actix_web::test]
async fn the_policy_is_data() {
    let server = Server::new();
    let table: domain::policy::PolicyTable =
        server.as_("admin").get("/api/v1/admin/policy").await.ok();
    assert_eq!(table, domain::policy::as_data());
    assert_eq!(table.rules.len(), domain::policy::TABLE.len());
}
