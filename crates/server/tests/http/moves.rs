//! Issues move to another project: under a new key, with everything that was said and done, and with
//! the eyes of their new home alone.

use crate::harness::{Answer, Client, Server};
use domain::event::{HistoryEntry, LiveEvent};
use domain::insights::{Changes, Moments};
use domain::issue::Issue;
use domain::list::IssueList;
use domain::page::Page;
use domain::problem::Code;
use domain::relation::Relation;
use domain::relocation::Relocation;
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};

async fn relocate(client: &Client, key: &str, project: &str) -> Relocation {
    let at = format!("/api/v1/issues/{key}/move");
    client.post(&at, json!({ "project": project })).await.ok()
}

/// What an answer says, without what differs each time.
fn masked(answer: &Answer) -> (u16, String, String) {
    let text = answer.text().replace(&answer.header("x-request-id"), "");
    (answer.status, answer.header("location"), text)
}

/// The instant of the last change.
fn last_change(server: &Server) -> String {
    let at = server.sql("select max(updated_at) from issue");
    at.replace(' ', "T").replace("+00", "Z")
}

async fn keys(client: &Client, query: &str) -> Vec<String> {
    let list: IssueList = client.get(&format!("/api/v1/issues?{query}")).await.ok();
    assert_eq!(list.page.total.count, list.page.items.len() as i64);
    list.page.items.into_iter().map(|i| i.key).collect()
}

/// Every operation about an issue, as the table of roles tells it: method, what follows the key, body.
fn operations() -> Vec<(Method, String, String)> {
    let lines = include_str!("expectations.tsv").lines();
    let rows = lines.filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let operation = cells[0].split(" (").next()?;
        let (method, path) = operation.split_once(' ')?;
        // A relation is looked for before the issue that it is of.
        let rest = path.strip_prefix("/issues/{issue}")?;
        if rest.contains("{id}") || cells[0].ends_with("(draft)") {
            return None;
        }
        let method = method.parse().unwrap();
        Some((
            method,
            rest.replace("{label}", "ui"),
            cells[5].replace("{project}", "ENG"),
        ))
    })
    .collect()
}

async fn ask(client: &Client, method: Method, path: &str, body: &str) -> Answer {
    let mut request = client.request(method, path);
    if body == "FILE" || body == "DRAFT" {
        let part = reqwest::multipart::Part::bytes(b"bytes".to_vec()).file_name("b.txt");
        request = request.multipart(reqwest::multipart::Form::new().part("file", part));
    } else if body.starts_with('{') {
        request = request.header("content-type", "application/json");
        request = request.body(body.to_string());
    }
    client.send(request).await
}

