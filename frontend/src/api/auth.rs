//! Sign-in, sign-out, registration.

use super::ApiError;
use super::client::Call;
use domain::paths::api;
use domain::user::{Login, Register, SignedIn, User};

/// `POST /auth/login`
pub async fn login(form: &Login) -> Result<SignedIn, ApiError> {
    Call::post(api::login()).unkeyed().json(form).read().await
}

/// `POST /auth/logout`
pub async fn logout() -> Result<(), ApiError> {
    Call::post(api::logout()).unkeyed().done().await
}

/// `POST /auth/register`
pub async fn register(form: &Register) -> Result<User, ApiError> {
    Call::post(api::register())
        .unkeyed()
        .json(form)
        .read()
        .await
}
