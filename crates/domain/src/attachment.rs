//! Files on issues and in comments.
//!
//! A file belongs to what it was put into, and is seen by whoever sees that: a file of an internal note is
//! there for staff alone. Until that is sent it is a draft, which is there for its uploader alone and goes
//! after [`DRAFT_HOURS`].

use crate::problem::FieldError;
use crate::text::Checked;
use crate::user::UserRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Largest file unless configured otherwise: 25 MB.
pub const SIZE_MAX_DEFAULT: u64 = 25_000_000;

/// Most files that one comment or new issue takes along.
pub const ATTACHMENTS_MAX: usize = 50;
/// How long a draft waits to be sent, in hours.
pub const DRAFT_HOURS: i64 = 24;

/// The drafts that something takes along, each once.
///
/// # Errors
/// `too_many`.
pub fn taken_along(ids: &[Uuid]) -> Checked<Vec<Uuid>> {
    if ids.len() > ATTACHMENTS_MAX {
        let detail = format!("At most {ATTACHMENTS_MAX} files.");
        return Err(FieldError::at("attachments", "too_many", detail));
    }
    let mut each = Vec::new();
    for id in ids {
        if !each.contains(id) {
            each.push(*id);
        }
    }
    Ok(each)
}

/// A file on an issue. Its bytes are at `GET /attachments/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Id.
    pub id: Uuid,
    /// Key of the issue; `null` for a draft of an issue that is still to be reported.
    pub issue: Option<String>,
    /// The comment it was put into; `null` for a file of the issue itself.
    #[serde(default)]
    pub comment: Option<Uuid>,
    /// True for staff only: a file of an internal note.
    #[serde(default)]
    pub internal: bool,
    /// True until the comment or issue that it is for is sent: it is there for its uploader alone, and
    /// goes after a day.
    #[serde(default)]
    pub draft: bool,
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
    /// When it was added; of a draft, when it was uploaded.
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
    fn drafts_are_taken_along_once_each() {
        let ids: Vec<Uuid> = (0..60).map(Uuid::from_u128).collect();
        let twice = [&ids[..25], &ids[..25]].concat();
        assert_eq!(taken_along(&twice).unwrap(), ids[..25]);
        assert_eq!(taken_along(&ids).unwrap_err().pointer, "/attachments");
    }

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
