//! A duplicate is merged into the issue that it repeats, is shown there, and comes back as it was.

use crate::harness::{Answer, Client, Server};
use domain::attachment::Attachment;
use domain::comment::Comment;
use domain::event::HistoryEntry;
use domain::issue::{Issue, Resolution};
use domain::merge::Merged;
use domain::page::Page;
use domain::problem::Code;
use futures_util::future::join;
use serde_json::{Value, json};

async fn merge(client: &Client, key: &str, into: &str) -> Answer {
    let at = format!("/api/v1/issues/{key}/merge");
    client.post(&at, json!({ "into": into })).await
}

async fn unmerge(client: &Client, key: &str) -> Answer {
    let at = format!("/api/v1/issues/{key}/unmerge");
    client.post(&at, json!({})).await
}

/// What is said on an issue's page: of which issue, and the text.
async fn said(client: &Client, key: &str) -> Vec<(String, String)> {
    let at = format!("/api/v1/issues/{key}/comments");
    let page: Page<Comment> = client.get(&at).await.ok();
    assert_eq!(page.total.count, page.items.len() as i64);
    page.items.into_iter().map(|c| (c.issue, c.body)).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = list.iter().map(|(a, b)| ((*a).into(), (*b).into()));
    owned.collect()
}

#[actix_web::test]
async fn a_duplicate_is_shown_with_what_it_repeats_and_comes_back_as_it_was() {
    let server = Server::new();
    let lead = server.as_("lead");
    for title in ["Original", "Duplicate"] {
        server.issue("reporter", "ENG", title).await;
    }
    let steps = json!({"status": "assigned", "assignee": "developer"});
    lead.patch("/api/v1/issues/ENG-2", steps).await.is(200);
    lead.comment("ENG-1", json!({"body": "First"})).await;
    let asked = lead.comment("ENG-2", json!({"body": "Second"})).await;
    let reply = json!({"body": "Reply", "parent": asked.id});
    lead.comment("ENG-2", reply).await;
    let note = json!({"body": "Between us", "internal": true});
    lead.comment("ENG-2", note).await;
    let file = lead.upload("ENG-2", "a.txt", b"bytes").await.is(201);
    let before = lead.issue("ENG-2").await;
    let state: Merged = merge(&lead, "ENG-2", "eng-1").await.ok();
    assert_eq!((state.merged, state.into.as_deref()), (true, Some("ENG-1")));

    let closed = lead.issue("ENG-2").await;
    assert_eq!(closed.resolution, Some(Resolution::Duplicate));
    assert!(!closed.status.category.is_open() && closed.resolved_at.is_some());
    let all = [
        ("ENG-1", "First"),
        ("ENG-2", "Second"),
        ("ENG-2", "Reply"),
        ("ENG-2", "Between us"),
    ];
    assert_eq!(said(&lead, "ENG-1").await, pairs(&all));
    assert_eq!(
        said(&lead, "ENG-2").await,
        pairs(&all[1..]),
        "its own page keeps them"
    );
    let viewer = server.as_("viewer");
    assert_eq!(
        said(&viewer, "ENG-1").await,
        pairs(&all[..3]),
        "internal stays internal"
    );
    let files: Page<Attachment> = viewer.get("/api/v1/issues/ENG-1/attachments").await.ok();
    assert_eq!(
        (files.items.len(), files.items[0].issue.as_str()),
        (1, "ENG-2")
    );
    let state: Merged = viewer.get("/api/v1/issues/ENG-1/merge").await.ok();
    assert_eq!(
        (state.merged, state.duplicates),
        (false, vec!["ENG-2".to_string()])
    );

    // Whatever happens meanwhile stays: an edit, a deletion, what was written here.
    let edit = json!({"body": "Second, edited"});
    let at = format!("/api/v1/comments/{}", asked.id);
    lead.patch(&at, edit).await.is(200);
    let answer = json!({"body": "Answer", "parent": asked.id});
    let answer = lead.comment("ENG-1", answer).await;
    assert_eq!(answer.parent, Some(asked.id));
    let state: Merged = unmerge(&lead, "ENG-2").await.ok();
    assert_eq!(state, Merged::default());
    assert_eq!(
        said(&lead, "ENG-1").await,
        pairs(&[("ENG-1", "First"), ("ENG-1", "Answer")])
    );
    let now: Page<Comment> = lead.get("/api/v1/issues/ENG-1/comments").await.ok();
    assert_eq!(
        now.items[1].parent, None,
        "what it answers is elsewhere again"
    );
    let own = [
        ("ENG-2", "Second, edited"),
        ("ENG-2", "Reply"),
        ("ENG-2", "Between us"),
    ];
    assert_eq!(said(&lead, "ENG-2").await, pairs(&own));
    let after = lead.issue("ENG-2").await;
    let restored = Issue {
        version: after.version,
        updated_at: after.updated_at,
        life: after.life.clone(),
        ..before
    };
    assert_eq!(after, restored);
    lead.get(&file.header("location")).await.is(200);
    // Both tell of it.
    for (key, told) in [
        (
            "ENG-1",
            ["merged ENG-2 into it", "took ENG-2 out of it again"],
        ),
        (
            "ENG-2",
            ["merged it into ENG-1", "took it out of ENG-1 again"],
        ),
    ] {
        let at = format!("/api/v1/issues/{key}/events?limit=100");
        let history: Page<HistoryEntry> = lead.get(&at).await.ok();
        for sentence in told {
            let found = history.items.iter().any(|e| e.sentence == sentence);
            assert!(found, "{key}: {sentence}: {:?}", history.items);
        }
    }
    // And again, with what somebody decided since: that stands.
    merge(&lead, "ENG-2", "ENG-1").await.is(200);
    lead.patch("/api/v1/issues/ENG-2", json!({"resolution": "wont_fix"}))
        .await
        .is(200);
    unmerge(&lead, "ENG-2").await.is(200);
    let kept = lead.issue("ENG-2").await;
    assert_eq!(kept.resolution, Some(Resolution::WontFix));
    unmerge(&lead, "ENG-2").await.problem(Code::Conflict);
}

