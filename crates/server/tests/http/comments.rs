//! Comments, replies, internal notes; history and feed that tell of them.

use crate::harness::{Client, Server};
use domain::comment::Comment;
use domain::event::HistoryEntry;
use domain::page::Page;
use domain::problem::Code;
use serde_json::json;

async fn comments(client: &Client, issue: &str) -> Page<Comment> {
    client
        .get(&format!("/api/v1/issues/{issue}/comments"))
        .await
        .ok()
}

async fn history(client: &Client, issue: &str) -> Vec<HistoryEntry> {
    let page: Page<HistoryEntry> = client
        .get(&format!("/api/v1/issues/{issue}/events"))
        .await
        .ok();
    page.items
}

#[actix_web::test]
async fn a_conversation_has_replies_of_one_level() {
    let server = Server::new();
    let (lead, reporter) = (server.as_("lead"), server.as_("reporter"));
    let issue = server.issue("reporter", "APP", "Talk").await;
    let first = reporter
        .comment(&issue.key, json!({"body": "Hello\r\nthere"}))
        .await;
    assert_eq!(
        (first.body.as_str(), first.version, first.internal),
        ("Hello\nthere", 1, false)
    );
    let reply = lead
        .comment(
            &issue.key,
            json!({"content": "A reply", "parent": first.id}),
        )
        .await;
    assert_eq!(reply.parent, Some(first.id));
    let deeper = reporter
        .comment(
            &issue.key,
            json!({"body": "To the reply", "parent": reply.id}),
        )
        .await;
    assert_eq!(deeper.parent, Some(first.id), "joins the first level");
    let page = comments(&reporter, &issue.key).await;
    assert_eq!(
        page.items.iter().map(|c| c.id).collect::<Vec<_>>(),
        [first.id, reply.id, deeper.id]
    );
    assert_eq!(page.total.count, 3);

    let path = format!("/api/v1/issues/{}/comments", issue.key);
    let other = server.issue("reporter", "APP", "Another").await;
    let foreign = reporter
        .comment(&other.key, json!({"body": "elsewhere"}))
        .await;
    for parent in [foreign.id, uuid::Uuid::now_v7()] {
        let wrong = reporter
            .post(&path, json!({"body": "x", "parent": parent}))
            .await;
        assert_eq!(wrong.invalid(), ["/parent"]);
    }
    assert_eq!(
        reporter
            .post(&path, json!({"body": " \n "}))
            .await
            .invalid(),
        ["/body"]
    );
    assert_eq!(
        reporter
            .post(&path, json!({"body": "x", "author": "lead"}))
            .await
            .invalid(),
        ["/author"]
    );
    server
        .as_("viewer")
        .post(&path, json!({"body": "x"}))
        .await
        .problem(Code::Forbidden);
    server
        .as_("reporter2")
        .post(&path, json!({"body": "x"}))
        .await
        .problem(Code::NotFound);
}

#[actix_web::test]
async fn comments_come_in_pages() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Pages").await;
    for n in 0..5 {
        lead.comment(&issue.key, json!({"body": format!("{n}")}))
            .await;
    }
    let mut path = format!("/api/v1/issues/{}/comments?limit=2", issue.key);
    let mut bodies = Vec::new();
    loop {
        let answer = lead.get(&path).await.is(200);
        let page: Page<Comment> = answer.read();
        bodies.extend(page.items.into_iter().map(|c| c.body));
        let Some(cursor) = page.next_cursor else {
            break;
        };
        assert!(answer.header("link").contains("rel=\"next\""));
        path = format!(
            "/api/v1/issues/{}/comments?limit=2&cursor={cursor}",
            issue.key
        );
    }
    assert_eq!(bodies, ["0", "1", "2", "3", "4"]);
}

