//! A duplicate is merged into the issue that it repeats, is shown there, and comes back as it was.

use crate::harness::{Answer, Client, Server};
use domain::attachment::Attachment;
use domain::comment::Comment;
use domain::event::HistoryEntry;
use domain::issue::{Issue, Resolution};
use domain::merge::Merged;
use domain::page::Page;
use domain::problem::Code;
use domain::relation::{Relation, RelationKind};
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
        (files.items.len(), files.items[0].issue.as_deref()),
        (1, Some("ENG-2"))
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
        .problem(Code::NotFound);
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

/// Votes and watchers of an issue.
async fn people(client: &Client, key: &str) -> (i32, i32) {
    let issue = client.issue(key).await;
    (issue.votes, issue.watchers)
}

fn votes(key: &str) -> String {
    format!("/api/v1/issues/{key}/vote")
}

fn watches(key: &str) -> String {
    format!("/api/v1/issues/{key}/watch")
}

async fn relations(client: &Client, key: &str) -> Vec<(RelationKind, String)> {
    let at = format!("/api/v1/issues/{key}/relations");
    let page: Page<Relation> = client.get(&at).await.ok();
    let pair = |r: Relation| (r.kind, r.issue.key);
    page.items.into_iter().map(pair).collect()
}

const COUNTED: &str = "select count(*) from issue i
     where i.votes <> (select count(*) from vote v where v.issue_id = i.id)";

#[actix_web::test]
async fn votes_and_watches_of_a_duplicate_count_once_where_it_is_merged_until_it_is_taken_out() {
    let server = Server::new();
    let (lead, dana, rita) = (
        server.as_("lead"),
        server.as_("developer"),
        server.as_("reporter"),
    );
    let (maintainer, other) = (server.as_("maintainer"), server.as_("reporter2"));
    for title in ["Original", "Duplicate"] {
        server.issue("lead", "ENG", title).await;
    }
    // Dana votes for both; rita and the maintainer for the duplicate alone.
    for (client, keys) in [
        (&dana, &["ENG-1", "ENG-2"][..]),
        (&rita, &["ENG-2"]),
        (&maintainer, &["ENG-2"]),
        (&other, &["ENG-1"]),
    ] {
        for key in keys {
            client.put(&votes(key)).await.is(204);
            client.put(&watches(key)).await.is(204);
        }
    }
    // Who turned it off there stays off, whatever they watch here.
    let off = server.as_("admin");
    off.put(&watches("ENG-2")).await.is(204);
    off.delete(&watches("ENG-1")).await.is(204);
    let before = (people(&lead, "ENG-1").await, people(&lead, "ENG-2").await);
    assert_eq!(before, ((2, 3), (3, 5)));
    for _ in 0..2 {
        merge(&lead, "ENG-2", "ENG-1").await.is(200);
        assert_eq!(people(&lead, "ENG-1").await, (4, 5), "each person once");
        assert_eq!(people(&lead, "ENG-2").await, before.1, "and its own stay");
        let seen = rita.issue("ENG-1").await;
        assert!(seen.voted && seen.watching);
        assert!(!off.issue("ENG-1").await.watching);
        assert_eq!(server.sql(COUNTED), "0");
        unmerge(&lead, "ENG-2").await.is(200);
        let now = (people(&lead, "ENG-1").await, people(&lead, "ENG-2").await);
        assert_eq!(now, before);
        let seen = rita.issue("ENG-1").await;
        assert!(!seen.voted && !seen.watching);
        assert!(dana.issue("ENG-1").await.voted);
    }
    // What somebody says themselves meanwhile stays: rita takes both back and gives them again, the
    // maintainer merely says so once more, and dana takes back the vote that was her own.
    merge(&lead, "ENG-2", "ENG-1").await.is(200);
    for at in [votes("ENG-1"), watches("ENG-1")] {
        rita.delete(&at).await.is(204);
        rita.put(&at).await.is(204);
        maintainer.put(&at).await.is(204);
        dana.delete(&at).await.is(204);
    }
    assert_eq!(people(&lead, "ENG-1").await, (3, 4));
    unmerge(&lead, "ENG-2").await.is(200);
    assert_eq!(people(&lead, "ENG-1").await, (3, 4));
    assert_eq!(people(&lead, "ENG-2").await, before.1);
    for client in [&rita, &maintainer] {
        let seen = client.issue("ENG-1").await;
        assert!(seen.voted && seen.watching);
    }
    assert_eq!(server.sql(COUNTED), "0");
    // Turned off while it came from the duplicate: off it stays, also when it is merged again.
    server.issue("reporter2", "ENG", "Another").await;
    merge(&lead, "ENG-3", "ENG-2").await.is(200);
    assert!(other.issue("ENG-2").await.watching);
    other.delete(&watches("ENG-2")).await.is(204);
    unmerge(&lead, "ENG-3").await.is(200);
    merge(&lead, "ENG-3", "ENG-2").await.is(200);
    assert!(!other.issue("ENG-2").await.watching);
}

