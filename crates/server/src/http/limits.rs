//! Limits on requests: token buckets per address, per account, per sign-in.

use crate::config::Limits;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::collections::HashSet;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

type Buckets<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// The buckets of a server.
#[derive(Debug)]
pub struct Limiter {
    anonymous: Option<(u32, Buckets<IpAddr>)>,
    principal: Option<(u32, Buckets<Principal>)>,
    sign_in: Option<(u32, Buckets<IpAddr>)>,
    pages: Option<(u32, Buckets<IpAddr>)>,
    /// Digests of tokens that the database knew. Others could be made up, each with a bucket of its own.
    known: Mutex<HashSet<[u8; 32]>>,
}

/// Whoever has a bucket of their own. An account and a token never share one, whatever their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Principal {
    /// An account, with all its sessions.
    Account(Uuid),
    /// A token, by its digest.
    Token([u8; 32]),
}

/// What a bucket says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Name of the policy, for the headers.
    pub policy: &'static str,
    /// Requests per minute.
    pub quota: u32,
    /// Requests left now.
    pub remaining: u32,
    /// Seconds to wait; `None` when the request passes.
    pub wait: Option<u64>,
}

/// One address, or for IPv6 its network of 64 bits: whoever has one address there has all of them.
#[must_use]
pub fn bucket(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
        },
        v4 => v4,
    }
}

fn buckets<K: std::hash::Hash + Eq + Clone>(per_minute: u32) -> Option<(u32, Buckets<K>)> {
    let quota = Quota::per_minute(NonZeroU32::new(per_minute)?);
    let limiter = RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>();
    Some((per_minute, limiter))
}

fn ask<K: std::hash::Hash + Eq + Clone>(
    buckets: Option<&(u32, Buckets<K>)>,
    key: &K,
    policy: &'static str,
) -> Option<Verdict> {
    let (quota, limiter) = buckets?;
    Some(match limiter.check_key(key) {
        Ok(state) => Verdict {
            policy,
            quota: *quota,
            remaining: state.remaining_burst_capacity(),
            wait: None,
        },
        Err(not_until) => {
            let wait = not_until
                .wait_time_from(DefaultClock::default().now())
                .as_secs()
                + 1;
            Verdict {
                policy,
                quota: *quota,
                remaining: 0,
                wait: Some(wait),
            }
        }
    })
}

impl Limiter {
    /// Buckets of that size; 0 means none.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            anonymous: buckets(limits.anonymous),
            principal: buckets(limits.principal),
            sign_in: buckets(limits.sign_in),
            pages: buckets(limits.pages),
            known: Mutex::default(),
        }
    }

    fn tokens(&self) -> std::sync::MutexGuard<'_, HashSet<[u8; 32]>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the database knew that token lately.
    #[must_use]
    pub fn knows(&self, digest: &[u8; 32]) -> bool {
        self.tokens().contains(digest)
    }

    /// Notes whether the database knew that token: until it did, its requests count for their address.
    pub fn note(&self, digest: [u8; 32], known: bool) {
        if known {
            self.tokens().insert(digest);
        } else {
            self.tokens().remove(&digest);
        }
    }

    /// A request that nobody signed.
    #[must_use]
    pub fn anonymous(&self, address: IpAddr) -> Option<Verdict> {
        ask(self.anonymous.as_ref(), &bucket(address), "anonymous")
    }

    /// A request of somebody known.
    #[must_use]
    pub fn principal(&self, who: Principal) -> Option<Verdict> {
        ask(self.principal.as_ref(), &who, "principal")
    }

    /// A sign-in.
    #[must_use]
    pub fn sign_in(&self, address: IpAddr) -> Option<Verdict> {
        ask(self.sign_in.as_ref(), &bucket(address), "sign-in")
    }

    /// A page, a file of the browser app, the document, a question after health.
    #[must_use]
    pub fn page(&self, address: IpAddr) -> Option<Verdict> {
        ask(self.pages.as_ref(), &bucket(address), "pages")
    }

    /// Forgets buckets that are full again.
    pub fn tidy(&self) {
        for (_, b) in [&self.anonymous, &self.sign_in, &self.pages]
            .into_iter()
            .flatten()
        {
            b.retain_recent();
        }
        if let Some((_, b)) = &self.principal {
            b.retain_recent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hundred_and_first_request_waits_and_neighbours_share_an_ipv6_network() {
        let limiter = Limiter::new(Limits {
            anonymous: 100,
            principal: 0,
            sign_in: 10,
            pages: 0,
        });
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        for i in 0..100_u32 {
            let verdict = limiter
                .anonymous(address(&format!("2001:db8::{:x}", i + 1)))
                .unwrap();
            assert_eq!(verdict.wait, None, "{i}");
        }
        assert!(
            limiter
                .anonymous(address("2001:db8::ffff"))
                .unwrap()
                .wait
                .is_some()
        );
        assert_eq!(
            limiter.anonymous(address("2001:db8:0:1::1")).unwrap().wait,
            None
        );
        assert_eq!(bucket(address("::ffff:10.0.0.1")), address("10.0.0.1"));
        assert_eq!(limiter.principal(Principal::Account(Uuid::nil())), None);
    }
}
