//! Whatever goes wrong is a problem in one form, and never a fault of ours.

use crate::harness::{PASSWORD, SECRET, Server};
use domain::issue::Issue;
use domain::problem::Code;
use domain::user::Role;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[actix_web::test]
async fn failures_of_the_framework_are_problems_too() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issues = "/api/v1/projects/ENG/issues";
    let json_type = "application/json";
    server.issue("lead", "ENG", "Looked at").await;
    lead.raw(Method::POST, issues, json_type, b"{".to_vec())
        .await
        .problem(Code::MalformedRequest);
    lead.raw(Method::POST, issues, "text/plain", b"{}".to_vec())
        .await
        .problem(Code::UnsupportedMediaType);
    lead.raw(
        Method::POST,
        "/api/v1/auth/token",
        json_type,
        b"{}".to_vec(),
    )
    .await
    .problem(Code::UnsupportedMediaType);
    lead.raw(
        Method::POST,
        "/api/v1/issues/ENG-1/attachments",
        json_type,
        b"{}".to_vec(),
    )
    .await
    .problem(Code::UnsupportedMediaType);
    lead.raw(
        Method::POST,
        issues,
        "multipart/form-data",
        b"no boundary".to_vec(),
    )
    .await
    .problem(Code::MalformedRequest);
    let long = format!("{{\"title\":\"{}\"}}", "x".repeat(1_100_000));
    lead.raw(Method::POST, issues, json_type, long.into_bytes())
        .await
        .problem(Code::TooLarge);
    for path in [
        "/api/v1/nothing",
        "/api/v2/issues",
        "/api",
        "/api/v1",
        "/api/v1/issues/",
    ] {
        lead.get(path).await.problem(Code::NotFound);
        server.anonymous().get(path).await.problem(Code::NotFound);
    }
    let wrong = lead.request(Method::PUT, "/api/v1/issues/ENG-1");
    let wrong = lead.send(wrong).await;
    assert_eq!(wrong.header("allow"), "DELETE, GET, HEAD, OPTIONS, PATCH");
    wrong.problem(Code::MethodNotAllowed);
    let trace = lead.request(Method::TRACE, "/api/v1/me");
    lead.send(trace).await.problem(Code::MethodNotAllowed);
    lead.post("/", json!({}))
        .await
        .problem(Code::MethodNotAllowed);
    for path in [
        "/api/v1/comments/7",
        "/api/v1/attachments/x",
        "/api/v1/me/sessions/x%20y",
    ] {
        lead.delete(path).await.problem(Code::NotFound);
    }
    for path in [
        "/api/v1/issues/NO",
        "/api/v1/issues/ENG-0",
        "/api/v1/projects/1",
        "/api/v1/issues/ENG-99999999999999999999",
    ] {
        lead.get(path).await.problem(Code::NotFound);
    }
    for query in [
        "order_by=password_hash",
        "limit=5&offset=3",
        "a__b=1",
        "cursor=%00&x=1",
    ] {
        let answer = lead.get(&format!("/api/v1/issues?{query}")).await;
        assert!(
            [400, 422].contains(&answer.status),
            "{query} {}",
            answer.text()
        );
    }
    lead.get("/api/v1/issues?nope=1")
        .await
        .problem(Code::MalformedRequest);
    for path in [
        "users",
        "projects",
        "activity",
        "events",
        "stats/daily",
        "insights/open_by",
    ] {
        lead.get(&format!("/api/v1/{path}?nope=1"))
            .await
            .problem(Code::MalformedRequest);
    }
    for (query, place) in [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("limit=-1", "?limit"),
        ("limit=9223372036854775808", "?limit"),
        ("sort=password_hash", "?sort"),
        ("sort=a.b", "?sort"),
        ("severity=bad", "?severity"),
        ("deleted=1", "?deleted"),
        ("cursor=abc", "?cursor"),
    ] {
        assert_eq!(
            lead.get(&format!("/api/v1/issues?{query}")).await.invalid(),
            [place]
        );
    }
    assert_eq!(
        lead.get("/api/v1/insights/open_by?by=email")
            .await
            .invalid(),
        ["?by"]
    );
    assert_eq!(
        lead.get("/api/v1/events?wait=31").await.invalid(),
        ["?wait"]
    );
    assert_eq!(
        lead.get("/api/v1/events?after=x").await.invalid(),
        ["?after"]
    );
    let days = "/api/v1/stats/daily?from=2026-02-01&to=2026-01-01";
    assert_eq!(lead.get(days).await.invalid(), ["?from"]);
    assert_eq!(
        lead.get("/api/v1/stats/daily?from=0").await.invalid(),
        ["?from"]
    );
}

