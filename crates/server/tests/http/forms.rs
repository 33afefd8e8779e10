//! Forms with files: all of one or nothing, in any order, once for each key.

use crate::harness::{Answer, Client, Server};
use domain::attachment::Attachment;
use domain::issue::Issue;
use domain::page::Page;
use domain::problem::Code;
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};

const APP: &str = "/api/v1/projects/APP/issues";

fn file(name: &str, bytes: &[u8]) -> Part {
    Part::bytes(bytes.to_vec()).file_name(name.to_string())
}

async fn send(client: &Client, path: &str, key: Option<&str>, form: Form) -> Answer {
    let mut request = client.request(Method::POST, path).multipart(form);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    client.send(request).await
}

async fn names(client: &Client, key: &str) -> Vec<String> {
    let path = format!("/api/v1/issues/{key}/attachments");
    let page: Page<Attachment> = client.get(&path).await.ok();
    page.items.into_iter().map(|f| f.file_name).collect()
}

/// Nothing of any form is left.
fn is_empty(server: &Server) {
    for table in ["issue", "attachment", "idempotency_key", "event"] {
        let left = server.sql(&format!("select count(*) from {table}"));
        // Projects were made before.
        let left = if table == "event" {
            server.sql("select count(*) from event where issue_id is not null")
        } else {
            left
        };
        assert_eq!(left, "0", "{table}");
    }
    assert!(server.stored().is_empty(), "{:?}", server.stored());
}

#[actix_web::test]
async fn fields_and_files_come_in_any_order() {
    let server = Server::new();
    let rita = server.as_("reporter");
    let form = Form::new()
        .part("file", file("one.txt", b"one"))
        .text("story_points", "3")
        .part("file", file("two.txt", b"two"))
        .text("title", "Files first")
        .text("project", "APP");
    let issue: Issue = send(&rita, "/api/v1/issues", None, form).await.made();
    assert_eq!(
        (issue.title.as_str(), issue.story_points),
        ("Files first", Some(3))
    );
    assert_eq!(issue.project, "APP");
    assert_eq!(names(&rita, &issue.key).await, ["one.txt", "two.txt"]);
    // Files of a form and drafts go together.
    let draft = rita.draft("APP", "draft.txt", b"draft").await;
    let form = Form::new()
        .part("file", file("form.txt", b"form"))
        .text("attachments", draft.id.to_string())
        .text("title", "Both");
    let issue: Issue = send(&rita, APP, None, form).await.made();
    let mut both = names(&rita, &issue.key).await;
    both.sort();
    assert_eq!(both, ["draft.txt", "form.txt"]);
}

#[actix_web::test]
async fn a_form_is_taken_as_a_whole_or_not_at_all() {
    let server = Server::with(&[("IIT_UPLOAD_LIMIT", "1000")]);
    let rita = server.as_("reporter");
    let good = || {
        Form::new()
            .text("title", "Good")
            .part("file", file("a", b"a"))
    };
    let pointers = |answer: Answer| answer.invalid();
    let unknown = good().text("colour", "red");
    assert_eq!(pointers(send(&rita, APP, None, unknown).await), ["/colour"]);
    let twice = good().text("title", "Again");
    let twice = send(&rita, APP, None, twice)
        .await
        .problem(Code::InvalidInput);
    assert_eq!(
        (
            twice.errors[0].pointer.as_str(),
            twice.errors[0].code.as_str()
        ),
        ("/title", "duplicate_field")
    );
    // Two spellings of one field are one field.
    let both = good().text("labels", "").text("tags", "");
    assert_eq!(pointers(send(&rita, APP, None, both).await), ["/labels"]);
    let other = good().part("picture", file("b.png", b"b"));
    assert_eq!(pointers(send(&rita, APP, None, other).await), ["/picture"]);
    let label = good().text("labels", "none-such");
    assert_eq!(pointers(send(&rita, APP, None, label).await), ["/labels"]);
    let large = good().part("file", file("large", &[7; 1001]));
    send(&rita, APP, None, large).await.problem(Code::TooLarge);
    let named = good().text("project", "APP");
    assert_eq!(pointers(send(&rita, APP, None, named).await), ["/project"]);
    let nowhere = send(&rita, "/api/v1/issues", None, good()).await;
    assert_eq!(pointers(nowhere), ["/project"]);
    let hidden = send(&rita, "/api/v1/projects/SEC/issues", None, good()).await;
    hidden.problem(Code::NotFound);
    let viewer = server.as_("viewer");
    send(&viewer, APP, None, good())
        .await
        .problem(Code::Forbidden);
    is_empty(&server);
    // The same for files of an issue.
    let issue = server.issue("reporter", "APP", "With files").await;
    let path = format!("/api/v1/issues/{}/attachments", issue.key);
    let form = Form::new()
        .part("file", file("a", b"a"))
        .part("file", file("large", &[7; 1001]));
    send(&rita, &path, None, form).await.problem(Code::TooLarge);
    let form = Form::new().part("file", file("a", b"a")).text("note", "x");
    assert_eq!(pointers(send(&rita, &path, None, form).await), ["/note"]);
    assert!(names(&rita, &issue.key).await.is_empty());
    assert!(server.stored().is_empty(), "{:?}", server.stored());
}