#[actix_web::test]
async fn chains_are_read_through_and_circles_cannot_be() {
    let server = Server::new();
    let lead = server.as_("lead");
    for (n, title) in ["A", "B", "C"].iter().enumerate() {
        server.issue("lead", "ENG", title).await;
        lead.comment(&format!("ENG-{}", n + 1), json!({ "body": title }))
            .await;
    }
    assert_eq!(merge(&lead, "ENG-1", "ENG-1").await.invalid(), ["/into"]);
    assert_eq!(merge(&lead, "ENG-1", "ENG-99").await.invalid(), ["/into"]);
    merge(&lead, "ENG-1", "ENG-2").await.is(200);
    merge(&lead, "ENG-1", "ENG-3").await.problem(Code::Conflict);
    assert_eq!(merge(&lead, "ENG-3", "ENG-1").await.invalid(), ["/into"]);
    assert_eq!(merge(&lead, "ENG-2", "ENG-1").await.invalid(), ["/into"]);
    merge(&lead, "ENG-2", "ENG-3").await.is(200);
    let texts =
        |list: Vec<(String, String)>| -> Vec<String> { list.into_iter().map(|c| c.1).collect() };
    assert_eq!(texts(said(&lead, "ENG-3").await), ["A", "B", "C"]);
    assert_eq!(texts(said(&lead, "ENG-2").await), ["A", "B"]);
    unmerge(&lead, "ENG-2").await.is(200);
    assert_eq!(texts(said(&lead, "ENG-3").await), ["C"]);
    assert_eq!(texts(said(&lead, "ENG-2").await), ["A", "B"]);
    unmerge(&lead, "ENG-1").await.is(200);
    // Crosswise at once: one of them is too late.
    let (one, other) = join(
        merge(&lead, "ENG-1", "ENG-2"),
        merge(&lead, "ENG-2", "ENG-1"),
    )
    .await;
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert!(matches!(statuses, [200, 409 | 422]), "{statuses:?}");
    assert_eq!(
        server.sql("select count(*) from merge where ended_at is null"),
        "1"
    );
}

