//! Finding an option by what was typed.

/// Whether every typed word occurs in the text, in any order and case.
#[must_use]
pub fn matches(text: &str, typed: &str) -> bool {
    let text = text.to_lowercase();
    typed
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word))
}

/// Whether every typed word begins a word of the text.
#[must_use]
pub fn begins(text: &str, typed: &str) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    typed
        .to_lowercase()
        .split_whitespace()
        .all(|typed| words.iter().any(|word| word.starts_with(typed)))
}

#[cfg(test)]
mod tests {
    use super::{begins, matches};

    #[test]
    fn a_board_is_meant_before_a_dashboard() {
        assert!(begins("Go to the board", "board"));
        assert!(!begins("Go to the dashboard", "board"));
        assert!(begins("Go to the dashboard", "da go"));
    }

    #[test]
    fn words_in_any_order() {
        assert!(matches("In progress", "prog in"));
        assert!(matches("Ann Lee ann_lee", ""));
        assert!(!matches("Done", "do not"));
    }
}
