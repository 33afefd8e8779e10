//! Changing a workflow while issues exist and people work.

use crate::harness::{Client, Server};
use domain::event::HistoryEntry;
use domain::issue::Issue;
use domain::page::Page;
use domain::problem::Code;
use domain::workflow::{Category, Workflow, WorkflowInput};
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};

const AT: &str = "/api/v1/projects/ENG/workflow";

async fn workflow(client: &Client) -> WorkflowInput {
    let now: Workflow = client.get(AT).await.ok();
    WorkflowInput::from(&now)
}

/// Without a status and its steps.
fn without(mut workflow: WorkflowInput, slug: &str) -> WorkflowInput {
    workflow
        .statuses
        .retain(|s| s.slug.as_deref() != Some(slug));
    workflow
        .transitions
        .retain(|t| t.from != slug && t.to != slug);
    workflow
}

fn body(workflow: &WorkflowInput) -> Value {
    serde_json::to_value(workflow).unwrap()
}

async fn moved(server: &Server, status: &str) -> Issue {
    let issue = server.issue("lead", "ENG", "In the way").await;
    server.run(&format!(
        "update issue set status_id = (select id from status where slug = '{status}' and project_id = issue.project_id) where id = '{}'",
        issue.id
    ));
    issue
}

#[actix_web::test]
async fn a_lead_renames_reorders_limits_and_adds() {
    let server = Server::new();
    let lead = server.as_("lead");
    let id = server.sql("select s.id from status s join project p on p.id = s.project_id where p.key = 'ENG' and s.slug = 'on_hold'");
    let first = lead.get(AT).await.is(200);
    let mut wanted = workflow(&lead).await;
    wanted.statuses[3].name = "Parked".into();
    wanted.statuses[2].wip_limit = Some(5);
    wanted.statuses.swap(3, 4);
    wanted.statuses.insert(
        1,
        serde_json::from_value(json!({"name": "To sort", "category": "triage"})).unwrap(),
    );
    wanted
        .transitions
        .push(serde_json::from_value(json!({"from": "open", "to": "to_sort"})).unwrap());
    let answer = lead.put_json(AT, body(&wanted)).await.is(200);
    assert_ne!(answer.etag(), first.etag());
    let now: Workflow = answer.read();
    let names: Vec<&str> = now.statuses.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Open",
            "To sort",
            "Assigned",
            "In progress",
            "Under review",
            "Parked",
            "Done",
            "Released"
        ]
    );
    assert_eq!(lead.get(AT).await.ok::<Workflow>(), now);
    assert_eq!(
        server.sql("select id from status where name = 'Parked'"),
        id
    );
    let told = server.sql(
        "select string_agg(field, ' ' order by field) from event where kind = 'workflow.updated'",
    );
    assert_eq!(
        told,
        "order status_added status_renamed transitions wip_limit"
    );
    assert_eq!(
        server.sql("select count(*) from audit_entry where kind = 'workflow.changed'"),
        "1"
    );
    // The same once more changes nothing and tells nothing.
    let again = lead
        .put_json(AT, body(&workflow(&lead).await))
        .await
        .is(200);
    assert_eq!(again.etag(), answer.etag());
    assert_eq!(
        server.sql("select count(*) from event where kind = 'workflow.updated'"),
        "5"
    );
}

#[actix_web::test]
async fn issues_of_a_removed_status_move_as_ordinary_changes() {
    let server = Server::new();
    let lead = server.as_("lead");
    let keep = server.issue("lead", "ENG", "Elsewhere").await;
    let issue = server.issue("lead", "ENG", "Moves").await;
    let deleted = server.issue("lead", "ENG", "Moves too").await;
    for issue in [&issue, &deleted] {
        let at = format!("/api/v1/issues/{}", issue.key);
        for status in ["assigned", "in_progress"] {
            lead.patch(&at, json!({"status": status})).await.is(200);
        }
    }
    lead.delete(&format!("/api/v1/issues/{}", deleted.key))
        .await
        .is(204);
    let mut wanted = without(workflow(&lead).await, "in_progress");
    let refused = lead.put_json(AT, body(&wanted)).await;
    let problem = refused.problem(Code::InvalidInput);
    assert_eq!(problem.errors[0].pointer, "/moves/in_progress");
    assert!(
        problem.errors[0].detail.contains('2'),
        "{}",
        problem.errors[0].detail
    );
    wanted.moves.insert("in_progress".into(), "done".into());
    lead.put_json(AT, body(&wanted)).await.is(200);
    let now = lead.issue(&issue.key).await;
    assert_eq!(
        (now.status.slug.as_str(), now.status.category),
        ("done", Category::Done)
    );
    assert!(now.resolution.is_some() && now.resolved_at.is_some());
    assert_eq!(now.life.last().unwrap().category, Category::Done);
    assert_eq!(lead.issue(&keep.key).await.version, keep.version);
    let at = format!("/api/v1/issues/{}/restore", deleted.key);
    let back: Issue = lead.post(&at, json!({})).await.ok();
    assert_eq!(back.status.slug, "done");
    let history: Page<HistoryEntry> = lead
        .get(&format!("/api/v1/issues/{}/events", issue.key))
        .await
        .ok();
    let said: Vec<&str> = history.items.iter().map(|e| e.sentence.as_str()).collect();
    assert_eq!(
        said[2..],
        [
            "moved it from Assigned to In progress",
            "moved it from In progress to Done",
            "set resolution to complete"
        ]
    );
    // Every version is kept, and the status of the past keeps its name.
    let gap = "select count(*) from issue i where (select count(*) from issue_version v where v.issue_id = i.id) <> i.version";
    assert_eq!(server.sql(gap), "0");
    assert_eq!(server.sql("select name from status where slug = 'in_progress' and removed_at is not null and project_id = (select id from project where key = 'ENG')"), "In progress");
    let none = lead
        .patch(
            &format!("/api/v1/issues/{}", keep.key),
            json!({"status": "in_progress"}),
        )
        .await;
    assert_eq!(none.invalid(), ["/status"]);
}

