//! Many at once: numbers, lost updates, double submits, the last in charge.

use crate::harness::{Answer, Client, Server};
use domain::event::HistoryEntry;
use domain::issue::Issue;
use domain::page::Page;
use domain::problem::Code;
use domain::user::Role;
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::json;

/// A server whose data must hang together when the test is over.
struct Whole(Server);

impl Whole {
    fn new() -> Self {
        Self(Server::new())
    }
}

impl std::ops::Deref for Whole {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

impl std::ops::DerefMut for Whole {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.0
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let broken = self.0.broken();
            assert_eq!(broken, Vec::<String>::new());
        }
    }
}

#[actix_web::test]
async fn sixty_four_reports_at_once_get_the_numbers_1_to_64() {
    let server = Whole::new();
    let lead = server.as_("lead");
    let reports = (0..80).map(|i| {
        // Every fifth is refused after everything else was done.
        let labels = if i % 5 == 4 {
            json!(["none such"])
        } else {
            json!([])
        };
        let lead = lead.clone();
        async move {
            let body = json!({"title": format!("Report {i}"), "labels": labels});
            lead.post("/api/v1/projects/ENG/issues", body).await
        }
    });
    let mut numbers = Vec::new();
    for (i, answer) in join_all(reports).await.into_iter().enumerate() {
        if i % 5 == 4 {
            assert_eq!(answer.invalid(), ["/labels"]);
        } else {
            numbers.push(answer.made::<Issue>().number);
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=64).collect::<Vec<_>>());
    assert_eq!(server.sql("select count(*) from issue"), "64");
}

#[actix_web::test]
async fn of_two_changes_to_one_version_exactly_one_wins_two_hundred_times() {
    let server = Whole::new();
    let (maria, leo) = (server.as_("maintainer"), server.as_("lead"));
    let issue = server.issue("lead", "ENG", "Raced for").await;
    let path = format!("/api/v1/issues/{}", issue.key);
    for round in 0..200 {
        let tag = leo.get(&path).await.is(200).etag();
        let (a, b) = join(
            maria.patch_if(&path, &tag, json!({"title": format!("Maria {round}")})),
            leo.patch_if(&path, &tag, json!({"title": format!("Leo {round}")})),
        )
        .await;
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{} {}", a.text(), b.text());
        let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
        let now: Issue = won.read();
        let problem = lost.problem(Code::EditConflict);
        assert_eq!(problem.changed, Some(vec!["title".to_string()]));
        assert_eq!(problem.current.unwrap()["title"], json!(now.title));
    }
    let history: Page<HistoryEntry> = leo.get(&format!("{path}/events?limit=100")).await.ok();
    assert_eq!(history.total.count, 201);
}

#[actix_web::test]
async fn changes_without_a_version_to_different_fields_all_survive() {
    let server = Whole::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Everybody at it").await;
    let path = format!("/api/v1/issues/{}", issue.key);
    for name in ["a", "b", "c", "d"] {
        let labels = "/api/v1/projects/ENG/labels";
        lead.post(labels, json!({"name": name})).await.is(201);
    }
    let labels = ["a", "b", "c", "d"].map(|name| {
        let (lead, path) = (lead.clone(), format!("{path}/labels/{name}"));
        async move { lead.put(&path).await.is(204) }
    });
    let fields = [
        json!({"severity": "high"}),
        json!({"priority": 1}),
        json!({"story_points": 5}),
    ]
    .map(|body| {
        let (lead, path) = (lead.clone(), path.clone());
        async move { lead.patch(&path, body).await.is(200) }
    });
    join(join_all(labels), join_all(fields)).await;
    let now = lead.issue(&issue.key).await;
    assert_eq!(now.labels.len(), 4);
    assert_eq!((now.priority.number(), now.story_points), (1, Some(5)));
    assert_eq!(now.severity.slug(), "high");
    assert_eq!(now.version, 8);
}

