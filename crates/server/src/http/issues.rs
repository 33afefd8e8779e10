//! Issues and their history.

use super::body::{self, Body};
use super::csv;
use super::extract;
use super::form;
use super::json;
use super::params::{Params, wrong_cursor};
use super::reply;
use crate::app::uploads::Upload;
use crate::app::{
    Answer, App, Caller, Error, Once, attachments, audit, history, issues as use_case, past,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, delete, get, patch, post, put, web};
use domain::event::HistoryEntry;
use domain::issue::{Issue, IssueDraft, IssuePatch};
use domain::key::{IssueRef, ProjectRef};
use domain::list::{GroupBy, IssueFilter, IssueList};
use domain::page::{Page, Total};
use domain::paths::api;
use domain::policy::Action;
use domain::problem::FieldError;
use domain::relocation::{Relocate, Relocation};
use store::access;
use store::db::Conn;
use store::issues::{self, Asked, Position};

/// Report an issue in a project.
///
/// Also takes `multipart/form-data`: the fields, each once, lists with commas between, and up to 20 `file`
/// parts, in any order. Then the issue is reported with all of its files, or not at all.
#[utoipa::path(
    tag = "issues",
    params(("project" = String, Path, description = "Key or id"), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request answer like the first")),
    request_body = IssueDraft,
    responses((status = 201, body = Issue))
)]
#[post("/projects/{project}/issues")]
pub async fn create_issue_in_project(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    create_from(app, req, caller, Some(project.into_inner()), payload).await
}

/// Report an issue; the body names the project. With a token of one project it may be left out.
#[utoipa::path(
    tag = "issues",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request answer like the first")),
    request_body = IssueDraft,
    responses((status = 201, body = Issue))
)]
#[post("/issues")]
pub async fn create_issue(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    create_from(app, req, caller, None, payload).await
}

async fn create_from(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: Option<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let mut payload = payload.into_inner();
    if !form::is_form(&req) {
        let body = Body::<IssueDraft>::from_request(&req, &mut payload).await?;
        let once = body::once(&req, &body)?;
        let draft = body.value.check()?;
        let which = named(project.as_deref(), &draft)?;
        let answer = create(&app, &caller, once, which, draft, Vec::new()).await?;
        return Ok(reply::answer(answer));
    }
    // Before anything is stored: who may not report here need not send their files.
    let named_here: Option<ProjectRef> = project.as_deref().map(extract::address).transpose()?;
    app.read(&caller, move |conn, actor| match &named_here {
        Some(which) => attachments::project(conn, actor, which).map(|_| ()),
        None => Ok(()),
    })
    .await?;
    // Which fields there are, the draft says itself.
    let form = form::read(&app, &caller, &req, payload, |_| true).await?;
    let uploads = form.uploads.clone();
    let answer = form::settle(&app, &uploads, async {
        let once = body::once_of(&req, form.digest())?;
        let draft = draft(&form.fields)?.check()?;
        let which = named(project.as_deref(), &draft)?;
        create(&app, &caller, once, which, draft, form.uploads).await
    })
    .await?;
    Ok(reply::answer(answer))
}

/// A form knows only text: numbers and lists are recognised by their field.
fn draft(fields: &[(String, String)]) -> Result<IssueDraft, Error> {
    let list = |text: &str| -> serde_json::Value {
        let parts = text.split(',').map(str::trim).filter(|v| !v.is_empty());
        parts.collect()
    };
    let pairs = fields.iter().map(|(name, text)| {
        let value = match name.as_str() {
            "story_points" => match text.trim().parse::<i64>() {
                Ok(number) => number.into(),
                Err(_) => text.as_str().into(),
            },
            "labels" | "tags" | "attachments" => list(text),
            _ => text.as_str().into(),
        };
        (name.clone(), value)
    });
    let object: serde_json::Map<_, _> = pairs.collect();
    json::shaped(serde_json::Value::Object(object))
}

/// The project that the address or the body names, not both; nothing where a token says it.
fn named(address: Option<&str>, draft: &IssueDraft) -> Result<Option<ProjectRef>, Error> {
    match (address, &draft.project) {
        (Some(project), None) => extract::address(project).map(Some),
        (None, Some(project)) => project.parse().map(Some).map_err(|_| {
            FieldError::at("project", "unknown_value", "There is no such project.").into()
        }),
        (Some(_), Some(_)) => {
            let detail = "The address names the project already.";
            Err(FieldError::at("project", "unknown_field", detail).into())
        }
        (None, None) => Ok(None),
    }
}

