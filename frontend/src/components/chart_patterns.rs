//! Patterns of charts: colour never carries a meaning alone. Put one of these on a page with charts,
//! then fill with `url(#p-high)` and so on.

use leptos::prelude::*;

const DOTS: &str = r#"<rect class="soft" width="8" height="8"/><circle class="ink" cx="2" cy="2" r="1.1"/><circle class="ink" cx="6" cy="6" r="1.1"/>"#;
const SOFT: &str = r#"<rect class="soft" width="8" height="8"/>"#;
const SOLID: &str = r#"<rect class="ink" width="8" height="8"/>"#;
const HATCH: &str = r#"<rect class="soft" width="8" height="8"/><path class="line" d="M-2 2 2-2M0 8 8 0M6 10 10 6"/>"#;
const BACK_HATCH: &str = r#"<rect class="soft" width="8" height="8"/><path class="line" d="M-2 6 2 10M0 0 8 8M6-2 10 2"/>"#;
const UPRIGHT: &str =
    r#"<rect class="soft" width="8" height="8"/><path class="line" d="M2 0v8M6 0v8"/>"#;

const PATTERNS: [(&str, &str); 11] = [
    ("triage", DOTS),
    ("backlog", SOFT),
    ("active", SOLID),
    ("waiting", HATCH),
    ("done", UPRIGHT),
    ("critical", SOLID),
    ("high", HATCH),
    ("medium", DOTS),
    ("low", SOFT),
    ("a", SOLID),
    ("b", BACK_HATCH),
];

/// The definitions, invisible themselves.
#[component]
pub fn ChartPatterns() -> impl IntoView {
    let defs: String = PATTERNS
        .iter()
        .map(|(name, drawing)| {
            format!(r#"<pattern id="p-{name}" class="pt-{name}" width="8" height="8" patternUnits="userSpaceOnUse">{drawing}</pattern>"#)
        })
        .collect();
    view! {
        <svg class="absolute size-0" width="0" height="0" aria-hidden="true">
            <defs inner_html=defs></defs>
        </svg>
    }
}
