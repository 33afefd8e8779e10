//! Saved views: whose they are, what they keep, what is refused.

use crate::harness::{Client, Server};
use domain::page::Page;
use domain::problem::Code;
use domain::view::View;
use serde_json::json;

const VIEWS: &str = "/api/v1/views";

async fn names(client: &Client, query: &str) -> Vec<String> {
    let page: Page<View> = client.get(&format!("{VIEWS}{query}")).await.ok();
    page.items.into_iter().map(|v| v.name).collect()
}

#[actix_web::test]
async fn a_view_is_kept_changed_and_deleted() {
    let server = Server::new();
    let me = server.as_("reporter");
    let body = json!({"name": " Mine ", "query": "IS:open  prio:high sort:-priority",
        "layout": {"columns": ["key", "title"], "group_by": "status", "display": "board"}});
    let made = me.post(VIEWS, body.clone()).await.is(201);
    let view: View = made.read();
    assert_eq!(made.header("location"), format!("{VIEWS}/{}", view.id));
    assert_eq!((view.name.as_str(), view.editable), ("Mine", true));
    assert_eq!(
        view.query, "is:open priority:2 sort:-priority",
        "as it is written best"
    );
    assert_eq!(view.layout.columns, ["key", "title"]);
    let at = format!("{VIEWS}/{}", view.id);
    let read = me.get(&at).await.is(200);
    assert_eq!(read.read::<View>(), view);
    let tag = read.etag();
    let changed: View = me.patch_if(&at, &tag, json!({"name": "Ours"})).await.ok();
    assert_eq!((changed.name.as_str(), changed.version), ("Ours", 2));
    assert_eq!(
        (&changed.query, &changed.layout),
        (&view.query, &view.layout)
    );
    let stale = me.patch_if(&at, &tag, json!({"name": "Late"})).await;
    let problem = stale.problem(Code::EditConflict);
    assert_eq!(problem.current.unwrap()["name"], "Ours");
    // A name is taken once, whatever its letters' case; another person's does not count.
    me.post(VIEWS, json!({"name": "oURS"}))
        .await
        .problem(Code::AlreadyExists);
    server
        .as_("lead")
        .post(VIEWS, json!({"name": "Ours"}))
        .await
        .is(201);
    me.delete(&at).await.is(204);
    me.get(&at).await.is(404);
}

#[actix_web::test]
async fn what_is_private_does_not_exist_for_others_and_what_is_shared_does() {
    let server = Server::new();
    let (lead, developer) = (server.as_("lead"), server.as_("developer"));
    let outsider = server.as_("maintainer");
    let mine: View = lead.post(VIEWS, json!({"name": "Private"})).await.made();
    let shared = json!({"name": "Shared", "shared": true, "project": "SEC"});
    let shared: View = lead.post(VIEWS, shared).await.made();
    for (who, at, status) in [
        (&developer, mine.id, 404),
        (&developer, shared.id, 200),
        (&outsider, shared.id, 404),
    ] {
        let at = format!("{VIEWS}/{at}");
        who.get(&at).await.is(status);
        let refused = if status == 200 { 403 } else { 404 };
        who.patch(&at, json!({"name": "X"})).await.is(refused);
        who.delete(&at).await.is(refused);
    }
    assert_eq!(names(&lead, "").await, ["Private", "Shared"]);
    assert_eq!(names(&lead, "?project=SEC").await, ["Shared"]);
    assert_eq!(names(&developer, "").await, ["Shared"]);
    assert!(names(&outsider, "").await.is_empty());
    outsider.get(&format!("{VIEWS}?project=SEC")).await.is(404);
    let page: Page<View> = developer.get(VIEWS).await.ok();
    assert!(!page.items[0].editable);
}

#[actix_web::test]
async fn a_view_is_shared_and_taken_back_by_whoever_may() {
    let server = Server::new();
    let (lead, developer) = (server.as_("lead"), server.as_("developer"));
    let body = json!({"name": "Mine", "project": "SEC", "layout": {"fold": true}});
    let mine: View = developer.post(VIEWS, body).await.made();
    assert!(mine.layout.fold);
    let at = format!("{VIEWS}/{}", mine.id);
    let refused = developer.patch(&at, json!({"shared": true})).await;
    assert!(refused.problem(Code::Forbidden).detail.is_some());
    assert!(!developer.get(&at).await.ok::<View>().shared);

    let body = json!({"name": "Ours", "project": "SEC"});
    let ours: View = lead.post(VIEWS, body).await.made();
    let at = format!("{VIEWS}/{}", ours.id);
    developer.get(&at).await.is(404);
    let shared: View = lead.patch(&at, json!({"shared": true})).await.ok();
    assert_eq!((shared.shared, shared.version), (true, 2));
    assert!(!developer.get(&at).await.ok::<View>().editable);
    developer.patch(&at, json!({"shared": false})).await.is(403);
    // A shared name is taken once.
    let body = json!({"name": "ours", "project": "SEC"});
    let twin: View = lead.post(VIEWS, body).await.made();
    let twin = format!("{VIEWS}/{}", twin.id);
    lead.patch(&twin, json!({"shared": true}))
        .await
        .problem(Code::AlreadyExists);
    lead.delete(&twin).await.is(204);
    // Whoever takes it back has it.
    let admin = server.as_("admin");
    let back: View = admin.patch(&at, json!({"shared": false})).await.ok();
    assert!(!back.shared && back.editable);
    lead.get(&at).await.is(404);
    // Of all projects it belongs to none that could share it.
    let wide: View = lead.post(VIEWS, json!({"name": "Wide"})).await.made();
    let at = format!("{VIEWS}/{}", wide.id);
    let refused = lead.patch(&at, json!({"shared": true})).await;
    assert_eq!(refused.invalid(), ["/shared"]);
}

#[actix_web::test]
async fn a_wrong_view_is_refused_with_its_place() {
    let server = Server::new();
    let lead = server.as_("lead");
    let wrong = lead
        .post(VIEWS, json!({"name": "", "query": "is:opne"}))
        .await;
    let problem = wrong.problem(Code::InvalidInput);
    let pointers: Vec<&str> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/query"]);
    assert_eq!(problem.errors[1].position, Some(3));
    assert_eq!(problem.errors[1].suggestion.as_deref(), Some("open"));
    for body in [
        json!({"name": "A", "shared": true}),
        json!({"name": "A", "layout": {"rows": 1}}),
        json!({"name": "A", "layout": {"columns": ["\u{0}"]}}),
        json!({"name": "A", "project": "not a key"}),
        json!({"name": "A", "owner": "me"}),
    ] {
        lead.post(VIEWS, body).await.is(422);
    }
    lead.post(VIEWS, json!({"name": "A", "project": "NEVER"}))
        .await
        .is(404);
    lead.get(&format!("{VIEWS}/not-an-id")).await.is(404);
}
