//! Everything the browser asks of the server: the only place that calls it.

mod client;
mod error;

pub mod activity;
pub mod attachments;
pub mod audit;
pub mod auth;
pub mod board;
pub mod comments;
pub mod directory;
pub mod insights;
pub mod issues;
pub mod me;
pub mod merges;
pub mod project_lists;
pub mod projects;
pub mod relations;
pub mod search;
pub mod stats;
pub mod tokens;
pub mod users;
pub mod views;

pub use client::{Tagged, on_signed_out};
pub use error::ApiError;