#[actix_web::test]
async fn hostile_text_is_refused_or_kept_byte_for_byte() {
    let server = Server::new();
    let lead = server.as_("lead");
    let at = "/api/v1/projects/ENG/issues";
    let deep = format!("{{\"title\":\"x\",\"context\":{}}}", "[".repeat(100_000));
    let nested = format!(
        "{{\"title\":\"x\",\"context\":{}1{}}}",
        "[".repeat(200),
        "]".repeat(200)
    );
    let bodies: Vec<Vec<u8>> = vec![
        br#"{"title":"a\u0000b"}"#.to_vec(),
        br#"{"title":"x","description":"a\u0000b"}"#.to_vec(),
        br#"{"title":"x","context":{"a":"\u0000"}}"#.to_vec(),
        br#"{"title":"x","context":{"\u0000":1}}"#.to_vec(),
        br#"{"title":"x","external_ref":"\u0000"}"#.to_vec(),
        br#"{"title":"x","labels":["\u0000"]}"#.to_vec(),
        br#"{"title":"x","assignee":"\u0000"}"#.to_vec(),
        br#"{"title":"x","parent":"\u0000"}"#.to_vec(),
        br#"{"title":"x","status":"\u0000"}"#.to_vec(),
        br#"{"title":"x","fixed_version":"\u0000"}"#.to_vec(),
        br#"{"title":"x","on_behalf_of":"\u0000"}"#.to_vec(),
        br#"{"title":"\ud800"}"#.to_vec(),
        br#"{"title":"\udc00\ud800"}"#.to_vec(),
        b"{\"title\":\"\xff\xfe\"}".to_vec(),
        b"{\"title\":\"\xed\xa0\x80\"}".to_vec(),
        b"{\"title\":\"a\x00b\"}".to_vec(),
        br#"{"title":"x","title":"y"}"#.to_vec(),
        br#"{"title":"x","story_points":1e100}"#.to_vec(),
        br#"{"title":"x","story_points":9223372036854775808}"#.to_vec(),
        br#"{"title":"x","story_points":-1}"#.to_vec(),
        br#"{"title":"x","story_points":1.5}"#.to_vec(),
        br#"{"title":"x","priority":0}"#.to_vec(),
        br#"{"title":"x","start_date":"2026-02-30"}"#.to_vec(),
        br#"{"title":"x","due_date":"+999999-01-01"}"#.to_vec(),
        "{\"title\":\"   \u{2003} \"}".as_bytes().to_vec(),
        "{\"title\":\"a\u{202e}b\"}".as_bytes().to_vec(),
        "{\"title\":\"a\u{200b}b\"}".as_bytes().to_vec(),
        "{\"title\":\"a\\nb\"}".as_bytes().to_vec(),
        format!("{{\"title\":\"{}\"}}", "x".repeat(256)).into_bytes(),
        format!(
            "{{\"title\":\"x\",\"description\":\"{}\"}}",
            "x".repeat(70_000)
        )
        .into_bytes(),
        deep.into_bytes(),
        nested.into_bytes(),
        b"[]".to_vec(),
        b"null".to_vec(),
        b"".to_vec(),
        b"\xef\xbb\xbf{\"title\":\"x\"}".to_vec(),
    ];
    let begun = Instant::now();
    let count = u32::try_from(bodies.len()).unwrap();
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let answer = lead.raw(Method::POST, at, "application/json", body).await;
        assert!(
            (400..500).contains(&answer.status),
            "{shown}: {} {}",
            answer.status,
            answer.text()
        );
    }
    assert!(begun.elapsed() < count * Duration::from_millis(100));
    assert_eq!(server.sql("select count(*) from issue"), "0");

    let title = format!("{} {}", "🦀".repeat(200), "العربية عبرית");
    let description = format!("\u{202e}\u{200b}{}\u{1}\u{7f}", "é🦀".repeat(5_000));
    let body = json!({"title": title, "description": description});
    let made: Issue = lead.post(at, body).await.made();
    let read = lead.issue(&made.key).await;
    assert_eq!((read.title, read.description), (title, description));

    for word in [
        "\0",
        "%",
        "_",
        "'",
        "\\",
        "\u{feff}",
        "a' or '1'='1",
        "1e9",
        "../..",
        &"x".repeat(5_000),
    ] {
        let q = domain::paths::encode(word);
        for path in [
            format!("/api/v1/issues?text={q}"),
            format!("/api/v1/issues?assignee={q}&label={q}&status={q}&reporter={q}&project={q}"),
            format!("/api/v1/users?text={q}"),
            format!("/api/v1/users?cursor={q}"),
            format!("/api/v1/users/{q}"),
            format!("/api/v1/projects/{q}"),
            format!("/api/v1/projects/ENG/labels/{q}"),
            format!("/api/v1/issues/{q}"),
            format!("/api/v1/activity?project={q}"),
            format!("/api/v1/insights/open_by?project={q}"),
        ] {
            let answer = lead.get(&path).await;
            assert!(answer.status < 500, "{path}: {}", answer.text());
        }
        for path in [
            format!("/api/v1/projects/ENG/members/{q}"),
            format!("/api/v1/projects/ENG/labels/{q}"),
            format!("/api/v1/projects/ENG/versions/{q}"),
            format!("/api/v1/issues/{}/labels/{q}", made.key),
        ] {
            let answer = lead.delete(&path).await;
            assert!(
                [400, 404, 405].contains(&answer.status),
                "{path}: {}",
                answer.text()
            );
        }
        for (path, body) in [
            (
                "/api/v1/auth/login",
                json!({"identifier": word, "password": word}),
            ),
            (
                "/api/v1/projects/ENG/members",
                json!({"identifier": word, "role": "viewer"}),
            ),
            ("/api/v1/projects", json!({"key": word, "name": word})),
            ("/api/v1/issues", json!({"project": word, "title": "x"})),
        ] {
            let answer = lead.post(path, body).await;
            assert!(
                (400..500).contains(&answer.status),
                "{path}: {}",
                answer.text()
            );
        }
    }
}