#[actix_web::test]
async fn whoever_votes_for_two_duplicates_stays_until_both_are_taken_out_also_further_up() {
    let server = Server::new();
    let (lead, rita) = (server.as_("lead"), server.as_("reporter"));
    for title in ["Top", "Middle", "One", "Two"] {
        server.issue("lead", "ENG", title).await;
    }
    for key in ["ENG-3", "ENG-4"] {
        rita.put(&votes(key)).await.is(204);
        rita.put(&watches(key)).await.is(204);
    }
    server.as_("developer").put(&votes("ENG-3")).await.is(204);
    for (from, into) in [("ENG-3", "ENG-2"), ("ENG-4", "ENG-2"), ("ENG-2", "ENG-1")] {
        merge(&lead, from, into).await.is(200);
    }
    for key in ["ENG-1", "ENG-2"] {
        assert_eq!(people(&lead, key).await, (2, 2), "{key}");
    }
    unmerge(&lead, "ENG-3").await.is(200);
    for key in ["ENG-1", "ENG-2"] {
        assert_eq!(people(&lead, key).await, (1, 2), "{key}: for the other one");
    }
    unmerge(&lead, "ENG-4").await.is(200);
    for key in ["ENG-1", "ENG-2"] {
        assert_eq!(people(&lead, key).await, (0, 1), "{key}");
    }
    assert_eq!(server.sql(COUNTED), "0");
}

#[actix_web::test]
async fn nobody_comes_to_watch_what_does_not_exist_for_them() {
    let server = Server::new();
    let (maintainer, rita) = (server.as_("maintainer"), server.as_("reporter"));
    server.issue("reporter", "APP", "Theirs").await;
    server.issue("reporter2", "APP", "Original").await;
    rita.put(&votes("APP-1")).await.is(204);
    let (_, watching) = people(&maintainer, "APP-2").await;
    merge(&maintainer, "APP-1", "APP-2").await.is(200);
    assert_eq!(people(&maintainer, "APP-2").await, (1, watching));
    assert_eq!(
        server.sql("select count(*) from watch where merged_from is not null"),
        "0"
    );
    rita.get("/api/v1/issues/APP-2")
        .await
        .problem(Code::NotFound);
    unmerge(&maintainer, "APP-1").await.is(200);
    assert_eq!(people(&maintainer, "APP-2").await, (0, watching));
}

