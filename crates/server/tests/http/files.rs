//! Files: in and out as streams, never active, never under a name of the sender's.

use crate::harness::{Client, Server};
use domain::attachment::Attachment;
use domain::issue::Issue;
use domain::page::Page;
use domain::problem::Code;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

async fn files(client: &Client, issue: &str) -> Vec<Attachment> {
    let page: Page<Attachment> = client
        .get(&format!("/api/v1/issues/{issue}/attachments"))
        .await
        .ok();
    page.items
}

#[actix_web::test]
async fn a_file_comes_back_byte_for_byte_with_safe_headers() {
    let server = Server::new();
    let reporter = server.as_("reporter");
    let issue = server.issue("reporter", "APP", "With a file").await;
    let bytes: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
    let added: Page<Attachment> = reporter.upload(&issue.key, "data.bin", &bytes).await.made();
    let file = &added.items[0];
    assert_eq!(
        (file.size, file.file_name.as_str(), file.issue.as_deref()),
        (200_000, "data.bin", Some(issue.key.as_str()))
    );
    let path = format!("/api/v1/attachments/{}", file.id);
    let answer = reporter.get(&path).await.is(200);
    assert_eq!(answer.body, bytes);
    assert_eq!(answer.header("content-length"), "200000");
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert!(
        answer
            .header("content-disposition")
            .starts_with("attachment; ")
    );
    assert!(
        answer
            .header("content-security-policy")
            .starts_with("sandbox")
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.etag(), format!("\"{}\"", file.sha256));
    let again = reporter
        .request(Method::GET, &path)
        .header("if-none-match", answer.etag());
    reporter.send(again).await.is(304);

    // Those to whom the issue does not exist get what a random id gets.
    let hidden = server
        .as_("reporter2")
        .get(&path)
        .await
        .problem(Code::NotFound);
    let random = format!("/api/v1/attachments/{}", uuid::Uuid::now_v7());
    let absent = server
        .as_("reporter2")
        .get(&random)
        .await
        .problem(Code::NotFound);
    assert_eq!((hidden.detail, hidden.title), (absent.detail, absent.title));
    server
        .anonymous()
        .get(&path)
        .await
        .problem(Code::NotAuthenticated);

    // History tells of it, and of its removal.
    server
        .as_("reporter2")
        .delete(&path)
        .await
        .problem(Code::NotFound);
    server
        .as_("maintainer")
        .delete(&path)
        .await
        .problem(Code::Forbidden);
    reporter.delete(&path).await.is(204);
    reporter.get(&path).await.problem(Code::NotFound);
    assert!(files(&reporter, &issue.key).await.is_empty());
    let history: Value = reporter
        .get(&format!("/api/v1/issues/{}/events", issue.key))
        .await
        .ok();
    let said: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["sentence"].as_str().unwrap())
        .collect();
    assert_eq!(
        said,
        [
            "reported it",
            "added the file data.bin",
            "removed the file data.bin"
        ]
    );
}

#[actix_web::test]
async fn what_could_run_is_never_shown_in_a_page() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Active files").await;
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    for (name, bytes, inline) in [
        ("page.html", b"<script>alert(1)</script>".to_vec(), false),
        (
            "picture.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            false,
        ),
        ("picture.png", b"<script>alert(1)</script>".to_vec(), false),
        ("data.xml", b"<?xml version='1.0'?><x/>".to_vec(), false),
        ("page.txt", b"<script>alert(1)</script>".to_vec(), false),
        ("real.html", png, true),
    ] {
        let added: Page<Attachment> = lead.upload(&issue.key, name, &bytes).await.made();
        let answer = lead
            .get(&format!("/api/v1/attachments/{}", added.items[0].id))
            .await
            .is(200);
        let disposition = answer.header("content-disposition");
        assert_eq!(
            disposition.starts_with("inline"),
            inline,
            "{name}: {disposition}"
        );
        let kind = answer.header("content-type");
        assert!(
            !["text/html", "image/svg+xml", "text/xml", "application/xml"].contains(&kind.as_str()),
            "{name}: {kind}"
        );
    }
}

