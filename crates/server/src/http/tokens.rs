//! API tokens: one's own, and for admins those of programs.

use super::body::{self, Body};
use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, tokens as use_case};
use crate::auth::token::mint;
use crate::live::Listens;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use domain::page::Page;
use domain::paths::api;
use domain::token::{ApiToken, MadeToken, NewToken};

async fn list(
    app: &App,
    req: &HttpRequest,
    caller: &Caller,
    mut params: Params,
    whose: Option<String>,
) -> Result<HttpResponse, Error> {
    let asked = params.paging()?;
    let tokens = app
        .read(caller, move |conn, actor| {
            use_case::list(conn, actor, whose.as_deref())
        })
        .await?;
    reply::part(req, &asked, tokens, |t| t.id.to_string())
}

async fn create(
    app: &App,
    req: &HttpRequest,
    caller: &Caller,
    body: Body<NewToken>,
    whose: Option<String>,
) -> Result<HttpResponse, Error> {
    let once = body::once(req, &body)?;
    let new = body.value.check(chrono::Utc::now())?;
    let minted = mint();
    let kept = minted.kept;
    let mut answer = app
        .make(caller, once, move |tx, actor| {
            let made = use_case::create(tx, actor, whose.as_deref(), &new, &kept)?;
            let location = match &whose {
                None => api::my_token(&made.id.to_string()),
                Some(word) => api::token_of(word, &made.id.to_string()),
            };
            reply::made(location, None, &MadeToken { made, token: None })
        })
        .await?;
    // Added here, because the answer itself is kept for a repeated request, and the secret is not.
    if !answer.replayed {
        let made: ApiToken =
            serde_json::from_str(&answer.body).map_err(|e| Error::internal(e.to_string()))?;
        answer.body = reply::text(&MadeToken {
            made,
            token: Some(minted.text),
        })?;
    }
    Ok(reply::answer(answer))
}

async fn one(
    app: &App,
    req: &HttpRequest,
    caller: &Caller,
    params: Params,
    id: &str,
    whose: Option<String>,
) -> Result<HttpResponse, Error> {
    params.end()?;
    let id = extract::id(id)?;
    let token = app
        .read(caller, move |conn, actor| {
            use_case::one(conn, actor, whose.as_deref(), id)
        })
        .await?;
    reply::tagged(req, 0, &token)
}

async fn revoke(
    app: &App,
    caller: &Caller,
    id: &str,
    whose: Option<String>,
) -> Result<HttpResponse, Error> {
    let id = extract::id(id)?;
    app.write(caller, move |tx, actor| {
        use_case::revoke(tx, actor, whose.as_deref(), id)
    })
    .await?;
    app.live.end(Listens::Token(id));
    Ok(reply::done())
}

/// My tokens.
///
/// Newest first, without those that are revoked.
#[utoipa::path(tag = "tokens", params(("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"), ("cursor" = Option<String>, Query, description = "From `next_cursor`")), responses((status = 200, body = Page<ApiToken>)))]
#[get("/me/tokens")]
pub async fn my_tokens(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    params: Params,
) -> Result<HttpResponse, Error> {
    list(&app, &req, &caller, params, None).await
}

/// Make a token for a program of mine.
///
/// The token is in this answer and nowhere else. It never may more than I may; of that, what its
/// scopes name, and with a project nothing outside of it. `issues:write`, `comments:write` and
/// `admin` include `read`.
#[utoipa::path(tag = "tokens", request_body = NewToken, responses((status = 201, body = MadeToken)))]
#[post("/me/tokens")]
pub async fn create_my_token(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    body: Body<NewToken>,
) -> Result<HttpResponse, Error> {
    create(&app, &req, &caller, body, None).await
}

/// One of my tokens, without its secret.
#[utoipa::path(tag = "tokens", params(("id" = uuid::Uuid, Path, description = "Id of the token")), responses((status = 200, body = ApiToken), (status = 304)))]
#[get("/me/tokens/{id}")]
pub async fn my_token(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
    params: Params,
) -> Result<HttpResponse, Error> {
    one(&app, &req, &caller, params, &id, None).await
}

/// Revoke one of my tokens.
#[utoipa::path(tag = "tokens", params(("id" = uuid::Uuid, Path, description = "Id of the token")), responses((status = 204)))]
#[delete("/me/tokens/{id}")]
pub async fn revoke_my_token(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    revoke(&app, &caller, &id, None).await
}

/// Admin: tokens of an account.
#[utoipa::path(tag = "tokens", params(("id" = String, Path, description = "Id or user name"), ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"), ("cursor" = Option<String>, Query, description = "From `next_cursor`")), responses((status = 200, body = Page<ApiToken>)))]
#[get("/users/{id}/tokens")]
pub async fn tokens_of(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
    params: Params,
) -> Result<HttpResponse, Error> {
    list(&app, &req, &caller, params, Some(id.into_inner())).await
}

/// Admin: make a token for a service account.
#[utoipa::path(tag = "tokens", params(("id" = String, Path, description = "Id or user name")), request_body = NewToken, responses((status = 201, body = MadeToken)))]
#[post("/users/{id}/tokens")]
pub async fn create_token_of(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
    body: Body<NewToken>,
) -> Result<HttpResponse, Error> {
    create(&app, &req, &caller, body, Some(id.into_inner())).await
}

/// Admin: one token of an account, without its secret.
#[utoipa::path(tag = "tokens", params(("id" = String, Path, description = "Id or user name"), ("token" = uuid::Uuid, Path, description = "Id of the token")), responses((status = 200, body = ApiToken), (status = 304)))]
#[get("/users/{id}/tokens/{token}")]
pub async fn token_of(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Params,
) -> Result<HttpResponse, Error> {
    let (whose, token) = path.into_inner();
    one(&app, &req, &caller, params, &token, Some(whose)).await
}

/// Admin: revoke a token of an account, a person's too.
#[utoipa::path(tag = "tokens", params(("id" = String, Path, description = "Id or user name"), ("token" = uuid::Uuid, Path, description = "Id of the token")), responses((status = 204)))]
#[delete("/users/{id}/tokens/{token}")]
pub async fn revoke_token_of(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (whose, token) = path.into_inner();
    revoke(&app, &caller, &token, Some(whose)).await
}
