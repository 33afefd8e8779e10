//! Counts, daily statistics, the feed.

use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, history, past};
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{Days, NaiveDate, Utc};
use domain::event::HistoryEntry;
use domain::insights::{OpenBy, OpenByReport};
use domain::page::{Page, Total};
use domain::problem::FieldError;
use domain::stats::DailyStats;
use store::{access, insights, stats};

/// Count open issues by a field.
#[utoipa::path(
    tag = "insights",
    params(
        ("by" = Option<String>, Query, description = "`severity` (default), `status`, `category`, `type`, `priority`, `assignee`, `label`, `project`"),
        ("project" = Option<String>, Query, description = "Key of a project"),
        ("as_of" = Option<String>, Query, description = "As it was at that instant"),
        ("q" = Option<String>, Query, description = "Only what the filter language finds, as in lists"),
    ),
    responses((status = 200, body = OpenByReport))
)]
#[get("/insights/open_by")]
pub async fn open_by(
    app: web::Data<App>,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let by = params
        .read("by", &OpenBy::SLUGS.join(", "))?
        .unwrap_or(OpenBy::Severity);
    let project = params.word("project")?;
    let as_of = params.instant("as_of")?;
    let asked = params.filter()?;
    params.end()?;
    let report = app
        .report(&caller, move |conn, actor| {
            let scope = access::list_scope(conn, actor, project.as_deref())?;
            past::check(conn, as_of)?;
            let scope = past::scope(conn, actor, scope, as_of)?;
            Ok(insights::open_by(conn, &scope, by, as_of, asked.as_ref())?)
        })
        .await?;
    reply::json(&report)
}

/// Most days that one request may ask for.
const DAYS_MAX: i64 = 400;

/// Daily statistics as the worker wrote them, a row for every status of every day.
///
/// Somebody to whom only their own issues exist gets the figures of those.
#[utoipa::path(
    tag = "insights",
    params(
        ("project" = Option<String>, Query, description = "Key of a project"),
        ("from" = Option<NaiveDate>, Query, description = "First day, UTC; 30 days before the last unless given"),
        ("to" = Option<NaiveDate>, Query, description = "Last day, UTC; today unless given"),
    ),
    responses((status = 200, body = DailyStats))
)]
#[get("/stats/daily")]
pub async fn daily_stats(
    app: web::Data<App>,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let project = params.word("project")?;
    let to: NaiveDate = params.day("to")?.unwrap_or_else(|| Utc::now().date_naive());
    let from = params
        .day("from")?
        .or_else(|| to.checked_sub_days(Days::new(29)))
        .unwrap_or(to);
    params.end()?;
    if !(0..DAYS_MAX).contains(&(to - from).num_days()) {
        return Err(FieldError::query(
            "from",
            "range",
            format!("From 1 to {DAYS_MAX} days, the first before the last."),
        )
        .into());
    }
    let stats = app
        .report(&caller, move |conn, actor| {
            let scope = access::list_scope(conn, actor, project.as_deref())?;
            Ok(stats::daily(conn, &scope, from, to)?)
        })
        .await?;
    reply::json(&stats)
}

/// What happened around the issues that exist for me, newest first.
#[utoipa::path(
    tag = "insights",
    params(
        ("project" = Option<String>, Query, description = "Key of a project"),
        ("user" = Option<String>, Query, description = "User name or id of who did it"),
        ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"),
        ("cursor" = Option<String>, Query, description = "From `next_cursor`"),
    ),
    responses((status = 200, body = Page<HistoryEntry>))
)]
#[get("/activity")]
pub async fn activity(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let project = params.word("project")?;
    let user = params.word("user")?;
    let limit = i64::from(params.limit()?);
    let before: Option<history::At> = params.cursor()?;
    params.end()?;
    let mut items = app
        .read(&caller, move |conn, actor| {
            history::activity(
                conn,
                actor,
                project.as_deref(),
                user.as_deref(),
                before,
                limit + 1,
            )
        })
        .await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|e| params.question().seal(&(e.at, e.id)));
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    reply::page(
        &req,
        &Page {
            items,
            next_cursor,
            total: Total {
                count,
                exact: !more,
            },
        },
    )
}
