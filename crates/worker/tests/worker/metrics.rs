//! What Prometheus reads.

use crate::{job, worker_with};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use store::blobs::Blobs;
use store::{Db, DbConfig};
use testkit::{TestDb, cast, sql, work};
use worker::metrics::{self, Metrics, NAMES};
use worker::runner::{Runner, Stop};

fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn scrape(address: SocketAddr) -> String {
    ask(address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
}

#[test]
fn runs_durations_and_the_lag_of_events_are_told() {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    work::issue(&db, cast.app, &cast.reporter, "Not yet delivered");
    sql::run(
        &mut test.superuser(),
        "insert into event (id, kind, at) values (gen_random_uuid(), 'stats.updated', now() - interval '90 seconds')",
    )
    .unwrap();
    let metrics = Metrics::new().unwrap();
    let _rows = worker_with(&db, Blobs::in_memory(), Stop::default());
    let runner = Runner::new(
        db.clone(),
        Blobs::in_memory(),
        metrics.clone(),
        Duration::from_secs(60),
        Stop::default(),
    )
    .unwrap();
    let address = metrics::serve("127.0.0.1:0".parse().unwrap(), metrics, db.clone()).unwrap();
    runner.run(job("prune"), true);
    runner.run(job("prune"), true);
    let text = scrape(address);
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    for name in NAMES {
        assert!(
            text.contains(&format!("# HELP {name} ")),
            "{name} in {text}"
        );
    }
    assert!(text.contains("job_runs_total{job=\"prune\",outcome=\"ok\"} 2"));
    assert!(text.contains("job_duration_seconds_count{job=\"prune\"} 2"));
    let lag: f64 = text
        .lines()
        .find_map(|line| line.strip_prefix("events_lag_seconds "))
        .unwrap()
        .parse()
        .unwrap();
    assert!((90.0..300.0).contains(&lag), "{lag}");
    // Nothing else is here, and whoever talks nonsense harms nobody.
    for request in [
        "GET / HTTP/1.1\r\n\r\n",
        "POST /metrics HTTP/1.1\r\n\r\n",
        "\r\n\r\n",
    ] {
        assert!(
            ask(address, request).starts_with("HTTP/1.1 404"),
            "{request:?}"
        );
    }
    drop(TcpStream::connect(address).unwrap());
    assert!(scrape(address).contains("job_runs_total"));
}

#[test]
fn what_is_counted_is_told_even_while_the_database_is_away() {
    let db = Db::open(&DbConfig::new("postgres://nobody@%2Fnowhere/nothing"));
    let metrics = Metrics::new().unwrap();
    metrics.ran("rollup", true, Duration::from_millis(5));
    let address = metrics::serve("127.0.0.1:0".parse().unwrap(), metrics, db).unwrap();
    assert!(scrape(address).contains("job_runs_total{job=\"rollup\",outcome=\"failed\"} 1"));
}
