//! Uploads within limits: of a form, of a day, of patience (T35); and rows and files that agree whatever
//! happened (T39).

use crate::harness::{Answer, Client, Server};
use domain::attachment::Attachment;
use domain::page::Page;
use domain::problem::Code;
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use server::doctor::{Finding, examine};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use testkit::Dice;

/// Sends the beginning of a request, and gives what comes back until the server closes.
fn begin(server: &Server, path: &str, headers: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let token = server.token(server.person("lead"));
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{headers}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = String::new();
    let mut buffer = [0; 4096];
    // Until the whole problem is there: a server that refused need not close at once.
    while !answer.contains("\"request_id\"") {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => answer.push_str(&String::from_utf8_lossy(&buffer[..n])),
            Err(error) => panic!("{error}: {answer}"),
        }
    }
    answer
}

const FORM: &str = "content-type: multipart/form-data; boundary=x";
const OPEN: &[u8] =
    b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nbytes";

#[actix_web::test]
async fn too_much_is_refused_before_it_comes_when_its_length_says_so() {
    let server = Server::with(&[("IIT_UPLOAD_LIMIT", "1000")]);
    let issue = server.issue("lead", "ENG", "Large").await.key;
    for path in [
        format!("/api/v1/issues/{issue}/attachments"),
        "/api/v1/projects/ENG/attachments".into(),
        "/api/v1/projects/ENG/issues".into(),
    ] {
        // Twenty files at the limit and what surrounds them; not one byte of it is sent.
        let headers = format!("{FORM}\r\ncontent-length: 1020001");
        let answer = begin(&server, &path, &headers, b"");
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer}");
    }
    assert_eq!(server.sql("select count(*) from attachment"), "0");
}

#[actix_web::test]
async fn too_much_is_cut_where_nobody_said_how_much_it_is() {
    let server = Server::with(&[("IIT_UPLOAD_LIMIT", "1000")]);
    let issue = server.issue("lead", "ENG", "Large").await.key;
    let path = format!("/api/v1/issues/{issue}/attachments");
    let mut chunked = format!("{:x}\r\n", OPEN.len() + 1000).into_bytes();
    chunked.extend_from_slice(OPEN);
    chunked.extend_from_slice(&[b'7'; 1000]);
    chunked.extend_from_slice(b"\r\n");
    // It goes on, as far as anybody knows.
    let headers = format!("{FORM}\r\ntransfer-encoding: chunked");
    let answer = begin(&server, &path, &headers, &chunked);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(server.sql("select count(*) from attachment"), "0");
    assert!(server.stored().is_empty());
}

#[actix_web::test]
async fn a_form_has_so_many_parts() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Parts").await.key;
    let files = (0..200).fold(Form::new(), |form, n| {
        form.part("file", Part::bytes(b"x".to_vec()).file_name(n.to_string()))
    });
    let path = format!("/api/v1/issues/{issue}/attachments");
    let sent = lead.request(Method::POST, &path).multipart(files);
    lead.send(sent).await.problem(Code::TooLarge);
    let fields = (0..200).fold(Form::new(), |form, n| form.text(format!("field{n}"), "x"));
    let sent = lead.request(Method::POST, "/api/v1/projects/ENG/issues");
    lead.send(sent.multipart(fields))
        .await
        .problem(Code::TooLarge);
    let large = Form::new().text("title", "x".repeat(100_001));
    let sent = lead.request(Method::POST, "/api/v1/projects/ENG/issues");
    lead.send(sent.multipart(large))
        .await
        .problem(Code::TooLarge);
    assert_eq!(server.sql("select count(*) from attachment"), "0");
    assert!(server.stored().is_empty());
}

