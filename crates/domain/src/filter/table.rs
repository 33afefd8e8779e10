//! The vocabulary as one table: every field with its other names, the kind of its values, what can
//! be asked of it, and a sentence for people.

/// What kind of values a field has; decides how they are read, compared and completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Slug of a status.
    Status,
    /// What a status means.
    Category,
    /// Kind of work.
    Type,
    /// How bad; ordered.
    Severity,
    /// How soon; ordered by number, 1 is the most urgent.
    Priority,
    /// How it ended.
    Resolution,
    /// User name or `@me`.
    Person,
    /// Name of a label.
    Label,
    /// Key of a project.
    Project,
    /// Name of a version.
    Version,
    /// Key of an issue.
    Issue,
    /// Part of a text.
    Text,
    /// Number; ordered.
    Number,
    /// Day of the calendar; ordered.
    Day,
    /// Instant, asked by day (UTC); ordered.
    Instant,
}

impl Kind {
    /// Whether `<`, `>` and ranges make sense.
    #[must_use]
    pub const fn ordered(self) -> bool {
        matches!(
            self,
            Kind::Severity | Kind::Priority | Kind::Number | Kind::Day | Kind::Instant
        )
    }

    /// What a value looks like, for people.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Kind::Status => "the name of a status",
            Kind::Category => "triage, backlog, active, waiting or done",
            Kind::Type => "a kind of work, such as bug",
            Kind::Severity => "low, medium, high or critical",
            Kind::Priority => "1 (highest) to 5, or a name such as high",
            Kind::Resolution => "how an issue ended, such as duplicate",
            Kind::Person => "a user name, the id of a person or @me (e-mail addresses find nobody)",
            Kind::Label => "the name of a label",
            Kind::Project => "the key of a project, such as APP",
            Kind::Version => "the name of a version",
            Kind::Issue => "the key of an issue, such as APP-12",
            Kind::Text => "part of a text",
            Kind::Number => "a whole number",
            Kind::Day | Kind::Instant => {
                "a day: 2026-01-31, today, yesterday, tomorrow, -7d, +2w, -1m or -1y"
            }
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct FieldRow {
    /// The field.
    pub field: Field,
    /// Its name in the canonical text.
    pub name: &'static str,
    /// Other names that are understood.
    pub aliases: &'static [&'static str],
    /// Kind of its values.
    pub kind: Kind,
    /// Whether it can be empty, so that `none` can be asked for.
    pub none: bool,
    /// Whether `was:` can ask for its past.
    pub was: bool,
    /// A sentence for help and documentation.
    pub help: &'static str,
    /// An example, complete.
    pub example: &'static str,
}

macro_rules! fields {
    ($( $variant:ident = $name:literal [ $( $alias:literal ),* ] $kind:ident none $none:literal was $was:literal : $help:literal, $example:literal; )+) => {
        /// A field that can be asked for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $( #[doc = $help] $variant, )+ }

        /// The table.
        pub const FIELDS: &[FieldRow] = &[ $( Field::$variant.row(), )+ ];

        impl Field {
            /// Every field.
            pub const ALL: &'static [Field] = &[ $( Field::$variant, )+ ];

            /// The field's line of the table.
            #[must_use]
            pub const fn row(self) -> FieldRow {
                match self { $( Field::$variant => FieldRow {
                    field: Field::$variant,
                    name: $name,
                    aliases: &[ $( $alias ),* ],
                    kind: Kind::$kind,
                    none: $none,
                    was: $was,
                    help: $help,
                    example: $example,
                }, )+ }
            }
        }
    };
}

fields! {
    Status = "status" [] Status none false was true : "Where it stands.", "status:open,in_progress";
    Category = "category" [] Category none false was true : "What the status means.", "category:active,waiting";
    Type = "type" ["kind"] Type none false was true : "What kind of work it is.", "type:bug";
    Severity = "severity" ["sev"] Severity none false was true : "How bad it is.", "severity:>=high";
    Priority = "priority" ["prio"] Priority none false was true : "How soon; 1 is the most urgent.", "priority:<=2";
    Resolution = "resolution" [] Resolution none true was true : "How it ended.", "resolution:duplicate";
    Assignee = "assignee" ["assigned"] Person none true was true : "Who works on it.", "assignee:@me,none";
    Reporter = "reporter" ["author"] Person none false was false : "Who reported it.", "reporter:ada";
    Label = "label" ["labels", "tag", "tags"] Label none true was true : "A label it has.", "label:\"needs design\"";
    Project = "project" [] Project none false was false : "The project it belongs to.", "project:APP,ENG";
    Version = "version" ["versions"] Version none true was true : "A version it was seen or fixed in.", "version:1.4";
    Affected = "affected" ["affected_version"] Version none true was true : "The version it was seen in.", "affected:1.3";
    Fixed = "fixed" ["fixed_version"] Version none true was true : "The version that has the remedy.", "fixed:none";
    Parent = "parent" ["epic"] Issue none true was false : "The issue it is a part of.", "parent:APP-7";
    Blocks = "blocks" [] Issue none false was false : "What blocks that issue.", "blocks:APP-7";
    BlockedBy = "blocked_by" ["depends_on"] Issue none false was false : "What that issue blocks.", "blocked_by:APP-7";
    Related = "related" ["relates_to", "relation"] Issue none false was false : "What has any relation to that issue.", "related:APP-7";
    Key = "key" ["issue"] Issue none false was false : "The issue of that key.", "key:APP-12,APP-13";
    Title = "title" [] Text none false was true : "Letters in the title, anywhere.", "title:invoice";
    Points = "points" ["story_points"] Number none true was true : "Its size.", "points:3..8";
    Votes = "votes" ["vote"] Number none false was false : "How many people voted for it, today.", "votes:>=3";
    Occurrences = "occurrences" ["seen"] Number none false was false : "How often a program saw it.", "occurrences:>100";
    Created = "created" ["created_at"] Instant none false was false : "The day it was reported (UTC).", "created:2026-01-01..2026-01-31";
    Updated = "updated" ["updated_at"] Instant none false was false : "The day of its last change (UTC).", "updated:>-7d";
    Resolved = "resolved" ["resolved_at", "closed"] Instant none true was false : "The day it was closed (UTC).", "resolved:today";
    Due = "due" ["due_date"] Day none true was true : "When it shall be done.", "due:<=today";
    Start = "start" ["start_date"] Day none true was true : "When work shall begin.", "start:>today";
}

