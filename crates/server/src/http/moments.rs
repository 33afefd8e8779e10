//! When something happened: the strip that one travels along.

use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, Result};
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, TimeDelta, Utc};
use domain::insights::{Changes, MOMENTS_MAX, Moments};
use domain::key::IssueRef;
use domain::policy::Action;
use domain::problem::FieldError;
use store::access::{self, Actor, Scope};
use store::db::Conn;
use store::moments::Strip;
use uuid::Uuid;

/// Of what, and when.
struct Asked {
    project: Option<String>,
    issue: Option<String>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Asked {
    fn read(params: &mut Params) -> Result<Self> {
        let asked = Self {
            project: params.word("project")?,
            issue: params.word("issue")?,
            from: params.bound("from", false)?.unwrap_or(DateTime::UNIX_EPOCH),
            // The database's clock decides what has been; ours may lag behind.
            to: params
                .bound("to", true)?
                .unwrap_or_else(|| Utc::now() + TimeDelta::days(1)),
        };
        if asked.project.is_some() && asked.issue.is_some() {
            let detail = "Either a project or an issue.";
            return Err(FieldError::query("issue", "invalid", detail).into());
        }
        if asked.from > asked.to {
            let detail = "The beginning is after the end.";
            return Err(FieldError::query("from", "range", detail).into());
        }
        Ok(asked)
    }

    fn scope(&self, conn: &mut Conn, actor: &Actor) -> Result<(Scope, Option<Uuid>)> {
        let Some(issue) = &self.issue else {
            let scope = access::list_scope(conn, actor, self.project.as_deref())?;
            return Ok((scope, None));
        };
        let which: IssueRef = extract::address(issue)?;
        let found = access::named_issue(conn, actor, &which, Action::SeeProject)?;
        Ok((Scope::of(&found.access, actor), Some(found.issue.id)))
    }

    /// What the strip that was asked for tells the caller.
    fn of<T>(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        tell: impl FnOnce(&mut Conn, &Strip<'_>) -> store::Result<T>,
    ) -> Result<T> {
        let (scope, issue) = self.scope(conn, actor)?;
        let strip = Strip {
            scope: &scope,
            issue,
            from: self.from,
            to: self.to,
        };
        Ok(tell(conn, &strip)?)
    }
}

/// How much happened on which day (UTC) around the issues that exist for me.
#[utoipa::path(
    tag = "insights",
    params(
        ("project" = Option<String>, Query, description = "Key of a project"),
        ("issue" = Option<String>, Query, description = "Key or id of an issue"),
        ("from" = Option<String>, Query, description = "First day, or an instant; the beginning unless given"),
        ("to" = Option<String>, Query, description = "Last day, or an instant; now unless given"),
    ),
    responses((status = 200, body = Changes))
)]
#[get("/insights/changes")]
pub async fn changes(
    app: web::Data<App>,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let asked = Asked::read(&mut params)?;
    params.end()?;
    let changes = app
        .report(&caller, move |conn, actor| {
            asked.of(conn, actor, |conn, strip| strip.changes(conn))
        })
        .await?;
    reply::json(&changes)
}

/// Instants at which something changed around the issues that exist for me, each once, ascending.
#[utoipa::path(
    tag = "insights",
    params(
        ("project" = Option<String>, Query, description = "Key of a project"),
        ("issue" = Option<String>, Query, description = "Key or id of an issue"),
        ("from" = Option<String>, Query, description = "First day, or an instant; the beginning unless given"),
        ("to" = Option<String>, Query, description = "Last day, or an instant; now unless given"),
        ("limit" = Option<u32>, Query, description = "1 to 1000, which is usual"),
    ),
    responses((status = 200, body = Moments))
)]
#[get("/insights/moments")]
pub async fn moments(
    app: web::Data<App>,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let asked = Asked::read(&mut params)?;
    let expected = format!("a number from 1 to {MOMENTS_MAX}");
    let limit: u32 = params.read("limit", &expected)?.unwrap_or(MOMENTS_MAX);
    params.end()?;
    if !(1..=MOMENTS_MAX).contains(&limit) {
        let detail = format!("From 1 to {MOMENTS_MAX}.");
        return Err(FieldError::query("limit", "range", detail).into());
    }
    let items = app
        .report(&caller, move |conn, actor| {
            asked.of(conn, actor, |conn, strip| {
                strip.moments(conn, i64::from(limit))
            })
        })
        .await?;
    reply::json(&Moments { items })
}
