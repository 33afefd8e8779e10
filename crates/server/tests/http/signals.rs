//! What makes open pages look again without being part of any history: votes, watches, saved views,
//! and what a duplicate brings to the issue that it repeats.

use crate::harness::{Client, Server};
use crate::live::{Ear, Heard};
use domain::comment::Comment;
use domain::problem::Code;
use domain::token::Scope;
use domain::view::View;
use serde_json::{Value, json};

const VIEWS: &str = "/api/v1/views";

/// What was heard up to an issue of that key, in words: kind, project or issue, and who did it.
async fn heard(ear: &mut Ear, until: &str) -> Vec<String> {
    let mut all = ear.until(until).await;
    all.pop();
    let words = |h: Heard| {
        let place = h.live().issue.or(h.live().project).unwrap_or_default();
        format!("{} {place} {}", h.event, h.live().actor.unwrap_or_default())
    };
    all.into_iter().map(words).collect()
}

/// Ends what is listened to: everybody hears of this issue.
async fn end(server: &Server) -> String {
    server.issue("lead", "OPS", "The end").await.key
}

/// Everything that people read of the past, as one text.
async fn told(client: &Client, key: &str) -> String {
    let mut all = String::new();
    for path in [
        format!("issues/{key}/events?limit=100&rank=true"),
        "activity?limit=100".into(),
        format!("insights/moments?issue={key}"),
        "insights/moments".into(),
        "insights/changes?project=ENG".into(),
    ] {
        all += &client.get(&format!("/api/v1/{path}")).await.is(200).text();
    }
    all
}

#[actix_web::test]
async fn votes_and_watches_are_heard_by_whom_the_issue_exists_for_and_never_of_whom() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("reporter", "APP", "Theirs").await;
    server.issue("lead", "ENG", "Seen by all").await;
    server.issue("lead", "SEC", "Private").await;
    server.settle();
    let before = told(&lead, "ENG-1").await;
    let (mut rita, _) = Ear::ready(&server.as_("reporter")).await;
    let (mut other, _) = Ear::ready(&server.as_("reporter2")).await;
    let (mut dana, _) = Ear::ready(&server.as_("developer")).await;
    let maria = server.as_("maintainer");
    for (client, key) in [(&maria, "APP-1"), (&maria, "ENG-1"), (&lead, "SEC-1")] {
        for what in ["vote", "watch"] {
            let at = format!("/api/v1/issues/{key}/{what}");
            // Twice is once, and said once.
            for _ in 0..2 {
                client.put(&at).await.is(204);
            }
        }
    }
    for _ in 0..2 {
        maria.delete("/api/v1/issues/ENG-1/vote").await.is(204);
        maria.delete("/api/v1/issues/ENG-1/watch").await.is(204);
    }
    let last = end(&server).await;
    let engine = [
        "votes.updated ENG-1 ",
        "watchers.updated ENG-1 ",
        "votes.updated ENG-1 ",
        "watchers.updated ENG-1 ",
    ];
    let theirs = ["votes.updated APP-1 ", "watchers.updated APP-1 "];
    assert_eq!(
        heard(&mut rita, &last).await,
        [&theirs[..], &engine].concat()
    );
    assert_eq!(heard(&mut other, &last).await, engine);
    // The lead watches what they reported already.
    assert_eq!(
        heard(&mut dana, &last).await,
        [
            &theirs[..],
            &engine[..2],
            &["votes.updated SEC-1 "],
            &engine[2..]
        ]
        .concat()
    );
    // Nothing that tells of the past knows of it.
    let after = told(&lead, "ENG-1").await;
    assert!(
        !after.contains("votes.") && !after.contains("watchers."),
        "{after}"
    );
    let history = |text: &str| {
        text.split("\"kind\":\"issue.created\"")
            .next()
            .map(str::len)
    };
    assert_eq!(history(&before), history(&after));
    let signals = "select count(*) || ' ' || count(actor_id) || ' ' || count(coalesce(old, new))
                   from event where signal";
    assert_eq!(server.sql(signals), "7 0 0");
}

