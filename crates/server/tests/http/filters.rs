//! The filter language over HTTP: `q` on lists, mistakes with their place.

use crate::harness::{Client, Server};
use domain::issue::IssueRow;
use domain::page::Page;
use domain::problem::Code;
use serde_json::json;

const ENG: &str = "/api/v1/projects/ENG/issues";

/// Titles that a list shows, by key.
async fn titles(client: &Client, query: &str) -> Vec<String> {
    let page: Page<IssueRow> = client.get(&format!("/api/v1/issues?{query}")).await.ok();
    assert_eq!(page.total.count, page.items.len() as i64, "{query}");
    page.items.into_iter().map(|i| i.title).collect()
}

fn q(text: &str) -> String {
    let url = reqwest::Url::parse_with_params("http://here/", [("q", text)]).unwrap();
    url.query().unwrap().to_string()
}

#[actix_web::test]
async fn q_finds_what_it_says_together_with_the_other_filters() {
    let server = Server::new();
    let lead = server.as_("lead");
    let label = json!({"name": "needs design"});
    lead.post("/api/v1/projects/ENG/labels", label)
        .await
        .is(201);
    for body in [
        json!({"title": "Invoice is blank", "severity": "critical", "assignee": "lead"}),
        json!({"title": "Wrong total", "description": "On the invoice.", "labels": ["needs design"]}),
        json!({"title": "Slow start", "severity": "high", "priority": 1}),
    ] {
        lead.post(ENG, body).await.is(201);
    }
    lead.patch("/api/v1/issues/ENG-3", json!({"severity": "low"}))
        .await
        .is(200);
    lead.comment(
        "ENG-3",
        json!({"body": "It is the *cache*.", "internal": true}),
    )
    .await;
    let sorted = |text: &str| format!("{}&sort=key", q(text));
    for (text, expected) in [
        ("invo", &["Invoice is blank", "Wrong total"][..]),
        ("\"the invoice\"", &["Wrong total"]),
        (
            "assignee:@me OR label:\"needs design\"",
            &["Invoice is blank", "Wrong total"],
        ),
        ("-invoice", &["Slow start"]),
        ("was:severity=high", &["Slow start"]),
        ("changed:severity -severity:high", &["Slow start"]),
        ("priority:<=2 created:today", &["Slow start"]),
        ("ENG-2", &["Wrong total"]),
        ("cache", &["Slow start"]),
        ("is:mine severity:>=high", &["Invoice is blank"]),
        (
            "sort:-key is:open",
            &["Slow start", "Wrong total", "Invoice is blank"],
        ),
        ("parent:ENG-1 OR project:NOPE", &[]),
    ] {
        let query = if text.contains("sort:") {
            q(text)
        } else {
            sorted(text)
        };
        assert_eq!(titles(&lead, &query).await, expected, "{text}");
    }
    let both = format!("{}&severity=low&project=ENG&sort=key", q("invoice"));
    assert_eq!(titles(&lead, &both).await, ["Wrong total"]);
    // What is written for staff alone does not exist for others, under a negation neither.
    let reporter = server.as_("reporter");
    assert!(titles(&reporter, &q("cache")).await.is_empty());
    assert_eq!(titles(&reporter, &sorted("-cache")).await.len(), 3);
    assert!(titles(&reporter, &q("has:comment")).await.is_empty());
}

#[actix_web::test]
async fn a_mistake_has_its_place_and_a_suggestion() {
    let server = Server::new();
    let lead = server.as_("lead");
    let at = |text: &str| format!("/api/v1/issues?{}", q(text));
    let problem = lead
        .get(&at("is:open severity:hgih"))
        .await
        .problem(Code::MalformedRequest);
    let error = &problem.errors[0];
    assert_eq!(
        (error.pointer.as_str(), error.code.as_str()),
        ("?q", "filter")
    );
    assert_eq!((error.position, error.length), (Some(17), Some(4)));
    assert_eq!(error.suggestion.as_deref(), Some("high"));
    assert!(
        error.detail.contains("Did you mean `high`?"),
        "{}",
        error.detail
    );
    for text in [
        "label:\"x",
        "a OR",
        "due:2026-02-30",
        "label:>x",
        "\u{0}",
        "sort:key,title",
    ] {
        let answer = lead.get(&at(text)).await;
        assert!([400, 422].contains(&answer.status), "{text}");
        let detail = answer.read::<domain::problem::Problem>().errors[0]
            .detail
            .clone();
        assert!(detail.ends_with(['.', ')', '?']), "{detail}");
    }
    lead.get(&at(&"(".repeat(2_000)))
        .await
        .problem(Code::MalformedRequest);
    lead.get(&at(&"x".repeat(2_001)))
        .await
        .problem(Code::MalformedRequest);
    // Texts that mean something to SQL mean nothing here.
    for text in [
        "'; drop table issue; --",
        "label:\"'\"",
        "title:\"%\\\\_\"",
        "a:*",
        "!a & b",
    ] {
        let status = lead.get(&at(text)).await.status;
        assert!(status == 200 || status == 400, "{text}: {status}");
    }
}