#[actix_web::test]
async fn edits_of_a_comment_without_a_version_all_succeed() {
    let server = Whole::new();
    server.issue("lead", "ENG", "Talk").await;
    let lead = server.as_("lead");
    let said = lead.comment("ENG-1", json!({"body": "First"})).await;
    let path = format!("/api/v1/comments/{}", said.id);
    let edits = (0..16).map(|n| {
        let (lead, path) = (lead.clone(), path.clone());
        let body = json!({"body": format!("Edit {n}")});
        async move { lead.patch(&path, body).await.is(200) }
    });
    join_all(edits).await;
    let last: domain::comment::Comment = lead.get(&path).await.ok();
    assert_eq!(last.version, 17);
}

async fn once(client: Client, path: &str, key: &str, title: &str) -> Answer {
    let body = if path.ends_with("comments") {
        json!({"body": title})
    } else {
        json!({"title": title})
    };
    let request = client.request(Method::POST, path).json(&body);
    client.send(request.header("idempotency-key", key)).await
}

#[actix_web::test]
async fn thirty_two_times_the_same_request_makes_one_thing_and_one_answer() {
    let server = Whole::new();
    let lead = server.as_("lead");
    let path = "/api/v1/projects/ENG/issues";
    let sent = (0..32).map(|_| once(lead.clone(), path, "k1", "Once"));
    let answers = join_all(sent).await;
    let first = answers[0].body.clone();
    let mut fresh = 0;
    for answer in answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.body, first);
        assert!(
            answer
                .header("location")
                .starts_with("/api/v1/issues/ENG-1")
        );
        fresh += usize::from(answer.header("idempotent-replayed") != "true");
    }
    assert_eq!(fresh, 1);
    assert_eq!(server.sql("select count(*) from issue"), "1");
    assert_eq!(
        server.sql("select count(*) from event where kind = 'issue.created'"),
        "1"
    );

    // Later, too; but not with another body, and not for somebody else.
    let again = once(lead.clone(), path, "k1", "Once").await.is(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    once(lead.clone(), path, "k1", "Other")
        .await
        .problem(Code::IdempotencyMismatch);
    let other = once(server.as_("maintainer"), path, "k1", "Once").await;
    assert_eq!(other.made::<Issue>().number, 2);
    // The same key at another address is another request.
    let comments = "/api/v1/issues/ENG-1/comments";
    once(lead.clone(), comments, "k1", "Said").await.is(201);
    once(lead.clone(), comments, "k1", "Said").await.is(201);
    assert_eq!(server.sql("select count(*) from comment"), "1");
    for key in ["", " ", &"k".repeat(256)] {
        once(lead.clone(), path, key, "x")
            .await
            .problem(Code::MalformedRequest);
    }
    // A repetition is answered even when what the first one made stands in its way by now.
    let imported = || {
        let body = json!({"title": "From elsewhere", "external_ref": "X-1"});
        let request = lead.request(Method::POST, path).json(&body);
        lead.send(request.header("idempotency-key", "k3"))
    };
    let first = imported().await.is(201);
    let again = imported().await.is(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.body, first.body);
    // A refusal is not kept: the same key works once the reason is gone.
    once(lead.clone(), path, "k2", "")
        .await
        .problem(Code::InvalidInput);
    once(lead, path, "k2", "Now with a title").await.is(201);
}

#[actix_web::test]
async fn two_admins_cannot_demote_each_other_at_once() {
    let server = Whole::new();
    for round in 0..10 {
        server.run("update account set role = 'developer' where role = 'admin'");
        let a = server.account(&format!("ruler{round}a"), Role::Admin);
        let b = server.account(&format!("ruler{round}b"), Role::Admin);
        let (to_a, to_b) = (
            format!("/api/v1/users/{}", a.username),
            format!("/api/v1/users/{}", b.username),
        );
        let (first, second) = (server.of(&a), server.of(&b));
        let (one, other) = join(
            first.patch(&to_b, json!({"role": "viewer"})),
            second.delete(&to_a),
        )
        .await;
        let won = [one.status, other.status]
            .iter()
            .filter(|s| **s < 300)
            .count();
        assert_eq!(won, 1, "{} {}", one.text(), other.text());
        let count = "select count(*) from account where role = 'admin' and active";
        assert_eq!(server.sql(count), "1");
    }
}

