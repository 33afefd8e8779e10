//! Configuration by environment: one struct, every variable with its meaning and default, all
//! errors reported at once, secrets never printed.

use crate::reads::AuditReads;
use ipnet::IpNet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A text that must not be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Who may make an account for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    /// Everybody.
    Open,
    /// People who give an address at one of these hosts, once an admin has let them in.
    Domains(Vec<String>),
    /// Only who was invited: until invitations exist, an admin makes the account.
    Invite,
    /// Nobody: an admin makes every account.
    Closed,
}

impl Registration {
    /// Whether somebody with that e-mail address may register.
    #[must_use]
    pub fn admits(&self, email: &str) -> bool {
        match self {
            Self::Open => true,
            Self::Domains(domains) => email
                .rsplit_once('@')
                .is_some_and(|(_, host)| domains.iter().any(|d| d.eq_ignore_ascii_case(host))),
            Self::Invite | Self::Closed => false,
        }
    }

    /// Whether an admin has the last word. Without a mail that arrives, an address proves nothing.
    #[must_use]
    pub const fn awaits_admin(&self) -> bool {
        matches!(self, Self::Domains(_))
    }
}

/// Requests allowed per minute; 0 means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Per address, when not signed in.
    pub anonymous: u32,
    /// Per account.
    pub principal: u32,
    /// Sign-ins per address.
    pub sign_in: u32,
    /// Pages, files of the browser app and questions after health, per address.
    pub pages: u32,
}

/// Configuration of `iit-server`.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATABASE_URL`: Postgres 15 or newer, the application's role.
    pub database_url: Secret,
    /// `IIT_MIGRATION_DATABASE_URL`: the owner's role; the same as `DATABASE_URL` unless given.
    pub migration_database_url: Secret,
    /// `IIT_LISTEN`: where to serve, `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// `IIT_METRICS_LISTEN`: where Prometheus asks, `127.0.0.1:8001`; `off` for nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// `IIT_PUBLIC_URL`: the address people use, without a slash at the end.
    pub public_url: String,
    /// `IIT_SECRET_KEY`: signs sessions; after a comma, older keys that still verify.
    pub secret_keys: Vec<Secret>,
    /// `IIT_ADMIN_EMAIL` and `IIT_ADMIN_PASSWORD`: the first admin, made when there is none.
    pub first_admin: Option<(String, Secret)>,
    /// `IIT_ADMIN_PASSWORD`, which alone is for `iit-server admin create`.
    pub admin_password: Option<Secret>,
    /// `IIT_REGISTRATION`: `open`, `domains:a.org,b.org`, `invite` (default) or `closed`.
    pub registration: Registration,
    /// `IIT_AUDIT_READS`: which reads of issues are audited, `off` (default), `private` or `all`.
    pub audit_reads: AuditReads,
    /// `IIT_STORAGE`: `file:<folder>`, `file:data/files` unless given.
    pub storage: String,
    /// `IIT_UPLOAD_LIMIT`: largest file in bytes, 25 MB.
    pub upload_limit: u64,
    /// `IIT_UPLOAD_DAILY`: bytes that one account may upload in 24 hours, 1 GB; 0 for no limit.
    pub upload_daily: u64,
    /// `IIT_BODY_TIMEOUT`: how long a body may send nothing before its request ends, `20s`.
    pub body_timeout: Duration,
    /// `IIT_TRUSTED_PROXIES`: networks whose `X-Forwarded-For` counts; none.
    pub trusted_proxies: Vec<IpNet>,
    /// `IIT_LIMIT_ANONYMOUS`, `IIT_LIMIT_PRINCIPAL`, `IIT_LIMIT_SIGN_IN`, `IIT_LIMIT_PAGES`: requests per minute, 100,
    /// 600 and 10; 0 for no limit.
    pub limits: Limits,
    /// `IIT_LIMIT_STREAMS`: live streams that one account may have open at once on this server, 10; 0 for no
    /// limit. All tabs of a browser share one.
    pub streams: u32,
    /// `IIT_BCRYPT_COST`: work of a password hash, 12. Each step doubles it.
    pub bcrypt_cost: u32,
    /// `IIT_DRAIN`: how long requests may take to end after SIGTERM, `10s`.
    pub drain: Duration,
    /// `IIT_LOG`: what to log, `info`.
    pub log: String,
    /// `IIT_LOG_FORMAT`: `json` or `text`; text when a terminal is watching.
    pub log_format: Option<String>,
}

