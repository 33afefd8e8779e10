//! What a caller says about the version they saw, and the tags by which versions are named.

use super::{Error, Result};
use domain::problem::{Code, Problem};
use serde::Serialize;
use std::hash::Hasher;

/// Most tags of one precondition that are looked at.
const TAGS_MAX: usize = 8;

/// What an entity tag of ours says: the version, and a digest of the whole answer, because names beside
/// a thing change without its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tag {
    version: i32,
    digest: Option<u64>,
}

impl Tag {
    /// Of the text between the quotes; nothing for one that we never gave.
    fn read(text: &str) -> Option<Self> {
        let (version, digest) = match text.split_once('-') {
            Some((version, digest)) => (version, Some(u64::from_str_radix(digest, 16).ok()?)),
            None => (text, None),
        };
        Some(Self {
            version: version.parse().ok()?,
            digest,
        })
    }
}

fn digest(body: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(body.as_bytes());
    hasher.finish()
}

/// The strong entity tag of an answer; things without a version have version 0.
#[must_use]
pub fn tag(version: i32, body: &str) -> String {
    format!("\"{version}-{:016x}\"", digest(body))
}

const NO_LIST: &str = "Expected tags in quotes, with commas between.";

/// The rest of a list from its next element on: empty ones do not count (RFC 9110, section 5.6.1.2).
fn after_commas(rest: &str) -> &str {
    rest.trim_start_matches([',', ' ', '\t']).trim_end()
}

/// What the caller says about the version they saw (`If-Match`): nothing, or that it must be one of
/// these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precondition {
    tags: [Option<Tag>; TAGS_MAX],
    is_given: bool,
}

impl Precondition {
    /// Nothing: the change applies to whatever is there.
    pub const NONE: Self = Self {
        tags: [None; TAGS_MAX],
        is_given: false,
    };

    /// It must still be this version.
    #[must_use]
    pub const fn version(version: i32) -> Self {
        let mut tags = [None; TAGS_MAX];
        tags[0] = Some(Tag {
            version,
            digest: None,
        });
        Self {
            tags,
            is_given: true,
        }
    }

    /// Of the value of `If-Match` (RFC 9110, section 13.1.1). Weak tags and those of others never
    /// match, but they are given; a list without any matches nothing.
    ///
    /// # Errors
    /// When it is neither `*` nor a list of quoted tags, or a longer one than anybody needs.
    pub fn read(header: &str) -> Result<Self, &'static str> {
        if header.trim() == "*" {
            return Ok(Self::NONE);
        }
        let mut read = Self {
            is_given: true,
            ..Self::NONE
        };
        let mut rest = after_commas(header);
        let mut count = 0;
        while !rest.is_empty() {
            let weak = rest.starts_with("W/");
            let quoted = rest.strip_prefix("W/").unwrap_or(rest);
            let tag = quoted.strip_prefix('"').and_then(|r| r.split_once('"'));
            let Some((tag, after)) =
                tag.filter(|(tag, _)| tag.bytes().all(|b| b.is_ascii_graphic()))
            else {
                return Err(NO_LIST);
            };
            match read.tags.get_mut(count) {
                Some(place) if !weak => *place = Tag::read(tag),
                Some(_) => {}
                None => return Err("At most 8 tags."),
            }
            count += 1;
            rest = after_commas(after);
            if !rest.is_empty() && !after.trim_start().starts_with(',') {
                return Err(NO_LIST);
            }
        }
        Ok(read)
    }

    /// Whether the caller said anything.
    #[must_use]
    pub const fn is_given(self) -> bool {
        self.is_given
    }

    /// Whether something at that version may be changed.
    #[must_use]
    pub fn allows(self, version: i32) -> bool {
        !self.is_given || self.tags.iter().flatten().any(|tag| tag.version == version)
    }

    /// Whether something without a version may be changed, as it is now.
    #[must_use]
    pub fn allows_value<T: Serialize>(self, now: &T) -> bool {
        if !self.is_given {
            return true;
        }
        let now = serde_json::to_string(now).map(|body| digest(&body)).ok();
        let mut tags = self.tags.iter().flatten();
        tags.any(|tag| tag.version == 0 && tag.digest.is_some() && tag.digest == now)
    }

    /// Passes when something without a version is still what the caller saw.
    ///
    /// # Errors
    /// 412 with the thing as it is now.
    pub fn demand<T: Serialize>(self, now: &T) -> Result<()> {
        match self.allows_value(now) {
            true => Ok(()),
            false => Err(conflict(now)),
        }
    }

    /// Passes when something is still at the version that the caller saw.
    ///
    /// # Errors
    /// 412 with the thing as it is now.
    pub fn demand_version<T: Serialize>(
        self,
        version: i32,
        now: impl FnOnce() -> Result<T>,
    ) -> Result<()> {
        match self.allows(version) {
            true => Ok(()),
            false => Err(conflict(&now()?)),
        }
    }

    /// The newest version that the caller names: what changed since is told from there.
    #[must_use]
    pub fn newest(self) -> Option<i32> {
        self.tags.iter().flatten().map(|tag| tag.version).max()
    }
}

fn conflict<T: Serialize>(now: &T) -> Error {
    let mut problem = Problem::new(Code::EditConflict);
    problem.current = serde_json::to_value(now).ok();
    problem.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_of_the_tags_counts() {
        let seen = Precondition::read("\"3-00ff\", \"a,b\" ,\"5-0000000000000001\"").unwrap();
        assert!(seen.allows(3) && seen.allows(5) && !seen.allows(4));
        assert_eq!(seen.newest(), Some(5));
        assert!(!Precondition::read("W/\"3-00ff\"").unwrap().allows(3));
        assert!(!Precondition::read("\"\"").unwrap().allows(0));
        assert!(Precondition::read(" * ").unwrap().allows(77));
        assert!(Precondition::read(", \"3\",, \"4\",").unwrap().allows(4));
        assert!(!Precondition::read("").unwrap().allows(0));
        for wrong in ["3", "\"3", "\"3\" \"4\"", "\"3 \""] {
            assert!(Precondition::read(wrong).is_err(), "{wrong}");
        }
        assert!(Precondition::read(&["\"1\""; 9].join(",")).is_err());
    }

    #[test]
    fn what_has_no_version_is_known_by_its_digest() {
        let body = serde_json::to_string(&["a"]).unwrap();
        let seen = Precondition::read(&tag(0, &body)).unwrap();
        assert!(seen.allows_value(&["a"]));
        assert!(!seen.allows_value(&["b"]));
        assert!(Precondition::NONE.allows_value(&["b"]));
        assert!(!Precondition::read("\"0\"").unwrap().allows_value(&["a"]));
    }
}
