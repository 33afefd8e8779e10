//! Headers on every kind of answer, limits, health, and what is served beside the API.

use crate::harness::{Answer, PASSWORD, Server};
use domain::problem::Code;
use reqwest::Method;
use serde_json::{Value, json};

/// What every answer carries.
#[track_caller]
fn guarded(answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(
            answer.header(name),
            value,
            "{} {}",
            answer.what,
            answer.status
        );
    }
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("frame-ancestors 'none'"),
        "{} {policy}",
        answer.what
    );
    assert!(!policy.contains("unsafe-eval") || policy.contains("wasm-unsafe-eval"));
    assert_ne!(answer.header("x-request-id"), "", "{}", answer.what);
    assert!(
        answer.header("server-timing").starts_with("app;dur="),
        "{}",
        answer.what
    );
    for name in ["access-control-allow-origin", "server", "x-powered-by"] {
        assert_eq!(answer.header(name), "", "{}", answer.what);
    }
}

async fn answers(server: &Server) -> Vec<Answer> {
    let (lead, viewer, anonymous) = (server.as_("lead"), server.as_("viewer"), server.anonymous());
    let issue = server.issue("lead", "ENG", "Looked at").await;
    let at = format!("/api/v1/issues/{}", issue.key);
    let tag = lead.get(&at).await.etag();
    let file = lead
        .upload(&issue.key, "a.png", b"\x89PNG\r\n\x1a\n")
        .await
        .is(201);
    let file = file.header("location");
    let json = "application/json";
    let known = lead.request(Method::GET, &at).header("if-none-match", &tag);
    let large = vec![b'x'; 1_100_000];
    let hinted = anonymous
        .request(Method::GET, "/api/v1/me")
        .header("origin", "https://evil.example");
    vec![
        lead.get(&at).await.is(200),
        lead.post("/api/v1/projects/ENG/issues", json!({"title": "x"}))
            .await
            .is(201),
        lead.send(known).await.is(304),
        lead.raw(Method::POST, "/api/v1/issues", json, b"{".to_vec())
            .await
            .is(400),
        anonymous.send(hinted).await.is(401),
        viewer.delete(&at).await.is(403),
        lead.get("/api/v1/issues/ENG-77").await.is(404),
        lead.get("/api/v1/nothing").await.is(404),
        lead.put(&at).await.is(405),
        lead.patch(&at, json!({"status": "released"})).await.is(409),
        lead.patch_if(&at, "\"77-0\"", json!({"title": "y"}))
            .await
            .is(412),
        lead.raw(Method::POST, "/api/v1/issues", json, large)
            .await
            .is(413),
        lead.raw(Method::POST, "/api/v1/issues", "text/plain", vec![])
            .await
            .is(415),
        lead.patch(&at, json!({"title": ""})).await.is(422),
        lead.get(&file).await.is(200),
        lead.delete("/api/v1/projects/HELP").await.is(204),
        anonymous.get("/").await,
        anonymous.get("/issues/ENG-1").await,
        anonymous.get("/nothing.js").await.is(404),
        anonymous.get("/healthz").await.is(200),
        anonymous.get("/readyz").await.is(200),
        anonymous.get("/api/docs").await.is(308),
        anonymous.get("/api/docs/").await.is(200),
        anonymous.get("/api/docs/none.js").await.is(404),
        anonymous.get("/api/openapi.json").await.is(200),
    ]
}

#[actix_web::test]
async fn every_kind_of_answer_carries_the_headers() {
    let server = Server::new();
    for answer in answers(&server).await {
        guarded(&answer);
        assert_eq!(answer.header("strict-transport-security"), "");
        if answer.what.contains("/api/v1/") && !answer.what.contains("/attachments/") {
            assert_eq!(
                answer.header("cache-control"),
                "no-store",
                "{}",
                answer.what
            );
            assert!(answer.header("vary").contains("Cookie"), "{}", answer.what);
        }
    }
    let stream = server
        .as_("lead")
        .request(Method::GET, "/api/v1/stream")
        .send()
        .await
        .unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert_eq!(stream.headers()["x-content-type-options"], "nosniff");
    assert_eq!(stream.headers()["cache-control"], "no-store, no-transform");
    assert_eq!(stream.headers()["x-accel-buffering"], "no");
}

#[actix_web::test]
async fn over_https_browsers_are_told_to_stay_there() {
    let server = Server::with(&[("IIT_PUBLIC_URL", "https://issues.example")]);
    for answer in answers(&server).await {
        guarded(&answer);
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=31536000; includeSubDomains"
        );
    }
}

