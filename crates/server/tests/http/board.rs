//! The board: who sees what on it, and where a card goes.

use crate::harness::{Client, Server};
use domain::board::Board;
use domain::event::{HistoryEntry, LiveEvent};
use domain::issue::Issue;
use domain::page::Page;
use domain::problem::Code;
use futures_util::future::join_all;
use serde_json::json;

async fn board(client: &Client, query: &str) -> Board {
    let path = format!("/api/v1/projects/ENG/board{query}");
    client.get(&path).await.ok()
}

/// Keys of the cards of a column.
fn keys(board: &Board, slug: &str) -> Vec<String> {
    let column = board.columns.iter().find(|c| c.status.slug == slug);
    let cards = &column.expect(slug).cards;
    cards.iter().map(|c| c.key.clone()).collect()
}

async fn place(client: &Client, key: &str, place: serde_json::Value) -> Issue {
    let path = format!("/api/v1/issues/{key}");
    client.patch(&path, json!({ "place": place })).await.ok()
}

#[actix_web::test]
async fn a_board_has_every_column_with_its_first_cards_and_the_real_count() {
    let server = Server::new();
    let lead = server.as_("lead");
    for i in 1..=5 {
        server.issue("lead", "ENG", &format!("Issue {i}")).await;
    }
    lead.patch("/api/v1/issues/ENG-4", json!({"status": "done"}))
        .await
        .is(200);
    lead.patch("/api/v1/issues/ENG-5", json!({"severity": "high"}))
        .await
        .is(200);
    lead.delete("/api/v1/issues/ENG-3").await.is(204);
    let whole = board(&lead, "").await;
    assert_eq!((whole.project.as_str(), whole.as_of), ("ENG", None));
    let slugs: Vec<&str> = whole
        .columns
        .iter()
        .map(|c| c.status.slug.as_str())
        .collect();
    assert_eq!(
        slugs,
        [
            "open",
            "assigned",
            "in_progress",
            "on_hold",
            "under_review",
            "done",
            "released"
        ]
    );
    assert_eq!(keys(&whole, "open"), ["ENG-1", "ENG-2", "ENG-5"]);
    assert_eq!(keys(&whole, "done"), ["ENG-4"]);
    let short = board(&lead, "?limit=1").await;
    assert_eq!(keys(&short, "open"), ["ENG-1"]);
    assert_eq!(short.columns[0].count, 3);
    let severe = board(&lead, "?severity=high").await;
    assert_eq!(keys(&severe, "open"), ["ENG-5"]);
    assert_eq!(severe.columns[0].count, 1);
    let answer = lead.get("/api/v1/projects/ENG/board").await.is(200);
    let again = lead.request(reqwest::Method::GET, "/api/v1/projects/ENG/board");
    lead.send(again.header("if-none-match", answer.etag()))
        .await
        .is(304);
}

#[actix_web::test]
async fn a_board_shows_only_what_exists_for_the_caller() {
    let server = Server::new();
    // Reporters of APP see their own.
    server.issue("reporter", "APP", "Mine").await;
    server.issue("reporter2", "APP", "Theirs").await;
    let path = "/api/v1/projects/APP/board";
    for (name, count) in [("reporter", 1), ("reporter2", 1), ("lead", 2)] {
        let board: Board = server.as_(name).get(path).await.ok();
        assert_eq!(
            (board.columns[0].count, board.columns[0].cards.len()),
            (count, usize::try_from(count).unwrap())
        );
    }
    let outside = server.as_("reporter");
    outside
        .get("/api/v1/projects/SEC/board")
        .await
        .problem(Code::NotFound);
    server
        .anonymous()
        .get(path)
        .await
        .problem(Code::NotAuthenticated);
}

#[actix_web::test]
async fn what_a_board_does_not_know_is_refused_by_name() {
    let server = Server::new();
    let lead = server.as_("lead");
    for (query, status, place) in [
        ("limit=0", 422, "?limit"),
        ("limit=5001", 422, "?limit"),
        ("limit=x", 422, "?limit"),
        ("as_of=yesterday", 422, "?as_of"),
        ("as_of=2999-01-01T00:00:00Z", 422, "?as_of"),
        ("severity=bad", 422, "?severity"),
        ("sort=key", 400, "?sort"),
        ("project=ENG", 400, "?project"),
        ("deleted=true", 400, "?deleted"),
        ("colour=red", 400, "?colour"),
    ] {
        let answer = lead
            .get(&format!("/api/v1/projects/ENG/board?{query}"))
            .await
            .is(status);
        let problem: domain::problem::Problem = answer.read();
        assert_eq!(problem.errors[0].pointer, place, "{query}");
    }
}

#[actix_web::test]
async fn the_number_of_statements_does_not_grow_with_the_board() {
    let server = Server::new();
    let lead = server.as_("lead");
    let mut sent = Vec::new();
    for _ in 0..2 {
        for _ in 0..20 {
            let body = json!({"title": "Another", "assignee": "lead"});
            lead.post("/api/v1/projects/ENG/issues", body).await.is(201);
        }
        let before = server.statements();
        board(&lead, "").await;
        sent.push(server.statements() - before);
    }
    assert_eq!(sent[0], sent[1]);
}

