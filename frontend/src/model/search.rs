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

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn words_in_any_order() {
        assert!(matches("In progress", "prog in"));
        assert!(matches("Ann Lee ann_lee", ""));
        assert!(!matches("Done", "do not"));
    }
}
