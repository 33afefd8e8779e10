//! Looking back: what the API said at an instant is what it says of that instant later, and the
//! history told by the API is the issue.

use crate::harness::{Client, Server};
use domain::board::Board;
use domain::event::HistoryEntry;
use domain::insights::{Changes, Moments, OpenByReport};
use domain::issue::Issue;
use domain::list::IssueList;
use domain::page::Page;
use domain::problem::{Code, Problem};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use testkit::Dice;

/// Addresses that travel; the issue's own goes beside them.
const WATCHED: &[&str] = &[
    "/api/v1/issues?limit=100",
    "/api/v1/issues?project=ENG&sort=priority&limit=3",
    "/api/v1/issues?state=open&label=ui&sort=-title",
    "/api/v1/issues?project=ENG&deleted=true",
    "/api/v1/issues?group_by=status&limit=4",
    "/api/v1/issues?group_by=label&sort=key",
    "/api/v1/issues?group_by=assignee&text=title",
    "/api/v1/projects/ENG/board?limit=2",
    "/api/v1/projects/OPS/board",
    "/api/v1/projects/ENG/board?severity=high,critical",
    "/api/v1/insights/open_by?by=status",
    "/api/v1/insights/open_by?by=label&project=ENG",
];

fn then(path: &str, at: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}as_of={at}")
}

/// The answer without the instant that it names.
fn said(body: &[u8], at: &str) -> String {
    let text = String::from_utf8(body.to_vec()).unwrap();
    // A cursor belongs to its question; that there is one is what is said.
    let text = match text.split_once("\"next_cursor\":\"") {
        Some((before, after)) => format!("{before}{}", after.split_once('"').unwrap().1),
        None => text,
    };
    let mut text = text.replace(&format!("\"as_of\":\"{at}\""), "\"as_of\":null");
    // Who watches is of today alone.
    text = text.replace("\"watching\":true", "\"watching\":false");
    for count in 1..=9 {
        text = text.replace(&format!("\"watchers\":{count},"), "\"watchers\":0,");
    }
    // Parts change without the issue, and one that is deleted later is gone from the past.
    let none = "\"sub_issues\":{\"total\":0,\"done\":0}";
    for (total, done) in (0..=9).flat_map(|total| (0..=total).map(move |done| (total, done))) {
        let parts = format!("\"sub_issues\":{{\"total\":{total},\"done\":{done}}}");
        text = text.replace(&parts, none);
    }
    text
}

/// One random change of somebody; gives the issue when it was allowed.
async fn step(client: &Client, dice: &mut Dice, keys: &[String]) -> Option<String> {
    let key = dice.pick(keys).clone();
    let path = format!("/api/v1/issues/{key}");
    let other = dice.pick(keys).clone();
    let label = *dice.pick(&["ui", "api", "later"]);
    let answer = match dice.below(26) {
        0 => client.delete(&path).await,
        1..=3 => client.post(&format!("{path}/restore"), json!({})).await,
        4 => client.put(&format!("{path}/labels/{label}")).await,
        5 => client.delete(&format!("{path}/labels/{label}")).await,
        6 => client.patch(&path, json!({"place": "top"})).await,
        7 => {
            client
                .patch(&path, json!({"place": {"after": other}}))
                .await
        }
        8 => {
            let body = json!({"place": {"before": other}, "priority": 1 + dice.below(5)});
            client.patch(&path, body).await
        }
        9 => client.patch(&path, json!({"parent": other})).await,
        10 => {
            client
                .patch(&path, json!({"parent": null, "story_points": 3}))
                .await
        }
        11 => {
            client
                .patch(
                    &path,
                    json!({"assignee": dice.pick(&["lead", "developer"])}),
                )
                .await
        }
        12 => {
            client
                .patch(&path, json!({"assignee": null, "due_date": "2026-12-24"}))
                .await
        }
        13 => {
            client
                .patch(&path, json!({"title": format!("Title {}", dice.below(9))}))
                .await
        }
        14 => {
            client
                .patch(
                    &path,
                    json!({"severity": dice.pick(&["low", "high", "critical"])}),
                )
                .await
        }
        15 => {
            client
                .patch(
                    &path,
                    json!({"context": {"n": dice.below(3)}, "type": "bug"}),
                )
                .await
        }
        16 => {
            client
                .patch(
                    &path,
                    json!({"fixed_version": "1.0", "description": "*More*"}),
                )
                .await
        }
        17 | 18 => {
            let patch = match dice.below(3) {
                0 => json!({"labels": ["ui", "later"], "severity": "low"}),
                1 => json!({"status": "assigned", "assignee": "lead"}),
                _ => json!({"title": format!("Title {}", dice.below(9)), "priority": 2}),
            };
            let body = json!({"issues": [key, other], "patch": patch});
            client.post("/api/v1/issues/bulk", body).await
        }
        19 => {
            let body = json!({"q": "label:ui", "project": "ENG", "patch": {"labels": [label]}});
            client.post("/api/v1/issues/bulk", body).await
        }
        20..=22 => {
            let body = json!({"project": dice.pick(&["ENG", "OPS"])});
            client.post(&format!("{path}/move"), body).await
        }
        _ => {
            let to = dice.pick(&["open", "assigned", "in_progress", "done"]);
            client.patch(&path, json!({ "status": to })).await
        }
    };
    assert!(
        matches!(answer.status, 200 | 204 | 403 | 404 | 409 | 422),
        "{} {}",
        answer.what,
        answer.text()
    );
    (answer.status < 300).then_some(key)
}