#[actix_web::test]
async fn somebody_who_stops_watching_does_not_spoil_the_export_before_a_purge() {
    let server = Server::new();
    let (lead, admin) = (server.as_("lead"), server.as_("admin"));
    server.issue("reporter", "ENG", "Watched").await;
    let at = "/api/v1/projects/ENG";
    lead.delete(at).await.is(204);
    let export: Value = lead.get(&format!("{at}/export")).await.ok();
    let rita = server.as_("reporter");
    rita.delete("/api/v1/issues/ENG-1/watch").await.is(204);
    let private = json!({"name": "Mine", "project": "ENG"});
    let view: View = rita.post(VIEWS, private).await.made();
    rita.delete(&format!("{VIEWS}/{}", view.id)).await.is(204);
    server.settle();
    let again: Value = lead.get(&format!("{at}/export")).await.ok();
    assert_eq!(export["events"], again["events"], "it is in no export");
    rita.put("/api/v1/issues/ENG-1/watch")
        .await
        .problem(Code::Conflict);
    admin.delete(&format!("{at}?purge=true")).await.is(204);
    assert_eq!(server.sql("select count(*) from event where signal"), "0");
}

#[actix_web::test]
async fn a_shared_view_is_told_to_its_project_and_a_private_one_to_its_owner_alone() {
    let server = Server::new();
    let lead = server.as_("lead");
    let owner = server.person("lead");
    server.settle();
    let (mut own, _) = Ear::ready(&lead).await;
    let bound = server.program(owner, &[Scope::Read], Some(server.cast.ops));
    let (mut bound, _) = Ear::ready(&bound).await;
    let (mut member, _) = Ear::ready(&server.as_("developer")).await;
    let (mut reporter, _) = Ear::ready(&server.as_("reporter")).await;
    let (mut admin, _) = Ear::ready(&server.as_("admin")).await;
    let of_all: View = lead.post(VIEWS, json!({"name": "Canary all"})).await.made();
    let private = json!({"name": "Canary", "project": "ENG"});
    let private: View = lead.post(VIEWS, private).await.made();
    let shared = json!({"name": "Open", "project": "APP", "shared": true});
    let shared: View = lead.post(VIEWS, shared).await.made();
    let secret = json!({"name": "Secret", "project": "SEC", "shared": true});
    lead.post(VIEWS, secret).await.is(201);
    let at = |view: &View| format!("{VIEWS}/{}", view.id);
    let patch = |name: &str, share: bool| json!({"name": name, "shared": share});
    lead.patch(&at(&private), patch("Known", true))
        .await
        .is(200);
    lead.patch(&at(&private), patch("Canary again", false))
        .await
        .is(200);
    lead.patch(&at(&private), json!({"query": "canary"}))
        .await
        .is(200);
    lead.delete(&at(&private)).await.is(204);
    lead.delete(&at(&of_all)).await.is(204);
    lead.delete(&at(&shared)).await.is(204);
    let last = end(&server).await;
    let everybody = [
        "view.created APP lead",
        "view.updated ENG lead",
        "view.updated ENG lead",
        "view.deleted APP lead",
    ];
    assert_eq!(heard(&mut reporter, &last).await, everybody);
    let members = [&everybody[..1], &["view.created SEC lead"], &everybody[1..]].concat();
    assert_eq!(heard(&mut member, &last).await, members);
    assert_eq!(heard(&mut admin, &last).await, members);
    assert_eq!(
        heard(&mut own, &last).await,
        [
            "view.created  lead",
            "view.created ENG lead",
            "view.created APP lead",
            "view.created SEC lead",
            "view.updated ENG lead",
            "view.updated ENG lead",
            "view.updated ENG lead",
            "view.deleted ENG lead",
            "view.deleted  lead",
            "view.deleted APP lead",
        ]
    );
    assert!(heard(&mut bound, &last).await.is_empty());
    // The log has the names that were shared, and no other.
    let log = "select string_agg(concat(e.old, e.new), '') from event e where kind like 'view.%'";
    let log = server.sql(log);
    assert!(
        log.contains("Known") && !log.to_lowercase().contains("canary"),
        "{log}"
    );
}