#[actix_web::test]
async fn a_filter_takes_the_same_few_statements_whatever_it_names() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "One").await;
    let mut taken = Vec::new();
    for text in [
        "status:open",
        "is:open OR status:open,done label:a,b version:1 assignee:ada,@me reporter:x project:ENG parent:ENG-1 key:ENG-1 \
         was:status=done was:label=a changed:title has:comment,attachment word \"a phrase\"",
    ] {
        let before = server.statements();
        titles(&lead, &q(text)).await;
        taken.push(server.statements() - before);
    }
    assert_eq!(taken[0], taken[1]);
}

#[actix_web::test]
async fn a_list_is_a_file_of_rows_that_no_spreadsheet_runs() {
    let server = Server::new();
    let lead = server.as_("lead");
    for title in ["=HYPERLINK(\"http://x\")", "Plain, with comma"] {
        lead.post(ENG, json!({"title": title})).await.is(201);
    }
    let at = format!("/api/v1/issues?format=csv&sort=key&{}", q("is:open"));
    let file = lead.get(&at).await.is(200);
    assert!(file.header("content-type").starts_with("text/csv"));
    assert!(file.header("content-disposition").contains("issues.csv"));
    let lines: Vec<String> = file.text().split("\r\n").map(str::to_string).collect();
    let columns: Vec<&str> = domain::csv::ISSUES.iter().map(|c| c.0).collect();
    assert_eq!(lines[0], columns.join(","));
    assert!(lines[1].starts_with(
        "ENG-1,ENG,\"'=HYPERLINK(\"\"http://x\"\")\",task,low,3,,open,triage,,lead,,,,"
    ));
    assert!(lines[2].starts_with("ENG-2,ENG,\"Plain, with comma\",task,"));
    assert_eq!((lines.len(), lines[3].as_str()), (4, ""));
    // The document names every column.
    let document = serde_json::to_value(server::http::openapi::document()).unwrap();
    let told = document["paths"]["/api/v1/issues"]["get"]["description"].to_string();
    for column in columns {
        assert!(told.contains(&format!("`{column}`")), "{column}");
    }
    let request = lead.request(reqwest::Method::GET, "/api/v1/issues");
    let accepted = lead
        .send(request.header("accept", "text/csv;q=1, */*"))
        .await
        .is(200);
    assert!(accepted.header("content-type").starts_with("text/csv"));
    // Nobody gets more than they see.
    let stranger = server
        .as_("reporter")
        .get("/api/v1/issues?project=SEC&format=csv")
        .await;
    stranger.is(404);
    lead.get("/api/v1/issues?format=xml").await.is(422);
    lead.get("/api/v1/issues?format=csv&limit=5").await.is(400);
    // What left the house is audited, and what was refused did not leave.
    let admin = server.as_("admin");
    let told: serde_json::Value = admin.get("/api/v1/audit?kind=issues.exported").await.ok();
    let told: Vec<_> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["actor"]["username"].clone(), e["detail"].clone()))
        .collect();
    let asked = |asked| (json!("lead"), json!({"asked": asked, "rows": 2}));
    assert_eq!(
        told,
        [
            asked(json!({})),
            asked(json!({"q": "is:open", "sort": "key"}))
        ]
    );
}

#[actix_web::test]
async fn board_counts_and_the_past_take_the_same_filter() {
    let server = Server::new();
    let lead = server.as_("lead");
    for title in ["Invoice", "Other"] {
        lead.post(ENG, json!({"title": title, "severity": "high"}))
            .await
            .is(201);
    }
    let then = server
        .sql("select max(updated_at) from issue")
        .replace(' ', "T");
    let then = q(&then.replace("+00", "Z"));
    let then = then.strip_prefix("q=").unwrap();
    lead.patch("/api/v1/issues/ENG-1", json!({"severity": "low"}))
        .await
        .is(200);
    let high = q("severity:high");
    assert_eq!(titles(&lead, &high).await, ["Other"]);
    let past = format!("{high}&as_of={then}&sort=key");
    assert_eq!(titles(&lead, &past).await, ["Invoice", "Other"]);
    let board: serde_json::Value = lead
        .get(&format!("/api/v1/projects/ENG/board?{high}"))
        .await
        .ok();
    assert_eq!(board["columns"][0]["count"], 1);
    for (query, total) in [(&high, 1), (&q("invoice"), 1), (&q("nowhere"), 0)] {
        let at = format!("/api/v1/insights/open_by?{query}");
        let report: domain::insights::OpenByReport = lead.get(&at).await.ok();
        assert_eq!(report.total, total, "{query}");
    }
    let wrong = format!("/api/v1/insights/open_by?{}", q("severity:hi"));
    lead.get(&wrong).await.problem(Code::MalformedRequest);
}
