//! Every operation of the document × every kind of caller × a private project, an internal one, and one
//! whose reporters see only their own issues, against a table written by hand.

use crate::harness::{Answer, Client, PASSWORD, Server};
use domain::comment::Comment;
use domain::issue::Issue;
use domain::label::{Label, Version};
use domain::relation::Relation;
use domain::token::{self, Need, Scope};
use domain::user::Role;
use reqwest::Method;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::projects;

const CALLERS: [&str; 12] = [
    "anonymous",
    "outsider",
    "exmember",
    "viewer",
    "reporter",
    "author",
    "developer",
    "assignee",
    "maintainer",
    "lead",
    "admin",
    "deactivated",
];

/// Tokens of the lead.
const TOKENS: [&str; 6] = [
    "read token",
    "issues:write token",
    "comments:write token",
    "admin token",
    "token of another project",
    "revoked token",
];

struct Row {
    name: String,
    method: Method,
    path: String,
    private: Vec<char>,
    internal: Vec<char>,
    own: Vec<char>,
    tokens: Vec<char>,
    body: String,
}

fn table() -> Vec<Row> {
    let lines = include_str!("expectations.tsv").lines();
    lines
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let operation = cells[0].split(" (").next().unwrap();
            let (method, path) = operation.split_once(' ').unwrap();
            let row = Row {
                name: cells[0].into(),
                method: method.parse().unwrap(),
                path: format!("/api/v1{path}"),
                private: cells[1].chars().collect(),
                internal: cells[2].chars().collect(),
                own: cells[3].chars().collect(),
                tokens: cells[4].chars().collect(),
                body: cells[5].into(),
            };
            assert_eq!(row.private.len(), CALLERS.len(), "{line}");
            assert_eq!(row.internal.len(), CALLERS.len(), "{line}");
            assert_eq!(row.own.len(), CALLERS.len(), "{line}");
            assert_eq!(row.tokens.len(), TOKENS.len(), "{line}");
            row
        })
        .collect()
}

#[test]
fn every_operation_has_its_row_and_every_refusal_a_permission_beside_it() {
    let document = serde_json::to_value(server::http::openapi::document()).unwrap();
    let mut served = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                served.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let rows = table();
    let written: BTreeSet<String> = rows
        .iter()
        .map(|r| format!("{} {}", r.method, r.path))
        .collect();
    assert_eq!(served, written);
    for row in rows {
        for cells in [&row.private, &row.internal, &row.own] {
            assert!(cells.contains(&'A'), "{}: nobody may", row.name);
        }
    }
}

#[test]
fn no_token_may_what_its_owner_may_not_or_what_no_scope_is_declared_for() {
    let lead = CALLERS.iter().position(|c| *c == "lead").unwrap();
    let revoked = TOKENS.iter().position(|c| *c == "revoked token").unwrap();
    for row in table() {
        let (operation, _) = row.name.split_once(" (").unwrap_or((&row.name, ""));
        let (method, path) = operation.split_once(' ').unwrap();
        let declared = token::OPERATIONS
            .iter()
            .find(|o| o.method == method && o.path == path)
            .unwrap_or_else(|| {
                panic!("{operation}: say in domain::token what it takes of a token")
            });
        for (at, cell) in row.tokens.iter().enumerate() {
            let allowed = matches!(cell, 'A' | 'F');
            for owner in [&row.private, &row.internal, &row.own] {
                assert!(
                    !allowed || owner[lead] == 'A',
                    "{}: more than its owner",
                    row.name
                );
            }
            match declared.need {
                Need::Nothing | Need::Any => {}
                Need::Session if path == "/auth/logout" => {}
                Need::Session => assert_eq!(*cell == 'U', at == revoked, "{}", row.name),
                Need::Scope(_) => assert!(at != revoked || *cell == 'U', "{}", row.name),
            }
            if declared.need == Need::Session && path != "/auth/logout" {
                assert!(!allowed, "{}: takes no token", row.name);
            }
        }
    }
    let declared: BTreeSet<_> = token::OPERATIONS
        .iter()
        .map(|o| format!("{} {}", o.method, o.path))
        .collect();
    let served: BTreeSet<_> = table()
        .iter()
        .map(|r| r.name.split(" (").next().unwrap().to_string())
        .collect();
    assert_eq!(declared, served, "declared for what is not served");
}

