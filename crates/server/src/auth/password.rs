//! Passwords: bcrypt of a SHA-256, so that every byte counts.
//!
//! bcrypt looks at 72 bytes only. The digest in front (as Django's `BCryptSHA256PasswordHasher`
//! does) makes passwords of any length and script safe: different ends are different passwords.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::text::normal_password;
use sha2::{Digest, Sha256};

fn digest(password: &str) -> String {
    STANDARD.encode(Sha256::digest(normal_password(password)))
}

/// Hashes a password. Slow on purpose; run it on the `hashes` lane.
///
/// # Errors
/// When the system gives no randomness.
pub fn hash(password: &str, cost: u32) -> Result<String, bcrypt::BcryptError> {
    bcrypt::hash(digest(password), cost)
}

/// Whether the password is the one behind the hash. A damaged hash fits no password. Without a hash
/// it takes as long as with one, so that time does not tell which accounts exist.
#[must_use]
pub fn verify(password: &str, stored: Option<&str>, cost: u32) -> bool {
    match stored {
        Some(stored) => bcrypt::verify(digest(password), stored).unwrap_or(false),
        None => {
            let _ = bcrypt::hash_with_salt(digest(password), cost, [7; 16]);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_long_password_counts() {
        for length in [71, 72, 73, 200] {
            let stem = "x".repeat(length);
            let hash = hash(&format!("{stem}a"), 4).unwrap();
            assert!(verify(&format!("{stem}a"), Some(&hash), 4));
            assert!(!verify(&format!("{stem}b"), Some(&hash), 4), "{length}");
        }
        let emoji = "🦀".repeat(64);
        let crabs = hash(&emoji, 4).unwrap();
        assert!(verify(&emoji, Some(&crabs), 4));
        assert!(!verify(&"🦀".repeat(63), Some(&crabs), 4));
    }

    #[test]
    fn a_password_can_be_typed_on_every_keyboard() {
        let composed = hash("caf\u{e9} caf\u{e9}", 4).unwrap();
        assert!(verify("cafe\u{301} cafe\u{301}", Some(&composed), 4));
    }

    #[test]
    fn damaged_hashes_and_nul_fit_nothing_and_do_not_panic() {
        for stored in [
            "",
            "$2b$04$",
            "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé",
            "plain",
        ] {
            assert!(!verify("x", Some(stored), 4));
        }
        let with_nul = hash("a\0b", 4).unwrap();
        assert!(!verify("a\0c", Some(&with_nul), 4));
        assert!(!verify("x", None, 4));
    }
}
