//! The live stream and its polling twin: what arrives, what must not, and when it ends.

use crate::harness::{Client, Server};
use domain::event::LiveEvent;
use domain::problem::Code;
use domain::token::Scope;
use domain::user::Role;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Longer than anything may take; reached only when something is wrong.
const PATIENCE: Duration = Duration::from_secs(8);

#[derive(Debug, Clone)]
pub struct Heard {
    pub id: String,
    pub event: String,
    pub data: String,
}

impl Heard {
    pub fn live(&self) -> LiveEvent {
        serde_json::from_str(&self.data).unwrap()
    }
}

/// An open stream.
pub struct Ear {
    response: reqwest::Response,
    buffer: String,
}

impl Ear {
    pub async fn open(client: &Client, last: Option<&str>) -> Self {
        let mut request = client.request(Method::GET, "/api/v1/stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self {
            response,
            buffer: String::new(),
        }
    }

    /// Opened, and its greeting heard.
    pub async fn ready(client: &Client) -> (Self, Heard) {
        let mut ear = Self::open(client, None).await;
        let hello = ear.next().await.expect("a greeting");
        assert_eq!(hello.event, "ready");
        (ear, hello)
    }

    /// The next event; `None` once the stream has ended.
    pub async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some((frame, rest)) = self.buffer.split_once("\n\n") {
                let field = |name: &str| {
                    let line = frame.lines().find_map(|l| l.strip_prefix(name));
                    line.unwrap_or_default().trim().to_string()
                };
                let heard = Heard {
                    id: field("id:"),
                    event: field("event:"),
                    data: field("data:"),
                };
                self.buffer = rest.to_string();
                if !heard.event.is_empty() {
                    return Some(heard);
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            match chunk.expect("something within the time") {
                Ok(Some(bytes)) => self.buffer.push_str(std::str::from_utf8(&bytes).unwrap()),
                _ => return None,
            }
        }
    }

    /// Everything up to an event that names this issue.
    pub async fn until(&mut self, issue: &str) -> Vec<Heard> {
        let mut all = Vec::new();
        loop {
            let heard = self.next().await.expect("a stream that goes on");
            let found = heard.data.contains(&format!("\"{issue}\""));
            all.push(heard);
            if found {
                return all;
            }
        }
    }
}

#[actix_web::test]
async fn changes_arrive_in_order_and_thin() {
    let server = Server::new();
    let (mut ear, _) = Ear::ready(&server.as_("viewer")).await;
    let issue = server
        .issue("lead", "ENG", "A title that does not travel")
        .await;
    let lead = server.as_("lead");
    let at = format!("/api/v1/issues/{}", issue.key);
    lead.patch(&at, json!({"severity": "high", "title": "Another"}))
        .await
        .is(200);
    lead.comment(&issue.key, json!({"body": "Said aloud"}))
        .await;
    lead.delete(&at).await.is(204);
    let mut kinds = Vec::new();
    let mut places = std::collections::HashSet::new();
    while kinds.len() < 5 {
        let heard = ear.next().await.unwrap();
        assert!(!heard.data.contains("title that") && !heard.data.contains("aloud"));
        assert!(
            places.insert(heard.id.clone()),
            "each has a place of its own"
        );
        let live = heard.live();
        assert_eq!(
            (live.project.as_deref(), live.issue.as_deref()),
            (Some("ENG"), Some("ENG-1"))
        );
        assert_eq!(live.actor.as_deref(), Some("lead"));
        kinds.push((heard.event, live.changed.unwrap_or_default()));
    }
    let kinds: Vec<(&str, &str)> = kinds
        .iter()
        .map(|(k, c)| (k.as_str(), c.as_str()))
        .collect();
    assert_eq!(kinds[0], ("issue.created", ""));
    let mut changed = [kinds[1].1, kinds[2].1];
    changed.sort_unstable();
    assert_eq!(changed, ["severity", "title"]);
    assert_eq!(
        (kinds[3].0, kinds[4].0),
        ("comment.created", "issue.deleted")
    );
}

