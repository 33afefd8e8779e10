//! The board: a project's issues in columns, one for each status, in an order that people make.

use crate::issue::{IssueRow, StatusRef};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Cards of a column when the caller names no number.
pub const CARDS_DEFAULT: u32 = 200;
/// Most cards of a column in one answer.
pub const CARDS_MAX: u32 = 5000;

/// The answer of `GET /projects/{project}/board`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Board {
    /// The project's key.
    pub project: String,
    /// The instant that it shows; `null` for now.
    pub as_of: Option<DateTime<Utc>>,
    /// In the order of the workflow.
    pub columns: Vec<BoardColumn>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardColumn {
    /// Where its issues stand.
    pub status: StatusRef,
    /// How many should be here at once at most.
    pub wip_limit: Option<i32>,
    /// How many there are, also beyond the cards.
    pub count: i64,
    /// The first ones, by rank.
    pub cards: Vec<IssueRow>,
}

/// Where to put an issue in the order of its project: `{"before": "APP-12"}`, `{"after": "APP-12"}`,
/// `"top"` or `"bottom"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Place {
    /// Right before that issue (key or id) of the same project.
    Before(String),
    /// Right after that issue (key or id) of the same project.
    After(String),
    /// Before all others.
    Top,
    /// After all others.
    Bottom,
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Neighbour {
            before: Option<String>,
            after: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum WordOrNeighbour {
            Word(String),
            Neighbour(Neighbour),
        }
        let wrong = || {
            serde::de::Error::custom(
                r#"a place is "top", "bottom", {"before": an issue} or {"after": an issue}"#,
            )
        };
        match WordOrNeighbour::deserialize(deserializer).map_err(|_| wrong())? {
            WordOrNeighbour::Word(word) if word == "top" => Ok(Self::Top),
            WordOrNeighbour::Word(word) if word == "bottom" => Ok(Self::Bottom),
            WordOrNeighbour::Neighbour(Neighbour {
                before: Some(issue),
                after: None,
            }) => Ok(Self::Before(issue)),
            WordOrNeighbour::Neighbour(Neighbour {
                before: None,
                after: Some(issue),
            }) => Ok(Self::After(issue)),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_word_or_names_a_neighbour() {
        for (text, place) in [
            (r#""top""#, Place::Top),
            (r#""bottom""#, Place::Bottom),
            (r#"{"before":"APP-1"}"#, Place::Before("APP-1".into())),
            (r#"{"after":"APP-1"}"#, Place::After("APP-1".into())),
        ] {
            assert_eq!(serde_json::from_str::<Place>(text).unwrap(), place);
            assert_eq!(serde_json::to_string(&place).unwrap(), text);
        }
        for wrong in [
            r#""middle""#,
            r#""before""#,
            r#"{"before":1}"#,
            "null",
            "{}",
            r#"{"before":"A-1","after":"A-2"}"#,
        ] {
            assert!(serde_json::from_str::<Place>(wrong).is_err(), "{wrong}");
        }
    }
}