#[actix_web::test]
async fn what_is_merged_is_heard_where_it_is_shown_also_by_whom_the_duplicate_does_not_exist_for() {
    let server = Server::new();
    let (lead, maria) = (server.as_("lead"), server.as_("maintainer"));
    server.issue("reporter", "APP", "Duplicate").await;
    server.issue("reporter2", "APP", "Original").await;
    server.issue("reporter2", "APP", "Top").await;
    let rita = server.as_("reporter");
    let said = rita.comment("APP-1", json!({"body": "Said"})).await;
    let note = json!({"body": "Between us", "internal": true});
    let note = maria.comment("APP-1", note).await;
    for (key, into) in [("APP-1", "APP-2"), ("APP-2", "APP-3")] {
        let at = format!("/api/v1/issues/{key}/merge");
        maria.post(&at, json!({ "into": into })).await.is(200);
    }
    server.settle();
    let (mut other, _) = Ear::ready(&server.as_("reporter2")).await;
    let comment = |comment: &Comment| format!("/api/v1/comments/{}", comment.id);
    rita.patch(&comment(&said), json!({"body": "Edited"}))
        .await
        .is(200);
    maria
        .patch(&comment(&note), json!({"body": "Canary"}))
        .await
        .is(200);
    let file = rita.upload("APP-1", "a.txt", b"bytes").await.is(201);
    rita.delete(&file.header("location")).await.is(204);
    rita.comment("APP-1", json!({"body": "More"})).await;
    rita.delete(&comment(&said)).await.is(204);
    lead.delete("/api/v1/issues/APP-1").await.is(204);
    lead.post("/api/v1/issues/APP-1/restore", json!({}))
        .await
        .is(200);
    // To where it does not exist for those who hear of it.
    lead.post("/api/v1/issues/APP-1/move", json!({"project": "SEC"}))
        .await
        .is(200);
    let last = end(&server).await;
    let mut expected = Vec::new();
    // Edited, a file, without it, more, deleted; the issue deleted, restored and moved: each on both.
    for who in ["reporter"; 5].into_iter().chain(["lead"; 3]) {
        for key in ["APP-2", "APP-3"] {
            expected.push(format!("merge.updated {key} {who}"));
        }
    }
    assert_eq!(heard(&mut other, &last).await, expected);
    let history = told(&maria, "APP-3").await;
    assert!(!history.contains("merge.updated"), "{history}");
}

#[actix_web::test]
async fn a_merged_duplicate_takes_no_new_votes_and_watchers_and_gives_back_those_it_had() {
    let server = Server::new();
    let lead = server.as_("lead");
    let (rita, dana) = (server.as_("reporter"), server.as_("developer"));
    for title in ["Top", "Middle", "Duplicate"] {
        server.issue("lead", "ENG", title).await;
    }
    server.issue("lead", "SEC", "Hidden").await;
    let at = |key: &str, what: &str| format!("/api/v1/issues/{key}/{what}");
    for what in ["vote", "watch"] {
        rita.put(&at("ENG-3", what)).await.is(204);
        dana.put(&at("ENG-3", what)).await.is(204);
        // Dana says so for the top herself, too.
        dana.put(&at("ENG-1", what)).await.is(204);
    }
    for (key, into) in [("ENG-3", "ENG-2"), ("ENG-2", "ENG-1")] {
        let body = json!({ "into": into });
        lead.post(&at(key, "merge"), body).await.is(200);
    }
    let maria = server.as_("maintainer");
    let counts = || async {
        let mut all = Vec::new();
        for key in ["ENG-1", "ENG-2", "ENG-3"] {
            let issue = maria.issue(key).await;
            all.push((issue.votes, issue.watchers));
        }
        all
    };
    assert_eq!(counts().await, [(2, 3), (2, 3), (2, 3)]);
    server.settle();
    let before = server.test.digests();
    for (what, verb) in [("vote", "Vote for"), ("watch", "Watch")] {
        for key in ["ENG-2", "ENG-3"] {
            let refused = maria.put(&at(key, what)).await.problem(Code::Conflict);
            let detail = refused.detail.unwrap();
            assert!(
                detail.contains(&format!("{verb} ENG-1 instead")),
                "{detail}"
            );
        }
    }
    assert_eq!(before, server.test.digests());
    // Taken back, it is taken back wherever it came to: but not what somebody said there themselves.
    server.settle();
    let (mut ear, _) = Ear::ready(&maria).await;
    for client in [&rita, &dana] {
        for what in ["vote", "watch"] {
            for _ in 0..2 {
                client.delete(&at("ENG-3", what)).await.is(204);
            }
        }
    }
    assert_eq!(counts().await, [(1, 2), (0, 1), (0, 1)]);
    let last = end(&server).await;
    let heard = heard(&mut ear, &last).await;
    for key in ["ENG-1", "ENG-2", "ENG-3"] {
        for kind in ["votes", "watchers"] {
            let signal = format!("{kind}.updated {key} ");
            assert!(heard.contains(&signal), "{signal}: {heard:?}");
        }
    }
    lead.post(&at("ENG-2", "unmerge"), json!({})).await.is(200);
    maria.put(&at("ENG-2", "vote")).await.is(204);
    lead.post(&at("ENG-3", "unmerge"), json!({})).await.is(200);
    assert_eq!(counts().await, [(1, 2), (1, 1), (0, 1)]);
    // The name of what does not exist for somebody is not told.
    let body = json!({"into": "SEC-1"});
    lead.post(&at("ENG-3", "merge"), body).await.is(200);
    let refused = rita.put(&at("ENG-3", "vote")).await.problem(Code::Conflict);
    let detail = refused.detail.unwrap();
    assert!(
        detail.contains("does not exist for you") && !detail.contains("SEC"),
        "{detail}"
    );
}

