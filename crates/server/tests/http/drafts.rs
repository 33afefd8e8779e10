//! Files before they are sent, and what they are seen by after: a draft by its uploader alone, a file of a
//! comment by whoever sees that.

use crate::harness::{Answer, Client, Server};
use crate::live::Ear;
use domain::attachment::Attachment;
use domain::comment::Comment;
use domain::issue::Issue;
use domain::page::Page;
use domain::problem::Code;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn at(file: &Attachment) -> String {
    format!("/api/v1/attachments/{}", file.id)
}

async fn names(client: &Client, issue: &str) -> Vec<String> {
    let path = format!("/api/v1/issues/{issue}/attachments");
    let page: Page<Attachment> = client.get(&path).await.ok();
    assert_eq!(page.total.count, page.items.len() as i64);
    page.items.into_iter().map(|f| f.file_name).collect()
}

/// Everything by which somebody could find out about a file named `canary.png` on that issue.
async fn traces(client: &Client, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in [
        format!("issues/{key}/attachments"),
        format!("issues/{key}/events?limit=100"),
        format!("issues/{key}/comments"),
        "search?q=canary".into(),
        "issues?q=canary".into(),
        "issues?q=has:attachment".into(),
        "issues?q=has:comment".into(),
        "activity?limit=100".into(),
    ] {
        let text = client.get(&format!("/api/v1/{path}")).await.is(200).text();
        if text.contains("canary") || (path.contains("q=") && text.contains(key)) {
            found.push(path);
        }
    }
    found
}

async fn head(client: &Client, path: &str) -> u16 {
    let sent = client.request(Method::HEAD, path);
    client.send(sent).await.status
}

#[actix_web::test]
async fn a_draft_is_there_for_its_uploader_alone_and_leaves_no_trace() {
    let server = Server::new();
    let (lead, dana) = (server.as_("lead"), server.as_("developer"));
    let key = server.issue("lead", "ENG", "Waiting").await.key;
    let traced = traces(&lead, &key).await;
    let draft = dana.draft(&key, "canary.png", b"bytes").await;
    assert!(draft.draft && draft.issue.as_deref() == Some(key.as_str()));
    let of_project = dana.draft("ENG", "canary.png", b"bytes").await;
    assert!(of_project.draft && of_project.issue.is_none());
    for file in [&draft, &of_project] {
        assert_eq!(dana.get(&at(file)).await.is(200).body, b"bytes"[..]);
        for who in ["lead", "admin", "viewer"] {
            let other = server.as_(who);
            other.get(&at(file)).await.problem(Code::NotFound);
            assert_eq!(head(&other, &at(file)).await, 404);
            other.delete(&at(file)).await.problem(Code::NotFound);
        }
    }
    for client in [&lead, &dana] {
        assert_eq!(traces(client, &key).await, traced);
    }
    assert_eq!(
        server.sql("select count(*) from event where kind like 'attachment.%'"),
        "0"
    );
    dana.delete(&at(&draft)).await.is(204);
    dana.get(&at(&draft)).await.problem(Code::NotFound);
    // Whoever may not see the project any more has no draft there either.
    let member = json!({"identifier": "reporter2", "role": "reporter"});
    let sec = "/api/v1/projects/SEC/members";
    lead.post(sec, member).await.is(201);
    let other = server.as_("reporter2");
    let secret = other.draft("SEC", "canary.png", b"bytes").await;
    let id = server.person("reporter2").id;
    lead.delete(&format!("{sec}/{id}")).await.is(204);
    other.get(&at(&secret)).await.problem(Code::NotFound);
}

