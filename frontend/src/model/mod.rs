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
pub mod recent;
pub mod report;
pub mod search;
pub mod talk;
pub mod time;
pub mod topics;
pub mod trend;
