//! Reports.

use super::ApiError;
use super::client::Call;
use crate::model::moment;
use chrono::{DateTime, Utc};
use domain::insights::{Changes, MOMENTS_MAX, Moments, OpenBy, OpenByReport};
use domain::paths::{api, with_query};

/// `GET /insights/open_by`
pub async fn open_by(by: OpenBy, project: Option<&str>) -> Result<OpenByReport, ApiError> {
    let mut query = vec![("by", by.to_string())];
    query.extend(project.map(|key| ("project", key.to_owned())));
    Call::get(with_query(&api::open_by(), &query)).read().await
}

/// Whose changes are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those of all that the reader can see.
    All,
    /// Those of a project, by its key.
    Project(String),
    /// Those of an issue, by its key.
    Issue(String),
}

impl Whose {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::All => Vec::new(),
            Self::Project(key) => vec![("project", key.clone())],
            Self::Issue(key) => vec![("issue", key.clone())],
        }
    }
}

/// `GET /insights/changes`: how much happened on which day.
pub async fn changes(whose: &Whose) -> Result<Changes, ApiError> {
    Call::get(with_query(&api::changes(), &whose.pairs()))
        .read()
        .await
}

/// `GET /insights/moments`: the instants of changes between two others, oldest first.
pub async fn moments(
    whose: &Whose,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, ApiError> {
    let mut query = whose.pairs();
    query.push(("from", moment::write(from)));
    query.push(("to", moment::write(to)));
    query.push(("limit", MOMENTS_MAX.to_string()));
    let found: Moments = Call::get(with_query(&api::moments(), &query))
        .read()
        .await?;
    Ok(found.items)
}