async fn stage(server: &Server, issues: usize) -> Vec<String> {
    let lead = server.as_("lead");
    for name in ["ui", "api", "later"] {
        let labels = "/api/v1/projects/ENG/labels";
        lead.post(labels, json!({ "name": name })).await.is(201);
    }
    let versions = "/api/v1/projects/ENG/versions";
    lead.post(versions, json!({"name": "1.0"})).await.is(201);
    let mut keys = Vec::new();
    for i in 0..issues {
        let who = if i % 2 == 0 { "reporter" } else { "lead" };
        // By their ids, because their keys change when they move.
        let made = server.issue(who, "ENG", &format!("Title {i}")).await;
        keys.push(made.id.to_string());
    }
    keys
}

#[actix_web::test]
async fn what_was_said_at_an_instant_is_said_of_it_for_ever() {
    for seed in 1..=2 {
        let server = Server::new();
        let keys = stage(&server, 6).await;
        let people = ["lead", "maintainer", "admin", "developer"].map(|name| server.as_(name));
        let lead = server.as_("lead");
        let mut dice = Dice::new(seed);
        let mut told: Vec<(String, String, String)> = Vec::new();
        for turn in 0..150 {
            let who = dice.pick(&people).clone();
            let Some(key) = step(&who, &mut dice, &keys).await else {
                continue;
            };
            let path = format!("/api/v1/issues/{key}");
            let answer = lead.get(&path).await.is(200);
            let issue: Issue = answer.read();
            // Nobody changes anything until the next turn: the instant of the last change is when
            // all of this was so, unless the turn changed nothing.
            let at = server.sql("select max(updated_at) from issue");
            let at = at.replace(' ', "T").replace("+00", "Z");
            let last = issue
                .updated_at
                .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
            told.push((path.clone(), last, said(&answer.body, "")));
            for (place, path) in WATCHED.iter().enumerate() {
                if (place + turn) % 3 == 0 {
                    let answer = lead.get(path).await.is(200);
                    told.push(((*path).into(), at.clone(), said(&answer.body, "")));
                }
            }
        }
        assert!(told.len() > 300, "{}", told.len());
        for (path, at, was) in &told {
            let answer = lead.get(&then(path, at)).await.is(200);
            let instant: chrono::DateTime<chrono::Utc> = at.parse().unwrap();
            let named = serde_json::to_value(instant).unwrap();
            let is = said(&answer.body, named.as_str().unwrap());
            assert_eq!(&is, was, "seed {seed}: {path} as of {at}");
        }
        assert_complete(&server, &keys).await;
    }
}

#[actix_web::test]
async fn the_history_is_complete_also_when_many_change_at_once() {
    let server = Server::new();
    let keys = stage(&server, 4).await;
    let names = ["lead", "maintainer", "admin", "developer", "reporter"];
    let programs = names.iter().enumerate().map(|(n, name)| {
        let (client, keys) = (server.as_(name), &keys);
        async move {
            let mut dice = Dice::new(70 + n as u64);
            for _ in 0..60 {
                step(&client, &mut dice, keys).await;
            }
        }
    });
    join_all(programs).await;
    assert_complete(&server, &keys).await;
}