struct World {
    server: Server,
    callers: BTreeMap<&'static str, Client>,
    n: std::cell::Cell<u32>,
}

impl World {
    fn new() -> Self {
        let server = Server::with_passwords(&[("IIT_REGISTRATION", "open")]);
        let hash = server::auth::password::hash(PASSWORD, 4).unwrap();
        let db = server.test.db();
        let cast = &server.cast;
        let mut callers = BTreeMap::from([("anonymous", server.anonymous())]);
        for name in [
            "viewer",
            "reporter",
            "developer",
            "maintainer",
            "lead",
            "admin",
        ] {
            callers.insert(name, server.as_(name));
        }
        let strangers = [
            ("outsider", Role::Reporter),
            ("exmember", Role::Reporter),
            ("author", Role::Reporter),
            ("assignee", Role::Developer),
            ("deactivated", Role::Developer),
        ];
        for (name, role) in strangers {
            let person = db.write(|tx| {
                let person = testkit::cast::person(tx, name, role, Some(&hash))?;
                if name != "outsider" {
                    projects::add_member(tx, cast.sec, person.id, role)?;
                }
                if name == "exmember" {
                    projects::remove_member(tx, cast.sec, person.id)?;
                }
                Ok::<_, store::Error>(person)
            });
            callers.insert(name, server.of(&person.unwrap()));
        }
        db.write(|tx| {
            for person in [&cast.viewer, &cast.reporter, &cast.maintainer] {
                projects::add_member(tx, cast.sec, person.id, person.role)?;
            }
            Ok::<_, store::Error>(())
        })
        .unwrap();
        server.run("update account set active = false where username = 'deactivated'");
        let scopes = [
            Scope::Read,
            Scope::IssuesWrite,
            Scope::CommentsWrite,
            Scope::Admin,
        ];
        let lead = &cast.lead;
        for (name, scope) in TOKENS.iter().zip(scopes) {
            callers.insert(name, server.program(lead, &[scope], None));
        }
        let elsewhere = server.program(lead, Scope::ALL, Some(cast.ops));
        callers.insert(TOKENS[4], elsewhere);
        callers.insert(TOKENS[5], server.program(lead, Scope::ALL, None));
        server.run(
            "update api_token set revoked_at = '2026-01-01'
             where id = (select id from api_token order by id desc limit 1)",
        );
        Self {
            server,
            callers,
            n: std::cell::Cell::new(0),
        }
    }

    fn next(&self) -> u32 {
        self.n.set(self.n.get() + 1);
        self.n.get()
    }