/// Every variable that [`Config::from_env`] reads.
pub const VARIABLES: &[&str] = &[
    "DATABASE_URL",
    "IIT_MIGRATION_DATABASE_URL",
    "IIT_LISTEN",
    "IIT_METRICS_LISTEN",
    "IIT_PUBLIC_URL",
    "IIT_SECRET_KEY",
    "IIT_ADMIN_EMAIL",
    "IIT_ADMIN_PASSWORD",
    "IIT_REGISTRATION",
    "IIT_AUDIT_READS",
    "IIT_STORAGE",
    "IIT_UPLOAD_LIMIT",
    "IIT_UPLOAD_DAILY",
    "IIT_BODY_TIMEOUT",
    "IIT_TRUSTED_PROXIES",
    "IIT_LIMIT_ANONYMOUS",
    "IIT_LIMIT_PRINCIPAL",
    "IIT_LIMIT_SIGN_IN",
    "IIT_LIMIT_PAGES",
    "IIT_LIMIT_STREAMS",
    "IIT_BCRYPT_COST",
    "IIT_DRAIN",
    "IIT_LOG",
    "IIT_LOG_FORMAT",
];

/// Shortest key that signs sessions, in bytes.
pub const SECRET_KEY_MIN: usize = 32;

struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
    errors: Vec<String>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        (self.get)(name)
            .map(|v| v.trim().to_string())
            .filter(|v| !v.is_empty())
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        default: T,
        read: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> T {
        match self.text(name) {
            None => default,
            Some(text) => read(&text).unwrap_or_else(|| {
                self.errors.push(format!("{name}: {expected}"));
                default
            }),
        }
    }
}

