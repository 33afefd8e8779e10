//! The bytes of a file: whole, in part, or not again; and what is said when they are gone.

use crate::harness::{Answer, Client, Server};
use domain::attachment::Attachment;
use domain::page::Page;
use domain::problem::Code;
use reqwest::Method;

const BYTES: &[u8] = b"0123456789";

async fn stage() -> (Server, Client, Attachment, String) {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "With a file").await;
    let added: Page<Attachment> = lead.upload(&issue.key, "a.txt", BYTES).await.made();
    let file = added.items.into_iter().next().unwrap();
    let path = format!("/api/v1/attachments/{}", file.id);
    (server, lead, file, path)
}

async fn with(client: &Client, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = client.request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    client.send(request).await
}

#[actix_web::test]
async fn a_part_of_a_file_is_sent_as_such() {
    let (_server, lead, file, path) = stage().await;
    let tag = format!("\"{}\"", file.sha256);
    let whole = lead.get(&path).await.is(200);
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.etag(), tag);
    for (range, place, bytes) in [
        ("bytes=0-3", "bytes 0-3/10", "0123"),
        ("bytes=4-", "bytes 4-9/10", "456789"),
        ("bytes=-2", "bytes 8-9/10", "89"),
        ("bytes=8-100", "bytes 8-9/10", "89"),
    ] {
        let part = with(&lead, Method::GET, &path, &[("range", range)])
            .await
            .is(206);
        assert_eq!(part.header("content-range"), place, "{range}");
        assert_eq!(part.text(), bytes, "{range}");
        assert_eq!(part.header("content-length"), bytes.len().to_string());
        assert_eq!(part.etag(), tag);
        assert_eq!(
            part.header("content-disposition"),
            whole.header("content-disposition")
        );
    }
    for range in ["bytes=10-", "bytes=-0"] {
        let none = with(&lead, Method::GET, &path, &[("range", range)]).await;
        assert_eq!(none.header("content-range"), "bytes */10", "{range}");
        none.problem(Code::RangeNotSatisfiable);
    }
    // What is none is answered with everything.
    for range in ["bytes=0-1,3-4", "lines=0-1", "bytes=3-2", "bytes=x"] {
        let all = with(&lead, Method::GET, &path, &[("range", range)])
            .await
            .is(200);
        assert_eq!(all.body, BYTES, "{range}");
    }
    // A part of another file is no use to anybody.
    for (had, status) in [
        (tag.as_str(), 206),
        ("\"other\"", 200),
        (&format!("W/{tag}"), 200),
        ("Sat, 21 Nov 2026 00:00:00 GMT", 200),
    ] {
        let headers = [("range", "bytes=0-3"), ("if-range", had)];
        let answer = with(&lead, Method::GET, &path, &headers).await.is(status);
        assert_eq!(
            answer.body.len(),
            if status == 206 { 4 } else { 10 },
            "{had}"
        );
    }
    // Whoever has it all needs no part.
    let headers = [("range", "bytes=0-3"), ("if-none-match", tag.as_str())];
    with(&lead, Method::GET, &path, &headers).await.is(304);
    for had in [format!("\"x\", {tag}"), format!("W/{tag}"), "*".into()] {
        let same = with(&lead, Method::GET, &path, &[("if-none-match", &had)])
            .await
            .is(304);
        assert!(same.body.is_empty() && same.etag() == tag, "{had}");
    }
}

#[actix_web::test]
async fn its_head_is_told_without_a_look_at_its_bytes() {
    let (_server, lead, file, path) = stage().await;
    let head = with(&lead, Method::HEAD, &path, &[("range", "bytes=0-3")])
        .await
        .is(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("content-length"), "10");
    let whole = lead.get(&path).await.is(200);
    for name in [
        "etag",
        "content-type",
        "content-disposition",
        "accept-ranges",
    ] {
        assert_eq!(head.header(name), whole.header(name), "{name}");
    }
    let tag = format!("\"{}\"", file.sha256);
    let headers = [("if-none-match", tag.as_str())];
    with(&lead, Method::HEAD, &path, &headers).await.is(304);
}

#[actix_web::test]
async fn only_the_file_that_was_meant_is_removed() {
    let (server, lead, file, path) = stage().await;
    server.settle();
    let before = server.test.digests();
    for tag in ["\"other\"", "\"1\"", &format!("W/\"{}\"", file.sha256)] {
        let answer = with(&lead, Method::DELETE, &path, &[("if-match", tag)]).await;
        let problem = answer.problem(Code::EditConflict);
        let current: Attachment = serde_json::from_value(problem.current.unwrap()).unwrap();
        assert_eq!(current, file);
    }
    assert_eq!(before, server.test.digests());
    let viewer = server.as_("viewer");
    let answer = with(&viewer, Method::DELETE, &path, &[("if-match", "\"other\"")]).await;
    answer.problem(Code::Forbidden);
    let tags = format!("\"other\", \"{}\"", file.sha256);
    with(&lead, Method::DELETE, &path, &[("if-match", &tags)])
        .await
        .is(204);
}

#[actix_web::test]
async fn bytes_that_are_gone_are_absent_and_counted() {
    let (server, lead, _, path) = stage().await;
    let stored = server.stored();
    let missing = || server.shared.app.metrics.files_missing.get();
    std::fs::write(&stored[0], b"short").unwrap();
    lead.get(&path).await.problem(Code::NotFound);
    let behind = [("range", "bytes=8-9")];
    let answer = with(&lead, Method::GET, &path, &behind).await;
    answer.problem(Code::NotFound);
    std::fs::remove_file(&stored[0]).unwrap();
    lead.get(&path).await.problem(Code::NotFound);
    let part = with(&lead, Method::GET, &path, &[("range", "bytes=0-3")]).await;
    part.problem(Code::NotFound);
    assert_eq!(with(&lead, Method::HEAD, &path, &[]).await.status, 404);
    assert_eq!(missing(), 5);
    let figures = String::from_utf8(server.shared.app.metrics.text()).unwrap();
    assert!(figures.contains("iit_files_missing_total 5"), "{figures}");
    // What does not exist at all is no loss.
    let never = format!("/api/v1/attachments/{}", uuid::Uuid::now_v7());
    lead.get(&never).await.problem(Code::NotFound);
    assert_eq!(missing(), 5);
}