#[actix_web::test]
async fn a_former_key_leads_to_the_new_one_for_those_who_see_it_and_for_nobody_else() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "Goes into the dark").await;
    let moved = relocate(&lead, "ENG-1", "SEC").await;
    assert_eq!(
        (moved.from.as_str(), moved.issue.key.as_str()),
        ("ENG-1", "SEC-1")
    );
    let operations = operations();
    assert!(operations.len() > 12, "{}", operations.len());
    for (method, rest, body) in operations {
        let what = format!("{method} {rest}");
        let old = format!("/api/v1/issues/eng-0001{rest}");
        let answer = ask(&lead, method.clone(), &old, &body).await;
        assert_eq!(answer.status, 308, "{what}: {}", answer.text());
        let new = old.replace("eng-0001", "SEC-1");
        assert_eq!(answer.header("location"), new, "{what}");
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
        answer.problem(Code::Moved);
        // Everybody else cannot tell it from a key that never was.
        for name in ["maintainer", "viewer", "reporter"] {
            let client = server.as_(name);
            let gone = ask(&client, method.clone(), &old, &body).await;
            let never = old.replace("eng-0001", "ENG-7777");
            let never = ask(&client, method.clone(), &never, &body).await;
            assert_eq!(gone.status, 404, "{what} as {name}: {}", gone.text());
            assert_eq!(masked(&gone), masked(&never), "{what} as {name}");
        }
        assert_eq!(
            ask(&server.anonymous(), method, &old, &body).await.status,
            401
        );
    }
    // In two steps: the first key leads to the present one at once, and keys are never given again.
    let again = relocate(&lead, "SEC-1", "OPS").await;
    assert_eq!(again.issue.key, "OPS-1");
    let first = lead.get("/api/v1/issues/ENG-1?as_of=x").await;
    assert_eq!(first.status, 422, "read before it is looked for");
    for key in ["ENG-1", "SEC-1"] {
        let answer = lead.get(&format!("/api/v1/issues/{key}")).await.is(308);
        assert_eq!(answer.header("location"), "/api/v1/issues/OPS-1");
    }
    let answer = lead.get("/api/v1/issues/ENG-1/comments?limit=2").await;
    let now = "/api/v1/issues/OPS-1/comments?limit=2";
    assert_eq!(answer.is(308).header("location"), now);
    let maintainer = server.as_("maintainer");
    maintainer.get("/api/v1/issues/ENG-1").await.is(308);
    // SEC does not exist for them, but the issue does: its former key says no more than that.
    maintainer.get("/api/v1/issues/SEC-1").await.is(308);
    assert_eq!(relocate(&lead, "OPS-1", "ENG").await.issue.key, "ENG-2");
    // Named beside another, it is found by a former key, too.
    let beside = server.issue("lead", "HELP", "Beside").await;
    let at = format!("/api/v1/issues/{}/relations", beside.key);
    let new = json!({"kind": "relates_to", "issue": "SEC-1"});
    let related: Relation = lead.post(&at, new).await.made();
    assert_eq!(related.issue.key, "ENG-2");
    assert_eq!(server.issue("lead", "ENG", "Next").await.key, "ENG-3");
    assert_eq!(server.issue("lead", "OPS", "Next").await.key, "OPS-2");
    // Where an issue is named beside others, both names mean it.
    let found = keys(&lead, "q=key:OPS-1").await;
    assert_eq!(found, ["ENG-2"]);
    let hits: Value = lead.get("/api/v1/search?q=SEC-1").await.ok();
    assert_eq!(hits["items"][0]["key"], json!("ENG-2"));
    let bulk = json!({"issues": ["OPS-1"], "patch": {"priority": 1}});
    let report: Value = lead.post("/api/v1/issues/bulk", bulk).await.ok();
    assert_eq!(report["items"][0]["key"], json!("ENG-2"));
    let strip: Moments = lead.get("/api/v1/insights/moments?issue=SEC-1").await.ok();
    assert!(strip.items.len() >= 4);
}

#[actix_web::test]
async fn it_takes_the_right_in_both_projects() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "Stays").await;
    server.issue("lead", "SEC", "Stays, too").await;
    let member = json!({"identifier": "maintainer", "role": "developer"});
    lead.post("/api/v1/projects/OPS/members", member.clone())
        .await
        .is(201);
    server.settle();
    let maintainer = server.as_("maintainer");
    let before = server.test.digests();
    let to = |project: &str| json!({ "project": project });
    let at = "/api/v1/issues/ENG-1/move";
    let refused = maintainer
        .post(at, to("OPS"))
        .await
        .problem(Code::Forbidden);
    let missing = refused.missing.unwrap();
    assert_eq!(
        (missing.action.as_str(), missing.role.as_str()),
        ("move_to_project", "maintainer")
    );
    assert!(refused.detail.unwrap().starts_with("In OPS: "));
    // What does not exist for them is like what does not exist.
    let hidden = maintainer.post(at, to("SEC")).await;
    let absent = maintainer.post(at, to("NEVER")).await;
    assert_eq!(masked(&hidden), masked(&absent));
    assert_eq!(hidden.invalid(), ["/project"]);
    assert_eq!(maintainer.post(at, to("ENG")).await.invalid(), ["/project"]);
    assert_eq!(
        maintainer.post(at, to("not a key")).await.invalid(),
        ["/project"]
    );
    server
        .as_("developer")
        .post(at, to("OPS"))
        .await
        .problem(Code::Forbidden);
    maintainer
        .post("/api/v1/issues/SEC-1/move", to("ENG"))
        .await
        .problem(Code::NotFound);
    server
        .as_("developer")
        .post("/api/v1/issues/SEC-1/move", to("ENG"))
        .await
        .problem(Code::Forbidden);
    assert_eq!(
        before,
        server.test.digests(),
        "refused, yet something changed"
    );
    lead.delete("/api/v1/projects/HELP").await.is(204);
    lead.post(at, to("HELP")).await.problem(Code::Conflict);
    lead.delete("/api/v1/issues/ENG-1").await.is(204);
    lead.post(at, to("APP")).await.problem(Code::Conflict);
}