async fn history(client: &Client, key: &str) -> Vec<HistoryEntry> {
    let mut entries = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/issues/{key}/events?rank=true&limit=100&cursor={cursor}");
        let page: Page<HistoryEntry> = client.get(&path).await.ok();
        entries.extend(page.items);
        match page.next_cursor {
            Some(next) => cursor = next,
            None => return entries,
        }
    }
}

/// A value of the log as the issue shows it.
fn shown(field: &str, value: &Value) -> Value {
    match field {
        "status" => value["slug"].clone(),
        "project" | "assignee" | "affected_version" | "fixed_version" => value["name"].clone(),
        // Its name changes when it moves itself.
        "parent" => value["id"].clone(),
        "labels" => value
            .as_array()
            .map(|labels| {
                let mut names: Vec<&str> =
                    labels.iter().filter_map(|l| l["name"].as_str()).collect();
                names.sort_unstable();
                json!(names)
            })
            .unwrap_or_default(),
        _ => value.clone(),
    }
}

/// The history told by the API, folded, is the issue told by the API; every entry has somebody who
/// did it, and every version its instant, of which the issue can be asked for.
async fn assert_complete(server: &Server, keys: &[String]) {
    let lead = server.as_("lead");
    for key in keys {
        let entries = history(&lead, key).await;
        let issue = lead.issue(key).await;
        let mut fields = Map::new();
        let mut deleted = false;
        let mut version = 0;
        for entry in &entries {
            assert!(entry.actor.is_some(), "{key}: {entry:?}");
            let next = entry.version.unwrap();
            assert!(
                next == version || next == version + 1,
                "{key}: {version}, {next}"
            );
            version = next;
            match (entry.kind.as_str(), entry.field.as_deref()) {
                ("issue.created", _) => {
                    let new = entry.new.as_ref().unwrap().as_object().unwrap();
                    let first = new.iter().map(|(f, v)| (f.clone(), shown(f, v)));
                    fields = first.collect();
                    let moved = entries.iter().find(|e| e.field.as_deref() == Some("key"));
                    let first = moved.and_then(|e| e.old.clone());
                    let first = first.unwrap_or(json!(issue.key));
                    let (project, number) = first.as_str().unwrap().split_once('-').unwrap();
                    let rank = domain::rank::initial(number.parse().unwrap());
                    fields.insert("rank".into(), rank.into());
                    fields.insert("project".into(), project.into());
                    fields.insert("key".into(), first);
                }
                ("issue.deleted", _) => deleted = true,
                ("issue.restored", _) => deleted = false,
                ("issue.updated", Some(field)) => {
                    let value = |v: &Option<Value>| shown(field, &v.clone().unwrap_or_default());
                    let before = fields.insert(field.into(), value(&entry.new));
                    assert_eq!(before, Some(value(&entry.old)), "{key}: {entry:?}");
                }
                other => panic!("{key}: {other:?}"),
            }
            let at = serde_json::to_value(entry.at).unwrap();
            let path = then(&format!("/api/v1/issues/{key}"), at.as_str().unwrap());
            let then: Issue = lead.get(&path).await.ok();
            assert_eq!(then.version, version, "{key} as of {at}");
        }
        assert_eq!(
            (version, deleted),
            (issue.version, issue.deleted_at.is_some())
        );
        let now = serde_json::to_value(&issue).unwrap();
        for (field, value) in &fields {
            let is = match field.as_str() {
                "status" => now["status"]["slug"].clone(),
                "assignee" => now["assignee"]["username"].clone(),
                "labels" => shown("labels", &now["labels"]),
                "parent" => match &issue.parent {
                    Some(parent) => json!(lead.issue(parent).await.id),
                    None => Value::Null,
                },
                _ => now[field].clone(),
            };
            assert_eq!(&is, value, "{key}: {field}");
        }
    }
}

/// The instant of the last change.
fn last_change(server: &Server) -> String {
    let at = server.sql("select max(updated_at) from issue");
    at.replace(' ', "T").replace("+00", "Z")
}

async fn list(client: &Client, query: &str) -> IssueList {
    client.get(&format!("/api/v1/issues?{query}")).await.ok()
}

