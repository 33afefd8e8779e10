//! Keyboard shortcuts: the one table that feeds the keys, the help and the documentation.

/// Where a shortcut works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Everywhere.
    Anywhere,
    /// In lists of issues.
    List,
    /// On a board.
    Board,
    /// On an issue's page, and on the row at the cursor of a list.
    Issue,
    /// While writing.
    Editor,
}

impl Place {
    /// Heading in the help.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Place::Anywhere => "Everywhere",
            Place::List => "In a list",
            Place::Board => "On a board",
            Place::Issue => "On an issue, or the row at the cursor",
            Place::Editor => "While writing",
        }
    }
}

/// One shortcut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortcut {
    /// The keys, pressed one after another; `Ctrl+Enter` also means Cmd on a Mac.
    pub keys: &'static [&'static str],
    /// What it does, stable word for the program.
    pub command: &'static str,
    /// What it does, for people.
    pub label: &'static str,
    /// Where it works.
    pub place: Place,
}

const fn key(
    keys: &'static [&'static str],
    command: &'static str,
    label: &'static str,
    place: Place,
) -> Shortcut {
    Shortcut {
        keys,
        command,
        label,
        place,
    }
}

/// The table.
pub const TABLE: &[Shortcut] = &[
    key(&["?"], "help", "Show the shortcuts", Place::Anywhere),
    key(
        &["Ctrl+k"],
        "palette",
        "Find or do anything",
        Place::Anywhere,
    ),
    key(&["c"], "new_issue", "New issue", Place::Anywhere),
    key(&["/"], "filter", "Go to the filter", Place::Anywhere),
    key(
        &["g", "d"],
        "go_dashboard",
        "Go to the dashboard",
        Place::Anywhere,
    ),
    key(
        &["g", "i"],
        "go_issues",
        "Go to the issues",
        Place::Anywhere,
    ),
    key(&["g", "m"], "go_my_work", "Go to my work", Place::Anywhere),
    key(
        &["g", "p"],
        "go_projects",
        "Go to the projects",
        Place::Anywhere,
    ),
    key(&["g", "b"], "go_board", "Go to the board", Place::Anywhere),
    key(
        &["g", "t"],
        "go_triage",
        "Go to the triage",
        Place::Anywhere,
    ),
    key(
        &["g", "s"],
        "go_settings",
        "Go to your settings",
        Place::Anywhere,
    ),
    key(&["z"], "undo", "Take the last change back", Place::Anywhere),
    key(&["Escape"], "close", "Close what is open", Place::Anywhere),
    key(&["j"], "next", "Next issue", Place::List),
    key(&["k"], "previous", "Previous issue", Place::List),
    key(&["Enter"], "open", "Open the issue", Place::List),
    key(&[" "], "peek", "Show it beside the list", Place::List),
    key(&["x"], "select", "Select the issue", Place::List),
    key(
        &["m"],
        "row_menu",
        "What can be done with the issue",
        Place::List,
    ),
    key(
        &["ArrowRight"],
        "cell_right",
        "To the next cell of the row; Enter changes it",
        Place::List,
    ),
    key(
        &["ArrowLeft"],
        "cell_left",
        "Back to the cell before",
        Place::List,
    ),
    key(&["v"], "views", "Open a saved view", Place::List),
    key(&["J"], "extend_down", "Select on the way down", Place::List),
    key(&["K"], "extend_up", "Select on the way up", Place::List),
    key(&["j"], "card_down", "Card below", Place::Board),
    key(&["k"], "card_up", "Card above", Place::Board),
    key(&["h"], "card_left", "Column at the left", Place::Board),
    key(&["l"], "card_right", "Column at the right", Place::Board),
    key(&["Enter"], "card_open", "Open the issue", Place::Board),
    key(
        &[" "],
        "card_lift",
        "Lift the card, then drop it: in another column or lane",
        Place::Board,
    ),
    key(
        &["m"],
        "card_move",
        "Move the card to a column or lane …",
        Place::Board,
    ),
    key(
        &["i"],
        "card_mine",
        "Assign to me, or take it off me",
        Place::Board,
    ),
    key(&["v"], "board_views", "Open a saved view", Place::Board),
    key(
        &["["],
        "moment_back",
        "Back to the change before",
        Place::Board,
    ),
    key(&["]"], "moment_on", "On to the change after", Place::Board),
    key(&["1"], "triage_accept", "Triage: accept", Place::List),
    key(&["2"], "triage_decline", "Triage: decline", Place::List),
    key(&["3"], "triage_duplicate", "Triage: duplicate", Place::List),
    key(
        &["4"],
        "triage_later",
        "Triage: later, or back in line",
        Place::List,
    ),
    key(&["5"], "triage_ask", "Triage: ask", Place::List),
    key(&["s"], "edit_status", "Change the status", Place::Issue),
    key(&["p"], "edit_priority", "Change the priority", Place::Issue),
    key(&["a"], "edit_assignee", "Change the assignee", Place::Issue),
    key(&["l"], "edit_labels", "Change the labels", Place::Issue),
    key(&["d"], "edit_due", "Change the due date", Place::Issue),
    key(
        &["e"],
        "edit_text",
        "Edit title and description",
        Place::Issue,
    ),
    key(
        &["i"],
        "assign_me",
        "Assign to me, or take it off me",
        Place::Issue,
    ),
    key(&["w"], "watch", "Watch, or stop watching", Place::Issue),
    key(&["."], "copy_key", "Copy the key", Place::Issue),
    key(&["y"], "copy_link", "Copy the link", Place::Issue),
    key(
        &["D"],
        "merge_into",
        "Merge into the issue it repeats",
        Place::Issue,
    ),
    key(
        &["M"],
        "move_to_project",
        "Move to another project",
        Place::Issue,
    ),
    key(&["Ctrl+Enter"], "submit", "Send", Place::Editor),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_shortcuts_fight_for_the_same_keys() {
        for (i, a) in TABLE.iter().enumerate() {
            for b in TABLE.iter().skip(i + 1) {
                let same_place =
                    a.place == b.place || a.place == Place::Anywhere || b.place == Place::Anywhere;
                assert!(
                    !(same_place && a.keys == b.keys),
                    "{} and {}",
                    a.command,
                    b.command
                );
                assert_ne!(a.command, b.command);
            }
        }
    }
}