#[actix_web::test]
async fn a_stream_goes_on_where_it_broke_off_without_gap_or_repeat() {
    let server = Server::new();
    let viewer = server.as_("viewer");
    let (mut ear, hello) = Ear::ready(&viewer).await;
    let mut last = hello.id;
    let mut heard = Vec::new();
    for round in 0..8 {
        for i in 0..3 {
            server.issue("lead", "ENG", &format!("{round} {i}")).await;
        }
        // It breaks off after one of three, and three more happen meanwhile.
        let one = ear.next().await.unwrap();
        last = one.id.clone();
        heard.push(one.live().issue.unwrap());
        drop(ear);
        ear = Ear::open(&viewer, Some(&last)).await;
        assert_eq!(ear.next().await.unwrap().event, "ready");
    }
    while heard.len() < 24 {
        heard.push(ear.next().await.unwrap().live().issue.unwrap());
    }
    let all: Vec<String> = (1..=24).map(|n| format!("ENG-{n}")).collect();
    assert_eq!(heard, all);
    for unknown in ["999999999", "-5", "abc", ""] {
        let mut ear = Ear::open(&viewer, Some(unknown)).await;
        assert_eq!(ear.next().await.unwrap().event, "reset", "{unknown}");
    }
    // Further behind than is worth replaying.
    server.run("select setval('event_seq', 50000)");
    server.issue("lead", "ENG", "Much later").await;
    server.settle();
    let mut ear = Ear::open(&viewer, Some(&last)).await;
    assert_eq!(ear.next().await.unwrap().event, "reset");
}

#[actix_web::test]
async fn everybody_hears_only_what_exists_for_them() {
    let server = Server::new();
    let (mut maria, _) = Ear::ready(&server.as_("maintainer")).await;
    let (mut rita, _) = Ear::ready(&server.as_("reporter")).await;
    let (mut dana, _) = Ear::ready(&server.as_("developer")).await;
    server.issue("lead", "SEC", "Private").await;
    server.issue("reporter2", "APP", "Of somebody else").await;
    let own = server.issue("reporter", "APP", "My own").await;
    let staff = server.as_("maintainer");
    staff
        .comment(&own.key, json!({"body": "note", "internal": true}))
        .await;
    staff.comment(&own.key, json!({"body": "answer"})).await;
    server.issue("lead", "ENG", "The end").await;
    let kinds = |all: Vec<Heard>| -> Vec<String> {
        all.into_iter()
            .map(|h| format!("{} {}", h.event, h.live().issue.unwrap_or_default()))
            .collect()
    };
    assert_eq!(
        kinds(rita.until("ENG-1").await),
        [
            "issue.created APP-2",
            "comment.created APP-2",
            "issue.created ENG-1"
        ]
    );
    assert_eq!(
        kinds(maria.until("ENG-1").await),
        [
            "issue.created APP-1",
            "issue.created APP-2",
            "comment.created APP-2",
            "comment.created APP-2",
            "issue.created ENG-1"
        ]
    );
    assert_eq!(kinds(dana.until("ENG-1").await)[0], "issue.created SEC-1");
}

