//! Checked text: one function per kind of input, used by form and server alike.
//!
//! Every function takes what a person typed and gives back what is stored, or says what is wrong
//! with it. Lengths are counted in characters (Unicode scalar values) unless a limit says bytes.

use crate::problem::FieldError;
use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// Longest title, in characters.
pub const TITLE_MAX: usize = 255;
/// Longest Markdown text, in bytes (64 KiB).
pub const MARKDOWN_MAX: usize = 64 * 1024;
/// Longest name of a person, project, label or version, in characters.
pub const NAME_MAX: usize = 100;
/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 10;
/// Longest password, in characters. NIST SP 800-63B asks for at least 64.
pub const PASSWORD_MAX: usize = 256;

/// The result of a check: the text to store, or the field's error.
pub type Checked<T = String> = Result<T, FieldError>;

/// A slug as people say it in a sentence: `in_progress` is "in progress".
#[must_use]
pub fn spoken(slug: &str) -> String {
    match slug {
        "wont_fix" => "won\u{2019}t fix".into(),
        slug => slug.replace('_', " "),
    }
}

fn too_long(field: &str, max: usize, unit: &str) -> FieldError {
    FieldError::at(field, "too_long", format!("At most {max} {unit}."))
}

fn required(field: &str) -> FieldError {
    FieldError::at(field, "required", "This is needed.")
}