#[actix_web::test]
async fn whoever_comments_on_a_merged_duplicate_watches_what_it_repeats_as_long_as_it_does() {
    let server = Server::new();
    let lead = server.as_("lead");
    for title in ["Top", "Middle", "Duplicate", "Another"] {
        server.issue("lead", "ENG", title).await;
    }
    server.issue("lead", "SEC", "Hidden").await;
    let at = |key: &str, what: &str| format!("/api/v1/issues/{key}/{what}");
    let merge = async |key: &str, into: &str| {
        let body = json!({ "into": into });
        lead.post(&at(key, "merge"), body).await.is(200);
    };
    merge("ENG-3", "ENG-2").await;
    merge("ENG-2", "ENG-1").await;
    merge("ENG-4", "ENG-1").await;
    // Who watches what, in words.
    let watching = || {
        server.sql(
            "select string_agg(p.key || '-' || i.number || ' ' || a.username, ', ' order by a.username, p.key, i.number)
             from watch w join issue i on i.id = w.issue_id join project p on p.id = i.project_id
             join account a on a.id = w.account_id
             where w.watching and a.username <> 'lead'",
        )
    };
    let dana = server.as_("developer");
    // Turned off on the issue that is repeated: that stands.
    let rita = server.as_("reporter");
    rita.delete(&at("ENG-1", "watch")).await.is(204);
    server.settle();
    let (mut ear, _) = Ear::ready(&server.as_("viewer")).await;
    dana.comment("ENG-3", json!({"body": "Here too"})).await;
    rita.comment("ENG-3", json!({"body": "And here"})).await;
    // A program that may comment and no more does so for its owner.
    let maria = server.person("maintainer");
    let program = server.program(maria, &[Scope::CommentsWrite], None);
    program.comment("ENG-4", json!({"body": "Seen"})).await;
    // A note among staff makes nobody watch.
    let note = json!({"body": "Between us", "internal": true});
    server.as_("admin").comment("ENG-4", note).await;
    assert_eq!(
        watching(),
        "ENG-1 developer, ENG-2 developer, ENG-3 developer, \
         ENG-1 maintainer, ENG-4 maintainer, ENG-2 reporter, ENG-3 reporter"
    );
    let last = end(&server).await;
    let mut told = heard(&mut ear, &last).await;
    told.retain(|line| line.starts_with("watchers"));
    assert_eq!(
        told,
        [
            "watchers.updated ENG-2 ",
            "watchers.updated ENG-1 ",
            "watchers.updated ENG-2 ",
            "watchers.updated ENG-1 ",
        ]
    );
    // Said in two places, the one that is still merged goes on.
    dana.comment("ENG-4", json!({"body": "There as well"}))
        .await;
    lead.post(&at("ENG-2", "unmerge"), json!({})).await.is(200);
    lead.post(&at("ENG-3", "unmerge"), json!({})).await.is(200);
    assert_eq!(
        watching(),
        "ENG-1 developer, ENG-3 developer, ENG-4 developer, \
         ENG-1 maintainer, ENG-4 maintainer, ENG-3 reporter"
    );
    lead.post(&at("ENG-4", "unmerge"), json!({})).await.is(200);
    assert_eq!(
        watching(),
        "ENG-3 developer, ENG-4 developer, ENG-4 maintainer, ENG-3 reporter"
    );
    // What does not exist for somebody they do not come to watch.
    merge("ENG-4", "SEC-1").await;
    rita.comment("ENG-4", json!({"body": "Where is it?"})).await;
    assert_eq!(
        watching(),
        "ENG-3 developer, ENG-4 developer, SEC-1 developer, ENG-4 maintainer, ENG-3 reporter, ENG-4 reporter"
    );
}
