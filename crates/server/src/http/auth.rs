//! Registering, signing in and out.

use super::body::Body;
use super::identity::{cookie_name, device_cookie_name, origin};
use super::reply;
use crate::app::sign_in::{Begun, Door};
use crate::app::{App, Caller, Error};
use crate::auth::jwt::{COOKIE_SECONDS, DEVICE_SECONDS};
use crate::config::Config;
use crate::live::Listens;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, post, web};
use domain::audit::AuditKind;
use domain::problem::{Code, FieldError, Problem};
use domain::user::{Login, Register, SignedIn, TokenAnswer, User};
use store::accounts;
use store::audit::NewEntry;

/// The cookie that holds a session's token.
#[must_use]
pub fn session_cookie(config: &Config, token: String) -> Cookie<'static> {
    Cookie::build(cookie_name(config), token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(config.is_https())
        .max_age(Duration::seconds(COOKIE_SECONDS))
        .finish()
}

/// The cookie by which a browser is known to an account that has signed in there: it signs nobody in,
/// but guesses elsewhere do not keep whoever comes with it waiting.
#[must_use]
fn device_cookie(config: &Config, token: String) -> Cookie<'static> {
    Cookie::build(device_cookie_name(config), token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(config.is_https())
        .max_age(Duration::seconds(DEVICE_SECONDS))
        .finish()
}

/// Register an account.
///
/// Who may depends on the instance's policy; the new account has the role `reporter`.
/// Where only addresses of some hosts may, it is not active before an admin has let it in.
#[utoipa::path(tag = "auth", request_body = Register, security(()), responses((status = 201, body = User)))]
#[post("/auth/register")]
pub async fn register(
    app: web::Data<App>,
    req: HttpRequest,
    body: Body<Register>,
) -> Result<HttpResponse, Error> {
    let user = app.register(body.value, origin(&req)).await?;
    Ok(reply::answer(reply::made(
        "/api/v1/me".to_string(),
        None,
        &user,
    )?))
}

/// Sign in with a browser.
///
/// The session is kept in an HttpOnly cookie. After five wrong passwords for a name each further one must wait,
/// 1, 2, 4 … seconds, at most 15 minutes, but not in a browser where the account has signed in before.
#[utoipa::path(tag = "auth", request_body = Login, security(()), responses((status = 200, body = SignedIn)))]
#[post("/auth/login")]
pub async fn login(
    app: web::Data<App>,
    req: HttpRequest,
    body: Body<Login>,
) -> Result<HttpResponse, Error> {
    let Login {
        identifier,
        password,
    } = body.value;
    let kept = req.cookie(device_cookie_name(&app.config));
    let device = kept.and_then(|cookie| app.keys.verify_device(cookie.value()));
    let Begun {
        user,
        token,
        device,
        ..
    } = app
        .sign_in(identifier, password, origin(&req), Door::Browser(device))
        .await?;
    let mut response = reply::json(&SignedIn { user })?;
    let session = session_cookie(&app.config, token);
    let device = device.map(|device| device_cookie(&app.config, device));
    for cookie in [Some(session), device].into_iter().flatten() {
        response
            .add_cookie(&cookie)
            .map_err(|e| Error::internal(e.to_string()))?;
    }
    Ok(response)
}

/// Sign out: ends the session behind this request.
#[utoipa::path(tag = "auth", responses((status = 204)))]
#[post("/auth/logout")]
pub async fn logout(app: web::Data<App>, caller: Option<Caller>) -> Result<HttpResponse, Error> {
    if let Some(caller) = caller {
        let ended = app
            .write(&caller, |tx, actor| {
                tx.audit(NewEntry::new(AuditKind::SignOut, Some(actor.id)));
                accounts::revoke_session(tx, actor.id, actor.session)?;
                Ok(actor.session)
            })
            .await;
        match ended {
            Ok(session) => app.live.end(Listens::Session(session)),
            Err(error) if error.problem().status < 500 => {}
            Err(error) => return Err(error),
        }
    }
    let mut cookie = session_cookie(&app.config, String::new());
    cookie.make_removal();
    let mut response = reply::done();
    response
        .add_cookie(&cookie)
        .map_err(|e| Error::internal(e.to_string()))?;
    Ok(response)
}

/// The OAuth 2 password form; other fields of that form are accepted and not used.
#[derive(Debug, Default, serde::Deserialize, utoipa::ToSchema)]
pub struct TokenForm {
    /// E-mail address or user name.
    username: Option<String>,
    /// Password.
    password: Option<String>,
    /// Always `password`, if given.
    grant_type: Option<String>,
}

/// Get a token for a program.
///
/// Send it as `Authorization: Bearer …`. The form is that of OAuth 2 (RFC 6749, section 4.3), so
/// that Authorize in this page works.
#[utoipa::path(
    tag = "auth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    security(()),
    responses((status = 200, body = TokenAnswer))
)]
#[post("/auth/token")]
pub async fn create_token(
    app: web::Data<App>,
    req: HttpRequest,
    mut payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let form = token_form(&req, &mut payload).await?;
    let required = |name: &str| Error::from(FieldError::at(name, "required", "This is needed."));
    if form.grant_type.is_some_and(|g| g != "password") {
        return Err(FieldError::at("grant_type", "unknown_value", "Only password.").into());
    }
    let username = form.username.ok_or_else(|| required("username"))?;
    let password = form.password.ok_or_else(|| required("password"))?;
    let begun = app
        .sign_in(username, password, origin(&req), Door::Program)
        .await?;
    reply::json(&TokenAnswer {
        access_token: begun.token,
        token_type: "bearer".to_string(),
        expires_in: begun.lasts,
    })
}

async fn token_form(req: &HttpRequest, payload: &mut web::Payload) -> Result<TokenForm, Error> {
    use futures_util::StreamExt;
    if req.content_type() != "application/x-www-form-urlencoded" {
        return Err(Problem::new(Code::UnsupportedMediaType)
            .detail("Send application/x-www-form-urlencoded.")
            .into());
    }
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|e| super::patience::broke_off(&e))?;
        body.extend_from_slice(&chunk);
        if body.len() > 16_384 {
            return Err(Problem::new(Code::TooLarge).into());
        }
    }
    let text =
        String::from_utf8(body).map_err(|_| Error::from(Problem::new(Code::MalformedRequest)))?;
    web::Query::<TokenForm>::from_query(&text)
        .map(web::Query::into_inner)
        .map_err(|e| {
            Problem::new(Code::MalformedRequest)
                .detail(e.to_string())
                .into()
        })
}
