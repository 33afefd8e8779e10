//! What every request passes on its way in and out.
//!
//! In: request id, who is calling (signature only), limits, origin. Out: security headers, timing,
//! figures, one log line.

use super::extract::unknown;
use super::limits::{Limiter, Principal, Verdict};
use super::problem::{self, REQUEST_ID};
use crate::app::{App, Caller, Credential, Error, Timing};
use crate::auth::jwt::RENEW_AFTER_SECONDS;
use crate::auth::token::Presented;
use crate::config::Config;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use domain::problem::{Code, Problem};
use domain::token::{MARK, Need};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use store::audit::Origin;
use uuid::Uuid;

/// Characters of a browser's or program's name that are kept.
const USER_AGENT_MAX: usize = 300;

/// The address that a request comes from, behind trusted proxies.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// That the session's cookie is old enough to be renewed.
#[derive(Debug, Clone, Copy)]
pub struct Renew;

/// Name of the session's cookie. With the prefix, browsers refuse it from anywhere but our own
/// origin over https.
#[must_use]
pub fn cookie_name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-iit"
    } else {
        "iit"
    }
}

fn peer(req: &ServiceRequest, config: &Config) -> IpAddr {
    let direct = req
        .peer_addr()
        .map_or(IpAddr::from([127, 0, 0, 1]), |a| a.ip());
    let trusted = |address: IpAddr| {
        config
            .trusted_proxies
            .iter()
            .any(|net| net.contains(&address))
    };
    if !trusted(direct) {
        return direct;
    }
    // The rightmost address that is not one of our proxies; everything left of it can be invented.
    let forwarded = req.headers().get_all("x-forwarded-for");
    let hops: Vec<IpAddr> = forwarded
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .filter_map(|v| v.trim().parse().ok())
        .collect();
    hops.into_iter()
        .rev()
        .find(|a| !trusted(*a))
        .unwrap_or(direct)
}

/// Where a request comes from, as the audit log keeps it.
#[must_use]
pub fn origin(req: &HttpRequest) -> Origin {
    let agent = req.headers().get(header::USER_AGENT);
    let agent = agent.and_then(|v| v.to_str().ok()).unwrap_or_default();
    Origin {
        ip: req
            .extensions()
            .get::<Peer>()
            .map(|p| p.0.to_string())
            .unwrap_or_default(),
        user_agent: agent.chars().take(USER_AGENT_MAX).collect(),
        request_id: problem::request_id(),
    }
}

fn request_id(headers: &HeaderMap) -> String {
    headers
        .get("x-request-id")
        .and_then(|v| v.to_str().ok())
        .filter(|v| {
            (1..=64).contains(&v.len())
                && v.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        })
        .map_or_else(|| Uuid::now_v7().to_string(), ToString::to_string)
}

/// Who signs the request: the bearer token if there is one, else the cookie. API tokens are bearers
/// only: a cookie is sent along by browsers whoever caused the request.
fn identify(req: &ServiceRequest, app: &App) -> Option<bool> {
    let bearer = req.headers().get(header::AUTHORIZATION).map(|v| {
        let text = v.to_str().unwrap_or_default();
        text.split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim().to_string())
            .unwrap_or_default()
    });
    let by_cookie = bearer.is_none();
    let token = bearer.or_else(|| {
        req.cookie(cookie_name(&app.config))
            .map(|c| c.value().to_string())
    })?;
    let mut issued_at = None;
    let credential = if !by_cookie && token.starts_with(MARK) {
        Credential::Token(Presented::read(&token)?)
    } else {
        let claims = app.keys.verify(&token)?;
        issued_at = Some(claims.iat);
        Credential::Session {
            account: claims.sub,
            session: claims.sid,
        }
    };
    let origin = origin(req.request());
    let mut extensions = req.extensions_mut();
    extensions.insert(Caller {
        credential,
        need: Need::Session,
        timing: Arc::new(Timing::default()),
        origin: Arc::new(origin),
    });
    let old = |at: i64| chrono::Utc::now().timestamp() - at > RENEW_AFTER_SECONDS;
    if by_cookie && issued_at.is_some_and(old) {
        extensions.insert(Renew);
    }
    Some(by_cookie)
}

/// Whether a browser says that one of our own pages made this request.
fn from_our_own_page(req: &ServiceRequest, config: &Config, needed: bool) -> bool {
    let text = |name: HeaderName| req.headers().get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin" || site == "none";
    }
    match text(header::ORIGIN) {
        Some(origin) => {
            let host = text(header::HOST).unwrap_or_default();
            origin == config.public_url || origin.split("://").nth(1) == Some(host)
        }
        None => !needed,
    }
}

fn limit(req: &ServiceRequest, limiter: &Limiter, address: IpAddr) -> Option<Verdict> {
    let path = req.path();
    if !path.starts_with("/api/v1") {
        return None;
    }
    let signing_in = matches!(
        path,
        "/api/v1/auth/login" | "/api/v1/auth/token" | "/api/v1/auth/register"
    );
    if signing_in && let Some(verdict) = limiter.sign_in(address) {
        return Some(verdict);
    }
    match req.extensions().get::<Caller>() {
        None => limiter.anonymous(address),
        Some(caller) => match &caller.credential {
            Credential::Session { account, .. } => limiter.principal(Principal::Account(*account)),
            Credential::Token(token) if limiter.knows(&token.digest) => {
                limiter.principal(Principal::Token(token.digest))
            }
            Credential::Token(_) => limiter.anonymous(address),
        },
    }
}

