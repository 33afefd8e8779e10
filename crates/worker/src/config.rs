//! The worker's environment: read once, checked as a whole, never printed.

use std::net::SocketAddr;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// Every variable that the worker reads: name, default (empty: none) and meaning.
pub const VARIABLES: &[(&str, &str, &str)] = &[
    (
        "DATABASE_URL",
        "",
        "Postgres 15 or newer, as the role that server and worker use",
    ),
    (
        "IIT_STORAGE",
        "file:data/files",
        "where uploaded files are kept",
    ),
    (
        "IIT_STATS_INTERVAL",
        "30m",
        "how often the daily statistics are written: 10s, 30m, 1h",
    ),
    (
        "IIT_AUDIT_KEEP",
        "",
        "how long entries of the audit log are kept, at least 30d: 90d, 730d; for ever unless set",
    ),
    (
        "IIT_WORKER_METRICS_LISTEN",
        "",
        "address for Prometheus, for example 127.0.0.1:8002; off unless set",
    ),
    (
        "IIT_LOG",
        "info",
        "what is logged: off, error, warn, info, debug, trace; or per module",
    ),
    (
        "IIT_LOG_FORMAT",
        "json",
        "json or text; text when a terminal is watching",
    ),
];

/// The same for people.
pub(crate) fn help() -> String {
    VARIABLES
        .iter()
        .map(|(name, default, meaning)| {
            let default = if default.is_empty() {
                String::new()
            } else {
                format!(" (default {default})")
            };
            format!("  {name:26}{meaning}{default}\n")
        })
        .collect()
}

/// Lines for machines or for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// Readable.
    Text,
}

/// What the environment says.
pub struct Config {
    /// `DATABASE_URL`. May hold a password.
    pub database_url: String,
    /// `IIT_STORAGE`.
    pub storage: String,
    /// `IIT_STATS_INTERVAL`.
    pub stats_interval: Duration,
    /// `IIT_AUDIT_KEEP`, in days.
    pub audit_keep_days: Option<u32>,
    /// `IIT_WORKER_METRICS_LISTEN`.
    pub metrics_listen: Option<SocketAddr>,
    /// `IIT_LOG`.
    pub log: EnvFilter,
    /// `IIT_LOG_FORMAT`.
    pub log_format: LogFormat,
}

/// Without what could be secret.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("stats_interval", &self.stats_interval)
            .field("metrics_listen", &self.metrics_listen)
            .field("log_format", &self.log_format)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// A sentence for each variable that is missing or wrong; none repeats a value that may be
    /// secret.
    pub fn from_env() -> Result<Self, Vec<String>> {
        use std::io::IsTerminal;
        Self::read(
            |name| std::env::var(name).ok(),
            std::io::stderr().is_terminal(),
        )
    }

    /// Reads variables from anywhere.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn read(
        variable: impl Fn(&str) -> Option<String>,
        terminal: bool,
    ) -> Result<Self, Vec<String>> {
        let mut errors = Vec::new();
        // Compose passes on what is not set as an empty text.
        let given = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let with_default = |name: &str| {
            given(name).unwrap_or_else(|| {
                let row = VARIABLES.iter().find(|(known, ..)| *known == name);
                row.map_or_else(String::new, |(_, default, _)| (*default).to_string())
            })
        };
        let database_url = given("DATABASE_URL").unwrap_or_else(|| {
            errors.push("DATABASE_URL is not set; it names the database: postgres://…".into());
            String::new()
        });
        let storage = with_default("IIT_STORAGE");
        let stats_interval = interval(&with_default("IIT_STATS_INTERVAL")).unwrap_or_else(|why| {
            errors.push(format!("IIT_STATS_INTERVAL: {why}"));
            Duration::ZERO
        });
        let audit_keep_days = given("IIT_AUDIT_KEEP").and_then(|text| {
            days(&text)
                .map_err(|why| errors.push(format!("IIT_AUDIT_KEEP: {why}")))
                .ok()
        });
        let metrics_listen = given("IIT_WORKER_METRICS_LISTEN").and_then(|text| {
            text.trim()
                .parse()
                .map_err(|_| {
                    errors.push(format!(
                        "IIT_WORKER_METRICS_LISTEN: {text} is not an address such as 127.0.0.1:8002"
                    ));
                })
                .ok()
        });
        let log = EnvFilter::try_new(with_default("IIT_LOG")).unwrap_or_else(|why| {
            errors.push(format!("IIT_LOG: {why}"));
            EnvFilter::default()
        });
        let log_format = match given("IIT_LOG_FORMAT").as_deref() {
            Some("json") => LogFormat::Json,
            Some("text") => LogFormat::Text,
            None if terminal => LogFormat::Text,
            None => LogFormat::Json,
            Some(other) => {
                errors.push(format!("IIT_LOG_FORMAT: {other} is neither json nor text"));
                LogFormat::Json
            }
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            database_url,
            storage,
            stats_interval,
            audit_keep_days,
            metrics_listen,
            log,
            log_format,
        })
    }
}

