//! Requests as they stand on the wire: what client libraries would tidy up before they send it.

use crate::harness::Server;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What came back.
#[derive(Debug, Clone)]
pub struct Wired {
    pub status: u16,
    pub body: String,
}

impl Wired {
    /// The code of a problem, empty when it is none.
    pub fn code(&self) -> String {
        let problem: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        problem["code"].as_str().unwrap_or_default().to_string()
    }
}

/// Sends bytes and reads until the other end closes.
pub fn send(url: &str, bytes: &[u8]) -> Wired {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
    Wired {
        status: status.unwrap_or_default(),
        body: body.to_string(),
    }
}

/// One request with those headers and that body, after which the line is closed.
pub fn request(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Wired {
    let host = url.strip_prefix("http://").unwrap();
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    send(url, text.as_bytes())
}

/// Everything that comes until the other end closes.
fn exchange(url: &str, parts: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut answer = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        // A server that closes early may not want the rest.
        let _ = stream.write_all(part);
        if at + 1 < parts.len() {
            // The answer to this part, so that the next is sent to a line that is quiet.
            let mut buffer = [0; 65_536];
            let read = stream.read(&mut buffer).unwrap();
            answer.extend(&buffer[..read]);
        }
    }
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[actix_web::test]
async fn what_is_no_request_is_answered_with_a_problem_too() {
    let server = Server::new();
    let host = server.url.strip_prefix("http://").unwrap().to_string();
    let good = format!("GET /livez HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let long = format!(
        "GET / HTTP/1.1\r\nHost: {host}\r\nX-Long: {}\r\n\r\n",
        "x".repeat(400_000)
    );
    let cases: [(&[&[u8]], &str, u16, &str); 6] = [
        (
            &[b"nonsense\r\n\r\n"],
            "malformed-request",
            400,
            "Bad Request",
        ),
        (
            &[b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n"],
            "malformed-request",
            400,
            "Bad Request",
        ),
        (
            &[b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"],
            "malformed-request",
            400,
            "Bad Request",
        ),
        (
            &[long.as_bytes()],
            "head-too-large",
            431,
            "Request Header Fields Too Large",
        ),
        // After the time that a head may take.
        (
            &[b"GET /livez HT"],
            "request-timeout",
            408,
            "Request Timeout",
        ),
        // After a request that was well.
        (
            &[good.as_bytes(), b"nonsense\r\n\r\n"],
            "malformed-request",
            400,
            "Bad Request",
        ),
    ];
    for (parts, code, status, reason) in cases {
        let told = exchange(&server.url, parts);
        let start = told
            .rfind(&format!("HTTP/1.1 {status} "))
            .unwrap_or_else(|| panic!("{code}: {told:?}"));
        let whole = told[start..].split_once("\r\n\r\n");
        let (head, body) = whole.unwrap_or_else(|| panic!("{code}: {told:?}"));
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} {reason}\r\n")),
            "{head}"
        );
        for header in [
            "content-type: application/problem+json",
            "connection: close",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
        ] {
            assert!(head.contains(header), "{code}: {head}");
        }
        let problem: domain::problem::Problem = serde_json::from_str(body).unwrap();
        assert_eq!((problem.code.as_str(), problem.status), (code, status));
        assert!(!problem.request_id.is_empty());
        assert!(head.contains(&format!("x-request-id: {}", problem.request_id)));
    }
}

#[actix_web::test]
async fn a_file_that_looks_like_an_answer_arrives_as_it_is() {
    let server = Server::new();
    server.issue("lead", "ENG", "With a file").await;
    let lead = server.as_("lead");
    let bare = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    for times in [1, 2_000, 40_000] {
        let bytes = bare.repeat(times).into_bytes();
        let file = lead.upload("ENG-1", "answer.txt", &bytes).await;
        let path = format!("{}/content", file.header("location"));
        let path = match lead.get(&path).await.status {
            200 => path,
            _ => file.header("location"),
        };
        let got = lead.get(&path).await.is(200);
        assert_eq!(got.text().into_bytes(), bytes);
    }
}

#[actix_web::test]
async fn whoever_is_still_sending_gets_the_answer_all_the_same() {
    let server = Server::new();
    let host = server.url.strip_prefix("http://").unwrap();
    let length = 8_000_000;
    let head = format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    let body = vec![b'x'; length];
    for _ in 0..20 {
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    }
}
