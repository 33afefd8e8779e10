//! The server, asked over HTTP: every test has a server of its own on a database of its own.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "whatever goes wrong here is a test that fails"
)]

mod accounts;
mod audit;
mod board;
mod bulk;
mod cascades;
mod cli;
mod comments;
mod contract;
mod downloads;
mod drafts;
mod files;
mod filters;
mod forms;
mod gate;
mod guesses;
mod harness;
mod headers;
mod issues;
mod live;
mod load;
mod merges;
mod moves;
mod names;
mod owners;
mod pairs;
mod past;
mod people;
mod plan;
mod problems;
mod projects;
mod purge;
mod races;
mod reports;
mod search;
mod seeding;
mod signals;
mod sweep;
mod tokens;
mod uploads;
mod views;
mod wire;
mod workflow;
mod worlds;
