//! Oneself.

use super::auth::session_cookie;
use super::body::Body;
use super::identity::Renew;
use super::params::Params;
use super::{extract, reply};
use crate::app::{App, Caller, Error, accounts as use_case};
use crate::auth::{jwt, password};
use crate::live::Listens;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, delete, get, patch, post, web};
use domain::audit::AuditKind;
use domain::page::Page;
use domain::text;
use domain::user::{Me, PasswordChange, ProfilePatch, Session};
use serde_json::json;
use store::accounts;
use store::audit::NewEntry;

/// Who am I, and what am I in each project?
#[utoipa::path(tag = "me", responses((status = 200, body = Me), (status = 304)))]
#[get("/me")]
pub async fn get_me(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Error> {
    let me = app.read(&caller, use_case::me).await?;
    let mut response = reply::tagged(&req, 0, &me)?;
    let renew = req.extensions().get::<Renew>().is_some();
    if renew {
        renew_cookie(&app, &caller, &mut response).await?;
    }
    Ok(response)
}

/// The browser app asks for itself on every start, so this is where its cookie is renewed.
async fn renew_cookie(
    app: &App,
    caller: &Caller,
    response: &mut HttpResponse,
) -> Result<(), Error> {
    let (account, session) = app
        .write(caller, |tx, actor| {
            accounts::renew_session(tx, actor.session)?;
            Ok((actor.id, actor.session))
        })
        .await?;
    let token = app
        .keys
        .sign(
            account,
            session,
            chrono::Utc::now().timestamp(),
            jwt::COOKIE_SECONDS,
        )
        .map_err(|e| Error::internal(e.to_string()))?;
    response
        .add_cookie(&session_cookie(&app.config, token))
        .map_err(|e| Error::internal(e.to_string()))
}

/// Change my profile.
#[utoipa::path(tag = "me", params(("If-Match" = Option<String>, Header, description = "ETag of the version to change")), request_body = ProfilePatch, responses((status = 200, body = Me)))]
#[patch("/me")]
pub async fn update_me(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    body: Body<ProfilePatch>,
) -> Result<HttpResponse, Error> {
    let seen = extract::if_match(&req)?;
    let patch = body.value.check()?;
    let me = app
        .write(&caller, move |tx, actor| {
            use_case::update_me(tx, actor, &patch, seen)
        })
        .await?;
    reply::tagged(&req, 0, &me)
}

/// Change my password; my other sessions end.
#[utoipa::path(tag = "me", request_body = PasswordChange, responses((status = 204)))]
#[post("/me/password")]
pub async fn change_password(
    app: web::Data<App>,
    caller: Caller,
    body: Body<PasswordChange>,
) -> Result<HttpResponse, Error> {
    let PasswordChange { current, new } = body.value;
    let new = text::password("new", &new).map_err(Error::from)?;
    app.demand_password(&caller, "current", current).await?;
    let cost = app.config.bcrypt_cost;
    let hash = app.hashing(move || password::hash(&new, cost)).await?;
    let hash = hash.map_err(|e| Error::internal(e.to_string()))?;
    app.write(&caller, move |tx, actor| {
        use_case::set_my_password(tx, actor, &hash)
    })
    .await?;
    Ok(reply::done())
}

/// Where am I signed in?
#[utoipa::path(tag = "me", params(("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"), ("cursor" = Option<String>, Query, description = "From `next_cursor`")), responses((status = 200, body = Page<Session>)))]
#[get("/me/sessions")]
pub async fn sessions(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let asked = params.paging()?;
    let sessions = app
        .read(&caller, |conn, actor| {
            Ok(accounts::sessions(conn, actor.id, actor.session)?)
        })
        .await?;
    reply::part(&req, &asked, sessions, |s| s.id.to_string())
}

/// End one of my sessions.
#[utoipa::path(tag = "me", params(("id" = uuid::Uuid, Path, description = "Id of the session")), responses((status = 204)))]
#[delete("/me/sessions/{id}")]
pub async fn revoke_session(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let id = extract::id(&id)?;
    app.write(&caller, move |tx, actor| {
        let entry = NewEntry::new(AuditKind::SessionRevoked, Some(actor.id)).about(actor.id);
        tx.audit(entry.detail(json!({"session": id})));
        Ok(accounts::revoke_session(tx, actor.id, id)?)
    })
    .await?;
    app.live.end(Listens::Session(id));
    Ok(reply::done())
}
