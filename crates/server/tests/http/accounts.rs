//! Registering, signing in and out, sessions, one's own profile, what admins do.

use crate::harness::{Answer, Client, PASSWORD, Server};
use domain::page::Page;
use domain::problem::Code;
use domain::user::{Kind, Me, Role, Session, SignedIn, TokenAnswer, User};
use reqwest::Method;
use serde_json::json;

async fn sign_in(client: &Client, identifier: &str, password: &str) -> Answer {
    let body = json!({"identifier": identifier, "password": password});
    client.post("/api/v1/auth/login", body).await
}

/// The session's cookie of an answer, as a request sends it.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    set.split(';').next().unwrap().to_string()
}

async fn with_cookie(client: &Client, method: Method, path: &str, cookie: &str) -> Answer {
    let request = client.request(method, path).header("cookie", cookie);
    client
        .send(request.header("sec-fetch-site", "same-origin"))
        .await
}

async fn token(client: &Client, form: &str) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    client
        .raw(
            Method::POST,
            "/api/v1/auth/token",
            kind,
            form.as_bytes().to_vec(),
        )
        .await
}

#[actix_web::test]
async fn who_may_register_is_a_policy() {
    let form = |name: &str, host: &str| json!({"username": name, "email": format!("{name}@{host}"), "password": PASSWORD});
    for (policy, host, admitted) in [
        ("open", "anywhere.org", true),
        ("domains:a.org,b.org", "b.org", true),
        ("domains:a.org,b.org", "B.ORG", true),
        ("domains:a.org,b.org", "evil-b.org", false),
        ("domains:a.org,b.org", "b.org.evil.org", false),
        ("invite", "a.org", false),
        ("closed", "a.org", false),
    ] {
        let server = Server::with(&[("IIT_REGISTRATION", policy)]);
        let anonymous = server.anonymous();
        let answer = anonymous
            .post("/api/v1/auth/register", form("newcomer", host))
            .await;
        if admitted {
            let user: User = answer.made();
            assert_eq!(
                (user.role, user.display_name.as_str()),
                (Some(Role::Reporter), "newcomer")
            );
            assert_eq!(user.active, policy == "open");
        } else {
            answer.problem(Code::RegistrationClosed);
            assert_eq!(server.sql("select count(*) from account"), "7");
        }
    }
    let server = Server::with(&[("IIT_REGISTRATION", "open")]);
    let anonymous = server.anonymous();
    let wrong = json!({"username": "x", "email": "x", "password": "x"});
    let invalid = anonymous
        .post("/api/v1/auth/register", wrong)
        .await
        .invalid();
    assert_eq!(invalid, ["/username", "/email", "/password"]);
    for taken in [
        json!({"username": "Lead", "email": "new@example.com", "password": PASSWORD}),
        json!({"username": "fresh", "email": "LEAD@example.com", "password": PASSWORD}),
    ] {
        anonymous
            .post("/api/v1/auth/register", taken)
            .await
            .problem(Code::AlreadyExists);
    }
}

