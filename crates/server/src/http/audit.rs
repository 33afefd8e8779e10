//! The audit log.

use super::csv;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, audit as use_case};
use actix_web::{HttpRequest, HttpResponse, delete, get, web};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::audit::{AuditEntry, AuditFilter, AuditKind};
use domain::page::{Page, Total};
use domain::problem::FieldError;
use futures_util::stream;

const INSTANT: &str = "an instant such as 2026-01-31T12:00:00Z";
/// Entries in one part of an export.
const PART: i64 = 1000;

fn filter(params: &mut Params) -> Result<AuditFilter, Error> {
    let kinds = params.text("kind").unwrap_or_default();
    let kinds = kinds
        .split(',')
        .map(str::trim)
        .filter(|k| !k.is_empty())
        .map(|k| {
            AuditKind::from_slug(k).ok_or_else(|| {
                let known = AuditKind::SLUGS.join(", ");
                FieldError::query("kind", "unknown_value", format!("One of {known}."))
            })
        })
        .collect::<Result<_, _>>()?;
    let mut word = |name: &str| -> Result<Option<String>, Error> {
        Ok(params.word(name)?.filter(|text| !text.is_empty()))
    };
    let (actor, target, project) = (word("actor")?, word("target")?, word("project")?);
    Ok(AuditFilter {
        kinds,
        actor,
        target,
        project,
        from: params.read("from", INSTANT)?,
        to: params.read("to", INSTANT)?,
    })
}

/// Admin: who signed in, whose rights changed, what was taken out, newest first.
///
/// As CSV it is sent whole, without pages, and the export is audited.
#[utoipa::path(
    tag = "admin",
    params(
        ("kind" = Option<String>, Query, description = "Kinds, with commas between"),
        ("actor" = Option<String>, Query, description = "User name or id of who did it"),
        ("target" = Option<String>, Query, description = "User name or id of whom it concerns"),
        ("project" = Option<String>, Query, description = "Key or id of a project"),
        ("from" = Option<DateTime<Utc>>, Query, description = "Not before"),
        ("to" = Option<DateTime<Utc>>, Query, description = "Before"),
        ("format" = Option<String>, Query, description = "`json` or `csv`"),
        ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"),
        ("cursor" = Option<String>, Query, description = "From `next_cursor`"),
    ),
    responses((status = 200, body = Page<AuditEntry>))
)]
#[get("/audit")]
pub async fn list_audit(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let filter = filter(&mut params)?;
    let as_file = csv::wanted(&req, &mut params)?;
    let limit = i64::from(params.limit()?);
    let before: Option<use_case::At> = params.cursor()?;
    params.end()?;
    if as_file {
        return export(app, caller, filter).await;
    }
    let (mut items, count) = app
        .read(&caller, move |conn, actor| {
            use_case::list(conn, actor, &filter, before, limit + 1)
        })
        .await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|e| params.question().seal(&(e.at, e.id)));
    reply::page(
        &req,
        &Page {
            items,
            next_cursor,
            total: Total::from_capped(count),
        },
    )
}

/// Everything that fits the filter until now, read part by part while it is sent.
async fn export(
    app: web::Data<App>,
    caller: Caller,
    mut filter: AuditFilter,
) -> Result<HttpResponse, Error> {
    let asked = filter.clone();
    let now = app
        .write(&caller, move |tx, actor| {
            use_case::begin_export(tx, actor, &asked)
        })
        .await?;
    filter.to = Some(filter.to.map_or(now, |to| to.min(now)));
    let head = Some(domain::csv::head(domain::csv::AUDIT));
    let begin = (app, caller, filter, Some(None::<use_case::At>), head);
    let parts = stream::try_unfold(begin, |(app, caller, filter, place, head)| async move {
        if let Some(head) = head {
            let rest = (app, caller, filter, place, None);
            return Ok::<_, Error>(Some((Bytes::from(head), rest)));
        }
        let Some(before) = place else {
            return Ok(None);
        };
        let asked = filter.clone();
        let entries = app
            .report(&caller, move |conn, actor| {
                use_case::part(conn, actor, &asked, before, PART)
            })
            .await?;
        let place = entries.last().map(|e| Some((e.at, e.id)));
        let text = domain::csv::lines(domain::csv::AUDIT, &entries);
        Ok(Some((
            Bytes::from(text),
            (app, caller, filter, place, None),
        )))
    });
    Ok(csv::headers("audit").streaming(parts))
}

/// Admin: remove the entries of the audit log from before an instant, at least 30 days back.
///
/// What happened to issues is another log and stays. The removal is audited.
#[utoipa::path(
    tag = "admin",
    params(("before" = DateTime<Utc>, Query, description = "Entries from before this instant")),
    responses((status = 204))
)]
#[delete("/audit")]
pub async fn purge_audit(
    app: web::Data<App>,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let before: Option<DateTime<Utc>> = params.read("before", INSTANT)?;
    params.end()?;
    let before =
        before.ok_or_else(|| FieldError::query("before", "required", "Say until when."))?;
    app.write(&caller, move |tx, actor| use_case::purge(tx, actor, before))
        .await?;
    Ok(reply::done())
}
