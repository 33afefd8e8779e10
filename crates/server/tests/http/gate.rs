//! What every request passes before its route, asked of every operation of the document.

use crate::harness::Server;
use crate::wire::{self, Wired};
use domain::problem::Code;
use domain::token::Scope;
use reqwest::Method;
use serde_json::{Value, json};

/// Every operation of the document: method and path with its parameters filled in.
fn operations() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path: Vec<&str> = path
            .split('/')
            .map(|segment| match segment {
                "{project}" => "ENG",
                "{issue}" => "ENG-1",
                "{user}" => "viewer",
                "{label}" | "{version}" => "ui",
                s if s.starts_with('{') => "01890000-0000-7000-8000-000000000000",
                s => s,
            })
            .collect();
        for method in item.as_object().unwrap().keys() {
            if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                all.push((method.to_uppercase(), path.join("/")));
            }
        }
    }
    assert!(all.len() > 80, "{}", all.len());
    all
}

/// Other spellings of a path: each segment encoded in some way, empty and dot segments before it.
fn spellings(path: &str) -> Vec<String> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let mut all = vec![format!("/{path}"), format!("{path}//")];
    for at in 0..segments.len() {
        let with = |segment: String| {
            let mut other: Vec<String> = segments.iter().map(ToString::to_string).collect();
            other[at] = segment;
            format!("/{}", other.join("/"))
        };
        let segment = segments[at];
        let (first, rest) = segment.split_at(1);
        let byte = first.as_bytes()[0];
        all.extend([
            with(format!("%{byte:02x}{rest}")),
            with(format!("%{byte:02X}{rest}")),
            // Overlong forms of the same letter.
            with(format!(
                "%{:02x}%{:02x}{rest}",
                0xc0 | byte >> 6,
                0x80 | byte & 0x3f
            )),
            with(format!("/{segment}")),
            with(format!("./{segment}")),
            with(format!("%2e/{segment}")),
            with(format!("x/../{segment}")),
            with(format!("x/%2E%2e/{segment}")),
            with(format!("{segment}%00")),
            with(format!("{segment}\\")),
        ]);
    }
    all
}

fn cookie(server: &Server, name: &str) -> String {
    format!("iit={}", server.token(server.person(name)))
}

fn foreign(server: &Server, method: &str, path: &str, hints: &[(&str, &str)]) -> Wired {
    let cookie = cookie(server, "admin");
    let mut headers = vec![
        ("Cookie", cookie.as_str()),
        ("Content-Type", "application/json"),
    ];
    headers.extend(hints);
    wire::request(&server.url, method, path, &headers, "{}")
}

const ELSEWHERE: &[(&str, &str)] = &[
    ("Origin", "http://evil.example"),
    ("Sec-Fetch-Site", "cross-site"),
];

/// T20, T23: neither the check of origin nor a limit depends on how an address is spelled.
#[actix_web::test]
async fn no_spelling_of_any_address_gets_round_the_gate() {
    let server = Server::new();
    server.issue("lead", "ENG", "Looked at").await;
    let before = server.test.digests();
    for (method, path) in operations() {
        let spellings = spellings(&path);
        // Every spelling once, the methods taken in turn by the addresses that have several.
        for other in &spellings {
            let answer = foreign(&server, &method, other, ELSEWHERE);
            assert_eq!(answer.status, 400, "{method} {other}: {}", answer.body);
            assert_eq!(answer.code(), "malformed-request", "{method} {other}");
        }
    }
    assert_eq!(server.test.digests(), before);
}