#[actix_web::test]
async fn two_leads_cannot_leave_at_once() {
    let server = Whole::new();
    let other = server.account("other_lead", Role::Developer);
    let (leo, admin) = (server.as_("lead"), server.as_("admin"));
    let members = "/api/v1/projects/SEC/members";
    for _ in 0..10 {
        for (name, role) in [("other_lead", "lead"), ("lead", "lead")] {
            admin
                .post(members, json!({"identifier": name, "role": role}))
                .await;
        }
        let ours = server.of(&other);
        let (mine, theirs) = (format!("{members}/other_lead"), format!("{members}/lead"));
        let (a, b) = join(
            ours.delete(&mine),
            leo.patch(&theirs, json!({"role": "viewer"})),
        )
        .await;
        let last = [&a, &b].into_iter().filter(|x| x.status == 409).count();
        assert_eq!(last, 1, "{} {}", a.text(), b.text());
        let lost = if a.status == 409 { a } else { b };
        lost.problem(Code::LastOne);
        let count = "select count(*) from membership m join project p on p.id = m.project_id
                     where p.key = 'SEC' and m.role = 'lead'";
        assert_eq!(server.sql(count), "1");
        admin.patch(&theirs, json!({"role": "lead"})).await;
    }
}

#[actix_web::test]
async fn check_then_act_ends_like_one_after_the_other() {
    let server = Whole::new();
    let lead = server.as_("lead");
    for _ in 0..10 {
        let issue = server.issue("lead", "ENG", "Moved twice").await;
        let path = format!("/api/v1/issues/{}", issue.key);
        let (a, b) = join(
            lead.patch(&path, json!({"status": "assigned"})),
            lead.patch(&path, json!({"status": "done"})),
        )
        .await;
        for answer in [&a, &b] {
            assert!([200, 409].contains(&answer.status), "{}", answer.text());
        }
        // A parent cannot become its own grandchild.
        let other = server.issue("lead", "ENG", "Another").await;
        let there = format!("/api/v1/issues/{}", other.key);
        let (a, b) = join(
            lead.patch(&path, json!({"parent": other.key})),
            lead.patch(&there, json!({"parent": issue.key})),
        )
        .await;
        assert!(a.status < 500 && b.status < 500);
        let (deleted, said) = join(
            lead.delete(&path),
            lead.post(&format!("{path}/comments"), json!({"body": "Too late?"})),
        )
        .await;
        deleted.is(204);
        assert!([201, 409].contains(&said.status), "{}", said.text());
    }
    let archive = lead.delete("/api/v1/projects/ENG");
    let report = lead.post("/api/v1/projects/ENG/issues", json!({"title": "Late"}));
    let (archived, reported) = join(archive, report).await;
    archived.is(204);
    assert!([201, 409].contains(&reported.status));
}

#[actix_web::test]
async fn a_key_outlives_the_server_that_answered() {
    let mut server = Whole::new();
    let lead = server.as_("lead");
    let path = "/api/v1/projects/ENG/issues";
    let first = once(lead.clone(), path, "k1", "Once").await.is(201);
    let beside = server.another();
    let there = once(lead.at(&beside), path, "k1", "Once").await.is(201);
    server.crash();
    let restarted = server.another();
    let later = once(lead.at(&restarted), path, "k1", "Once").await.is(201);
    for again in [there, later] {
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.body, first.body);
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.etag(), first.etag());
    }
    once(lead.at(&restarted), path, "k1", "Other")
        .await
        .problem(Code::IdempotencyMismatch);
    assert_eq!(server.sql("select count(*) from issue"), "1");
}

