//! The fields by which a list of issues can be narrowed, and their values in words.

use domain::list::IssueFilter;
use domain::text::spoken;

/// One such field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    /// The project.
    Project,
    /// The status, within a project.
    Status,
    /// What the status means.
    Category,
    /// What kind of work it is.
    Type,
    /// How bad it is.
    Severity,
    /// How soon.
    Priority,
    /// Who works on it.
    Assignee,
    /// Who reported it.
    Reporter,
    /// A label.
    Label,
    /// How it ended.
    Resolution,
}

impl Facet {
    /// All of them, as the menu offers them.
    pub const ALL: [Self; 10] = [
        Self::Project,
        Self::Status,
        Self::Category,
        Self::Type,
        Self::Severity,
        Self::Priority,
        Self::Assignee,
        Self::Reporter,
        Self::Label,
        Self::Resolution,
    ];

    /// Name of the query parameter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Status => "status",
            Self::Category => "category",
            Self::Type => "type",
            Self::Severity => "severity",
            Self::Priority => "priority",
            Self::Assignee => "assignee",
            Self::Reporter => "reporter",
            Self::Label => "label",
            Self::Resolution => "resolution",
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Project => "Project",
            Self::Status => "Status",
            Self::Category => "Stage",
            Self::Type => "Type",
            Self::Severity => "Severity",
            Self::Priority => "Priority",
            Self::Assignee => "Assignee",
            Self::Reporter => "Reporter",
            Self::Label => "Label",
            Self::Resolution => "Resolution",
        }
    }

    /// Whether one value at most makes sense.
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(self, Self::Project)
    }

    /// The values asked for.
    #[must_use]
    pub fn values(self, filter: &IssueFilter) -> Vec<String> {
        let pairs = filter.to_pairs();
        let own = pairs.into_iter().find(|(name, _)| *name == self.name());
        own.map(|(_, values)| values.split(',').map(ToOwned::to_owned).collect())
            .unwrap_or_default()
    }

    /// The same filter with these values; unknown values change nothing.
    #[must_use]
    pub fn set(self, filter: &IssueFilter, values: &[String]) -> IssueFilter {
        let mut pairs = filter.to_pairs();
        pairs.retain(|(name, _)| *name != self.name());
        if !values.is_empty() {
            pairs.push((self.name(), values.join(",")));
        }
        IssueFilter::from_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())))
            .map_or_else(|_| filter.clone(), |(filter, _)| filter)
    }
}

/// A slug as a word for people: `in_progress` is "In progress".
#[must_use]
pub fn word(slug: &str) -> String {
    let text = spoken(slug);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

/// Several values in few words: `bug, task +3`.
#[must_use]
pub fn summary(words: &[String]) -> String {
    match words {
        [] => "any".into(),
        [one] => one.clone(),
        [one, two] => format!("{one}, {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} +{}", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_and_go() {
        let none = IssueFilter::default();
        let filter = Facet::Severity.set(&none, &["high".into(), "critical".into()]);
        assert_eq!(Facet::Severity.values(&filter), ["high", "critical"]);
        assert_eq!(Facet::Severity.set(&filter, &["huge".into()]), filter);
        assert_eq!(Facet::Severity.set(&filter, &[]), none);
    }

    #[test]
    fn words_for_people() {
        assert_eq!(word("in_progress"), "In progress");
        assert_eq!(word("wont_fix"), "Won\u{2019}t fix");
        assert_eq!(word(""), "");
        let words: Vec<String> = ["a", "b", "c", "d"].map(ToOwned::to_owned).into();
        assert_eq!(summary(&words), "a, b +2");
    }
}
