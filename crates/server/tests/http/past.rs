//! Looking back: what the API said at an instant is what it says of that instant later, and the
//! history told by the API is the issue.

use crate::harness::{Client, Server};
use domain::event::HistoryEntry;
use domain::insights::{Changes, Moments, OpenByReport};
use domain::issue::Issue;
use domain::list::IssueList;
use domain::page::Page;
use domain::problem::{Code, Problem};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use testkit::Dice;

const ISSUES: &str = "/api/v1/projects/ENG/issues";

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
    text.replace(&format!("\"as_of\":\"{at}\""), "\"as_of\":null")
}

/// One random change of somebody; gives the issue when it was allowed.
async fn step(client: &Client, dice: &mut Dice, keys: &[String]) -> Option<String> {
    let key = dice.pick(keys).clone();
    let path = format!("/api/v1/issues/{key}");
    let other = dice.pick(keys).clone();
    let label = *dice.pick(&["ui", "api", "later"]);
    let answer = match dice.below(20) {
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
        keys.push(server.issue(who, "ENG", &format!("Title {i}")).await.key);
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
        "assignee" | "parent" | "affected_version" | "fixed_version" => value["name"].clone(),
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
                    let rank = domain::rank::initial(issue.number);
                    fields.insert("rank".into(), rank.into());
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
                _ => now[field].clone(),
            };
            assert_eq!(&is, value, "{key}: {field}");
        }
    }
}
