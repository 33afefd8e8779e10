//! One change of many issues: all or none, the rules of one, and the way back.

use crate::harness::Server;
use domain::bulk::BulkReport;
use domain::event::HistoryEntry;
use domain::issue::Resolution;
use domain::merge::Merged;
use domain::page::Page;
use domain::problem::Code;
use serde_json::{Value, json};

const BULK: &str = "/api/v1/issues/bulk";

async fn three() -> Server {
    let server = Server::new();
    for title in ["One", "Two", "Three"] {
        server.issue("lead", "ENG", title).await;
    }
    server
}

#[actix_web::test]
async fn all_change_together_and_undo_gives_everything_back() {
    let server = three().await;
    let lead = server.as_("lead");
    let before: Value = lead.get("/api/v1/issues/ENG-1").await.ok();
    let patch = json!({"severity": "high", "assignee": "developer", "status": "assigned"});
    let asked = json!({"q": "one OR two", "project": "ENG", "patch": patch, "dry_run": true});
    let seen = server.test.digests();
    let dry: BulkReport = lead.post(BULK, asked).await.ok();
    assert_eq!(seen, server.test.digests(), "a dry run writes nothing");
    let fields: Vec<&str> = dry.items[0].changed.iter().map(String::as_str).collect();
    assert_eq!(fields, ["assignee", "severity", "status"]);
    assert!(dry.dry_run && dry.items.len() == 2);

    let asked = json!({"issues": ["ENG-1", "eng-2", "ENG-1"], "patch": patch});
    let done: BulkReport = lead.post(BULK, asked.clone()).await.ok();
    assert_eq!(done.items.len(), 2, "each once");
    assert_eq!(done.items[0].version, 2);
    let events = server.sql("select count(*) from event where version = 2");
    assert_eq!(events, "6", "one event for each field of each issue");
    let again: BulkReport = lead.post(BULK, asked).await.ok();
    assert!(again.items.iter().all(|item| item.changed.is_empty()));
    for item in &done.items {
        let at = format!("/api/v1/issues/{}", item.key);
        lead.patch(&at, serde_json::to_value(&item.undo).unwrap())
            .await
            .is(200);
    }
    let after: Value = lead.get("/api/v1/issues/ENG-1").await.ok();
    for field in ["severity", "assignee", "status", "resolution", "title"] {
        assert_eq!(before[field], after[field], "{field}");
    }
}

#[actix_web::test]
async fn when_one_cannot_change_none_does() {
    let server = three().await;
    let lead = server.as_("lead");
    lead.patch("/api/v1/issues/ENG-3", json!({"status": "done"}))
        .await
        .is(200);
    let seen = server.test.digests();
    // From done there is no step to under review.
    let patch = json!({"status": "assigned"});
    let asked = json!({"issues": ["ENG-1", "ENG-3"], "patch": patch});
    let problem = lead.post(BULK, asked).await.problem(Code::Conflict);
    assert_eq!(problem.errors.len(), 1);
    assert_eq!(problem.errors[0].pointer, "/issues/1");
    assert!(
        problem.errors[0].detail.starts_with("ENG-3: "),
        "{:?}",
        problem.errors
    );
    let asked = json!({"issues": ["ENG-1", "ENG-3"], "patch": patch, "dry_run": true});
    let dry: BulkReport = lead.post(BULK, asked).await.ok();
    assert_eq!(dry.items[0].changed, ["status"]);
    assert!(dry.items[0].refused.is_none() && dry.items[1].refused.is_some());
    assert_eq!(seen, server.test.digests());
    // What does not exist for somebody stops it too, and so does a right that is missing.
    let maintainer = server.as_("maintainer");
    let secret = server.issue("lead", "SEC", "Hidden").await;
    let asked = json!({"issues": ["ENG-1", secret.key], "patch": {"priority": 1}});
    maintainer.post(BULK, asked.clone()).await.is(404);
    server.as_("developer").post(BULK, asked).await.is(403);
    assert_eq!(lead.issue("ENG-1").await.version, 1);
}