/// The stream ends, or tells to start over, before the canary is heard.
async fn falls_silent(server: &Server, mut ear: Ear, canary: &str) {
    let begun = std::time::Instant::now();
    server.issue("lead", "SEC", canary).await;
    server.issue("lead", "ENG", "Heard by all").await;
    while let Some(heard) = ear.next().await {
        assert!(!heard.data.contains("SEC-"), "{heard:?}");
        if heard.event == "reset" || heard.data.contains("ENG-1") {
            break;
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[actix_web::test]
async fn a_stream_ends_with_what_allowed_it() {
    for fate in ["session", "password", "account", "membership", "control"] {
        let server = Server::new();
        let dana = server.as_("developer");
        let (mut ear, _) = Ear::ready(&dana).await;
        let admin = server.as_("admin");
        match fate {
            "session" => {
                let path = format!("/api/v1/me/sessions/{}", server.person("developer").session);
                dana.delete(&path).await.is(204);
            }
            "password" => {
                let new = json!({"password": "given by the admin"});
                admin.patch("/api/v1/users/developer", new).await.is(200);
            }
            "account" => {
                admin.delete("/api/v1/users/developer").await.is(204);
            }
            "membership" => {
                let path = "/api/v1/projects/SEC/members/developer";
                server.as_("lead").delete(path).await.is(204);
            }
            _ => {
                // Without any of that the canary is heard.
                server.issue("lead", "SEC", "Canary").await;
                ear.until("SEC-1").await;
                continue;
            }
        }
        if fate == "membership" {
            falls_silent(&server, ear, "Canary").await;
        } else {
            server.issue("lead", "SEC", "Canary").await;
            let begun = std::time::Instant::now();
            while let Some(heard) = ear.next().await {
                assert!(!heard.data.contains("SEC-"), "{fate}: {heard:?}");
            }
            assert!(begun.elapsed() < Duration::from_secs(5), "{fate}");
        }
    }
}

#[actix_web::test]
async fn whoever_gains_or_loses_a_project_is_told_every_time() {
    let server = Server::new();
    let (mut ear, _) = Ear::ready(&server.as_("developer")).await;
    let lead = server.as_("lead");
    let (all, one) = (
        "/api/v1/projects/SEC/members",
        "/api/v1/projects/SEC/members/developer",
    );
    // The news that rights changed comes together with the event of the change itself, which they
    // may not hear: often enough that the one must not drown the other.
    for round in 0..8 {
        lead.delete(one).await.is(204);
        told_to_start_over(&mut ear, &format!("out {round}")).await;
        let back = json!({"identifier": "developer", "role": "developer"});
        lead.post(all, back).await.is(201);
        told_to_start_over(&mut ear, &format!("in {round}")).await;
    }
}

#[actix_web::test]
async fn a_programs_stream_hears_its_project_and_ends_with_its_token() {
    for fate in [
        "revoked",
        "revoked elsewhere",
        "ended",
        "account",
        "account alone",
        "control",
    ] {
        let server = Server::new();
        let another = server.another();
        let lead = server.person("lead");
        let (id, text) = server.api_token(lead, &[Scope::Read], Some(server.cast.ops));
        let mut program = server.bearing(&text);
        if fate == "revoked elsewhere" {
            program = program.at(&another);
        }
        let (mut ear, _) = Ear::ready(&program).await;
        server.issue("developer", "ENG", "Elsewhere").await;
        server.issue("developer", "OPS", "Here").await;
        let heard = ear.until("OPS-1").await;
        assert!(
            heard.iter().all(|h| !h.data.contains("ENG")),
            "{fate}: {heard:?}"
        );
        match fate {
            "revoked" | "revoked elsewhere" => {
                let path = format!("/api/v1/me/tokens/{id}");
                server.as_("lead").delete(&path).await.is(204);
            }
            "ended" => server.run("update api_token set expires_at = clock_timestamp()"),
            "account" => {
                let path = "/api/v1/users/lead";
                server.as_("admin").delete(path).await.is(204);
            }
            "account alone" => {
                server.run("update account set active = false where username = 'lead'");
            }
            _ => {
                server.issue("developer", "OPS", "Again").await;
                ear.until("OPS-2").await;
                continue;
            }
        }
        let begun = std::time::Instant::now();
        while ear.next().await.is_some() {}
        assert!(begun.elapsed() < Duration::from_secs(5), "{fate}");
    }
}

#[actix_web::test]
async fn a_stream_hears_of_accounts_only_with_the_scope_for_them() {
    let server = Server::new();
    let admin = server.person("admin");
    let (mut reads, _) = Ear::ready(&server.program(admin, &[Scope::Read], None)).await;
    let (mut manages, _) = Ear::ready(&server.program(admin, &[Scope::Admin], None)).await;
    let role = json!({"role": "developer"});
    let at = "/api/v1/users/reporter";
    server.as_("admin").patch(at, role).await.is(200);
    server.issue("lead", "ENG", "The end").await;
    let accounts = |heard: Vec<Heard>| heard.iter().filter(|h| h.event == "user.updated").count();
    assert_eq!(accounts(reads.until("ENG-1").await), 0);
    assert_eq!(accounts(manages.until("ENG-1").await), 1);
}

/// Heard before or after one's own coming in, which is all else that may be heard here.
async fn told_to_start_over(ear: &mut Ear, when: &str) {
    loop {
        let heard = ear.next().await.unwrap();
        if heard.event == "reset" {
            return;
        }
        assert_eq!(heard.event, "member.added", "{when}");
    }
}

#[actix_web::test]
async fn a_session_that_ends_in_silence_ends_its_stream_too() {
    let server = Server::new();
    let (mut ear, _) = Ear::ready(&server.as_("developer")).await;
    // By another instance, without an event: the next look finds it.
    server.run("update session set revoked_at = clock_timestamp()");
    let begun = std::time::Instant::now();
    while ear.next().await.is_some() {}
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[actix_web::test]
async fn when_the_server_stops_streams_end() {
    let server = Server::new();
    let (mut ear, _) = Ear::ready(&server.as_("viewer")).await;
    server.shared.app.live.stop();
    while ear.next().await.is_some() {}
}

#[actix_web::test]
async fn polling_tells_the_same() {
    let server = Server::new();
    let rita = server.as_("reporter");
    let first: Value = rita.get("/api/v1/events").await.ok();
    assert_eq!(
        (first["items"].as_array().unwrap().len(), &first["reset"]),
        (0, &json!(false))
    );
    let mut cursor = first["cursor"].as_str().unwrap().to_string();
    // Waits for the first one.
    let wait = format!("/api/v1/events?after={cursor}&wait=30");
    let (polled, _) =
        futures_util::future::join(rita.get(&wait), server.issue("lead", "ENG", "New")).await;
    let polled: Value = polled.ok();
    assert_eq!(polled["items"][0]["issue"], json!("ENG-1"));
    cursor = polled["cursor"].as_str().unwrap().to_string();
    server.issue("reporter2", "APP", "Of somebody else").await;
    server.issue("lead", "SEC", "Private").await;
    server.issue("reporter", "APP", "My own").await;
    let mut keys = Vec::new();
    while !keys.contains(&json!("APP-2")) {
        let polled: Value = rita
            .get(&format!("/api/v1/events?after={cursor}&wait=5"))
            .await
            .ok();
        cursor = polled["cursor"].as_str().unwrap().to_string();
        keys.extend(
            polled["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|i| i["issue"].clone()),
        );
    }
    assert_eq!(keys, [json!("APP-2")]);
    let now: Value = rita
        .get(&format!("/api/v1/events?after={cursor}"))
        .await
        .ok();
    assert_eq!(now["items"], json!([]));
    // What no key of ours sealed is no place to go on from; a plain number least of all.
    let lost = "/api/v1/events?after=AAAAAAAAAAAAAAAAAAAAAA";
    let lost: Value = rita.get(lost).await.ok();
    assert_eq!(lost["reset"], json!(true));
    let plain = rita.get("/api/v1/events?after=1").await;
    assert_eq!(plain.invalid(), ["?after"]);
    // Nobody can tell from a place how much happened elsewhere.
    assert!(cursor.parse::<i64>().is_err() && cursor.len() == 22);
}

#[actix_web::test]
async fn only_admins_hear_about_accounts() {
    let server = Server::new();
    let (mut ada, _) = Ear::ready(&server.as_("admin")).await;
    let (mut maria, _) = Ear::ready(&server.as_("maintainer")).await;
    let admin = server.as_("admin");
    admin
        .patch("/api/v1/users/viewer", json!({"role": "reporter"}))
        .await
        .is(200);
    server.issue("lead", "ENG", "The end").await;
    assert_eq!(ada.until("ENG-1").await[0].event, "user.updated");
    let heard = maria.until("ENG-1").await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(Role::Admin > Role::Maintainer);
}

#[actix_web::test]
async fn nobody_takes_more_than_ten_streams() {
    let server = Server::new();
    let lead = server.as_("lead");
    let mut ears = Vec::new();
    for _ in 0..10 {
        ears.push(Ear::ready(&lead).await.0);
    }
    // By whatever they come.
    let program = server.program(server.person("lead"), &[Scope::Read], None);
    for client in [&lead, &program] {
        let refused = client.get("/api/v1/stream").await;
        assert_ne!(refused.header("retry-after"), "");
        let told = refused.problem(Code::Unavailable);
        assert!(told.detail.unwrap().contains("10 streams"));
    }
    Ear::ready(&server.as_("developer")).await;
    // A line that is closed is free again, as soon as something is sent there.
    ears.pop();
    let until = std::time::Instant::now() + PATIENCE;
    loop {
        server.issue("lead", "ENG", "Something is sent").await;
        let request = lead.request(Method::GET, "/api/v1/stream");
        if request.send().await.unwrap().status() == 200 {
            break;
        }
        assert!(std::time::Instant::now() < until, "the place stays taken");
    }
}
