//! Saved views.

use super::body::{self, Body};
use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, views};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use domain::page::Page;
use domain::paths::api;
use domain::view::{NewView, View, ViewPatch};
use uuid::Uuid;

fn id_of(text: &str) -> Result<Uuid, Error> {
    text.parse().map_err(|_| Error::not_found())
}

/// List the saved views that exist for me: my own, and those that projects share, by name.
#[utoipa::path(
    tag = "views",
    params(("project" = Option<String>, Query, description = "Only those of that project"), ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"), ("cursor" = Option<String>, Query, description = "From `next_cursor`")),
    responses((status = 200, body = Page<View>))
)]
#[get("/views")]
pub async fn list_views(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let project = params.word("project")?;
    let asked = params.paging()?;
    let views = app
        .read(&caller, move |conn, actor| {
            views::list(conn, actor, project.as_deref())
        })
        .await?;
    reply::part(&req, &asked, views, |v| v.id.to_string())
}

/// Save a view: a filter with a name and a layout.
///
/// A private one is the caller's alone; a shared one belongs to its project and needs a right there.
#[utoipa::path(
    tag = "views",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request answer like the first")),
    request_body = NewView,
    responses((status = 201, body = View))
)]
#[post("/views")]
pub async fn create_view(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    body: Body<NewView>,
) -> Result<HttpResponse, Error> {
    let once = body::once(&req, &body)?;
    let new = body.value.check()?;
    let answer = app
        .make(&caller, once, move |tx, actor| {
            let view = views::create(tx, actor, &new)?;
            reply::made(api::view(&view.id.to_string()), Some(view.version), &view)
        })
        .await?;
    Ok(reply::answer(answer))
}

/// One saved view.
#[utoipa::path(tag = "views", params(("id" = uuid::Uuid, Path, description = "Id")), responses((status = 200, body = View), (status = 304)))]
#[get("/views/{id}")]
pub async fn get_view(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let id = id_of(&id)?;
    let view = app
        .read(&caller, move |conn, actor| views::get(conn, actor, id))
        .await?;
    reply::tagged(&req, view.version, &view)
}

/// Change a saved view: absent fields stay.
#[utoipa::path(
    tag = "views",
    params(("id" = uuid::Uuid, Path, description = "Id"), ("If-Match" = Option<String>, Header, description = "ETag of the version to change")),
    request_body = ViewPatch,
    responses((status = 200, body = View))
)]
#[patch("/views/{id}")]
pub async fn update_view(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
    body: Body<ViewPatch>,
) -> Result<HttpResponse, Error> {
    let id = id_of(&id)?;
    let seen = extract::if_match(&req)?;
    let patch = body.value.check()?;
    let view = app
        .write(&caller, move |tx, actor| {
            views::update(tx, actor, id, &patch, seen)
        })
        .await?;
    reply::tagged(&req, view.version, &view)
}

/// Delete a saved view.
#[utoipa::path(
    tag = "views",
    params(("id" = uuid::Uuid, Path, description = "Id"), ("If-Match" = Option<String>, Header, description = "ETag of the version to delete")),
    responses((status = 204))
)]
#[delete("/views/{id}")]
pub async fn delete_view(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let id = id_of(&id)?;
    let seen = extract::if_match(&req)?;
    app.write(&caller, move |tx, actor| views::delete(tx, actor, id, seen))
        .await?;
    Ok(reply::done())
}
