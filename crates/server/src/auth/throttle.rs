//! Whom guesses of passwords are about, as it is counted.
//!
//! A name is counted as it was typed, whether anybody has it or not, so that no answer tells. Whoever
//! guesses at it can make others wait who come from anywhere, but not those who come with the cookie of a
//! device on which the account has signed in before: that has a count of its own.

use crate::config::Secret;
use domain::text::folded_email;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use store::attempts::Key;
use uuid::Uuid;

/// Makes the keys under which guesses are counted: HMAC-SHA-256, so that nobody who reads the table
/// learns what was typed.
pub struct Throttle(Hmac<Sha256>);

impl std::fmt::Debug for Throttle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Throttle")
    }
}

impl Throttle {
    /// With the first of the instance's secrets; with another one, counting begins anew.
    ///
    /// # Errors
    /// Never: a key of this code may have any length.
    pub fn new(secrets: &[Secret]) -> Result<Self, hmac::digest::InvalidLength> {
        let secret = secrets.first().map(|s| s.0.as_bytes()).unwrap_or_default();
        let code = Hmac::<Sha256>::new_from_slice(secret)?;
        Ok(Self(code.chain_update(b"guesses of passwords\0")))
    }

    fn key(&self, kind: &[u8], parts: &[&[u8]]) -> Key {
        let code = self.0.clone().chain_update(kind);
        let code = parts
            .iter()
            .fold(code, |code, part| code.chain_update(part));
        code.finalize().into_bytes().into()
    }

    /// For a name or an address as it was typed.
    #[must_use]
    pub fn name(&self, typed: &str) -> Key {
        let folded = if typed.contains('@') {
            folded_email(typed)
        } else {
            typed.trim().to_lowercase()
        };
        self.key(b"name\0", &[folded.as_bytes()])
    }

    /// For an account on a device that it knows.
    #[must_use]
    pub fn device(&self, account: Uuid, device: Uuid) -> Key {
        self.key(b"device\0", &[account.as_bytes(), device.as_bytes()])
    }

    /// For an account of which a session asks for the password again.
    #[must_use]
    pub fn session(&self, account: Uuid) -> Key {
        self.key(b"session\0", &[account.as_bytes()])
    }
}
