//! Issues: every field, the workflow, who may change what, lists.

use crate::harness::Server;
use domain::event::HistoryEntry;
use domain::issue::{Issue, IssueRow};
use domain::page::Page;
use domain::problem::Code;
use domain::user::Role;
use reqwest::Method;
use serde_json::{Value, json};

const ENG: &str = "/api/v1/projects/ENG/issues";

async fn furnish(server: &Server) {
    let lead = server.as_("lead");
    for name in ["api", "ui"] {
        lead.post("/api/v1/projects/ENG/labels", json!({"name": name}))
            .await
            .is(201);
    }
    for name in ["1.0", "2.0"] {
        lead.post("/api/v1/projects/ENG/versions", json!({"name": name}))
            .await
            .is(201);
    }
}

#[actix_web::test]
async fn every_field_is_kept_can_change_and_can_be_cleared() {
    let server = Server::new();
    furnish(&server).await;
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "Parent").await;
    server.issue("lead", "ENG", "Other parent").await;
    let draft = json!({"title": " Whole ", "description": "# Text\r\n", "type": "Feature Request", "severity": "major",
        "priority": "critical", "status": "in_progress", "story_points": 5, "tags": ["api"], "assignee": "developer",
        "parent": "eng-0001", "affected_version": "1.0", "fixed_version": "2.0", "start_date": "2026-01-01",
        "due_date": "2026-02-01", "external_ref": "X-1", "context": {"os": ["linux"]}});
    let answer = lead.post(ENG, draft).await.is(201);
    assert_eq!(answer.header("location"), "/api/v1/issues/ENG-3");
    answer.etag();
    let made: Value = answer.read();
    let given = |issue: &Value| {
        json!({
        "title": issue["title"], "description": issue["description"], "type": issue["type"], "severity": issue["severity"],
        "priority": issue["priority"], "status": issue["status"]["slug"], "story_points": issue["story_points"],
        "labels": issue["labels"].as_array().unwrap().iter().map(|l| l["name"].clone()).collect::<Vec<_>>(),
        "assignee": issue["assignee"]["username"], "parent": issue["parent"], "affected_version": issue["affected_version"],
        "fixed_version": issue["fixed_version"], "start_date": issue["start_date"], "due_date": issue["due_date"],
        "external_ref": issue["external_ref"], "context": issue["context"]})
    };
    assert_eq!(
        given(&made),
        json!({"title": "Whole", "description": "# Text\n", "type": "feature", "severity": "high",
        "priority": 1, "status": "in_progress", "story_points": 5, "labels": ["api"], "assignee": "developer",
        "parent": "ENG-1", "affected_version": "1.0", "fixed_version": "2.0", "start_date": "2026-01-01",
        "due_date": "2026-02-01", "external_ref": "X-1", "context": {"os": ["linux"]}})
    );
    let at = "/api/v1/issues/ENG-3";
    let read: Value = lead.get(at).await.ok();
    assert_eq!(read, made);
    let by_id: Value = lead
        .get(&format!("/api/v1/issues/{}", made["id"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!(by_id, made);

    let other = json!({"title": "Changed", "description": "", "type": "bug", "severity": "low", "priority": 5,
        "status": "under_review", "story_points": 8, "labels": ["ui"], "assignee": "lead", "parent": "ENG-2",
        "affected_version": "2.0", "fixed_version": "1.0", "start_date": "2026-01-02", "due_date": "2026-02-02",
        "external_ref": "X-2", "context": {"os": "bsd"}});
    let changed: Value = lead.patch(at, other.clone()).await.ok();
    assert_eq!(given(&changed), other);
    assert_eq!(changed["version"], json!(2), "one request, one version");
    let history: Page<HistoryEntry> = lead.get(&format!("{at}/events")).await.ok();
    assert_eq!(history.total.count, 17, "one entry for each field");
    let sentences: Vec<&str> = history.items.iter().map(|e| e.sentence.as_str()).collect();
    for sentence in [
        "reported it",
        "renamed it to “Changed”",
        "edited the description",
        "moved it from In progress to Under review",
        "assigned it to lead instead of developer",
        "added #ui and removed #api",
        "changed parent from ENG-1 to ENG-2",
        "changed severity from high to low",
        "changed story points from 5 to 8",
        "changed due date from 2026-02-01 to 2026-02-02",
        "changed fixed version from 2.0 to 1.0",
        "changed the context",
    ] {
        assert!(sentences.contains(&sentence), "{sentence}: {sentences:?}");
    }
    // The same once more is no change.
    let same: Value = lead.patch(at, other).await.ok();
    assert_eq!(same, changed);

    let clear = json!({"story_points": null, "labels": [], "assignee": null, "parent": null, "affected_version": null,
        "fixed_version": null, "start_date": null, "due_date": null, "external_ref": null, "context": null});
    let cleared: Issue = lead.patch(at, clear).await.ok();
    assert!(
        cleared.story_points.is_none()
            && cleared.labels.is_empty()
            && cleared.assignee.is_none()
            && cleared.parent.is_none()
    );
    assert!(
        cleared.affected_version.is_none()
            && cleared.fixed_version.is_none()
            && cleared.start_date.is_none()
    );
    assert!(
        cleared.due_date.is_none() && cleared.external_ref.is_none() && cleared.context.is_none()
    );
    for (body, place) in [
        (
            json!({"due_date": "2025-01-01", "start_date": "2026-01-01"}),
            "/due_date",
        ),
        (json!({"parent": "ENG-3"}), "/parent"),
        (json!({"parent": "ENG-99"}), "/parent"),
        (json!({"status": "nowhere"}), "/status"),
        (json!({"assignee": "nobody"}), "/assignee"),
        (json!({"labels": ["api", "none"]}), "/labels"),
        (json!({"story_points": 1001}), "/story_points"),
        (json!({"resolution": "duplicate"}), "/resolution"),
        (json!({"nothing": 1}), "/nothing"),
    ] {
        let invalid = lead.patch(at, body.clone()).await.invalid();
        assert_eq!(invalid, [place], "{body}");
    }
    // Either date may be checked against the one that is there.
    lead.patch(at, json!({"start_date": "2026-01-10"}))
        .await
        .is(200);
    assert_eq!(
        lead.patch(at, json!({"due_date": "2026-01-09"}))
            .await
            .invalid(),
        ["/due_date"]
    );
    lead.patch(at, json!({"due_date": "2026-01-11"}))
        .await
        .is(200);
    assert_eq!(
        lead.patch(at, json!({"start_date": "2026-01-12"}))
            .await
            .invalid(),
        ["/start_date"]
    );
}

#[actix_web::test]
async fn what_is_not_said_follows_the_project() {
    let server = Server::new();
    for (project, type_) in [
        ("APP", "bug"),
        ("HELP", "support"),
        ("ENG", "task"),
        ("OPS", "task"),
    ] {
        let made = server.issue("lead", project, "Short").await;
        assert_eq!(
            (
                made.type_.slug(),
                made.severity.slug(),
                made.priority.number()
            ),
            (type_, "low", 3)
        );
        assert_eq!(
            (made.status.slug.as_str(), made.number, made.version),
            ("open", 1, 1)
        );
        assert_eq!(made.reporter.username, "lead");
    }
    let lead = server.as_("lead");
    let by_body: Issue = lead
        .post("/api/v1/issues", json!({"project": "app", "title": "x"}))
        .await
        .made();
    assert_eq!(by_body.key, "APP-2");
    assert_eq!(
        lead.post("/api/v1/issues", json!({"title": "x"}))
            .await
            .invalid(),
        ["/project"]
    );
    assert_eq!(
        lead.post(ENG, json!({"title": "x", "project": "ENG"}))
            .await
            .invalid(),
        ["/project"]
    );
    let closed: Issue = lead
        .post(ENG, json!({"title": "Done already", "status": "done"}))
        .await
        .made();
    assert!(closed.resolution.is_some() && closed.resolved_at.is_some());
}

#[actix_web::test]
async fn an_issue_moves_along_its_workflow_only() {
    let server = Server::new();
    let lead = server.as_("lead");
    let at = "/api/v1/issues/APP-1";
    server.issue("lead", "APP", "Moves").await;
    let problem = lead
        .patch(at, json!({"status": "in_progress"}))
        .await
        .problem(Code::TransitionNotAllowed);
    assert_eq!(
        problem.allowed,
        Some(vec!["triaged".to_string(), "done".to_string()])
    );
    let done: Issue = lead
        .patch(at, json!({"status": "Done", "resolution": "wontfix"}))
        .await
        .ok();
    assert_eq!(
        (done.status.slug.as_str(), done.resolution.unwrap().slug()),
        ("done", "wont_fix")
    );
    let resolved = done.resolved_at.unwrap();
    let other: Issue = lead
        .patch(at, json!({"resolution": "duplicate"}))
        .await
        .ok();
    assert_eq!(
        (other.resolved_at, other.resolution.unwrap().slug()),
        (Some(resolved), "duplicate")
    );
    let open: Issue = lead.patch(at, json!({"status": "open"})).await.ok();
    assert_eq!((open.resolved_at, open.resolution), (None, None));
    let again: Issue = lead.patch(at, json!({"status": "done"})).await.ok();
    assert_eq!(again.resolution.unwrap().slug(), "complete");
    // From one end to another keeps the date.
    server.issue("lead", "OPS", "Ends twice").await;
    let at = "/api/v1/issues/OPS-1";
    let one: Issue = lead.patch(at, json!({"status": "resolved"})).await.ok();
    let two: Issue = lead.patch(at, json!({"status": "closed"})).await.ok();
    assert_eq!(one.resolved_at, two.resolved_at);
    let workflow: domain::workflow::Workflow = lead.get("/api/v1/projects/APP/workflow").await.ok();
    assert_eq!(workflow.statuses.len(), 4);
}

#[actix_web::test]
async fn developers_change_their_own_theirs_and_what_nobody_took() {
    let server = Server::new();
    let (dana, maria) = (server.as_("developer"), server.as_("maintainer"));
    server.issue("lead", "ENG", "Free").await;
    let at = "/api/v1/issues/ENG-1";
    let problem = dana
        .patch(at, json!({"severity": "high"}))
        .await
        .problem(Code::Forbidden);
    assert_eq!(problem.missing.unwrap().action, "edit_issue");
    dana.patch(at, json!({"assignee": "lead"}))
        .await
        .problem(Code::Forbidden);
    let taken: Issue = dana.patch(at, json!({"assignee": "developer"})).await.ok();
    assert_eq!(taken.assignee.unwrap().username, "developer");
    dana.patch(at, json!({"severity": "high", "status": "assigned"}))
        .await
        .is(200);
    dana.patch(at, json!({"assignee": null})).await.is(200);
    maria.patch(at, json!({"assignee": "lead"})).await.is(200);
    dana.patch(at, json!({"assignee": "developer"}))
        .await
        .problem(Code::Forbidden);
    dana.patch(at, json!({"assignee": null}))
        .await
        .problem(Code::Forbidden);
    // One's own.
    server.issue("developer", "ENG", "Mine").await;
    dana.patch(
        "/api/v1/issues/ENG-2",
        json!({"severity": "high", "status": "assigned"}),
    )
    .await
    .is(200);
    let taken: Issue = dana
        .post(ENG, json!({"title": "x", "assignee": "developer"}))
        .await
        .made();
    assert!(taken.assignee.is_some());
    dana.post(ENG, json!({"title": "x", "assignee": "lead"}))
        .await
        .problem(Code::Forbidden);
    let robin = server.account("robin", Role::Developer);
    server
        .of(&robin)
        .patch("/api/v1/issues/ENG-3", json!({"title": "y"}))
        .await
        .problem(Code::Forbidden);
}

#[actix_web::test]
async fn reporters_change_the_text_of_their_own_open_issue() {
    let server = Server::new();
    let (rita, lead) = (server.as_("reporter"), server.as_("lead"));
    server.issue("reporter", "ENG", "Mine").await;
    let at = "/api/v1/issues/ENG-1";
    rita.patch(
        at,
        json!({"title": "Better", "description": "More", "priority": 2}),
    )
    .await
    .is(200);
    for body in [
        json!({"severity": "high"}),
        json!({"status": "assigned"}),
        json!({"assignee": "reporter"}),
        json!({"labels": [], "type": "bug"}),
        json!({"due_date": "2026-01-01"}),
    ] {
        rita.patch(at, body).await.problem(Code::Forbidden);
    }
    server
        .as_("reporter2")
        .patch(at, json!({"title": "Not mine"}))
        .await
        .problem(Code::Forbidden);
    lead.patch(at, json!({"status": "done"})).await.is(200);
    rita.patch(at, json!({"title": "Too late"}))
        .await
        .problem(Code::Forbidden);
    // With own only, the issues of others are not there.
    server.issue("reporter", "APP", "Rita's").await;
    server
        .as_("reporter2")
        .get("/api/v1/issues/APP-1")
        .await
        .problem(Code::NotFound);
    rita.get("/api/v1/issues/APP-1").await.is(200);
}

#[actix_web::test]
async fn maintainers_report_for_others() {
    let server = Server::new();
    let maria = server.as_("maintainer");
    let body = json!({"title": "By phone", "reporter_id": "reporter@example.com"});
    let made: Issue = maria.post("/api/v1/projects/APP/issues", body).await.made();
    assert_eq!(made.reporter.username, "reporter");
    server
        .as_("reporter")
        .get("/api/v1/issues/APP-1")
        .await
        .is(200);
    let history: Page<HistoryEntry> = maria.get("/api/v1/issues/APP-1/events").await.ok();
    let first = &history.items[0];
    assert_eq!(first.actor.as_ref().unwrap().username, "maintainer");
    assert_eq!(first.on_behalf_of.as_ref().unwrap().username, "reporter");
    let body = json!({"title": "x", "on_behalf_of": "nobody"});
    assert_eq!(
        maria
            .post("/api/v1/projects/APP/issues", body)
            .await
            .invalid(),
        ["/on_behalf_of"]
    );
}

#[actix_web::test]
async fn deleted_issues_wait_to_be_restored() {
    let server = Server::new();
    let (lead, viewer) = (server.as_("lead"), server.as_("viewer"));
    server.issue("lead", "ENG", "Gone").await;
    let at = "/api/v1/issues/ENG-1";
    let stale = lead
        .request(Method::DELETE, at)
        .header("if-match", "\"9-0\"");
    lead.send(stale).await.problem(Code::EditConflict);
    let tag = lead.get(at).await.etag();
    let known = lead.request(Method::DELETE, at).header("if-match", tag);
    lead.send(known).await.is(204);
    lead.delete(at).await.is(204);
    viewer.get(at).await.problem(Code::NotFound);
    assert!(lead.issue("ENG-1").await.deleted_at.is_some());
    lead.patch(at, json!({"title": "x"}))
        .await
        .problem(Code::Conflict);
    lead.post(&format!("{at}/comments"), json!({"body": "x"}))
        .await
        .problem(Code::Conflict);
    lead.upload("ENG-1", "a.txt", b"x")
        .await
        .problem(Code::Conflict);
    let listed: Page<IssueRow> = lead.get("/api/v1/issues?project=ENG").await.ok();
    assert_eq!(listed.items.len(), 0);
    let deleted: Page<IssueRow> = lead
        .get("/api/v1/issues?project=ENG&deleted=true")
        .await
        .ok();
    assert_eq!(deleted.items.len(), 1);
    let hidden: Page<IssueRow> = viewer
        .get("/api/v1/issues?project=ENG&deleted=true")
        .await
        .ok();
    assert!(hidden.items.is_empty() && hidden.total.count == 0);
    let back: Issue = lead.post(&format!("{at}/restore"), json!({})).await.ok();
    assert_eq!(back.deleted_at, None);
    lead.post(&format!("{at}/restore"), json!({})).await.is(200);
    viewer.get(at).await.is(200);
    // A number is never given twice.
    assert_eq!(server.issue("lead", "ENG", "Next").await.number, 2);
}

#[actix_web::test]
async fn what_was_read_has_a_tag() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "Tagged").await;
    let at = "/api/v1/issues/ENG-1";
    let tag = lead.get(at).await.etag();
    for known in [
        tag.clone(),
        format!("\"x\", {tag}"),
        format!("W/{tag}"),
        "*".into(),
    ] {
        let request = lead
            .request(Method::GET, at)
            .header("if-none-match", &known);
        let answer = lead.send(request).await.is(304);
        assert!(answer.body.is_empty() && answer.etag() == tag);
    }
    let request = lead
        .request(Method::GET, at)
        .header("if-none-match", "\"other\"");
    lead.send(request).await.is(200);
    let changed = lead
        .patch_if(at, &tag, json!({"severity": "high"}))
        .await
        .is(200);
    assert_ne!(changed.etag(), tag);
    let broken = lead.patch_if(at, "x", json!({"title": "y"})).await;
    broken.problem(Code::MalformedRequest);
    for stale in [tag.as_str(), "\"nonsense\"", "W/\"1-0\""] {
        let problem = lead
            .patch_if(at, stale, json!({"title": "y"}))
            .await
            .problem(Code::EditConflict);
        assert_eq!(problem.current.unwrap()["severity"], json!("high"));
        if stale == tag {
            assert_eq!(problem.changed, Some(vec!["severity".to_string()]));
        }
    }
    lead.patch_if(at, "*", json!({"title": "y"})).await.is(200);
    lead.patch_if(
        at,
        &format!("\"x\", {}", lead.get(at).await.etag()),
        json!({"title": "z"}),
    )
    .await
    .is(200);
}

