//! Files that go along with a text: where they are named in it.

use domain::attachment::{Attachment, shows_inline};
use domain::markdown::{link, picture};
use uuid::Uuid;

/// How a text names a file: a picture is shown, everything else is a link.
#[must_use]
pub fn mention(file: &Attachment) -> String {
    if shows_inline(&file.media_type) {
        picture(&file.file_name, file.id)
    } else {
        link(&file.file_name, file.id)
    }
}

/// The text with words on a line of their own, after the caret or at its end, and where the caret is then.
/// Carets count as browsers do, in UTF-16 units.
#[must_use]
pub fn put_in(text: &str, caret: Option<u32>, words: &str) -> (String, u32) {
    let at = caret.map_or(text.len(), |caret| byte_at(text, caret));
    let (before, after) = text.split_at(at);
    let mut out = String::with_capacity(text.len() + words.len() + 2);
    out.push_str(before);
    if !before.is_empty() && !before.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(words);
    out.push('\n');
    let caret = u32::try_from(out.encode_utf16().count()).unwrap_or(u32::MAX);
    out.push_str(after.strip_prefix('\n').unwrap_or(after));
    (out, caret)
}

/// The text without what names that file.
#[must_use]
pub fn take_out(text: &str, file: &Attachment) -> String {
    let words = mention(file);
    text.replace(&format!("{words}\n"), "").replace(&words, "")
}

/// The text with another id in the place of one: the same file was sent again.
#[must_use]
pub fn rename(text: &str, from: Uuid, to: Uuid) -> String {
    text.replace(&from.to_string(), &to.to_string())
}

fn byte_at(text: &str, caret: u32) -> usize {
    let mut units = 0_u32;
    for (at, letter) in text.char_indices() {
        if units >= caret {
            return at;
        }
        units += u32::try_from(letter.len_utf16()).unwrap_or(2);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(media_type: &str) -> Attachment {
        let json = serde_json::json!({
            "id": Uuid::from_u128(7),
            "issue": "APP-1",
            "uploader": {"id": Uuid::nil(), "username": "a", "display_name": "A", "kind": "human"},
            "file_name": "a.png",
            "media_type": media_type,
            "size": 1,
            "sha256": "",
            "created_at": "2026-01-01T00:00:00Z",
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_file_is_named_on_a_line_of_its_own() {
        assert_eq!(put_in("", None, "x"), ("x\n".into(), 2));
        assert_eq!(put_in("ab", None, "x"), ("ab\nx\n".into(), 5));
        assert_eq!(put_in("ab\ncd", Some(2), "x"), ("ab\nx\ncd".into(), 5));
        assert_eq!(put_in("a😀b", Some(3), "x"), ("a😀\nx\nb".into(), 6));
        assert_eq!(put_in("ab", Some(99), "x").0, "ab\nx\n");
    }

    #[test]
    fn what_is_taken_out_leaves_the_rest() {
        for media_type in ["image/png", "text/plain"] {
            let file = file(media_type);
            let words = mention(&file);
            assert_eq!(words.starts_with('!'), media_type == "image/png");
            let (text, _) = put_in("before\nafter", Some(6), &words);
            assert_eq!(take_out(&text, &file), "before\nafter");
            let other = Uuid::from_u128(8);
            let renamed = rename(&text, file.id, other);
            assert!(
                renamed.contains(&other.to_string()) && !renamed.contains(&file.id.to_string())
            );
        }
    }
}