    /// The path and the body with things made for this request alone.
    async fn fill(&self, row: &Row, project: &str) -> (String, String) {
        let (mut path, mut body) = (row.path.clone(), row.body.clone());
        let n = self.next();
        let lead = &self.callers["lead"];
        let author = &self.callers["author"];
        if path.contains("/users/{id}") {
            let who = self.server.account(&format!("victim{n}"), Role::Viewer);
            if path.contains("/tokens") {
                self.server.run(&format!(
                    "update account set kind = 'service' where id = '{}'",
                    who.id
                ));
            }
            if path.contains("{token}") {
                let (token, _) = self.server.api_token(&who, &[Scope::Read], None);
                path = path.replace("{token}", &token.to_string());
            }
            path = path.replace("{id}", &who.id.to_string());
        }
        if path.contains("/sessions/{id}") || path.contains("/me/tokens/{id}") {
            let id = self
                .server
                .sql("select id from account where username = 'author'");
            let author = store::access::Actor {
                id: id.parse().unwrap(),
                ..self.server.person("viewer").clone()
            };
            let id = if path.contains("/tokens") {
                self.server.api_token(&author, &[Scope::Read], None).0
            } else {
                self.server.session(&author).session
            };
            path = path.replace("{id}", &id.to_string());
        }
        if path.contains("{user}") || body.contains("{account}") {
            let who = self.server.account(&format!("member{n}"), Role::Viewer);
            if path.contains("{user}") {
                let db = self.server.test.db();
                let id = match project {
                    "SEC" => self.server.cast.sec,
                    _ => self.server.cast.eng,
                };
                db.write(|tx| projects::add_member(tx, id, who.id, Role::Viewer))
                    .unwrap();
            }
            path = path.replace("{user}", &who.username);
            body = body.replace("{account}", &who.username);
        }
        let about_an_issue = ["{issue}", "/comments/{id}", "/attachments/{id}"];
        if about_an_issue.iter().any(|word| path.contains(word)) {
            let made = format!("/api/v1/projects/{project}/issues");
            let issue: Issue = author.post(&made, json!({"title": "Canary"})).await.made();
            let given = json!({"assignee": "assignee"});
            let at = format!("/api/v1/issues/{}", issue.key);
            lead.patch(&at, given).await.is(200);
            if path.contains("/comments/{id}") {
                let said: Comment = author.comment(&issue.key, json!({"body": "Said"})).await;
                path = path.replace("{id}", &said.id.to_string());
            }
            if path.contains("/attachments/{id}") {
                let id = self.file(row, &issue.key).await;
                path = path.replace("{id}", &id);
            }
            if path.contains("/relations/{id}") {
                let other: Issue = author.post(&made, json!({"title": "Canary"})).await.made();
                let at = format!("/api/v1/issues/{}/relations", issue.key);
                let new = json!({"kind": "blocks", "issue": other.key});
                let relation: Relation = lead.post(&at, new).await.made();
                path = path.replace("{id}", &relation.id.to_string());
            }
            if path.ends_with("/unmerge") {
                let first = json!({"into": format!("{project}-1")});
                lead.post(&format!("{at}/merge"), first).await.is(200);
            }
            path = path.replace("{issue}", &issue.key);
        }
        if body.contains("{made}") {
            let made = format!("/api/v1/projects/{project}/issues");
            let issue: Issue = author.post(&made, json!({"title": "Canary"})).await.made();
            body = body.replace("{made}", &issue.key);
        }
        if path.contains("/views/{id}") {
            let new = json!({"name": format!("view{n}"), "shared": true, "project": project});
            let view: domain::view::View = lead.post("/api/v1/views", new).await.made();
            path = path.replace("{id}", &view.id.to_string());
        }
        // Whose name tells the project apart.
        if path.ends_with("/names") {
            let at = format!("/api/v1/projects/{project}/labels");
            lead.post(&at, json!({"name": format!("{project} {n}")}))
                .await
                .is(201);
        }
        if path.contains("{label}") {
            let at = format!("/api/v1/projects/{project}/labels");
            let label: Label = lead
                .post(&at, json!({"name": format!("l{n}")}))
                .await
                .made();
            path = path.replace("{label}", &label.id.to_string());
        }
        if path.contains("{version}") {
            let at = format!("/api/v1/projects/{project}/versions");
            let new = json!({"name": format!("v{n}")});
            let version: Version = lead.post(&at, new).await.made();
            path = path.replace("{version}", &version.id.to_string());
        }
        if let Some(query) = body.strip_prefix("QUERY ") {
            path = format!("{path}?{query}");
        }
        (
            path.replace("{project}", project),
            body.replace("{project}", project),
        )
    }

    /// A file on that issue: one of the author's, seen by everybody, unless the row says another.
    async fn file(&self, row: &Row, issue: &str) -> String {
        let (author, lead) = (&self.callers["author"], &self.callers["lead"]);
        if row.name.ends_with("(draft)") {
            return author.draft(issue, "a.txt", b"canary").await.id.to_string();
        }
        if row.name.ends_with("(of a note)") {
            let id = lead.draft(issue, "a.txt", b"canary").await.id;
            let note = json!({"body": "Canary", "internal": true, "attachments": [id]});
            lead.comment(issue, note).await;
            return id.to_string();
        }
        let file = author.upload(issue, "a.txt", b"canary").await.is(201);
        let location = file.header("location");
        location.rsplit('/').next().unwrap().to_string()
    }

    /// The address that purges a project made for it, archived and exported.
    async fn purgeable(&self) -> String {
        let key = format!("Z{}", self.next());
        let lead = &self.callers["lead"];
        let new = json!({"key": key, "name": "To go"});
        lead.post("/api/v1/projects", new).await.is(201);
        let at = format!("/api/v1/projects/{key}");
        lead.delete(&at).await.is(204);
        lead.get(&format!("{at}/export")).await.is(200);
        format!("{at}?purge=true")
    }