#[actix_web::test]
async fn a_browser_signs_in_by_name_or_address_and_out_again() {
    let server = Server::with_passwords(&[]);
    let anonymous = server.anonymous();
    for identifier in ["lead", "LEAD", "lead@example.com", " Lead@Example.com "] {
        let answer = sign_in(&anonymous, identifier, PASSWORD).await;
        let flags = answer.header("set-cookie");
        for flag in ["iit=", "HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(flags.contains(flag), "{flags}");
        }
        assert!(!flags.contains("Secure"), "plain http: {flags}");
        let signed_in: SignedIn = answer.ok();
        assert_eq!(signed_in.user.username, "lead");
    }
    let cookie = cookie(&sign_in(&anonymous, "lead", PASSWORD).await);
    let me: Me = with_cookie(&anonymous, Method::GET, "/api/v1/me", &cookie)
        .await
        .ok();
    assert_eq!(me.standings.len(), 5);
    assert!(me.user.last_login_at.is_some());
    let out = with_cookie(&anonymous, Method::POST, "/api/v1/auth/logout", &cookie)
        .await
        .is(204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    with_cookie(&anonymous, Method::GET, "/api/v1/me", &cookie)
        .await
        .problem(Code::NotAuthenticated);
    // Signing out twice, or without ever having signed in, is no mistake.
    with_cookie(&anonymous, Method::POST, "/api/v1/auth/logout", &cookie)
        .await
        .is(204);
    anonymous
        .post("/api/v1/auth/logout", json!({}))
        .await
        .is(204);

    let wrong = sign_in(&anonymous, "lead", "wrong password").await;
    let nobody = sign_in(&anonymous, "nobody", PASSWORD).await;
    let (wrong, mut nobody) = (
        wrong.problem(Code::WrongCredentials),
        nobody.problem(Code::WrongCredentials),
    );
    nobody.request_id.clone_from(&wrong.request_id);
    assert_eq!(
        wrong, nobody,
        "the answer does not tell whether the account exists"
    );
    for (identifier, password) in [
        ("", ""),
        ("lead", ""),
        ("lead", &"x".repeat(5_000)),
        (&"x".repeat(5_000), "x"),
    ] {
        sign_in(&anonymous, identifier, password)
            .await
            .problem(Code::WrongCredentials);
    }
}

#[actix_web::test]
async fn over_https_the_cookie_is_bound_to_our_own_host() {
    let server = Server::with_passwords(&[("IIT_PUBLIC_URL", "https://issues.example")]);
    let anonymous = server.anonymous();
    let answer = sign_in(&anonymous, "lead", PASSWORD).await.is(200);
    let flags = answer.header("set-cookie");
    assert!(
        flags.starts_with("__Host-iit=") && flags.contains("Secure"),
        "{flags}"
    );
    assert!(!flags.contains("Domain"));
    with_cookie(&anonymous, Method::GET, "/api/v1/me", &cookie(&answer))
        .await
        .is(200);
    let other = cookie(&answer).replace("__Host-iit", "iit");
    with_cookie(&anonymous, Method::GET, "/api/v1/me", &other)
        .await
        .problem(Code::NotAuthenticated);
}

#[actix_web::test]
async fn a_cookie_that_is_used_is_renewed() {
    let server = Server::new();
    let lead = server.person("lead");
    let keys = &server.shared.app.keys;
    let hours_ago = chrono::Utc::now().timestamp() - 7_200;
    let old = keys.sign(lead.id, lead.session, hours_ago, 86_400).unwrap();
    let answer = with_cookie(
        &server.anonymous(),
        Method::GET,
        "/api/v1/me",
        &format!("iit={old}"),
    )
    .await
    .is(200);
    let renewed = cookie(&answer);
    assert!(renewed.starts_with("iit=") && !renewed.contains(&old));
    with_cookie(&server.anonymous(), Method::GET, "/api/v1/me", &renewed)
        .await
        .is(200);
    let fresh = format!("iit={}", server.token(lead));
    let answer = with_cookie(&server.anonymous(), Method::GET, "/api/v1/me", &fresh).await;
    assert_eq!(answer.header("set-cookie"), "");
}

#[actix_web::test]
async fn a_program_gets_a_token_by_the_form_of_oauth() {
    let server = Server::with_passwords(&[]);
    let anonymous = server.anonymous();
    let form = "grant_type=password&username=lead%40example.com&password=correct+horse+battery&scope=&client_id=x";
    let answer: TokenAnswer = token(&anonymous, form).await.ok();
    assert_eq!(
        (answer.token_type.as_str(), answer.expires_in),
        ("bearer", 3600)
    );
    server
        .bearing(&answer.access_token)
        .get("/api/v1/me")
        .await
        .is(200);
    assert_eq!(
        token(&anonymous, "password=x").await.invalid(),
        ["/username"]
    );
    assert_eq!(
        token(&anonymous, "username=x").await.invalid(),
        ["/password"]
    );
    let other = "grant_type=client_credentials&username=x&password=y";
    assert_eq!(token(&anonymous, other).await.invalid(), ["/grant_type"]);
    token(&anonymous, "username=lead&password=wrong")
        .await
        .problem(Code::WrongCredentials);
    token(&anonymous, &"x".repeat(20_000))
        .await
        .problem(Code::TooLarge);
    let kind = "application/x-www-form-urlencoded";
    anonymous
        .raw(Method::POST, "/api/v1/auth/token", kind, vec![0xff])
        .await
        .problem(Code::MalformedRequest);
}

#[actix_web::test]
async fn a_damaged_password_hash_is_a_wrong_password() {
    let server = Server::with_passwords(&[]);
    for damaged in [
        "é".repeat(60),
        "x".into(),
        "$2b$04$".into(),
        "$2b$99$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".into(),
    ] {
        server.run(&format!(
            "update account set password_hash = '{damaged}' where username = 'lead'"
        ));
        sign_in(&server.anonymous(), "lead", PASSWORD)
            .await
            .problem(Code::WrongCredentials);
    }
}

#[actix_web::test]
async fn long_passwords_count_to_their_last_byte() {
    let server = Server::with(&[("IIT_REGISTRATION", "open")]);
    let anonymous = server.anonymous();
    let same = "p".repeat(72);
    let passwords = [
        "p".repeat(71),
        same.clone(),
        format!("{same}a"),
        format!("{same}b"),
        "🦀".repeat(64),
        format!("{}b", "🦀".repeat(63)),
        "nul\0in the middle".into(),
        "nul\0in the muddle".into(),
    ];
    for (i, password) in passwords.iter().enumerate() {
        let body = json!({"username": format!("long{i}"), "email": format!("long{i}@example.com"), "password": password});
        anonymous.post("/api/v1/auth/register", body).await.is(201);
        for other in &passwords {
            let status = if other == password { 200 } else { 401 };
            server.run("delete from sign_in_attempt");
            sign_in(&anonymous, &format!("long{i}"), other)
                .await
                .is(status);
        }
    }
    // One spelling of é is another spelling of é.
    let body = json!({"username": "accent", "email": "accent@example.com", "password": "caf\u{e9} au lait"});
    anonymous.post("/api/v1/auth/register", body).await.is(201);
    sign_in(&anonymous, "accent", "cafe\u{301} au lait")
        .await
        .is(200);
}

#[actix_web::test]
async fn my_profile_is_mine_to_change() {
    let server = Server::new();
    let viewer = server.as_("viewer");
    let patch = json!({"display_name": " Vera ", "email": "Vera@Example.com", "locale": "de", "timezone": "Europe/Vienna", "theme": "dark"});
    let me: Me = viewer.patch("/api/v1/me", patch).await.ok();
    assert_eq!(
        (me.user.display_name.as_str(), me.user.email.as_deref()),
        ("Vera", Some("vera@example.com"))
    );
    assert_eq!(
        (
            me.preferences.locale.as_str(),
            me.preferences.timezone.as_str()
        ),
        ("de", "Europe/Vienna")
    );
    let me: Me = viewer
        .patch("/api/v1/me", json!({"locale": null, "timezone": null}))
        .await
        .ok();
    assert_eq!(
        (
            me.preferences.locale.as_str(),
            me.preferences.timezone.as_str()
        ),
        ("en", "UTC")
    );
    let again: Me = viewer.get("/api/v1/me").await.ok();
    assert_eq!(again, me);
    viewer
        .patch("/api/v1/me", json!({"email": "lead@example.com"}))
        .await
        .problem(Code::AlreadyExists);
    assert_eq!(
        viewer
            .patch("/api/v1/me", json!({"locale": "d e", "display_name": ""}))
            .await
            .invalid()
            .len(),
        2
    );
}

#[actix_web::test]
async fn a_new_password_ends_my_other_sessions() {
    let server = Server::with_passwords(&[]);
    let lead = server.as_("lead");
    let elsewhere = server.of(&server.session(server.person("lead")));
    elsewhere.get("/api/v1/me").await.is(200);
    let path = "/api/v1/me/password";
    let wrong = json!({"current": "wrong password", "new": "another good password"});
    assert_eq!(lead.post(path, wrong).await.invalid(), ["/current"]);
    let short = json!({"current": PASSWORD, "new": "short"});
    assert_eq!(lead.post(path, short).await.invalid(), ["/new"]);
    elsewhere.get("/api/v1/me").await.is(200);
    lead.post(
        path,
        json!({"current": PASSWORD, "new": "another good password"}),
    )
    .await
    .is(204);
    elsewhere
        .get("/api/v1/me")
        .await
        .problem(Code::InvalidToken);
    lead.get("/api/v1/me").await.is(200);
    sign_in(&server.anonymous(), "lead", PASSWORD)
        .await
        .problem(Code::WrongCredentials);
    sign_in(&server.anonymous(), "lead", "another good password")
        .await
        .is(200);
}

#[actix_web::test]
async fn i_see_my_sessions_and_end_one() {
    let server = Server::new();
    let lead = server.as_("lead");
    let other = server.session(server.person("lead"));
    let elsewhere = server.of(&other);
    let page: Page<Session> = lead.get("/api/v1/me/sessions").await.ok();
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.items.iter().filter(|s| s.current).count(), 1);
    let path = format!("/api/v1/me/sessions/{}", other.session);
    server
        .as_("admin")
        .delete(&path)
        .await
        .problem(Code::NotFound);
    elsewhere.get("/api/v1/me").await.is(200);
    lead.delete(&path).await.is(204);
    elsewhere
        .get("/api/v1/me")
        .await
        .problem(Code::InvalidToken);
    let page: Page<Session> = lead.get("/api/v1/me/sessions").await.ok();
    assert_eq!(page.items.len(), 1);
    // A session that ran out ends by itself.
    server.run("update session set expires_at = clock_timestamp() - interval '1 second'");
    lead.get("/api/v1/me").await.problem(Code::InvalidToken);
}

