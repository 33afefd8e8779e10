//! Release notes of a version: what it fixes, as Markdown.

use crate::issue::IssueType;
use crate::label::Version;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Most issues in one document; further ones are counted in its last line.
pub const NOTES_MAX: i64 = 2_000;

/// The release notes of a version, as far as its issues exist for the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReleaseNotes {
    /// The version.
    pub version: Version,
    /// Issues that it fixes: closed as complete.
    pub issues: i64,
    /// Markdown, a section for each type of issue.
    pub markdown: String,
}

/// An issue that a version fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// What kind of work it was.
    pub type_: IssueType,
    /// `APP-12`.
    pub key: String,
    /// Title.
    pub title: String,
}

const fn heading(type_: IssueType) -> &'static str {
    match type_ {
        IssueType::Feature => "New",
        IssueType::Enhancement => "Improved",
        IssueType::Bug => "Fixed",
        IssueType::Requirement => "Requirements",
        IssueType::Support => "Support",
        IssueType::Task => "Tasks",
        IssueType::Epic => "Epics",
        IssueType::Other => "Other",
    }
}

/// The order of sections: what readers look for comes first.
const ORDER: [IssueType; 8] = [
    IssueType::Feature,
    IssueType::Enhancement,
    IssueType::Bug,
    IssueType::Requirement,
    IssueType::Support,
    IssueType::Task,
    IssueType::Epic,
    IssueType::Other,
];

/// A text that stays what it is wherever Markdown is read: no link, no tag, no list.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        // Inside of a line these mean nothing: notes are also read where no Markdown is rendered.
        let harmless = match c {
            '\'' | ',' | '/' | '%' | '?' | ';' | '"' | '(' | '$' => true,
            // In front, also behind a number, they begin a list.
            '.' | ')' | '-' | '+' | '=' => !text[..at].bytes().all(|b| b.is_ascii_digit()),
            _ => false,
        };
        if c.is_ascii_punctuation() && !harmless {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

/// The notes of a version of a project: `of` are the issues it fixes, `count` how many there are in
/// all.
#[must_use]
pub fn markdown(project: &str, version: &Version, of: &[Fixed], count: i64) -> String {
    let head = plain(&format!("{project} {}", version.name));
    let mut out = format!("# {head}\n");
    // Writing to a String does not fail.
    if let Some(day) = version.released_on {
        let _ = write!(out, "\nReleased on {day}.\n");
    }
    if of.is_empty() {
        out.push_str("\nNothing yet.\n");
    }
    for type_ in ORDER {
        let mut begun = false;
        for issue in of.iter().filter(|issue| issue.type_ == type_) {
            if !begun {
                let _ = write!(out, "\n## {}\n\n", heading(type_));
                begun = true;
            }
            let _ = writeln!(out, "- {} ({})", plain(&issue.title), issue.key);
        }
    }
    let more = count - i64::try_from(of.len()).unwrap_or(count);
    if more > 0 {
        let _ = write!(out, "\nAnd {more} more.\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version() -> Version {
        Version {
            id: uuid::Uuid::nil(),
            name: "1.0".into(),
            released_on: chrono::NaiveDate::from_ymd_opt(2026, 3, 1),
            created_at: chrono::DateTime::UNIX_EPOCH,
            open: 0,
            closed: 2,
        }
    }

    fn fixed(type_: IssueType, key: &str, title: &str) -> Fixed {
        Fixed {
            type_,
            key: key.into(),
            title: title.into(),
        }
    }

    #[test]
    fn notes_are_grouped_by_type_and_say_what_is_left_out() {
        let of = [
            fixed(IssueType::Bug, "APP-2", "Crash"),
            fixed(IssueType::Feature, "APP-3", "Search"),
            fixed(IssueType::Bug, "APP-4", "Blank page"),
        ];
        assert_eq!(
            markdown("Application", &version(), &of, 5),
            "# Application 1.0\n\nReleased on 2026-03-01.\n\n## New\n\n- Search (APP-3)\n\n## Fixed\n\n- Crash (APP-2)\n- Blank page (APP-4)\n\nAnd 2 more.\n"
        );
        let nothing = markdown("Application", &version(), &[], 0);
        assert!(nothing.ends_with("\nNothing yet.\n"));
    }

    #[test]
    fn every_type_has_a_section() {
        for type_ in IssueType::ALL {
            assert!(ORDER.contains(type_), "{type_}");
        }
    }

    #[test]
    fn titles_are_text_and_nothing_else() {
        for title in [
            "<script>alert(1)</script>",
            "[link](https://example.com) ![x](y)",
            "*bold* `code` # head | cell ~~no~~",
            "line\u{1}break & amp;",
            "- no list",
            "+ none either",
            "1) nor that",
            "2. nor this https://example.com",
        ] {
            let notes = markdown("A", &version(), &[fixed(IssueType::Bug, "A-1", title)], 1);
            let html = crate::markdown::render(&notes, |_| true);
            for tag in [
                "<a", "<img", "<em", "<strong", "<code", "<del", "<table", "<script", "<ol",
            ] {
                assert!(!html.contains(tag), "{title}: {html}");
            }
            assert_eq!(html.matches("<ul").count(), 1, "{title}: {html}");
        }
    }

    #[test]
    fn plain_titles_stay_readable_where_nothing_is_rendered() {
        let title = "Sign-in (SSO) shows \"late\"";
        let notes = markdown("A", &version(), &[fixed(IssueType::Bug, "A-1", title)], 1);
        assert!(notes.contains(title), "{notes}");
    }
}
