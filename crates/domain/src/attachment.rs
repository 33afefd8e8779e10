//! Files on issues.

use crate::user::UserRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Largest file unless configured otherwise: 25 MB.
pub const SIZE_MAX_DEFAULT: u64 = 25_000_000;

/// A file on an issue. Its bytes are at `GET /attachments/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Id.
    pub id: Uuid,
    /// Key of the issue.
    pub issue: String,
    /// Who added it.
    pub uploader: UserRef,
    /// Name for people, without path.
    pub file_name: String,
    /// What its bytes are, as far as we could tell.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// A size for people: `84 kB`, `1.2 MB`. Decimal units, as file managers show them.
#[must_use]
pub fn size_text(bytes: i64) -> String {
    let units = [("GB", 1_000_000_000_i64), ("MB", 1_000_000), ("kB", 1_000)];
    for (unit, factor) in units {
        if bytes >= factor {
            let tenths = bytes.saturating_mul(10) / factor;
            return if tenths < 100 && tenths % 10 != 0 {
                format!("{}.{} {unit}", tenths / 10, tenths % 10)
            } else {
                format!("{} {unit}", tenths / 10)
            };
        }
    }
    format!("{bytes} B")
}

/// What a browser may show in a page.
pub const INLINE: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp"];

/// Whether a browser may show these bytes in a page. Everything else is only offered for download,
/// because HTML, SVG and XML can carry script.
#[must_use]
pub fn shows_inline(media_type: &str) -> bool {
    INLINE.contains(&media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_like_a_file_manager() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (84_000, "84 kB"),
            (1_250_000, "1.2 MB"),
            (25_000_000, "25 MB"),
        ] {
            assert_eq!(size_text(bytes), text);
        }
    }
}