#[actix_web::test]
async fn labels_come_and_go_beside_those_that_each_has() {
    let server = three().await;
    let lead = server.as_("lead");
    for name in ["ui", "api", "later"] {
        let at = "/api/v1/projects/ENG/labels";
        lead.post(at, json!({"name": name, "colour": "#336699"}))
            .await
            .is(201);
    }
    lead.patch("/api/v1/issues/ENG-1", json!({"labels": ["ui", "later"]}))
        .await
        .is(200);
    let asked =
        json!({"issues": ["ENG-1", "ENG-2"], "add_labels": ["API"], "remove_labels": ["LATER"]});
    let done: BulkReport = lead.post(BULK, asked).await.ok();
    let names = async |key: &str| -> Vec<String> {
        let labels = lead.issue(key).await.labels.into_iter();
        labels.map(|label| label.name).collect()
    };
    assert_eq!(names("ENG-1").await, ["api", "ui"]);
    assert_eq!(names("ENG-2").await, ["api"]);
    assert_eq!(done.items[0].title, "One");
    for item in &done.items {
        let asked = json!({"issues": [item.key], "versions": [item.version], "patch": item.undo});
        lead.post(BULK, asked).await.is(200);
    }
    assert_eq!(names("ENG-1").await, ["later", "ui"]);
    assert!(names("ENG-2").await.is_empty());
}

#[actix_web::test]
async fn taking_back_leaves_what_somebody_else_changed_since() {
    let server = three().await;
    let lead = server.as_("lead");
    let asked = json!({"issues": ["ENG-1", "ENG-2"], "patch": {"priority": 1}});
    let done: BulkReport = lead.post(BULK, asked).await.ok();
    let other = server.as_("maintainer");
    other
        .patch("/api/v1/issues/ENG-2", json!({"priority": 5}))
        .await
        .is(200);
    let versions: Vec<i32> = done.items.iter().map(|item| item.version).collect();
    let back = |keys: &[&str], versions: &[i32]| json!({"issues": keys, "versions": versions, "patch": done.items[0].undo});
    let all = back(&["ENG-1", "ENG-2"], &versions);
    let problem = lead.post(BULK, all).await.problem(Code::Conflict);
    let pointers: Vec<&str> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
    assert_eq!(pointers, ["/issues/1"]);
    let one = back(&["ENG-1"], &versions[..1]);
    lead.post(BULK, one).await.is(200);
    assert_eq!(lead.issue("ENG-1").await.priority.number(), 3);
    assert_eq!(lead.issue("ENG-2").await.priority.number(), 5);
}

#[actix_web::test]
async fn what_makes_no_sense_is_refused() {
    let server = three().await;
    let lead = server.as_("lead");
    let many: Vec<String> = (0..501).map(|n| format!("ENG-{n}")).collect();
    for (body, pointer) in [
        (json!({"patch": {"priority": 1}}), "/issues"),
        (json!({"issues": [], "patch": {"priority": 1}}), "/issues"),
        (json!({"issues": many, "patch": {"priority": 1}}), "/issues"),
        (
            json!({"issues": ["ENG-1"], "q": "a", "patch": {"priority": 1}}),
            "/issues",
        ),
        (json!({"q": "is:opne", "patch": {"priority": 1}}), "/q"),
        // In a list these are text; here they would find more than was meant.
        (json!({"q": "-sevrity:low", "patch": {"priority": 1}}), "/q"),
        (json!({"q": "***", "patch": {"priority": 1}}), "/q"),
        (
            json!({"q": "is:open \"!\"", "patch": {"priority": 1}}),
            "/q",
        ),
        (json!({"issues": ["ENG-1"], "patch": {}}), "/patch"),
        (
            json!({"issues": ["ENG-1"], "versions": [1, 2], "patch": {"priority": 1}}),
            "/versions",
        ),
        (
            json!({"q": "one", "versions": [1], "patch": {"priority": 1}}),
            "/versions",
        ),
        (
            json!({"issues": ["ENG-1"], "patch": {"labels": []}, "add_labels": ["a"]}),
            "/patch/labels",
        ),
        (
            json!({"issues": ["ENG-1"], "patch": {"title": ""}}),
            "/patch/title",
        ),
        (
            json!({"issues": ["ENG-1"], "patch": {"external_ref": "X"}}),
            "/patch/external_ref",
        ),
        (
            json!({"issues": ["ENG-1"], "action": "delete", "patch": {"priority": 1}}),
            "/patch",
        ),
        (
            json!({"issues": ["ENG-1"], "action": "delete", "into": "ENG-2"}),
            "/into",
        ),
        (json!({"issues": ["ENG-1"], "action": "merge"}), "/into"),
        (
            json!({"issues": ["ENG-1"], "action": "merge", "into": "ENG-99"}),
            "/into",
        ),
    ] {
        let what = body.to_string();
        assert_eq!(lead.post(BULK, body).await.invalid(), [pointer], "{what}");
    }
    let asked = json!({"issues": ["ENG-1"], "patch": {"priority": 1}});
    let once = |body: &Value| {
        let request = lead.request(reqwest::Method::POST, BULK);
        request.header("idempotency-key", "bulk-1").json(body)
    };
    lead.send(once(&asked)).await.is(200);
    let replay = lead.send(once(&asked)).await.is(200);
    assert_eq!(replay.header("idempotent-replayed"), "true");
    assert_eq!(lead.issue("ENG-1").await.version, 2);
}