#[actix_web::test]
async fn a_file_of_an_internal_note_does_not_exist_for_others() {
    let server = Server::new();
    let (lead, dana, rita) = (
        server.as_("lead"),
        server.as_("developer"),
        server.as_("reporter"),
    );
    for project in ["APP", "ENG"] {
        let key = server.issue("reporter", project, "Theirs").await.key;
        let before = traces(&rita, &key).await;
        server.settle();
        let (mut ear, _) = Ear::ready(&rita).await;
        let draft = dana.draft(&key, "canary.png", b"bytes").await;
        let note = json!({"body": "canary", "internal": true, "attachments": [draft.id]});
        let note = dana.comment(&key, note).await;
        let again = dana.draft(&key, "canary two.png", b"more").await;
        let edit = json!({"body": "canary again", "attachments": [draft.id, again.id]});
        let comment = format!("/api/v1/comments/{}", note.id);
        dana.patch(&comment, edit).await.is(200);
        // To staff it is a file like any other.
        let page: Page<Attachment> = lead
            .get(&format!("/api/v1/issues/{key}/attachments"))
            .await
            .ok();
        for file in &page.items {
            assert!(file.internal && !file.draft && file.comment == Some(note.id));
            lead.get(&at(file)).await.is(200);
        }
        assert_eq!(page.items.len(), 2);
        assert_eq!(traces(&lead, &key).await.len(), 8);
        // And to the reporter of the issue it is none.
        assert_eq!(traces(&rita, &key).await, before, "{project}");
        for file in [&draft, &again] {
            let random = format!("/api/v1/attachments/{}", Uuid::now_v7());
            let hidden = rita.get(&at(file)).await.problem(Code::NotFound);
            let absent = rita.get(&random).await.problem(Code::NotFound);
            assert_eq!((hidden.detail, hidden.title), (absent.detail, absent.title));
            assert_eq!(head(&rita, &at(file)).await, 404);
            rita.delete(&at(file)).await.problem(Code::NotFound);
        }
        let bell = server.issue("reporter", project, "Bell").await.key;
        let heard = ear.until(&bell).await;
        let told: Vec<_> = heard.iter().filter(|h| h.event.contains("ment.")).collect();
        assert!(told.is_empty(), "{told:?}");
        // The past is no way around it.
        let then = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let asked = format!("/api/v1/issues?q=has:attachment&project={project}&as_of={then}");
        assert!(lead.get(&asked).await.is(200).text().contains(&key));
        assert!(!rita.get(&asked).await.is(200).text().contains(&key));
        // The export is for whoever runs the project.
        let export = lead
            .get(&format!("/api/v1/projects/{project}/export"))
            .await;
        let export: Value = export.is(200).read();
        let files = export["issues"][0]["attachments"].as_array().unwrap();
        assert!(files.iter().all(|f| f["internal"] == json!(true)) && files.len() == 2);
        // With the note its files go.
        dana.delete(&comment).await.is(204);
        for file in [&draft, &again] {
            dana.get(&at(file)).await.problem(Code::NotFound);
        }
        assert_eq!(traces(&rita, &key).await, before, "{project}");
        let gone = format!(
            "select count(*) from event where kind = 'attachment.deleted' and internal
               and new is null and project_id = (select id from project where key = '{project}')"
        );
        assert_eq!(server.sql(&gone), "2");
    }
}

#[actix_web::test]
async fn a_file_of_a_comment_is_seen_with_it_and_goes_with_it() {
    let server = Server::new();
    let (rita, dana) = (server.as_("reporter"), server.as_("developer"));
    let key = server.issue("lead", "ENG", "Public").await.key;
    let draft = rita.draft(&key, "a.png", b"bytes").await;
    let text = domain::markdown::picture("a.png", draft.id);
    let said = rita
        .comment(&key, json!({"body": text, "attachments": [draft.id]}))
        .await;
    let viewer = server.as_("viewer");
    viewer.get(&at(&draft)).await.is(200);
    assert_eq!(names(&viewer, &key).await, ["a.png"]);
    // An answer to a note is one, whatever was asked for; so are its files.
    let note = json!({"body": "Among us", "internal": true});
    let note = dana.comment(&key, note).await;
    let file = dana.draft(&key, "b.png", b"bytes").await;
    let answer = json!({"body": "Answer", "parent": note.id, "attachments": [file.id]});
    dana.comment(&key, answer).await;
    viewer.get(&at(&file)).await.problem(Code::NotFound);
    // By itself it goes like any file, and the comment stays.
    let added = rita.draft(&key, "c.png", b"bytes").await;
    let comment = format!("/api/v1/comments/{}", said.id);
    let edit = json!({"body": text, "attachments": [added.id]});
    let same: Comment = rita.patch(&comment, edit).await.ok();
    assert_eq!(same.version, said.version, "the text did not change");
    rita.delete(&at(&added)).await.is(204);
    viewer.get(&comment).await.is(200);
    rita.delete(&comment).await.is(204);
    viewer.get(&at(&draft)).await.problem(Code::NotFound);
    assert!(names(&viewer, &key).await.is_empty());
    let history = viewer.get(&format!("/api/v1/issues/{key}/events")).await;
    let told = history.is(200).text();
    assert_eq!(told.matches("removed the file").count(), 2, "{told}");
    assert!(!told.contains("b.png"), "{told}");
}