#[actix_web::test]
async fn only_its_author_edits_a_comment_and_an_edit_shows() {
    let server = Server::new();
    let (lead, reporter) = (server.as_("lead"), server.as_("reporter"));
    let issue = server.issue("reporter", "APP", "Edits").await;
    let comment = reporter.comment(&issue.key, json!({"body": "First"})).await;
    let path = format!("/api/v1/comments/{}", comment.id);
    let tag = reporter.get(&path).await.is(200).etag();
    for name in ["lead", "admin", "maintainer"] {
        let refused = server
            .as_(name)
            .patch(&path, json!({"body": "Mine now"}))
            .await
            .problem(Code::Forbidden);
        assert_eq!(refused.missing.unwrap().action, "edit_comment");
    }
    let edited: Comment = reporter
        .patch_if(&path, &tag, json!({"body": "Second"}))
        .await
        .ok();
    assert_eq!((edited.body.as_str(), edited.version), ("Second", 2));
    assert!(edited.edited_at.is_some());
    let stale = reporter
        .patch_if(&path, &tag, json!({"body": "Third"}))
        .await
        .problem(Code::EditConflict);
    assert_eq!(stale.current.unwrap()["body"], json!("Second"));
    let same: Comment = reporter.patch(&path, json!({"body": "Second"})).await.ok();
    assert_eq!(same.version, 2, "the same text is no change");

    // The former text is for those who run the project.
    let seen = |entries: Vec<HistoryEntry>| {
        entries
            .into_iter()
            .find(|e| e.kind == "comment.updated")
            .unwrap()
    };
    assert_eq!(
        seen(history(&lead, &issue.key).await).old.unwrap()["body"],
        json!("First")
    );
    assert_eq!(
        seen(history(&server.as_("maintainer"), &issue.key).await).old,
        None
    );
}

#[actix_web::test]
async fn a_deleted_comment_leaves_its_place() {
    let server = Server::new();
    let (lead, reporter) = (server.as_("lead"), server.as_("reporter"));
    let issue = server.issue("reporter", "APP", "Gone").await;
    let own = reporter.comment(&issue.key, json!({"body": "Mine"})).await;
    let theirs = server
        .as_("maintainer")
        .comment(&issue.key, json!({"body": "Theirs"}))
        .await;
    let path = |c: &Comment| format!("/api/v1/comments/{}", c.id);
    reporter
        .delete(&path(&theirs))
        .await
        .problem(Code::Forbidden);
    server
        .as_("maintainer")
        .delete(&path(&own))
        .await
        .problem(Code::Forbidden);
    reporter.delete(&path(&own)).await.is(204);
    lead.delete(&path(&theirs)).await.is(204);
    lead.delete(&path(&theirs)).await.problem(Code::Conflict);
    reporter
        .patch(&path(&own), json!({"body": "back"}))
        .await
        .problem(Code::Conflict);
    let page = comments(&reporter, &issue.key).await;
    assert!(
        page.items
            .iter()
            .all(|c| c.body.is_empty() && c.deleted_at.is_some())
    );
    assert_eq!(page.items.len(), 2);
    let deleted = history(&lead, &issue.key)
        .await
        .into_iter()
        .find(|e| e.kind == "comment.deleted")
        .unwrap();
    assert_eq!(deleted.old.unwrap()["body"], json!("Mine"));
}

#[actix_web::test]
async fn internal_notes_exist_for_staff_only() {
    let server = Server::new();
    let (maintainer, reporter) = (server.as_("maintainer"), server.as_("reporter"));
    let issue = server.issue("reporter", "APP", "Notes").await;
    let path = format!("/api/v1/issues/{}/comments", issue.key);
    reporter
        .post(&path, json!({"body": "x", "internal": true}))
        .await
        .problem(Code::Forbidden);
    let note = maintainer
        .comment(&issue.key, json!({"body": "quetzal", "internal": true}))
        .await;
    let answer = maintainer
        .comment(&issue.key, json!({"body": "to staff", "parent": note.id}))
        .await;
    assert!(answer.internal, "what answers a note is a note");
    maintainer
        .comment(&issue.key, json!({"body": "for all"}))
        .await;

    for name in ["reporter", "viewer"] {
        let client = server.as_(name);
        let page = comments(&client, &issue.key).await;
        assert_eq!((page.items.len(), page.total.count), (1, 1), "{name}");
        let hidden = client
            .get(&format!("/api/v1/comments/{}", note.id))
            .await
            .problem(Code::NotFound);
        let absent = client
            .get(&format!("/api/v1/comments/{}", uuid::Uuid::now_v7()))
            .await
            .problem(Code::NotFound);
        assert_eq!((hidden.detail, hidden.code), (absent.detail, absent.code));
        let replying = client
            .post(&path, json!({"body": "x", "parent": note.id}))
            .await;
        assert!([403, 422].contains(&replying.status), "{name}");
        let told = history(&client, &issue.key).await;
        assert_eq!(
            told.iter().filter(|e| e.kind == "comment.created").count(),
            1,
            "{name}"
        );
        let feed = client.get("/api/v1/activity?project=APP").await.is(200);
        assert!(!feed.text().contains(&note.id.to_string()), "{name}");
    }
    for name in ["developer", "maintainer", "lead", "admin"] {
        assert_eq!(
            comments(&server.as_(name), &issue.key).await.total.count,
            3,
            "{name}"
        );
    }
}

