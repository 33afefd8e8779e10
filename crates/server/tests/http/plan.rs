//! How issues hang together, who watches them and votes for them, and what a version brings.

use crate::harness::{Client, Server};
use domain::event::HistoryEntry;
use domain::issue::{Issue, IssueRow};
use domain::label::Version;
use domain::notes::ReleaseNotes;
use domain::page::Page;
use domain::problem::Code;
use domain::relation::{Progress, Relation, RelationKind};
use futures_util::future::join;
use serde_json::{Value, json};

fn at(key: &str) -> String {
    format!("/api/v1/issues/{key}/relations")
}

async fn relate(client: &Client, one: &str, kind: &str, other: &str) -> Relation {
    let new = json!({"kind": kind, "issue": other});
    client.post(&at(one), new).await.made()
}

async fn relations(client: &Client, key: &str) -> Vec<(RelationKind, String)> {
    let page: Page<Relation> = client.get(&at(key)).await.ok();
    let items = page.items.into_iter();
    items.map(|r| (r.kind, r.issue.key)).collect()
}

async fn history(client: &Client, key: &str) -> Vec<String> {
    let path = format!("/api/v1/issues/{key}/events?limit=100");
    let page: Page<HistoryEntry> = client.get(&path).await.ok();
    assert_eq!(page.total.count, page.items.len() as i64);
    page.items.into_iter().map(|e| e.sentence).collect()
}

async fn found(client: &Client, q: &str) -> Vec<String> {
    let path = format!("/api/v1/issues?sort=key&q={}", domain::paths::encode(q));
    let page: Page<IssueRow> = client.get(&path).await.ok();
    page.items.into_iter().map(|row| row.key).collect()
}

/// Issues 1 to `count` of a project, reported by its lead.
async fn issues(server: &Server, project: &str, count: usize) {
    for n in 1..=count {
        server.issue("lead", project, &format!("Number {n}")).await;
    }
}

#[actix_web::test]
async fn a_relation_stands_on_both_issues_and_is_told_on_both() {
    let server = Server::new();
    issues(&server, "ENG", 3).await;
    let lead = server.as_("lead");
    let before = lead.issue("ENG-1").await;
    let made = relate(&lead, "ENG-1", "Blocked by", "eng-2").await;
    assert_eq!(made.issue.title, "Number 2");
    assert_eq!(made.created_by.username, "lead");
    assert_eq!(
        relations(&lead, "ENG-1").await,
        [(RelationKind::BlockedBy, "ENG-2".to_string())]
    );
    assert_eq!(
        relations(&lead, "ENG-2").await,
        [(RelationKind::Blocks, "ENG-1".to_string())]
    );
    let sentence = |text: &str| text.to_string();
    assert!(
        history(&lead, "ENG-1")
            .await
            .contains(&sentence("noted that it is blocked by ENG-2"))
    );
    assert!(
        history(&lead, "ENG-2")
            .await
            .contains(&sentence("noted that it blocks ENG-1"))
    );
    // No part of the issue's own version.
    let after = lead.issue("ENG-1").await;
    assert_eq!(
        (after.version, after.updated_at),
        (before.version, before.updated_at)
    );
    assert!(after.blocked && !before.blocked);

    // Said again, from either side, or of itself, or of nothing.
    for (one, kind, other) in [
        ("ENG-1", "blocked_by", "ENG-2"),
        ("ENG-2", "blocks", "ENG-1"),
    ] {
        let again = json!({"kind": kind, "issue": other});
        let problem = lead.post(&at(one), again).await.problem(Code::Conflict);
        assert_eq!(problem.errors[0].code, "already_related");
    }
    relate(&lead, "ENG-1", "relates_to", "ENG-2").await;
    let back = json!({"kind": "relates_to", "issue": "ENG-1"});
    let problem = lead.post(&at("ENG-2"), back).await.problem(Code::Conflict);
    assert_eq!(problem.errors[0].code, "already_related");
    for (other, pointer) in [("ENG-1", "/issue"), ("ENG-99", "/issue"), ("", "/issue")] {
        let wrong = json!({"kind": "blocks", "issue": other});
        assert_eq!(lead.post(&at("ENG-1"), wrong).await.invalid(), [pointer]);
    }
    let wrong = json!({"kind": "haunts", "issue": "ENG-2"});
    assert_eq!(lead.post(&at("ENG-1"), wrong).await.invalid(), ["/kind"]);

    // An issue that is done blocks nothing any more.
    let done = json!({"status": "done"});
    lead.patch("/api/v1/issues/ENG-2", done).await.is(200);
    assert!(!lead.issue("ENG-1").await.blocked);

    // Taken back from the other side than it was made.
    let path = format!("{}/{}", at("ENG-2"), made.id);
    lead.delete(&path).await.is(204);
    lead.delete(&path).await.is(404);
    assert_eq!(
        relations(&lead, "ENG-1").await,
        [(RelationKind::RelatesTo, "ENG-2".to_string())]
    );
    assert!(
        history(&lead, "ENG-1")
            .await
            .contains(&sentence("took back that it is blocked by ENG-2"))
    );
    // And made anew.
    relate(&lead, "ENG-1", "blocked_by", "ENG-2").await;
    // A relation of another issue is none of this one.
    let other = relate(&lead, "ENG-2", "causes", "ENG-3").await;
    let path = format!("{}/{}", at("ENG-1"), other.id);
    lead.delete(&path).await.problem(Code::NotFound);
}

