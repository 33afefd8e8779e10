//! How texts fall into words: the same for what is searched and for what is searched for.

/// The words of a text, in small letters: runs of letters and digits.
///
/// The database splits the same way: it replaces every other ASCII character by a blank before its
/// own parser sees the text (`search_words` in the migrations).
#[must_use]
pub fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether the words of a phrase stand in a text one after the other; the last may be the beginning
/// of a word if `open`.
pub(super) fn stand_in(text: &[String], phrase: &[String], open: bool) -> bool {
    let Some((last, first)) = phrase.split_last() else {
        return false;
    };
    text.windows(phrase.len()).any(|window| {
        window.split_last().is_some_and(|(w, ws)| {
            ws == first && (w == last || (open && w.starts_with(last.as_str())))
        })
    })
}