#[actix_web::test]
async fn a_request_keeps_its_name_if_that_is_a_plain_one() {
    let server = Server::new();
    let anonymous = server.anonymous();
    for (sent, kept) in [
        ("abc-1.2_3", true),
        ("x y", false),
        ("a\tb", false),
        (&"x".repeat(65), false),
        ("<script>", false),
    ] {
        let request = anonymous
            .request(Method::GET, "/healthz")
            .header("x-request-id", sent);
        let answer = anonymous.send(request).await;
        assert_eq!(answer.header("x-request-id") == sent, kept, "{sent}");
    }
}

#[actix_web::test]
async fn the_hundred_and_first_anonymous_request_waits() {
    let server = Server::with(&[
        ("IIT_LIMIT_ANONYMOUS", "100"),
        ("IIT_LIMIT_PRINCIPAL", "600"),
    ]);
    let anonymous = server.anonymous();
    for i in 0..100 {
        let answer = anonymous.get("/api/v1/me").await.is(401);
        assert_eq!(
            answer.header("ratelimit-policy"),
            "\"anonymous\";q=100;w=60",
            "{i}"
        );
        assert!(
            answer.header("ratelimit").starts_with("\"anonymous\";r="),
            "{i}"
        );
    }
    // A bucket fills up again while it is emptied: a slow machine may get a few more.
    let mut refused = anonymous.get("/api/v1/me").await;
    for _ in 0..50 {
        if refused.status == 429 {
            break;
        }
        refused = anonymous.get("/api/v1/me").await;
    }
    guarded(&refused);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    refused.problem(Code::TooManyRequests);
    // An address that nobody trusts cannot pretend to be another.
    let request = anonymous
        .request(Method::GET, "/api/v1/me")
        .header("x-forwarded-for", "203.0.113.9");
    anonymous.send(request).await.problem(Code::TooManyRequests);
    // Whoever signed in has a bucket of their own, and health is not counted.
    let answer = server.as_("lead").get("/api/v1/me").await.is(200);
    assert_eq!(
        answer.header("ratelimit-policy"),
        "\"principal\";q=600;w=60"
    );
    anonymous.get("/healthz").await.is(200);
}

#[actix_web::test]
async fn addresses_count_as_trusted_proxies_tell_them() {
    let server = Server::with_passwords(&[
        ("IIT_LIMIT_SIGN_IN", "2"),
        ("IIT_TRUSTED_PROXIES", "127.0.0.0/8,10.0.0.1"),
    ]);
    let anonymous = server.anonymous();
    let ask = |forwarded: &str| {
        let body = json!({"identifier": "viewer", "password": PASSWORD});
        let request = anonymous
            .request(Method::POST, "/api/v1/auth/login")
            .json(&body);
        anonymous.send(request.header("x-forwarded-for", forwarded))
    };
    for _ in 0..2 {
        ask("203.0.113.1").await.is(200);
    }
    ask("203.0.113.1").await.problem(Code::TooManyRequests);
    // What stands left of the address our proxy saw was invented by the caller.
    ask("198.51.100.7, 203.0.113.1")
        .await
        .problem(Code::TooManyRequests);
    ask("203.0.113.1, 10.0.0.1")
        .await
        .problem(Code::TooManyRequests);
    ask("203.0.113.2").await.is(200);
    let seen = server.sql(
        "select string_agg(distinct ip, ',' order by ip) from session where ip <> '127.0.0.1'",
    );
    assert_eq!(seen, "203.0.113.1,203.0.113.2");
}

#[actix_web::test]
async fn pages_are_pages_and_files_are_files() {
    let server = Server::new();
    let anonymous = server.anonymous();
    let page = anonymous.get("/projects/ENG/settings").await;
    assert_eq!(page.status, anonymous.get("/").await.status);
    if page.status == 200 {
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(
            page.header("content-security-policy")
                .contains("script-src 'self' 'wasm-unsafe-eval'")
        );
        let text = page.text();
        let names = text
            .split('"')
            .filter(|w| w.starts_with('/') && (w.ends_with(".js") || w.ends_with(".css")));
        for name in names {
            let asset = anonymous.get(name).await.is(200);
            guarded(&asset);
            assert!(!asset.header("content-type").contains("html"), "{name}");
        }
    }
    for gone in [
        "/frontend-0000000000000000.js",
        "/a/b.wasm",
        "/index.js",
        "/.env",
        "/../Cargo.toml",
    ] {
        anonymous.get(gone).await.problem(Code::NotFound);
    }
    let docs = anonymous.get("/api/docs/").await.is(200);
    assert!(
        docs.header("content-security-policy")
            .contains("script-src 'self';"),
        "no scripts in the page"
    );
    assert!(docs.text().contains("swagger"));
    anonymous
        .get("/api/docs/swagger-ui-bundle.js")
        .await
        .is(200);
}