#[actix_web::test]
async fn dates_versions_parent_points_and_resolution_change_together_and_come_back() {
    let server = three().await;
    let lead = server.as_("lead");
    for name in ["1.0", "1.1"] {
        let at = "/api/v1/projects/ENG/versions";
        lead.post(at, json!({ "name": name })).await.is(201);
    }
    let before = json!({"due_date": "2026-12-01", "affected_version": "1.0", "story_points": 3});
    lead.patch("/api/v1/issues/ENG-2", before).await.is(200);
    let keys = json!(["ENG-1", "ENG-2"]);
    let fields = [
        "start_date",
        "due_date",
        "affected_version",
        "fixed_version",
        "story_points",
        "parent",
    ];
    let was: Vec<Value> = vec![
        lead.get("/api/v1/issues/ENG-1").await.ok(),
        lead.get("/api/v1/issues/ENG-2").await.ok(),
    ];
    let patch = json!({
        "start_date": "2026-11-01", "due_date": "2026-12-24", "affected_version": "1.1",
        "fixed_version": "1.1", "story_points": 8, "parent": "ENG-3",
    });
    let asked = json!({"issues": keys, "patch": patch, "dry_run": true});
    let dry: BulkReport = lead.post(BULK, asked).await.ok();
    assert_eq!(
        (dry.items[0].changed.len(), dry.items[1].changed.len()),
        (6, 6)
    );
    let asked = json!({"issues": keys, "patch": patch});
    let done: BulkReport = lead.post(BULK, asked).await.ok();
    let now: Value = lead.get("/api/v1/issues/ENG-2").await.ok();
    for field in fields {
        assert_eq!(now[field], patch[field], "{field}");
    }
    for item in &done.items {
        let asked = json!({"issues": [item.key], "versions": [item.version], "patch": item.undo});
        lead.post(BULK, asked).await.is(200);
    }
    for (at, was) in ["ENG-1", "ENG-2"].into_iter().zip(&was) {
        let now: Value = lead.get(&format!("/api/v1/issues/{at}")).await.ok();
        for field in fields {
            assert_eq!(now[field], was[field], "{at} {field}");
        }
    }
    // Only a closed issue has a resolution: another one for those, and back.
    let close = json!({"issues": keys, "patch": {"status": "done"}});
    lead.post(BULK, close).await.is(200);
    let asked = json!({"issues": keys, "patch": {"resolution": "wontfix"}});
    let done: BulkReport = lead.post(BULK, asked).await.ok();
    assert_eq!(done.items[0].changed, ["resolution"]);
    let item = &done.items[0];
    let back = json!({"issues": keys, "patch": item.undo});
    lead.post(BULK, back).await.is(200);
    let now = lead.issue("ENG-1").await;
    assert_eq!(now.resolution, Some(Resolution::Complete));
    let open = json!({"issues": ["ENG-3", "ENG-1"], "patch": {"resolution": "wontfix"}});
    let problem = lead.post(BULK, open).await.problem(Code::Conflict);
    assert_eq!(problem.errors[0].pointer, "/issues/0");
    // A parent that is one of them is refused for that one alone.
    let asked = json!({"issues": keys, "patch": {"parent": "ENG-2"}, "dry_run": true});
    let dry: BulkReport = lead.post(BULK, asked).await.ok();
    assert!(dry.items[0].refused.is_none() && dry.items[1].refused.is_some());
}

