//! One module for each page: they read, act and put components together.

pub mod login;
pub mod not_found;