#[actix_web::test]
async fn a_preview_says_what_is_lost_and_a_move_does_just_that() {
    let server = Server::new();
    let lead = server.as_("lead");
    for (project, labels) in [("SEC", &["ui", "api"][..]), ("OPS", &["UI"][..])] {
        for name in labels {
            let at = format!("/api/v1/projects/{project}/labels");
            lead.post(&at, json!({ "name": name })).await.is(201);
        }
    }
    for (project, name) in [("SEC", "1.0"), ("SEC", "2.0"), ("OPS", "2.0")] {
        let at = format!("/api/v1/projects/{project}/versions");
        lead.post(&at, json!({ "name": name })).await.is(201);
    }
    for title in ["Parent", "Goes", "Below", "Another"] {
        server.issue("lead", "SEC", title).await;
    }
    let patch = json!({
        "status": "assigned", "labels": ["ui", "api"], "affected_version": "1.0", "fixed_version": "2.0",
        "assignee": "developer", "parent": "SEC-1", "story_points": 5,
    });
    lead.patch("/api/v1/issues/SEC-2", patch).await.is(200);
    lead.patch("/api/v1/issues/SEC-3", json!({"parent": "SEC-2"}))
        .await
        .is(200);
    lead.comment("SEC-2", json!({"body": "Said"})).await;
    let file = lead.upload("SEC-2", "a.txt", b"bytes").await.is(201);
    // HELP is internal, so the assignee is somebody there; make OPS private to see them go.
    lead.patch("/api/v1/projects/OPS", json!({"visibility": "private"}))
        .await
        .is(200);
    server.settle();
    let before = server.test.digests();
    let at = "/api/v1/issues/SEC-2/move";
    let preview: Relocation = lead
        .post(at, json!({"project": "ops", "dry_run": true}))
        .await
        .ok();
    server.settle();
    assert_eq!(before, server.test.digests(), "only a preview");
    let told = |report: &Relocation| -> Vec<(String, bool, String)> {
        let notes = report.notes.iter();
        notes
            .map(|n| (n.field.clone(), n.lost, n.text.clone()))
            .collect()
    };
    let fields: Vec<String> = told(&preview).into_iter().map(|n| n.0).collect();
    assert_eq!(
        fields,
        [
            "history",
            "status",
            "labels",
            "affected_version",
            "assignee",
            "parent",
            "children"
        ]
    );
    assert!(
        preview.notes[0]
            .text
            .starts_with("The members of OPS will see")
    );
    assert_eq!(
        preview.notes[2].text,
        "The label “api” is dropped: OPS does not have it."
    );
    let moved = relocate(&lead, "SEC-2", "OPS").await;
    assert_eq!(told(&preview), told(&moved));
    let i = &moved.issue;
    let labels: Vec<&str> = i.labels.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(
        (
            i.key.as_str(),
            i.project.as_str(),
            i.number,
            i.status.slug.as_str()
        ),
        ("OPS-1", "OPS", 1, "open"),
        "OPS has no backlog, so it begins anew"
    );
    assert_eq!((labels, i.affected_version.as_deref()), (vec!["UI"], None));
    assert_eq!(
        (i.fixed_version.as_deref(), i.story_points),
        (Some("2.0"), Some(5))
    );
    assert_eq!(
        (i.assignee.clone(), i.parent.clone(), i.version),
        (None, None, 3)
    );
    assert_eq!(Some(&i.rank), Some(&domain::rank::initial(1)));
    let would = Issue {
        updated_at: i.updated_at,
        life: i.life.clone(),
        ..preview.issue.clone()
    };
    assert_eq!(&would, i);
    assert_eq!(lead.issue("SEC-3").await.parent, None);
    // One event for each changed field, all of one version.
    let history: Page<HistoryEntry> = lead
        .get("/api/v1/issues/OPS-1/events?rank=true&limit=100")
        .await
        .ok();
    let mut changed: Vec<String> = history
        .items
        .iter()
        .filter(|e| e.version == Some(3))
        .filter_map(|e| e.field.clone())
        .collect();
    changed.sort();
    assert_eq!(
        changed,
        [
            "affected_version",
            "assignee",
            "fixed_version",
            "key",
            "labels",
            "parent",
            "project",
            "rank",
            "status"
        ]
    );
    assert!(
        history
            .items
            .iter()
            .any(|e| e.sentence == "moved it from the project SEC to OPS")
    );
    assert!(
        history
            .items
            .iter()
            .all(|e| e.issue.as_deref() == Some("OPS-1"))
    );
    // What was said and added is still there, by the same addresses.
    let said: Page<Value> = lead.get("/api/v1/issues/OPS-1/comments").await.ok();
    assert_eq!(said.items[0]["issue"], json!("OPS-1"));
    lead.get(&file.header("location")).await.is(200);
}