#[actix_web::test]
async fn nobody_talks_on_what_is_deleted_or_archived() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Closed doors").await;
    let comment = lead.comment(&issue.key, json!({"body": "x"})).await;
    let (path, one) = (
        format!("/api/v1/issues/{}/comments", issue.key),
        format!("/api/v1/comments/{}", comment.id),
    );
    lead.delete(&format!("/api/v1/issues/{}", issue.key))
        .await
        .is(204);
    lead.post(&path, json!({"body": "y"}))
        .await
        .problem(Code::Conflict);
    lead.patch(&one, json!({"body": "y"}))
        .await
        .problem(Code::Conflict);
    server
        .as_("maintainer")
        .get(&one)
        .await
        .problem(Code::NotFound);
    lead.post(&format!("/api/v1/issues/{}/restore", issue.key), json!({}))
        .await
        .is(200);
    lead.delete("/api/v1/projects/ENG").await.is(204);
    lead.post(&path, json!({"body": "y"}))
        .await
        .problem(Code::Conflict);
    lead.delete(&one).await.problem(Code::Conflict);
    assert_eq!(
        comments(&lead, &issue.key).await.total.count,
        1,
        "reading goes on"
    );
}

/// From where on somebody polls.
async fn cursor(client: &Client) -> String {
    let now: serde_json::Value = client.get("/api/v1/events").await.ok();
    now["cursor"].as_str().unwrap().to_string()
}

#[actix_web::test]
async fn a_hidden_note_is_answered_like_none_at_all() {
    let server = Server::new();
    let (maria, rita) = (server.as_("maintainer"), server.as_("reporter"));
    let issue = server.issue("reporter", "APP", "Notes").await;
    let path = format!("/api/v1/issues/{}/comments", issue.key);
    server.settle();
    let begun = [cursor(&maria).await, cursor(&rita).await];
    let note = maria
        .comment(&issue.key, json!({"body": "quetzal", "internal": true}))
        .await;
    let mut told = Vec::new();
    for parent in [note.id, uuid::Uuid::now_v7()] {
        let reply = rita
            .post(&path, json!({"body": "x", "parent": parent}))
            .await;
        let one = format!("/api/v1/comments/{parent}");
        let past = format!("{one}/events");
        let mut all = vec![
            reply,
            rita.get(&one).await,
            rita.get(&past).await,
            rita.delete(&one).await,
        ];
        all.push(rita.patch(&one, json!({"body": "x"})).await);
        let masked = |a: crate::harness::Answer| {
            let id = a.header("x-request-id");
            let text = a.text().replace(&id, "").replace(&parent.to_string(), "");
            (a.status, text)
        };
        told.push(all.into_iter().map(masked).collect::<Vec<_>>());
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0][0].0, 422);

    // Nor does its end make a sound.
    server.settle();
    let heard = async |client: &Client, begun: &str| {
        let issue = client
            .get(&format!("/api/v1/issues/{}/events", issue.key))
            .await;
        let feed = client.get("/api/v1/activity").await.is(200);
        let stream = client.get(&format!("/api/v1/events?after={begun}")).await;
        [issue, feed, stream].map(|a| a.is(200).text().matches("comment.").count())
    };
    let before = heard(&rita, &begun[1]).await;
    maria
        .patch(
            &format!("/api/v1/comments/{}", note.id),
            json!({"body": "kakapo"}),
        )
        .await
        .is(200);
    maria
        .delete(&format!("/api/v1/comments/{}", note.id))
        .await
        .is(204);
    server.settle();
    assert_eq!(before, [0; 3]);
    assert_eq!(heard(&rita, &begun[1]).await, before);
    assert_eq!(heard(&maria, &begun[0]).await, [3; 3], "the control");
}