#[actix_web::test]
async fn who_somebody_is_does_not_come_from_the_client() {
    let server = Server::new();
    let rita = server.as_("reporter");
    let admin = server.person("admin").id.to_string();
    let at = "/api/v1/projects/ENG/issues";
    for name in ["X-User-Id", "X-Forwarded-User", "X-Remote-User"] {
        let request = rita.request(Method::POST, at).json(&json!({"title": name}));
        let made: Issue = rita.send(request.header(name, &admin)).await.made();
        assert_eq!(made.reporter.username, "reporter");
    }
    // Speaking for somebody else is a right of its own.
    rita.post(at, json!({"title": "x", "reporter_id": admin}))
        .await
        .problem(Code::Forbidden);
    // What the server decides is no field of a request.
    let whole = serde_json::to_value(rita.issue("ENG-1").await).unwrap();
    let draft = [
        "project",
        "title",
        "description",
        "type",
        "severity",
        "priority",
        "status",
        "story_points",
        "labels",
        "assignee",
        "parent",
        "affected_version",
        "fixed_version",
        "start_date",
        "due_date",
        "external_ref",
        "context",
    ];
    for (name, value) in whole.as_object().unwrap() {
        if draft.contains(&name.as_str()) {
            continue;
        }
        let mut body = json!({"title": "x"});
        body[name] = value.clone();
        if name != "resolution" {
            assert_eq!(
                server
                    .as_("lead")
                    .patch("/api/v1/issues/ENG-1", body.clone())
                    .await
                    .invalid(),
                [format!("/{name}")]
            );
        }
        assert_eq!(rita.post(at, body).await.invalid(), [format!("/{name}")]);
    }
    for (path, mut body, extra) in [
        (
            "/api/v1/issues/ENG-1/comments",
            json!({"body": "x"}),
            vec!["author_id", "author", "created_at", "id"],
        ),
        (
            "/api/v1/auth/register",
            json!({"username": "mallory", "email": "m@example.com", "password": PASSWORD}),
            vec!["role", "is_admin", "active", "kind"],
        ),
        (
            "/api/v1/projects",
            json!({"key": "MINE", "name": "Mine"}),
            vec!["role", "version", "archived_at", "id"],
        ),
    ] {
        for name in extra {
            body[name] = json!(admin);
            let invalid = server.as_("lead").post(path, body.clone()).await.invalid();
            assert_eq!(invalid, [format!("/{name}")], "{path}");
            body.as_object_mut().unwrap().remove(name);
        }
    }
    for name in ["role", "active", "username", "kind", "password"] {
        let body = json!({name: "admin"});
        assert_eq!(
            rita.patch("/api/v1/me", body).await.invalid(),
            [format!("/{name}")]
        );
    }
    let wrong: Value = rita.get("/api/v1/me").await.ok();
    assert_eq!(wrong["user"]["role"], json!("reporter"));
}

