//! Who a request says it is from: the address behind trusted proxies, and what it is signed with.
//! Signatures only; the database is asked when a use case begins.

use super::problem;
use crate::app::{App, Caller, Credential, Timing};
use crate::auth::jwt::RENEW_AFTER_SECONDS;
use crate::auth::token::Presented;
use crate::config::Config;
use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest};
use domain::token::{MARK, Need};
use std::net::IpAddr;
use std::sync::Arc;
use store::audit::Origin;

/// Characters of a browser's or program's name that are kept.
const USER_AGENT_MAX: usize = 300;

/// The address that a request comes from, behind trusted proxies.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// That the session's cookie is old enough to be renewed.
#[derive(Debug, Clone, Copy)]
pub struct Renew;

/// That a bearer token came with the request and does not hold.
#[derive(Debug, Clone, Copy)]
pub struct InvalidBearer;

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

/// Name of the cookie by which a browser is known to an account.
#[must_use]
pub fn device_cookie_name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-iit-device"
    } else {
        "iit-device"
    }
}

/// The address that a request comes from: the rightmost that is not one of our proxies, because
/// everything left of it can be invented.
#[must_use]
pub fn peer(req: &ServiceRequest, config: &Config) -> IpAddr {
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

/// Reads who signs the request and leaves it with the request: the bearer token if there is one,
/// else the cookie. API tokens are bearers only: a cookie is sent along by browsers whoever caused
/// the request.
pub fn identify(req: &ServiceRequest, app: &App) {
    let authorization = req.headers().get(header::AUTHORIZATION);
    let is_bearer = authorization.is_some();
    let presented = match authorization {
        // Another scheme signs nothing here, and neither does a cookie beside it.
        Some(value) => value.to_str().ok().and_then(|text| {
            let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
            let bearer = scheme.eq_ignore_ascii_case("bearer");
            bearer.then(|| token.trim().to_string())
        }),
        None => req
            .cookie(cookie_name(&app.config))
            .map(|c| c.value().to_string()),
    };
    let Some(token) = presented else { return };
    match read(&token, is_bearer, app) {
        Some((credential, issued_at)) => {
            let old = |at: i64| chrono::Utc::now().timestamp() - at > RENEW_AFTER_SECONDS;
            let renew = !is_bearer && issued_at.is_some_and(old);
            let origin = origin(req.request());
            let mut extensions = req.extensions_mut();
            extensions.insert(Caller {
                credential,
                is_bearer,
                need: Need::Session,
                timing: Arc::new(Timing::default()),
                origin: Arc::new(origin),
            });
            if renew {
                extensions.insert(Renew);
            }
        }
        None if is_bearer => {
            req.extensions_mut().insert(InvalidBearer);
        }
        None => {}
    }
}

/// What a token names, and when a session's was issued.
fn read(token: &str, is_bearer: bool, app: &App) -> Option<(Credential, Option<i64>)> {
    if is_bearer && token.starts_with(MARK) {
        return Some((Credential::Token(Presented::read(token)?), None));
    }
    let claims = app.keys.verify(token)?;
    let session = Credential::Session {
        account: claims.sub,
        session: claims.sid,
    };
    Some((session, Some(claims.iat)))
}