#[actix_web::test]
async fn what_means_the_same_is_kept_and_what_is_done_stays_done() {
    let server = Server::new();
    let lead = server.as_("lead");
    for title in ["In progress", "Released", "Triaged"] {
        server.issue("lead", "ENG", title).await;
    }
    let steps = [
        ("ENG-1", &["assigned", "in_progress"][..]),
        ("ENG-2", &["done", "released"][..]),
    ];
    for (key, steps) in steps {
        for status in steps {
            let at = format!("/api/v1/issues/{key}");
            lead.patch(&at, json!({ "status": status })).await.is(200);
        }
    }
    let wont = json!({"resolution": "wont_fix"});
    let closed: Issue = lead.patch("/api/v1/issues/ENG-2", wont).await.ok();
    let one = relocate(&lead, "ENG-1", "OPS").await.issue;
    assert_eq!(one.status.slug, "in_progress");
    let two = relocate(&lead, "ENG-2", "OPS").await.issue;
    assert_eq!(
        (two.status.slug.as_str(), two.resolution),
        ("resolved", closed.resolution)
    );
    assert_eq!(
        two.resolved_at, closed.resolved_at,
        "closed when it was closed"
    );
    assert_eq!(two.life, closed.life);
    let ops: Vec<String> = keys(&lead, "project=OPS&sort=key").await;
    assert_eq!(ops, ["OPS-1", "OPS-2"]);
    assert_eq!(keys(&lead, "project=ENG").await, ["ENG-3"]);
    let taken = json!({"title": "Same reference", "external_ref": "X-1"});
    lead.post("/api/v1/projects/OPS/issues", taken.clone())
        .await
        .is(201);
    lead.post("/api/v1/projects/ENG/issues", taken)
        .await
        .is(201);
    let at = "/api/v1/issues/ENG-4/move";
    for dry_run in [true, false] {
        let body = json!({"project": "OPS", "dry_run": dry_run});
        lead.post(at, body).await.problem(Code::AlreadyExists);
    }
    assert_eq!(
        server.issue("lead", "OPS", "Next").await.key,
        "OPS-4",
        "no number was lost"
    );
}

