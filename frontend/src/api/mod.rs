//! Everything the browser asks of the server: the only place that calls it.

mod client;
mod error;

pub mod attachments;
pub mod auth;
pub mod comments;
pub mod directory;
pub mod issues;
pub mod me;
pub mod projects;

pub use client::{Tagged, on_signed_out};
pub use error::ApiError;