/// Sends a request to report an issue, and does not wait for the answer.
fn shout(server: &Server, path: &str, key: &str, title: &str) -> std::net::TcpStream {
    use std::io::Write as _;
    let address = server.url.trim_start_matches("http://");
    let body = json!({ "title": title }).to_string();
    let token = server.token(server.person("lead"));
    let mut line = std::net::TcpStream::connect(address).unwrap();
    write!(
        line,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    line
}

#[actix_web::test]
async fn an_answer_that_was_lost_is_given_again() {
    let mut server = Whole::new();
    let lead = server.as_("lead");
    let path = "/api/v1/projects/ENG/issues";
    // Nobody waits for these answers: the line is cut before, during or after the work.
    for round in 0..20 {
        let key = format!("cut-{round}");
        drop(shout(&server, path, &key, "Cut off"));
        let again = once(lead.clone(), path, &key, "Cut off").await;
        assert_eq!(again.made::<Issue>().title, "Cut off");
    }
    // Here the work is certainly done, the answer is not read, and the server dies.
    let line = shout(&server, path, "crash", "Kept");
    while server.sql("select count(*) from issue where title = 'Kept'") == "0" {
        std::thread::yield_now();
    }
    server.crash();
    drop(line);
    let restarted = server.another();
    let again = once(lead.at(&restarted), path, "crash", "Kept").await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.made::<Issue>().title, "Kept");
    let numbers = server.sql("select array_agg(number order by number) = array(select generate_series(1, 21)::bigint) from issue");
    assert_eq!(numbers, "true", "each once, without a gap");
}

#[actix_web::test]
async fn a_member_removed_while_acting_acts_before_or_not_at_all() {
    let server = Whole::new();
    let (lead, dana) = (server.as_("lead"), server.as_("developer"));
    let members = "/api/v1/projects/SEC/members";
    let issue = server.issue("lead", "SEC", "Contested").await;
    let path = format!("/api/v1/issues/{}", issue.key);
    for _ in 0..10 {
        let one = format!("{members}/developer");
        let talk = format!("{path}/comments");
        let (removed, said, taken) = futures_util::future::join3(
            lead.delete(&one),
            dana.post(&talk, json!({"body": "Still here"})),
            lead.patch(&path, json!({"assignee": "developer"})),
        )
        .await;
        removed.is(204);
        assert!([201, 404].contains(&said.status), "{}", said.text());
        assert!(
            [200, 409, 412, 422].contains(&taken.status),
            "{}",
            taken.text()
        );
        dana.get(&path).await.problem(Code::NotFound);
        lead.post(
            members,
            json!({"identifier": "developer", "role": "developer"}),
        )
        .await
        .is(201);
        lead.patch(&path, json!({"assignee": null})).await.is(200);
        let (deleted, attached) =
            join(lead.delete(&path), lead.upload(&issue.key, "a.txt", b"x")).await;
        deleted.is(204);
        assert!(
            [201, 404, 409].contains(&attached.status),
            "{}",
            attached.text()
        );
        lead.post(&format!("{path}/restore"), json!({}))
            .await
            .is(200);
    }
    assert_eq!(
        server.sql("select count(*) from attachment where state <> 'ready'"),
        "0"
    );
}

