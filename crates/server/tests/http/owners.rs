//! A duplicate of a private project is read where it is merged, and stays its own project's: what changes
//! it, what is internal in it, what is told of it, and what a purge takes.

use crate::harness::{Client, Server};
use crate::live::Ear;
use domain::attachment::Attachment;
use domain::comment::Comment;
use domain::page::Page;
use domain::problem::Code;
use serde_json::{Value, json};

/// What was said and added on the duplicate, SEC-1, by the developer unless named.
struct Said {
    comment: Comment,
    note: Comment,
    file: String,
    /// By somebody who is no member any more.
    former: Comment,
    former_file: String,
}

fn at(comment: &Comment) -> String {
    format!("/api/v1/comments/{}", comment.id)
}

/// SEC-1, of a private project, is merged into ENG-1. The maintainer leads ENG, and SEC does not exist for
/// them; reporter2 was a member of SEC.
async fn stage() -> (Server, Said) {
    let server = Server::new();
    let (lead, dana) = (server.as_("lead"), server.as_("developer"));
    for (project, who, role) in [
        ("ENG", "maintainer", "lead"),
        ("SEC", "reporter2", "reporter"),
    ] {
        let members = format!("/api/v1/projects/{project}/members");
        let member = json!({"identifier": who, "role": role});
        lead.post(&members, member).await.is(201);
    }
    server.issue("lead", "ENG", "Original").await;
    server.issue("developer", "SEC", "Duplicate").await;
    let former = server.as_("reporter2");
    let note = json!({"body": "Among us", "internal": true});
    let said = Said {
        comment: dana.comment("SEC-1", json!({"body": "Said"})).await,
        note: dana.comment("SEC-1", note).await,
        file: dana.upload("SEC-1", "a.txt", b"a").await.header("location"),
        former: former.comment("SEC-1", json!({"body": "Before"})).await,
        former_file: former
            .upload("SEC-1", "b.txt", b"b")
            .await
            .header("location"),
    };
    let id = &server.person("reporter2").id;
    let member = format!("/api/v1/projects/SEC/members/{id}");
    lead.delete(&member).await.is(204);
    let merge = json!({"into": "ENG-1"});
    lead.post("/api/v1/issues/SEC-1/merge", merge).await.is(200);
    (server, said)
}

async fn texts(client: &Client, key: &str) -> Vec<String> {
    let path = format!("/api/v1/issues/{key}/comments");
    let page: Page<Comment> = client.get(&path).await.ok();
    assert_eq!(page.total.count, page.items.len() as i64);
    page.items.into_iter().map(|c| c.body).collect()
}

#[actix_web::test]
async fn whoever_leads_what_it_repeats_reads_it_and_changes_nothing_of_it() {
    let (server, said) = stage().await;
    for who in ["maintainer", "reporter2"] {
        let reader = server.as_(who);
        reader
            .get("/api/v1/issues/SEC-1")
            .await
            .problem(Code::NotFound);
        assert_eq!(texts(&reader, "ENG-1").await, ["Said", "Before"], "{who}");
        let page: Page<Attachment> = reader.get("/api/v1/issues/ENG-1/attachments").await.ok();
        assert_eq!(page.total.count, 2);
        server.settle();
        let before = server.test.digests();
        for comment in [&said.comment, &said.former] {
            reader.get(&at(comment)).await.is(200);
            let edit = json!({"body": "Theirs now"});
            reader
                .patch(&at(comment), edit)
                .await
                .problem(Code::NotFound);
            reader.delete(&at(comment)).await.problem(Code::NotFound);
            let history = format!("{}/events", at(comment));
            reader.get(&history).await.problem(Code::NotFound);
        }
        for file in [&said.file, &said.former_file] {
            reader.get(file).await.is(200);
            reader.delete(file).await.problem(Code::NotFound);
        }
        reader.get(&at(&said.note)).await.problem(Code::NotFound);
        let answer = json!({"body": "To a note", "parent": said.note.id});
        let answer = reader.post("/api/v1/issues/ENG-1/comments", answer).await;
        assert_eq!(answer.invalid(), ["/parent"]);
        assert_eq!(before, server.test.digests(), "{who}");
    }
    // Of the staff of both, each note is there.
    let all = ["Said", "Among us", "Before"];
    assert_eq!(texts(&server.as_("lead"), "ENG-1").await, all);
    assert_eq!(texts(&server.as_("developer"), "ENG-1").await, all);
}

