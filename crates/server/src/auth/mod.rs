//! Passwords and tokens.

pub mod jwt;
pub mod password;
