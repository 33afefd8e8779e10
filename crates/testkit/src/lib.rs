//! For tests: a fresh database for each ([`TestDb`]), the people and projects that recur in them
//! ([`cast`]), and what those people do ([`work`]), through the same functions of the store that
//! the server's use cases call.
//!
//! ```no_run
//! let test = testkit::TestDb::new();
//! let db = test.db();
//! let cast = testkit::cast::stage(&db);
//! let issue = testkit::work::issue(&db, cast.app, &cast.reporter, "The invoice is blank");
//! assert_eq!(issue.number, 1);
//! ```
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "whatever goes wrong here is a test that fails"
)]

pub mod cast;
mod database;
mod dice;
pub mod sql;
pub mod statements;
pub mod work;

pub use cast::Cast;
pub use database::{APPLICATION, OWNER, TestDb};
pub use dice::Dice;