#[actix_web::test]
async fn a_form_is_taken_once_for_each_key() {
    let server = Server::new();
    let rita = server.as_("reporter");
    let form = |bytes: &[u8]| {
        Form::new()
            .text("title", "Once")
            .text("story_points", "3")
            .part("file", file("a.txt", bytes))
    };
    let all = join_all((0..8).map(|_| send(&rita, APP, Some("key"), form(b"same")))).await;
    let mut keys: Vec<String> = all
        .into_iter()
        .map(|answer| answer.made::<Issue>().key)
        .collect();
    keys.dedup();
    assert_eq!(keys, ["APP-1"]);
    let turned = Form::new()
        .part("file", file("a.txt", b"same"))
        .text("story_points", "3")
        .text("title", "Once");
    let again = send(&rita, APP, Some("key"), turned).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.made::<Issue>().key, "APP-1");
    let other = send(&rita, APP, Some("key"), form(b"other")).await;
    other.problem(Code::IdempotencyMismatch);
    let renamed = Form::new()
        .text("title", "Once")
        .text("story_points", "3")
        .part("file", file("b.txt", b"same"));
    let renamed = send(&rita, APP, Some("key"), renamed).await;
    renamed.problem(Code::IdempotencyMismatch);
    let wrong = send(&rita, APP, Some(""), form(b"same")).await;
    wrong.problem(Code::MalformedRequest);
    assert_eq!(server.sql("select count(*) from issue"), "1");
    assert_eq!(server.sql("select count(*) from attachment"), "1");
    assert_eq!(server.stored().len(), 1);
    // And files, of an issue and as drafts.
    for path in [
        "/api/v1/issues/APP-1/attachments",
        "/api/v1/issues/APP-1/attachments?draft=true",
        "/api/v1/projects/APP/attachments",
    ] {
        let form = || Form::new().part("file", file("c.txt", b"c"));
        let first: Page<Attachment> = send(&rita, path, Some(path), form()).await.made();
        let again = send(&rita, path, Some(path), form()).await;
        assert_eq!(again.header("idempotent-replayed"), "true", "{path}");
        assert_eq!(again.made::<Page<Attachment>>(), first, "{path}");
    }
    // A draft is another thing than a file.
    let path = "/api/v1/issues/APP-1/attachments";
    let form = Form::new().part("file", file("c.txt", b"c"));
    let draft = format!("{path}?draft=true");
    let mismatch = send(&rita, &draft, Some(path), form).await;
    mismatch.problem(Code::IdempotencyMismatch);
    assert_eq!(server.stored().len(), 4);
}

#[actix_web::test]
async fn a_file_may_have_its_name_in_the_extended_form_alone() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Names").await;
    let path = format!("/api/v1/issues/{}/attachments", issue.key);
    for (disposition, name) in [
        ("filename*=UTF-8''%e2%82%ac%20rates.txt", "€ rates.txt"),
        ("filename*=ISO-8859-1''%fcber.txt", "über.txt"),
        (
            "filename=\"plain.txt\"; filename*=UTF-8''b%c3%a9.txt",
            "bé.txt",
        ),
        ("filename=\"plain.txt\"", "plain.txt"),
    ] {
        let body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"file\"; {disposition}\r\n\r\nbytes\r\n--x--\r\n"
        );
        let kind = "multipart/form-data; boundary=x";
        let answer = lead.raw(Method::POST, &path, kind, body.into_bytes()).await;
        let added: Page<Attachment> = answer.made();
        assert_eq!(added.items[0].file_name, name, "{disposition}");
        assert_eq!(added.items[0].size, 5);
    }
}