/// The texts in which somebody could read of an issue, whatever they ask.
async fn everything_read_by(server: &Server, name: &str, cursor: &str, ats: &[&str]) -> String {
    let client = server.as_(name);
    let mut read = String::new();
    let mut paths: Vec<String> = [
        "issues?limit=100",
        "issues?deleted=true",
        "activity?limit=100",
        "activity?project=ENG",
        "search?q=canary",
        "search?q=ENG-1",
        "insights/open_by?by=project",
        "projects/ENG/board",
        "insights/moments",
        "insights/moments?project=ENG",
        "insights/changes?project=ENG",
        "issues/ENG-1",
        "issues/ENG-1/events",
        "issues/ENG-1/comments",
        "issues/similar?project=ENG&title=Canary",
    ]
    .map(ToString::to_string)
    .to_vec();
    paths.push(format!("events?after={cursor}"));
    for at in ats {
        for path in [
            "issues?limit=100",
            "issues?project=ENG",
            "issues?project=ENG&group_by=status",
            "issues?q=was:status=assigned",
            "projects/ENG/board",
            "insights/open_by?by=status&project=ENG",
            "issues/ENG-1",
        ] {
            let sign = if path.contains('?') { '&' } else { '?' };
            paths.push(format!("{path}{sign}as_of={at}"));
        }
    }
    for path in paths {
        let answer = client.get(&format!("/api/v1/{path}")).await;
        let text = answer.text().replace(&answer.header("x-request-id"), "");
        read.push_str(&format!("{path}: {} {text}\n", answer.status));
    }
    read
}

#[actix_web::test]
async fn whoever_sees_only_the_project_it_left_sees_none_of_it_any_more_not_even_in_the_past() {
    let server = Server::new();
    let lead = server.as_("lead");
    // "from now on", for reading everything that happens.
    let start: Value = lead.get("/api/v1/events").await.ok();
    let cursor = start["cursor"].as_str().unwrap().to_string();
    server.issue("lead", "ENG", "Canary").await;
    lead.comment("ENG-1", json!({"body": "The canary sings"}))
        .await;
    let at = last_change(&server);
    lead.patch("/api/v1/issues/ENG-1", json!({"status": "assigned"}))
        .await
        .is(200);
    let later = last_change(&server);
    server.settle();
    let ats = [at.as_str(), later.as_str()];
    for name in ["maintainer", "viewer", "lead"] {
        let read = everything_read_by(&server, name, &cursor, &ats).await;
        assert!(read.contains("Canary") && read.contains("ENG-1"), "{name}");
    }
    relocate(&lead, "ENG-1", "SEC").await;
    server.settle();
    for name in ["maintainer", "viewer", "reporter"] {
        let read = everything_read_by(&server, name, &cursor, &ats).await;
        let lines: Vec<&str> = read
            .lines()
            .filter(|line| line.to_lowercase().contains("canary\"") || line.contains("SEC"))
            .collect();
        assert_eq!(lines, Vec::<&str>::new(), "{name}");
        // Nothing is counted either.
        assert!(
            read.contains("insights/changes?project=ENG: 200 {\"items\":[],\"first\":null"),
            "{read}"
        );
        for line in read.lines().filter(|l| l.starts_with("insights/moments")) {
            assert!(line.ends_with("{\"items\":[]}"), "{line}");
        }
        let counted = |line: &&str| line.contains("\"count\":1,") && line.contains("as_of");
        assert_eq!(read.lines().find(counted), None, "{name}");
        // The project says that it went, so that open lists drop it; nothing else names it.
        let named: Vec<&str> = read.lines().filter(|l| l.contains("\"ENG-1\"")).collect();
        assert_eq!(named.len(), 1, "{named:?}");
        assert!(named[0].starts_with("events?after"), "{}", named[0]);
        let told: Value = serde_json::from_str(named[0].split_once(": 200 ").unwrap().1).unwrap();
        let told: Vec<LiveEvent> = serde_json::from_value(told["items"].clone()).unwrap();
        let about: Vec<&str> = told
            .iter()
            .filter(|e| e.issue.is_some())
            .map(|e| e.kind.as_str())
            .collect();
        assert_eq!(about, ["issue.left"], "{name}");
    }
    // Whoever sees both sees it where it was, as it was.
    for at in ats {
        let then: Issue = lead
            .get(&format!("/api/v1/issues/SEC-1?as_of={at}"))
            .await
            .ok();
        assert_eq!((then.key.as_str(), then.project.as_str()), ("ENG-1", "ENG"));
        assert_eq!(
            keys(&lead, &format!("project=ENG&as_of={at}")).await,
            ["ENG-1"]
        );
        assert_eq!(
            keys(&lead, &format!("project=SEC&as_of={at}")).await,
            [""; 0]
        );
        // The developer is a member of SEC and has an account: both projects exist for them.
        let dana = server.as_("developer");
        assert_eq!(
            keys(&dana, &format!("project=ENG&as_of={at}")).await,
            ["ENG-1"]
        );
        let board: Value = dana
            .get(&format!("/api/v1/projects/ENG/board?as_of={at}"))
            .await
            .ok();
        assert!(board.to_string().contains("Canary"));
    }
    assert_eq!(keys(&lead, "project=ENG").await, [""; 0]);
}

