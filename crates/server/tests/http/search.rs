//! Search and similar issues: what is found, in which order, and for whom it does not exist.

use crate::harness::{Client, Server};
use domain::page::Page;
use domain::search::{SearchHit, Segment, SimilarIssue};
use serde_json::json;

async fn found(client: &Client, query: &str) -> Vec<String> {
    let page: Page<SearchHit> = client.get(&format!("/api/v1/search?{query}")).await.ok();
    page.items.into_iter().map(|hit| hit.key).collect()
}

fn marked(segments: &[Segment]) -> String {
    let pieces = segments.iter().map(|s| match s.hit {
        true => format!("[{}]", s.text),
        false => s.text.clone(),
    });
    pieces.collect()
}

async fn furnished() -> Server {
    let server = Server::new();
    let reporter = server.as_("reporter");
    for (project, title, text) in [
        ("APP", "The invoice is blank", "Since Monday."),
        (
            "APP",
            "Something else",
            "Only <b>invoices</b> of ACME-GmbH.",
        ),
        ("ENG", "Slow start", ""),
    ] {
        let body = json!({"title": title, "description": text});
        reporter
            .post(&format!("/api/v1/projects/{project}/issues"), body)
            .await
            .is(201);
    }
    let lead = server.as_("lead");
    server.issue("lead", "SEC", "A secret invoice").await;
    lead.comment("ENG-1", json!({"body": "The invoice again"}))
        .await;
    lead.comment(
        "ENG-1",
        json!({"body": "The customer is Contoso", "internal": true}),
    )
    .await;
    lead.upload("ENG-1", "invoice-2026.pdf", b"x").await.is(201);
    server
}

#[actix_web::test]
async fn every_text_is_found_the_best_first_with_its_words_marked() {
    let server = furnished().await;
    let lead = server.as_("lead");
    let all = found(&lead, "q=invoice").await;
    assert_eq!(all.len(), 4);
    assert!(
        ["APP-1", "SEC-1"].contains(&all[0].as_str()),
        "titles first: {all:?}"
    );
    assert_eq!(found(&lead, "q=INVO&project=APP").await, ["APP-1", "APP-2"]);
    assert_eq!(found(&lead, "q=gmbh").await, ["APP-2"]);
    assert_eq!(found(&lead, "q=2026").await, ["ENG-1"]);
    assert_eq!(found(&lead, "q=acme%20invoice").await, ["APP-2"]);
    assert_eq!(found(&lead, "q=eng-1").await[0], "ENG-1");
    assert!(found(&lead, "q=nowhere").await.is_empty());
    let page: Page<SearchHit> = lead.get("/api/v1/search?q=invo&project=APP").await.ok();
    assert_eq!(marked(&page.items[0].title), "The [invoice] is blank");
    assert_eq!(
        marked(&page.items[1].snippet),
        "Only <b>[invoices]</b> of ACME-GmbH."
    );
    // Marks of Markdown are no words; where only they hold what was asked for, they are shown.
    let text = "## Steps\n\n- **Zebra** costs\n- [a page](https://quagga.example)";
    lead.patch("/api/v1/issues/APP-2", json!({"description": text}))
        .await
        .is(200);
    let page: Page<SearchHit> = lead.get("/api/v1/search?q=zebra").await.ok();
    assert_eq!(marked(&page.items[0].snippet), "Steps [Zebra] costs a page");
    let page: Page<SearchHit> = lead.get("/api/v1/search?q=quagga").await.ok();
    assert!(marked(&page.items[0].snippet).contains("https://[quagga].example"));
    let text = "Only <b>invoices</b> of ACME-GmbH.";
    lead.patch("/api/v1/issues/APP-2", json!({"description": text}))
        .await
        .is(200);
    // Page by page it is the same.
    let mut keys = Vec::new();
    let mut at = "/api/v1/search?q=invoice&limit=1".to_string();
    loop {
        let page: Page<SearchHit> = lead.get(&at).await.ok();
        assert_eq!(page.total.count, 4);
        keys.extend(page.items.into_iter().map(|hit| hit.key));
        let Some(cursor) = page.next_cursor else {
            break;
        };
        at = format!("/api/v1/search?q=invoice&limit=1&cursor={cursor}");
    }
    assert_eq!(keys, all);
    for wrong in [
        "q=",
        "q=***",
        "",
        "q='",
        "q=a&limit=0",
        "q=a%00",
        "q=a&cursor=x",
    ] {
        lead.get(&format!("/api/v1/search?{wrong}")).await.is(422);
    }
    lead.get("/api/v1/search?q=a&x=1").await.is(400);
    for strange in ["a'b:*", "a|b", "!a", "%5Ca", "(((a", "\u{1f600}a"] {
        let status = lead
            .get(&format!("/api/v1/search?q={strange}"))
            .await
            .status;
        assert_eq!(status, 200, "{strange}");
    }
}

#[actix_web::test]
async fn what_somebody_may_not_see_is_not_found() {
    let server = furnished().await;
    let (lead, maintainer) = (server.as_("lead"), server.as_("maintainer"));
    let (author, other) = (server.as_("reporter"), server.as_("reporter2"));
    assert_eq!(
        found(&maintainer, "q=invoice").await.len(),
        3,
        "SEC is private"
    );
    assert_eq!(
        found(&author, "q=invoice").await.len(),
        3,
        "their own in APP"
    );
    assert_eq!(
        found(&other, "q=invoice").await,
        ["ENG-1"],
        "others' in APP do not exist"
    );
    assert!(found(&other, "q=app-1").await.is_empty(), "by key neither");
    assert_eq!(found(&maintainer, "q=contoso").await, ["ENG-1"]);
    assert!(
        found(&author, "q=contoso").await.is_empty(),
        "an internal note"
    );
    other
        .get("/api/v1/search?q=invoice&project=SEC")
        .await
        .is(404);
    lead.delete("/api/v1/issues/APP-1").await.is(204);
    assert_eq!(found(&lead, "q=blank").await, [""; 0]);
    assert_eq!(found(&lead, "q=app-1").await, [""; 0]);
}