#[actix_web::test]
async fn whatever_changes_something_by_cookie_must_come_from_our_own_pages() {
    let server = Server::new();
    server.issue("lead", "ENG", "Looked at").await;
    let before = server.test.digests();
    let port = [
        ("Origin", "http://127.0.0.1:1"),
        ("Sec-Fetch-Site", "same-site"),
    ];
    let only_origin = [("Origin", "http://evil.example")];
    let null = [("Origin", "null")];
    let typed = [("Sec-Fetch-Site", "none")];
    let all: [&[(&str, &str)]; 6] = [ELSEWHERE, &port, &only_origin, &null, &typed, &[]];
    let mut elsewhere = operations();
    elsewhere.retain(|(method, _)| method != "GET");
    // Not only where there are operations.
    for path in [
        "/",
        "/issues/ENG-1",
        "/healthz",
        "/api/docs/",
        "/api/v1/nothing",
        "/API/v1/me",
    ] {
        for method in ["POST", "PATCH", "DELETE", "PUT", "FROB"] {
            elsewhere.push((method.to_string(), path.to_string()));
        }
    }
    for (method, path) in elsewhere {
        for hints in all {
            let answer = foreign(&server, &method, &path, hints);
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (403, "foreign-origin"),
                "{method} {path} {hints:?}: {}",
                answer.body
            );
        }
    }
    assert_eq!(server.test.digests(), before);
    // The same from our own page is judged by what it says.
    let own = [
        ("Origin", server.url.as_str()),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    let answer = foreign(&server, "PATCH", "/api/v1/me", &own);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = foreign(&server, "PATCH", "/api/v1/me", &own[..1]);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// T20: whatever the spelling, the request counts.
#[actix_web::test]
async fn every_spelling_counts() {
    let server = Server::with_passwords(&[
        ("IIT_LIMIT_ANONYMOUS", "20"),
        ("IIT_LIMIT_SIGN_IN", "3"),
        ("IIT_LIMIT_PAGES", "20"),
    ]);
    let body = json!({"identifier": "viewer", "password": "wrong wrong"}).to_string();
    let login = |path: &str| {
        let json = [("Content-Type", "application/json")];
        wire::request(&server.url, "POST", path, &json, &body)
    };
    for _ in 0..3 {
        assert_eq!(login("/api/v1/auth/login").status, 401);
    }
    assert_eq!(login("/api/v1/auth/login").status, 429);
    for other in [
        "/api/v1/auth/%6Cogin",
        "/%61pi/v1/auth/login",
        "/api/v1/auth//login",
    ] {
        assert_eq!(login(other).code(), "malformed-request", "{other}");
    }
    // A bucket fills up again while it is emptied.
    let spellings = ["/api/v1/m%65", "//api/v1/me", "/api/v1/./me", "/api/v1/me"];
    let refused = (0..60).any(|i| {
        let answer = wire::request(&server.url, "GET", spellings[i % 4], &[], "");
        answer.status == 429
    });
    assert!(refused, "other spellings are not counted");
    let pages = [
        "/",
        "/%69ssues",
        "/nothing.js",
        "/readyz",
        "/api/docs/",
        "/issues",
    ];
    let refused = (0..90).any(|i| {
        let answer = wire::request(&server.url, "GET", pages[i % 6], &[], "");
        answer.status == 429
    });
    assert!(refused, "pages are not counted");
}

#[actix_web::test]
async fn a_parameter_that_nobody_reads_is_refused_and_nothing_is_done() {
    let server = Server::new();
    let issue = server.issue("lead", "ENG", "Looked at").await;
    let admin = server.as_("admin");
    let before = server.test.digests();
    for (method, path) in operations() {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        for query in ["nonsense=1", "%6eonsense", "as_off=x&&", "Limit=1"] {
            let name = ["nonsense", "as_off", "Limit"]
                .into_iter()
                .find(|n| query.contains(&n[1..]))
                .unwrap();
            let request = admin.request(method.clone(), &format!("{path}?{query}"));
            let answer = admin.send(request.json(&json!({}))).await;
            let problem = answer.problem(Code::MalformedRequest);
            assert_eq!(problem.errors[0].pointer, format!("?{name}"), "{path}");
        }
    }
    // What looks like a rehearsal is none, so it is refused.
    let bulk = json!({"issues": [issue.key], "patch": {"priority": 1}});
    admin
        .post("/api/v1/issues/bulk?dry_run=true", bulk)
        .await
        .problem(Code::MalformedRequest);
    let to = json!({"project": "OPS"});
    admin
        .post(
            &format!("/api/v1/issues/{}/move?dry_run=true", issue.key),
            to,
        )
        .await
        .problem(Code::MalformedRequest);
    assert_eq!(server.test.digests(), before);
}

#[actix_web::test]
async fn head_is_get_without_a_body_and_options_names_the_methods() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Looked at").await;
    let at = format!("/api/v1/issues/{}", issue.key);
    for path in [
        at.as_str(),
        "/api/v1/issues",
        "/api/v1/issues/ENG-999",
        "/api/v1/nothing",
        "/readyz",
        "/healthz",
        "/api/openapi.json",
        "/api/docs/",
        "/api/v1/stream",
        "/",
    ] {
        let head = lead.send(lead.request(Method::HEAD, path)).await;
        assert!(head.body.is_empty(), "{path}");
        if path.ends_with("/stream") {
            assert_eq!(head.header("content-type"), "text/event-stream");
            continue;
        }
        let get = lead.get(path).await;
        assert_eq!(head.status, get.status, "{path}");
        for name in ["etag", "content-type", "content-length", "cache-control"] {
            if name == "content-length" && get.status >= 400 {
                continue;
            }
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
    for (path, allowed) in [
        (at.as_str(), "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/api/v1/issues/similar", "GET, HEAD, OPTIONS"),
        ("/api/v1/me/password", "OPTIONS, POST"),
        ("/readyz", "GET, HEAD, OPTIONS"),
        ("/issues", "GET, HEAD, OPTIONS"),
    ] {
        let options = lead.send(lead.request(Method::OPTIONS, path)).await.is(204);
        assert_eq!(options.header("allow"), allowed, "{path}");
        let odd = Method::from_bytes(b"FROB").unwrap();
        let wrong = lead.send(lead.request(odd, path)).await;
        assert_eq!(wrong.header("allow"), allowed, "{path}");
        wrong.problem(Code::MethodNotAllowed);
    }
    lead.delete("/api/v1/issues/similar")
        .await
        .problem(Code::MethodNotAllowed);
}

#[actix_web::test]
async fn strangers_cannot_grow_the_figures() {
    let server = Server::new();
    for i in 0..5 {
        let odd = format!("PXM{i}");
        wire::request(&server.url, &odd, "/api/v1/me", &[], "");
        wire::request(&server.url, &odd, "/no/such/page", &[], "");
        wire::request(&server.url, "GET", &format!("/api/v1/nothing-{i}"), &[], "");
    }
    let text = String::from_utf8(server.shared.app.metrics.text()).unwrap();
    assert!(!text.contains("PXM"), "{text}");
    assert!(!text.contains("nothing-"), "{text}");
    assert!(text.contains("method=\"other\""), "{text}");
}

#[actix_web::test]
async fn a_bearer_that_does_not_hold_is_named_as_the_reason() {
    let server = Server::with_passwords(&[]);
    let refusal = |answer: &crate::harness::Answer| answer.header("www-authenticate");
    let nobody = server.anonymous().get("/api/v1/me").await;
    assert_eq!(refusal(&nobody), "Bearer realm=\"issues\"");
    nobody.problem(Code::NotAuthenticated);
    let (id, token) = server.api_token(server.person("lead"), &[Scope::Read], None);
    server.bearing(&token).get("/api/v1/me").await.is(200);
    server
        .as_("lead")
        .delete(&format!("/api/v1/me/tokens/{id}"))
        .await
        .is(204);
    for bad in ["garbage", "", "a.b.c", "iit_garbage", token.as_str()] {
        let answer = server.bearing(bad).get("/api/v1/me").await;
        assert_eq!(
            refusal(&answer),
            "Bearer realm=\"issues\", error=\"invalid_token\"",
            "{bad}"
        );
        answer.problem(Code::InvalidToken);
    }
    // A cookie that ended is no bearer: the browser app asks to sign in again.
    let old = [("Cookie", "iit=garbage")];
    let answer = wire::request(&server.url, "GET", "/api/v1/me", &old, "");
    assert_eq!(answer.code(), "not-authenticated");
}

#[actix_web::test]
async fn bodies_come_unpacked_and_answers_go_packed_as_asked() {
    let server = Server::new();
    let lead = server.as_("lead");
    for i in 0..20 {
        server
            .issue("lead", "ENG", &format!("One of many {i}"))
            .await;
    }
    let packed = lead
        .request(Method::POST, "/api/v1/projects/ENG/issues")
        .header("content-encoding", "gzip")
        .header("content-type", "application/json");
    let answer = lead.send(packed.body(vec![0x1f, 0x8b, 0x08])).await;
    assert_eq!(answer.header("accept-encoding"), "identity");
    answer.problem(Code::UnsupportedMediaType);
    let plain = lead.get("/api/v1/issues").await.is(200);
    assert_eq!(plain.header("content-encoding"), "");
    for (accepted, form) in [
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip;q=0.5, br;q=0.9", "br"),
        ("gzip, br;q=0.1", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("zstd", ""),
        ("identity", ""),
    ] {
        let request = lead.request(Method::GET, "/api/v1/issues");
        let answer = lead.send(request.header("accept-encoding", accepted)).await;
        assert_eq!(
            answer.clone().is(200).header("content-encoding"),
            form,
            "{accepted}"
        );
        assert!(
            answer.header("vary").contains("Accept-Encoding"),
            "{accepted}"
        );
        if form.is_empty() {
            assert_eq!(answer.body, plain.body);
        } else {
            assert!(answer.body.len() * 2 < plain.body.len(), "{accepted}");
        }
    }
    // Small ones, files and streams are left alone.
    let request = lead
        .request(Method::GET, "/healthz")
        .header("accept-encoding", "gzip");
    assert_eq!(lead.send(request).await.header("content-encoding"), "");
}

#[actix_web::test]
async fn the_document_is_read_again_only_when_it_changed() {
    let server = Server::new();
    let anonymous = server.anonymous();
    let tag = anonymous.get("/api/openapi.json").await.is(200).etag();
    let again = |tag: String| {
        let request = anonymous.request(Method::GET, "/api/openapi.json");
        anonymous.send(request.header("if-none-match", tag))
    };
    assert!(again(tag.clone()).await.is(304).body.is_empty());
    again(format!("\"0-1\", W/{tag}")).await.is(304);
    again("\"0-1\"".into()).await.is(200);
}