fn signed(claims: &Value, key: &str) -> String {
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    let key = jsonwebtoken::EncodingKey::from_secret(key.as_bytes());
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

#[actix_web::test]
async fn forged_ended_and_foreign_tokens_are_nobody() {
    let server = Server::new();
    let lead = server.person("lead");
    let now = chrono::Utc::now().timestamp();
    let good = json!({"iss": "issues-and-insights", "aud": "session", "sub": lead.id,
        "sid": lead.session, "iat": now, "exp": now + 60});
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        signed(&claims, SECRET)
    };
    server
        .bearing(&signed(&good, SECRET))
        .get("/api/v1/me")
        .await
        .is(200);
    let viewer = server.person("viewer");
    let parts: Vec<String> = signed(&good, SECRET).split('.').map(String::from).collect();
    let tokens = [
        signed(&good, "another-secret-of-32-bytes-or-more-x"),
        signed(&good, ""),
        with("exp", json!(now - 1)),
        with("exp", json!("never")),
        with("aud", json!("password-reset")),
        with("aud", json!("invitation")),
        with("aud", json!("stream")),
        with("iss", json!("elsewhere")),
        with("sid", json!(uuid::Uuid::new_v4())),
        // A session of somebody else.
        with("sid", json!(viewer.session)),
        with("sub", json!(viewer.id)),
        format!("{}.{}.", parts[0], parts[1]),
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1]),
        format!("eyJhbGciOiJub25lIn0.{}.{}", parts[1], parts[2]),
        String::new(),
        "x".repeat(10_000),
    ];
    for token in tokens {
        let request = server
            .anonymous()
            .request(Method::GET, "/api/v1/me")
            .bearer_auth(&token);
        let answer = server.anonymous().send(request).await;
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        answer.problem(Code::InvalidToken);
        let cookie = format!("iit={token}");
        let request = server
            .anonymous()
            .request(Method::GET, "/api/v1/me")
            .header("cookie", cookie);
        server
            .anonymous()
            .send(request)
            .await
            .problem(Code::NotAuthenticated);
    }
    // Both sent: the bearer token counts, even a bad one.
    let request = server.bearing("bad").request(Method::GET, "/api/v1/me");
    let cookie = format!("iit={}", server.token(lead));
    server
        .anonymous()
        .send(request.header("cookie", cookie))
        .await
        .problem(Code::InvalidToken);
    // A token in the address is no token.
    let path = format!("/api/v1/me?access_token={}", server.token(lead));
    server
        .anonymous()
        .get(&path)
        .await
        .problem(Code::MalformedRequest);
    for scheme in ["Basic", "Token", ""] {
        let value = format!("{scheme} {}", server.token(lead));
        let request = server.anonymous().request(Method::GET, "/api/v1/me");
        let answer = server
            .anonymous()
            .send(request.header("authorization", value))
            .await;
        answer.problem(Code::NotAuthenticated);
    }
}