#[actix_web::test]
async fn admins_make_accounts_change_them_and_close_them() {
    let server = Server::with_passwords(&[]);
    let admin = server.as_("admin");
    let anonymous = server.anonymous();
    let new = json!({"email": "Nina.New@example.com", "password": PASSWORD, "role": "developer"});
    let nina: User = admin.post("/api/v1/users", new.clone()).await.made();
    assert_eq!(
        (nina.username.as_str(), nina.role, nina.kind),
        ("Nina_New", Some(Role::Developer), Kind::Human)
    );
    admin
        .post("/api/v1/users", new)
        .await
        .problem(Code::AlreadyExists);
    let robot = json!({"username": "robot", "email": "robot@example.com", "kind": "service"});
    let robot: User = admin.post("/api/v1/users", robot).await.made();
    assert_eq!(robot.kind, Kind::Service);
    for (body, place) in [
        (json!({"email": "x@example.com"}), "/password"),
        (
            json!({"email": "x@example.com", "password": PASSWORD, "role": "lead"}),
            "/role",
        ),
        (json!({"email": "no", "password": PASSWORD}), "/email"),
    ] {
        let invalid = admin.post("/api/v1/users", body).await.invalid();
        assert!(invalid.contains(&place.to_string()), "{invalid:?}");
    }

    // A role counts on the next request, whatever the token was made for.
    let session = cookie(&sign_in(&anonymous, "nina_new", PASSWORD).await.is(200));
    let path = format!("/api/v1/users/{}", nina.id);
    let me: Me = with_cookie(&anonymous, Method::GET, "/api/v1/me", &session)
        .await
        .ok();
    assert_eq!(me.user.role, Some(Role::Developer));
    let changed: User = admin
        .patch(
            &path,
            json!({"role": "viewer", "display_name": "Nina", "email": "nina@example.com"}),
        )
        .await
        .ok();
    assert_eq!(
        (changed.role, changed.display_name.as_str()),
        (Some(Role::Viewer), "Nina")
    );
    let me: Me = with_cookie(&anonymous, Method::GET, "/api/v1/me", &session)
        .await
        .ok();
    assert_eq!(me.user.role, Some(Role::Viewer));

    // A password set by an admin ends what was open.
    admin
        .patch(&path, json!({"password": "given by the admin"}))
        .await
        .is(200);
    with_cookie(&anonymous, Method::GET, "/api/v1/me", &session)
        .await
        .problem(Code::NotAuthenticated);
    let session = cookie(
        &sign_in(&anonymous, "nina@example.com", "given by the admin")
            .await
            .is(200),
    );

    // Nobody who is gone comes in, with whatever they hold.
    admin.delete(&path).await.is(204);
    with_cookie(&anonymous, Method::GET, "/api/v1/me", &session)
        .await
        .problem(Code::NotAuthenticated);
    sign_in(&anonymous, "nina_new", "given by the admin")
        .await
        .problem(Code::WrongCredentials);
    admin.patch(&path, json!({"active": true})).await.is(200);
    with_cookie(&anonymous, Method::GET, "/api/v1/me", &session)
        .await
        .problem(Code::NotAuthenticated);
    sign_in(&anonymous, "nina_new", "given by the admin")
        .await
        .is(200);
    admin
        .patch("/api/v1/users/nobody", json!({"role": "viewer"}))
        .await
        .problem(Code::NotFound);
    let fields =
        "select string_agg(field, ',' order by at, id) from event where kind = 'user.updated'";
    assert_eq!(
        server.sql(fields),
        "role,email,display_name,password,active,active"
    );
}