    async fn ask(&self, caller: &str, row: &Row, path: &str, body: &str) -> Answer {
        let client = &self.callers[caller];
        let body = body.replace("{n}", &self.next().to_string());
        let mut request = client.request(row.method.clone(), path);
        if body == "STREAM" {
            let response = request.send().await.unwrap();
            return Answer {
                what: row.name.clone(),
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                body: bytes::Bytes::new(),
            };
        }
        if let Some(form) = body.strip_prefix("FORM ") {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.to_string());
        } else if body == "FILE" || body == "DRAFT" {
            if body == "DRAFT" {
                request = request.query(&[("draft", "true")]);
            }
            let part = reqwest::multipart::Part::bytes(b"bytes".to_vec()).file_name("b.txt");
            request = request.multipart(reqwest::multipart::Form::new().part("file", part));
        } else if body.starts_with('{') {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        client.send(request).await
    }

    /// The same request about things that never existed.
    fn nowhere(&self, row: &Row, body: &str, project: &str) -> (String, String) {
        let never = uuid::Uuid::new_v4().to_string();
        let path = row
            .path
            .replace("{project}", "NEVER")
            .replace("{issue}", "NEVER-1");
        let path = ["{id}", "{user}", "{label}", "{version}", "{token}"]
            .iter()
            .fold(path, |path, word| path.replace(word, &never));
        let path = match body.strip_prefix("QUERY ") {
            Some(query) => format!("{path}?{}", query.replace(project, "NEVER")),
            None => path,
        };
        let body = body.replace(&format!("\"{project}\""), "\"NEVER\"");
        (path, body.replace(&format!("\"{project}-"), "\"NEVER-"))
    }

    async fn row(&self, row: &Row, project: &str, cells: &[char]) {
        let (path, body) = self.fill(row, project).await;
        // Sessions and tokens are marked as seen once a minute; that is no change.
        self.server.run(
            "update session set last_seen_at = clock_timestamp();
             update api_token set last_used_at = clock_timestamp()",
        );
        self.server.settle();
        let before = self.server.test.digests();
        let cells: Vec<char> = cells.iter().chain(&row.tokens).copied().collect();
        let callers: Vec<&str> = CALLERS.iter().chain(&TOKENS).copied().collect();
        for (caller, cell) in callers.iter().zip(&cells) {
            let status = match cell {
                'D' => 403,
                'H' => 404,
                'U' => 401,
                _ => continue,
            };
            let answer = self.ask(caller, row, &path, &body).await;
            let what = format!("{} as {caller} in {project}: {}", row.name, answer.text());
            assert_eq!(answer.status, status, "{what}");
            if *cell == 'H' {
                let (nowhere, other) = self.nowhere(row, &body, project);
                let unknown = self.ask(caller, row, &nowhere, &other).await;
                assert_eq!(masked(&answer), masked(&unknown), "{what}");
            }
        }
        assert_eq!(
            before,
            self.server.test.digests(),
            "{}: refused, yet something changed",
            row.name
        );
        for (caller, cell) in callers.iter().zip(&cells) {
            if !matches!(cell, 'A' | 'F') {
                continue;
            }
            let (path, body) = if row.name.ends_with("(purge)") {
                (self.purgeable().await, row.body.clone())
            } else {
                self.fill(row, project).await
            };
            let answer = self.ask(caller, row, &path, &body).await;
            let what = format!("{} as {caller} in {project}: {}", row.name, answer.text());
            assert!(
                (200..300).contains(&answer.status),
                "{} {what}",
                answer.status
            );
            // Lists that leave something out for one show it to another.
            if row.private.contains(&'F') || row.tokens.contains(&'F') {
                let names_it = answer.text().contains(project);
                assert_eq!(names_it, *cell == 'A', "{what}");
            }
            if row.name == "DELETE /projects/{project}" {
                let again = json!({"archived": false});
                self.callers["lead"].patch(&path, again).await.is(200);
            }
            if row.name == "POST /auth/logout" {
                self.server.run("update session set revoked_at = null");
            }
            // A new password revokes tokens; all but the one of the table come back.
            if row.name == "POST /me/password" {
                let again =
                    "update api_token set revoked_at = null where revoked_at > '2026-01-01'";
                self.server.run(again);
            }
        }
    }
}