#[actix_web::test]
async fn a_row_of_a_list_says_what_its_issue_says() {
    let server = Server::new();
    furnish(&server).await;
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "Bare").await;
    let whole = json!({"title": "Whole", "story_points": 5, "labels": ["api", "ui"], "assignee": "developer",
        "parent": "ENG-1", "affected_version": "1.0", "fixed_version": "2.0", "start_date": "2026-01-01",
        "due_date": "2026-02-01", "status": "done"});
    lead.post(ENG, whole).await.is(201);
    let half = json!({"title": "Half", "fixed_version": "1.0", "start_date": "2026-03-01"});
    lead.post(ENG, half).await.is(201);
    let now: Value = lead.get("/api/v1/issues?project=ENG&sort=key").await.ok();
    let rows = now["items"].as_array().unwrap().clone();
    let board: Value = lead.get("/api/v1/projects/ENG/board").await.ok();
    let cards = board["columns"].as_array().unwrap().iter();
    let cards = cards.flat_map(|column| column["cards"].as_array().unwrap().clone());
    let mut told = 0;
    for row in rows.iter().cloned().chain(cards) {
        let key = row["key"].as_str().unwrap();
        let issue: Value = lead.get(&format!("/api/v1/issues/{key}")).await.ok();
        for (field, value) in row.as_object().unwrap() {
            assert_eq!(*value, issue[field], "{field} of {key}");
        }
        told += 1;
    }
    assert_eq!(told, 6);
    assert_eq!(rows[1]["fixed_version"], json!("2.0"));
    // So does the row of an instant of the past.
    let at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let nothing = json!({"affected_version": null, "fixed_version": null, "start_date": null, "parent": null});
    lead.patch("/api/v1/issues/ENG-2", nothing).await.is(200);
    let path = format!("/api/v1/issues?project=ENG&sort=key&as_of={at}");
    let then: Value = lead.get(&path).await.ok();
    for field in ["affected_version", "fixed_version", "start_date", "parent"] {
        assert_eq!(then["items"][1][field], rows[1][field], "{field}");
    }
    // And the line of a file.
    let file = lead.get("/api/v1/issues?project=ENG&sort=key&format=csv");
    let file = file.await.is(200).text();
    let line = file.split("\r\n").nth(3).unwrap();
    assert!(line.contains(",,,1.0,2026-03-01,,0,"), "{line}");
}