#[actix_web::test]
async fn the_last_admin_stays() {
    let server = Server::new();
    let admin = server.as_("admin");
    let path = "/api/v1/users/admin";
    admin
        .patch(path, json!({"role": "developer"}))
        .await
        .problem(Code::LastOne);
    admin
        .patch(path, json!({"active": false}))
        .await
        .problem(Code::LastOne);
    admin.delete(path).await.problem(Code::LastOne);
    admin
        .patch(path, json!({"role": "admin", "display_name": "Ada"}))
        .await
        .is(200);
    // A service account is nobody who could stay in charge.
    let robot =
        json!({"username": "robot", "email": "r@example.com", "kind": "service", "role": "admin"});
    admin.post("/api/v1/users", robot).await.is(201);
    admin.delete(path).await.problem(Code::LastOne);
    admin
        .patch("/api/v1/users/lead", json!({"role": "admin"}))
        .await
        .is(200);
    admin.patch(path, json!({"role": "viewer"})).await.is(200);
    admin.get("/api/v1/me").await.is(200);
    admin
        .patch("/api/v1/users/lead", json!({"role": "viewer"}))
        .await
        .problem(Code::Forbidden);
}

#[actix_web::test]
async fn the_directory_shows_names_and_admins_see_more() {
    let server = Server::new();
    let (admin, rita) = (server.as_("admin"), server.as_("reporter"));
    admin.delete("/api/v1/users/viewer").await.is(204);
    let page: Page<User> = rita.get("/api/v1/users?limit=4").await.ok();
    assert_eq!((page.items.len(), page.total.count), (4, 6));
    for user in &page.items {
        assert!(user.email.is_none() && user.role.is_none() || user.username == "reporter");
    }
    let next = format!("/api/v1/users?limit=4&cursor={}", page.next_cursor.unwrap());
    let rest: Page<User> = rita.get(&next).await.ok();
    assert_eq!((rest.items.len(), rest.next_cursor), (2, None));
    let found: Page<User> = rita.get("/api/v1/users?text=REPORTER").await.ok();
    assert_eq!(found.items.len(), 2);
    // Addresses cannot be guessed.
    let found: Page<User> = rita.get("/api/v1/users?text=example.com").await.ok();
    assert_eq!(found.items.len(), 0);
    rita.get("/api/v1/users/lead@example.com")
        .await
        .problem(Code::NotFound);
    let all: Page<User> = rita.get("/api/v1/users?all=true").await.ok();
    assert_eq!(all.items.len(), 6);
    let all: Page<User> = admin.get("/api/v1/users?all=true").await.ok();
    assert_eq!(all.items.len(), 7);
    assert!(
        all.items
            .iter()
            .all(|u| u.email.is_some() && u.role.is_some())
    );
    let myself: User = rita.get("/api/v1/users/reporter").await.ok();
    assert_eq!(myself.email.as_deref(), Some("reporter@example.com"));
    let other: User = rita.get("/api/v1/users/lead").await.ok();
    assert_eq!(other.email, None);
}