#[actix_web::test]
async fn another_site_cannot_use_the_cookie() {
    let server = Server::new();
    let cookie = format!("iit={}", server.token(server.person("lead")));
    let anonymous = server.anonymous();
    let own = server.url.clone();
    for (headers, status) in [
        (vec![("sec-fetch-site", "same-origin")], 201),
        (vec![("sec-fetch-site", "none")], 403),
        (vec![("origin", own.as_str())], 201),
        (vec![], 403),
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "same-site")], 403),
        (
            vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())],
            403,
        ),
        (vec![("origin", "https://evil.example")], 403),
        (vec![("origin", "null")], 403),
    ] {
        let mut request = anonymous
            .request(Method::POST, "/api/v1/projects/ENG/issues")
            .header("cookie", &cookie)
            .json(&json!({"title": "From a page"}));
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        let answer = anonymous.send(request).await;
        assert_eq!(answer.status, status, "{headers:?} {}", answer.text());
        if status == 403 {
            answer.problem(Code::ForeignOrigin);
        }
    }
    assert_eq!(server.sql("select count(*) from issue"), "2");
    // Signing somebody in from elsewhere is refused as well, reading is not, tokens are exempt.
    let login = anonymous
        .request(Method::POST, "/api/v1/auth/login")
        .json(&json!({"identifier": "x", "password": "y"}));
    anonymous
        .send(login.header("sec-fetch-site", "cross-site"))
        .await
        .problem(Code::ForeignOrigin);
    let read = anonymous
        .request(Method::GET, "/api/v1/me")
        .header("cookie", &cookie);
    anonymous
        .send(read.header("sec-fetch-site", "cross-site"))
        .await
        .is(200);
    let lead = server.as_("lead");
    let program = lead
        .request(Method::POST, "/api/v1/projects/ENG/issues")
        .json(&json!({"title": "x"}));
    lead.send(program.header("origin", "https://elsewhere.example"))
        .await
        .is(201);
}

#[actix_web::test]
async fn what_belongs_to_another_parent_does_not_exist_here() {
    let server = Server::new();
    let lead = server.as_("lead");
    let label: domain::label::Label = lead
        .post("/api/v1/projects/SEC/labels", json!({"name": "secret"}))
        .await
        .made();
    let version: domain::label::Version = lead
        .post("/api/v1/projects/SEC/versions", json!({"name": "9"}))
        .await
        .made();
    server.issue("lead", "SEC", "Secret").await;
    let mine = server.issue("lead", "ENG", "Mine").await;
    for path in [
        format!("/api/v1/projects/ENG/labels/{}", label.id),
        format!("/api/v1/projects/ENG/versions/{}", version.id),
        format!("/api/v1/issues/{}/labels/{}", mine.key, label.id),
    ] {
        lead.delete(&path).await.problem(Code::NotFound);
    }
    let outsider = server.as_("maintainer");
    let stranger = server.account("stranger", Role::Viewer);
    let at = format!("/api/v1/issues/{}", mine.key);
    for (name, hidden, never) in [
        ("parent", json!("SEC-1"), json!("ENG-77")),
        ("labels", json!(["secret"]), json!(["never"])),
        ("fixed_version", json!("9"), json!("8")),
        ("affected_version", json!("9"), json!("8")),
        ("assignee", json!("nobody_at_all"), json!("nobody_else")),
    ] {
        let one = outsider.patch(&at, json!({name: hidden})).await;
        let other = outsider.patch(&at, json!({name: never})).await;
        let (one, other) = (
            one.problem(Code::InvalidInput),
            other.problem(Code::InvalidInput),
        );
        assert_eq!(one.errors[0].code, other.errors[0].code);
        let both = one.errors[0]
            .detail
            .replace("secret", "never")
            .replace('9', "8");
        assert_eq!(both, other.errors[0].detail);
    }
    // Nobody is given an issue that does not exist for them.
    let issue = "/api/v1/issues/SEC-1";
    assert_eq!(
        lead.patch(issue, json!({"assignee": stranger.username}))
            .await
            .invalid(),
        ["/assignee"]
    );
    // A reply to a comment of another issue.
    let said = lead.comment("SEC-1", json!({"body": "secret"})).await;
    let reply = json!({"body": "x", "parent": said.id});
    assert_eq!(
        lead.post(&format!("{at}/comments"), reply).await.invalid(),
        ["/parent"]
    );
}

#[actix_web::test]
async fn every_problem_has_a_page_that_explains_it() {
    let server = Server::new();
    let anonymous = server.anonymous();
    let all = anonymous.get("/problems").await.is(200).text();
    for code in Code::ALL {
        let path = format!("/problems/{}", code.slug());
        assert!(all.contains(&format!("href=\"{path}\"")), "{path}");
        let page = anonymous.get(&path).await.is(200);
        assert!(page.header("content-type").starts_with("text/html"));
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        assert!(page.text().contains(code.title()) && page.text().contains("What to do"));
    }
    anonymous.get("/problems/unheard-of").await.is(404);
    // The address is that of the `type` of a problem.
    let told = anonymous
        .get("/api/v1/me")
        .await
        .problem(Code::NotAuthenticated);
    anonymous.get(&told.type_).await.is(200);
}