/// `10s`, `30m` or `1h`; at least a second, at most a day.
fn interval(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text} is not a time such as 10s, 30m or 1h, up to a day");
    let text = text.trim();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        _ => return Err(wrong()),
    };
    let number: u64 = text
        .strip_suffix(unit)
        .and_then(|number| number.parse().ok())
        .ok_or_else(wrong)?;
    let whole = number.saturating_mul(seconds);
    if (1..=24 * 60 * 60).contains(&whole) {
        Ok(Duration::from_secs(whole))
    } else {
        Err(wrong())
    }
}

/// `90d`; at least 30 days.
fn days(text: &str) -> Result<u32, String> {
    let number = text.trim().strip_suffix('d').and_then(|n| n.parse().ok());
    number
        .filter(|n| (30..=36_500).contains(n))
        .ok_or_else(|| format!("{text} is not a number of days such as 90d, at least 30d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)], terminal: bool) -> Result<Config, Vec<String>> {
        Config::read(
            |name| {
                let pair = pairs.iter().find(|(known, _)| *known == name);
                pair.map(|(_, value)| (*value).to_string())
            },
            terminal,
        )
    }

    #[test]
    fn an_address_of_the_database_is_enough() {
        let config = read(&[("DATABASE_URL", "postgres://iit@localhost/iit")], false).unwrap();
        assert_eq!(config.storage, "file:data/files");
        assert_eq!(config.stats_interval, Duration::from_secs(1800));
        assert_eq!(config.metrics_listen, None);
        assert_eq!(config.log_format, LogFormat::Json);
    }

    #[test]
    fn a_terminal_gets_text_unless_json_is_wanted() {
        let url = ("DATABASE_URL", "postgres://iit@localhost/iit");
        assert_eq!(read(&[url], true).unwrap().log_format, LogFormat::Text);
        let json = read(&[url, ("IIT_LOG_FORMAT", "json")], true).unwrap();
        assert_eq!(json.log_format, LogFormat::Json);
        let text = read(&[url, ("IIT_LOG_FORMAT", "text")], false).unwrap();
        assert_eq!(text.log_format, LogFormat::Text);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let errors = read(
            &[
                ("DATABASE_URL", " "),
                ("IIT_STATS_INTERVAL", "soon"),
                ("IIT_WORKER_METRICS_LISTEN", "8002"),
                ("IIT_LOG", "=,="),
                ("IIT_LOG_FORMAT", "xml"),
            ],
            false,
        )
        .unwrap_err();
        let named: Vec<&str> = errors
            .iter()
            .map(|e| e.split([':', ' ']).next().unwrap())
            .collect();
        assert_eq!(
            named,
            [
                "DATABASE_URL",
                "IIT_STATS_INTERVAL",
                "IIT_WORKER_METRICS_LISTEN",
                "IIT_LOG",
                "IIT_LOG_FORMAT"
            ]
        );
    }

    #[test]
    fn secrets_are_never_printed() {
        let url = ("DATABASE_URL", "postgres://iit:hunter2@localhost/iit");
        assert!(!format!("{:?}", read(&[url], false).unwrap()).contains("hunter2"));
        let errors = read(&[url, ("IIT_LOG_FORMAT", "xml")], false).unwrap_err();
        assert!(!errors.join("\n").contains("hunter2"));
    }

    #[test]
    fn intervals_are_seconds_minutes_or_hours() {
        for (text, seconds) in [("10s", 10), ("30m", 1800), ("1h", 3600), (" 24h ", 86_400)] {
            assert_eq!(interval(text), Ok(Duration::from_secs(seconds)));
        }
        for text in [
            "",
            "0s",
            "10",
            "m",
            "-1s",
            "25h",
            "1d",
            "99999999999999999999h",
            "é",
        ] {
            assert!(interval(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_example_of_the_environment_has_the_same_defaults() {
        let example = include_str!("../../../.env.example");
        for (name, default, _) in VARIABLES {
            let line = example.lines().find_map(|line| {
                line.trim_start_matches("# ")
                    .strip_prefix(name)?
                    .strip_prefix('=')
            });
            if let (Some(value), false) = (line, default.is_empty()) {
                assert_eq!(value, *default, "{name}");
            }
        }
    }

    #[test]
    fn the_audit_log_is_kept_for_at_least_thirty_days() {
        assert_eq!(days("90d"), Ok(90));
        for text in ["29d", "30", "", "-40d", "1y", "99999999999d"] {
            assert!(days(text).is_err(), "{text}");
        }
    }

    #[test]
    fn help_names_every_variable() {
        let text = help();
        for (name, ..) in VARIABLES {
            assert!(text.contains(name));
        }
    }
}
