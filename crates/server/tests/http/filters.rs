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
        .get(&at("is:open sevrity:high"))
        .await
        .problem(Code::MalformedRequest);
    let error = &problem.errors[0];
    assert_eq!(
        (error.pointer.as_str(), error.code.as_str()),
        ("?q", "filter")
    );
    assert_eq!((error.position, error.length), (Some(8), Some(7)));
    assert_eq!(error.suggestion.as_deref(), Some("severity"));
    assert!(
        error.detail.contains("Did you mean `severity`?"),
        "{}",
        error.detail
    );
    for text in [
        "(",
        "\"",
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