#[actix_web::test]
async fn a_removed_status_keeps_its_days_and_comes_back_as_itself() {
    let server = Server::new();
    let lead = server.as_("lead");
    let db = server.test.db();
    let recompute = || db.write(store::stats::recompute).unwrap();
    let count = || {
        server.sql("select count(*) from daily_stat d join status s on s.id = d.status_id where s.slug = 'on_hold'")
    };
    recompute();
    let (before, all) = (count(), workflow(&lead).await);
    lead.put_json(AT, body(&without(all.clone(), "on_hold")))
        .await
        .is(200);
    recompute();
    assert_eq!(count(), before);
    server.run("update status set removed_at = clock_timestamp() - interval '2 days' where removed_at is not null;
                delete from daily_stat where status_id in (select id from status where removed_at is not null)");
    recompute();
    assert_eq!(server.sql("select count(*) from daily_stat d join status s on s.id = d.status_id where s.removed_at is not null"), "0");
    let id = server.sql("select id from status where removed_at is not null");
    lead.put_json(AT, body(&all)).await.is(200);
    assert_eq!(
        server.sql(&format!(
            "select removed_at is null from status where id = '{id}'"
        )),
        "true"
    );
}

#[actix_web::test]
async fn what_was_used_keeps_its_category() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "Was open").await;
    let mut wanted = workflow(&lead).await;
    wanted.statuses[0].category = Category::Active;
    assert_eq!(
        lead.put_json(AT, body(&wanted)).await.invalid(),
        ["/statuses/0/category"]
    );
    let mut wanted = workflow(&lead).await;
    wanted.statuses[3].category = Category::Active;
    lead.put_json(AT, body(&wanted)).await.is(200);
    let mut wanted = workflow(&lead).await;
    wanted.statuses.remove(0);
    wanted
        .transitions
        .push(serde_json::from_value(json!({"from": "nowhere", "to": "open"})).unwrap());
    wanted.moves.insert("done".into(), "released".into());
    let places = lead.put_json(AT, body(&wanted)).await.invalid();
    assert!(
        places.contains(&"/moves/done".to_string())
            && places.iter().any(|p| p.starts_with("/transitions/"))
    );
}

#[actix_web::test]
async fn of_two_changes_from_one_tag_one_wins() {
    let server = Server::new();
    let lead = server.as_("lead");
    for round in 0..20 {
        let tag = lead.get(AT).await.etag();
        let change = |name: String| {
            let (lead, tag) = (lead.clone(), tag.clone());
            async move {
                let mut wanted = workflow(&lead).await;
                wanted.statuses[1].name = name;
                let request = lead.request(Method::PUT, AT).json(&body(&wanted));
                lead.send(request.header("if-match", tag)).await
            }
        };
        let (a, b) = join(change(format!("A{round}")), change(format!("B{round}"))).await;
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{} {}", a.text(), b.text());
        let lost = if a.status == 412 { a } else { b };
        assert!(lost.problem(Code::EditConflict).current.is_some());
    }
}

#[actix_web::test]
async fn nobody_is_left_behind_in_a_removed_status() {
    let server = Server::new();
    let lead = server.as_("lead");
    let all = workflow(&lead).await;
    for _ in 0..8 {
        let issues: Vec<Issue> =
            join_all((0..6).map(|_| server.issue("lead", "ENG", "Races"))).await;
        let moves = join_all(issues.iter().map(|issue| {
            let lead = lead.clone();
            let at = format!("/api/v1/issues/{}", issue.key);
            async move { lead.patch(&at, json!({"status": "assigned"})).await.status }
        }));
        let reports = join_all((0..4).map(|_| {
            let lead = lead.clone();
            async move {
                let new = json!({"title": "Born there", "status": "assigned"});
                lead.post("/api/v1/projects/ENG/issues", new).await.status
            }
        }));
        let mut wanted = without(all.clone(), "assigned");
        wanted.moves.insert("assigned".into(), "open".into());
        let change = body(&wanted);
        let change = lead.put_json(AT, change);
        let ((moved, reported), changed) = join(join(moves, reports), change).await;
        changed.is(200);
        assert!(moved.iter().all(|s| [200, 422].contains(s)), "{moved:?}");
        assert!(
            reported.iter().all(|s| [201, 409, 422].contains(s)),
            "{reported:?}"
        );
        let lost = "select count(*) from issue i join status s on s.id = i.status_id where s.removed_at is not null";
        assert_eq!(server.sql(lost), "0");
        // No number was taken by a report that was refused.
        let gaps = "select max(number) - count(*) from issue i join project p on p.id = i.project_id where p.key = 'ENG'";
        assert_eq!(server.sql(gaps), "0");
        lead.put_json(AT, body(&all)).await.is(200);
    }
}

#[actix_web::test]
async fn an_archived_project_keeps_its_workflow() {
    let server = Server::new();
    let lead = server.as_("lead");
    moved(&server, "assigned").await;
    let wanted = without(workflow(&lead).await, "released");
    lead.delete("/api/v1/projects/ENG").await.is(204);
    lead.put_json(AT, body(&wanted))
        .await
        .problem(Code::Conflict);
}