#[actix_web::test]
async fn the_past_exists_for_those_for_whom_the_present_does() {
    let server = Server::new();
    // Reporters of APP see their own.
    server.issue("reporter", "APP", "Mine").await;
    server.issue("reporter2", "APP", "Theirs").await;
    server.issue("lead", "SEC", "Secret").await;
    let at = last_change(&server);
    let lead = server.as_("lead");
    lead.patch("/api/v1/issues/APP-1", json!({"title": "Renamed"}))
        .await
        .is(200);
    let rita = server.as_("reporter");
    for (client, keys) in [
        (&rita, vec!["APP-1"]),
        (&server.as_("reporter2"), vec!["APP-2"]),
        (&server.as_("maintainer"), vec!["APP-1", "APP-2"]),
        (&lead, vec!["APP-1", "APP-2", "SEC-1"]),
    ] {
        let then = list(client, &format!("as_of={at}&sort=created&group_by=project")).await;
        let found: Vec<&str> = then.page.items.iter().map(|i| i.key.as_str()).collect();
        assert_eq!(found, keys);
        assert_eq!(then.page.total.count, keys.len() as i64);
        let counted: i64 = then.groups.unwrap().iter().map(|g| g.count).sum();
        assert_eq!(counted, keys.len() as i64);
        let report = then_of(client, "/api/v1/insights/open_by?by=status", &at).await;
        let report: OpenByReport = serde_json::from_value(report).unwrap();
        assert_eq!(report.total, keys.len() as i64);
    }
    let board = then_of(&rita, "/api/v1/projects/APP/board", &at).await;
    let board: Board = serde_json::from_value(board).unwrap();
    assert_eq!(
        (board.columns[0].count, board.columns[0].cards.len()),
        (1, 1)
    );
    assert_eq!(
        board.columns[0].cards[0].title, "Mine",
        "as it was called then"
    );
    for path in ["/api/v1/issues/APP-2", "/api/v1/issues/SEC-1"] {
        rita.get(&then(path, &at)).await.problem(Code::NotFound);
    }
}

async fn then_of(client: &Client, path: &str, at: &str) -> Value {
    client.get(&then(path, at)).await.ok()
}

#[actix_web::test]
async fn what_is_deleted_today_is_gone_from_the_past_but_for_those_who_may_see_it() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "Stays").await;
    server.issue("lead", "ENG", "Goes").await;
    let at = last_change(&server);
    lead.delete("/api/v1/issues/ENG-2").await.is(204);
    for (name, count) in [("lead", 2), ("admin", 2), ("maintainer", 1), ("viewer", 1)] {
        let client = server.as_(name);
        let then_list = list(&client, &format!("as_of={at}&project=ENG")).await;
        assert_eq!(then_list.page.items.len(), count, "{name}");
        assert_eq!(then_list.page.total.count, count as i64);
        let board = then_of(&client, "/api/v1/projects/ENG/board", &at).await;
        assert_eq!(board["columns"][0]["count"], json!(count));
        let report = then_of(&client, "/api/v1/insights/open_by", &at).await;
        assert_eq!(report["total"], json!(count));
        let one = client.get(&then("/api/v1/issues/ENG-2", &at)).await;
        assert_eq!(one.status, if count == 2 { 200 } else { 404 }, "{name}");
        assert_eq!(list(&client, "project=ENG").await.page.items.len(), 1);
    }
}

