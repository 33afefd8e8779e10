//! What the views compute: pure functions, tested natively.

pub mod daily;
pub mod facet;
pub mod feed;
pub mod initials;
pub mod keys;
pub mod life;
pub mod listing;
pub mod markdown;
pub mod place;
pub mod recent;
pub mod search;
pub mod time;
pub mod topics;
pub mod trend;