/// What one round of merges asks, by two people at once.
type Merging = fn(&[String]) -> [(&'static str, Vec<String>, Option<String>); 2];

/// Whatever is merged at the same moment comes one after the other: one is done, and the other is told
/// why not. Postgres looks for circles of waiting only after a minute here, so that one would be seen as
/// an answer that came too late.
#[actix_web::test]
async fn merges_that_cross_end_like_one_after_the_other_and_never_in_a_circle() {
    let mut server = Whole::new();
    let name = server.sql("select current_database()");
    server.run(&format!(
        "alter database \"{name}\" set deadlock_timeout = '1min'"
    ));
    // Connections of before have the old patience.
    server.crash();
    let (here, there) = (server.another(), server.another());
    let (leo, maria) = (
        server.as_("lead").at(&here),
        server.as_("maintainer").at(&there),
    );
    let rounds: [(&str, &[&str], Merging); 5] = [
        ("one into the other", &[], |k| {
            [
                ("merge", vec![k[0].clone()], Some(k[1].clone())),
                ("merge", vec![k[1].clone()], Some(k[0].clone())),
            ]
        }),
        ("two into a third, and that into one of them", &[], |k| {
            [
                (
                    "merge",
                    vec![k[0].clone(), k[1].clone()],
                    Some(k[2].clone()),
                ),
                ("merge", vec![k[2].clone()], Some(k[0].clone())),
            ]
        }),
        ("the same two into two", &[], |k| {
            [
                (
                    "merge",
                    vec![k[0].clone(), k[1].clone()],
                    Some(k[2].clone()),
                ),
                (
                    "merge",
                    vec![k[1].clone(), k[0].clone()],
                    Some(k[3].clone()),
                ),
            ]
        }),
        // What was merged is taken out, while what it was merged into is taken out further up.
        ("two steps of a chain taken back", &["0>1", "1>2"], |k| {
            [
                ("unmerge", vec![k[0].clone()], None),
                ("unmerge", vec![k[1].clone()], None),
            ]
        }),
        ("taken out and turned round", &["0>1"], |k| {
            [
                ("unmerge", vec![k[0].clone()], None),
                ("merge", vec![k[1].clone()], Some(k[0].clone())),
            ]
        }),
    ];
    let ask = |client: &Client, (action, issues, into): (&str, Vec<String>, Option<String>)| {
        let client = client.clone();
        let mut body = json!({"issues": issues, "action": action});
        if let Some(into) = into {
            body["into"] = json!(into);
        }
        async move { client.post("/api/v1/issues/bulk", body).await }
    };
    for round in 0..12 {
        for (what, first, asked) in &rounds {
            let mut keys = Vec::new();
            for n in 0..4 {
                let body = json!({"title": format!("{what} {round} {n}")});
                let made = leo.post("/api/v1/projects/ENG/issues", body).await;
                let issue: Issue = made.made();
                // A vote for each goes where it is merged, and back.
                let vote = format!("/api/v1/issues/{}/vote", issue.key);
                leo.put(&vote).await.is(204);
                keys.push(issue.key);
            }
            // In turn, so that each order of ids comes about.
            keys.rotate_left(round % 4);
            for step in *first {
                let (from, into) = step.split_once('>').unwrap();
                let into = &keys[into.parse::<usize>().unwrap()];
                let at = format!(
                    "/api/v1/issues/{}/merge",
                    keys[from.parse::<usize>().unwrap()]
                );
                leo.post(&at, json!({ "into": into })).await.is(200);
            }
            let [one, other] = asked(&keys);
            let both_may = one.0 == "unmerge";
            let (one, other) = join(ask(&leo, one), ask(&maria, other)).await;
            let mut statuses = [one.status, other.status];
            statuses.sort_unstable();
            let fine = match statuses {
                [200, 200] => both_may,
                [200, 409 | 422] => true,
                _ => false,
            };
            assert!(fine, "{what}: {} {}", one.text(), other.text());
        }
    }
    // Nor does somebody who says something on a duplicate wait for one who takes it out, and he for her.
    for round in 0..24 {
        let mut keys = Vec::new();
        for n in 0..2 {
            let body = json!({"title": format!("Said {round} {n}")});
            let made = leo.post("/api/v1/projects/ENG/issues", body).await;
            keys.push(made.made::<Issue>().key);
        }
        let at = |what: &str| format!("/api/v1/issues/{}/{what}", keys[1]);
        let into = json!({ "into": keys[0] });
        leo.post(&at("merge"), into).await.is(200);
        let (talk, out) = (at("comments"), at("unmerge"));
        let (said, taken) = join(
            maria.post(&talk, json!({"body": "Just now"})),
            leo.post(&out, json!({})),
        )
        .await;
        said.is(201);
        taken.is(200);
    }
    let left = "select count(*) from watch where merged_from is not null and not exists (
            select from merge m where m.issue_id = merged_from and m.into_id = watch.issue_id and m.ended_at is null)";
    assert_eq!(server.sql(left), "0");
    let circles = "with recursive step(at, began) as (
            select into_id, issue_id from merge where ended_at is null
            union
            select m.into_id, s.began from step s join merge m on m.issue_id = s.at and m.ended_at is null
        ) select count(*) from step where at = began";
    assert_eq!(server.sql(circles), "0");
    // Counts are what they count.
    assert_eq!(
        server.sql(
            "select count(*) from issue i where votes <> (select count(*) from vote where issue_id = i.id)"
        ),
        "0"
    );
}