async fn create(
    app: &App,
    caller: &Caller,
    once: Option<Once>,
    which: Option<ProjectRef>,
    draft: IssueDraft,
    uploads: Vec<Upload>,
) -> Result<Answer, Error> {
    let one_statement = once.is_none() && draft.attachments.is_empty() && uploads.is_empty();
    let make = move |tx: &mut store::Tx<'_>, actor: &access::Actor| {
        // A token of one project need not name it.
        let only = actor.cut().and_then(|cut| cut.project).map(ProjectRef::Id);
        let which = which.clone().or(only);
        let which = which.ok_or_else(|| FieldError::at("project", "required", "Which project?"))?;
        let issue = use_case::create(tx, actor, &which, &draft, &uploads)?.render();
        reply::made(api::issue(&issue.key), Some(issue.version), &issue)
    };
    // One statement writes everything, so without a key or files no transaction has to be held open.
    let answer = if one_statement {
        app.write_one(caller, make).await?
    } else {
        app.make(caller, once, make).await?
    };
    if !answer.replayed {
        app.metrics.issues_created.inc();
    }
    Ok(answer)
}

/// List issues.
///
/// Within a filter any of its comma-separated values, between filters all of them. With `group_by`
/// the answer also has all groups with their counts.
///
/// `format=csv` (or `Accept: text/csv`) gives all rows at once, at most 10,000, with the columns `key`,
/// `project`, `title`, `type`, `severity`, `priority` (1 to 5), `story_points`, `status` (slug), `category`,
/// `resolution`, `reporter` and `assignee` (user names), `labels` (separated by commas), `parent` (its
/// key), `affected_version` and `fixed_version` (names), `start_date`, `due_date`, `votes`, `created_at`,
/// `updated_at`, `resolved_at` (UTC) and `version`. A cell that a spreadsheet would take for a formula begins
/// with an apostrophe.
#[utoipa::path(
    tag = "issues",
    params(
        ("project" = Option<String>, Query, description = "Key of a project"),
        ("state" = Option<String>, Query, description = "`open`, `closed` or `all` (default)"),
        ("status" = Option<String>, Query, description = "Slugs of statuses"),
        ("category" = Option<String>, Query, description = "`triage`, `backlog`, `active`, `waiting`, `done`"),
        ("type" = Option<String>, Query, description = "Kinds of work"),
        ("severity" = Option<String>, Query, description = "`low`, `medium`, `high`, `critical`"),
        ("priority" = Option<String>, Query, description = "1 to 5, or names"),
        ("resolution" = Option<String>, Query, description = "How it ended"),
        ("assignee" = Option<String>, Query, description = "User names, `@me`, `none`"),
        ("reporter" = Option<String>, Query, description = "User names, `@me`"),
        ("label" = Option<String>, Query, description = "Names of labels, `none`"),
        ("text" = Option<String>, Query, description = "Part of the title, or a key"),
        ("deleted" = Option<bool>, Query, description = "Leads: deleted issues only"),
        ("sort" = Option<String>, Query, description = "`updated`, `created`, `priority`, `severity`, `key`, `title`, `due`, `points`, `votes`; a minus in front turns it round; `-updated` unless given"),
        ("q" = Option<String>, Query, description = "The filter language: `is:open assignee:@me updated:>-7d -label:later \"exact words\"`. Must match together with the other filters. A mistake answers 400 with its place"),
        ("format" = Option<String>, Query, description = "`json` (default) or `csv`, which takes neither `limit` nor `cursor`"),
        ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"),
        ("cursor" = Option<String>, Query, description = "From `next_cursor`"),
        ("as_of" = Option<String>, Query, description = "As it was at that instant; rights and names are those of today, watches and votes are left out, and filters and orders by them take those of today"),
        ("group_by" = Option<String>, Query, description = "`status`, `category`, `type`, `severity`, `priority`, `resolution`, `assignee`, `reporter`, `label`, `project`, `fixed_version`: groups one after the other, each in the order of `sort`"),
        ("closed" = Option<String>, Query, description = "With `group_by`: values of groups whose issues are left out; `groups` counts them all the same"),
    ),
    responses((status = 200, body = IssueList))
)]
#[get("/issues")]
pub async fn list_issues(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let as_file = csv::wanted(&req, &mut params)?;
    let (limit, after): (i64, Option<Position>) = if as_file {
        (domain::csv::ROWS_MAX, None)
    } else {
        (i64::from(params.limit()?), params.cursor()?)
    };
    let as_of = params.instant("as_of")?;
    let group_by: Option<GroupBy> = params.read("group_by", &GroupBy::SLUGS.join(", "))?;
    let closed: Vec<String> = match params.text("closed") {
        Some(_) if group_by.is_none() => {
            let detail = "Only together with group_by.";
            return Err(FieldError::query("closed", "invalid", detail).into());
        }
        Some(text) => text.split(',').map(ToOwned::to_owned).collect(),
        None => Vec::new(),
    };
    let rest = params.rest();
    let (filter, others) = IssueFilter::from_pairs(rest)?;
    params.unknown(&others)?;
    if after
        .as_ref()
        .is_some_and(|position| !position.fits(filter.sort.field, group_by))
    {
        return Err(wrong_cursor());
    }
    let query = filter.to_pairs();
    let is_heavy = filter.is_heavy();
    let work = move |conn: &mut Conn, actor: &access::Actor| {
        let scope = access::list_scope(conn, actor, filter.project.as_deref())?;
        past::check(conn, as_of)?;
        let scope = past::scope(conn, actor, scope, as_of)?;
        let asked = Asked {
            filter: &filter,
            as_of,
            group_by,
            closed: &closed,
            after: after.as_ref(),
            limit,
        };
        Ok(issues::list(conn, &scope, &asked)?)
    };
    let listed = app.read_weighed(&caller, as_file || is_heavy, work).await?;
    if as_file {
        let (more, rows) = (listed.next.is_some(), listed.rows.len());
        let file = csv::file("issues", domain::csv::ISSUES, &listed.rows, more)?;
        app.write(&caller, move |tx, actor| {
            audit::issues_leave(tx, actor, &query, rows);
            Ok(())
        })
        .await?;
        return Ok(file);
    }
    let next_cursor = listed.next.as_ref().map(|p| params.question().seal(p));
    let page = Page {
        items: listed.rows,
        next_cursor,
        total: listed.total,
    };
    let cursor = page.next_cursor.clone();
    let groups = listed.groups;
    reply::linked(&req, cursor.as_deref(), &IssueList { page, groups })
}