#[actix_web::test]
async fn whoever_sees_its_new_project_sees_its_whole_past() {
    let server = Server::new();
    let (lead, viewer) = (server.as_("lead"), server.as_("viewer"));
    let start: Value = lead.get("/api/v1/events").await.ok();
    let cursor = start["cursor"].as_str().unwrap().to_string();
    server.issue("lead", "SEC", "Canary").await;
    lead.comment("SEC-1", json!({"body": "Said inside"})).await;
    lead.comment("SEC-1", json!({"body": "Between us", "internal": true}))
        .await;
    let at = last_change(&server);
    lead.patch("/api/v1/issues/SEC-1", json!({"status": "assigned"}))
        .await
        .is(200);
    viewer
        .get("/api/v1/issues/SEC-1")
        .await
        .problem(Code::NotFound);
    relocate(&lead, "SEC-1", "ENG").await;
    server.settle();
    viewer.get("/api/v1/issues/SEC-1").await.is(308);
    let history: Page<HistoryEntry> = viewer.get("/api/v1/issues/ENG-1/events").await.ok();
    let first = &history.items[0];
    assert_eq!(
        (first.kind.as_str(), first.issue.as_deref()),
        ("issue.created", Some("ENG-1"))
    );
    let said: Page<Value> = viewer.get("/api/v1/issues/ENG-1/comments").await.ok();
    assert_eq!(
        (said.items.len(), said.total.count),
        (1, 1),
        "an internal note stays internal"
    );
    let dana: Page<Value> = server
        .as_("developer")
        .get("/api/v1/issues/ENG-1/comments")
        .await
        .ok();
    assert_eq!(dana.items.len(), 2);
    // Then it was in a project that does not exist for them, which nothing names.
    let then: Issue = viewer
        .get(&format!("/api/v1/issues/ENG-1?as_of={at}"))
        .await
        .ok();
    assert_eq!(
        (then.key.as_str(), then.status.slug.as_str()),
        ("ENG-1", "open")
    );
    assert_eq!(keys(&viewer, &format!("as_of={at}")).await, [""; 0]);
    for path in [
        "issues/ENG-1/events?rank=true&limit=100",
        "activity?limit=100",
    ] {
        let text = viewer.get(&format!("/api/v1/{path}")).await.is(200).text();
        assert!(!text.contains("SEC"), "{text}");
        assert!(
            text.contains("moved it from another project to ENG"),
            "{text}"
        );
        let text = lead.get(&format!("/api/v1/{path}")).await.is(200).text();
        assert!(
            text.contains("moved it from the project SEC to ENG"),
            "{text}"
        );
    }
    // The feed and the strip of its new project tell its whole story, each entry once.
    for path in ["activity?project=ENG&limit=100", "activity?limit=100"] {
        let feed: Page<HistoryEntry> = viewer.get(&format!("/api/v1/{path}")).await.ok();
        let kinds: Vec<&str> = feed.items.iter().map(|e| e.kind.as_str()).collect();
        assert_eq!(
            kinds.iter().filter(|k| **k == "issue.created").count(),
            1,
            "{path}"
        );
        assert_eq!(
            kinds.iter().filter(|k| **k == "comment.created").count(),
            1,
            "{path}"
        );
        assert!(
            feed.items
                .iter()
                .all(|e| e.issue.as_deref() == Some("ENG-1")),
            "{path}"
        );
    }
    let strip: Changes = viewer
        .get("/api/v1/insights/changes?project=ENG")
        .await
        .ok();
    let told: i64 = strip.items.iter().map(|day| day.count).sum();
    let mine = "select count(*) from event where issue_id = (select id from issue where number = 1 and title = 'Canary')";
    assert_eq!(
        told,
        server
            .sql(&format!("{mine} and not internal"))
            .parse::<i64>()
            .unwrap()
    );
    let polled: Value = viewer
        .get(&format!("/api/v1/events?after={cursor}"))
        .await
        .ok();
    let told = polled["items"].to_string();
    assert!(
        told.contains("issue.created") && !told.contains("SEC"),
        "{told}"
    );
}

