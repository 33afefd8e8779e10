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