#[actix_web::test]
async fn lists_filter_sort_and_continue() {
    let server = Server::new();
    furnish(&server).await;
    let lead = server.as_("lead");
    for i in 0..12 {
        let body = json!({"title": format!("Issue {i:02}"), "severity": if i % 3 == 0 {"high"} else {"low"}, "priority": 1 + i % 5,
            "type": if i % 2 == 0 {"bug"} else {"task"}, "labels": if i % 4 == 0 {json!(["api"])} else {json!([])},
            "assignee": if i % 6 == 0 {json!("developer")} else {json!(null)}, "status": if i == 11 {"done"} else {"open"},
            "story_points": i, "due_date": "2026-01-01"});
        lead.post(ENG, body).await.is(201);
    }
    server.issue("reporter", "APP", "Elsewhere").await;
    let count = async |query: &str| -> i64 {
        let page: Page<IssueRow> = lead.get(&format!("/api/v1/issues?{query}")).await.ok();
        assert!(page.total.exact);
        assert_eq!(i64::try_from(page.items.len()).unwrap(), page.total.count);
        page.total.count
    };
    for (query, expected) in [
        ("", 13),
        ("project=ENG", 12),
        ("project=eng&state=open", 11),
        ("project=ENG&state=closed", 1),
        ("state=all", 13),
        ("status=done", 1),
        ("status=open,done&project=ENG", 12),
        ("category=triage&project=ENG", 11),
        ("type=bug&project=ENG", 6),
        ("severity=high", 4),
        ("severity=high,low&project=ENG", 12),
        ("priority=1", 3),
        ("priority=highest,2&project=ENG", 6),
        ("resolution=complete", 1),
        ("assignee=developer", 2),
        ("assignee=none&project=ENG", 10),
        ("assignee=developer,none&project=ENG", 12),
        ("reporter=@me", 12),
        ("reporter=reporter", 1),
        ("label=api", 3),
        ("label=none&project=ENG", 9),
        ("text=issue%200", 10),
        ("text=ENG-5", 1),
        ("severity=high&label=api", 1),
        ("assignee=nobody", 0),
        ("deleted=false&project=ENG", 12),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
    for sort in [
        "updated", "created", "priority", "severity", "key", "title", "due", "points",
    ] {
        for sign in ["", "-"] {
            let mut path = format!("/api/v1/issues?project=ENG&limit=5&sort={sign}{sort}");
            let mut keys = Vec::new();
            for pages in 1.. {
                let answer = lead.get(&path).await.is(200);
                let page: Page<IssueRow> = answer.read();
                keys.extend(page.items.iter().map(|i| i.key.clone()));
                let Some(cursor) = page.next_cursor else {
                    assert_eq!((pages, answer.header("link").as_str()), (3, ""));
                    break;
                };
                let link = answer.header("link");
                path = link.split(['<', '>']).nth(1).unwrap().to_string();
                assert!(path.contains(&cursor) && link.ends_with("rel=\"next\""));
            }
            let mut different = keys.clone();
            different.sort();
            different.dedup();
            assert_eq!((keys.len(), different.len()), (12, 12), "{sign}{sort}");
            if sort == "key" {
                let first = if sign.is_empty() { "ENG-1" } else { "ENG-12" };
                assert_eq!(keys[0], first);
            }
        }
    }
    let page: Page<IssueRow> = lead.get("/api/v1/issues?sort=title&limit=5").await.ok();
    let cursor = page.next_cursor.unwrap();
    assert_eq!(
        lead.get(&format!("/api/v1/issues?sort=points&cursor={cursor}"))
            .await
            .invalid(),
        ["?cursor"]
    );
    lead.get("/api/v1/issues?project=NOPE")
        .await
        .problem(Code::NotFound);
    server
        .as_("viewer")
        .get("/api/v1/issues?project=SEC")
        .await
        .problem(Code::NotFound);
    let own: Page<IssueRow> = server
        .as_("reporter2")
        .get("/api/v1/issues?project=APP")
        .await
        .ok();
    assert_eq!((own.items.len(), own.total.count), (0, 0));
}

#[actix_web::test]
async fn a_list_of_sixty_takes_as_many_statements_as_a_list_of_one() {
    let server = Server::new();
    furnish(&server).await;
    let lead = server.as_("lead");
    let paths = [
        ("/api/v1/issues?project=ENG&limit=100", 60),
        ("/api/v1/issues?limit=100&state=open&assignee=lead,none", 60),
        ("/api/v1/issues/ENG-1/comments?limit=100", 60),
        ("/api/v1/issues/ENG-1/events?limit=100", 61),
        ("/api/v1/activity?limit=100", 100),
        ("/api/v1/projects", 5),
        ("/api/v1/projects/ENG/labels", 2),
        ("/api/v1/me", 0),
    ];
    let ask = async |path: &str| -> (usize, usize) {
        let before = server.statements();
        let answer: Value = lead.get(path).await.ok();
        let items = answer["items"].as_array().map_or(0, Vec::len);
        (server.statements() - before, items)
    };
    let mut first = Vec::new();
    for i in 0..60 {
        let body = json!({"title": format!("{i}"), "labels": ["api"], "assignee": "lead"});
        lead.post(ENG, body).await.is(201);
        lead.comment("ENG-1", json!({"body": "Said"})).await;
        if i == 0 {
            for (path, _) in paths {
                let (statements, _) = ask(path).await;
                assert!(statements > 0, "they are counted");
                first.push(statements);
            }
        }
    }
    for ((path, expected), before) in paths.into_iter().zip(first) {
        let (statements, items) = ask(path).await;
        assert_eq!((statements, items), (before, expected), "{path}");
    }
}
