//! Just enough HTTP to ask our own server whether it is ready.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::proc::{self, Service};

/// The status of `GET path`, if there is an answer at all.
pub fn status(port: u16, path: &str) -> Option<u16> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).ok()?;
    let text = std::str::from_utf8(&answer).ok()?;
    text.split(' ').nth(1)?.parse().ok()
}

/// Waits until the service says that it is ready; an error when it ends before.
pub fn wait_until_ready(service: &mut Service, port: u16, patience: Duration) -> Result<()> {
    let end = Instant::now() + patience;
    while status(port, "/readyz") != Some(200) {
        if let Some(status) = service.ended() {
            bail!("the {} did not start ({status})", service.name());
        }
        if Instant::now() > end {
            bail!("the {} is not ready after {patience:?}", service.name());
        }
        proc::pause(Duration::from_millis(20))?;
    }
    Ok(())
}

pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A port nobody listens on. Somebody might take it before we do; then the server says so.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