/// Control characters, direction switches and what takes no room have no business in a single line: they
/// make one name look like another.
fn is_forbidden_in_line(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// The joiners (U+200C, U+200D), by which Persian and Indic words are spelt and emoji made of emoji. Where
/// they follow no letter that joins, they are as invisible as the others.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Each character of a text, and whether it may not stand there.
fn with_forbidden(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut joins = false;
    text.chars().map(move |c| {
        let is_forbidden = is_forbidden_in_line(c) || (is_joiner(c) && !joins);
        joins = !c.is_ascii() && !is_joiner(c) && !c.is_whitespace();
        (c, is_forbidden)
    })
}

/// A line of text: trimmed, NFC, not empty, without control characters.
///
/// # Errors
/// `required`, `too_long` or `control_character`.
pub fn line(field: &str, input: &str, max: usize) -> Checked {
    let text: String = input.trim().nfc().collect();
    if text.is_empty() {
        return Err(required(field));
    }
    if text.chars().count() > max {
        return Err(too_long(field, max, "characters"));
    }
    if with_forbidden(&text).any(|(_, is_forbidden)| is_forbidden) {
        return Err(FieldError::at(
            field,
            "control_character",
            "Line breaks, control and direction characters are not allowed here.",
        ));
    }
    Ok(text)
}

/// An issue's title.
///
/// # Errors
/// See [`line`].
pub fn title(field: &str, input: &str) -> Checked {
    line(field, input, TITLE_MAX)
}

/// A name of a person, project, label or version. However wide the blanks in it, they are one blank: names
/// that look alike are one.
///
/// # Errors
/// See [`line`].
pub fn name(field: &str, input: &str) -> Checked {
    let blanks = |c: char| c.is_whitespace() && !is_forbidden_in_line(c);
    let words: Vec<&str> = input
        .split(blanks)
        .filter(|word| !word.is_empty())
        .collect();
    line(field, &words.join(" "), NAME_MAX)
}

/// Markdown: kept as typed, at most 64 KiB. Empty is allowed.
///
/// # Errors
/// `too_long`, or `nul` because Postgres cannot store NUL in text.
pub fn markdown(field: &str, input: &str) -> Checked {
    if input.len() > MARKDOWN_MAX {
        return Err(too_long(field, MARKDOWN_MAX, "bytes"));
    }
    if input.contains('\0') {
        return Err(FieldError::at(
            field,
            "nul",
            "The NUL character cannot be stored.",
        ));
    }
    Ok(input.replace("\r\n", "\n"))
}

/// Markdown that must say something, such as a comment.
///
/// # Errors
/// As [`markdown`], and `required`.
pub fn said(field: &str, input: &str) -> Checked {
    let text = markdown(field, input)?;
    if text.trim().is_empty() {
        return Err(required(field));
    }
    Ok(text)
}

/// A user name: 3 to 32 ASCII letters, digits and underscores. Case is kept, but does not
/// distinguish.
///
/// # Errors
/// `pattern`.
pub fn username(field: &str, input: &str) -> Checked {
    let text = input.trim();
    let fits = (3..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !fits {
        let detail = "3 to 32 letters, digits or underscores.";
        return Err(FieldError::at(field, "pattern", detail));
    }
    // A word that names an account is read as an id where it can be one.
    if Uuid::try_parse(text).is_ok() {
        let detail = "This reads as the id of an account. Choose another name.";
        return Err(FieldError::at(field, "pattern", detail));
    }
    Ok(text.into())
}

/// An e-mail address as it is stored and looked up: composed (NFC), in lower case.
#[must_use]
pub fn folded_email(input: &str) -> String {
    input.trim().nfc().collect::<String>().to_lowercase()
}

/// An e-mail address, folded. The check is deliberately light: only a mail that
/// arrives proves an address.
///
/// # Errors
/// `email`.
pub fn email(field: &str, input: &str) -> Checked {
    let text = folded_email(input);
    let wrong = || FieldError::at(field, "email", "This does not look like an e-mail address.");
    let (local, host) = text.rsplit_once('@').ok_or_else(wrong)?;
    let fits = !local.is_empty()
        && text.len() <= 254
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !text.chars().any(|c| {
            c.is_whitespace() || is_forbidden_in_line(c) || matches!(c, '<' | '>' | ',' | ';' | '"')
        })
        && !local.contains('@');
    if fits { Ok(text) } else { Err(wrong()) }
}

/// A new password, normalised (NFKC) so that it can be typed on every keyboard.
///
/// # Errors
/// `too_short`, `too_long`.
pub fn password(field: &str, input: &str) -> Checked {
    if input.len() > PASSWORD_MAX * 4 {
        return Err(too_long(field, PASSWORD_MAX, "characters"));
    }
    let text = normal_password(input);
    let length = text.chars().count();
    if length < PASSWORD_MIN {
        return Err(FieldError::at(
            field,
            "too_short",
            format!("At least {PASSWORD_MIN} characters."),
        ));
    }
    if length > PASSWORD_MAX {
        return Err(too_long(field, PASSWORD_MAX, "characters"));
    }
    Ok(text)
}

/// The form in which passwords are compared.
#[must_use]
pub fn normal_password(input: &str) -> String {
    input.nfkc().collect()
}

/// A project's key: an upper-case letter, then 1 to 9 letters or digits. Lower case is folded.
///
/// # Errors
/// `pattern`.
pub fn project_key(field: &str, input: &str) -> Checked {
    let text = input.trim().to_ascii_uppercase();
    let mut bytes = text.bytes();
    let fits = (2..=10).contains(&text.len())
        && bytes.next().is_some_and(|b| b.is_ascii_uppercase())
        && bytes.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if fits {
        Ok(text)
    } else {
        Err(FieldError::at(
            field,
            "pattern",
            "2 to 10 letters or digits, beginning with a letter.",
        ))
    }
}

/// A colour as `#rrggbb`.
///
/// # Errors
/// `pattern`.
pub fn colour(field: &str, input: &str) -> Checked {
    let text = input.trim().to_ascii_lowercase();
    let fits = text.len() == 7
        && text.starts_with('#')
        && text.bytes().skip(1).all(|b| b.is_ascii_hexdigit());
    if fits {
        Ok(text)
    } else {
        Err(FieldError::at(
            field,
            "pattern",
            "A colour such as #0f766e.",
        ))
    }
}

/// A file's name as it is shown and offered for download: the last path component, without what
/// cannot be seen, at most 200 characters, its extension kept. What some system does not take in a
/// name, its browser replaces.
#[must_use]
pub fn file_name(input: &str) -> String {
    let last = input.rsplit(['/', '\\']).next().unwrap_or_default();
    let composed: String = last.nfc().collect();
    let clean: String = with_forbidden(&composed)
        .filter_map(|(c, is_forbidden)| (!is_forbidden).then_some(c))
        .collect();
    let clean = clean.trim();
    if clean.chars().all(|c| c == '.' || c.is_whitespace()) {
        return "file".into();
    }
    if clean.chars().count() <= 200 {
        return clean.into();
    }
    let extension = clean
        .rsplit_once('.')
        .map(|(_, e)| e)
        .filter(|e| e.len() <= 12);
    let stem: String = clean.chars().take(180).collect();
    match extension {
        Some(extension) => format!("{stem}.{extension}"),
        None => stem,
    }
}

/// A list: at most so many elements, each checked by itself and named by its place when it is wrong.
/// Whatever is longer is refused before any of it is looked at.
///
/// # Errors
/// `too_many`, or what `check` says of each element.
pub fn list<T, U>(
    field: &str,
    items: &[T],
    max: usize,
    check: impl Fn(&str, &T) -> Checked<U>,
) -> Result<Vec<U>, Vec<FieldError>> {
    if items.len() > max {
        let detail = format!("At most {max}, not {}.", items.len());
        return Err(vec![FieldError::at(field, "too_many", detail)]);
    }
    let mut checks = Checks::new();
    let mut all = Vec::with_capacity(items.len());
    for (i, item) in items.iter().enumerate() {
        all.extend(checks.take(check(&format!("{field}/{i}"), item)));
    }
    checks.finish(Some(all))
}

/// Years in which the days and instants lie that people give: what is beyond is a slip of the keyboard,
/// and the database, other programs and calendars end somewhere, too.
pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2999;

/// A day of a calendar that people use: from 1900 to 2999.
///
/// # Errors
/// `range`.
pub fn day(field: &str, day: NaiveDate) -> Checked<NaiveDate> {
    if YEARS.contains(&day.year()) {
        Ok(day)
    } else {
        let detail = "A day from 1900-01-01 to 2999-12-31.";
        Err(FieldError::at(field, "range", detail))
    }
}

/// Collects the errors of several checks, so that a form shows all of them at once.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    /// Nothing wrong so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a checked value or keeps its error.
    pub fn take<T>(&mut self, checked: Checked<T>) -> Option<T> {
        checked.map_err(|error| self.0.push(error)).ok()
    }

    /// Takes the checked elements of a list or keeps their errors.
    pub fn take_all<T>(&mut self, checked: Result<Vec<T>, Vec<FieldError>>) -> Option<Vec<T>> {
        checked.map_err(|errors| self.0.extend(errors)).ok()
    }

    /// Adds an error of its own.
    pub fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// Gives the value when nothing was wrong.
    ///
    /// # Errors
    /// All that was wrong; also, as a safe fallback, when a value is missing without a reason.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<FieldError>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_trimmed_and_counted_in_characters() {
        assert_eq!(title("title", "  Crash \u{e9} ").unwrap(), "Crash é");
        assert!(title("title", &"é".repeat(255)).is_ok());
        assert_eq!(
            title("title", &"é".repeat(256)).unwrap_err().code,
            "too_long"
        );
        assert_eq!(title("title", " \t ").unwrap_err().code, "required");
        assert_eq!(
            title("title", "a\u{202e}b").unwrap_err().code,
            "control_character"
        );
        assert_eq!(
            title("title", "a\0b").unwrap_err().code,
            "control_character"
        );
    }

    #[test]
    fn passwords_of_sixty_four_characters_are_always_taken() {
        assert!(password("password", &"🦀".repeat(64)).is_ok());
        assert!(password("password", "short").is_err());
        assert!(password("password", &"a".repeat(1_000_000)).is_err());
    }

    #[test]
    fn hostile_file_names_lose_their_teeth() {
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("..\\..\\boot.ini"), "boot.ini");
        assert_eq!(file_name("exe\u{202e}gpj.txt"), "exegpj.txt");
        assert_eq!(file_name("a\r\nSet-Cookie: x"), "aSet-Cookie: x");
        for nothing in ["///", "..", " . ", "\u{200b}", ""] {
            assert_eq!(file_name(nothing), "file");
        }
        assert!(file_name(&format!("{}.png", "x".repeat(500))).ends_with(".png"));
    }

    #[test]
    fn harmless_file_names_stay_as_they_are() {
        for name in [
            ".gitignore",
            "question?.txt",
            "a \"b\" <c>: d|e*.log",
            "\u{1f469}\u{200d}\u{1f4bb}.png",
            "\u{645}\u{6cc}\u{200c}\u{634}\u{648}\u{62f}.pdf",
            "archive.tar.gz",
            "no extension.",
        ] {
            assert_eq!(file_name(name), name);
        }
    }

    #[test]
    fn joiners_stay_where_they_join() {
        let words = [
            "\u{1f469}\u{200d}\u{1f4bb} at work",
            "\u{2764}\u{fe0f}\u{200d}\u{1f525}",
            "\u{645}\u{6cc}\u{200c}\u{634}\u{648}\u{62f}",
            "\u{915}\u{94d}\u{200d}\u{937}",
            "\u{d9a}\u{dca}\u{200d}\u{dbb}\u{dd3}",
        ];
        for word in words {
            assert_eq!(title("title", word).unwrap(), word);
            assert_eq!(name("name", word).unwrap(), word);
        }
        for word in [
            "a\u{200d}b",
            "a\u{200c}b",
            "\u{200d}",
            "\u{645} \u{200c}",
            "\u{645}\u{200c}\u{200c}",
            "a\u{200b}b",
            "a\u{2060}b",
            "\u{feff}a b",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{200e}b",
        ] {
            assert_eq!(
                title("title", word).unwrap_err().code,
                "control_character",
                "{word:?}"
            );
        }
    }

    #[test]
    fn blanks_in_names_are_one_blank() {
        for typed in [
            "needs design",
            "needs  design",
            " needs\u{a0}design ",
            "needs\u{2003}\u{3000}design",
        ] {
            assert_eq!(name("name", typed).unwrap(), "needs design");
        }
        for typed in ["needs\ndesign", "needs\tdesign"] {
            assert!(name("name", typed).is_err());
        }
    }

    #[test]
    fn names_and_addresses() {
        assert_eq!(
            email("email", " Ann@Example.COM ").unwrap(),
            "ann@example.com"
        );
        for wrong in ["ann", "@x.y", "a@b", "a b@c.d", "a@b@c.d", "a@.d"] {
            assert!(email("email", wrong).is_err(), "{wrong}");
        }
        assert!(username("username", "ab").is_err());
        assert!(username("username", "ann-lee").is_err());
        assert_eq!(username("username", "Ann_Lee9").unwrap(), "Ann_Lee9");
        assert_eq!(project_key("key", "app").unwrap(), "APP");
        assert!(project_key("key", "1AB").is_err());
        assert!(project_key("key", "A").is_err());
        assert_eq!(colour("colour", "#AABBCC").unwrap(), "#aabbcc");
        assert!(colour("colour", "red").is_err());
    }
}
