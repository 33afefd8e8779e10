//! A token as its form has it, and as its row says it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::token::{NewToken, Scope};

/// How long a token lasts: the value of a choice, its words, and its days.
pub const LASTS: [(&str, &str, Option<i64>); 5] = [
    ("30", "30 days", Some(30)),
    ("90", "90 days", Some(90)),
    ("180", "180 days", Some(180)),
    ("365", "a year", Some(365)),
    ("never", "until it is revoked", None),
];

/// What is chosen unless somebody chooses.
pub const LASTS_DEFAULT: &str = "90";

/// When a token ends that is made now and lasts as chosen.
#[must_use]
pub fn end(choice: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (_, _, days) = LASTS.into_iter().find(|(value, _, _)| *value == choice)?;
    days.map(|days| now + TimeDelta::days(days))
}

/// The token that the form describes; an empty project is none.
#[must_use]
pub fn draft(
    name: String,
    scopes: Vec<Scope>,
    project: &str,
    lasts: &str,
    now: DateTime<Utc>,
) -> NewToken {
    NewToken {
        name,
        scopes,
        project: Some(project.to_owned()).filter(|key| !key.is_empty()),
        expires_at: end(lasts, now),
    }
}

/// The scopes that can be chosen: those that something takes.
pub fn choices() -> impl Iterator<Item = Scope> {
    Scope::ALL.iter().copied().filter(|scope| scope.is_used())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_becomes_a_token_that_passes_its_check() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let new = draft("Nightly".into(), vec![Scope::Read], "", LASTS_DEFAULT, now);
        assert_eq!(new.project, None);
        assert_eq!(new.expires_at, Some(now + TimeDelta::days(90)));
        assert!(new.check(now).is_ok());
        let new = draft("x".into(), vec![Scope::Read], "ENG", "never", now);
        assert_eq!(
            (new.project.as_deref(), new.expires_at),
            (Some("ENG"), None)
        );
        assert!(LASTS.iter().any(|(value, _, _)| *value == LASTS_DEFAULT));
        for (value, _, days) in LASTS {
            assert_eq!(end(value, now).is_some(), days.is_some(), "{value}");
        }
    }

    #[test]
    fn only_scopes_that_something_takes_are_offered() {
        let offered: Vec<Scope> = choices().collect();
        assert!(offered.contains(&Scope::Read) && offered.contains(&Scope::OnBehalfOf));
        assert!(offered.iter().all(|scope| scope.is_used()));
    }
}
