//! A moment of the past, as it stands in the address bar, and what a reader is told about it.

use chrono::{DateTime, SecondsFormat, Utc};

/// Name of the query parameter.
pub const PARAMETER: &str = "as_of";

/// Why nothing can be changed in the past.
pub const READ_ONLY: &str = "This is how it was. Go back to now to change it.";

/// Reads the parameter; what is not understood means now.
#[must_use]
pub fn read(value: Option<&str>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value?)
        .ok()
        .map(|at| at.to_utc())
}

/// Writes it, exact to the microsecond, as short as can be.
#[must_use]
pub fn write(at: DateTime<Utc>) -> String {
    let format = match at.timestamp_subsec_micros() {
        0 => SecondsFormat::Secs,
        _ => SecondsFormat::Micros,
    };
    at.to_rfc3339_opts(format, true)
}

/// What was there then: made at or before the moment.
#[must_use]
pub fn was_there(made: DateTime<Utc>, as_of: Option<DateTime<Utc>>) -> bool {
    as_of.is_none_or(|as_of| made <= as_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_the_address_bar() {
        for text in ["2026-11-12T09:00:00Z", "2026-11-12T09:00:00.123456Z"] {
            let at = read(Some(text)).unwrap();
            assert_eq!(write(at), text);
        }
        assert_eq!(
            write(read(Some("2026-11-12T10:00:00+01:00")).unwrap()),
            "2026-11-12T09:00:00Z"
        );
        assert_eq!(read(Some("yesterday")), None);
        assert_eq!(read(None), None);
    }

    #[test]
    fn now_has_everything_and_then_had_what_was_made() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        assert!(was_there(at(5), None));
        assert!(was_there(at(5), Some(at(5))));
        assert!(!was_there(at(6), Some(at(5))));
    }
}
