//! The product's words and rules, shared by server, worker, tools and browser.
//!
//! Nothing here performs I/O, reads a clock or invents an id: what the server enforces is exactly
//! what the browser shows, because both call the same functions.
//!
//! Where to look: who may do what is [`policy`]; which step of a workflow is allowed is
//! [`workflow`]; what can go wrong and how it is said is [`problem`]; every address is in
//! [`paths`]; the rest is one file per noun.

#[macro_use]
mod wire;

pub mod attachment;
pub mod audit;
pub mod board;
pub mod bulk;
pub mod comment;
pub mod csv;
pub mod event;
pub mod filter;
pub mod insights;
pub mod issue;
pub mod key;
pub mod label;
pub mod list;
pub mod markdown;
pub mod merge;
pub mod name;
pub mod notes;
pub mod page;
pub mod paths;
pub mod policy;
pub mod problem;
pub mod project;
pub mod rank;
pub mod relation;
pub mod relocation;
pub mod search;
pub mod shortcuts;
pub mod stats;
pub mod text;
pub mod token;
pub mod user;
pub mod view;
pub mod workflow;

pub use wire::{Patch, UnknownWord};