#[actix_web::test]
async fn what_has_a_direction_never_leads_in_a_circle() {
    let server = Server::new();
    issues(&server, "ENG", 4).await;
    let lead = server.as_("lead");
    relate(&lead, "ENG-1", "blocks", "ENG-2").await;
    relate(&lead, "ENG-3", "blocked_by", "ENG-2").await;
    for (one, kind, other) in [
        ("ENG-3", "blocks", "ENG-1"),
        ("ENG-1", "blocked_by", "ENG-3"),
    ] {
        let new = json!({"kind": kind, "issue": other});
        let problem = lead.post(&at(one), new).await.problem(Code::Conflict);
        assert_eq!(problem.errors[0].code, "cycle");
        let detail = problem.detail.unwrap();
        assert!(
            detail.contains("ENG-1 blocks ENG-2 blocks ENG-3"),
            "{detail}"
        );
    }
    // A shortcut is no circle, and another kind is another matter.
    relate(&lead, "ENG-1", "blocks", "ENG-3").await;
    relate(&lead, "ENG-3", "duplicates", "ENG-1").await;
    let back = json!({"kind": "duplicates", "issue": "ENG-3"});
    lead.post(&at("ENG-1"), back).await.problem(Code::Conflict);
    relate(&lead, "ENG-3", "relates_to", "ENG-1").await;
    // Once a link of the chain is gone, the way is free.
    let page: Page<Relation> = lead.get(&at("ENG-2")).await.ok();
    for relation in page.items {
        lead.delete(&format!("{}/{}", at("ENG-2"), relation.id))
            .await
            .is(204);
    }
    relate(&lead, "ENG-3", "blocks", "ENG-2").await;

    // A link in between that the caller cannot see closes the circle all the same, without a name.
    issues(&server, "SEC", 1).await;
    relate(&lead, "ENG-2", "blocks", "SEC-1").await;
    relate(&lead, "SEC-1", "blocks", "ENG-4").await;
    let staff = server.as_("maintainer");
    let new = json!({"kind": "blocks", "issue": "ENG-2"});
    let problem = staff.post(&at("ENG-4"), new).await.problem(Code::Conflict);
    let detail = problem.detail.unwrap();
    assert!(
        detail.contains("ENG-2 blocks an issue you cannot see blocks ENG-4"),
        "{detail}"
    );
    assert!(!detail.contains("SEC"));
}

