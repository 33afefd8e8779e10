//! API tokens: what a program may with one, and when it ends. Every operation is asked in `sweep`.

use crate::harness::{Answer, Client, PASSWORD, Server};
use domain::issue::Issue;
use domain::page::Page;
use domain::problem::Code;
use domain::project::Project;
use domain::token::{ApiToken, MadeToken, Scope, TOKENS_MAX};
use domain::user::{Kind, Me, Role, User};
use reqwest::Method;
use serde_json::{Value, json};
use store::access::Actor;

const MINE: &str = "/api/v1/me/tokens";

/// Makes a token by HTTP: its description and whoever comes with it.
async fn make(server: &Server, who: &Client, body: Value) -> (ApiToken, Client) {
    let made: MadeToken = who.post(MINE, body).await.made();
    let program = server.bearing(&made.token.expect("shown once"));
    (made.made, program)
}

/// Refused because the token does not suffice; the sentence says why.
#[track_caller]
fn not_enough(answer: Answer) -> String {
    answer
        .problem(Code::TokenNotEnough)
        .detail
        .unwrap_or_default()
}

/// Everything that the database holds of what people and programs do, as text.
fn dump(server: &Server) -> String {
    let mut all = String::new();
    for table in [
        "api_token",
        "audit_entry",
        "event",
        "idempotency_key",
        "session",
    ] {
        let rows = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
        all += &server.sql(&rows);
    }
    all
}

