//! `iit` against a server: what it prints and how it fails.

use crate::harness::Server;
use clap::Parser as _;
use domain::token::Scope;
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
    assert_eq!(
        some.lines().count(),
        5,
        "with a head, and how many there are"
    );
    assert!(some.starts_with("KEY"));
}

#[actix_web::test]
async fn a_list_that_is_not_all_says_so_to_people_alone() {
    let server = Server::new();
    for n in 0..4 {
        server.issue("lead", "ENG", &format!("Number {n}")).await;
    }
    let (part, whole) = (["list", "-n", "3"], ["list", "-n", "4"]);
    let shown = iit_on(&server, "viewer", &part, true).await.unwrap();
    assert!(shown.ends_with("3 of 4; -n NUMBER shows more\n"), "{shown}");
    let shown = iit_on(&server, "viewer", &whole, true).await.unwrap();
    assert_eq!(shown.lines().count(), 5, "{shown}");
    let piped = iit(&server, "viewer", &part).await.unwrap();
    assert_eq!(piped.lines().count(), 3);
    let none = ["list", "title:nowhere"];
    let shown = iit_on(&server, "viewer", &none, true).await.unwrap();
    assert_eq!(shown, "Nothing matches.\n");
    assert_eq!(iit(&server, "viewer", &none).await.unwrap(), "");
}

#[actix_web::test]
async fn words_are_found_views_opened_and_comments_given_as_data() {
    let server = Server::new();
    let lead = server.as_("lead");
    for (project, title) in [("ENG", "Invoice is blank"), ("APP", "Other")] {
        server.issue("lead", project, title).await;
    }
    let long = format!("{}the invoice of May{}", "x ".repeat(60), " y".repeat(60));
    lead.comment("APP-1", json!({"body": long})).await;
    let found = iit(&server, "lead", &["search", "invo"]).await.unwrap();
    let rows: Vec<Vec<&str>> = found.lines().map(|l| l.split('\t').collect()).collect();
    assert_eq!((rows[0][0], rows[0][2]), ("ENG-1", "issue"));
    assert_eq!((rows[1][0], rows[1][2]), ("APP-1", "comment"));
    let shown = iit_on(&server, "lead", &["search", "invo", "-p", "APP"], true)
        .await
        .unwrap();
    let line = shown.lines().nth(1).unwrap();
    assert!(
        line.contains("…") && line.contains("the invoice of May") && line.len() < 140,
        "{shown}"
    );
    let none = iit_on(&server, "viewer", &["search", "nowhere"], true).await;
    assert_eq!(none.unwrap(), "Nothing matches.\n");

    let open = json!({"name": "Mine", "query": "is:open sort:title"});
    lead.post("/api/v1/views", open).await.is(201);
    let blank = json!({"name": "Blank ones", "query": "title:blank OR title:void", "project": "ENG", "shared": true});
    lead.post("/api/v1/views", blank).await.is(201);
    assert_eq!(
        iit(&server, "lead", &["views"]).await.unwrap(),
        "Mine\t-\town\tis:open sort:title\nBlank ones\tENG\tshared\ttitle:blank OR title:void\n"
    );
    let keys = async |words: &[&str]| -> Vec<String> {
        let listed = iit(&server, "lead", words).await.unwrap();
        let key = |line: &str| line.split('\t').next().unwrap().to_string();
        listed.lines().map(key).collect()
    };
    assert_eq!(keys(&["list", "--view", "mine"]).await, ["ENG-1", "APP-1"]);
    assert_eq!(keys(&["list", "--view", "blank ones"]).await, ["ENG-1"]);
    // A query narrows what the view finds, all of it.
    assert!(
        keys(&["list", "--view", "Blank ones", "severity:high"])
            .await
            .is_empty()
    );
    let (text, code) = iit(&server, "lead", &["list", "--view", "None such"])
        .await
        .unwrap_err();
    assert!(
        text.contains("there are: Mine, Blank ones") && code == 1,
        "{text}"
    );

    let read = iit(&server, "lead", &["show", "APP-1", "--comments", "--json"]).await;
    let read: Value = serde_json::from_str(&read.unwrap()).unwrap();
    assert_eq!(read["key"], json!("APP-1"));
    assert_eq!(read["comments"][0]["body"], json!(long));
    let me = iit(&server, "reporter", &["me"]).await.unwrap();
    assert!(
        me.starts_with("reporter  ") && me.contains("\nAPP\treporter\town issues\n"),
        "{me}"
    );
    assert!(!me.contains("SEC"));
}

