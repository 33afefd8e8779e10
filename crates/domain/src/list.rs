//! What a list of issues can be asked for: plain filters and an order.
//!
//! The same type is read from the browser's address bar, sent to the API and turned into SQL.

use crate::filter::{self, Query, Value};
use crate::issue::{IssueRow, IssueType, Priority, Resolution, Severity};
use crate::page::Page;
use crate::problem::FieldError;
use crate::workflow::Category;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

words! {
    /// Open, closed or both.
    State ("state") {
        /// Not done.
        Open = "open",
        /// Done.
        Closed = "closed",
        /// Both.
        All = "all",
    }
}

words! {
    /// What a list can be ordered by. Ties are broken by id, so that pages never overlap.
    SortField ("sort") {
        /// Last change.
        Updated = "updated",
        /// When it was made.
        Created = "created",
        /// How soon; the most urgent first when ascending.
        Priority = "priority",
        /// How bad; the mildest first when ascending.
        Severity = "severity",
        /// Number within the project.
        Key = "key",
        /// Title, by letters.
        Title = "title",
        /// Due date; without one last.
        Due = "due",
        /// Size; without one last.
        Points = "points",
        /// How many people voted for it.
        Votes = "votes",
    }
}

/// A field and a direction, written `priority` or `-updated`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// What to order by.
    pub field: SortField,
    /// Largest, latest or last letter first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self {
            field: SortField::Updated,
            descending: true,
        }
    }
}

impl std::fmt::Display for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.descending { "-" } else { "" };
        write!(f, "{sign}{}", self.field)
    }
}

impl FromStr for Sort {
    type Err = crate::UnknownWord;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        let (descending, name) = match input.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, input),
        };
        Ok(Self {
            field: name.parse()?,
            descending,
        })
    }
}

words! {
    /// What a list can be cut into: groups stand one after the other, each in the list's order.
    GroupBy ("group_by") {
        /// Where it stands, in the order of the workflow.
        Status = "status",
        /// What the status means.
        Category = "category",
        /// What kind of work.
        Type = "type",
        /// How bad, the worst first.
        Severity = "severity",
        /// How soon, the most urgent first.
        Priority = "priority",
        /// How it ended; open ones last.
        Resolution = "resolution",
        /// Who works on it; nobody last.
        Assignee = "assignee",
        /// Who reported it.
        Reporter = "reporter",
        /// Label; an issue with two stands in both groups, one without in the last.
        Label = "label",
        /// Which project.
        Project = "project",
        /// Which version has the remedy; none last.
        FixedVersion = "fixed_version",
    }
}

/// One group of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Group {
    /// The value, as it is written in filters; `none` where nothing is set.
    pub value: String,
    /// The value for people.
    pub label: String,
    /// Issues in it, on all pages.
    pub count: i64,
}

/// The answer of `GET /issues`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssueList {
    /// The rows.
    #[serde(flatten)]
    pub page: Page<IssueRow>,
    /// With `group_by`: all groups, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<Group>>,
}

/// Plain filters: within a field any of the values, between fields all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueFilter {
    /// Key of a project.
    pub project: Option<String>,
    /// Open, closed or both (both unless given).
    pub state: Option<State>,
    /// Slugs of statuses.
    pub status: Vec<String>,
    /// Categories of statuses.
    pub category: Vec<Category>,
    /// Kinds of work.
    pub type_: Vec<IssueType>,
    /// How bad.
    pub severity: Vec<Severity>,
    /// How soon.
    pub priority: Vec<Priority>,
    /// How it ended.
    pub resolution: Vec<Resolution>,
    /// User names, `@me` or `none`.
    pub assignee: Vec<String>,
    /// User names or `@me`.
    pub reporter: Vec<String>,
    /// Names of labels, or `none`.
    pub label: Vec<String>,
    /// Words in the title, or a key.
    pub text: Option<String>,
    /// True for deleted issues only (leads and admins).
    pub deleted: bool,
    /// The order.
    pub sort: Sort,
    /// A text of the filter language, which must match too; its order holds unless `sort` is given.
    pub q: Option<Box<Query>>,
}

/// Query parameters, decoded.
pub type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// Names of the query parameters that [`IssueFilter`] reads, in the order it writes them.
pub const PARAMETERS: &[&str] = &[
    "project",
    "state",
    "status",
    "category",
    "type",
    "severity",
    "priority",
    "resolution",
    "assignee",
    "reporter",
    "label",
    "text",
    "deleted",
    "sort",
    "q",
];

