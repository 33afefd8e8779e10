//! Everything that speaks SQL, and the storage of files.
//!
//! Begin with [`db`] (the one way to a connection and a transaction) and [`access`] (looking up is
//! authorizing). One file per noun holds its rows and its named statements; rows never leave the
//! crate as they are, but as types of `domain` or as the `Stored…` types that use cases work on.

#[macro_use]
mod statement;

pub mod access;
pub mod accounts;
pub mod attachments;
pub mod attempts;
pub mod audit;
pub mod blobs;
pub mod claims;
mod columns;
pub mod comments;
pub mod db;
pub mod error;
pub mod events;
pub mod feed;
mod filter_sql;
pub mod history;
pub mod idempotency;
pub mod insights;
pub mod issues;
pub mod jobs;
pub mod labels;
pub mod listen;
mod marks;
pub mod merges;
pub mod migrate;
pub mod moments;
pub mod names;
pub mod personal;
mod pool;
pub mod projects;
pub mod relations;
pub mod search;
#[rustfmt::skip]
mod schema;
pub mod stats;
pub mod ticket;
pub mod tokens;
pub mod uploads;
pub mod views;
pub mod workflow;

pub use columns::Person;
pub use db::{Db, DbConfig, Tx};
pub use error::{Error, Result};
