//! The directory of accounts, and what admins do with them.

use super::body::{self, Body};
use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, accounts as use_case};
use crate::auth::password;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use domain::page::{Page, Total};
use domain::paths::api;
use domain::policy::Action;
use domain::user::{NewUser, User, UserPatch};

/// List accounts by user name.
///
/// Names of active accounts, of all whom I can meet in a project: of everybody where some project exists for all accounts,
/// or where I manage members. Whoever sees only their own issues meets those who see all. Admins see everything, and with
/// `all=true` also deactivated accounts.
#[utoipa::path(
    tag = "users",
    params(
        ("text" = Option<String>, Query, description = "Part of a user name or display name"),
        ("all" = Option<bool>, Query, description = "Admins: deactivated accounts too"),
        ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"),
        ("cursor" = Option<String>, Query, description = "From `next_cursor`"),
    ),
    responses((status = 200, body = Page<User>))
)]
#[get("/users")]
pub async fn list_users(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let limit = i64::from(params.limit()?);
    let after: Option<String> = params.cursor()?;
    let text = params.word("text")?;
    let all = params.read("all", "true or false")?.unwrap_or(false);
    params.end()?;
    let (mut users, count) = app
        .read(&caller, move |conn, actor| {
            use_case::list(
                conn,
                actor,
                text.as_deref(),
                all,
                after.as_deref(),
                limit + 1,
            )
        })
        .await?;
    let more = users.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    users.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = users
        .last()
        .filter(|_| more)
        .map(|u| params.question().seal(&u.username));
    reply::page(
        &req,
        &Page {
            items: users,
            next_cursor,
            total: Total::from_capped(count),
        },
    )
}

/// One account, by id or user name.
#[utoipa::path(tag = "users", params(("id" = String, Path, description = "Id or user name")), responses((status = 200, body = User), (status = 304)))]
#[get("/users/{id}")]
pub async fn get_user(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let user = app
        .read(&caller, move |conn, actor| use_case::one(conn, actor, &id))
        .await?;
    reply::tagged(&req, 0, &user)
}

/// Hashes on the lane for it, but only for who may use the result: hashing is expensive.
async fn hashed(
    app: &App,
    caller: &Caller,
    plain: Option<String>,
) -> Result<Option<String>, Error> {
    let Some(plain) = plain else {
        return Ok(None);
    };
    app.read(caller, |_, actor| Ok(actor.allow(Action::ManageAccounts)?))
        .await?;
    let cost = app.config.bcrypt_cost;
    let hash = app.hashing(move || password::hash(&plain, cost)).await?;
    hash.map(Some).map_err(|e| Error::internal(e.to_string()))
}

/// Admin: make an account.
#[utoipa::path(tag = "users", request_body = NewUser, responses((status = 201, body = User)))]
#[post("/users")]
pub async fn create_user(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    body: Body<NewUser>,
) -> Result<HttpResponse, Error> {
    let once = body::once(&req, &body)?;
    let new = body.value.check()?;
    let hash = hashed(&app, &caller, new.password.clone()).await?;
    let answer = app
        .make(&caller, once, move |tx, actor| {
            let user = use_case::create(tx, actor, &new, hash.as_deref())?;
            reply::made(api::user(&user.id.to_string()), None, &user)
        })
        .await?;
    Ok(reply::answer(answer))
}

/// Admin: change an account.
///
/// A new role counts from the next request on; a new password or deactivation ends its sessions.
#[utoipa::path(
    tag = "users",
    params(("If-Match" = Option<String>, Header, description = "ETag of the version to change"), ("id" = String, Path, description = "Id or user name")),
    request_body = UserPatch,
    responses((status = 200, body = User))
)]
#[patch("/users/{id}")]
pub async fn update_user(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
    body: Body<UserPatch>,
) -> Result<HttpResponse, Error> {
    let seen = extract::if_match(&req)?;
    let patch = body.value.check()?;
    let hash = hashed(&app, &caller, patch.password.clone()).await?;
    let user = app
        .write(&caller, move |tx, actor| {
            use_case::update(tx, actor, &id, &patch, hash.as_deref(), seen)
        })
        .await?;
    reply::tagged(&req, 0, &user)
}

/// Admin: deactivate an account. What they wrote stays.
#[utoipa::path(tag = "users", params(("If-Match" = Option<String>, Header, description = "ETag of the version to change"), ("id" = String, Path, description = "Id or user name")), responses((status = 204)))]
#[delete("/users/{id}")]
pub async fn deactivate_user(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let seen = extract::if_match(&req)?;
    let patch = UserPatch {
        active: Some(false),
        ..UserPatch::default()
    };
    app.write(&caller, move |tx, actor| {
        use_case::update(tx, actor, &id, &patch, None, seen).map(|_| ())
    })
    .await?;
    Ok(reply::done())
}
