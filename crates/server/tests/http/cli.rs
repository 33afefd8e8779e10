//! `iit` against a server: what it prints and how it fails.

use crate::harness::Server;
use clap::Parser as _;
use serde_json::{Value, json};

/// What a command prints, or how it fails: text and exit code.
async fn iit(server: &Server, who: &str, words: &[&str]) -> Result<String, (String, u8)> {
    iit_on(server, who, words, false).await
}

async fn iit_on(
    server: &Server,
    who: &str,
    words: &[&str],
    terminal: bool,
) -> Result<String, (String, u8)> {
    let token = server.as_(who).bearer.unwrap();
    let start = ["iit", "--url", &server.url, "--token", &token];
    let arguments = cli::Arguments::try_parse_from(start.iter().chain(words))
        .map_err(|e| (e.to_string(), 2))?;
    let mut input = |text: &mut String| {
        text.push_str("From standard input");
        Ok(())
    };
    cli::run(arguments, terminal, &mut input)
        .await
        .map_err(|failure| (failure.to_string(), failure.code()))
}

#[actix_web::test]
async fn issues_are_reported_listed_changed_and_shown() {
    let server = Server::new();
    let made = iit(
        &server,
        "lead",
        &[
            "create",
            "ENG",
            "It does not start",
            "severity=high",
            "--stdin",
        ],
    )
    .await;
    assert_eq!(made.unwrap(), "ENG-1\n");
    let set = [
        "set",
        "eng-1",
        "priority=1",
        "assignee=@me",
        "status=assigned",
    ];
    assert_eq!(iit(&server, "lead", &set).await.unwrap(), "ENG-1\n");
    let listed = iit(&server, "viewer", &["list", "severity:high", "-p", "ENG"]).await;
    assert_eq!(
        listed.unwrap(),
        "ENG-1\tassigned\thighest\tlead\tIt does not start\n"
    );
    let said = iit(&server, "reporter", &["comment", "ENG-1"]).await;
    assert_eq!(said.unwrap(), "ENG-1\n");
    let shown = iit(&server, "viewer", &["show", "ENG-1", "--comments"])
        .await
        .unwrap();
    for part in [
        "ENG-1  It does not start",
        "Priority    highest",
        "From standard input",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let history = iit(&server, "viewer", &["history", "ENG-1"]).await.unwrap();
    assert!(
        history.contains("moved it from Open to Assigned"),
        "{history}"
    );
    let read: Value = serde_json::from_str(
        &iit(&server, "viewer", &["show", "ENG-1", "--json"])
            .await
            .unwrap(),
    )
    .unwrap();
    assert_eq!(read["status"]["slug"], json!("assigned"));
    let csv = iit(&server, "viewer", &["list", "--csv"]).await.unwrap();
    assert!(csv.lines().count() > 1 && csv.contains("It does not start"));
}

#[actix_web::test]
async fn more_than_a_page_is_listed_and_a_pipe_has_no_head() {
    let server = Server::new();
    for n in 0..105 {
        server.issue("lead", "ENG", &format!("Number {n}")).await;
    }
    let all = iit(&server, "viewer", &["list", "-n", "500"])
        .await
        .unwrap();
    assert_eq!(all.lines().count(), 105);
    let some = iit_on(&server, "viewer", &["list", "-n", "3"], true)
        .await
        .unwrap();
    assert_eq!(some.lines().count(), 4);
    assert!(some.starts_with("KEY"));
}

#[actix_web::test]
async fn refusals_say_why_with_an_exit_code() {
    let server = Server::new();
    server.issue("lead", "ENG", "One").await;
    server.issue("lead", "SEC", "Secret").await;
    for (who, words, said, code) in [
        (
            "viewer",
            vec!["list", "is:opne"],
            "Did you mean `open`?\n  is:opne\n     ^^^^",
            2,
        ),
        ("viewer", vec!["show", "SEC-1"], "error: ", 1),
        ("viewer", vec!["show", "XXX-1"], "error: ", 1),
        (
            "viewer",
            vec!["set", "ENG-1", "title=Mine"],
            "You may not edit the text of this issue. It takes the role",
            1,
        ),
        (
            "lead",
            vec!["set", "ENG-1", "status=under_review"],
            "From here it can go to: assigned",
            1,
        ),
        (
            "lead",
            vec!["set", "ENG-1", "severity=awful"],
            "severity is one of",
            2,
        ),
        ("lead", vec!["create", "ENG", " "], "error: ", 1),
        ("lead", vec!["list", "--limit", "x"], "invalid value", 2),
    ] {
        let (text, exit) = iit(&server, who, &words).await.unwrap_err();
        assert!(text.contains(said), "{words:?}: {text}");
        assert_eq!(exit, code, "{words:?}: {text}");
    }
    // Hidden and absent fail alike.
    let hidden = iit(&server, "viewer", &["show", "SEC-1"]).await;
    let absent = iit(&server, "viewer", &["show", "XXX-1"]).await;
    assert_eq!(hidden, absent);
}

#[actix_web::test]
async fn whoever_is_nobody_or_asks_nobody_is_told_so() {
    let server = Server::new();
    let run = async |url: &str, token: &str| {
        let words = ["iit", "--url", url, "--token", token, "list"];
        let arguments = cli::Arguments::try_parse_from(words).unwrap();
        let done = cli::run(arguments, false, &mut |_| Ok(())).await;
        done.map_err(|f| (f.to_string(), f.code())).unwrap_err()
    };
    let (text, code) = run(&server.url, "wrong").await;
    assert!(text.contains("IIT_TOKEN") && code == 1, "{text}");
    let (text, code) = run("http://127.0.0.1:1", "wrong").await;
    assert!(
        text.contains("no answer from http://127.0.0.1:1") && code == 3,
        "{text}"
    );
    // Something that answers and is not this API: a page.
    let (text, code) = run(&format!("{}/elsewhere", server.url), "wrong").await;
    assert!(code == 3 && text.contains("not this API"), "{text}");
    for (url, token) in [
        ("localhost", "x"),
        ("ftp://localhost", "x"),
        ("http://localhost", "a b"),
    ] {
        assert_eq!(run(url, token).await.1, 2, "{url} {token}");
    }
}

#[actix_web::test]
async fn rights_are_explained_by_the_same_table() {
    let server = Server::new();
    server.issue("lead", "ENG", "One").await;
    let why = iit(&server, "reporter", &["why", "ENG-1"]).await.unwrap();
    assert!(why.contains("yes\tYou may comment here."), "{why}");
    let refused = server
        .as_("reporter")
        .delete("/api/v1/issues/ENG-1")
        .await
        .problem(domain::problem::Code::Forbidden);
    let sentence = refused.detail.unwrap();
    assert!(
        why.contains(&format!("no\t{sentence}")),
        "{why}\n{sentence}"
    );
    let policy = iit(&server, "reporter", &["policy", "--json"])
        .await
        .unwrap();
    let told: Value = server.as_("admin").get("/api/v1/admin/policy").await.ok();
    assert_eq!(serde_json::from_str::<Value>(&policy).unwrap(), told);
}
