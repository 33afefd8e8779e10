//! The words that classify an issue, as they stand in bodies, filters and forms.

use serde::{Deserialize, Serialize};

words! {
    /// What kind of work it is.
    IssueType ("type") {
        /// Something is broken.
        Bug = "bug" | "defect",
        /// Something new.
        Feature = "feature" | "feature_request",
        /// Something to do.
        Task = "task",
        /// Something better.
        Enhancement = "enhancement" | "improvement",
        /// Something promised.
        Requirement = "requirement",
        /// Somebody needs help.
        Support = "support",
        /// A parent of others.
        Epic = "epic",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// How bad it is. Reporters suggest, maintainers decide.
    Severity ("severity") {
        /// A blemish.
        Low = "low" | "minor",
        /// A nuisance.
        Medium = "medium" | "normal" | "warning",
        /// Something important does not work.
        High = "high" | "major" | "error",
        /// Stop and look at this.
        Critical = "critical" | "blocker",
    }
}

words! {
    /// How it ended.
    Resolution ("resolution") {
        /// Done as asked.
        Complete = "complete" | "done" | "fixed",
        /// The same as another.
        Duplicate = "duplicate",
        /// Understood and declined.
        WontFix = "wont_fix" | "wontfix",
        /// Not an issue.
        Invalid = "invalid",
        /// Nobody could make it happen again.
        UnableToReplicate = "unable_to_replicate" | "cannot_reproduce",
        /// No longer matters.
        OvercomeByEvents = "overcome_by_events" | "obsolete",
    }
}

/// How soon: 1 (highest) to 5 (lowest); 3 is normal. A number on the wire; input also takes names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = i16, minimum = 1, maximum = 5))]
pub struct Priority(i16);

impl Priority {
    /// 3.
    pub const NORMAL: Priority = Priority(3);
    /// From the most to the least urgent.
    pub const ALL: &'static [Priority] = &[
        Priority(1),
        Priority(2),
        Priority(3),
        Priority(4),
        Priority(5),
    ];

    /// The priority with that number, when there is one.
    #[must_use]
    pub const fn new(number: i16) -> Option<Self> {
        if number >= 1 && number <= 5 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// 1 to 5.
    #[must_use]
    pub const fn number(self) -> i16 {
        self.0
    }

    /// `highest`, `high`, `normal`, `low`, `lowest`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "highest",
            2 => "high",
            4 => "low",
            5 => "lowest",
            _ => "normal",
        }
    }
}

impl std::str::FromStr for Priority {
    type Err = crate::wire::UnknownWord;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Ok(Self(
            match crate::wire::fold_word(input).trim_start_matches('p') {
                "1" | "highest" | "critical" => 1,
                "2" | "high" => 2,
                "3" | "normal" | "medium" => 3,
                "4" | "low" => 4,
                "5" | "lowest" => 5,
                _ => {
                    return Err(crate::wire::UnknownWord {
                        set: "priority",
                        expected: &[
                            "1", "2", "3", "4", "5", "highest", "high", "normal", "low", "lowest",
                        ],
                    });
                }
            },
        ))
    }
}

impl Serialize for Priority {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i16(self.0)
    }
}

impl<'de> Deserialize<'de> for Priority {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum NumberOrName {
            Number(i64),
            Name(String),
        }
        let text = match NumberOrName::deserialize(deserializer)
            .map_err(|_| serde::de::Error::custom("priority is a number from 1 to 5 or a name"))?
        {
            NumberOrName::Number(number) => number.to_string(),
            NumberOrName::Name(name) => name,
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priority_is_a_number_out_and_a_number_or_name_in() {
        for (input, number) in [
            ("1", 1),
            ("\"critical\"", 1),
            ("\"P2\"", 2),
            ("\"Medium\"", 3),
            ("\"lowest\"", 5),
        ] {
            let priority: Priority = serde_json::from_str(input).unwrap();
            assert_eq!(priority.number(), number, "{input}");
            assert_eq!(
                serde_json::to_string(&priority).unwrap(),
                number.to_string()
            );
        }
        for wrong in ["0", "6", "1e100", "1.5", "null", "\"\"", "-1"] {
            assert!(serde_json::from_str::<Priority>(wrong).is_err(), "{wrong}");
        }
    }
}