impl Field {
    /// The field of that name; case and separators do not matter.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = crate::wire::fold_word(name);
        FIELDS
            .iter()
            .find(|row| row.name == name || row.aliases.contains(&name.as_str()))
            .map(|row| row.field)
    }

    /// Its name in the canonical text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// Kind of its values.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.row().kind
    }
}

words! {
    /// What can be asked with `is:`.
    Flag ("is:") {
        /// Not done.
        Open = "open",
        /// Done.
        Closed = "closed" | "done",
        /// Open, and its due date has passed.
        Overdue = "overdue" | "late",
        /// Nobody works on it.
        Unassigned = "unassigned",
        /// Assigned to me.
        Mine = "mine",
        /// I watch it.
        Watching = "watching" | "watched",
        /// I voted for it.
        Voted = "voted",
        /// An open issue blocks it.
        Blocked = "blocked",
    }
}

words! {
    /// What can be asked with `has:`.
    Thing ("has:") {
        /// A file.
        Attachment = "attachment" | "attachments" | "file" | "files",
        /// A comment.
        Comment = "comment" | "comments",
        /// A text besides the title.
        Description = "description",
        /// A label.
        Label = "label" | "labels",
        /// A parent.
        Parent = "parent",
        /// Somebody who works on it.
        Assignee = "assignee",
        /// A due date.
        Due = "due" | "due_date",
        /// A size.
        Points = "points" | "story_points",
        /// A version it was seen or fixed in.
        Version = "version" | "versions",
        /// A relation to another issue.
        Relation = "relation" | "relations",
        /// A sub-issue.
        SubIssue = "sub_issue" | "sub_issues" | "children",
    }
}

words! {
    /// What can be asked with `changed:`, by the names of the history.
    Changed ("changed:") {
        /// Title.
        Title = "title",
        /// Text.
        Description = "description",
        /// Kind of work.
        Type = "type",
        /// How bad.
        Severity = "severity",
        /// How soon.
        Priority = "priority",
        /// Size.
        Points = "story_points" | "points",
        /// Where it stands.
        Status = "status",
        /// How it ended.
        Resolution = "resolution",
        /// Version it was seen in.
        Affected = "affected_version" | "affected",
        /// Version with the remedy.
        Fixed = "fixed_version" | "fixed",
        /// Who works on it.
        Assignee = "assignee",
        /// Parent.
        Parent = "parent",
        /// Labels.
        Labels = "labels" | "label",
        /// When work shall begin.
        Start = "start_date" | "start",
        /// When it shall be done.
        Due = "due_date" | "due",
    }
}

impl Flag {
    /// A sentence for help.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Flag::Open => "Not done.",
            Flag::Closed => "Done.",
            Flag::Overdue => "Open, and its due date has passed.",
            Flag::Unassigned => "Nobody works on it.",
            Flag::Mine => "Assigned to me.",
            Flag::Watching => "I watch it, today.",
            Flag::Voted => "I voted for it, today.",
            Flag::Blocked => "An open issue blocks it.",
        }
    }
}

impl Thing {
    /// A sentence for help.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Thing::Attachment => "Has a file.",
            Thing::Comment => "Somebody commented.",
            Thing::Description => "Has a text besides the title.",
            Thing::Label => "Has a label.",
            Thing::Parent => "Is a part of another.",
            Thing::Assignee => "Somebody works on it.",
            Thing::Due => "Has a due date.",
            Thing::Points => "Has a size.",
            Thing::Version => "Has a version it was seen or fixed in.",
            Thing::Relation => "Blocks, duplicates, causes or concerns another.",
            Thing::SubIssue => "Has parts of its own.",
        }
    }
}

/// What stands before a colon and is no field: name, help, example.
pub const WORDS: &[(&str, &str, &str)] = &[
    (
        "is",
        "A state: open, closed, overdue, unassigned, mine, watching, blocked.",
        "is:open",
    ),
    (
        "has",
        "Something it has: attachment, comment, label and more.",
        "has:attachment",
    ),
    ("was", "A value it has or once had.", "was:status=triaged"),
    (
        "changed",
        "A field that was changed at least once.",
        "changed:assignee",
    ),
    (
        "sort",
        "The order of the list; a minus in front turns it round.",
        "sort:-priority",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_every_example_is_understood() {
        let mut seen = BTreeSet::new();
        for row in FIELDS {
            for name in std::iter::once(&row.name).chain(row.aliases) {
                assert!(seen.insert(*name), "{name} twice");
                assert_eq!(Field::named(name), Some(row.field));
            }
            let query = crate::filter::parse(row.example).unwrap();
            assert_eq!(query.to_string(), row.example);
            assert!(row.help.ends_with('.'));
        }
        for (name, _, example) in WORDS {
            assert!(seen.insert(name), "{name} twice");
            crate::filter::parse(example).unwrap();
        }
    }
}