#[actix_web::test]
async fn hostile_names_reach_neither_the_disk_nor_a_header() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Names").await;
    for name in [
        "../../etc/passwd",
        "..\\..\\boot.ini",
        "/etc/shadow",
        "exe.\u{202e}gpj",
        "a\";x=\"b.txt",
        "CON",
        "%2e%2e%2fx",
        &"n".repeat(300),
        "…ü.txt",
    ] {
        let added: Page<Attachment> = lead.upload(&issue.key, name, b"x").await.made();
        let file = &added.items[0];
        assert!(
            !file.file_name.contains(['/', '\\', '\u{202e}']),
            "{}",
            file.file_name
        );
        let answer = lead
            .get(&format!("/api/v1/attachments/{}", file.id))
            .await
            .is(200);
        let header = answer.header("content-disposition");
        assert!(
            header.is_ascii()
                && header.contains("\"; filename*=UTF-8''")
                && header.matches('"').count() == 2,
            "{header}"
        );
    }
    for path in server.stored() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit()),
            "{name}"
        );
    }
}

#[actix_web::test]
async fn a_file_over_the_limit_leaves_nothing() {
    let server = Server::with(&[("IIT_UPLOAD_LIMIT", "1000")]);
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Too large").await;
    lead.upload(&issue.key, "large.bin", &[7; 1001])
        .await
        .problem(Code::TooLarge);
    assert_eq!(server.sql("select count(*) from attachment"), "0");
    assert!(server.stored().is_empty(), "{:?}", server.stored());
    lead.upload(&issue.key, "fits.bin", &[7; 1000])
        .await
        .is(201);
    assert_eq!(files(&lead, &issue.key).await.len(), 1);
}

#[actix_web::test]
async fn a_form_reports_an_issue_with_its_files() {
    let server = Server::new();
    let reporter = server.as_("reporter");
    let form = Form::new()
        .text("title", "From a form")
        .text("description", "**bold**")
        .text("labels", "")
        .text("story_points", "3")
        .part("file", Part::bytes(b"one".to_vec()).file_name("one.txt"))
        .part("file", Part::bytes(b"two".to_vec()).file_name("two.txt"));
    let request = reporter
        .request(Method::POST, "/api/v1/projects/APP/issues")
        .multipart(form);
    let issue: Issue = reporter.send(request).await.made();
    assert_eq!(
        (issue.title.as_str(), issue.story_points),
        ("From a form", Some(3))
    );
    let names: Vec<_> = files(&reporter, &issue.key)
        .await
        .into_iter()
        .map(|f| f.file_name)
        .collect();
    assert_eq!(names, ["one.txt", "two.txt"]);

    let plain = Form::new()
        .text("title", "Without files")
        .text("project", "APP");
    let request = reporter
        .request(Method::POST, "/api/v1/issues")
        .multipart(plain);
    reporter.send(request).await.is(201);
    let untitled = Form::new().part("file", Part::bytes(b"x".to_vec()).file_name("x"));
    let request = reporter
        .request(Method::POST, "/api/v1/projects/APP/issues")
        .multipart(untitled);
    assert_eq!(reporter.send(request).await.invalid(), ["/title"]);
}

#[actix_web::test]
async fn a_form_that_is_none_is_refused() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Forms").await;
    let path = format!("/api/v1/issues/{}/attachments", issue.key);
    lead.post(&path, json!({"file": "x"}))
        .await
        .problem(Code::UnsupportedMediaType);
    let other = lead
        .request(Method::POST, &path)
        .multipart(Form::new().text("picture", "x"));
    assert_eq!(lead.send(other).await.invalid(), ["/picture"]);
    let empty = lead.request(Method::POST, &path).multipart(Form::new());
    let answer = lead.send(empty).await;
    assert!((400..500).contains(&answer.status), "{}", answer.text());
    let broken = lead
        .raw(
            Method::POST,
            &path,
            "multipart/form-data; boundary=x",
            b"--x\r\nbroken".to_vec(),
        )
        .await;
    assert_eq!(broken.status, 400, "{}", broken.text());
    server
        .as_("viewer")
        .upload(&issue.key, "x.txt", b"x")
        .await
        .problem(Code::Forbidden);
    lead.delete(&format!("/api/v1/issues/{}", issue.key))
        .await
        .is(204);
    lead.upload(&issue.key, "late.txt", b"x")
        .await
        .problem(Code::Conflict);
    assert!(server.stored().is_empty());
}
