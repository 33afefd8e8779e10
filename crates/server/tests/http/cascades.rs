//! What goes although many issues name it: they lose it, each with its version and its event, in a few
//! statements however many they are.

use crate::harness::{Client, Server};
use chrono::Utc;
use domain::event::HistoryEntry;
use domain::issue::Issue;
use domain::page::Page;
use serde_json::{Value, json};

/// More than one by one would be done in the time that a request has.
const MANY: usize = 5_000;
const AT: &str = "/api/v1/projects/SEC";

/// A project whose issues all have labels, versions and a member who works on them; its first one.
async fn furnish(server: &Server, many: usize) -> (Client, Issue) {
    let lead = server.as_("lead");
    for (what, name) in [
        ("labels", "kept"),
        ("labels", "old"),
        ("versions", "1.0"),
        ("versions", "2.0"),
    ] {
        lead.post(&format!("{AT}/{what}"), json!({"name": name}))
            .await
            .is(201);
    }
    let new = json!({
        "title": "One of many", "labels": ["kept", "old"], "assignee": "developer",
        "affected_version": "1.0", "fixed_version": "2.0",
    });
    let one: Issue = lead.post(&format!("{AT}/issues"), new).await.made();
    server.twins(one.id, many - 1);
    (lead, one)
}

/// Statements that a request takes, which must succeed.
async fn statements(server: &Server, request: impl AsyncFnOnce()) -> usize {
    let before = server.writing_statements();
    request().await;
    server.writing_statements() - before
}

/// What the log tells of the last change of an issue.
async fn last_change(
    client: &Client,
    key: &str,
    count: usize,
) -> Vec<(Option<String>, Value, Value)> {
    let page: Page<HistoryEntry> = client
        .get(&format!("/api/v1/issues/{key}/events"))
        .await
        .ok();
    let last = page.items.len() - count;
    let entries = page.items.into_iter().skip(last);
    entries
        .map(|e| {
            (
                e.field,
                e.old.unwrap_or_default(),
                e.new.unwrap_or_default(),
            )
        })
        .collect()
}

fn named(value: &Value) -> Vec<&str> {
    let items = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    items
        .iter()
        .filter_map(|item| item["name"].as_str())
        .collect()
}

#[actix_web::test]
async fn whatever_goes_leaves_five_thousand_issues_in_as_many_statements_as_two() {
    let mut taken = Vec::new();
    for many in [2, MANY] {
        let server = Server::new();
        let (lead, one) = furnish(&server, many).await;
        let mut counts = Vec::new();
        for path in ["labels/old", "versions/1.0", "members/developer"] {
            let path = format!("{AT}/{path}");
            counts.push(statements(&server, async || drop(lead.delete(&path).await.is(204))).await);
        }
        let workflow: Value = lead.get(&format!("{AT}/workflow")).await.ok();
        let slugs = |of: &Value| -> Vec<String> {
            let all = of["statuses"].as_array().unwrap();
            all.iter()
                .map(|s| s["slug"].as_str().unwrap().to_owned())
                .collect()
        };
        let (gone, done) = (one.status.slug.clone(), "done".to_owned());
        assert!(slugs(&workflow).contains(&done));
        let keeps = |field: &str, of: &[&str]| -> Value {
            let all = workflow[field].as_array().unwrap().iter();
            all.filter(|item| of.iter().all(|name| item[*name] != json!(gone)))
                .cloned()
                .collect()
        };
        let plan = json!({
            "statuses": keeps("statuses", &["slug"]),
            "transitions": keeps("transitions", &["from", "to"]),
            "moves": {(gone.clone()): done},
        });
        let path = format!("{AT}/workflow");
        counts.push(
            statements(&server, async || {
                drop(lead.put_json(&path, plan).await.is(200))
            })
            .await,
        );
        taken.push(counts);

        let left = server.sql(
            "select count(*) from issue i join project p on p.id = i.project_id and p.key = 'SEC'
             where cardinality(i.label_ids) = 1 and i.affected_version_id is null and i.fixed_version_id is not null
               and i.assignee_id is null and i.resolution = 'complete' and i.resolved_at is not null and i.version = 5",
        );
        assert_eq!(left, many.to_string());
        let told = server.sql("select count(distinct (issue_id, version, field)) from event where kind = 'issue.updated'");
        assert_eq!(told, (5 * many).to_string());
        assert_eq!(server.broken(), Vec::<String>::new());
    }
    let (few, many) = (&taken[0], &taken[1]);
    assert_eq!(few, many);
}

#[actix_web::test]
async fn what_an_issue_lost_is_told_by_name_and_was_there_before() {
    let server = Server::new();
    let (lead, one) = furnish(&server, 1).await;
    let before = Utc::now();
    lead.delete(&format!("{AT}/labels/old")).await.is(204);
    let told = last_change(&lead, &one.key, 1).await;
    assert_eq!(told[0].0.as_deref(), Some("labels"));
    assert_eq!(
        (named(&told[0].1), named(&told[0].2)),
        (vec!["kept", "old"], vec!["kept"])
    );

    lead.patch(
        &format!("/api/v1/issues/{}", one.key),
        json!({"fixed_version": "1.0"}),
    )
    .await
    .is(200);
    lead.delete(&format!("{AT}/versions/1.0")).await.is(204);
    let told = last_change(&lead, &one.key, 2).await;
    let fields: Vec<_> = told.iter().map(|t| t.0.as_deref().unwrap()).collect();
    assert_eq!(fields, ["affected_version", "fixed_version"]);
    assert!(told.iter().all(|t| named(&t.1) == ["1.0"] && t.2.is_null()));
    let now = lead.issue(&one.key).await;
    assert_eq!((now.affected_version, now.fixed_version), (None, None));

    lead.delete(&format!("{AT}/members/developer"))
        .await
        .is(204);
    let told = last_change(&lead, &one.key, 1).await;
    assert_eq!(
        (named(&told[0].1), told[0].2.is_null()),
        (vec!["developer"], true)
    );

    let then: Issue = lead
        .get(&format!(
            "/api/v1/issues/{}?as_of={}",
            one.key,
            before.to_rfc3339().replace('+', "%2B")
        ))
        .await
        .ok();
    assert_eq!(
        then.assignee.map(|a| a.username),
        Some("developer".to_owned())
    );
}
