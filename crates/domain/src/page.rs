//! Lists come in pages, continued by an opaque cursor.

use serde::{Deserialize, Serialize};

/// Page size when the caller names none.
pub const LIMIT_DEFAULT: u32 = 50;
/// Largest page size.
pub const LIMIT_MAX: u32 = 100;
/// Totals are counted exactly up to this number.
pub const TOTAL_EXACT_MAX: i64 = 10_000;
/// Totals of lists of the past are counted exactly up to this number: what counted then is spread among
/// all versions of since then.
pub const TOTAL_EXACT_PAST_MAX: i64 = 1_000;

/// How many there are in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Total {
    /// The number, at most 10,000 (1,000 with `as_of`).
    pub count: i64,
    /// False when there are more than `count`.
    pub exact: bool,
}

impl Total {
    /// From a count that stopped one above [`TOTAL_EXACT_MAX`].
    #[must_use]
    pub fn from_capped(count: i64) -> Self {
        Self::capped_at(TOTAL_EXACT_MAX, count)
    }

    /// From a count that stopped one above a number.
    #[must_use]
    pub fn capped_at(max: i64, count: i64) -> Self {
        Self {
            count: count.min(max),
            exact: count <= max,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The things, in the order asked for.
    pub items: Vec<T>,
    /// Send this as `cursor` for the next page; `null` at the end.
    pub next_cursor: Option<String>,
    /// How many there are in all.
    pub total: Total,
}

impl<T> Page<T> {
    /// A list that always fits one page.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        Self {
            items,
            next_cursor: None,
            total: Total { count, exact: true },
        }
    }
}