/// Reads `90`, `90s`, `30m` or `2h`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) => (number, text.chars().last()?),
        None => (text, 's'),
    };
    let number: u64 = number.parse().ok()?;
    let seconds = match unit {
        'h' => number.checked_mul(3600)?,
        'm' => number.checked_mul(60)?,
        _ => number,
    };
    Some(Duration::from_secs(seconds))
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// One line for each variable that is missing or wrong.
    pub fn from_env() -> Result<Self, Vec<String>> {
        Self::read(&|name| std::env::var(name).ok())
    }

    /// Reads variables from anywhere.
    ///
    /// # Errors
    /// One line for each variable that is missing or wrong.
    pub fn read(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let mut r = Reader {
            get,
            errors: Vec::new(),
        };
        let database_url = r.text("DATABASE_URL").unwrap_or_else(|| {
            r.errors.push(
                "DATABASE_URL: needed, for example postgres://iit_app:…@localhost/iit".to_string(),
            );
            String::new()
        });
        let migration_database_url = r
            .text("IIT_MIGRATION_DATABASE_URL")
            .unwrap_or_else(|| database_url.clone());
        let address = "an address such as 127.0.0.1:8080";
        let listen = r.parsed(
            "IIT_LISTEN",
            SocketAddr::from(([127, 0, 0, 1], 8080)),
            |t| t.parse().ok(),
            address,
        );
        let metrics_listen = r.parsed(
            "IIT_METRICS_LISTEN",
            Some(SocketAddr::from(([127, 0, 0, 1], 8001))),
            |t| {
                if t == "off" {
                    Some(None)
                } else {
                    t.parse().ok().map(Some)
                }
            },
            address,
        );
        let public_url = r.parsed(
            "IIT_PUBLIC_URL",
            format!("http://{listen}"),
            |t| {
                (t.starts_with("http://") || t.starts_with("https://"))
                    .then(|| t.trim_end_matches('/').to_string())
            },
            "an address that begins with http:// or https://",
        );
        let secret_keys = secret_keys(&mut r);
        let admin_password = r.text("IIT_ADMIN_PASSWORD").map(Secret);
        let first_admin = match (r.text("IIT_ADMIN_EMAIL"), admin_password.clone()) {
            (Some(email), Some(password)) => Some((email, password)),
            (None, _) => None,
            (Some(_), None) => {
                r.errors
                    .push("IIT_ADMIN_EMAIL needs IIT_ADMIN_PASSWORD".to_string());
                None
            }
        };
        let registration = r.parsed(
            "IIT_REGISTRATION",
            Registration::Invite,
            registration,
            "open, domains:a.org,b.org, invite or closed",
        );
        let audit_reads = r.parsed(
            "IIT_AUDIT_READS",
            AuditReads::Off,
            AuditReads::of,
            "off, private or all",
        );
        let storage = r
            .text("IIT_STORAGE")
            .unwrap_or_else(|| "file:data/files".to_string());
        let upload_limit = r.parsed(
            "IIT_UPLOAD_LIMIT",
            domain::attachment::SIZE_MAX_DEFAULT,
            |t| t.parse().ok().filter(|n| *n > 0),
            "a number of bytes",
        );
        let upload_daily = r.parsed(
            "IIT_UPLOAD_DAILY",
            1_000_000_000,
            |t| t.parse().ok(),
            "a number of bytes, 0 for no limit",
        );
        let body_timeout = r.parsed(
            "IIT_BODY_TIMEOUT",
            Duration::from_secs(20),
            |t| duration(t).filter(|time| !time.is_zero()),
            "a time such as 20s",
        );
        let trusted_proxies = r.parsed(
            "IIT_TRUSTED_PROXIES",
            Vec::new(),
            |t| t.split(',').map(|n| network(n.trim())).collect(),
            "addresses or networks such as 10.0.0.0/8, with commas between",
        );
        let number = "a number of requests per minute, 0 for no limit";
        let limits = Limits {
            anonymous: r.parsed("IIT_LIMIT_ANONYMOUS", 100, |t| t.parse().ok(), number),
            principal: r.parsed("IIT_LIMIT_PRINCIPAL", 600, |t| t.parse().ok(), number),
            sign_in: r.parsed("IIT_LIMIT_SIGN_IN", 10, |t| t.parse().ok(), number),
            pages: r.parsed("IIT_LIMIT_PAGES", 1200, |t| t.parse().ok(), number),
        };
        let streams = r.parsed(
            "IIT_LIMIT_STREAMS",
            10,
            |t| t.parse().ok(),
            "a number of streams, 0 for no limit",
        );
        let bcrypt_cost = r.parsed(
            "IIT_BCRYPT_COST",
            12,
            |t| t.parse().ok().filter(|c| (4..=16).contains(c)),
            "a number from 4 to 16",
        );
        let drain = r.parsed(
            "IIT_DRAIN",
            Duration::from_secs(10),
            duration,
            "a time such as 10s",
        );
        let log = r.text("IIT_LOG").unwrap_or_else(|| "info".to_string());
        let log_format = r.parsed(
            "IIT_LOG_FORMAT",
            None,
            |t| matches!(t, "json" | "text").then(|| Some(t.to_string())),
            "json or text",
        );
        if !r.errors.is_empty() {
            return Err(r.errors);
        }
        Ok(Self {
            database_url: Secret(database_url),
            migration_database_url: Secret(migration_database_url),
            listen,
            metrics_listen,
            public_url,
            secret_keys,
            first_admin,
            admin_password,
            registration,
            audit_reads,
            storage,
            upload_limit,
            upload_daily,
            body_timeout,
            trusted_proxies,
            limits,
            streams,
            bcrypt_cost,
            drain,
            log,
            log_format,
        })
    }

    /// Whether people reach the product over https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Whether the public address is this machine's own.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let host = self.public_url.split("://").nth(1).unwrap_or_default();
        let host = host.split('/').next().unwrap_or_default();
        host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]")
    }

    /// The name of the application's role, to give it its rights.
    #[must_use]
    pub fn app_role(&self) -> String {
        let rest = self.database_url.0.split("://").nth(1).unwrap_or_default();
        let user = rest
            .split('@')
            .next()
            .filter(|_| rest.contains('@'))
            .unwrap_or_default();
        user.split(':').next().unwrap_or_default().to_string()
    }
}