#[actix_web::test]
async fn what_is_hidden_crowds_nothing_out() {
    let server = Server::new();
    let hidden = server.issue("lead", "SEC", "Hidden").await.id;
    let own = server.issue("reporter", "APP", "Mine").await.key;
    let open = server.issue("lead", "ENG", "Open").await.key;
    // More than are ranked, before the ones that exist for the reporter.
    let many = store::search::RANKED_MAX + 1;
    for (issue, internal) in [(hidden.to_string(), false), (own.clone(), true)] {
        server.run(&format!(
            "insert into comment (id, issue_id, author_id, body, internal)
             select gen_random_uuid(), i.id, i.reporter_id, 'Needle', {internal}
             from issue i join project p on p.id = i.project_id, generate_series(1, {many})
             where i.id::text = '{issue}' or p.key || '-' || i.number = '{issue}'"
        ));
    }
    for issue in [&open, &own] {
        server
            .as_("maintainer")
            .comment(issue, json!({"body": "Needle"}))
            .await;
    }
    let mut seen = found(&server.as_("reporter"), "q=needle").await;
    seen.sort();
    assert_eq!(seen, [own, open]);
}

async fn similar(client: &Client, project: &str, title: &str) -> Vec<String> {
    let at = format!("/api/v1/issues/similar?project={project}&title={title}");
    let page: Page<SimilarIssue> = client.get(&at).await.ok();
    page.items.into_iter().map(|issue| issue.key).collect()
}

#[actix_web::test]
async fn titles_alike_are_offered_to_those_who_see_them() {
    let server = furnished().await;
    let lead = server.as_("lead");
    assert_eq!(similar(&lead, "APP", "Blank%20invoices").await, ["APP-1"]);
    assert!(
        similar(&lead, "APP", "Nothing%20of%20that")
            .await
            .is_empty()
    );
    // No word is spelled as it is there.
    assert_eq!(similar(&lead, "APP", "Invoce%20blanc").await, ["APP-1"]);
    let other = server.as_("reporter2");
    assert!(similar(&other, "APP", "Invoce%20blanc").await.is_empty());
    assert!(
        similar(&other, "APP", "The%20invoice%20is%20blank")
            .await
            .is_empty()
    );
    lead.get("/api/v1/issues/similar?title=x").await.is(422);
    lead.get("/api/v1/issues/similar?project=APP").await.is(422);
    server
        .as_("maintainer")
        .get("/api/v1/issues/similar?project=SEC&title=invoice")
        .await
        .is(404);
}

#[actix_web::test]
async fn among_thousands_that_share_a_word_the_alike_one_is_offered() {
    let server = Server::new();
    let lead = server.as_("lead");
    let model = server.issue("lead", "APP", "Crash of the first kind").await;
    let many = store::search::RANKED_MAX + 1;
    server.run(&format!(
        "insert into issue (id, project_id, number, title, description, type, severity, priority, status_id,
             reporter_id, life, version, created_at, updated_at, rank, votes)
         select gen_random_uuid(), project_id, 1000 + n, 'Crash number ' || n, '', type, severity, priority,
             status_id, reporter_id, life, version, created_at, updated_at, rank || lpad(n::text, 6, '0'), 0
         from issue, generate_series(1, {many}) n where id = '{}'",
        model.id
    ));
    let key = server
        .issue("lead", "APP", "Crash while saving a draft")
        .await
        .key;
    let found = similar(&lead, "APP", "Crash%20on%20saving%20the%20draft").await;
    assert_eq!(found.first(), Some(&key));
}

#[actix_web::test]
async fn search_takes_the_same_few_statements_however_much_is_found() {
    let server = Server::new();
    let lead = server.as_("lead");
    server.issue("lead", "ENG", "Needle in the hay").await;
    let mut taken = Vec::new();
    for _ in 0..2 {
        let before = server.statements();
        found(&lead, "q=needle").await;
        let searched = server.statements();
        titles_of(&lead, "needle").await;
        taken.push((searched - before, server.statements() - searched));
        for n in 0..8 {
            server.issue("lead", "ENG", &format!("Needle {n}")).await;
        }
    }
    assert_eq!(taken[0], taken[1]);
    // Words are asked for first, then letters: at most two statements beyond the first.
    let mut similar_takes = Vec::new();
    for title in ["Needle", "Needle in the hay", "Nidel hai"] {
        let before = server.statements();
        similar(&lead, "ENG", &title.replace(' ', "%20")).await;
        similar_takes.push(server.statements() - before);
    }
    let least = similar_takes.iter().min().copied().unwrap_or_default();
    let most = similar_takes.iter().max().copied().unwrap_or_default();
    assert!(most - least <= 2, "{similar_takes:?}");
}

async fn titles_of(client: &Client, text: &str) {
    let _: Page<domain::issue::IssueRow> =
        client.get(&format!("/api/v1/issues?q={text}")).await.ok();
}
