//! Requests as they stand on the wire: what client libraries would tidy up before they send it.

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
