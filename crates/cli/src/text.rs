//! Text for terminals and pipes.

use unicode_width::UnicodeWidthStr as _;

/// Text of other people without what a terminal would obey: control characters other than a line's
/// end become `�`, so that a title cannot clear the screen or pretend to be our own words.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '\n',
            '\t' => ' ',
            c if c.is_control() || is_direction(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// The same on one line.
#[must_use]
pub fn line(text: &str) -> String {
    plain(text).replace('\n', " ")
}

/// Characters that turn the direction of what follows (Unicode UAX #9, explicit formatting).
fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Rows in columns on a terminal, the head first; with tabs between and without head in a pipe.
#[must_use]
pub fn table(head: &[&str], rows: &[Vec<String>], terminal: bool) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| line(cell)).collect())
        .collect();
    if !terminal {
        let lines: Vec<String> = rows.iter().map(|row| row.join("\t") + "\n").collect();
        return lines.concat();
    }
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&head).chain(&rows).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|at| {
            let cells = all.iter().filter_map(|row| row.get(at));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    for row in all {
        let mut text = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            text.push_str(cell);
            text.push_str(&" ".repeat(width - cell.width() + 2));
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_title_commands_no_terminal() {
        let hostile = "\u{1b}[2Jgone\u{7}\r\u{9b}31m\u{202e}txt\u{2069}";
        let shown = line(hostile);
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        assert!(!shown.contains('\u{202e}'));
        let rows = [vec!["APP-1".to_string(), "a\nb\tc".to_string()]];
        assert_eq!(table(&["KEY", "TITLE"], &rows, false), "APP-1\ta b c\n");
    }

    #[test]
    fn columns_line_up_also_with_wide_characters() {
        let row = |a: &str, b: &str| vec![a.to_string(), b.to_string()];
        let shown = table(&["NAME", "TITLE"], &[row("議題", "x"), row("é", "y")], true);
        assert_eq!(shown, "NAME  TITLE\n議題  x\né     y\n");
    }
}
