//! Two letters that stand for a name in an avatar.

/// The initials: first letters of the first two words, else the first two letters.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let Some(first) = words.next() else {
        return "?".into();
    };
    let letters: String = match words.next() {
        Some(second) => first
            .chars()
            .take(1)
            .chain(second.chars().take(1))
            .collect(),
        None => first.chars().take(2).collect(),
    };
    letters.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn two_words_two_letters_or_the_first_two() {
        assert_eq!(initials("Ann Lee"), "AL");
        assert_eq!(initials("developer"), "DE");
        assert_eq!(initials("client_a"), "CA");
        assert_eq!(initials("Žofie"), "ŽO");
        assert_eq!(initials("  "), "?");
    }
}