#[actix_web::test]
async fn a_reporter_of_their_own_keeps_their_issue_where_it_exists_for_them() {
    let server = Server::new();
    let (lead, rita) = (server.as_("lead"), server.as_("reporter"));
    server.issue("reporter", "APP", "Mine").await;
    let at = last_change(&server);
    relocate(&lead, "APP-1", "HELP").await;
    rita.get("/api/v1/issues/APP-1").await.is(308);
    server
        .as_("reporter2")
        .get("/api/v1/issues/APP-1")
        .await
        .problem(Code::NotFound);
    assert_eq!(
        keys(&rita, &format!("project=APP&as_of={at}")).await,
        ["APP-1"]
    );
    assert_eq!(
        keys(&server.as_("reporter2"), &format!("as_of={at}")).await,
        [""; 0]
    );
    let preview: Relocation = lead
        .post(
            "/api/v1/issues/HELP-1/move",
            json!({"project": "SEC", "dry_run": true}),
        )
        .await
        .ok();
    let lost: Vec<&str> = preview
        .notes
        .iter()
        .filter(|n| n.lost)
        .map(|n| n.text.as_str())
        .collect();
    assert_eq!(lost, ["Reporter reported it and will not see it any more."]);
}

#[actix_web::test]
async fn numbers_have_no_gaps_however_many_move_and_report_at_once() {
    let server = Server::new();
    let mut issues = Vec::new();
    for n in 0..8 {
        issues.push(server.issue("lead", "ENG", &format!("Goes {n}")).await.key);
    }
    let moves = issues.iter().map(|key| {
        let client = server.as_("lead");
        async move {
            let at = format!("/api/v1/issues/{key}/move");
            client.post(&at, json!({"project": "OPS"})).await.is(200);
        }
    });
    let reports = (0..8).map(|n| {
        let server = &server;
        async move {
            let project = if n % 2 == 0 { "OPS" } else { "ENG" };
            server.issue("lead", project, &format!("New {n}")).await;
        }
    });
    join(join_all(moves), join_all(reports)).await;
    let numbers = "select string_agg(number::text, ',' order by number) from (
        select project_id, number from issue union all select project_id, number from former_key) n
        join project p on p.id = n.project_id where p.key = ";
    assert_eq!(
        server.sql(&format!("{numbers}'OPS'")),
        "1,2,3,4,5,6,7,8,9,10,11,12"
    );
    assert_eq!(
        server.sql(&format!("{numbers}'ENG'")),
        "1,2,3,4,5,6,7,8,9,10,11,12"
    );
}

