//! Names to filter by over all projects: once each, the likeliest first, and only of what exists for
//! whoever asks.

use crate::harness::{Client, Server};
use domain::name::Name;
use domain::page::Page;
use domain::token::Scope;
use domain::workflow::{Category, Workflow, WorkflowInput};
use serde_json::json;

async fn page(client: &Client, query: &str) -> Page<Name> {
    client.get(&format!("/api/v1/names?{query}")).await.ok()
}

async fn values(client: &Client, query: &str) -> Vec<String> {
    let page = page(client, query).await;
    page.items.into_iter().map(|name| name.value).collect()
}

async fn label(client: &Client, project: &str, name: &str, colour: &str) {
    let at = format!("/api/v1/projects/{project}/labels");
    let new = json!({"name": name, "colour": colour});
    client.post(&at, new).await.is(201);
}

#[actix_web::test]
async fn a_name_of_several_projects_is_one_name_and_comes_before_rarer_ones() {
    let server = Server::new();
    let lead = server.as_("lead");
    for (project, name, colour) in [
        ("APP", "Billing", "#112233"),
        ("ENG", "billing", "#445566"),
        ("SEC", "billing", "#445566"),
        ("APP", "api", "#000000"),
        ("ENG", "The bill", "#000000"),
        ("SEC", "leak", "#000000"),
        ("APP", "50% off_", "#000000"),
    ] {
        label(&lead, project, name, colour).await;
    }
    assert_eq!(
        values(&lead, "field=label").await,
        ["billing", "50% off_", "api", "leak", "The bill"]
    );
    // What begins with it comes before what has it somewhere.
    assert_eq!(
        values(&lead, "field=label&text=BILL").await,
        ["billing", "The bill"]
    );
    let billing = page(&lead, "field=label&text=billing").await;
    let billing = &billing.items[0];
    assert_eq!((billing.projects, billing.category), (3, None));
    assert_eq!(billing.colour.as_deref(), Some("#445566"));
    // No letter is a wildcard.
    assert_eq!(values(&lead, "field=label&text=%25").await, ["50% off_"]);
    assert_eq!(values(&lead, "field=label&text=_").await, ["50% off_"]);
    assert!(values(&lead, "field=label&text=nowhere").await.is_empty());

    for project in ["APP", "ENG"] {
        let at = format!("/api/v1/projects/{project}/versions");
        lead.post(&at, json!({"name": "1.0"})).await.is(201);
    }
    assert_eq!(values(&lead, "field=version").await, ["1.0"]);

    // Statuses are named by their slug, and found by the name for people too.
    let found = page(&lead, "field=status&text=in%20progress").await.items;
    let found: Vec<_> = found
        .iter()
        .map(|n| (n.value.as_str(), n.category))
        .collect();
    assert_eq!(found, [("in_progress", Some(Category::Active))]);
    // A status that a workflow has no more counts there no more.
    let on_hold = async || page(&lead, "field=status&text=on_hold").await.items[0].projects;
    let before = on_hold().await;
    let workflow = "/api/v1/projects/ENG/workflow";
    let now: Workflow = lead.get(workflow).await.ok();
    let mut wanted = WorkflowInput::from(&now);
    wanted
        .statuses
        .retain(|s| s.slug.as_deref() != Some("on_hold"));
    wanted
        .transitions
        .retain(|t| t.from != "on_hold" && t.to != "on_hold");
    let wanted = serde_json::to_value(&wanted).unwrap();
    lead.put_json(workflow, wanted).await.is(200);
    assert_eq!(on_hold().await, before - 1);
}

#[actix_web::test]
async fn names_of_projects_that_do_not_exist_for_somebody_are_not_told() {
    let server = Server::new();
    let lead = server.as_("lead");
    label(&lead, "SEC", "leak", "#000000").await;
    label(&lead, "SEC", "ui", "#111111").await;
    label(&lead, "ENG", "ui", "#222222").await;
    for (who, client) in [
        ("reporter", server.as_("reporter")),
        ("maintainer", server.as_("maintainer")),
        (
            "a program of the other project",
            server.program(server.person("lead"), &[Scope::Read], Some(server.cast.eng)),
        ),
    ] {
        let seen = page(&client, "field=label").await;
        assert_eq!(seen.total.count, 1, "{who}");
        let ui = &seen.items[0];
        // Not even that another project has it, or how.
        assert_eq!(
            (ui.value.as_str(), ui.projects, ui.colour.as_deref()),
            ("ui", 1, Some("#222222")),
            "{who}"
        );
        let none = page(&client, "field=label&text=leak").await;
        assert_eq!((none.items.len(), none.total.count), (0, 0), "{who}");
    }
    assert_eq!(values(&lead, "field=label").await, ["ui", "leak"]);
}

#[actix_web::test]
async fn an_answer_has_fifty_names_and_takes_the_same_statements_however_many_there_are() {
    let server = Server::new();
    let lead = server.as_("lead");
    label(&lead, "ENG", "one", "#000000").await;
    let asked = async |query: &str| {
        let before = server.statements();
        let page = page(&lead, query).await;
        (server.statements() - before, page)
    };
    // The first asks of a connection may look up types.
    asked("field=label").await;
    let (few, page) = asked("field=label").await;
    assert!(few > 0 && page.items.len() == 1);
    server.run(
        "insert into label (id, project_id, name, colour)
         select gen_random_uuid(), p.id, 'label ' || n, '#000000'
         from project p cross join generate_series(1, 70) as n",
    );
    let (many, page) = asked("field=label").await;
    assert_eq!(many, few);
    assert_eq!((page.items.len(), page.total.count), (50, 71));
    assert_eq!(page.next_cursor, None);
    let (_, narrower) = asked("field=label&text=label%207").await;
    assert_eq!(narrower.items.len(), 2);
}

#[actix_web::test]
async fn a_question_says_what_is_to_be_named() {
    let server = Server::new();
    let lead = server.as_("lead");
    for (query, status) in [
        ("", 422),
        ("field=assignee", 422),
        ("field=label&text=%00", 422),
        ("field=label&starts=a", 400),
    ] {
        lead.get(&format!("/api/v1/names?{query}")).await.is(status);
    }
    let long = "x".repeat(301);
    lead.get(&format!("/api/v1/names?field=label&text={long}"))
        .await
        .is(422);
}
