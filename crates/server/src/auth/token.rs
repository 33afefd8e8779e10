//! API tokens as they travel: `iit_`, 256 random bits, a checksum.
//!
//! The checksum is no secret. It tells a mistyped or made up token from a real one without asking the
//! database, and lets scanners of secrets know ours.

use domain::token::{MARK, PREFIX_LENGTH};
use sha2::{Digest, Sha256};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// Digits, so that a double click selects a whole token.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits that hold 256 bits.
const SECRET_LENGTH: usize = 43;
/// Digits that hold 32 bits.
const CHECK_LENGTH: usize = 6;
const LENGTH: usize = MARK.len() + SECRET_LENGTH + CHECK_LENGTH;

/// The token that a request came with, not yet looked up.
#[derive(Debug, Clone)]
pub struct Presented {
    /// SHA-256 of the whole.
    pub digest: [u8; 32],
    /// How it begins.
    pub prefix: String,
    /// Its owner, once the database knew it.
    owner: Arc<OnceLock<Uuid>>,
}

impl Presented {
    /// Reads a token by its form alone.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let body = text.strip_prefix(MARK)?;
        if text.len() != LENGTH || !body.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let (secret, check) = body.split_at_checked(SECRET_LENGTH)?;
        (check == checksum(secret)).then(|| Self::of(text))
    }

    fn of(text: &str) -> Self {
        Self {
            digest: Sha256::digest(text.as_bytes()).into(),
            prefix: text.chars().take(PREFIX_LENGTH).collect(),
            owner: Arc::default(),
        }
    }

    /// Notes whose it is.
    pub fn belongs_to(&self, owner: Uuid) {
        // Whoever noted it first noted the same.
        let _ = self.owner.set(owner);
    }

    /// Whose it is; `None` unless the database knew it.
    #[must_use]
    pub fn owner(&self) -> Option<Uuid> {
        self.owner.get().copied()
    }
}

/// A token that was just made.
pub struct Minted {
    /// The token itself, to be shown once.
    pub text: String,
    /// What is kept of it.
    pub kept: Presented,
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Minted")
    }
}

/// Makes a token.
#[must_use]
pub fn mint() -> Minted {
    let secret: [u8; 32] = rand::random();
    let secret = digits(&secret, SECRET_LENGTH);
    let text = format!("{MARK}{secret}{}", checksum(&secret));
    Minted {
        kept: Presented::of(&text),
        text,
    }
}

fn checksum(secret: &str) -> String {
    let digest = Sha256::digest(secret.as_bytes());
    digits(digest.get(..4).unwrap_or_default(), CHECK_LENGTH)
}

/// A number, the largest byte first, in that many digits of base 62.
fn digits(number: &[u8], length: usize) -> String {
    let mut number = number.to_vec();
    let mut out = vec![b'0'; length];
    for digit in out.iter_mut().rev() {
        let mut rest = 0_usize;
        for byte in &mut number {
            let part = rest * 256 + usize::from(*byte);
            *byte = u8::try_from(part / 62).unwrap_or_default();
            rest = part % 62;
        }
        *digit = DIGITS.get(rest).copied().unwrap_or(b'0');
    }
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_again_and_no_two_are_the_same() {
        let (a, b) = (mint(), mint());
        assert_ne!(a.text, b.text);
        assert_eq!(a.text.len(), LENGTH);
        let read = Presented::read(&a.text).unwrap();
        assert_eq!(read.digest, a.kept.digest);
        assert_ne!(read.digest, b.kept.digest);
        assert!(a.text.starts_with(&read.prefix) && read.prefix.len() == PREFIX_LENGTH);
        assert!(!format!("{a:?}").contains(&a.text[4..]));
    }

    #[test]
    fn what_only_looks_like_a_token_is_none() {
        let text = mint().text;
        let swapped = |at: usize| {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            String::from_utf8(bytes).unwrap()
        };
        let others = [
            String::new(),
            MARK.to_string(),
            text[4..].to_string(),
            text.to_uppercase(),
            format!("{text}0"),
            format!(" {text}"),
            text[..LENGTH - 1].to_string(),
            swapped(10),
            swapped(LENGTH - 1),
            format!("{MARK}{}", "ä".repeat(24) + "0"),
            format!("{MARK}{}", "0".repeat(49)),
        ];
        for other in others {
            assert!(Presented::read(&other).is_none(), "{other}");
        }
    }

    #[test]
    fn numbers_keep_their_value() {
        assert_eq!(digits(&[0, 0], 3), "000");
        assert_eq!(digits(&[61], 2), "0z");
        assert_eq!(digits(&[1, 0], 2), "48");
        assert_eq!(digits(&[255; 32], SECRET_LENGTH).len(), SECRET_LENGTH);
    }
}
