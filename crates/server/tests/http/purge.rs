//! A project is taken out as one document, and only then it can go for good.

use crate::harness::{Client, Server};
use domain::problem::Code;
use domain::token::Scope;
use serde_json::{Value, json};

const AT: &str = "/api/v1/projects/ENG";

async fn export(client: &Client) -> Value {
    let answer = client.get(&format!("{AT}/export")).await.is(200);
    assert!(answer.header("content-disposition").contains("ENG.json"));
    answer.read()
}

/// A project with something of everything.
async fn furnish(server: &Server) {
    let lead = server.as_("lead");
    lead.post(&format!("{AT}/labels"), json!({"name": "ui"}))
        .await
        .is(201);
    lead.post(&format!("{AT}/versions"), json!({"name": "1.0"}))
        .await
        .is(201);
    for n in 0..3 {
        server.issue("lead", "ENG", &format!("Issue {n}")).await;
    }
    let patch = json!({"labels": ["ui"], "fixed_version": "1.0", "parent": "ENG-2"});
    lead.patch("/api/v1/issues/ENG-1", patch).await.is(200);
    let said = lead.comment("ENG-1", json!({"body": "Before"})).await;
    let at = format!("/api/v1/comments/{}", said.id);
    lead.patch(&at, json!({"body": "After"})).await.is(200);
    lead.comment("ENG-1", json!({"body": "Between us", "internal": true}))
        .await;
    lead.upload("ENG-1", "a.txt", b"bytes").await.is(201);
    lead.delete("/api/v1/issues/ENG-3").await.is(204);
    server.test.db().write(store::stats::recompute).unwrap();
}

#[actix_web::test]
async fn an_export_holds_everything_and_is_told() {
    let server = Server::new();
    furnish(&server).await;
    let lead = server.as_("lead");
    let whole = export(&lead).await;
    assert_eq!(whole["project"]["key"], json!("ENG"));
    assert_eq!(whole["workflow"]["statuses"].as_array().unwrap().len(), 7);
    let issues = whole["issues"].as_array().unwrap();
    assert_eq!(issues.len(), 3);
    assert_eq!(issues[0]["labels"][0]["name"], json!("ui"));
    assert_eq!(issues[0]["comments"].as_array().unwrap().len(), 2);
    assert_eq!(issues[0]["attachments"][0]["file_name"], json!("a.txt"));
    assert!(issues[2]["deleted_at"].is_string());
    let events = whole["events"].as_array().unwrap();
    let count = server.sql(
        "select count(*) from event e join project p on p.id = e.project_id where p.key = 'ENG'",
    );
    assert_eq!(events.len().to_string(), count);
    assert!(whole["events"].to_string().contains("Before"));
    let told = "select string_agg(detail->>'state', ' ' order by at) from audit_entry where kind = 'project.exported'";
    assert_eq!(server.sql(told), "begun complete");
}

#[actix_web::test]
async fn a_long_project_comes_in_parts_and_whole() {
    let server = Server::new();
    let db = server.test.db();
    for n in 0..230 {
        testkit::work::issue(
            &db,
            server.cast.eng,
            &server.cast.lead,
            &format!("Issue {n}"),
        );
    }
    let whole = export(&server.as_("lead")).await;
    let numbers: Vec<i64> = whole["issues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=230).collect::<Vec<_>>());
    let mut ids: Vec<String> = whole["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 230);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 230);
}

#[actix_web::test]
async fn only_what_is_archived_and_taken_out_can_go() {
    let server = Server::new();
    furnish(&server).await;
    server.issue("lead", "OPS", "Stays").await;
    let (admin, lead) = (server.as_("admin"), server.as_("lead"));
    let purge = format!("{AT}?purge=true");
    export(&lead).await;
    let problem = admin.delete(&purge).await.problem(Code::Conflict);
    assert!(problem.detail.unwrap_or_default().contains("Archive"));
    lead.delete(AT).await.is(204);
    // Archiving was a change.
    let problem = admin.delete(&purge).await.problem(Code::Conflict);
    assert!(problem.detail.unwrap_or_default().contains("Export"));
    export(&lead).await;
    // A token of this project alone goes with it; it must not become one for all.
    let bound = server.program(server.person("lead"), &[Scope::Read], Some(server.cast.eng));
    bound.get(AT).await.is(200);
    lead.delete(&purge).await.problem(Code::Forbidden);
    let others = "select md5(string_agg(event::text, '' order by id)) from event where project_id in (select id from project where key <> 'ENG')";
    server.settle();
    let before = server.sql(others);
    let id = server.sql("select id from project where key = 'ENG'");
    admin.delete(&purge).await.is(204);
    assert_eq!(before, server.sql(others));
    // Nothing of it is left anywhere, whatever tables there are.
    let tables = testkit::sql::rows(
        &mut server.test.superuser(),
        "select table_name from information_schema.columns
         where table_schema = 'public' and column_name = 'project_id' and table_name not in ('audit_entry')",
    );
    assert!(tables.len() >= 8, "{tables:?}");
    for table in tables {
        let left = server.sql(&format!(
            "select count(*) from {table} where project_id = '{id}'"
        ));
        assert_eq!(left, "0", "{table}");
    }
    assert_eq!(server.sql("select count(*) from purging"), "0");
    assert_eq!(server.sql("select count(*) from orphan_file"), "1");
    lead.get(AT).await.is(404);
    bound.get("/api/v1/projects").await.is(401);
    lead.get("/api/v1/issues/ENG-1").await.is(404);
    let told =
        server.sql("select detail - 'events' from audit_entry where kind = 'project.purged'");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        told,
        json!({"files": 1, "comments": 2, "issues": 3, "members": 1, "key": "ENG", "name": "Engine"})
    );
    lead.post("/api/v1/projects", json!({"key": "ENG", "name": "Again"}))
        .await
        .is(201);
    admin
        .delete("/api/v1/projects/NEVER?purge=true")
        .await
        .is(404);
}