#[actix_web::test]
async fn a_card_goes_where_it_was_dropped_and_the_history_is_not_flooded() {
    let server = Server::new();
    let lead = server.as_("lead");
    let begun: serde_json::Value = lead.get("/api/v1/events").await.ok();
    let begun = begun["cursor"].as_str().unwrap().to_string();
    for i in 1..=4 {
        server.issue("lead", "ENG", &format!("Issue {i}")).await;
    }
    place(&lead, "ENG-4", json!({"before": "ENG-2"})).await;
    let second: Issue = lead.issue("ENG-2").await;
    place(&lead, "ENG-1", json!({ "after": second.id })).await;
    let now = board(&lead, "").await;
    assert_eq!(keys(&now, "open"), ["ENG-4", "ENG-2", "ENG-1", "ENG-3"]);
    let body = json!({"status": "assigned", "place": "top"});
    let moved: Issue = lead.patch("/api/v1/issues/ENG-3", body).await.ok();
    assert_eq!(moved.version, 2, "one change");
    place(&lead, "ENG-4", json!("bottom")).await;
    let now = board(&lead, "").await;
    assert_eq!(keys(&now, "open"), ["ENG-2", "ENG-1", "ENG-4"]);
    assert_eq!(keys(&now, "assigned"), ["ENG-3"]);
    let same = place(&lead, "ENG-4", json!("bottom")).await;
    assert_eq!(same.version, 3, "where it is already it stays");

    let history: Page<HistoryEntry> = lead.get("/api/v1/issues/ENG-3/events").await.ok();
    let told: Vec<_> = history.items.iter().map(|e| e.field.as_deref()).collect();
    assert_eq!((told, history.total.count), (vec![None, Some("status")], 2));
    let path = "/api/v1/issues/ENG-3/events?rank=true";
    let history: Page<HistoryEntry> = lead.get(path).await.ok();
    assert_eq!(history.total.count, 3);
    let rank = &history.items[2];
    assert_eq!(rank.field.as_deref(), Some("rank"));
    assert_eq!(rank.new, Some(json!(moved.rank)));
    let feed: Page<HistoryEntry> = lead.get("/api/v1/activity").await.ok();
    assert!(
        feed.items
            .iter()
            .all(|e| e.field.as_deref() != Some("rank"))
    );
    server.settle();
    let told = lead
        .get(&format!("/api/v1/events?after={begun}"))
        .await
        .is(200);
    let told: serde_json::Value = told.read();
    let events: Vec<LiveEvent> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|e| serde_json::from_value(e.clone()).ok())
        .collect();
    let drags = events
        .iter()
        .filter(|e| e.changed.as_deref() == Some("rank"));
    assert_eq!(drags.count(), 4, "boards converge: {told}");
}

#[actix_web::test]
async fn a_place_that_cannot_be_is_refused_by_name() {
    let server = Server::new();
    let lead = server.as_("lead");
    for project in ["ENG", "APP", "SEC"] {
        server.issue("lead", project, "One").await;
    }
    let path = "/api/v1/issues/ENG-1";
    for (place, at) in [
        (json!({"before": "ENG-9"}), "/place/before"),
        (json!({"after": "nothing"}), "/place/after"),
        (json!({"before": "APP-1"}), "/place/before"),
        (json!("middle"), "/place"),
        (json!({"between": "ENG-1"}), "/place"),
        (json!(null), "/place"),
        (json!({"before": 1}), "/place"),
    ] {
        let refused = lead.patch(path, json!({ "place": place })).await;
        assert_eq!(refused.invalid(), [at], "{place}");
    }
    let developer = server.as_("maintainer");
    let body = json!({"place": {"before": "SEC-1"}});
    let refused = developer.patch(path, body).await;
    assert_eq!(
        refused.invalid(),
        ["/place/before"],
        "as if it did not exist"
    );
    server
        .as_("reporter")
        .patch(path, json!({"place": "top"}))
        .await
        .problem(Code::Forbidden);
    lead.delete(path).await.is(204);
    lead.patch(path, json!({"place": "top"}))
        .await
        .problem(Code::Conflict);
}

#[actix_web::test]
async fn drags_at_once_end_in_one_order_for_everybody() {
    let server = Server::new();
    let (lead, maria) = (server.as_("lead"), server.as_("maintainer"));
    for i in 1..=8 {
        server.issue("lead", "ENG", &format!("Issue {i}")).await;
    }
    for round in 0..5 {
        let drags = (1..=8).map(|i| {
            let who = if i % 2 == 0 { &lead } else { &maria };
            let to = match (i + round) % 4 {
                0 => json!("top"),
                1 => json!("bottom"),
                2 => json!({"before": "ENG-1"}),
                _ => json!({"after": "ENG-1"}),
            };
            let path = format!("/api/v1/issues/ENG-{i}");
            async move { who.patch(&path, json!({ "place": to })).await.is(200) }
        });
        join_all(drags).await;
        let (a, b) = (board(&lead, "").await, board(&maria, "").await);
        assert_eq!(keys(&a, "open"), keys(&b, "open"));
        let cards = &a.columns[0].cards;
        assert!(cards.is_sorted_by(|a, b| a.rank < b.rank), "{cards:?}");
        assert_eq!(cards.len(), 8);
    }
}
