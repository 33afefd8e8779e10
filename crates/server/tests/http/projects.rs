//! Projects and the small lists they keep.

use crate::harness::{Client, Server};
use domain::issue::Issue;
use domain::label::{Label, Version};
use domain::page::Page;
use domain::problem::Code;
use domain::project::{Member, Project, ReportersSee, Visibility};
use domain::user::Role;
use domain::workflow::Workflow;
use serde_json::{Value, json};

async fn keys(client: &Client, path: &str) -> Vec<String> {
    let page: Page<Project> = client.get(path).await.ok();
    page.items.into_iter().map(|p| p.key).collect()
}

#[actix_web::test]
async fn whoever_makes_a_project_leads_it() {
    let server = Server::new();
    let developer = server.as_("developer");
    let new =
        json!({"key": "new", "name": " New ", "template": "helpdesk", "visibility": "private"});
    let answer = developer
        .post("/api/v1/projects", new.clone())
        .await
        .is(201);
    assert_eq!(answer.header("location"), "/api/v1/projects/NEW");
    let project: Project = answer.read();
    assert_eq!(
        (project.key.as_str(), project.name.as_str(), project.role),
        ("NEW", "New", Role::Lead)
    );
    assert_eq!(
        (project.visibility, project.reporters_see),
        (Visibility::Private, ReportersSee::Own)
    );
    let workflow: Workflow = developer.get("/api/v1/projects/NEW/workflow").await.ok();
    assert_eq!(workflow.statuses.len(), 4);
    developer
        .post("/api/v1/projects", new.clone())
        .await
        .problem(Code::AlreadyExists);
    server
        .as_("reporter")
        .post("/api/v1/projects", new)
        .await
        .problem(Code::Forbidden);
    let wrong = json!({"key": "1", "name": "", "description": "x\u{0}"});
    assert_eq!(
        developer.post("/api/v1/projects", wrong).await.invalid(),
        ["/key", "/name", "/description"]
    );
    server
        .as_("maintainer")
        .get("/api/v1/projects/NEW")
        .await
        .problem(Code::NotFound);
    assert!(
        keys(&server.as_("admin"), "/api/v1/projects")
            .await
            .contains(&"NEW".to_string())
    );
}

#[actix_web::test]
async fn everybody_sees_the_projects_that_exist_for_them_in_pages() {
    let server = Server::new();
    assert_eq!(
        keys(&server.as_("reporter"), "/api/v1/projects").await,
        ["APP", "ENG", "HELP", "OPS"]
    );
    let developer = server.as_("developer");
    assert_eq!(
        keys(&developer, "/api/v1/projects").await,
        ["APP", "ENG", "HELP", "OPS", "SEC"]
    );
    let first: Page<Project> = developer.get("/api/v1/projects?limit=3").await.ok();
    assert_eq!((first.items.len(), first.total.count), (3, 5));
    let next = format!(
        "/api/v1/projects?limit=3&cursor={}",
        first.next_cursor.unwrap()
    );
    assert_eq!(keys(&developer, &next).await, ["OPS", "SEC"]);
    developer
        .get("/api/v1/projects?cursor=Ilgi")
        .await
        .invalid();
    developer
        .get("/api/v1/projects?archived=maybe")
        .await
        .invalid();

    // Only what exists for somebody is counted for them.
    server.issue("reporter", "APP", "Mine").await;
    server.issue("reporter2", "APP", "Theirs").await;
    let open = |name: &str| {
        let client = server.as_(name);
        async move {
            client
                .get("/api/v1/projects/app")
                .await
                .ok::<Project>()
                .open_issues
        }
    };
    assert_eq!((open("reporter").await, open("maintainer").await), (1, 2));
}

#[actix_web::test]
async fn settings_change_once_for_each_version() {
    let server = Server::new();
    let lead = server.as_("lead");
    let path = "/api/v1/projects/ENG";
    let tag = lead.get(path).await.is(200).etag();
    let change = json!({"name": "Builders", "description": "We build.", "visibility": "private", "reporters_see": "own"});
    let project: Project = lead.patch_if(path, &tag, change).await.ok();
    assert_eq!(
        (project.name.as_str(), project.version, project.visibility),
        ("Builders", 2, Visibility::Private)
    );
    let stale = lead
        .patch_if(path, &tag, json!({"name": "Late"}))
        .await
        .problem(Code::EditConflict);
    assert_eq!(stale.current.unwrap()["name"], json!("Builders"));
    assert_eq!(
        lead.patch(path, json!({"name": ""})).await.invalid(),
        ["/name"]
    );
    assert_eq!(
        lead.patch(path, json!({"key": "XYZ"})).await.invalid(),
        ["/key"]
    );
    server
        .as_("maintainer")
        .get(path)
        .await
        .problem(Code::NotFound);
    assert_eq!(
        server.sql("select count(*) from event where kind = 'project.updated'"),
        "4",
        "one for each field"
    );
    let again = lead
        .request(reqwest::Method::GET, path)
        .header("if-none-match", lead.get(path).await.etag());
    lead.send(again).await.is(304);
}