async fn events_of(server: &Server, kind: &str) -> String {
    let of = "select count(distinct issue_id) from event where kind =";
    server.sql(&format!("{of} '{kind}'"))
}

#[actix_web::test]
async fn many_are_deleted_and_restored_in_one_request() {
    let server = three().await;
    let lead = server.as_("lead");
    let keys = json!(["ENG-1", "ENG-2"]);
    let seen = server.test.digests();
    let asked = json!({"issues": keys, "action": "delete", "dry_run": true});
    let dry: BulkReport = lead.post(BULK, asked).await.ok();
    assert_eq!(seen, server.test.digests(), "a dry run writes nothing");
    assert!(dry.items.iter().all(|item| item.changed == ["deleted_at"]));

    let asked = json!({"issues": keys, "action": "delete"});
    let once = || {
        let request = lead.request(reqwest::Method::POST, BULK);
        request
            .header("idempotency-key", "delete-many")
            .json(&asked)
    };
    let done: BulkReport = lead.send(once()).await.ok();
    let replay = lead.send(once()).await.is(200);
    assert_eq!(replay.header("idempotent-replayed"), "true");
    assert_eq!(events_of(&server, "issue.deleted").await, "2");
    let maintainer = server.as_("maintainer");
    maintainer.get("/api/v1/issues/ENG-1").await.is(404);
    let gone = lead.issue("ENG-2").await;
    assert!(gone.deleted_at.is_some());
    assert_eq!(gone.version, done.items[1].version);

    // Again: nothing to do for those that are gone, and the others go.
    let asked = json!({"q": "one OR two OR three", "project": "ENG", "action": "delete"});
    let rest: BulkReport = lead.post(BULK, asked).await.ok();
    let keys_of = |report: &BulkReport| -> Vec<String> {
        report.items.iter().map(|item| item.key.clone()).collect()
    };
    assert_eq!(keys_of(&rest), ["ENG-3"], "the deleted are not found");
    let again = json!({"issues": keys, "action": "delete"});
    let again: BulkReport = lead.post(BULK, again).await.ok();
    assert!(again.items.iter().all(|item| item.changed.is_empty()));

    let versions: Vec<i32> = done.items.iter().map(|item| item.version).collect();
    let back = json!({"issues": keys, "versions": versions, "action": "restore"});
    let back: BulkReport = lead.post(BULK, back).await.ok();
    assert!(back.items.iter().all(|item| item.changed == ["deleted_at"]));
    assert_eq!(events_of(&server, "issue.restored").await, "2");
    maintainer.get("/api/v1/issues/ENG-1").await.is(200);
    // One that came back and was changed since is not touched again by what was seen.
    let stale = json!({"issues": ["ENG-1"], "versions": [1], "action": "delete"});
    let problem = lead.post(BULK, stale).await.problem(Code::Conflict);
    assert_eq!(problem.errors[0].pointer, "/issues/0");
    assert!(lead.issue("ENG-1").await.deleted_at.is_none());
}

#[actix_web::test]
async fn of_many_to_delete_all_go_or_none() {
    let server = three().await;
    let lead = server.as_("lead");
    let seen = server.test.digests();
    // A maintainer changes many, but deletes none.
    let keys = json!(["ENG-1", "ENG-2"]);
    let asked = json!({"issues": keys, "action": "delete"});
    for body in [asked.clone(), json!({"issues": keys, "action": "restore"})] {
        let problem = server.as_("maintainer").post(BULK, body).await;
        problem.problem(Code::Forbidden);
    }
    let stale = json!({"issues": keys, "versions": [1, 7], "action": "delete"});
    let problem = lead.post(BULK, stale).await.problem(Code::Conflict);
    let pointers: Vec<&str> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
    assert_eq!(pointers, ["/issues/1"]);
    let absent = json!({"issues": ["ENG-1", "ENG-99"], "action": "delete"});
    lead.post(BULK, absent).await.is(404);
    assert_eq!(seen, server.test.digests(), "nothing was deleted");
}

