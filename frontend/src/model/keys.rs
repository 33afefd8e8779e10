//! From key presses to commands of the one table.

use domain::shortcuts::{Place, TABLE};

/// What the keys pressed so far mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These commands, of which the innermost place takes its own.
    Commands(Vec<&'static str>),
    /// The beginning of one; the next key decides.
    Begun,
    /// Nothing.
    Nothing,
}

/// Reads the keys pressed so far.
#[must_use]
pub fn step(pressed: &[String]) -> Step {
    let keys = || {
        TABLE
            .iter()
            .filter(|shortcut| shortcut.place != Place::Editor)
    };
    let commands: Vec<&'static str> = keys()
        .filter(|shortcut| {
            shortcut.keys.len() == pressed.len()
                && shortcut.keys.iter().zip(pressed).all(|(a, b)| a == b)
        })
        .map(|shortcut| shortcut.command)
        .collect();
    if !commands.is_empty() {
        return Step::Commands(commands);
    }
    let begun = keys().any(|shortcut| {
        shortcut.keys.len() > pressed.len()
            && shortcut.keys.iter().zip(pressed).all(|(a, b)| a == b)
    });
    if begun { Step::Begun } else { Step::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(keys: &[&str]) -> Step {
        step(&keys.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn one_key_two_keys_and_none() {
        assert_eq!(press(&["c"]), Step::Commands(vec!["new_issue"]));
        assert_eq!(press(&["g"]), Step::Begun);
        assert_eq!(press(&["g", "i"]), Step::Commands(vec!["go_issues"]));
        assert_eq!(press(&["g", "q"]), Step::Nothing);
        assert_eq!(press(&["Ctrl+Enter"]), Step::Nothing);
    }
}