#[actix_web::test]
async fn an_archived_project_is_read_not_written() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "OPS", "Old").await;
    let label: Label = lead
        .post("/api/v1/projects/OPS/labels", json!({"name": "old"}))
        .await
        .made();
    server
        .as_("maintainer")
        .delete("/api/v1/projects/OPS")
        .await
        .problem(Code::Forbidden);
    lead.delete("/api/v1/projects/OPS").await.is(204);
    assert!(
        !keys(&lead, "/api/v1/projects")
            .await
            .contains(&"OPS".to_string())
    );
    assert!(
        keys(&lead, "/api/v1/projects?archived=true")
            .await
            .contains(&"OPS".to_string())
    );
    lead.issue(&issue.key).await;
    let one = format!("/api/v1/issues/{}", issue.key);
    for refused in [
        lead.post("/api/v1/projects/OPS/issues", json!({"title": "x"}))
            .await,
        lead.patch(&one, json!({"title": "y"})).await,
        lead.delete(&one).await,
        lead.put(&format!("{one}/labels/old")).await,
        lead.post("/api/v1/projects/OPS/labels", json!({"name": "x"}))
            .await,
        lead.patch(
            &format!("/api/v1/projects/OPS/labels/{}", label.id),
            json!({"name": "x"}),
        )
        .await,
        lead.delete("/api/v1/projects/OPS/labels/old").await,
        lead.post("/api/v1/projects/OPS/versions", json!({"name": "1"}))
            .await,
        lead.post(
            "/api/v1/projects/OPS/members",
            json!({"identifier": "viewer", "role": "viewer"}),
        )
        .await,
        lead.upload(&issue.key, "x.txt", b"x").await,
    ] {
        let what = refused.what.clone();
        let problem = refused.problem(Code::Conflict);
        assert!(problem.detail.unwrap().contains("archived"), "{what}");
    }
    let back: Project = lead
        .patch("/api/v1/projects/OPS", json!({"archived": false}))
        .await
        .ok();
    assert_eq!(back.archived_at, None);
    lead.patch(&one, json!({"title": "y"})).await.is(200);
}

#[actix_web::test]
async fn members_come_change_and_go_with_their_issues_given_back() {
    let server = Server::new();
    let lead = server.as_("lead");
    let path = "/api/v1/projects/SEC/members";
    let hidden = server.as_("maintainer");
    hidden
        .get("/api/v1/projects/SEC")
        .await
        .problem(Code::NotFound);
    let member: Member = lead
        .post(
            path,
            json!({"identifier": "Maintainer@example.com", "role": "reporter"}),
        )
        .await
        .made();
    assert_eq!(
        (member.user.username.as_str(), member.role),
        ("maintainer", Role::Reporter)
    );
    hidden.get("/api/v1/projects/SEC").await.is(200);
    lead.post(path, json!({"identifier": "maintainer", "role": "viewer"}))
        .await
        .problem(Code::AlreadyExists);
    assert_eq!(
        lead.post(path, json!({"identifier": "nobody", "role": "viewer"}))
            .await
            .invalid(),
        ["/identifier"]
    );
    assert_eq!(
        lead.post(path, json!({"identifier": "viewer", "role": "admin"}))
            .await
            .invalid(),
        ["/role"]
    );
    server
        .as_("developer")
        .post(path, json!({"identifier": "viewer", "role": "viewer"}))
        .await
        .problem(Code::Forbidden);
    hidden
        .post("/api/v1/projects/SEC/issues", json!({"title": "x"}))
        .await
        .is(201);
    let raised: Member = lead
        .patch(&format!("{path}/maintainer"), json!({"role": "developer"}))
        .await
        .ok();
    assert_eq!(raised.role, Role::Developer);

    let issue: Issue = lead
        .post(
            "/api/v1/projects/SEC/issues",
            json!({"title": "Theirs", "assignee": "maintainer"}),
        )
        .await
        .made();
    hidden
        .delete(&format!("{path}/developer"))
        .await
        .problem(Code::Forbidden);
    hidden.delete(&format!("{path}/maintainer")).await.is(204);
    hidden
        .get(&format!("/api/v1/issues/{}", issue.key))
        .await
        .problem(Code::NotFound);
    let after = lead.issue(&issue.key).await;
    assert_eq!((after.assignee, after.version), (None, 2));
    let told: Value = lead
        .get(&format!("/api/v1/issues/{}/events", issue.key))
        .await
        .ok();
    assert_eq!(told["items"][1]["sentence"], json!("unassigned maintainer"));
    lead.delete(&format!("{path}/maintainer"))
        .await
        .problem(Code::NotFound);
    let listed: Page<Member> = lead.get(path).await.ok();
    assert_eq!(
        listed
            .items
            .iter()
            .map(|m| m.user.username.as_str())
            .collect::<Vec<_>>(),
        ["developer", "lead"]
    );

    // Somebody has to stay in charge.
    lead.patch(&format!("{path}/lead"), json!({"role": "developer"}))
        .await
        .problem(Code::LastOne);
    lead.delete(&format!("{path}/lead"))
        .await
        .problem(Code::LastOne);
    lead.patch(&format!("{path}/developer"), json!({"role": "lead"}))
        .await
        .is(200);
    lead.delete(&format!("{path}/lead")).await.is(204);
}