#[actix_web::test]
async fn only_what_has_been_can_be_asked_for() {
    let server = Server::new();
    let before = "2001-01-01T00:00:00Z";
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "Made today").await;
    let at = last_change(&server);
    for path in [
        "/api/v1/issues/ENG-1",
        "/api/v1/issues",
        "/api/v1/projects/ENG/board",
        "/api/v1/insights/open_by",
    ] {
        for wrong in ["2999-01-01T00:00:00Z", "yesterday", "2026-01-31", ""] {
            let refused = lead.get(&then(path, wrong)).await;
            assert_eq!(refused.invalid(), ["?as_of"], "{path} {wrong}");
        }
        let twice = format!("{}&as_of={at}", then(path, &at));
        lead.get(&twice).await.problem(Code::MalformedRequest);
        lead.get(&then(path, &at)).await.is(200);
        // An offset is as good as a Z.
        let berlin = chrono::DateTime::parse_from_rfc3339(&at).unwrap();
        let berlin = berlin.with_timezone(&chrono::FixedOffset::east_opt(3600).unwrap());
        let berlin = berlin.to_rfc3339().replace('+', "%2B");
        lead.get(&then(path, &berlin)).await.is(200);
    }
    lead.get(&then("/api/v1/issues/ENG-1", before))
        .await
        .problem(Code::NotFound);
    assert!(
        list(&lead, &format!("as_of={before}"))
            .await
            .page
            .items
            .is_empty()
    );
    let empty = then_of(&lead, "/api/v1/projects/ENG/board", before).await;
    assert_eq!(empty["columns"][0]["count"], json!(0));

    let digests = server.test.digests();
    let issue = then("/api/v1/issues/ENG-1", &at);
    for answer in [
        lead.patch(&issue, json!({"title": "Rewritten"})).await,
        lead.delete(&issue).await,
        lead.post(
            &then("/api/v1/projects/ENG/issues", &at),
            json!({"title": "x"}),
        )
        .await,
        lead.post(
            &then("/api/v1/issues/ENG-1/comments", &at),
            json!({"body": "x"}),
        )
        .await,
        lead.put(&then("/api/v1/issues/ENG-1/labels/ui", &at)).await,
    ] {
        let problem: Problem = answer.problem(Code::MalformedRequest);
        assert_eq!(problem.errors[0].pointer, "?as_of");
    }
    assert_eq!(digests, server.test.digests(), "the past cannot be written");
}

#[actix_web::test]
async fn a_workflow_that_changes_does_not_change_the_past() {
    let server = Server::new();
    let lead = server.as_("lead");
    let keys = stage(&server, 4).await;
    for (key, steps) in [
        ("ENG-1", vec!["assigned", "in_progress"]),
        ("ENG-2", vec!["assigned", "in_progress"]),
        ("ENG-3", vec!["assigned"]),
    ] {
        for status in steps {
            let body = json!({"status": status, "labels": ["ui"]});
            lead.patch(&format!("/api/v1/issues/{key}"), body)
                .await
                .is(200);
        }
    }
    lead.delete("/api/v1/issues/ENG-2").await.is(204);
    let watched = [
        "/api/v1/issues/ENG-1",
        "/api/v1/issues/ENG-2",
        "/api/v1/issues?project=ENG",
        "/api/v1/issues?status=in_progress",
        "/api/v1/issues?project=ENG&deleted=true",
        "/api/v1/issues?group_by=status&project=ENG",
        "/api/v1/insights/open_by?by=status",
    ];
    let at = last_change(&server);
    let mut was = Vec::new();
    for path in watched {
        was.push(lead.get(path).await.is(200).body);
    }
    let board: Board = lead.get("/api/v1/projects/ENG/board").await.ok();

    let workflow = "/api/v1/projects/ENG/workflow";
    let now: domain::workflow::Workflow = lead.get(workflow).await.ok();
    let mut wanted = domain::workflow::WorkflowInput::from(&now);
    wanted
        .statuses
        .retain(|s| s.slug.as_deref() != Some("in_progress"));
    wanted
        .transitions
        .retain(|t| t.from != "in_progress" && t.to != "in_progress");
    wanted.moves.insert("in_progress".into(), "done".into());
    let wanted = serde_json::to_value(&wanted).unwrap();
    lead.put_json(workflow, wanted).await.is(200);
    let after = last_change(&server);
    assert!(after > at);

    for (path, was) in watched.iter().zip(was) {
        let then = lead.get(&then(path, &at)).await.is(200);
        assert_eq!(said(&then.body, &at), said(&was, ""), "{path}");
        let now = lead.get(path).await.is(200).body;
        let of_now = lead.get(&self::then(path, &after)).await.is(200).body;
        assert_eq!(said(&of_now, &after), said(&now, ""), "{path}");
    }
    // Its cards still stand in the column that is gone.
    let then = then_of(&lead, "/api/v1/projects/ENG/board", &at).await;
    let then: Board = serde_json::from_value(then).unwrap();
    for column in &board.columns {
        let same = then
            .columns
            .iter()
            .find(|c| c.status.slug == column.status.slug);
        let same = same.unwrap_or_else(|| panic!("{}", column.status.slug));
        // Who watches is of today alone.
        let mut cards = column.cards.clone();
        for card in &mut cards {
            (card.watching, card.watchers) = (false, 0);
        }
        assert_eq!((same.count, &same.cards), (column.count, &cards));
    }
    assert_complete(&server, &keys).await;
}

