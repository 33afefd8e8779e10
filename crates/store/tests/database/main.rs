//! The store against a real Postgres. One program, so that it is linked once.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what tests share fails as tests do"
)]

mod access;
mod accounts;
mod attachments;
mod audit;
mod blobs;
mod comments;
mod errors;
mod filters;
mod groups;
mod history;
mod idempotency;
mod insights;
mod jobs;
mod labels;
mod law;
mod lists;
mod log;
mod migrations;
mod numbers;
mod order;
mod pool;
mod projects;
mod ranks;
mod updates;
mod uploads;
mod world;