/// Longest text and name of a project, in bytes.
pub const TEXT_MAX: usize = 1000;
/// Most values of one filter.
pub const VALUES_MAX: usize = 50;
/// Longest of those values that are names, in bytes.
pub const VALUE_MAX: usize = 300;

/// Those that have one value.
const ONCE: &[&str] = &["project", "state", "text", "deleted", "sort", "q"];

fn words<T: FromStr<Err = crate::UnknownWord>>(
    name: &str,
    value: &str,
    errors: &mut Vec<FieldError>,
) -> Vec<T> {
    split(value)
        .filter_map(|word| {
            word.parse()
                .map_err(|e: crate::UnknownWord| {
                    errors.push(FieldError::query(name, "unknown_value", format!("{e}.")))
                })
                .ok()
        })
        .collect()
}

fn split(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

fn join<T: std::fmt::Display>(values: &[T]) -> Option<String> {
    (!values.is_empty()).then(|| {
        values
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")
    })
}

impl IssueFilter {
    /// Reads decoded query parameters; those it does not know are given back. Several values of one
    /// filter may stand with commas between, or each with the name before it; whatever else is given
    /// twice is a mistake.
    ///
    /// # Errors
    /// A field error for each value that is not understood.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(Self, Pairs<'a>), Vec<FieldError>> {
        let mut filter = Self::default();
        let mut errors = Vec::new();
        let mut others = Vec::new();
        let mut sort = None;
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in pairs {
            if seen.contains(&name) && ONCE.contains(&name) {
                errors.push(FieldError::query(name, "given_twice", "Only once."));
            }
            seen.push(name);
            match name {
                "project" => filter.project = Some(value.to_ascii_uppercase()),
                "state" => match value.parse() {
                    Ok(state) => filter.state = Some(state),
                    Err(e) => {
                        errors.push(FieldError::query(name, "unknown_value", format!("{e}.")))
                    }
                },
                "status" => filter
                    .status
                    .extend(split(value).map(crate::wire::fold_word)),
                "category" => filter.category.append(&mut words(name, value, &mut errors)),
                "type" => filter.type_.append(&mut words(name, value, &mut errors)),
                "severity" => filter.severity.append(&mut words(name, value, &mut errors)),
                "priority" => filter.priority.append(&mut words(name, value, &mut errors)),
                "resolution" => filter
                    .resolution
                    .append(&mut words(name, value, &mut errors)),
                "assignee" => filter.assignee.extend(split(value).map(Into::into)),
                "reporter" => filter.reporter.extend(split(value).map(Into::into)),
                "label" => filter.label.extend(split(value).map(Into::into)),
                "text" => filter.text = Some(value.trim().to_string()).filter(|t| !t.is_empty()),
                "deleted" => match value {
                    "true" => filter.deleted = true,
                    "false" => filter.deleted = false,
                    _ => errors.push(FieldError::query(name, "unknown_value", "true or false.")),
                },
                "sort" => match value.parse() {
                    Ok(given) => sort = Some(given),
                    Err(e) => errors.push(FieldError::query(
                        name,
                        "unknown_value",
                        format!("{e}; a minus in front turns it round."),
                    )),
                },
                "q" => match filter::parse(value) {
                    Ok(query) if query.sort.len() > 1 => errors.push(FieldError::query(
                        name,
                        "sort",
                        "A list is ordered by one field.",
                    )),
                    Ok(query) => {
                        filter.q = Some(Box::new(query)).filter(|q| **q != Query::default())
                    }
                    Err(mistake) => errors.push(mistake.at("?q")),
                },
                _ => others.push((name, value)),
            }
        }
        filter.sort = sort.unwrap_or_else(|| filter.order_of_q());
        for (name, value) in [("text", &filter.text), ("project", &filter.project)] {
            if value
                .as_ref()
                .is_some_and(|v| v.contains('\0') || v.len() > TEXT_MAX)
            {
                errors.push(FieldError::query(
                    name,
                    "invalid",
                    format!("At most {TEXT_MAX} bytes, without NUL."),
                ));
            }
        }
        let lists = [
            ("status", &filter.status),
            ("assignee", &filter.assignee),
            ("reporter", &filter.reporter),
            ("label", &filter.label),
        ];
        for (name, values) in lists {
            let fits = |v: &String| !v.contains('\0') && v.len() <= VALUE_MAX;
            if values.len() > VALUES_MAX || !values.iter().all(fits) {
                errors.push(FieldError::query(
                    name,
                    "invalid",
                    format!("At most {VALUES_MAX} values, without NUL."),
                ));
            }
        }
        for (name, people) in [
            ("assignee", &filter.assignee),
            ("reporter", &filter.reporter),
        ] {
            if people.iter().any(|word| Value::person(word).is_none()) {
                errors.push(FieldError::query(
                    name,
                    "unknown_value",
                    "An e-mail address finds nobody here: give a user name or an id.",
                ));
            }
        }
        if errors.is_empty() {
            Ok((filter, others))
        } else {
            Err(errors)
        }
    }

    /// Whether reading by this filter takes long enough to hold up others; see [`filter::cost`].
    #[must_use]
    pub fn is_heavy(&self) -> bool {
        let words = self.text.as_ref().map_or(0, |_| filter::cost::IN_TITLES);
        let asked = self.q.as_ref().and_then(|q| q.expr.as_ref());
        words + asked.map_or(0, filter::cost::of_expr) >= filter::cost::COST_HEAVY
    }

    /// The order when `sort` is not given.
    fn order_of_q(&self) -> Sort {
        let said = self.q.as_ref().and_then(|q| q.sort.first().copied());
        said.unwrap_or_default()
    }

    /// The same as query parameters (not percent-encoded); what equals the default is left out.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut put = |name: &'static str, value: Option<String>| {
            if let Some(value) = value {
                pairs.push((name, value));
            }
        };
        put("project", self.project.clone());
        put("state", self.state.map(|s| s.to_string()));
        put("status", join(&self.status));
        put("category", join(&self.category));
        put("type", join(&self.type_));
        put("severity", join(&self.severity));
        put(
            "priority",
            join(&self.priority.iter().map(|p| p.number()).collect::<Vec<_>>()),
        );
        put("resolution", join(&self.resolution));
        put("assignee", join(&self.assignee));
        put("reporter", join(&self.reporter));
        put("label", join(&self.label));
        put("text", self.text.clone());
        put("deleted", self.deleted.then(|| "true".into()));
        put(
            "sort",
            (self.sort != self.order_of_q()).then(|| self.sort.to_string()),
        );
        put("q", self.q.as_ref().map(ToString::to_string));
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_survives_the_address_bar() {
        let pairs = [
            ("project", "APP"),
            ("state", "open"),
            ("status", "open,in_progress"),
            ("severity", "high,critical"),
            ("priority", "1,2"),
            ("assignee", "@me,none"),
            ("text", "vat rate"),
            ("sort", "-priority"),
            ("q", "was:status=triaged -label:\"needs design\""),
        ];
        let (filter, others) = IssueFilter::from_pairs(pairs).unwrap();
        assert!(others.is_empty());
        let written = filter.to_pairs();
        let again = IssueFilter::from_pairs(written.iter().map(|(n, v)| (*n, v.as_str())))
            .unwrap()
            .0;
        assert_eq!(filter, again);
        assert_eq!(written, pairs.map(|(n, v)| (n, v.to_string())));
    }

    #[test]
    fn values_of_a_filter_stand_together_or_one_by_one() {
        let together = [("severity", "high,critical"), ("label", "ui,none")];
        let apart = [
            ("severity", "high"),
            ("label", "ui"),
            ("severity", "critical"),
            ("label", "none"),
        ];
        let read =
            |pairs: &[(&'static str, &'static str)]| IssueFilter::from_pairs(pairs.iter().copied());
        assert_eq!(read(&together).unwrap(), read(&apart).unwrap());
        let errors = read(&[("state", "open"), ("state", "closed")]).unwrap_err();
        assert_eq!(
            (errors[0].pointer.as_str(), errors[0].code.as_str()),
            ("?state", "given_twice")
        );
    }

    #[test]
    fn every_wrong_value_is_named_and_unknown_parameters_are_given_back() {
        let errors = IssueFilter::from_pairs([
            ("severity", "bad"),
            ("sort", "password_hash"),
            ("deleted", "1"),
        ])
        .unwrap_err();
        let pointers: Vec<_> = errors.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(pointers, ["?severity", "?sort", "?deleted"]);
        let (_, others) = IssueFilter::from_pairs([("limit", "5")]).unwrap();
        assert_eq!(others, [("limit", "5")]);
    }
}