#[actix_web::test]
async fn a_cursor_belongs_to_its_grouping() {
    let server = Server::new();
    let lead = server.as_("lead");
    for i in 0..3 {
        server.issue("lead", "ENG", &format!("{i}")).await;
    }
    let grouped = list(&lead, "group_by=status&limit=1").await;
    let plain = list(&lead, "limit=1").await;
    assert!(plain.groups.is_none());
    for (query, cursor) in [
        ("limit=1", grouped.page.next_cursor.unwrap()),
        ("limit=1&group_by=status", plain.page.next_cursor.unwrap()),
    ] {
        let path = format!("/api/v1/issues?{query}&cursor={cursor}");
        assert_eq!(lead.get(&path).await.invalid(), ["?cursor"]);
    }
    let wrong = lead.get("/api/v1/issues?group_by=colour").await;
    assert_eq!(wrong.invalid(), ["?group_by"]);
    let wrong = lead.get("/api/v1/issues?closed=open").await;
    assert_eq!(wrong.invalid(), ["?closed"]);
    let open = list(&lead, "group_by=status&closed=open").await;
    assert_eq!(open.groups, grouped.groups);
    assert!(open.page.items.is_empty());
}

#[actix_web::test]
async fn the_strip_tells_of_what_the_caller_may_know() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("reporter", "APP", "Mine").await;
    server.issue("reporter2", "APP", "Theirs").await;
    server.issue("lead", "SEC", "Secret").await;
    lead.comment("APP-1", json!({"body": "Psst", "internal": true}))
        .await;
    lead.patch(
        "/api/v1/issues/APP-1",
        json!({"priority": 1, "severity": "high"}),
    )
    .await
    .is(200);
    lead.patch("/api/v1/issues/APP-2", json!({"place": "top"}))
        .await
        .is(200);
    let strip = async |name: &str, query: &str| -> (i64, usize) {
        let client = server.as_(name);
        let changes: Changes = client
            .get(&format!("/api/v1/insights/changes?{query}"))
            .await
            .ok();
        let moments: Moments = client
            .get(&format!("/api/v1/insights/moments?{query}"))
            .await
            .ok();
        assert!(moments.items.is_sorted_by(|a, b| a < b));
        assert_eq!(changes.first.as_ref(), moments.items.first());
        assert_eq!(changes.last.as_ref(), moments.items.last());
        (
            changes.items.iter().map(|d| d.count).sum(),
            moments.items.len(),
        )
    };
    // Two fields changed at one instant; the note counts for staff alone.
    assert_eq!(strip("reporter", "").await, (3, 2));
    assert_eq!(strip("reporter2", "project=APP").await, (2, 2));
    assert_eq!(strip("viewer", "project=APP").await, (5, 4));
    assert_eq!(strip("lead", "").await, (7, 6));
    assert_eq!(strip("lead", "issue=APP-1").await, (4, 3));
    assert_eq!(strip("reporter", "issue=APP-1").await, (3, 2));
    lead.delete("/api/v1/issues/APP-2").await.is(204);
    assert_eq!(strip("viewer", "project=APP").await, (3, 2));
    assert_eq!(strip("lead", "project=APP").await, (7, 6));

    let today = chrono::Utc::now().date_naive();
    assert_eq!(
        strip("lead", &format!("from={today}&to={today}")).await.0,
        8
    );
    let path = "/api/v1/insights/moments?issue=APP-1";
    let all: Moments = lead.get(path).await.ok();
    let first: Moments = lead.get(&format!("{path}&limit=1")).await.ok();
    assert_eq!(first.items, all.items[..1]);
    let second = all.items[1].to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let some: Moments = lead
        .get(&format!("{path}&from={second}&to={second}"))
        .await
        .ok();
    assert_eq!(some.items, all.items[1..2], "both ends count");
    let before: Changes = lead
        .get("/api/v1/insights/changes?to=2001-01-01")
        .await
        .ok();
    assert!(before.items.is_empty() && before.first.is_some());
}