#[actix_web::test]
async fn labels_are_the_projects_and_leave_with_an_event() {
    let server = Server::new();
    let (maintainer, lead) = (server.as_("maintainer"), server.as_("lead"));
    let path = "/api/v1/projects/ENG/labels";
    let label: Label = maintainer
        .post(path, json!({"name": "Slow", "colour": "#FF0000"}))
        .await
        .made();
    assert_eq!(
        (label.name.as_str(), label.colour.as_str()),
        ("Slow", "#ff0000")
    );
    maintainer
        .post(path, json!({"name": "SLOW"}))
        .await
        .problem(Code::AlreadyExists);
    assert_eq!(
        maintainer
            .post(path, json!({"name": "x", "colour": "red"}))
            .await
            .invalid(),
        ["/colour"]
    );
    server
        .as_("developer")
        .post(path, json!({"name": "x"}))
        .await
        .problem(Code::Forbidden);
    let issue: Issue = lead
        .post(
            "/api/v1/projects/ENG/issues",
            json!({"title": "x", "tags": ["slow"]}),
        )
        .await
        .made();
    assert_eq!(issue.labels.len(), 1);
    let unknown = lead
        .post(
            "/api/v1/projects/APP/issues",
            json!({"title": "x", "labels": ["Slow"]}),
        )
        .await;
    assert_eq!(unknown.invalid(), ["/labels"], "another project's label");

    let one = format!("{path}/{}", label.id);
    let renamed: Label = maintainer
        .patch(
            &one,
            json!({"name": "Sluggish", "description": "takes long"}),
        )
        .await
        .ok();
    assert_eq!(renamed.description, "takes long");
    assert_eq!(lead.issue(&issue.key).await.labels[0].name, "Sluggish");
    let on_issue = format!("/api/v1/issues/{}/labels", issue.key);
    lead.delete(&format!("{on_issue}/sluggish")).await.is(204);
    lead.delete(&format!("{on_issue}/sluggish")).await.is(204);
    lead.put(&format!("{on_issue}/Sluggish")).await.is(204);
    lead.put(&format!("{on_issue}/Sluggish")).await.is(204);
    lead.put(&format!("{on_issue}/nothing"))
        .await
        .problem(Code::NotFound);
    server
        .as_("reporter")
        .put(&format!("{on_issue}/Sluggish"))
        .await
        .problem(Code::Forbidden);
    assert_eq!(
        lead.issue(&issue.key).await.version,
        3,
        "what changes nothing makes no version"
    );

    maintainer.delete(&one).await.is(204);
    let after = lead.issue(&issue.key).await;
    assert_eq!((after.labels.len(), after.version), (0, 4));
    let told: Value = lead
        .get(&format!("/api/v1/issues/{}/events", issue.key))
        .await
        .ok();
    assert_eq!(told["items"][3]["sentence"], json!("removed #Sluggish"));
    maintainer.delete(&one).await.problem(Code::NotFound);
    let left: Page<Label> = maintainer.get(path).await.ok();
    assert!(left.items.is_empty());
}

#[actix_web::test]
async fn a_version_is_made_changed_named_and_removed() {
    let server = Server::new();
    let maintainer = server.as_("maintainer");
    let path = "/api/v1/projects/ENG/versions";
    let version: Version = maintainer.post(path, json!({"name": "4.2"})).await.made();
    maintainer
        .post(path, json!({"name": "4.2"}))
        .await
        .problem(Code::AlreadyExists);
    let one = format!("{path}/4.2");
    let out: Version = maintainer
        .patch(&one, json!({"released_on": "2026-02-03"}))
        .await
        .ok();
    assert_eq!(out.released_on.unwrap().to_string(), "2026-02-03");
    let cleared: Version = maintainer
        .patch(&one, json!({"released_on": null, "name": "4.3"}))
        .await
        .ok();
    assert_eq!(
        (cleared.released_on, cleared.name.as_str(), cleared.id),
        (None, "4.3", version.id)
    );
    let new = json!({"title": "x", "affected_version": "4.3"});
    let issue: Issue = maintainer
        .post("/api/v1/projects/ENG/issues", new)
        .await
        .made();
    assert_eq!(issue.affected_version.as_deref(), Some("4.3"));
    let by_id = format!("{path}/{}", version.id);
    let key = format!("/api/v1/issues/{}", issue.key);
    assert_eq!(
        maintainer
            .patch(&key, json!({"fixed_version": "9"}))
            .await
            .invalid(),
        ["/fixed_version"]
    );
    maintainer.delete(&by_id).await.is(204);
    let left: Page<Version> = maintainer.get(path).await.ok();
    assert!(left.items.is_empty());
    server
        .as_("developer")
        .post(path, json!({"name": "x"}))
        .await
        .problem(Code::Forbidden);
}