#[actix_web::test]
async fn a_body_that_stops_coming_is_not_waited_for() {
    let server = Server::with(&[("IIT_BODY_TIMEOUT", "1s")]);
    let issue = server.issue("lead", "ENG", "Slow").await.key;
    let file = format!("/api/v1/issues/{issue}/attachments");
    let json = "content-type: application/json";
    for (path, kind, body) in [
        (file.as_str(), FORM, OPEN),
        ("/api/v1/projects/ENG/issues", FORM, OPEN),
        ("/api/v1/projects/ENG/issues", json, b"{\"title\":"),
    ] {
        let headers = format!("{kind}\r\ncontent-length: 5000");
        let answer = begin(&server, path, &headers, body);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{path}: {answer}");
        assert!(answer.contains("request-timeout"), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
    assert_eq!(server.sql("select count(*) from attachment"), "0");
    assert_eq!(server.sql("select count(*) from issue"), "1");
    assert!(server.stored().is_empty());
}

async fn add(client: &Client, issue: &str, bytes: usize) -> Answer {
    client.upload(issue, "a.bin", &vec![7; bytes]).await
}

#[actix_web::test]
async fn an_account_uploads_so_much_a_day_however_many_do_so_at_once() {
    let server = Server::with(&[("IIT_UPLOAD_DAILY", "1000")]);
    let (lead, dana) = (server.as_("lead"), server.as_("developer"));
    let issue = server.issue("lead", "ENG", "Quota").await.key;
    let sum = "select coalesce(sum(bytes), 0) from upload u join account a on a.id = u.account_id
               where a.username = 'lead'";
    // A tenth is left for fifty who want a twentieth each.
    add(&lead, &issue, 900).await.is(201);
    let all = join_all((0..50).map(|_| add(&lead, &issue, 50))).await;
    let taken = all.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((taken, server.sql(sum).as_str()), (2, "1000"));
    let stored = "select sum(size) from attachment";
    assert_eq!(server.sql(stored), "1000");
    assert_eq!(server.stored().len(), 3);
    for refused in all.into_iter().filter(|answer| answer.status != 201) {
        let wait: u32 = refused.header("retry-after").parse().unwrap();
        assert!((86_300..=86_400).contains(&wait), "{wait}");
        let problem = refused.problem(Code::UploadQuota);
        assert_eq!(problem.retry_after, Some(wait));
    }
    // Others have a quota of their own; a token shares its owner's.
    add(&dana, &issue, 1000).await.is(201);
    let scopes = [domain::token::Scope::IssuesWrite];
    let program = server.program(server.person("lead"), &scopes, None);
    add(&program, &issue, 1).await.problem(Code::UploadQuota);
    let draft = Form::new().part("file", Part::bytes(b"x".to_vec()).file_name("x"));
    let path = "/api/v1/projects/ENG/attachments";
    let sent = lead.request(Method::POST, path).multipart(draft);
    lead.send(sent).await.problem(Code::UploadQuota);
    // Removing is no way around it; a day is.
    let files: Page<Attachment> = lead
        .get(&format!("/api/v1/issues/{issue}/attachments"))
        .await
        .ok();
    let first = files.items.iter().find(|f| f.size == 900).unwrap();
    let at = format!("/api/v1/attachments/{}", first.id);
    lead.delete(&at).await.is(204);
    add(&lead, &issue, 1).await.problem(Code::UploadQuota);
    server.run("update upload set at = at - interval '23 hours' where bytes = 900");
    let wait: u32 = add(&lead, &issue, 900)
        .await
        .header("retry-after")
        .parse()
        .unwrap();
    assert!((3_500..=3_600).contains(&wait), "{wait}");
    server.run("update upload set at = at - interval '2 hours' where bytes = 900");
    add(&lead, &issue, 900).await.is(201);
    // More than ever fits does not come back tomorrow.
    let fresh = server.as_("maintainer");
    add(&fresh, &issue, 1001).await.problem(Code::TooLarge);
    // What is refused for another reason is not counted.
    let form = Form::new()
        .part("file", Part::bytes(vec![7; 10]).file_name("x"))
        .text("colour", "red");
    server.run("delete from upload");
    let sent = lead.request(Method::POST, "/api/v1/projects/ENG/issues");
    lead.send(sent.multipart(form)).await.is(422);
    assert_eq!(server.sql(sum), "0");
}

#[actix_web::test]
async fn whatever_is_added_and_removed_rows_and_files_agree() {
    let server = Server::with(&[("IIT_UPLOAD_LIMIT", "500")]);
    let people = ["lead", "developer", "maintainer"].map(|name| server.as_(name));
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(server.issue("lead", "ENG", "Busy").await.key);
    }
    let mut dice = Dice::new(39);
    let (mut files, mut drafts) = (Vec::<String>::new(), Vec::<String>::new());
    for _ in 0..60 {
        let mut steps = Vec::new();
        for _ in 0..4 {
            let client = dice.pick(&people).clone();
            let key = dice.pick(&keys).clone();
            let what = dice.below(6);
            let size = dice.below(700);
            let file = (!files.is_empty()).then(|| dice.pick(&files).clone());
            let draft = (!drafts.is_empty()).then(|| dice.pick(&drafts).clone());
            steps.push(async move {
                let path = format!("/api/v1/issues/{key}/comments");
                match (what, file, draft) {
                    (0, ..) => Some((false, add(&client, &key, size).await)),
                    (1, ..) => {
                        let part = Part::bytes(vec![7; size]).file_name("d");
                        let path = format!("/api/v1/issues/{key}/attachments?draft=true");
                        let form = Form::new().part("file", part);
                        let sent = client.request(Method::POST, &path).multipart(form);
                        Some((true, client.send(sent).await))
                    }
                    (2, Some(file), _) => {
                        client.delete(&file).await;
                        None
                    }
                    (3 | 4, _, Some(draft)) => {
                        let id = draft.rsplit('/').next();
                        let new =
                            json!({"body": "Text", "internal": what == 3, "attachments": [id]});
                        client.post(&path, new).await;
                        None
                    }
                    _ => {
                        let form = Form::new()
                            .part("file", Part::bytes(vec![7; size]).file_name("f"))
                            .text("title", "New");
                        let sent = client.request(Method::POST, "/api/v1/projects/ENG/issues");
                        client.send(sent.multipart(form)).await;
                        None
                    }
                }
            });
        }
        for (draft, answer) in join_all(steps).await.into_iter().flatten() {
            if answer.status == 201 {
                let at = answer.header("location");
                if draft {
                    drafts.push(at)
                } else {
                    files.push(at)
                }
            }
        }
    }
    let app = &server.shared.app;
    let report = examine(app, true).await.unwrap();
    assert_eq!(report.findings, []);
    assert!(
        report.rows > 50 && report.files >= report.rows,
        "{report:?}"
    );
    // What was removed goes, and they still agree.
    let gone = server
        .test
        .db()
        .write(store::attachments::sweepable)
        .unwrap();
    assert!(!gone.is_empty());
    for (id, key) in gone {
        app.blobs.delete(&key).await.unwrap();
        let forget = |tx: &mut store::Tx<'_>| store::attachments::forget(tx, id);
        server.test.db().write(forget).unwrap();
    }
    let report = examine(app, true).await.unwrap();
    assert_eq!((report.findings.len(), report.files), (0, report.rows));
    assert_eq!(server.stored().len(), report.files);
}

#[actix_web::test]
async fn the_doctor_names_what_does_not_agree() {
    let server = Server::new();
    let lead = server.as_("lead");
    let issue = server.issue("lead", "ENG", "Sick").await.key;
    let mut rows = Vec::new();
    for name in ["missing", "short", "other", "well"] {
        let draft = lead.draft(&issue, name, b"bytes").await;
        let key = format!(
            "select storage_key from attachment where id = '{}'",
            draft.id
        );
        rows.push((draft.id, server.sql(&key)));
    }
    let at = |key: &str| server.files.join(key);
    std::fs::remove_file(at(&rows[0].1)).unwrap();
    std::fs::write(at(&rows[1].1), b"byte").unwrap();
    std::fs::write(at(&rows[2].1), b"BYTES").unwrap();
    std::fs::create_dir_all(at("zz")).unwrap();
    std::fs::write(at("zz/unknown"), b"?").unwrap();
    std::fs::write(at("beside"), b"?").unwrap();
    let app = &server.shared.app;
    app.blobs.check().await.unwrap();
    let mut expected = vec![
        Finding::Missing(rows[0].0, rows[0].1.clone()),
        Finding::Length(rows[1].0, rows[1].1.clone()),
        Finding::Unknown("beside".into()),
        Finding::Unknown("zz/unknown".into()),
    ];
    let sorted = |mut all: Vec<Finding>| {
        all.sort_by_key(ToString::to_string);
        all
    };
    let report = examine(app, false).await.unwrap();
    assert_eq!(sorted(report.findings), sorted(expected.clone()));
    expected.push(Finding::Digest(rows[2].0, rows[2].1.clone()));
    let report = examine(app, true).await.unwrap();
    assert_eq!(sorted(report.findings), sorted(expected));
    assert_eq!((report.rows, report.files), (4, 5));
    let (code, told) = doctor(&server, &["--digests"]);
    assert_eq!((code, told.lines().count()), (Some(1), 5), "{told}");
    assert!(
        told.contains(&format!("missing\t{}\t{}\n", rows[0].1, rows[0].0)),
        "{told}"
    );
    for (id, _) in &rows[..3] {
        lead.delete(&format!("/api/v1/attachments/{id}"))
            .await
            .is(204);
    }
    for file in ["zz/unknown", "beside"] {
        std::fs::remove_file(at(file)).unwrap();
    }
    let (code, told) = doctor(&server, &[]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(told, "1 rows and 3 files agree.\n");
}

/// The command as people run it: its exit code and what it prints.
fn doctor(server: &Server, options: &[&str]) -> (Option<i32>, String) {
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_iit-server"))
        .arg("doctor")
        .args(options)
        .env("DATABASE_URL", server.test.config().url)
        .env("IIT_SECRET_KEY", crate::harness::SECRET)
        .env("IIT_STORAGE", format!("file:{}", server.files.display()))
        .env("IIT_LOG", "off")
        .output()
        .unwrap();
    (ran.status.code(), String::from_utf8(ran.stdout).unwrap())
}