#[actix_web::test]
async fn what_changes_it_is_told_in_its_own_project() {
    let (server, said) = stage().await;
    let (lead, dana, admin) = (
        server.as_("lead"),
        server.as_("developer"),
        server.as_("admin"),
    );
    let edit = json!({"body": "Said better"});
    dana.patch(&at(&said.comment), edit).await.is(200);
    admin.delete(&at(&said.comment)).await.is(204);
    admin.delete(&said.file).await.is(204);
    lead.delete(&at(&said.former)).await.is(204);
    lead.delete(&said.former_file).await.is(204);
    let elsewhere = "select count(*) from event e join issue i on i.id = e.issue_id
                     where i.project_id <> e.project_id";
    assert_eq!(server.sql(elsewhere), "0");
    let kinds = ["comment.updated", "comment.deleted", "attachment.deleted"];
    for (project, told) in [("SEC", true), ("ENG", false)] {
        for path in [
            format!("activity?project={project}&limit=100"),
            format!("projects/{project}/export"),
            format!("issues/{project}-1/events?limit=100"),
        ] {
            let text = lead.get(&format!("/api/v1/{path}")).await.is(200).text();
            for kind in kinds {
                assert_eq!(text.contains(kind), told, "{path}: {kind}");
            }
        }
    }
    let history = format!("{}/events", at(&said.comment));
    let told = lead.get(&history).await.is(200).text();
    assert!(told.contains("Said better"), "{told}");
}

#[actix_web::test]
async fn a_purge_takes_what_was_told_of_its_own_and_leaves_the_rest() {
    for (gone, stays) in [("SEC", "ENG"), ("ENG", "SEC")] {
        let (server, said) = stage().await;
        let (lead, admin) = (server.as_("lead"), server.as_("admin"));
        admin.delete(&at(&said.comment)).await.is(204);
        admin.delete(&said.file).await.is(204);
        let own = format!(
            "select count(*) from event where project_id = (select id from project where key = '{stays}')
               and not signal and kind not like 'merge.%' and kind not like 'relation.%'"
        );
        let before = server.sql(&own);
        lead.delete(&format!("/api/v1/projects/{gone}"))
            .await
            .is(204);
        lead.get(&format!("/api/v1/projects/{gone}/export"))
            .await
            .is(200);
        let purge = format!("/api/v1/projects/{gone}?purge=true");
        admin.delete(&purge).await.is(204);
        assert_eq!(before, server.sql(&own), "{gone} goes");
        let export: Value = lead
            .get(&format!("/api/v1/projects/{stays}/export"))
            .await
            .ok();
        let events = export["events"].to_string();
        assert_eq!(
            events.contains("comment.deleted"),
            stays == "SEC",
            "{events}"
        );
    }
}

#[actix_web::test]
async fn of_a_note_in_it_only_its_own_staff_hears() {
    let (server, _) = stage().await;
    server.settle();
    let (mut theirs, _) = Ear::ready(&server.as_("maintainer")).await;
    let (mut ours, _) = Ear::ready(&server.as_("lead")).await;
    let dana = server.as_("developer");
    let note = json!({"body": "Among us again", "internal": true});
    dana.comment("SEC-1", note).await;
    dana.comment("SEC-1", json!({"body": "Aloud"})).await;
    let bell = server.issue("lead", "ENG", "Bell").await.key;
    let signals = |heard: Vec<crate::live::Heard>| {
        let of_merge = heard.iter().filter(|h| h.event == "merge.updated");
        of_merge.count()
    };
    assert_eq!(
        signals(theirs.until(&bell).await),
        1,
        "of what is read there"
    );
    assert_eq!(signals(ours.until(&bell).await), 2);
}

#[actix_web::test]
async fn an_answer_does_not_name_what_is_not_shown_any_more() {
    let (server, said) = stage().await;
    let reader = server.as_("maintainer");
    let answer = json!({"body": "Answer", "parent": said.comment.id});
    let answer = reader.comment("ENG-1", answer).await;
    assert_eq!(answer.parent, Some(said.comment.id));
    let lead = server.as_("lead");
    // To a note among the staff of the one, written for the staff of the other.
    let internal = json!({"body": "Internal answer", "parent": said.note.id});
    let internal = lead.comment("ENG-1", internal).await;
    assert!(internal.internal && internal.parent == Some(said.note.id));
    let seen: Comment = reader.get(&at(&internal)).await.ok();
    assert_eq!(seen.parent, None);
    let page: Page<Comment> = reader.get("/api/v1/issues/ENG-1/comments").await.ok();
    assert!(page.items.iter().all(|c| c.parent != Some(said.note.id)));
    lead.post("/api/v1/issues/SEC-1/unmerge", json!({}))
        .await
        .is(200);
    let seen: Comment = reader.get(&at(&answer)).await.ok();
    assert_eq!(seen.parent, None);
    let seen: Comment = lead.get(&at(&answer)).await.ok();
    assert_eq!(seen.parent, Some(said.comment.id));
}