#[actix_web::test]
async fn of_two_moves_and_changes_at_once_each_is_whole() {
    let server = Server::new();
    let lead = server.as_("lead");
    for n in 0..6 {
        let issue = server.issue("lead", "ENG", &format!("Contested {n}")).await;
        let at = format!("/api/v1/issues/{}", issue.key);
        let there = format!("{at}/move");
        let tag = lead.get(&at).await.etag();
        let moves = ["OPS", "HELP"].map(|to| lead.post(&there, json!({ "project": to })));
        let edit = lead.patch_if(&at, &tag, json!({"title": "Edited"}));
        let comments = format!("{at}/comments");
        let comment = lead.post(&comments, json!({"body": "Beside"}));
        let ((edit, comment), moves) = join(join(edit, comment), join_all(moves)).await;
        // The first mover wins; whoever comes later under the former key is shown the new one.
        let mut statuses: Vec<u16> = moves.iter().map(|m| m.status).collect();
        statuses.sort_unstable();
        assert!(
            statuses == [200, 308] || statuses == [200, 200],
            "{statuses:?}"
        );
        assert!([200, 308, 412].contains(&edit.status), "{}", edit.text());
        assert!([201, 308].contains(&comment.status), "{}", comment.text());
        let now = lead.issue(&issue.id.to_string()).await;
        let edited = edit.status == 200;
        assert_eq!(now.title == "Edited", edited);
        let versions = format!(
            "select count(*) from issue_version where issue_id = '{}'",
            issue.id
        );
        let moved = statuses.iter().filter(|s| **s == 200).count() as i32;
        assert_eq!(now.version, 1 + moved + i32::from(edited));
        assert_eq!(server.sql(&versions), now.version.to_string());
        // A version that was seen before does not count any more.
        let stale = format!("/api/v1/issues/{}/move", now.key);
        let request = lead
            .request(Method::POST, &stale)
            .json(&json!({"project": "APP"}));
        let answer = lead.send(request.header("if-match", &tag)).await;
        answer.problem(Code::EditConflict);
    }
}

#[actix_web::test]
async fn a_move_is_done_once_for_each_idempotency_key() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "Goes once").await;
    let send = || {
        let request = lead.request(Method::POST, "/api/v1/issues/ENG-1/move");
        let request = request.json(&json!({"project": "OPS"}));
        lead.send(request.header("idempotency-key", "once"))
    };
    let first = send().await.is(200);
    let second = send().await.is(200);
    assert_eq!(first.body, second.body);
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(lead.issue("OPS-1").await.version, 2);
}

async fn purge(server: &Server, project: &str) {
    let at = format!("/api/v1/projects/{project}");
    server.as_("lead").delete(&at).await.is(204);
    server
        .as_("lead")
        .get(&format!("{at}/export"))
        .await
        .is(200);
    let gone = server
        .as_("admin")
        .delete(&format!("{at}?purge=true"))
        .await;
    gone.is(204);
}

#[actix_web::test]
async fn a_purge_of_the_project_it_left_leaves_it_and_one_of_its_home_takes_all_of_it() {
    let server = Server::new();
    let lead = server.as_("lead");
    let moved = server.issue("lead", "ENG", "Moved").await;
    server.issue("lead", "ENG", "Stays").await;
    lead.comment("ENG-1", json!({"body": "Said"})).await;
    lead.upload("ENG-1", "a.txt", b"bytes").await.is(201);
    relocate(&lead, "ENG-1", "OPS").await;
    server.settle();
    let count = |table: &str| {
        server.sql(&format!(
            "select count(*) from {table} where issue_id = '{}'",
            moved.id
        ))
    };
    let all = || ["event", "issue_version", "comment", "attachment"].map(count);
    let before = all();
    // An export holds what belongs to the project today, with all of its past.
    let export: Value = lead.get("/api/v1/projects/OPS/export").await.ok();
    assert!(export["events"].to_string().contains("issue.created"));
    let left: Value = lead.get("/api/v1/projects/ENG/export").await.ok();
    let left = left["events"].to_string();
    assert!(
        left.contains("issue.left") && !left.contains("Moved"),
        "{left}"
    );
    purge(&server, "ENG").await;
    assert_eq!(all(), before);
    lead.get("/api/v1/issues/ENG-1")
        .await
        .problem(Code::NotFound);
    let history: Page<HistoryEntry> = lead.get("/api/v1/issues/OPS-1/events").await.ok();
    assert_eq!(history.items[0].kind, "issue.created");
    purge(&server, "OPS").await;
    assert_eq!(all(), ["0", "0", "0", "0"]);
    assert_eq!(server.sql("select count(*) from former_key"), "0");
    assert_eq!(
        server.sql("select count(*) from event where new::text like '%Moved%'"),
        "0"
    );
}