/// Who called, for the log: the account, and how the token begins. Notes whether the token is one.
fn called(caller: Option<&Caller>, limiter: &Limiter, status: u16) -> (String, String) {
    match caller.map(|c| &c.credential) {
        None => (String::new(), String::new()),
        Some(Credential::Session { account, .. }) => (account.to_string(), String::new()),
        Some(Credential::Token(token)) => {
            let owner = token.owner();
            if owner.is_some() || status == 401 {
                limiter.note(token.digest, owner.is_some());
            }
            let owner = owner.map(|id| id.to_string()).unwrap_or_default();
            (owner, token.prefix.clone())
        }
    }
}

fn refuse(
    app: &App,
    req: &ServiceRequest,
    limiter: &Limiter,
    address: IpAddr,
) -> Result<Option<Verdict>, Box<(Error, Option<Verdict>)>> {
    let by_cookie = identify(req, app);
    let verdict = limit(req, limiter, address);
    if verdict.is_some_and(|v| v.wait.is_some()) {
        let error = Problem::new(Code::TooManyRequests).into();
        return Err(Box::new((error, verdict)));
    }
    let is_api = req.path().starts_with("/api/");
    let unsafe_method = !req.method().is_safe();
    if is_api && unsafe_method && req.headers().get(header::AUTHORIZATION).is_none() {
        // With a cookie the browser must say where the request came from; without one it must at
        // least not say that it came from elsewhere.
        let needed = by_cookie == Some(true);
        if !from_our_own_page(req, &app.config, needed) {
            return Err(Box::new((
                Problem::new(Code::ForeignOrigin).into(),
                verdict,
            )));
        }
    }
    // Whoever writes with an instant means another request: the past cannot be changed.
    let travels = |pair: &str| pair.split('=').next() == Some("as_of");
    if is_api && unsafe_method && req.query_string().split('&').any(travels) {
        let error = unknown(&[("as_of", "")])
            .err()
            .unwrap_or_else(Error::not_found);
        return Err(Box::new((error, verdict)));
    }
    Ok(verdict)
}

/// The middleware.
///
/// # Errors
/// None of its own; what fails inside is answered inside.
pub async fn around(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let began = Instant::now();
    let id = request_id(req.headers());
    let (Some(app), Some(limiter)) = (
        req.app_data::<web::Data<App>>().cloned(),
        req.app_data::<web::Data<Limiter>>().cloned(),
    ) else {
        return next
            .call(req)
            .await
            .map(ServiceResponse::map_into_boxed_body);
    };
    REQUEST_ID
        .scope(id.clone(), async move {
            let address = peer(&req, &app.config);
            req.extensions_mut().insert(Peer(address));
            let method = req.method().clone();
            let (mut response, verdict) = match refuse(&app, &req, &limiter, address) {
                Ok(verdict) => (next.call(req).await?.map_into_boxed_body(), verdict),
                Err(refusal) => {
                    let (error, verdict) = *refusal;
                    (
                        req.into_response(problem::response(error.problem())),
                        verdict,
                    )
                }
            };
            let caller = response.request().extensions().get::<Caller>().cloned();
            let route = response
                .request()
                .match_pattern()
                .unwrap_or_else(|| "unmatched".to_string());
            let status = response.status().as_u16();
            let spent = began.elapsed();
            if let Some(location) = moved_to(&response) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            let https = app.config.is_https();
            finish(response.headers_mut(), &id, https, verdict);
            let app_ms = spent.as_secs_f64() * 1000.0;
            let db_ms = caller.as_ref().map_or(0.0, |c| {
                f64::from(u32::try_from(c.timing.micros()).unwrap_or(u32::MAX)) / 1000.0
            });
            put(
                response.headers_mut(),
                "server-timing",
                &format!("app;dur={app_ms:.1}, db;dur={db_ms:.1}"),
            );
            app.metrics
                .request(method.as_str(), &route, status, spent.as_secs_f64());
            let (account, token) = called(caller.as_ref(), &limiter, status);
            tracing::info!(
                request.id = %id,
                user.id = account,
                user.token = token,
                http.method = %method,
                http.route = %route,
                http.status = status,
                http.milliseconds = app_ms,
                "request"
            );
            Ok(response)
        })
        .await
}

/// Where to ask again when an issue is asked for by a key that it had before: the same address with
/// the key that it has now.
fn moved_to(response: &ServiceResponse<impl MessageBody>) -> Option<HeaderValue> {
    let error = response.response().error()?.as_error::<Error>()?;
    let Error::Store(store::Error::Moved(key)) = error else {
        return None;
    };
    let uri = response.request().uri();
    let mut segments: Vec<&str> = uri.path().split('/').collect();
    let at = segments.iter().position(|segment| *segment == "issues")? + 1;
    *segments.get_mut(at)? = key;
    let mut location = segments.join("/");
    if let Some(query) = uri.query() {
        location.push('?');
        location.push_str(query);
    }
    HeaderValue::from_str(&location).ok()
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// Headers of every answer. What a handler set for itself stays.
fn finish(headers: &mut HeaderMap, id: &str, https: bool, verdict: Option<Verdict>) {
    put(headers, "x-request-id", id);
    let mut usual = vec![
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=(), payment=()",
        ),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        ("cache-control", "no-store"),
        ("vary", "Authorization, Cookie"),
    ];
    if https {
        usual.push((
            "strict-transport-security",
            "max-age=31536000; includeSubDomains",
        ));
    }
    for (name, value) in usual {
        if !headers.contains_key(name) {
            put(headers, name, value);
        }
    }
    if let Some(v) = verdict {
        put(
            headers,
            "ratelimit-policy",
            &format!("\"{}\";q={};w=60", v.policy, v.quota),
        );
        let reset = v.wait.unwrap_or(60);
        put(
            headers,
            "ratelimit",
            &format!("\"{}\";r={};t={reset}", v.policy, v.remaining),
        );
        if let Some(wait) = v.wait {
            put(headers, "retry-after", &wait.to_string());
        }
    }
}