#[actix_web::test]
async fn only_ones_own_drafts_of_that_very_place_are_taken_along() {
    let server = Server::new();
    let (lead, dana) = (server.as_("lead"), server.as_("developer"));
    let key = server.issue("lead", "ENG", "Here").await.key;
    let other = server.issue("lead", "ENG", "Elsewhere").await.key;
    let secret = server.issue("lead", "SEC", "Secret").await.key;
    let mine = dana.draft(&key, "mine.txt", b"mine").await;
    let of_project = dana.draft("ENG", "new.txt", b"new").await;
    let uploaded: Page<Attachment> = lead.upload(&secret, "ready.txt", b"ready").await.made();
    let note = json!({"body": "Note", "internal": true, "attachments": [
        lead.draft(&key, "note.txt", b"note").await.id
    ]});
    lead.comment(&key, note).await;
    let of_note: Page<Attachment> = lead
        .get(&format!("/api/v1/issues/{key}/attachments"))
        .await
        .ok();
    let expired = dana.draft(&key, "old.txt", b"old").await;
    server.run(&format!(
        "update attachment set created_at = now() - interval '25 hours' where id = '{}'",
        expired.id
    ));
    let said = dana.comment(&key, json!({"body": "Said"})).await;
    let foreign = [
        ("somebody else's", lead.draft(&key, "x", b"x").await.id),
        ("of another issue", dana.draft(&other, "x", b"x").await.id),
        ("of a project", of_project.id),
        ("of another project", dana.draft("SEC", "x", b"x").await.id),
        ("a file", uploaded.items[0].id),
        ("a file of a note", of_note.items[0].id),
        ("too old", expired.id),
        ("made up", Uuid::now_v7()),
    ];
    server.settle();
    let before = server.test.digests();
    let comments = format!("/api/v1/issues/{key}/comments");
    let comment = format!("/api/v1/comments/{}", said.id);
    let problem = |answer: Answer, what: &str| {
        let problem = answer.problem(Code::InvalidInput);
        assert_eq!(problem.errors[0].pointer, "/attachments/1", "{what}");
        (problem.detail, problem.errors)
    };
    let mut said = Vec::new();
    for (what, id) in foreign {
        let ids = [mine.id, id];
        let new = json!({"body": "Text", "attachments": ids});
        said.push(problem(dana.post(&comments, new.clone()).await, what));
        said.push(problem(dana.patch(&comment, new).await, what));
        // Of a new issue: the draft of the project is the only one that may be named.
        if id != of_project.id {
            let new = json!({"title": "New", "attachments": [of_project.id, id]});
            let answer = dana.post("/api/v1/projects/ENG/issues", new).await;
            said.push(problem(answer, what));
        }
    }
    said.dedup();
    assert_eq!(said.len(), 1, "nothing tells them apart: {said:?}");
    assert_eq!(before, server.test.digests());
    let new = json!({"title": "New", "attachments": [mine.id]});
    let answer = dana.post("/api/v1/projects/ENG/issues", new).await;
    assert_eq!(answer.invalid(), ["/attachments/0"]);
    let many: Vec<Uuid> = (0..51).map(|_| Uuid::now_v7()).collect();
    let new = json!({"body": "Text", "attachments": many});
    assert_eq!(dana.post(&comments, new).await.invalid(), ["/attachments"]);
    // What is left is theirs to send, once.
    let new = || json!({"body": "Text", "attachments": [mine.id, mine.id]});
    dana.comment(&key, new()).await;
    assert_eq!(
        dana.post(&comments, new()).await.invalid(),
        ["/attachments/0"]
    );
}