#[actix_web::test]
async fn what_a_strip_does_not_know_is_refused_by_name() {
    let server = Server::new();
    server.issue("lead", "APP", "One").await;
    server.issue("lead", "SEC", "Secret").await;
    let (lead, rita) = (server.as_("lead"), server.as_("reporter"));
    for at in ["changes", "moments"] {
        let path = |query: &str| format!("/api/v1/insights/{at}?{query}");
        for (query, place) in [
            ("project=APP&issue=APP-1", "?issue"),
            ("from=2026-02-01&to=2026-01-01", "?from"),
            ("from=soon", "?from"),
            ("to=99999-01-01", "?to"),
            ("to=2026-02-30", "?to"),
        ] {
            assert_eq!(lead.get(&path(query)).await.invalid(), [place], "{query}");
        }
        for query in [
            "project=SEC",
            "issue=SEC-1",
            "issue=APP-1",
            "project=NONE",
            "issue=x",
        ] {
            rita.get(&path(query)).await.problem(Code::NotFound);
        }
        lead.get(&path("as_of=2026-01-01T00:00:00Z"))
            .await
            .problem(Code::MalformedRequest);
    }
    for limit in ["0", "1001", "x"] {
        let path = format!("/api/v1/insights/moments?limit={limit}");
        assert_eq!(lead.get(&path).await.invalid(), ["?limit"]);
    }
}

#[actix_web::test]
async fn a_private_project_is_not_named_by_what_has_left_it() {
    let server = Server::new();
    let lead = server.as_("lead");
    for title in ["Other", "Secret", "Parent", "Part", "Duplicate", "Kept"] {
        server.issue("lead", "SEC", title).await;
    }
    server.issue("lead", "ENG", "Known").await;
    for (to, kind) in [("ENG-1", "relates_to"), ("SEC-1", "blocks")] {
        let relation = json!({"kind": kind, "issue": to});
        lead.post("/api/v1/issues/SEC-2/relations", relation)
            .await
            .is(201);
    }
    for (issue, patch) in [
        ("SEC-2", json!({"parent": "SEC-3"})),
        ("SEC-4", json!({"parent": "SEC-2"})),
        ("SEC-2", json!({"description": "As it was there"})),
        ("SEC-2", json!({"parent": "SEC-6"})),
    ] {
        lead.patch(&format!("/api/v1/issues/{issue}"), patch)
            .await
            .is(200);
    }
    let merge = json!({"into": "SEC-2"});
    lead.post("/api/v1/issues/SEC-5/merge", merge).await.is(200);
    let said = lead.comment("SEC-2", json!({"body": "Said there"})).await;
    let at = last_change(&server);
    let id = lead.issue("SEC-2").await.id;
    let moved = json!({"project": "ENG"});
    lead.post("/api/v1/issues/SEC-2/move", moved).await.is(200);
    lead.patch(
        &format!("/api/v1/comments/{}", said.id),
        json!({"body": "Said"}),
    )
    .await
    .is(200);
    let dora = server.as_("maintainer");
    let of = |path: &str| format!("/api/v1/issues/{path}");
    let mut paths = vec![
        of("ENG-2"),
        of("ENG-2/events"),
        of("ENG-2/relations"),
        of("ENG-2/comments"),
        of("ENG-1/events"),
        "/api/v1/issues?q=secret".to_string(),
        "/api/v1/issues?format=csv".to_string(),
        "/api/v1/activity".to_string(),
        "/api/v1/activity?project=ENG".to_string(),
        "/api/v1/search?q=secret".to_string(),
        format!("/api/v1/comments/{}/events", said.id),
        format!("/api/v1/issues/{id}/events"),
    ];
    let back = [
        of("ENG-2"),
        of("ENG-2/relations"),
        of("ENG-1/relations"),
        "/api/v1/issues".to_string(),
        "/api/v1/issues?format=csv".to_string(),
        "/api/v1/projects/ENG/board".to_string(),
    ];
    paths.extend(back.iter().map(|path| then(path, &at)));
    for path in &paths {
        let told = dora.get(path).await;
        let text = told.text();
        assert!([200, 403].contains(&told.status), "{path}: {text}");
        assert!(!text.contains("SEC"), "{path}: {text}");
    }
    // It is there, as it is called today.
    let then_of_known = then_of(&dora, &of("ENG-1/relations"), &at).await;
    assert_eq!(then_of_known["items"][0]["issue"]["key"], "ENG-2");
    // Whoever sees both projects is told all of it.
    for path in [of("ENG-2/events"), then(&of("ENG-1/relations"), &at)] {
        assert!(lead.get(&path).await.text().contains("SEC-2"), "{path}");
    }
}