/// One issue, by key or id.
///
/// With `as_of` as it was at that instant; not before it was made. Whom it exists for, the names of
/// people, statuses, labels and versions are of today. Watches and votes are no part of the past: there
/// they are false and 0.
#[utoipa::path(
    tag = "issues",
    params(("issue" = String, Path, description = "Key or id"), ("as_of" = Option<String>, Query, description = "As it was at that instant"), ("If-None-Match" = Option<String>, Header, description = "ETag that the caller has")),
    responses((status = 200, body = Issue), (status = 304))
)]
#[get("/issues/{issue}")]
pub async fn get_issue(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let (reads, origin) = (app.reads.clone(), caller.origin.clone());
    let as_of = params.instant("as_of")?;
    params.end()?;
    let issue = app
        .read(&caller, move |conn, actor| {
            past::check(conn, as_of)?;
            let found = match as_of {
                Some(at) => access::issue_as_of(conn, actor, &which, at)?,
                None => access::issue(conn, actor, &which, Action::SeeProject)?,
            };
            reads.note(actor, &found, &origin);
            Ok(found.render())
        })
        .await?;
    reply::tagged(&req, issue.version, &issue)
}

/// Change an issue: absent fields stay, `null` clears.
///
/// With `If-Match` the change applies only to that version; else 412 with the issue as it is now.
#[utoipa::path(
    tag = "issues",
    params(("issue" = String, Path, description = "Key or id"), ("If-Match" = Option<String>, Header, description = "ETag of the version to change")),
    request_body = IssuePatch,
    responses((status = 200, body = Issue))
)]
#[patch("/issues/{issue}")]
pub async fn update_issue(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    body: Body<IssuePatch>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let seen = extract::if_match(&req)?;
    let patch = body.value.check()?;
    let takes_turns = patch.place.is_some() || matches!(patch.parent, Some(Some(_)));
    let change = move |tx: &mut store::Tx<'_>, actor: &access::Actor| {
        Ok(use_case::update(tx, actor, &which, &patch, seen)?.render())
    };
    // An order, and that no issue stands below itself, holds only while nobody else changes it, which
    // takes a transaction.
    let issue = if takes_turns {
        app.write(&caller, change).await?
    } else {
        app.write_one(&caller, change).await?
    };
    reply::tagged(&req, issue.version, &issue)
}

