//! Guessing passwords: it is slow whether the name exists or not, is written down, and keeps nobody out
//! who comes from where they always come from.

use crate::harness::{Answer, Client, PASSWORD, Server};
use domain::problem::Code;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

const WRONG: &str = "a wrong password";
const DOOR: &str = "/api/v1/auth/login";

async fn sign_in(client: &Client, name: &str, password: &str, device: &str) -> Answer {
    let body = json!({"identifier": name, "password": password});
    let request = client.request(Method::POST, DOOR).json(&body);
    client.send(request.header("cookie", device)).await
}

/// What a browser keeps of a sign-in besides the session.
fn device(answer: &Answer) -> String {
    let set = answer.headers.get_all("set-cookie").iter();
    let mut cookies = set.filter_map(|v| v.to_str().ok()?.split(';').next());
    let found = cookies.find(|cookie| cookie.starts_with("iit-device="));
    found.unwrap().to_string()
}

#[actix_web::test]
async fn names_that_nobody_has_are_slowed_down_like_others() {
    let server = Server::with_passwords(&[]);
    let anonymous = server.anonymous();
    server.run("update account set active = false where username = 'viewer'");
    let mut stories = Vec::new();
    for name in ["lead", "viewer", "nobody_at_all", "nobody@example.com"] {
        let mut story = Vec::new();
        for _ in 0..7 {
            let answer = sign_in(&anonymous, name, WRONG, "").await;
            let mut said = answer.read::<serde_json::Value>();
            said["request_id"].take();
            story.push((answer.status, answer.header("retry-after"), said));
        }
        stories.push(story);
    }
    let statuses: Vec<u16> = stories[0].iter().map(|(status, ..)| *status).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429]);
    assert_eq!(stories[0][5].1, "1");
    for other in &stories[1..] {
        assert_eq!(*other, stories[0]);
    }
    // Even the right password waits; others do not.
    sign_in(&anonymous, "lead", PASSWORD, "")
        .await
        .problem(Code::TooManyRequests);
    sign_in(&anonymous, "reporter", PASSWORD, "").await.is(200);
    server.run("update sign_in_attempt set free_at = now()");
    sign_in(&anonymous, "lead", PASSWORD, "").await.is(200);
    // What was right begins anew.
    for _ in 0..5 {
        sign_in(&anonymous, "lead", WRONG, "")
            .await
            .problem(Code::WrongCredentials);
    }
    let typed = "select count(*) from sign_in_attempt where encode(key, 'escape') like '%nobody%'";
    assert_eq!(server.sql(typed), "0");
}

#[actix_web::test]
async fn guesses_at_once_are_all_counted_and_hardly_any_is_looked_at() {
    let server = Server::with_passwords(&[]);
    let kept = device(&sign_in(&server.anonymous(), "lead", PASSWORD, "").await);
    let clients: Vec<Client> = (0..100).map(|_| server.anonymous()).collect();
    let asked = clients.iter().map(|client| async {
        // The door has only so many places: whoever finds it full knocks again.
        loop {
            let answer = sign_in(client, "lead", WRONG, "").await;
            if answer.status != 503 {
                return answer.status;
            }
        }
    });
    let told = join_all(asked).await;
    assert!(
        told.iter().all(|status| [401, 429].contains(status)),
        "{told:?}"
    );
    let looked_at = told.iter().filter(|status| **status == 401).count();
    assert!((5..=10).contains(&looked_at), "{looked_at}");
    let counted = server.sql("select max(attempts) from sign_in_attempt");
    assert!(counted.parse::<u32>().unwrap() >= 100, "{counted}");
    // Whoever has signed in here before comes in all the while, and others with their cookie do not.
    sign_in(&server.anonymous(), "lead", PASSWORD, "")
        .await
        .problem(Code::TooManyRequests);
    let again = sign_in(&server.anonymous(), "lead", PASSWORD, &kept)
        .await
        .is(200);
    assert_eq!(device(&again).len(), kept.len());
    let forged = format!("{}x", &kept[..kept.len() - 1]);
    sign_in(&server.anonymous(), "lead", PASSWORD, &forged)
        .await
        .problem(Code::TooManyRequests);
    // A device has its own five, and those of another account are not among them.
    for _ in 0..5 {
        sign_in(&server.anonymous(), "lead", WRONG, &kept)
            .await
            .problem(Code::WrongCredentials);
    }
    sign_in(&server.anonymous(), "lead", PASSWORD, &kept)
        .await
        .problem(Code::TooManyRequests);
    for _ in 0..5 {
        sign_in(&server.anonymous(), "reporter", WRONG, &kept)
            .await
            .problem(Code::WrongCredentials);
    }
    sign_in(&server.anonymous(), "reporter", PASSWORD, "")
        .await
        .problem(Code::TooManyRequests);
}

#[actix_web::test]
async fn whoever_sits_at_an_open_session_does_not_guess_its_password() {
    let server = Server::with_passwords(&[]);
    let lead = server.as_("lead");
    let change = |current: &str| {
        lead.post(
            "/api/v1/me/password",
            json!({"current": current, "new": "another good password"}),
        )
    };
    for _ in 0..5 {
        assert_eq!(change(WRONG).await.invalid(), ["/current"]);
    }
    let told = change(PASSWORD).await;
    assert_eq!(told.header("retry-after"), "1");
    told.problem(Code::TooManyRequests);
    let written = "select count(*) from audit_entry a join account t on t.id = a.target_id
                   where a.kind = 'sign_in.failed' and a.detail->>'reason' = 'session' and t.username = 'lead'";
    assert_eq!(server.sql(written), "5");
    server.run("update sign_in_attempt set free_at = now()");
    change(PASSWORD).await.is(204);
    assert_eq!(server.sql("select count(*) from sign_in_attempt"), "0");
}

#[actix_web::test]
async fn whoever_registers_by_an_address_waits_for_an_admin() {
    let server = Server::with(&[("IIT_REGISTRATION", "domains:a.org")]);
    let anonymous = server.anonymous();
    let form = json!({"username": "newcomer", "email": "newcomer@a.org", "password": PASSWORD});
    let user: domain::user::User = anonymous.post("/api/v1/auth/register", form).await.made();
    assert!(!user.active && user.awaits_admin);
    // Only whoever knows the password learns that there is somebody who waits.
    sign_in(&anonymous, "newcomer", WRONG, "")
        .await
        .problem(Code::WrongCredentials);
    sign_in(&anonymous, "newcomer", PASSWORD, "")
        .await
        .problem(Code::AwaitsAdmin);
    let path = format!("/api/v1/users/{}", user.id);
    let (admin, lead) = (server.as_("admin"), server.as_("lead"));
    let seen: domain::user::User = admin.get(&path).await.ok();
    assert!(seen.awaits_admin);
    let seen: domain::user::User = lead.get(&path).await.ok();
    assert!(!seen.awaits_admin);
    let let_in = admin.patch(&path, json!({"active": true})).await;
    let user: domain::user::User = let_in.ok();
    assert!(user.active && !user.awaits_admin);
    sign_in(&anonymous, "newcomer", PASSWORD, "").await.is(200);
}
