//! The drawings of status and severity: 16 px, filled with the current colour.

use domain::issue::Severity;
use domain::workflow::Category;
use leptos::prelude::*;

const SQUARE: &str = r#"<rect x="2" y="2" width="12" height="12" rx="3.2" fill="none" stroke="currentColor" stroke-width="1.75"/>"#;
const TRIAGE: &str = r#"<rect x="2" y="2" width="12" height="12" rx="3.2" fill="none" stroke="currentColor" stroke-width="1.75" stroke-dasharray="2.6 2.35"/><circle cx="8" cy="8" r="1.6" fill="currentColor"/>"#;
const HALF: &str = r#"<rect x="2" y="2" width="12" height="12" rx="3.2" fill="none" stroke="currentColor" stroke-width="1.75"/><path d="M4.6 8h6.8v2.2a1.2 1.2 0 0 1-1.2 1.2H5.8a1.2 1.2 0 0 1-1.2-1.2z" fill="currentColor"/>"#;
const THREE_QUARTERS: &str = r#"<rect x="2" y="2" width="12" height="12" rx="3.2" fill="none" stroke="currentColor" stroke-width="1.75"/><path d="M4.6 6h6.8v4.2a1.2 1.2 0 0 1-1.2 1.2H5.8a1.2 1.2 0 0 1-1.2-1.2z" fill="currentColor"/>"#;
const PAUSE: &str = r#"<rect x="2" y="2" width="12" height="12" rx="3.2" fill="none" stroke="currentColor" stroke-width="1.75"/><path d="M6.3 5.6v4.8M9.7 5.6v4.8" stroke="currentColor" stroke-width="1.75" stroke-linecap="round"/>"#;
const TICK: &str = r#"<path fill="currentColor" fill-rule="evenodd" d="M5 1.1h6A3.9 3.9 0 0 1 14.9 5v6A3.9 3.9 0 0 1 11 14.9H5A3.9 3.9 0 0 1 1.1 11V5A3.9 3.9 0 0 1 5 1.1zm6.7 4.3a.9.9 0 0 0-1.3 0L7 8.9 5.6 7.5a.9.9 0 1 0-1.3 1.3l2.05 2.05a.9.9 0 0 0 1.3 0l4.05-4.15a.9.9 0 0 0 0-1.3z"/>"#;
const CROSS: &str = r#"<path fill="currentColor" fill-rule="evenodd" d="M5 1.1h6A3.9 3.9 0 0 1 14.9 5v6A3.9 3.9 0 0 1 11 14.9H5A3.9 3.9 0 0 1 1.1 11V5A3.9 3.9 0 0 1 5 1.1zm.8 3.6a.8.8 0 0 0-1.1 1.1L6.9 8l-2.2 2.2a.8.8 0 0 0 1.1 1.1L8 9.1l2.2 2.2a.8.8 0 0 0 1.1-1.1L9.1 8l2.2-2.2a.8.8 0 0 0-1.1-1.1L8 6.9z"/>"#;
const CIRCLE: &str =
    r#"<circle cx="8" cy="8" r="4" fill="none" stroke="currentColor" stroke-width="1.75"/>"#;
const DIAMOND: &str = r#"<path d="M8 2.5 13.5 8 8 13.5 2.5 8z" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linejoin="round"/><path d="M8 2.5 13.5 8 8 13.5z" fill="currentColor"/>"#;
const TRIANGLE: &str = r#"<path fill="currentColor" fill-rule="evenodd" d="M6.7 2.3a1.5 1.5 0 0 1 2.6 0l5 8.9A1.5 1.5 0 0 1 13 13.5H3a1.5 1.5 0 0 1-1.3-2.3zM8 5.2a.8.8 0 0 0-.8.8v2.4a.8.8 0 0 0 1.6 0V6a.8.8 0 0 0-.8-.8zm0 5a.9.9 0 1 0 0 1.8.9.9 0 0 0 0-1.8z"/>"#;
const OCTAGON: &str = r#"<path fill="currentColor" fill-rule="evenodd" d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2zM8 4.2a.9.9 0 0 0-.9.9v3.2a.9.9 0 0 0 1.8 0V5.1a.9.9 0 0 0-.9-.9zm0 5.9a1 1 0 1 0 0 2 1 1 0 0 0 0-2z"/>"#;

/// The look of a status: how full the square is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusLook {
    /// What kind of status it is.
    pub category: Category,
    /// An active status after the first active one, such as "under review".
    pub late: bool,
    /// Done, but with a resolution other than "complete".
    pub dropped: bool,
}

impl StatusLook {
    /// The plain look of a category.
    #[must_use]
    pub const fn plain(category: Category) -> Self {
        Self {
            category,
            late: false,
            dropped: false,
        }
    }

    /// The class that carries the colour.
    #[must_use]
    pub const fn class(self) -> &'static str {
        if self.dropped {
            return category_class(Category::Backlog);
        }
        category_class(self.category)
    }

    const fn drawing(self) -> &'static str {
        match self.category {
            Category::Triage => TRIAGE,
            Category::Backlog => SQUARE,
            Category::Active if self.late => THREE_QUARTERS,
            Category::Active => HALF,
            Category::Waiting => PAUSE,
            Category::Done if self.dropped => CROSS,
            Category::Done => TICK,
        }
    }
}

/// The class that gives a category's colours.
#[must_use]
pub const fn category_class(category: Category) -> &'static str {
    match category {
        Category::Triage => "c-triage",
        Category::Backlog => "c-backlog",
        Category::Active => "c-active",
        Category::Waiting => "c-waiting",
        Category::Done => "c-done",
    }
}

/// The class that gives a severity's colours.
#[must_use]
pub const fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "s-low",
        Severity::Medium => "s-medium",
        Severity::High => "s-high",
        Severity::Critical => "s-critical",
    }
}

/// A status's square.
#[component]
pub fn StatusGlyph(look: StatusLook) -> impl IntoView {
    view! { <svg class="gl" viewBox="0 0 16 16" aria-hidden="true" inner_html=look.drawing()></svg> }
}

/// A severity's shape: more corners are worse.
#[component]
pub fn SeverityGlyph(severity: Severity) -> impl IntoView {
    let drawing = match severity {
        Severity::Low => CIRCLE,
        Severity::Medium => DIAMOND,
        Severity::High => TRIANGLE,
        Severity::Critical => OCTAGON,
    };
    view! { <svg class="gl" viewBox="0 0 16 16" aria-hidden="true" inner_html=drawing></svg> }
}
