//! The HTTP server.
//!
//! A request goes through: the route map (`http/mod.rs`) → middleware → extractors → a handler of a
//! few lines → a lane of `blocking` → a use case in `app` on a transaction of `store` → an answer,
//! or a problem rendered in `http/problem.rs`. Use cases know nothing of HTTP; handlers know nothing
//! of SQL.

pub mod app;
pub mod auth;
pub mod blocking;
pub mod config;
pub mod doctor;
pub mod http;
pub mod live;
pub mod logging;
pub mod metrics;
pub mod reads;
pub mod seed;
