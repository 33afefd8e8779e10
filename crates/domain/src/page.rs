//! Lists come in pages, continued by an opaque cursor.

use serde::{Deserialize, Serialize};

/// Page size when the caller names none.
pub const LIMIT_DEFAULT: u32 = 50;
/// Largest page size.
pub const LIMIT_MAX: u32 = 100;
/// Totals are counted exactly up to this number.
pub const TOTAL_EXACT_MAX: i64 = 10_000;

/// How many there are in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Total {
    /// The number, at most 10,000.
    pub count: i64,
    /// False when there are more than `count`.
    pub exact: bool,
}

impl Total {
    /// From a count that stopped one above [`TOTAL_EXACT_MAX`].
    #[must_use]
    pub fn from_capped(count: i64) -> Self {
        Self {
            count: count.min(TOTAL_EXACT_MAX),
            exact: count <= TOTAL_EXACT_MAX,
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