#[actix_web::test]
async fn the_document_is_the_one_in_the_repository() {
    let server = Server::new();
    let served = server.anonymous().get("/api/openapi.json").await.is(200);
    let document: Value = served.read();
    assert_eq!(document["openapi"], "3.1.0");
    let (served, kept) = (served.text(), include_str!("../../openapi.json"));
    // Line by line: the whole of both would be all that one sees.
    let other = served
        .lines()
        .zip(kept.lines())
        .find(|(one, other)| one != other);
    assert_eq!(other, None, "cargo xtask generate openapi");
    assert_eq!(served.len(), kept.len());
}

#[actix_web::test]
async fn readiness_follows_the_database_the_schema_and_the_end() {
    let server = Server::new();
    let anonymous = server.anonymous();
    for path in ["/readyz", "/api/health", "/healthz"] {
        let health: Value = anonymous.get(path).await.ok();
        assert_eq!(health, json!({"status": "ok"}));
    }
    let newer = "insert into __diesel_schema_migrations (version) values ('99990101000000')";
    server.run(newer);
    anonymous.get("/readyz").await.problem(Code::Unavailable);
    server.run("delete from __diesel_schema_migrations where version = '99990101000000'");
    anonymous.get("/readyz").await.is(200);
    // Strangers may ask as often as they like: that writes nothing.
    let probe = server.files.join("readiness");
    let written = || std::fs::metadata(&probe).unwrap().modified().unwrap();
    let first = written();
    for _ in 0..5 {
        anonymous.get("/readyz").await.is(200);
    }
    assert_eq!(written(), first);
    std::fs::remove_dir_all(&server.files).unwrap();
    std::fs::write(&server.files, b"not a folder").unwrap();
    anonymous.get("/readyz").await.problem(Code::Unavailable);
    std::fs::remove_file(&server.files).unwrap();
    std::fs::create_dir_all(&server.files).unwrap();
    server.shared.app.live.stop();
    anonymous.get("/readyz").await.problem(Code::Unavailable);
    server
        .as_("lead")
        .get("/api/v1/stream")
        .await
        .problem(Code::Unavailable);
    anonymous.get("/healthz").await.is(200);
}

#[actix_web::test]
async fn without_a_database_the_answer_is_503_and_it_comes_soon() {
    let server = Server::new();
    let lead = server.as_("lead");
    lead.get("/api/v1/me").await.is(200);
    server.run("do $$ begin execute format('revoke connect on database %I from public, iit_app', current_database()); end $$;
        select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
    let begun = std::time::Instant::now();
    // The first may meet a connection that died.
    let mut answer = server.anonymous().get("/readyz").await;
    for _ in 0..20 {
        if answer.status == 503 {
            break;
        }
        answer = server.anonymous().get("/readyz").await;
    }
    assert_ne!(answer.header("retry-after"), "");
    answer.problem(Code::Unavailable);
    let answer = lead.get("/api/v1/issues").await;
    assert!(begun.elapsed().as_secs() < 15);
    answer.problem(Code::Unavailable);
    server.anonymous().get("/healthz").await.is(200);
    server.run("do $$ begin execute format('grant connect on database %I to public', current_database()); end $$");
    let begun = std::time::Instant::now();
    while lead.get("/api/v1/me").await.status != 200 {
        assert!(begun.elapsed().as_secs() < 15, "it comes back by itself");
    }
}

#[actix_web::test]
async fn figures_are_counted_by_route_not_by_path() {
    let server = Server::new();
    server.issue("lead", "ENG", "Counted").await;
    server.as_("lead").get("/api/v1/issues/ENG-1").await.is(200);
    let text = String::from_utf8(server.shared.app.metrics.text()).unwrap();
    assert!(text.contains("iit_issues_created_total 1"));
    assert!(text.contains("route=\"/api/v1/issues/{issue}\""));
    assert!(!text.contains("ENG-1"));
    server.shared.limiter.tidy();
}