#[actix_web::test]
async fn a_merge_makes_the_relation_that_is_missing_and_takes_back_no_other() {
    let server = Server::new();
    let lead = server.as_("lead");
    for title in ["Original", "Duplicate"] {
        server.issue("lead", "ENG", title).await;
    }
    let stands = [(RelationKind::Duplicates, "ENG-1".to_string())];
    let path = "/api/v1/issues/ENG-2/relations";
    merge(&lead, "ENG-2", "ENG-1").await.is(200);
    assert_eq!(relations(&lead, "ENG-2").await, stands);
    unmerge(&lead, "ENG-2").await.is(200);
    assert!(relations(&lead, "ENG-2").await.is_empty());
    for key in ["ENG-1", "ENG-2"] {
        let at = format!("/api/v1/issues/{key}/events?limit=100");
        let told = lead.get(&at).await.is(200).text();
        for kind in ["relation.created", "relation.deleted"] {
            assert_eq!(told.matches(kind).count(), 1, "{key}: {kind}");
        }
    }
    // Made by somebody before, or again while it was merged: theirs.
    let new = || json!({"kind": "duplicates", "issue": "ENG-1"});
    let made: Relation = lead.post(path, new()).await.made();
    merge(&lead, "ENG-2", "ENG-1").await.is(200);
    unmerge(&lead, "ENG-2").await.is(200);
    assert_eq!(relations(&lead, "ENG-2").await, stands);
    lead.delete(&format!("{path}/{}", made.id)).await.is(204);
    merge(&lead, "ENG-2", "ENG-1").await.is(200);
    let page: Page<Relation> = lead.get(path).await.ok();
    let at = format!("{path}/{}", page.items[0].id);
    lead.delete(&at).await.is(204);
    lead.post(path, new()).await.is(201);
    unmerge(&lead, "ENG-2").await.is(200);
    assert_eq!(relations(&lead, "ENG-2").await, stands);
    // What would lead in a circle is refused, and nothing is half done.
    let before = server.test.digests();
    let refused = merge(&lead, "ENG-1", "ENG-2").await;
    let refused = refused.problem(Code::Conflict);
    assert_eq!(refused.errors[0].pointer, "/into", "where it was named");
    assert_eq!(before, server.test.digests());
}

#[actix_web::test]
async fn a_purge_of_the_duplicates_project_leaves_what_it_repeated_whole_and_says_nothing_of_it() {
    let server = Server::new();
    let (lead, admin, rita) = (
        server.as_("lead"),
        server.as_("admin"),
        server.as_("reporter"),
    );
    server.issue("lead", "OPS", "Original").await;
    server.issue("reporter", "ENG", "Canary").await;
    lead.comment("OPS-1", json!({"body": "Stays"})).await;
    let canary = rita.comment("ENG-1", json!({"body": "Canary"})).await;
    let file = rita.upload("ENG-1", "canary.txt", b"bytes").await.is(201);
    rita.put(&votes("ENG-1")).await.is(204);
    lead.put(&votes("OPS-1")).await.is(204);
    merge(&lead, "ENG-1", "OPS-1").await.is(200);
    let answer = json!({"body": "Answer", "parent": canary.id});
    lead.comment("OPS-1", answer).await;
    let before = lead.issue("OPS-1").await;
    lead.delete("/api/v1/projects/ENG").await.is(204);
    lead.get("/api/v1/projects/ENG/export").await.is(200);
    let purged = "/api/v1/projects/ENG?purge=true";
    admin.delete(purged).await.is(204);

    let after = lead.issue("OPS-1").await;
    assert_eq!((after.votes, after.watchers), (2, before.watchers));
    assert_eq!(before, after);
    assert_eq!(server.sql(COUNTED), "0");
    let own = pairs(&[("OPS-1", "Stays"), ("OPS-1", "Answer")]);
    assert_eq!(said(&lead, "OPS-1").await, own);
    let state: Merged = lead.get("/api/v1/issues/OPS-1/merge").await.ok();
    assert_eq!(state, Merged::default());
    assert!(relations(&lead, "OPS-1").await.is_empty());
    lead.get(&file.header("location"))
        .await
        .problem(Code::NotFound);
    // Those who voted by way of it may take it back like any other vote.
    rita.delete(&votes("OPS-1")).await.is(204);
    rita.put(&watches("OPS-1")).await.is(204);
    assert_eq!(lead.issue("OPS-1").await.votes, 1);
    // Nothing names it any more, not even when another project comes to have its key.
    for again in [false, true] {
        if again {
            let new = json!({"key": "ENG", "name": "Another", "template": "software"});
            lead.post("/api/v1/projects", new).await.is(201);
            server.issue("lead", "ENG", "Another").await;
        }
        for path in [
            "issues/OPS-1/events?limit=100",
            "activity?project=OPS&limit=100",
            "issues/OPS-1/relations",
            "issues/OPS-1/comments",
            "issues/OPS-1/attachments",
            "projects/OPS/export",
        ] {
            let told = lead.get(&format!("/api/v1/{path}")).await.is(200).text();
            assert!(
                !told.contains("ENG-1") && !told.to_lowercase().contains("canary"),
                "{path}: {told}"
            );
        }
    }
}
