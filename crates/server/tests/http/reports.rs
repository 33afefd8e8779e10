//! What happened and how much of it: history, the feed, figures, each for the one who asks.

use crate::harness::{Client, Server};
use domain::comment::Comment;
use domain::event::HistoryEntry;
use domain::insights::OpenByReport;
use domain::page::Page;
use domain::problem::Code;
use domain::stats::DailyStats;
use serde_json::json;

#[actix_web::test]
async fn internal_notes_do_not_exist_for_those_outside() {
    let server = Server::new();
    let (maria, rita, vera) = (
        server.as_("maintainer"),
        server.as_("reporter"),
        server.as_("viewer"),
    );
    server.issue("reporter", "ENG", "Noted").await;
    let note = maria
        .comment("ENG-1", json!({"body": "canary", "internal": true}))
        .await;
    let reply = maria
        .comment("ENG-1", json!({"body": "canary too", "parent": note.id}))
        .await;
    assert!(reply.internal, "what answers a note is a note");
    maria
        .patch(
            &format!("/api/v1/comments/{}", note.id),
            json!({"body": "canary again"}),
        )
        .await
        .is(200);
    rita.comment("ENG-1", json!({"body": "Aloud"})).await;
    for (client, comments, events) in [(&maria, 3, 5), (&rita, 1, 2), (&vera, 1, 2)] {
        let page: Page<Comment> = client.get("/api/v1/issues/ENG-1/comments").await.ok();
        assert_eq!(
            (page.items.len(), page.total.count),
            (comments, i64::try_from(comments).unwrap())
        );
        let history = client.get("/api/v1/issues/ENG-1/events").await.is(200);
        let page: Page<HistoryEntry> = history.read();
        assert_eq!(
            (page.items.len(), page.total.count),
            (events, i64::try_from(events).unwrap())
        );
        let feed: Page<HistoryEntry> = client.get("/api/v1/activity").await.ok();
        assert_eq!(feed.items.len(), events);
        let at = format!("/api/v1/comments/{}", note.id);
        client
            .get(&at)
            .await
            .is(if comments == 3 { 200 } else { 404 });
    }
    rita.post(
        "/api/v1/issues/ENG-1/comments",
        json!({"body": "x", "internal": true}),
    )
    .await
    .problem(Code::Forbidden);
    let answer = json!({"body": "x", "parent": note.id});
    assert_eq!(
        rita.post("/api/v1/issues/ENG-1/comments", answer)
            .await
            .invalid(),
        ["/parent"]
    );
}

#[actix_web::test]
async fn history_and_feed_come_in_pages() {
    let server = Server::new();
    let (lead, rita) = (server.as_("lead"), server.as_("reporter"));
    server.issue("reporter2", "APP", "Of somebody else").await;
    server.issue("reporter", "APP", "Mine").await;
    server.issue("lead", "SEC", "Private").await;
    for points in 1..=6 {
        lead.patch("/api/v1/issues/APP-2", json!({"story_points": points}))
            .await
            .is(200);
    }
    let nobody = lead.get("/api/v1/activity?user=nobody_of_that_name").await;
    assert_eq!(nobody.invalid(), ["?user"]);
    for (start, client, expected) in [
        ("/api/v1/issues/APP-2/events", &rita, 7),
        ("/api/v1/activity", &rita, 7),
        ("/api/v1/activity?project=APP", &lead, 8),
        ("/api/v1/activity", &lead, 9),
        // Of one person, as far as the reader sees what they did.
        ("/api/v1/activity?user=lead", &rita, 6),
        ("/api/v1/activity?user=lead", &lead, 7),
        ("/api/v1/activity?user=reporter2", &rita, 0),
        ("/api/v1/activity?user=reporter2&project=APP", &lead, 1),
    ] {
        let mut seen = Vec::new();
        let mut path = format!(
            "{start}{}limit=3",
            if start.contains('?') { '&' } else { '?' }
        );
        loop {
            let answer = client.get(&path).await.is(200);
            let page: Page<HistoryEntry> = answer.read();
            seen.extend(page.items.iter().map(|e| e.id));
            if page.next_cursor.is_none() {
                break;
            }
            path = answer
                .header("link")
                .split(['<', '>'])
                .nth(1)
                .unwrap()
                .to_string();
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!((count, seen.len()), (expected, expected), "{start}");
    }
    // A parent that somebody cannot see is not named to them.
    lead.patch("/api/v1/issues/APP-2", json!({"parent": "APP-1"}))
        .await
        .is(200);
    let history = rita.get("/api/v1/issues/APP-2/events").await.is(200);
    assert!(!history.text().contains("APP-1"), "{}", history.text());
    assert!(
        lead.get("/api/v1/issues/APP-2/events")
            .await
            .text()
            .contains("APP-1")
    );
    let parent_in_list = async |who: &Client| {
        let list: serde_json::Value = who.get("/api/v1/issues?project=APP").await.ok();
        let rows = list["items"].as_array().unwrap();
        let row = rows.iter().find(|row| row["key"] == "APP-2").unwrap();
        row["parent"].clone()
    };
    assert_eq!(parent_in_list(&rita).await, json!(null));
    assert_eq!(parent_in_list(&lead).await, json!("APP-1"));
}

#[actix_web::test]
async fn figures_count_what_exists_for_the_one_who_asks() {
    let server = Server::new();
    let (lead, rita) = (server.as_("lead"), server.as_("reporter"));
    for severity in ["low", "low", "high"] {
        lead.post(
            "/api/v1/projects/APP/issues",
            json!({"title": "x", "severity": severity}),
        )
        .await
        .is(201);
    }
    server.issue("reporter", "APP", "Mine").await;
    server.issue("lead", "SEC", "Private").await;
    lead.patch("/api/v1/issues/APP-1", json!({"status": "done"}))
        .await
        .is(200);
    for by in [
        "severity", "status", "category", "type", "priority", "assignee", "label", "project",
    ] {
        let report: OpenByReport = lead
            .get(&format!("/api/v1/insights/open_by?project=APP&by={by}"))
            .await
            .ok();
        assert_eq!(report.total, 3, "{by}");
        let report: OpenByReport = rita
            .get(&format!("/api/v1/insights/open_by?by={by}"))
            .await
            .ok();
        assert_eq!(report.total, 1, "{by}");
    }
    let db = server.test.db();
    db.write(|tx| {
        let now = tx.now()?;
        store::stats::recompute_from(tx, now.date_naive(), now)
    })
    .unwrap();
    let sums = |stats: DailyStats| {
        let items = stats.items.iter();
        items.fold((0, 0, 0), |sum, s| {
            (sum.0 + s.count, sum.1 + s.created, sum.2 + s.resolved)
        })
    };
    let day = chrono::Utc::now().date_naive();
    let path = format!("/api/v1/stats/daily?project=APP&from={day}&to={day}");
    let stats: DailyStats = lead.get(&path).await.ok();
    assert_eq!(stats.items.len(), 4, "a row for every status");
    assert_eq!(sums(stats), (4, 4, 1));
    assert_eq!(sums(rita.get(&path).await.ok()), (1, 1, 0), "of her own");
    let all: DailyStats = lead.get("/api/v1/stats/daily").await.ok();
    assert_eq!(sums(all).1, 5);
    let all: DailyStats = server
        .as_("maintainer")
        .get("/api/v1/stats/daily")
        .await
        .ok();
    assert_eq!(sums(all).1, 4);
}