#[actix_web::test]
async fn many_are_merged_into_one_and_stand_for_themselves_again() {
    let server = three().await;
    server.issue("lead", "ENG", "Four").await;
    let lead = server.as_("maintainer");
    let keys = json!(["ENG-2", "ENG-3"]);
    let status = json!({"status": "assigned"});
    lead.patch("/api/v1/issues/ENG-2", status).await.is(200);
    let before: Vec<Value> = vec![
        lead.get("/api/v1/issues/ENG-2").await.ok(),
        lead.get("/api/v1/issues/ENG-3").await.ok(),
    ];
    let asked = |dry_run: bool| json!({"issues": keys, "action": "merge", "into": "eng-1", "dry_run": dry_run});
    let seen = server.test.digests();
    let dry: BulkReport = lead.post(BULK, asked(true)).await.ok();
    assert_eq!(seen, server.test.digests(), "a dry run writes nothing");
    assert!(dry.items.iter().all(|item| item.changed == ["merged"]));
    let done: BulkReport = lead.post(BULK, asked(false)).await.ok();
    assert!(done.items.iter().all(|item| item.changed == ["merged"]));
    let state: Merged = lead.get("/api/v1/issues/ENG-1/merge").await.ok();
    assert_eq!(state.duplicates, ["ENG-2", "ENG-3"]);
    let closed = lead.issue("ENG-3").await;
    assert_eq!(closed.resolution, Some(Resolution::Duplicate));
    assert_eq!(closed.version, done.items[1].version);
    assert_eq!(events_of(&server, "merge.created").await, "3");
    let history: Page<HistoryEntry> = lead.get("/api/v1/issues/ENG-2/events").await.ok();
    assert!(history.items.iter().any(|e| e.sentence.contains("ENG-1")));

    // Merged already: into the same there is nothing to do, into another it is refused, and then nothing
    // happens to any; nor is an issue its own duplicate.
    let again: BulkReport = lead.post(BULK, asked(false)).await.ok();
    assert!(again.items.iter().all(|item| item.changed.is_empty()));
    let other = json!({"issues": ["ENG-1", "ENG-2", "ENG-4"], "action": "merge", "into": "ENG-4"});
    let problem = lead.post(BULK, other).await.problem(Code::Conflict);
    let pointers: Vec<&str> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
    assert_eq!(pointers, ["/issues/1", "/issues/2"]);
    let state: Merged = lead.get("/api/v1/issues/ENG-1/merge").await.ok();
    assert_eq!((state.merged, state.duplicates.len()), (false, 2));

    let stale = json!({"issues": ["ENG-4"], "versions": [7], "action": "merge", "into": "ENG-1"});
    let problem = lead.post(BULK, stale).await.problem(Code::Conflict);
    assert_eq!(problem.errors[0].pointer, "/issues/0");

    let back = json!({"issues": keys, "action": "unmerge"});
    let back: BulkReport = lead.post(BULK, back).await.ok();
    assert!(back.items.iter().all(|item| item.changed == ["merged"]));
    for (key, before) in ["ENG-2", "ENG-3"].into_iter().zip(before) {
        let now: Value = lead.get(&format!("/api/v1/issues/{key}")).await.ok();
        for field in ["status", "resolution"] {
            assert_eq!(now[field], before[field], "{key} {field}");
        }
    }
    let state: Merged = lead.get("/api/v1/issues/ENG-1/merge").await.ok();
    assert!(state.duplicates.is_empty());
    // Nobody merges into what does not exist for them.
    let secret = server.issue("lead", "SEC", "Hidden").await;
    let hidden = json!({"issues": keys, "action": "merge", "into": secret.key});
    assert_eq!(lead.post(BULK, hidden).await.invalid(), ["/into"]);
}