fn secret_keys(r: &mut Reader<'_>) -> Vec<Secret> {
    let Some(text) = r.text("IIT_SECRET_KEY") else {
        r.errors.push(format!(
            "IIT_SECRET_KEY: needed, at least {SECRET_KEY_MIN} bytes that nobody can guess"
        ));
        return Vec::new();
    };
    let keys: Vec<Secret> = text
        .split(',')
        .map(|k| Secret(k.trim().to_string()))
        .collect();
    let weak = keys.iter().any(|k| {
        let mut letters: Vec<char> = k.0.chars().collect();
        letters.sort_unstable();
        letters.dedup();
        k.0.len() < SECRET_KEY_MIN || letters.len() < 8
    });
    if weak {
        r.errors.push(format!(
            "IIT_SECRET_KEY: at least {SECRET_KEY_MIN} bytes that nobody can guess"
        ));
    }
    keys
}

fn registration(text: &str) -> Option<Registration> {
    match text {
        "open" => Some(Registration::Open),
        "invite" => Some(Registration::Invite),
        "closed" => Some(Registration::Closed),
        other => {
            let domains: Vec<String> = other
                .strip_prefix("domains:")?
                .split(',')
                .map(|d| d.trim().to_lowercase())
                .filter(|d| !d.is_empty())
                .collect();
            (!domains.is_empty()).then_some(Registration::Domains(domains))
        }
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        Config::read(&|name| pairs.iter().find(|p| p.0 == name).map(|p| p.1.to_string()))
    }

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn two_variables_are_enough() {
        let config = read(&[
            ("DATABASE_URL", "postgres://app:pw@db/iit"),
            ("IIT_SECRET_KEY", KEY),
        ])
        .unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
        assert_eq!(config.app_role(), "app");
        assert!(config.is_local() && !config.is_https());
        assert_eq!(config.registration, Registration::Invite);
        assert!(
            !format!("{config:?}").contains("pw@db"),
            "secrets stay out of logs"
        );
        assert!(!format!("{config:?}").contains(KEY));
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let errors = read(&[
            ("IIT_SECRET_KEY", "short"),
            ("IIT_LISTEN", "here"),
            ("IIT_REGISTRATION", "maybe"),
            ("IIT_ADMIN_EMAIL", "a@b.c"),
        ])
        .unwrap_err();
        let names: Vec<_> = errors
            .iter()
            .map(|e| e.split([':', ' ']).next().unwrap())
            .collect();
        assert_eq!(
            names,
            [
                "DATABASE_URL",
                "IIT_LISTEN",
                "IIT_SECRET_KEY",
                "IIT_ADMIN_EMAIL",
                "IIT_REGISTRATION"
            ]
        );
    }

    #[test]
    fn weak_keys_are_refused_and_rotation_takes_two() {
        let with = |key: &str| read(&[("DATABASE_URL", "postgres://x"), ("IIT_SECRET_KEY", key)]);
        assert!(with(&"a".repeat(64)).is_err());
        assert!(with(&format!("{KEY},short")).is_err());
        assert_eq!(with(&format!("{KEY},{KEY}x")).unwrap().secret_keys.len(), 2);
    }

    #[test]
    fn registration_by_domain_compares_the_whole_host() {
        let policy = registration("domains:example.com, b.org").unwrap();
        assert!(policy.admits("a@example.com") && policy.admits("a@B.org"));
        assert!(!policy.admits("a@evil-example.com") && !policy.admits("a@example.com.evil.org"));
        assert_eq!(registration("domains:"), None);
    }

    #[test]
    fn the_example_file_names_exactly_these_variables() {
        let example = include_str!("../../../.env.example");
        for name in VARIABLES {
            assert!(
                example.contains(&format!("{name}=")),
                "{name} is missing in .env.example"
            );
        }
    }

    #[test]
    fn times_have_units() {
        assert_eq!(duration("30m"), Some(Duration::from_secs(1800)));
        assert_eq!(duration("2h"), Some(Duration::from_secs(7200)));
        assert_eq!(duration("90"), Some(Duration::from_secs(90)));
        assert_eq!(duration("soon"), None);
    }
}