#[actix_web::test]
async fn two_who_close_a_circle_at_once_do_not() {
    let server = Server::new();
    issues(&server, "ENG", 80).await;
    let (lead, staff) = (server.as_("lead"), server.as_("maintainer"));
    for n in (1..40).map(|n| 2 * n) {
        let (a, b) = (format!("ENG-{n}"), format!("ENG-{}", n + 1));
        let (one, other) = join(
            async {
                lead.post(&at(&a), json!({"kind": "blocks", "issue": b}))
                    .await
            },
            async {
                staff
                    .post(&at(&b), json!({"kind": "blocks", "issue": a}))
                    .await
            },
        )
        .await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", one.text(), other.text());
    }
}

#[actix_web::test]
async fn two_who_put_each_under_the_other_at_once_do_not() {
    let server = Server::new();
    issues(&server, "ENG", 80).await;
    let (lead, staff) = (server.as_("lead"), server.as_("maintainer"));
    for n in (1..40).map(|n| 2 * n) {
        let (a, b) = (format!("ENG-{n}"), format!("ENG-{}", n + 1));
        let (at_a, at_b) = (format!("/api/v1/issues/{a}"), format!("/api/v1/issues/{b}"));
        let (one, other) = join(
            lead.patch(&at_a, json!({"parent": b})),
            staff.patch(&at_b, json!({"parent": a})),
        )
        .await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422], "{} {}", one.text(), other.text());
    }
}