/// What an answer says, without what differs each time.
fn masked(answer: &Answer) -> (u16, String, String) {
    let id = answer.header("x-request-id");
    let text = answer.text().replace(&id, "");
    (answer.status, answer.header("content-type"), text)
}

/// The three projects of the table: its column, and the project that is one of that kind.
enum Kind {
    Private,
    Internal,
    /// Internal, and its reporters see only their own issues.
    Own,
}

async fn sweep(kind: Kind) {
    let world = World::new();
    let db = world.server.test.db();
    if matches!(kind, Kind::Own) {
        let own = "update project set reporters_see = 'own' where key = 'ENG'";
        world.server.run(own);
    }
    for project in ["ENG", "SEC"] {
        world
            .server
            .issue("lead", project, "Something to list")
            .await;
    }
    db.write(|tx| {
        let now = tx.now()?;
        store::stats::recompute_from(tx, now.date_naive(), now)
    })
    .unwrap();
    for row in table() {
        let (project, cells) = match kind {
            Kind::Private => ("SEC", &row.private),
            Kind::Internal => ("ENG", &row.internal),
            Kind::Own => ("ENG", &row.own),
        };
        world.row(&row, project, cells).await;
    }
}

#[actix_web::test]
async fn a_private_project_answers_as_the_table_says() {
    sweep(Kind::Private).await;
}

#[actix_web::test]
async fn an_internal_project_answers_as_the_table_says() {
    sweep(Kind::Internal).await;
}

#[actix_web::test]
async fn a_project_whose_reporters_see_their_own_answers_as_the_table_says() {
    sweep(Kind::Own).await;
}

/// What an archived project and a deleted issue take all the same: whoever hears of it may stop that.
const UNWATCH: &str = "204 DELETE /issues/{issue}/watch";

/// Asks, as lead, for every change of what is about something with those words in its address or body, once that
/// is gone: the status and name of those that are not refused with 409, or 404 as if it were not there.
async fn not_refused(world: &World, words: &[&str], gone: impl AsyncFn(&str)) -> Vec<String> {
    let lead = CALLERS.iter().position(|c| *c == "lead").unwrap();
    let newest =
        "select coalesce(max(i.number), 0) from issue i join project p on p.id = i.project_id
                  where p.key = 'ENG'";
    let mut changed = Vec::new();
    let mut asked = 0;
    for row in table() {
        let is_about = |word: &&str| row.path.contains(*word) || row.body.contains(*word);
        let changes = row.method != Method::GET && row.internal[lead] == 'A';
        if !changes || !words.iter().any(is_about) {
            continue;
        }
        let (path, body) = world.fill(&row, "ENG").await;
        gone(&world.server.sql(newest)).await;
        let answer = world.ask("lead", &row, &path, &body).await;
        if ![404, 409].contains(&answer.status) {
            changed.push(format!("{} {}", answer.status, row.name));
        }
        let back = "update project set archived_at = null where key = 'ENG'";
        world.server.run(back);
        asked += 1;
    }
    assert!(asked > 25, "{asked}");
    changed
}

#[actix_web::test]
async fn an_archived_project_takes_no_change() {
    let world = World::new();
    world.server.issue("lead", "ENG", "First").await;
    let words = [
        "{project}",
        "{issue}",
        "{made}",
        "/comments/{id}",
        "/attachments/{id}",
        "/views/{id}",
    ];
    let archive = "update project set archived_at = now() where key = 'ENG'";
    let changed = not_refused(&world, &words, async |_| world.server.run(archive)).await;
    assert_eq!(changed, [UNWATCH]);
}

#[actix_web::test]
async fn a_deleted_issue_takes_no_change() {
    let world = World::new();
    world.server.issue("lead", "ENG", "First").await;
    let delete = async |newest: &str| {
        let at = format!("/api/v1/issues/ENG-{newest}");
        world.callers["lead"].delete(&at).await.is(204);
    };
    let words = ["{issue}", "{made}", "/comments/{id}", "/attachments/{id}"];
    let others = [
        // Deleted once more is deleted.
        "204 DELETE /issues/{issue}",
        "200 POST /issues/{issue}/restore",
        // It is the other one that is deleted: a name that means nothing.
        "422 POST /issues/{issue}/relations",
        UNWATCH,
        "200 POST /issues/bulk (delete)",
    ];
    assert_eq!(not_refused(&world, &words, delete).await, others);
}
