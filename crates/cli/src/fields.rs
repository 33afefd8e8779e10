//! `FIELD=VALUE` words as the body of a request.

use crate::failure::Failure;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads them as a body of that shape: lists are divided at commas, `none` clears, `@me` is that user
/// name.
///
/// # Errors
/// A word without `=`, a field said twice, a field or value that the shape does not know.
pub fn read<T: DeserializeOwned>(
    words: &[String],
    more: &[(&str, String)],
    me: Option<&str>,
) -> Result<T, Failure> {
    let mut body = Map::new();
    for (name, value) in more {
        body.insert((*name).into(), Value::String(value.clone()));
    }
    for word in words {
        let Some((name, value)) = word.split_once('=') else {
            return Err(Failure::usage(format!(
                "`{word}` is not FIELD=VALUE, for example status=done"
            )));
        };
        let name = name.trim().to_lowercase().replace('-', "_");
        let value = match (name.as_str(), value) {
            ("labels", list) => list
                .split(',')
                .map(str::trim)
                .filter(|label| !label.is_empty() && *label != "none")
                .collect(),
            (_, "none") => Value::Null,
            ("story_points", number) => match number.parse::<i64>() {
                Ok(number) => number.into(),
                Err(_) => {
                    return Err(Failure::usage(format!(
                        "story_points: `{number}` is no number"
                    )));
                }
            },
            ("assignee", "@me") => me.map_or(Value::Null, Into::into),
            (_, text) => text.into(),
        };
        if body.insert(name.clone(), value).is_some() {
            return Err(Failure::usage(format!("{name} is said twice")));
        }
    }
    serde_json::from_value(Value::Object(body)).map_err(|e| Failure::usage(e.to_string()))
}

/// Labels that come and go beside those that an issue has.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LabelsBeside {
    /// From `labels+=a,b`.
    pub add: Vec<String>,
    /// From `labels-=a,b`.
    pub remove: Vec<String>,
}

/// Takes `labels+=a` and `labels-=b` out of the words.
#[must_use]
pub fn labels_beside(words: &[String]) -> (LabelsBeside, Vec<String>) {
    let mut beside = LabelsBeside::default();
    let mut others = Vec::new();
    for word in words {
        let list = match word.split_once('=') {
            Some(("labels+", names)) => Some((&mut beside.add, names)),
            Some(("labels-", names)) => Some((&mut beside.remove, names)),
            _ => None,
        };
        match list {
            Some((list, names)) => {
                let names = names.split(',').map(str::trim);
                list.extend(names.filter(|name| !name.is_empty()).map(Into::into));
            }
            None => others.push(word.clone()),
        }
    }
    (beside, others)
}

/// Whether one of them asks who the caller is.
#[must_use]
pub fn name_me(words: &[String]) -> bool {
    words.iter().any(|word| word.ends_with("=@me"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::issue::{IssuePatch, Priority, Severity};

    fn patch(words: &[&str]) -> Result<IssuePatch, String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        read(&words, &[], Some("dana")).map_err(|f: Failure| f.to_string())
    }

    #[test]
    fn words_become_a_patch() {
        let read = patch(&[
            "Severity=HIGH",
            "priority=highest",
            "assignee=@me",
            "labels=ui, crash",
            "due-date=none",
            "story_points=5",
        ])
        .unwrap();
        assert_eq!(read.severity, Some(Severity::High));
        assert_eq!(read.priority, Priority::new(1));
        assert_eq!(read.assignee, Some(Some("dana".into())));
        assert_eq!(read.labels, Some(vec!["ui".into(), "crash".into()]));
        assert_eq!(read.due_date, Some(None));
        assert_eq!(read.story_points, Some(Some(5)));
        assert_eq!(patch(&["labels=none"]).unwrap().labels, Some(Vec::new()));
        // Only the first sign divides.
        assert_eq!(patch(&["title=a=b"]).unwrap().title.as_deref(), Some("a=b"));
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (words, said) in [
            (vec!["done"], "`done` is not FIELD=VALUE"),
            (vec!["colour=red"], "unknown field `colour`"),
            (vec!["severity=awful"], "severity is one of"),
            (vec!["story_points=many"], "`many` is no number"),
            (vec!["status=done", "status=open"], "status is said twice"),
        ] {
            let refused = patch(&words).unwrap_err();
            assert!(refused.contains(said), "{words:?}: {refused}");
        }
    }
}