#[actix_web::test]
async fn a_token_is_shown_once_and_never_kept() {
    let server = Server::new();
    let lead = server.as_("lead");
    let request = lead
        .request(Method::POST, MINE)
        .header("idempotency-key", "one")
        .json(
            &json!({"name": " Nightly ", "scopes": ["issues:write", "read"],
            "expires_at": "2999-01-01T00:00:00Z"}),
        );
    let answer = lead.send(request.try_clone().unwrap()).await;
    let made: MadeToken = answer.clone().made();
    let (secret, made) = (made.token.unwrap(), made.made);
    assert_eq!(made.name, "Nightly");
    assert_eq!(made.scopes, [Scope::Read, Scope::IssuesWrite]);
    assert!(secret.starts_with(&made.prefix) && made.prefix.len() == 12 && secret.len() > 50);
    assert_eq!(
        answer.header("location"),
        format!("/api/v1/me/tokens/{}", made.id)
    );
    // The same request again is answered by what was made, without what is not kept.
    let again = lead.send(request).await.is(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    let replayed: MadeToken = again.read();
    assert_eq!((replayed.made, replayed.token), (made.clone(), None));

    let program = server.bearing(&secret);
    let answer = program.get("/api/v1/me").await;
    assert_eq!(answer.header("set-cookie"), "");
    let me: Me = answer.ok();
    assert_eq!(me.user.username, "lead");
    assert_eq!(me.scopes, Some(made.scopes.clone()));
    assert_eq!((me.expires_at, me.session_id), (made.expires_at, None));
    assert!(lead.get("/api/v1/me").await.ok::<Me>().scopes.is_none());

    let list = lead.get(MINE).await;
    assert!(!list.text().contains(&secret));
    let page: Page<ApiToken> = list.ok();
    assert_eq!(page.items.len(), 1);
    assert!(page.items[0].last_used_at.is_some(), "used a moment ago");
    let kept = dump(&server);
    assert!(kept.contains(&made.prefix) && !kept.contains(&secret[12..]));
    let told = server.sql("select detail::text from audit_entry where kind = 'token.created'");
    for word in ["Nightly", "issues:write", &made.prefix] {
        assert!(told.contains(word), "{told}");
    }
}

#[actix_web::test]
async fn a_token_has_a_name_a_scope_an_end_to_come_and_a_place() {
    let server = Server::new();
    let (dana, viewer) = (server.as_("developer"), server.as_("viewer"));
    let wrong = json!({"name": " ", "scopes": [], "expires_at": "2020-01-01T00:00:00Z"});
    assert_eq!(
        dana.post(MINE, wrong).await.invalid(),
        ["/name", "/scopes", "/expires_at"]
    );
    for (field, value) in [
        ("scopes", json!(["everything"])),
        ("scopes", json!("read")),
        ("token", json!("iit_mine")),
        ("account", json!("lead")),
    ] {
        let mut body = json!({"name": "x", "scopes": ["read"]});
        body[field] = value;
        let places = dana.post(MINE, body).await.invalid();
        assert!(places[0].starts_with(&format!("/{field}")), "{places:?}");
    }
    // A project that does not exist for its owner is none.
    for project in ["SEC", "NEVER", "no key at all"] {
        let body = json!({"name": "x", "scopes": ["read"], "project": project});
        assert_eq!(viewer.post(MINE, body).await.invalid(), ["/project"]);
    }
    let body = json!({"name": "x", "scopes": ["read"], "project": "sec"});
    assert_eq!(make(&server, &dana, body).await.0.project.unwrap(), "SEC");
    for n in 1..TOKENS_MAX {
        let body = json!({"name": format!("{n}"), "scopes": ["read"]});
        dana.post(MINE, body).await.is(201);
    }
    let one_more = json!({"name": "x", "scopes": ["read"]});
    dana.post(MINE, one_more.clone())
        .await
        .problem(Code::Conflict);
    let page: Page<ApiToken> = dana.get(MINE).await.ok();
    assert_eq!(page.items[0].name, (TOKENS_MAX - 1).to_string());
    dana.delete(&format!("{MINE}/{}", page.items[0].id))
        .await
        .is(204);
    dana.post(MINE, one_more).await.is(201);
}

#[actix_web::test]
async fn scopes_cut_what_the_owner_may_and_are_named() {
    let server = Server::new();
    let admin = server.person("admin");
    let issue = server.issue("lead", "ENG", "Here").await;
    let at = format!("/api/v1/issues/{}", issue.key);
    let reads = server.program(admin, &[Scope::Read], None);
    reads.get(&at).await.is(200);
    let said = not_enough(reads.patch(&at, json!({"title": "x"})).await);
    assert!(said.contains("issues:write"), "{said}");
    let comments = format!("{at}/comments");
    let said = not_enough(reads.post(&comments, json!({"body": "x"})).await);
    assert!(said.contains("comments:write"), "{said}");
    // An admin's own tokens are no admins unless they shall be.
    let said = not_enough(reads.get("/api/v1/audit").await);
    assert!(said.contains("admin"), "{said}");
    let seen: User = reads.get("/api/v1/users/lead").await.ok();
    assert_eq!(seen.email, None, "as everybody sees it");
    let manages = server.program(admin, &[Scope::Admin], None);
    manages.get("/api/v1/audit").await.is(200);
    let seen: User = manages.get("/api/v1/users/lead").await.ok();
    assert!(seen.email.is_some());
    not_enough(manages.patch(&at, json!({"title": "x"})).await);
    // Who may only send reports of faults reads nothing, not even which projects there are.
    let sends = server.program(admin, &[Scope::Ingest], None);
    let me: Me = sends.get("/api/v1/me").await.ok();
    assert!(me.standings.is_empty());
    not_enough(sends.get("/api/v1/issues").await);
    not_enough(sends.get("/api/v1/stream").await);
    // An address without a line in the table is none for tokens; here one that does not exist.
    reads.get("/api/v1/nothing").await.problem(Code::NotFound);
}

#[actix_web::test]
async fn to_a_token_of_one_project_no_other_exists() {
    let server = Server::new();
    let lead = server.as_("lead");
    let of_others = server.issue("lead", "ENG", "Elsewhere").await;
    let program = server.program(server.person("lead"), Scope::ALL, Some(server.cast.ops));
    // It need not name its project.
    let made: Issue = program
        .post("/api/v1/issues", json!({"title": "Here"}))
        .await
        .made();
    assert_eq!(made.key, "OPS-1");
    let without = lead.post("/api/v1/issues", json!({"title": "?"})).await;
    assert_eq!(without.invalid(), ["/project"]);
    for project in ["ENG", "SEC"] {
        let body = json!({"title": "x", "project": project});
        program
            .post("/api/v1/issues", body)
            .await
            .problem(Code::NotFound);
    }
    let at = format!("/api/v1/issues/{}", of_others.key);
    program.get(&at).await.problem(Code::NotFound);
    program
        .patch(&at, json!({"title": "x"}))
        .await
        .problem(Code::NotFound);
    // Nor by way of a change here.
    let at = "/api/v1/issues/OPS-1";
    assert_eq!(
        program
            .patch(at, json!({"parent": of_others.key}))
            .await
            .invalid(),
        ["/parent"]
    );
    let me: Me = program.get("/api/v1/me").await.ok();
    let known: Vec<_> = me.standings.iter().map(|s| s.project.as_str()).collect();
    assert_eq!(known, ["OPS"]);
    let projects: Page<Project> = program.get("/api/v1/projects").await.ok();
    assert_eq!(projects.items.len(), 1);
    for list in [
        "issues?q=project:ENG",
        "issues?q=Elsewhere",
        "activity",
        "search?q=Elsewhere",
    ] {
        let told = program.get(&format!("/api/v1/{list}")).await;
        assert!(!told.text().contains(&of_others.key), "{list}");
    }
    // What belongs to no project is not for it, even if its owner may and it has the scope.
    let view = json!({"name": "Mine", "query": "project:ENG"});
    let view: Value = lead.post("/api/v1/views", view).await.made();
    let view = format!("/api/v1/views/{}", view["id"].as_str().unwrap());
    program.get(&view).await.problem(Code::NotFound);
    assert!(
        !program
            .get("/api/v1/views")
            .await
            .is(200)
            .text()
            .contains("Mine")
    );
    let new = json!({"key": "NEW", "name": "New"});
    not_enough(program.post("/api/v1/projects", new).await);
    let admins = server.program(server.person("admin"), Scope::ALL, Some(server.cast.ops));
    for path in ["audit", "admin/policy"] {
        let said = not_enough(admins.get(&format!("/api/v1/{path}")).await);
        assert!(said.contains("one project"), "{said}");
    }
    let new = json!({"email": "x@example.com", "kind": "service"});
    not_enough(admins.post("/api/v1/users", new).await);
    // A private project that its owner leaves is gone for it too.
    let dana = server.person("developer");
    let program = server.program(dana, &[Scope::Read], Some(server.cast.sec));
    program.get("/api/v1/projects/SEC").await.is(200);
    lead.delete("/api/v1/projects/SEC/members/developer")
        .await
        .is(204);
    program
        .get("/api/v1/projects/SEC")
        .await
        .problem(Code::NotFound);
}

#[actix_web::test]
async fn what_befalls_the_owner_befalls_the_token_with_the_next_request() {
    let server = Server::with_passwords(&[]);
    let (admin, lead) = (server.as_("admin"), server.as_("lead"));
    let owner = server.person("maintainer");
    let program = server.program(owner, Scope::ALL, None);
    let issue = server.issue("lead", "ENG", "Here").await;
    let at = format!("/api/v1/issues/{}", issue.key);
    program.patch(&at, json!({"title": "One"})).await.is(200);
    admin
        .patch("/api/v1/users/maintainer", json!({"role": "viewer"}))
        .await
        .is(200);
    program
        .patch(&at, json!({"title": "Two"}))
        .await
        .problem(Code::Forbidden);
    program.get(&at).await.is(200);
    lead.patch("/api/v1/projects/ENG", json!({"visibility": "private"}))
        .await
        .is(200);
    program.get(&at).await.problem(Code::NotFound);
    // A new password ends tokens, as it ends sessions; so does deactivation, for good.
    let me = "/api/v1/me";
    let fates: [(&str, &Client, Method, &str, Value); 3] = [
        (
            "password",
            &server.as_("maintainer"),
            Method::POST,
            "/api/v1/me/password",
            json!({"current": PASSWORD, "new": "another good password"}),
        ),
        (
            "password",
            &admin,
            Method::PATCH,
            "/api/v1/users/maintainer",
            json!({"password": "and another password"}),
        ),
        (
            "deactivated",
            &admin,
            Method::PATCH,
            "/api/v1/users/maintainer",
            json!({"active": false}),
        ),
    ];
    for (reason, who, method, path, body) in fates {
        let program = server.program(owner, &[Scope::Read], None);
        program.get(me).await.is(200);
        let done = who.send(who.request(method, path).json(&body)).await;
        assert!(done.status < 300, "{}", done.text());
        program.get(me).await.problem(Code::InvalidToken);
        let told = "select detail->>'reason' from audit_entry where kind = 'token.revoked'
                    order by at desc, id desc limit 1";
        assert_eq!(server.sql(told), reason);
        if reason == "deactivated" {
            let back = json!({"active": true});
            admin.patch("/api/v1/users/maintainer", back).await.is(200);
            program.get(me).await.problem(Code::InvalidToken);
        }
    }
    assert_eq!(
        server.sql("select count(*) from api_token where revoked_at is null"),
        "0"
    );
    // The account itself is asked as well, not only what became of its tokens.
    let program = server.program(server.person("lead"), &[Scope::Read], None);
    program.get(me).await.is(200);
    server.run("update account set active = false where username = 'lead'");
    program.get(me).await.problem(Code::InvalidToken);
}

#[actix_web::test]
async fn a_revoked_an_ended_and_a_made_up_token_is_nobody() {
    let server = Server::new();
    let lead = server.as_("lead");
    let new =
        json!({"name": "Soon over", "scopes": ["read"], "expires_at": "2999-01-01T00:00:00Z"});
    let (made, program) = make(&server, &lead, new.clone()).await;
    let (_, ends) = make(&server, &lead, new).await;
    program.get("/api/v1/me").await.is(200);
    let at = format!("{MINE}/{}", made.id);
    server.as_("developer").delete(&at).await.is(404);
    program.get("/api/v1/me").await.is(200);
    lead.delete(&at).await.is(204);
    program.get("/api/v1/me").await.problem(Code::InvalidToken);
    lead.delete(&at).await.is(404);
    let told = server.sql("select detail::text from audit_entry where kind = 'token.revoked'");
    assert!(told.contains(&made.prefix) && !told.contains("reason"));
    ends.get("/api/v1/me").await.is(200);
    server.run("update api_token set expires_at = clock_timestamp() where revoked_at is null");
    ends.get("/api/v1/me").await.problem(Code::InvalidToken);
    // It is still shown, so that people see why a program was refused.
    let page: Page<ApiToken> = lead.get(MINE).await.ok();
    assert_eq!(page.items.len(), 1);
    let unknown = server::auth::token::mint().text;
    for token in [unknown.as_str(), "iit_", &made.prefix] {
        let answer = server.bearing(token).get("/api/v1/me").await;
        answer.problem(Code::InvalidToken);
    }
}

#[actix_web::test]
async fn each_kind_of_token_opens_its_own_door_only() {
    let server = Server::with_passwords(&[]);
    let lead = server.person("lead");
    let (id, text) = server.api_token(lead, Scope::ALL, None);
    // Not as a cookie, which browsers send along whoever asks them to.
    let cookie = server
        .anonymous()
        .request(Method::GET, "/api/v1/me")
        .header("cookie", format!("iit={text}"));
    server
        .anonymous()
        .send(cookie)
        .await
        .problem(Code::NotAuthenticated);
    // Not in the address, not as a password.
    let path = format!("/api/v1/me?access_token={text}");
    server.anonymous().get(&path).await.is(400);
    let body = json!({"identifier": "lead", "password": text});
    server
        .anonymous()
        .post("/api/v1/auth/login", body)
        .await
        .problem(Code::WrongCredentials);
    // A signed word that names the token instead of a session.
    let as_session = Actor {
        session: id,
        ..lead.clone()
    };
    server
        .of(&as_session)
        .get("/api/v1/me")
        .await
        .problem(Code::InvalidToken);
    // Signing out with a token ends nothing.
    let program = server.bearing(&text);
    program.post("/api/v1/auth/logout", json!({})).await.is(204);
    program.get("/api/v1/me").await.is(200);
    server.as_("lead").get("/api/v1/me").await.is(200);
}

#[actix_web::test]
async fn a_token_with_the_id_of_somebody_or_something_else_is_only_itself() {
    let server = Server::new();
    let (rita, admin) = (server.person("reporter"), server.person("admin"));
    let (_, as_admin) = server.api_token(rita, Scope::ALL, None);
    let take = |id: uuid::Uuid| {
        server.run(&format!(
            "update api_token set id = '{id}' where revoked_at is null"
        ));
    };
    // The id of an account: no rights of it, and no limits or keys shared with it.
    take(admin.id);
    let program = server.bearing(&as_admin);
    let me: Me = program.get("/api/v1/me").await.ok();
    assert_eq!(me.user.username, "reporter");
    program.get("/api/v1/audit").await.problem(Code::Forbidden);
    // The id of a session: ending one does not end the other.
    take(rita.session);
    let mine = server.as_("reporter");
    let again = server.session(rita);
    server
        .of(&again)
        .delete(&format!("/api/v1/me/sessions/{}", rita.session))
        .await
        .is(204);
    mine.get("/api/v1/me").await.is(401);
    program.get("/api/v1/me").await.is(200);
    take(again.session);
    let other = server.of(&again);
    other
        .delete(&format!("{MINE}/{}", again.session))
        .await
        .is(204);
    program.get("/api/v1/me").await.is(401);
    other.get("/api/v1/me").await.is(200);
}

#[actix_web::test]
async fn each_token_has_keys_of_its_own() {
    let server = Server::new();
    let lead = server.person("lead");
    let callers = [
        server.as_("lead"),
        server.program(lead, &[Scope::IssuesWrite], None),
        server.program(lead, &[Scope::IssuesWrite], Some(server.cast.ops)),
    ];
    for (n, caller) in callers.iter().enumerate() {
        let body = json!({"title": format!("{n}"), "project": "OPS"});
        for replayed in ["", "true"] {
            let request = caller
                .request(Method::POST, "/api/v1/issues")
                .header("idempotency-key", "the same")
                .json(&body);
            let answer = caller.send(request).await.is(201);
            assert_eq!(answer.header("idempotent-replayed"), replayed);
            assert_eq!(answer.read::<Issue>().title, format!("{n}"));
        }
    }
}

#[actix_web::test]
async fn limits_are_those_of_a_token_once_it_is_known_to_be_one() {
    let server = Server::with(&[
        ("IIT_LIMIT_ANONYMOUS", "30"),
        ("IIT_LIMIT_PRINCIPAL", "600"),
    ]);
    let policy = |answer: &Answer| answer.header("ratelimit-policy");
    let lead = server.person("lead");
    let (_, text) = server.api_token(lead, &[Scope::Read], None);
    let program = server.bearing(&text);
    // The first time it could be made up.
    let first = program.get("/api/v1/me").await.is(200);
    assert_eq!(policy(&first), "\"anonymous\";q=30;w=60");
    let second = program.get("/api/v1/me").await.is(200);
    assert_eq!(policy(&second), "\"principal\";q=600;w=60");
    // Its owner's bucket is another one.
    let owners = server.as_("lead").get("/api/v1/me").await.is(200);
    assert!(
        owners.header("ratelimit").contains("r=599"),
        "{}",
        owners.header("ratelimit")
    );
    // Made up ones do not get a bucket each.
    let mut refused = false;
    for _ in 0..60 {
        let token = server::auth::token::mint().text;
        let answer = server.bearing(&token).get("/api/v1/me").await;
        assert!(matches!(answer.status, 401 | 429));
        refused |= answer.status == 429;
    }
    assert!(refused);
    program.get("/api/v1/me").await.is(200);
    // Once revoked it counts for its address again.
    server.run("update api_token set revoked_at = clock_timestamp()");
    program.get("/api/v1/me").await.is(401);
    let after = program.get("/api/v1/me").await;
    assert!(policy(&after).starts_with("\"anonymous\""));
}

#[actix_web::test]
async fn a_token_costs_as_many_statements_as_a_session() {
    let server = Server::new();
    server.issue("lead", "ENG", "Here").await;
    let session = server.as_("lead");
    let lead = server.person("lead");
    let program = server.program(lead, Scope::ALL, None);
    let bound = server.program(lead, Scope::ALL, Some(server.cast.eng));
    for path in [
        "me",
        "issues?limit=100",
        "issues/ENG-1",
        "projects",
        "views",
    ] {
        let mut sent = Vec::new();
        for caller in [&session, &program, &bound] {
            // Once before, so that the note of its use is not counted.
            caller.get(&format!("/api/v1/{path}")).await.is(200);
            let before = server.statements();
            caller.get(&format!("/api/v1/{path}")).await.is(200);
            sent.push(server.statements() - before);
        }
        assert!(
            sent[0] > 0 && sent.iter().all(|n| *n == sent[0]),
            "{path}: {sent:?}"
        );
    }
}

#[actix_web::test]
async fn a_token_cannot_make_itself_more() {
    let server = Server::with_passwords(&[]);
    let admin = server.person("admin");
    let program = server.program(admin, Scope::ALL, None);
    let service = json!({"username": "robot", "email": "robot@example.com", "kind": "service"});
    program.post("/api/v1/users", service).await.is(201);
    let new = json!({"name": "More", "scopes": ["admin"]});
    for path in [MINE, "/api/v1/users/robot/tokens"] {
        let said = not_enough(program.post(path, new.clone()).await);
        assert!(said.contains("password"), "{said}");
        not_enough(program.get(path).await);
    }
    let change = json!({"current": PASSWORD, "new": "another good password"});
    not_enough(program.post("/api/v1/me/password", change).await);
    not_enough(
        program
            .patch("/api/v1/me", json!({"email": "x@example.com"}))
            .await,
    );
    not_enough(program.get("/api/v1/me/sessions").await);
    // Nor by managing the account that it belongs to.
    for body in [
        json!({"password": "another good password"}),
        json!({"email": "x@example.com"}),
        json!({"role": "viewer"}),
    ] {
        not_enough(program.patch("/api/v1/users/admin", body).await);
    }
    not_enough(program.delete("/api/v1/users/admin").await);
    program
        .patch("/api/v1/users/robot", json!({"role": "viewer"}))
        .await
        .is(200);
    assert_eq!(
        server.sql("select count(*) from api_token where revoked_at is null"),
        "1"
    );
}

#[actix_web::test]
async fn programs_sign_in_by_tokens_that_admins_make() {
    let server = Server::with_passwords(&[]);
    let (admin, lead) = (server.as_("admin"), server.as_("lead"));
    let new = json!({"username": "ci_robot", "email": "ci@example.com", "kind": "service"});
    let mut with_password = new.clone();
    with_password["password"] = json!(PASSWORD);
    assert_eq!(
        admin.post("/api/v1/users", with_password).await.invalid(),
        ["/password"]
    );
    let robot: User = admin.post("/api/v1/users", new).await.made();
    assert_eq!(
        (robot.kind, robot.role),
        (Kind::Service, Some(Role::Reporter))
    );
    let at = format!("/api/v1/users/{}", robot.id);
    let password = json!({"password": PASSWORD});
    assert_eq!(admin.patch(&at, password).await.invalid(), ["/password"]);
    // Not even if a hash came there somehow.
    server.run("update account set password_hash = (select password_hash from account where username = 'lead') where username = 'ci_robot'");
    let body = json!({"identifier": "ci_robot", "password": PASSWORD});
    server
        .anonymous()
        .post("/api/v1/auth/login", body)
        .await
        .problem(Code::WrongCredentials);

    let tokens = format!("{at}/tokens");
    let scopes = json!(["issues:write", "on_behalf_of"]);
    let new = json!({"name": "Build", "scopes": scopes, "project": "ENG"});
    lead.post(&tokens, new.clone())
        .await
        .problem(Code::Forbidden);
    let answer = admin.post(&tokens, new).await;
    let made: MadeToken = answer.clone().made();
    let (secret, made) = (made.token.unwrap(), made.made);
    assert!(answer.header("location").ends_with(&made.id.to_string()));
    // A project that does not exist for the program is none for its token.
    let body = json!({"name": "x", "scopes": ["read"], "project": "SEC"});
    assert_eq!(admin.post(&tokens, body).await.invalid(), ["/project"]);
    let program = server.bearing(&secret);
    let body = json!({"title": "Build failed", "on_behalf_of": "viewer"});
    let issue: Issue = program.post("/api/v1/issues", body).await.made();
    assert_eq!(issue.reporter.username, "viewer");
    let who = "select a.username from event e join account a on a.id = e.actor_id where e.kind = 'issue.created'";
    assert_eq!(server.sql(who), "ci_robot");
    // Without the scope a program reports for itself alone, and a person's token needs the role too.
    let without = server.bearing(&{
        let owner = Actor {
            id: robot.id,
            ..server.person("viewer").clone()
        };
        server.api_token(&owner, &[Scope::IssuesWrite], None).1
    });
    let body = json!({"title": "x", "project": "ENG", "on_behalf_of": "viewer"});
    let said = not_enough(without.post("/api/v1/issues", body.clone()).await);
    assert!(said.contains("on_behalf_of"), "{said}");
    let persons = server.program(server.person("developer"), Scope::ALL, None);
    persons
        .post("/api/v1/issues", body)
        .await
        .problem(Code::Forbidden);

    // People make their own; admins see and revoke them.
    let body = json!({"name": "x", "scopes": ["read"]});
    admin
        .post("/api/v1/users/lead/tokens", body.clone())
        .await
        .problem(Code::Conflict);
    let (hers, of_lead) = make(&server, &lead, body.clone()).await;
    let path = "/api/v1/users/lead/tokens";
    let seen: Page<ApiToken> = admin.get(path).await.ok();
    assert_eq!(seen.items[0].id, hers.id);
    admin.delete(&format!("{tokens}/{}", hers.id)).await.is(404);
    admin.delete(&format!("{path}/{}", hers.id)).await.is(204);
    of_lead.get("/api/v1/me").await.is(401);
    let told = "select t.username from audit_entry e join account t on t.id = e.target_id
                where e.kind = 'token.revoked'";
    assert_eq!(server.sql(told), "lead");
    admin.delete(&at).await.is(204);
    program.get("/api/v1/me").await.is(401);
    admin.post(&tokens, body).await.problem(Code::Conflict);
    admin
        .get("/api/v1/users/nobody_here/tokens")
        .await
        .problem(Code::NotFound);
}
