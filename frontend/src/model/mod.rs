//! What the views compute: pure functions, tested natively.

pub mod agent;
pub mod change;
pub mod daily;
pub mod due;
pub mod facet;
pub mod feed;
pub mod flow;
pub mod initials;
pub mod keys;
pub mod life;
pub mod listing;
pub mod markdown;
pub mod place;
pub mod policy_table;
pub mod recent;
pub mod refusal;
pub mod report;
pub mod search;
pub mod standing;
pub mod talk;
pub mod time;
pub mod topics;
pub mod trend;
