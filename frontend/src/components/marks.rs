//! Status, severity, priority and type as words and shapes.

use super::glyph::{SeverityGlyph, StatusGlyph, StatusLook, severity_class};
use super::icon::SmallIcon;
use super::icon_paths::IconName;
use domain::issue::{IssueType, Priority, Severity};
use leptos::prelude::*;

/// A status as a pill: on the issue's page.
#[component]
pub fn StatusPill(look: StatusLook, name: String) -> impl IntoView {
    view! {
        <span class=format!("badge badge-sm ii-pill {}", look.class())>
            <StatusGlyph look />
            {name}
        </span>
    }
}

/// A status as glyph and word: in menus and tables.
#[component]
pub fn StatusText(look: StatusLook, name: String) -> impl IntoView {
    view! {
        <span class=format!("ii-st {}", look.class())>
            <StatusGlyph look />
            <span>{name}</span>
        </span>
    }
}

/// A status as a glyph alone: in rows.
#[component]
pub fn StatusMark(look: StatusLook, name: String) -> impl IntoView {
    view! {
        <span class=format!("ii-st {}", look.class()) role="img" aria-label=name.clone() title=name>
            <StatusGlyph look />
        </span>
    }
}

/// The word for a severity.
#[must_use]
pub const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}

/// A severity.
#[component]
pub fn SeverityPill(severity: Severity) -> impl IntoView {
    view! {
        <span class=format!("badge badge-sm ii-pill {}", severity_class(severity))>
            <SeverityGlyph severity />
            {severity_name(severity)}
        </span>
    }
}

/// The word for a priority.
#[must_use]
pub const fn priority_name(number: i16) -> &'static str {
    match number {
        1 => "Highest",
        2 => "High",
        3 => "Normal",
        4 => "Low",
        _ => "Lowest",
    }
}

/// A priority's tile: weight, no hue.
#[component]
pub fn PriorityTile(priority: Priority) -> impl IntoView {
    let number = priority.number();
    let words = format!("Priority {number}, {}", priority.name());
    let class = match number {
        1 => "ii-pri p1",
        2 => "ii-pri p2",
        3 => "ii-pri p3",
        4 => "ii-pri p4",
        _ => "ii-pri p5",
    };
    view! { <span class=class role="img" aria-label=words.clone() title=words>{format!("P{number}")}</span> }
}

/// The icon of a type.
#[must_use]
pub const fn type_icon(kind: IssueType) -> IconName {
    match kind {
        IssueType::Bug => IconName::Bug,
        IssueType::Feature => IconName::Sparkles,
        IssueType::Task => IconName::SquareCheckBig,
        IssueType::Enhancement => IconName::TrendingUp,
        IssueType::Requirement => IconName::ScrollText,
        IssueType::Support => IconName::LifeBuoy,
        IssueType::Epic => IconName::Layers,
        IssueType::Other => IconName::CircleDashed,
    }
}

/// The word for a type.
#[must_use]
pub const fn type_name(kind: IssueType) -> &'static str {
    match kind {
        IssueType::Bug => "Bug",
        IssueType::Feature => "Feature",
        IssueType::Task => "Task",
        IssueType::Enhancement => "Enhancement",
        IssueType::Requirement => "Requirement",
        IssueType::Support => "Support",
        IssueType::Epic => "Epic",
        IssueType::Other => "Other",
    }
}

/// A type as an icon alone: in rows.
#[component]
pub fn TypeMark(kind: IssueType) -> impl IntoView {
    view! {
        <span class="text-ink-3" title=type_name(kind)>
            <SmallIcon name=type_icon(kind) />
            <span class="sr-only">{type_name(kind)}</span>
        </span>
    }
}
