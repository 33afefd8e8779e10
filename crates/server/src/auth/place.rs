//! Places in the order of events, as receivers get them.
//!
//! The order is one for the whole instance: whoever saw the plain number could count what happens in
//! projects that do not exist for them. So a place travels encrypted (one block of AES-128), with
//! something random inside, so that not even two answers about the same place look alike.

use crate::config::Secret;
use aes::Aes128;
use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A block that decrypts to something without this is none of ours.
const MARK: [u8; 4] = *b"iit1";
/// Letters of a sealed place.
pub const LENGTH: usize = 22;

/// Seals places and opens them again.
pub struct Places(Vec<Aes128>);

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Places")
    }
}

impl Places {
    /// Keys derived from the instance's secrets: the first seals, all open.
    #[must_use]
    pub fn new(secrets: &[Secret]) -> Self {
        let key = |secret: &Secret| {
            let digest = Sha256::new()
                .chain_update(b"places in the order of events\0")
                .chain_update(secret.0.as_bytes())
                .finalize();
            let mut key = [0; 16];
            key.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
            Aes128::new(&key.into())
        };
        Self(secrets.iter().map(key).collect())
    }

    /// A place as it travels.
    #[must_use]
    pub fn seal(&self, place: i64) -> String {
        let random: [u8; 4] = rand::random();
        let mut block = Array::default();
        let plain = place.to_be_bytes().into_iter().chain(MARK).chain(random);
        block
            .iter_mut()
            .zip(plain)
            .for_each(|(to, from)| *to = from);
        if let Some(key) = self.0.first() {
            key.encrypt_block(&mut block);
        }
        URL_SAFE_NO_PAD.encode(block)
    }

    /// The place, when one of our keys sealed it.
    #[must_use]
    pub fn open(&self, sealed: &str) -> Option<i64> {
        let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(sealed).ok()?.try_into().ok()?;
        self.0.iter().find_map(|key| {
            let mut block = Array::from(bytes);
            key.decrypt_block(&mut block);
            let (place, rest) = block.split_first_chunk::<8>()?;
            rest.starts_with(&MARK).then(|| i64::from_be_bytes(*place))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(secrets: &[&str]) -> Places {
        let secrets: Vec<Secret> = secrets.iter().map(|s| Secret((*s).to_string())).collect();
        Places::new(&secrets)
    }

    #[test]
    fn a_place_comes_back_and_tells_nothing_on_its_way() {
        let ours = places(&["a secret of thirty-two bytes ....", "an older one"]);
        for place in [0, 1, 42, i64::MAX] {
            let (one, other) = (ours.seal(place), ours.seal(place));
            assert_eq!(ours.open(&one), Some(place));
            assert_eq!(ours.open(&other), Some(place));
            assert_ne!(one, other);
            assert_eq!(one.len(), LENGTH);
        }
    }

    #[test]
    fn an_older_key_still_opens_and_a_foreign_one_does_not() {
        let sealed = places(&["an older one"]).seal(7);
        assert_eq!(
            places(&["a new one", "an older one"]).open(&sealed),
            Some(7)
        );
        assert_eq!(places(&["a new one"]).open(&sealed), None);
        for wrong in ["", "7", "x", "AAAAAAAAAAAAAAAAAAAAAA", &"A".repeat(5_000)] {
            assert_eq!(places(&["a new one"]).open(wrong), None, "{wrong}");
        }
    }
}
