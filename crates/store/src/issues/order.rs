//! The order of a project's issues, as people make it.

use super::StoredIssue;
use crate::db::Tx;
use crate::error::Result;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension, RunQueryDsl};
use domain::rank;
use uuid::Uuid;

/// Where to put an issue among those of its project.
#[derive(Debug, Clone, Copy)]
pub enum Spot<'a> {
    /// Right before that one.
    Before(&'a StoredIssue),
    /// Right after that one.
    After(&'a StoredIssue),
    /// Before all others.
    Top,
    /// After all others.
    Bottom,
}

/// The last number given in a project, with the right to change the order.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    project: Uuid,
    last_number: i64,
}

statement! {
    /// Waits until nobody else changes the order or adds to it.
    LockOrder { project: Uuid => SqlUuid } -> BigInt :
    "select last_number from issue_counter where project_id = {project} for update"
}

statement! {
    /// The rank before another, of any issue but one.
    RankBefore { project: Uuid => SqlUuid, rank: String => Text, but: Uuid => SqlUuid } -> Text :
    "select rank from issue where project_id = {project} and rank < {rank} and id <> {but}
     order by rank desc limit 1"
}

statement! {
    /// The rank after another, of any issue but one.
    RankAfter { project: Uuid => SqlUuid, rank: String => Text, but: Uuid => SqlUuid } -> Text :
    "select rank from issue where project_id = {project} and rank > {rank} and id <> {but}
     order by rank limit 1"
}

/// Takes the right to change a project's order until the transaction ends; whoever makes or places
/// an issue there waits. Ranks read before do not count.
///
/// # Errors
/// When it takes longer than the lock timeout.
pub fn order(tx: &mut Tx<'_>, project: Uuid) -> Result<Order> {
    let last_number = LockOrder { project }.get_result(tx.pg())?;
    Ok(Order {
        project,
        last_number,
    })
}

/// Above every rank: they consist of hexadecimal digits.
const BEYOND: &str = "~";

impl Order {
    /// The rank that an issue needs to stand there; `None` when it does already.
    ///
    /// # Errors
    /// When the database is away.
    pub fn rank(
        self,
        tx: &mut Tx<'_>,
        issue: &StoredIssue,
        spot: Spot<'_>,
    ) -> Result<Option<String>> {
        let (low, high) = match spot {
            Spot::Before(other) | Spot::After(other) if other.id == issue.id => return Ok(None),
            Spot::Before(other) => (
                self.before(tx, &other.rank, issue.id)?,
                Some(other.rank.clone()),
            ),
            Spot::After(other) => (
                Some(other.rank.clone()),
                self.after(tx, &other.rank, issue.id)?,
            ),
            Spot::Top => (None, self.after(tx, "", issue.id)?),
            Spot::Bottom => (self.before(tx, BEYOND, issue.id)?, None),
        };
        let above_low = low.as_ref().is_none_or(|low| *low < issue.rank);
        let below_high = high.as_ref().is_none_or(|high| issue.rank < *high);
        if above_low && below_high {
            return Ok(None);
        }
        Ok(match (low, high) {
            (Some(low), Some(high)) => Some(rank::between(&low, &high)),
            (None, Some(first)) => Some(rank::above(&first)),
            (Some(last), None) => Some(rank::below(&last, self.last_number + 1)),
            (None, None) => None,
        })
    }

    fn before(self, tx: &mut Tx<'_>, rank: &str, but: Uuid) -> Result<Option<String>> {
        let statement = RankBefore {
            project: self.project,
            rank: rank.to_string(),
            but,
        };
        Ok(statement.get_result(tx.pg()).optional()?)
    }

    fn after(self, tx: &mut Tx<'_>, rank: &str, but: Uuid) -> Result<Option<String>> {
        let statement = RankAfter {
            project: self.project,
            rank: rank.to_string(),
            but,
        };
        Ok(statement.get_result(tx.pg()).optional()?)
    }
}