#[actix_web::test]
async fn a_draft_is_sent_once_however_many_send_it() {
    let server = Server::new();
    let dana = server.as_("developer");
    let key = server.issue("lead", "ENG", "Once").await.key;
    let draft = dana.draft(&key, "a.txt", b"bytes").await;
    let path = format!("/api/v1/issues/{key}/comments");
    let send = |n: usize| {
        let (dana, path) = (dana.clone(), path.clone());
        let new = json!({"body": format!("No. {n}"), "attachments": [draft.id]});
        async move { dana.post(&path, new).await.status }
    };
    let mut statuses = futures_util::future::join_all((0..8).map(send)).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 422, 422, 422, 422, 422, 422, 422]);
    assert_eq!(server.sql("select count(*) from comment"), "1");
    assert_eq!(
        server.sql("select count(*) from event where kind = 'attachment.created'"),
        "1"
    );
}

#[actix_web::test]
async fn a_new_issue_takes_its_files_along() {
    let server = Server::new();
    let rita = server.as_("reporter");
    let draft = rita.draft("APP", "a.png", b"bytes").await;
    let new = json!({
        "title": "With a picture",
        "description": domain::markdown::picture("a.png", draft.id),
        "attachments": [draft.id],
    });
    let issue: Issue = rita
        .post("/api/v1/projects/APP/issues", new.clone())
        .await
        .made();
    assert_eq!(names(&rita, &issue.key).await, ["a.png"]);
    let staff = server.as_("maintainer");
    staff.get(&at(&draft)).await.is(200);
    let refused = rita.post("/api/v1/projects/APP/issues", new).await;
    assert_eq!(refused.invalid(), ["/attachments/0"]);
    assert_eq!(
        server.sql("select count(*) from issue"),
        "1",
        "nor an issue"
    );
    assert_eq!(
        server.sql("select max(last_number) from issue_counter"),
        "1"
    );
    // A program that may report may do so with files.
    let scopes = [domain::token::Scope::IssuesWrite];
    let program = server.program(server.person("lead"), &scopes, Some(server.cast.eng));
    let draft = program.draft("ENG", "log.txt", b"log").await;
    let new = json!({"title": "From a program", "attachments": [draft.id]});
    let issue: Issue = program.post("/api/v1/issues", new).await.made();
    assert_eq!(names(&program, &issue.key).await, ["log.txt"]);
}

#[actix_web::test]
async fn drafts_go_with_their_project() {
    let server = Server::new();
    let (lead, admin) = (server.as_("lead"), server.as_("admin"));
    let key = server.issue("lead", "ENG", "To go").await.key;
    let own = lead.draft(&key, "a.txt", b"bytes").await;
    let new = lead.draft("ENG", "b.txt", b"bytes").await;
    let note = json!({"body": "Note", "internal": true, "attachments": [own.id]});
    lead.comment(&key, note).await;
    lead.draft(&key, "c.txt", b"bytes").await;
    lead.delete("/api/v1/projects/ENG").await.is(204);
    // Nothing more comes, but what waits can be taken back.
    let late = json!({"title": "Late", "attachments": [new.id]});
    let late = lead.post("/api/v1/projects/ENG/issues", late).await;
    late.problem(Code::Conflict);
    lead.get("/api/v1/projects/ENG/export").await.is(200);
    let purge = "/api/v1/projects/ENG?purge=true";
    admin.delete(purge).await.is(204);
    assert_eq!(server.sql("select count(*) from attachment"), "0");
    assert_eq!(server.sql("select count(*) from orphan_file"), "3");
}