#[actix_web::test]
async fn former_texts_are_for_leads_alone() {
    let server = Server::new();
    let rita = server.as_("reporter");
    let issue = server.issue("reporter", "APP", "Edited").await;
    server.settle();
    let cast = [
        "reporter",
        "viewer",
        "developer",
        "maintainer",
        "lead",
        "admin",
    ];
    let mut begun = std::collections::HashMap::new();
    for name in cast {
        begun.insert(name, cursor(&server.as_(name)).await);
    }
    let said = rita.comment(&issue.key, json!({"body": "oldcanary"})).await;
    let one = format!("/api/v1/comments/{}", said.id);
    let first = rita.get(&one).await.is(200).etag();
    rita.patch(&one, json!({"body": "midcanary"})).await.is(200);
    rita.patch(&one, json!({"body": "Now"})).await.is(200);
    let stale = rita.request(reqwest::Method::DELETE, &one);
    rita.send(stale.header("if-match", &first))
        .await
        .problem(Code::EditConflict);
    let keeps = |text: &str| text.contains("oldcanary") || text.contains("midcanary");
    server.settle();
    for name in cast {
        let allowed = ["lead", "admin"].contains(&name);
        let client = server.as_(name);
        let past = client.get(&format!("{one}/events")).await;
        assert_eq!(past.status, if allowed { 200 } else { 403 }, "{name}");
        assert_eq!(keeps(&past.text()), allowed, "{name}");
        let history = client
            .get(&format!("/api/v1/issues/{}/events", issue.key))
            .await
            .is(200);
        assert_eq!(keeps(&history.text()), allowed, "{name}");
        let polled = format!("/api/v1/events?after={}", begun[name]);
        for path in ["/api/v1/activity?project=APP", &polled] {
            let told = client.get(path).await.is(200);
            assert!(!keeps(&told.text()), "{name} {path}");
        }
    }
    server.as_("lead").delete(&one).await.is(204);
    // A tombstone: who and when stay, the text does not; and it can be answered by nobody's edit.
    let left: Comment = rita.get(&one).await.ok();
    assert_eq!(
        (left.body.as_str(), left.author.username.as_str()),
        ("", "reporter")
    );
    assert!(left.deleted_at.is_some() && left.edited_at.is_some());
    let told = server
        .as_("lead")
        .get(&format!("{one}/events"))
        .await
        .is(200);
    let kinds = ["comment.created", "comment.updated", "comment.deleted"];
    assert!(kinds.iter().all(|kind| told.text().contains(kind)));
    assert!(told.text().contains("\"Now\""), "what it said last");
    server
        .as_("reporter2")
        .get(&format!("{one}/events"))
        .await
        .problem(Code::NotFound);
}

#[actix_web::test]
async fn a_reporter_learns_no_key_of_anothers_issue_from_the_history() {
    let server = Server::new();
    let (maria, rita) = (server.as_("maintainer"), server.as_("reporter"));
    let mine = server.issue("reporter", "APP", "Mine").await;
    let theirs = server.issue("reporter2", "APP", "Theirs").await;
    let at = format!("/api/v1/issues/{}", mine.key);
    for parent in [json!(theirs.key), json!(null)] {
        maria.patch(&at, json!({ "parent": parent })).await.is(200);
        for path in [
            format!("{at}/events"),
            "/api/v1/activity".to_string(),
            at.clone(),
            "/api/v1/issues".to_string(),
        ] {
            let told = rita.get(&path).await.is(200).text();
            assert!(
                !told.contains(&theirs.key) && !told.contains(&theirs.id.to_string()),
                "{path}: {told}"
            );
        }
    }
    let told = maria.get(&format!("{at}/events")).await.is(200).text();
    assert!(told.contains(&theirs.key), "the control");
    // Made below another's issue, it is told of neither.
    let body = json!({"title": "Below", "parent": theirs.key, "on_behalf_of": "reporter"});
    let below = maria
        .post("/api/v1/projects/APP/issues", body)
        .await
        .is(201);
    let below: domain::issue::Issue = below.read();
    for path in ["", "/events"] {
        let told = rita
            .get(&format!("/api/v1/issues/{}{path}", below.key))
            .await
            .is(200);
        assert!(
            !told.text().contains(&theirs.key),
            "{path}: {}",
            told.text()
        );
    }
}

#[actix_web::test]
async fn a_parent_is_of_the_same_project() {
    let server = Server::new();
    let lead = server.as_("lead");
    for project in ["ENG", "OPS"] {
        server.issue("lead", project, "One").await;
    }
    let patch = json!({"parent": "OPS-1"});
    let refused = lead.patch("/api/v1/issues/ENG-1", patch).await;
    assert_eq!(refused.invalid(), ["/parent"]);
    let body = json!({"title": "x", "parent": "OPS-1"});
    let refused = lead.post("/api/v1/projects/ENG/issues", body).await;
    assert_eq!(refused.invalid(), ["/parent"]);
}
