//! Issues with the same words in their titles, folded into one row.

/// A title reduced to what two reports of the same thing have in common: letters in lower case,
/// without numbers, punctuation and the order's spaces.
#[must_use]
pub fn normal(title: &str) -> String {
    let letters = title
        .chars()
        .map(|letter| if letter.is_alphabetic() { letter } else { ' ' });
    let text: String = letters.flat_map(char::to_lowercase).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where each row is shown: under the first with the same title. `Some(n)` on a first one says how
/// many hide below it; `None` means that the row hides.
#[must_use]
pub fn fold(titles: &[String]) -> Vec<Option<usize>> {
    let names: Vec<String> = titles.iter().map(|title| normal(title)).collect();
    names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            // A title without letters says too little to be the same as another.
            if name.is_empty() {
                return Some(0);
            }
            let same = |other: &&String| *other == name;
            let before = names.iter().take(at).any(|other| other == name);
            (!before).then(|| names.iter().skip(at + 1).filter(same).count())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn numbers_case_and_punctuation_make_no_difference() {
        assert_eq!(normal("[E-12] Upload  FAILED: 504!"), "e upload failed");
        assert_eq!(normal("Übergröße"), "übergröße");
        assert_ne!(normal("upload failed"), normal("download failed"));
    }

    #[test]
    fn the_first_stands_for_all_of_them() {
        let folded = fold(&titles(&[
            "Upload failed (1)",
            "Other",
            "upload failed 2",
            "UPLOAD failed",
        ]));
        assert_eq!(folded, [Some(2), Some(0), None, None]);
    }

    #[test]
    fn titles_without_letters_are_never_the_same() {
        assert_eq!(fold(&titles(&["404", "500", "404"])), [Some(0); 3]);
    }
}
