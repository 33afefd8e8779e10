//! One change of many issues: all or none, the rules of one, and the way back.

use crate::harness::Server;
use domain::bulk::BulkReport;
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