#[actix_web::test]
async fn many_are_changed_and_one_is_moved_after_a_look_at_what_would_happen() {
    let server = Server::new();
    let lead = server.as_("lead");
    for title in ["One", "Two"] {
        server.issue("lead", "ENG", title).await;
    }
    for name in ["ui", "later"] {
        let at = "/api/v1/projects/ENG/labels";
        lead.post(at, json!({ "name": name })).await.is(201);
    }
    lead.patch(
        "/api/v1/issues/ENG-1",
        json!({"labels": ["ui"], "priority": 1}),
    )
    .await
    .is(200);
    let before = server.test.digests();
    let change = [
        "bulk",
        "is:open sort:key",
        "-p",
        "ENG",
        "priority=1",
        "labels+=later",
        "labels-=ui",
    ];
    let dry = [&change[..], &["--dry-run"]].concat();
    assert_eq!(
        iit(&server, "lead", &dry).await.unwrap(),
        "ENG-1\tlabels\tOne\nENG-2\tlabels, priority\tTwo\n"
    );
    let moving = ["move", "ENG-1", "OPS", "--dry-run"];
    let shown = iit(&server, "lead", &moving).await.unwrap();
    assert!(
        shown.starts_with("ENG-1 would become OPS-1; nothing was moved\n  note: ")
            && shown.contains("  lost: The label “ui” is dropped"),
        "{shown}"
    );
    assert_eq!(before, server.test.digests());

    let done = iit_on(&server, "lead", &change, true).await.unwrap();
    assert!(done.ends_with("2 done\n"), "{done}");
    let labels: Vec<String> = lead
        .issue("ENG-1")
        .await
        .labels
        .into_iter()
        .map(|l| l.name)
        .collect();
    assert_eq!(labels, ["later"]);
    assert_eq!(
        iit(&server, "lead", &["move", "eng-1", "OPS"])
            .await
            .unwrap(),
        "OPS-1\n"
    );
    // Its former key leads there.
    let set = ["set", "ENG-1", "severity=high"];
    assert_eq!(iit(&server, "lead", &set).await.unwrap(), "OPS-1\n");
    for (who, words, said, code) in [
        ("lead", vec!["bulk", "", "priority=1"], "which issues?", 2),
        (
            "lead",
            vec!["bulk", "sevrity:low", "priority=1"],
            "  ^^^^^^^",
            2,
        ),
        (
            "lead",
            vec!["bulk", "is:open", "status=under_review"],
            "cannot change that way, so nothing was changed",
            1,
        ),
        (
            "developer",
            vec!["bulk", "is:open", "priority=1"],
            "It takes the role maintainer",
            1,
        ),
        (
            "lead",
            vec!["move", "OPS-1", "NONE"],
            "error: project: There is no such project.",
            1,
        ),
    ] {
        let (text, exit) = iit(&server, who, &words).await.unwrap_err();
        assert!(
            text.contains(said) && exit == code,
            "{words:?}: {exit} {text}"
        );
    }
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
        ("viewer", vec!["show", "NONE-1"], "error: ", 1),
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
        ("lead", vec!["create", "ENG", " "], "error: title: ", 1),
        (
            "lead",
            vec!["comment", "ENG-1", ""],
            "error: body: This is needed.",
            1,
        ),
        (
            "lead",
            vec!["list", "--as-of", "yesterday"],
            "expected an instant such as",
            2,
        ),
        ("lead", vec!["list", "--limit", "x"], "invalid value", 2),
    ] {
        let (text, exit) = iit(&server, who, &words).await.unwrap_err();
        assert!(text.contains(said), "{words:?}: {text}");
        assert_eq!(exit, code, "{words:?}: {text}");
    }
    // Hidden and absent fail alike, and name what was asked for.
    let fails = async |key: &str| {
        let (text, code) = iit(&server, "viewer", &["show", key]).await.unwrap_err();
        assert!(
            text.starts_with(&format!("error: {key}: it does not exist")),
            "{text}"
        );
        (text.replace(key, ""), code)
    };
    assert_eq!(fails("SEC-1").await, fails("NONE-1").await);
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
    // A token that may only read may no more than that, whoever owns it.
    let (_, token) = server.api_token(server.person("lead"), &[Scope::Read], None);
    let read_only = async |words: &[&str]| {
        let start = ["iit", "--url", &server.url, "--token", &token];
        let arguments = cli::Arguments::try_parse_from(start.iter().chain(words)).unwrap();
        cli::run(arguments, false, &mut |_| Ok(())).await.unwrap()
    };
    let why = read_only(&["why", "ENG-1"]).await;
    assert!(!why.contains("yes\t"), "{why}");
    assert!(
        why.contains("no\tThis takes a token with the scope comments:write."),
        "{why}"
    );
    let why: Value = serde_json::from_str(&read_only(&["why", "ENG-1", "--json"]).await).unwrap();
    assert_eq!(why[0]["missing"], json!({"scope": "comments:write"}));
    assert!(read_only(&["me"]).await.contains("Token may   read\n"));
    let policy = iit(&server, "reporter", &["policy", "--json"])
        .await
        .unwrap();
    let told: Value = server.as_("admin").get("/api/v1/admin/policy").await.ok();
    assert_eq!(serde_json::from_str::<Value>(&policy).unwrap(), told);
}
