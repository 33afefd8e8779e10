//! Passwords, tokens and sealed places.

pub mod cursor;
pub mod jwt;
pub mod password;
pub mod place;
pub mod throttle;
pub mod token;