#[actix_web::test]
async fn a_hidden_partner_is_no_partner() {
    let server = Server::new();
    issues(&server, "ENG", 2).await;
    issues(&server, "SEC", 2).await;
    let (lead, staff) = (server.as_("lead"), server.as_("maintainer"));
    let hidden = relate(&lead, "ENG-1", "blocked_by", "SEC-1").await;
    relate(&lead, "ENG-1", "blocked_by", "ENG-2").await;
    assert_eq!(relations(&lead, "ENG-1").await.len(), 2);
    assert_eq!(relations(&staff, "ENG-1").await.len(), 1);
    assert_eq!(history(&lead, "ENG-1").await.len(), 3);
    assert_eq!(history(&staff, "ENG-1").await.len(), 2);
    let feed: Page<HistoryEntry> = staff.get("/api/v1/activity?limit=100").await.ok();
    assert!(!serde_json::to_string(&feed).unwrap().contains("SEC"));
    assert_eq!(
        feed.items
            .iter()
            .filter(|e| e.issue.as_deref() == Some("ENG-1"))
            .count(),
        2
    );
    server.settle();
    let polled = |client: Client, after: String| async move {
        let polled: Value = client
            .get(&format!("/api/v1/events?after={after}"))
            .await
            .ok();
        polled
    };
    let mark: Value = staff.get("/api/v1/events").await.ok();
    let mark = mark["cursor"].as_str().unwrap().to_string();
    relate(&lead, "ENG-2", "causes", "SEC-2").await;
    relate(&lead, "ENG-2", "relates_to", "ENG-1").await;
    server.settle();
    let heard = polled(staff.clone(), mark.clone()).await;
    assert_eq!(heard["items"].as_array().unwrap().len(), 2, "{heard}");
    let heard = polled(lead.clone(), mark).await;
    assert_eq!(heard["items"].as_array().unwrap().len(), 4, "{heard}");
    // Nor can it be taken back, or found by.
    let path = format!("{}/{}", at("ENG-1"), hidden.id);
    staff.delete(&path).await.problem(Code::NotFound);
    let unseen = json!({"kind": "blocks", "issue": "SEC-1"});
    assert_eq!(staff.post(&at("ENG-2"), unseen).await.invalid(), ["/issue"]);
    assert_eq!(found(&staff, "related:SEC-1").await, Vec::<String>::new());
    assert_eq!(found(&lead, "related:SEC-1").await, ["ENG-1"]);
    // What blocks from behind the curtain blocks nobody before it.
    lead.patch("/api/v1/issues/ENG-2", json!({"status": "done"}))
        .await
        .is(200);
    assert!(lead.issue("ENG-1").await.blocked);
    assert!(!staff.issue("ENG-1").await.blocked);
    assert_eq!(found(&lead, "is:blocked").await, ["ENG-1"]);
    assert_eq!(found(&staff, "is:blocked").await, Vec::<String>::new());
    // A deleted partner is gone until it is back.
    lead.delete("/api/v1/issues/SEC-1").await.is(204);
    assert_eq!(relations(&lead, "ENG-1").await.len(), 2);
    lead.post("/api/v1/issues/SEC-1/restore", json!({}))
        .await
        .is(200);
    assert_eq!(relations(&lead, "ENG-1").await.len(), 3);
    // An export names no issue that whoever takes it out cannot see.
    let eve = server.account("eve", domain::user::Role::Developer);
    let new = json!({"identifier": "eve", "role": "lead"});
    lead.post("/api/v1/projects/ENG/members", new).await.is(201);
    let whole = server
        .of(&eve)
        .get("/api/v1/projects/ENG/export")
        .await
        .is(200);
    assert!(!whole.text().contains("SEC-"), "{}", whole.text());
    let whole: Value = whole.read();
    let count = server.sql(
        "select count(*) from event e join project p on p.id = e.project_id where p.key = 'ENG'",
    );
    // Two events tell of SEC: not to her, though they count as taken out.
    let told = whole["events"].as_array().unwrap().len();
    assert_eq!((told + 2).to_string(), count);
    let counted = "select detail->>'events' from audit_entry where kind = 'project.exported' order by at desc limit 1";
    assert_eq!(server.sql(counted), count);
    assert_eq!(whole["issues"][0]["relations"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn whose_reporters_see_their_own_count_their_own() {
    let server = Server::new();
    let (rita, staff) = (server.as_("reporter"), server.as_("maintainer"));
    server.issue("reporter", "APP", "Mine").await;
    server.issue("reporter2", "APP", "Not mine").await;
    server.issue("reporter", "APP", "Mine, too").await;
    for key in ["APP-2", "APP-3"] {
        let path = format!("/api/v1/issues/{key}");
        staff.patch(&path, json!({"parent": "APP-1"})).await.is(200);
    }
    staff
        .patch("/api/v1/issues/APP-2", json!({"status": "done"}))
        .await
        .is(200);
    relate(&staff, "APP-1", "blocked_by", "APP-2").await;
    relate(&staff, "APP-1", "duplicates", "APP-3").await;
    let progress = |total, done| Progress { total, done };
    assert_eq!(staff.issue("APP-1").await.sub_issues, progress(2, 1));
    assert_eq!(rita.issue("APP-1").await.sub_issues, progress(1, 0));
    for (client, expected) in [(&staff, progress(2, 1)), (&rita, progress(1, 0))] {
        let page: Page<IssueRow> = client.get("/api/v1/issues?q=key:APP-1").await.ok();
        assert_eq!(page.items[0].sub_issues, expected);
        let board: Value = client.get("/api/v1/projects/APP/board").await.ok();
        let cards = board["columns"].as_array().unwrap().iter();
        let card = cards
            .flat_map(|c| c["cards"].as_array().unwrap())
            .find(|card| card["key"] == json!("APP-1"))
            .unwrap();
        assert_eq!(card["sub_issues"], json!(expected));
    }
    assert_eq!(
        relations(&rita, "APP-1").await,
        [(RelationKind::Duplicates, "APP-3".to_string())]
    );
    assert!(
        !history(&rita, "APP-1")
            .await
            .iter()
            .any(|s| s.contains("APP-2"))
    );
    // A version, too, counts and names what exists for whoever asks.
    let lead = server.as_("lead");
    lead.post("/api/v1/projects/APP/versions", json!({"name": "1.0"}))
        .await
        .is(201);
    for key in ["APP-1", "APP-2"] {
        let path = format!("/api/v1/issues/{key}");
        staff
            .patch(&path, json!({"fixed_version": "1.0"}))
            .await
            .is(200);
    }
    for (client, open, closed) in [(&staff, 1, 1), (&rita, 1, 0)] {
        let page: Page<Version> = client.get("/api/v1/projects/APP/versions").await.ok();
        assert_eq!((page.items[0].open, page.items[0].closed), (open, closed));
        let notes: ReleaseNotes = client
            .get("/api/v1/projects/APP/versions/1.0/notes")
            .await
            .ok();
        assert_eq!(notes.issues, closed);
        assert_eq!(notes.markdown.contains("Not mine"), closed == 1);
    }
}

#[actix_web::test]
async fn a_past_has_the_relations_and_parts_of_then() {
    let server = Server::new();
    issues(&server, "ENG", 3).await;
    let lead = server.as_("lead");
    let now = || {
        server.sql("select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    };
    let before = now();
    let made = relate(&lead, "ENG-1", "blocked_by", "ENG-2").await;
    lead.patch("/api/v1/issues/ENG-3", json!({"parent": "ENG-1"}))
        .await
        .is(200);
    let between = now();
    lead.patch(
        "/api/v1/issues/ENG-2",
        json!({"status": "done", "title": "Renamed"}),
    )
    .await
    .is(200);
    lead.patch("/api/v1/issues/ENG-3", json!({"parent": null}))
        .await
        .is(200);
    lead.delete(&format!("{}/{}", at("ENG-1"), made.id))
        .await
        .is(204);
    lead.put("/api/v1/issues/ENG-1/vote").await.is(204);
    let then = |moment: &str| format!("?as_of={moment}");
    for (moment, count) in [(&before, 0), (&between, 1)] {
        let page: Page<Relation> = lead
            .get(&format!("{}{}", at("ENG-1"), then(moment)))
            .await
            .ok();
        assert_eq!(page.items.len(), count);
        if let Some(relation) = page.items.first() {
            assert_eq!(relation.issue.title, "Number 2");
            assert_eq!(relation.issue.status.slug, "open");
        }
        let issue: Issue = lead
            .get(&format!("/api/v1/issues/ENG-1{}", then(moment)))
            .await
            .ok();
        assert_eq!(issue.blocked, count == 1);
        assert_eq!(issue.sub_issues.total, count as i32);
        // Votes and watches are of today alone.
        assert_eq!(
            (issue.votes, issue.voted, issue.watching),
            (0, false, false)
        );
        for q in [
            "is:blocked",
            "has:relation key:ENG-1",
            "blocked_by:ENG-2",
            "has:sub_issue",
        ] {
            let path = format!(
                "/api/v1/issues?as_of={moment}&q={}",
                domain::paths::encode(q)
            );
            let page: Page<IssueRow> = lead.get(&path).await.ok();
            assert_eq!(page.items.len(), count, "{q} at {moment}");
            if let Some(row) = page.items.first() {
                assert_eq!((row.blocked, row.votes, row.sub_issues.total), (true, 0, 1));
            }
        }
    }
    assert!(relations(&lead, "ENG-1").await.is_empty());
}

#[actix_web::test]
async fn watching_is_private_and_turns_itself_on_unless_turned_off() {
    let server = Server::new();
    let (lead, dana, rita) = (
        server.as_("lead"),
        server.as_("developer"),
        server.as_("reporter"),
    );
    let issue = server.issue("reporter", "ENG", "Watched").await;
    assert!(issue.watching);
    let path = "/api/v1/issues/ENG-1";
    let watch = format!("{path}/watch");
    let etag = dana.get(path).await.etag();
    // Reported, assigned, commented.
    lead.patch(path, json!({"assignee": "developer"}))
        .await
        .is(200);
    lead.comment("ENG-1", json!({"body": "Said"})).await;
    server
        .as_("maintainer")
        .comment("ENG-1", json!({"body": "Note", "internal": true}))
        .await;
    for (client, watching) in [
        (&lead, true),
        (&dana, true),
        (&rita, true),
        (&server.as_("maintainer"), false),
    ] {
        let now = client.issue("ENG-1").await;
        assert_eq!((now.watching, now.watchers), (watching, 3));
    }
    assert_eq!(found(&dana, "is:watching").await, ["ENG-1"]);
    let tag = dana.get(path).await.etag();
    assert_ne!(etag, tag);
    // Off stays off, twice is once, and the version stays what it is.
    let before = dana.issue("ENG-1").await;
    for _ in 0..2 {
        dana.delete(&watch).await.is(204);
    }
    dana.comment("ENG-1", json!({"body": "Said"})).await;
    lead.patch(path, json!({"assignee": null})).await.is(200);
    lead.patch(path, json!({"assignee": "developer"}))
        .await
        .is(200);
    let after = dana.issue("ENG-1").await;
    assert_eq!((after.watching, after.watchers), (false, 2));
    assert_eq!(after.version, before.version + 2);
    assert_eq!(found(&dana, "is:watching").await, Vec::<String>::new());
    // A version that was seen before somebody watched may still be changed.
    let tag = lead.get(path).await.etag();
    for _ in 0..2 {
        dana.put(&watch).await.is(204);
    }
    assert_eq!(lead.issue("ENG-1").await.watchers, 3);
    lead.patch_if(path, &tag, json!({"severity": "high"}))
        .await
        .is(200);
    // Nobody reads of whom: the log says no more than that the count changed.
    let log = "select count(*) from event where kind like 'watch%'
               and (actor_id, on_behalf_of_id, old, new) is distinct from (null, null, null, null)";
    assert_eq!(server.sql(log), "0");
    server
        .as_("viewer")
        .put(&watch)
        .await
        .problem(Code::Forbidden);
    server.as_("viewer").delete(&watch).await.is(204);
}

#[actix_web::test]
async fn votes_are_counted_once_each_and_order_lists() {
    let server = Server::new();
    issues(&server, "ENG", 3).await;
    let vote = |key: &str| format!("/api/v1/issues/{key}/vote");
    let people = ["reporter", "developer", "maintainer", "lead"];
    for (key, voters) in [("ENG-2", &people[..]), ("ENG-3", &people[..1])] {
        for name in voters {
            for _ in 0..2 {
                server.as_(name).put(&vote(key)).await.is(204);
            }
        }
    }
    let rita = server.as_("reporter");
    assert_eq!(rita.issue("ENG-2").await.votes, 4);
    assert_eq!(found(&rita, "votes:>=3").await, ["ENG-2"]);
    assert_eq!(found(&rita, "votes:0").await, ["ENG-1"]);
    assert_eq!(found(&rita, "is:voted").await, ["ENG-2", "ENG-3"]);
    assert_eq!(found(&server.as_("lead"), "is:voted").await, ["ENG-2"]);
    let mut keys = Vec::new();
    let mut path = "/api/v1/issues?sort=-votes&limit=1".to_string();
    loop {
        let page: Page<IssueRow> = rita.get(&path).await.ok();
        keys.extend(
            page.items
                .into_iter()
                .map(|row| (row.key, row.votes, row.voted)),
        );
        let Some(cursor) = page.next_cursor else {
            break;
        };
        path = format!("/api/v1/issues?sort=-votes&limit=1&cursor={cursor}");
    }
    let row = |key: &str, votes, voted| (key.to_string(), votes, voted);
    assert_eq!(
        keys,
        [
            row("ENG-2", 4, true),
            row("ENG-3", 1, true),
            row("ENG-1", 0, false)
        ]
    );
    for _ in 0..2 {
        rita.delete(&vote("ENG-2")).await.is(204);
    }
    assert_eq!(rita.issue("ENG-2").await.votes, 3);
    // Many at once are all counted.
    let clients: Vec<Client> = people.iter().map(|name| server.as_(name)).collect();
    let sent = clients.iter().map(|client| {
        let path = vote("ENG-1");
        async move { client.put(&path).await.is(204) }
    });
    futures_util::future::join_all(sent).await;
    assert_eq!(rita.issue("ENG-1").await.votes, 4);
    assert_eq!(server.sql("select count(*) from vote"), "8");
    server
        .as_("viewer")
        .put(&vote("ENG-1"))
        .await
        .problem(Code::Forbidden);
    let lead = server.as_("lead");
    lead.delete("/api/v1/projects/ENG").await.is(204);
    lead.put(&vote("ENG-3")).await.problem(Code::Conflict);
    rita.delete("/api/v1/issues/ENG-3/watch").await.is(204);
}

#[actix_web::test]
async fn a_version_tells_what_it_brings() {
    let server = Server::new();
    issues(&server, "ENG", 4).await;
    let lead = server.as_("lead");
    let versions = "/api/v1/projects/ENG/versions";
    let new = json!({"name": "1.0", "released_on": "2026-03-01"});
    let made: Version = lead.post(versions, new).await.made();
    assert_eq!((made.open, made.closed), (0, 0));
    for (key, patch) in [
        ("ENG-1", json!({"status": "done", "type": "bug"})),
        (
            "ENG-2",
            json!({"status": "done", "type": "feature", "title": "Search [x](y)"}),
        ),
        ("ENG-3", json!({"status": "done", "resolution": "wont_fix"})),
        ("ENG-4", json!({"type": "bug"})),
    ] {
        let path = format!("/api/v1/issues/{key}");
        lead.patch(&path, json!({"fixed_version": "1.0"}))
            .await
            .is(200);
        lead.patch(&path, patch).await.is(200);
    }
    let page: Page<Version> = lead.get(versions).await.ok();
    assert_eq!((page.items[0].open, page.items[0].closed), (1, 3));
    let path = format!("{versions}/1.0/notes");
    let notes: ReleaseNotes = lead.get(&path).await.ok();
    assert_eq!(notes.issues, 2);
    assert_eq!(
        notes.markdown,
        "# Engine 1.0\n\nReleased on 2026-03-01.\n\n## New\n\n- Search \\[x\\](y) (ENG-2)\n\n## Fixed\n\n- Number 1 (ENG-1)\n"
    );
    let request = lead
        .request(reqwest::Method::GET, &path)
        .header("accept", "text/markdown");
    let text = lead.send(request).await.is(200);
    assert_eq!(text.header("content-type"), "text/markdown; charset=utf-8");
    assert_eq!(text.text(), notes.markdown);
    assert_eq!(
        lead.get(&format!("{path}?format=markdown"))
            .await
            .is(200)
            .text(),
        notes.markdown
    );
    assert_eq!(
        lead.get(&format!("{path}?format=pdf")).await.invalid(),
        ["?format"]
    );
    lead.get(&format!("{versions}/2.0/notes"))
        .await
        .problem(Code::NotFound);
}

#[actix_web::test]
async fn a_purge_takes_relations_watches_and_votes_along() {
    let server = Server::new();
    issues(&server, "ENG", 2).await;
    issues(&server, "OPS", 1).await;
    let (lead, admin) = (server.as_("lead"), server.as_("admin"));
    relate(&lead, "ENG-1", "blocks", "ENG-2").await;
    relate(&lead, "OPS-1", "blocked_by", "ENG-1").await;
    for key in ["ENG-1", "OPS-1"] {
        lead.put(&format!("/api/v1/issues/{key}/vote"))
            .await
            .is(204);
    }
    lead.delete("/api/v1/projects/ENG").await.is(204);
    // What is archived gets no new relations and loses none.
    let new = json!({"kind": "relates_to", "issue": "ENG-1"});
    lead.post(&at("OPS-1"), new).await.problem(Code::Conflict);
    let page: Page<Relation> = lead.get(&at("OPS-1")).await.ok();
    let path = format!("{}/{}", at("OPS-1"), page.items[0].id);
    lead.delete(&path).await.problem(Code::Conflict);
    lead.get("/api/v1/projects/ENG/export").await.is(200);
    admin
        .delete("/api/v1/projects/ENG?purge=true")
        .await
        .is(204);
    let left = "select (select count(*) from relation) || ' ' || (select count(*) from watch) || ' ' || (select count(*) from vote)";
    assert_eq!(server.sql(left), "0 1 1");
    assert!(relations(&lead, "OPS-1").await.is_empty());
    assert!(
        !history(&lead, "OPS-1")
            .await
            .iter()
            .any(|s| s.contains("ENG"))
    );
}