#[actix_web::test]
async fn it_takes_the_right_on_both_and_shows_no_more_than_what_was_merged() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("reporter", "APP", "Theirs").await;
    server.issue("reporter2", "APP", "Original").await;
    server.issue("lead", "SEC", "Secret").await;
    let (rita, other) = (server.as_("reporter"), server.as_("reporter2"));
    let theirs = rita.comment("APP-1", json!({"body": "Mine"})).await;
    let at = format!("/api/v1/comments/{}", theirs.id);
    let file = rita.upload("APP-1", "a.txt", b"bytes").await.is(201);
    let file = file.header("location");
    other.get(&at).await.problem(Code::NotFound);
    other.get(&file).await.problem(Code::NotFound);
    server.settle();
    let before = server.test.digests();
    let dana = server.as_("developer");
    merge(&dana, "APP-1", "APP-2")
        .await
        .problem(Code::Forbidden);
    merge(&rita, "APP-1", "APP-2")
        .await
        .problem(Code::Forbidden);
    merge(&other, "APP-1", "APP-2")
        .await
        .problem(Code::NotFound);
    let maintainer = server.as_("maintainer");
    let hidden = merge(&maintainer, "APP-1", "SEC-1").await;
    let absent = merge(&maintainer, "APP-1", "SEC-77").await;
    assert_eq!(hidden.status, 422);
    assert_eq!(hidden.invalid(), absent.invalid());
    assert_eq!(before, server.test.digests());
    merge(&maintainer, "APP-1", "APP-2").await.is(200);

    // Its reporter still has it, and learns no more of the other than that there is one.
    assert_eq!(
        rita.issue("APP-1").await.resolution,
        Some(Resolution::Duplicate)
    );
    rita.get("/api/v1/issues/APP-2")
        .await
        .problem(Code::NotFound);
    let state: Merged = rita.get("/api/v1/issues/APP-1/merge").await.ok();
    assert_eq!((state.merged, state.into), (true, None));
    let history = rita.get("/api/v1/issues/APP-1/events").await.is(200).text();
    assert!(
        history.contains("merged it into another issue") && !history.contains("APP-2"),
        "{history}"
    );
    // The reporter of the other reads what was merged there, but not the issue it came from.
    assert_eq!(said(&other, "APP-2").await, pairs(&[("APP-1", "Mine")]));
    other.get(&at).await.is(200);
    other.get(&file).await.is(200);
    other
        .get("/api/v1/issues/APP-1")
        .await
        .problem(Code::NotFound);
    let state: Merged = other.get("/api/v1/issues/APP-2/merge").await.ok();
    assert_eq!(state.duplicates, Vec::<String>::new());
    other
        .patch(&at, json!({"body": "Not mine"}))
        .await
        .problem(Code::Forbidden);
    rita.patch(&at, json!({"body": "Still mine"})).await.is(200);
    unmerge(&dana, "APP-1").await.problem(Code::Forbidden);
    unmerge(&maintainer, "APP-1").await.is(200);
    other.get(&at).await.problem(Code::NotFound);
    other.get(&file).await.problem(Code::NotFound);
    assert_eq!(said(&other, "APP-2").await, pairs(&[]));
    // A duplicate that is deleted is shown nowhere.
    merge(&lead, "APP-1", "APP-2").await.is(200);
    lead.delete("/api/v1/issues/APP-1").await.is(204);
    assert_eq!(said(&other, "APP-2").await, pairs(&[]));
    other.get(&at).await.problem(Code::NotFound);
}

#[actix_web::test]
async fn a_merge_is_done_once_for_each_idempotency_key() {
    let server = Server::new();
    let lead = server.as_("lead");
    for title in ["Original", "Duplicate"] {
        server.issue("lead", "ENG", title).await;
    }
    let send = || {
        let request = lead.request(reqwest::Method::POST, "/api/v1/issues/ENG-2/merge");
        let request = request.json(&json!({"into": "ENG-1"}));
        lead.send(request.header("idempotency-key", "once"))
    };
    let first = send().await.is(200);
    let second = send().await.is(200);
    assert_eq!(first.body, second.body);
    assert_eq!(second.header("idempotent-replayed"), "true");
    let told: Value = lead.get("/api/v1/issues/ENG-2/events").await.ok();
    assert_eq!(told.to_string().matches("merge.created").count(), 1);
}