/// Delete an issue; it can be restored.
#[utoipa::path(
    tag = "issues",
    params(("issue" = String, Path, description = "Key or id"), ("If-Match" = Option<String>, Header, description = "ETag of the version to delete")),
    responses((status = 204))
)]
#[delete("/issues/{issue}")]
pub async fn delete_issue(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let seen = extract::if_match(&req)?;
    app.write(&caller, move |tx, actor| {
        use_case::delete(tx, actor, &which, seen)
    })
    .await?;
    Ok(reply::done())
}

/// Bring a deleted issue back.
#[utoipa::path(tag = "issues", params(("issue" = String, Path, description = "Key or id")), responses((status = 200, body = Issue)))]
#[post("/issues/{issue}/restore")]
pub async fn restore_issue(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let issue = app
        .write(&caller, move |tx, actor| {
            Ok(use_case::restore(tx, actor, &which)?.render())
        })
        .await?;
    reply::tagged(&req, issue.version, &issue)
}

/// Move an issue to another project.
///
/// It keeps its id, comments, files and whole history, which whoever sees it there will see; its former key
/// answers 308. Status, labels and versions are found by name or lost, an assignee to whom the project does not
/// exist is unassigned, and links to a parent or to issues below end: `notes` says so, with `dry_run` before.
#[utoipa::path(
    tag = "issues",
    params(
        ("issue" = String, Path, description = "Key or id"),
        ("If-Match" = Option<String>, Header, description = "ETag of the version to move"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request answer like the first"),
    ),
    request_body = Relocate,
    responses((status = 200, body = Relocation))
)]
#[post("/issues/{issue}/move")]
pub async fn move_issue(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    body: Body<Relocate>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let seen = extract::if_match(&req)?;
    let once = body::once(&req, &body)?;
    let asked = body.value;
    let answer = app
        .make(&caller, once, move |tx, actor| {
            reply::told(&use_case::relocate(tx, actor, &which, &asked, seen)?)
        })
        .await?;
    Ok(reply::answer(answer))
}

/// An issue's history, oldest first, one entry per changed field, with sentences.
#[utoipa::path(
    tag = "issues",
    params(
        ("issue" = String, Path, description = "Key or id"),
        ("rank" = Option<bool>, Query, description = "True: also each change of the place on the board"),
        ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"),
        ("cursor" = Option<String>, Query, description = "From `next_cursor`"),
    ),
    responses((status = 200, body = Page<HistoryEntry>))
)]
#[get("/issues/{issue}/events")]
pub async fn issue_history(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let limit = i64::from(params.limit()?);
    let after: Option<history::At> = params.cursor()?;
    let ranks = params.read("rank", "true or false")?.unwrap_or(false);
    params.end()?;
    let (mut items, count) = app
        .read(&caller, move |conn, actor| {
            history::of_issue(conn, actor, &which, ranks, after, limit + 1)
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
            total: Total { count, exact: true },
        },
    )
}

/// Put a label on an issue.
#[utoipa::path(
    tag = "issues",
    params(("issue" = String, Path, description = "Key or id"), ("label" = String, Path, description = "Name or id")),
    responses((status = 204))
)]
#[put("/issues/{issue}/labels/{label}")]
pub async fn put_issue_label(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (issue, label) = path.into_inner();
    let which: IssueRef = extract::address(&issue)?;
    app.write_one(&caller, move |tx, actor| {
        use_case::put_label(tx, actor, &which, &label)
    })
    .await?;
    Ok(reply::done())
}

/// Take a label from an issue.
#[utoipa::path(
    tag = "issues",
    params(("issue" = String, Path, description = "Key or id"), ("label" = String, Path, description = "Name or id")),
    responses((status = 204))
)]
#[delete("/issues/{issue}/labels/{label}")]
pub async fn delete_issue_label(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (issue, label) = path.into_inner();
    let which: IssueRef = extract::address(&issue)?;
    app.write_one(&caller, move |tx, actor| {
        use_case::remove_label(tx, actor, &which, &label)
    })
    .await?;
    Ok(reply::done())
}
