//! Cursors: where a page of a list ended, bound to the question that it answered.
//!
//! A cursor holds a position in an order. Asked with another filter or another order it would point
//! anywhere, and whoever could write one could ask for positions that no list ever has. So it carries a
//! code (HMAC-SHA-256, cut to 96 bits) over itself and over the address with its filters.

use crate::config::Secret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Bytes of the code.
const CODE: usize = 12;
/// Longest cursor that is looked at, in letters.
const LENGTH_MAX: usize = 4_096;

type Code = Hmac<Sha256>;

/// Seals positions and opens them again.
pub struct Cursors(Vec<Code>);

impl std::fmt::Debug for Cursors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cursors")
    }
}

fn code(key: &Code, question: &str, position: &[u8]) -> Code {
    // The length in front: no question can be taken for another with the beginning of a position.
    key.clone()
        .chain_update(question.len().to_be_bytes())
        .chain_update(question)
        .chain_update(position)
}

impl Cursors {
    /// Keys derived from the instance's secrets: the first seals, all open.
    #[must_use]
    pub fn new(secrets: &[Secret]) -> Self {
        let key = |secret: &Secret| {
            let code = Code::new_from_slice(secret.0.as_bytes()).ok()?;
            Some(code.chain_update(b"cursors of lists\0"))
        };
        Self(secrets.iter().filter_map(key).collect())
    }

    /// A position as it travels, for that question only.
    #[must_use]
    pub fn seal(&self, question: &str, position: &[u8]) -> String {
        let mut bytes = Vec::with_capacity(CODE + position.len());
        if let Some(key) = self.0.first() {
            let full = code(key, question, position).finalize().into_bytes();
            bytes.extend(full.iter().take(CODE));
        }
        bytes.extend_from_slice(position);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position, when one of our keys sealed it for that question.
    #[must_use]
    pub fn open(&self, question: &str, sealed: &str) -> Option<Vec<u8>> {
        if sealed.len() > LENGTH_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (given, position) = bytes.split_first_chunk::<CODE>()?;
        let holds = |key: &Code| {
            let code = code(key, question, position);
            code.verify_truncated_left(given).is_ok()
        };
        self.0.iter().any(holds).then(|| position.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursors(secrets: &[&str]) -> Cursors {
        let secrets: Vec<Secret> = secrets.iter().map(|s| Secret((*s).to_string())).collect();
        Cursors::new(&secrets)
    }

    #[test]
    fn a_cursor_belongs_to_its_question() {
        let cursors = cursors(&["one"]);
        let sealed = cursors.seal("/issues?q=a", b"[1]");
        assert_eq!(cursors.open("/issues?q=a", &sealed).unwrap(), b"[1]");
        assert_eq!(cursors.open("/issues?q=b", &sealed), None);
        assert_eq!(
            cursors.open("/issues?q=", &cursors.seal("/issues?q", b"=[1]")),
            None
        );
    }

    #[test]
    fn nobody_else_can_write_one() {
        let ours = cursors(&["one"]);
        for forged in ["", "W10", "AAAAAAAAAAAAAAAAWzFd", "%%", &"A".repeat(5_000)] {
            assert_eq!(ours.open("/issues", forged), None, "{forged}");
        }
        let theirs = cursors(&["two"]).seal("/issues", b"[1]");
        assert_eq!(ours.open("/issues", &theirs), None);
        // A key that was replaced still opens.
        assert!(cursors(&["one", "two"]).open("/issues", &theirs).is_some());
    }
}
