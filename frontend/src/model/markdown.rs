//! Rendered Markdown made fit for our pages: headings below the page's own, boxes with names,
//! scrolling blocks that the keyboard reaches, no inline styles (the content policy forbids them).

use uuid::Uuid;

/// Renders Markdown for a place below a heading of the second level; its pictures are those attachments
/// for which `shows` says yes.
#[must_use]
pub fn html(source: &str, shows: impl Fn(Uuid) -> bool) -> String {
    let html = domain::markdown::render(source, shows);
    let html = fit_headings(&html, 3);
    let html = html
        .replace("<pre>", "<pre tabindex=\"0\">")
        .replace("<table>", "<table tabindex=\"0\">")
        // No page of ours: the browser asks the server for it.
        .replace("<a href=\"/api/", "<a rel=\"external\" href=\"/api/")
        .replace(" style=\"text-align: right\"", " class=\"num\"")
        .replace(" style=\"text-align: left\"", "")
        .replace(" style=\"text-align: center\"", "");
    name_boxes(&html)
}

/// Task lists draw disabled check boxes without names; a sign with a name says the same.
fn name_boxes(html: &str) -> String {
    html.replace(
        "<input disabled=\"\" type=\"checkbox\" checked=\"\"/>",
        "<span role=\"img\" aria-label=\"Done:\">☑</span> ",
    )
    .replace(
        "<input disabled=\"\" type=\"checkbox\"/>",
        "<span role=\"img\" aria-label=\"To do:\">☐</span> ",
    )
}

/// Headings begin at `first` and go down one level at a time, whatever was written.
fn fit_headings(html: &str, first: usize) -> String {
    let mut out = String::with_capacity(html.len());
    let mut open: Vec<usize> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find("<h") {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let level = tag
            .as_bytes()
            .get(2)
            .map_or(0, |digit| usize::from(digit.wrapping_sub(b'0')));
        let is_heading = (1..=6).contains(&level) && tag.as_bytes().get(3) == Some(&b'>');
        // Looked for only where there is one: a thousand rules would have all of the rest searched each time.
        let parts = is_heading
            .then(|| tag.split_once(&format!("</h{level}>")))
            .flatten();
        match parts {
            Some((inner, after)) => {
                open.retain(|outer| *outer < level);
                open.push(level);
                let shown = (first + open.len() - 1).min(6);
                let text = inner.get(4..).unwrap_or_default();
                out.push_str(&format!("<h{shown}>{text}</h{shown}>"));
                rest = after;
            }
            None => {
                out.push_str("<h");
                rest = tag.get(2..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    fn html(source: &str) -> String {
        super::html(source, |_| true)
    }

    #[test]
    fn headings_start_below_the_page_and_never_skip() {
        let out = html("# A\n\n### B\n\n## C\n\n# D\n");
        assert_eq!(
            out.replace('\n', ""),
            "<h3>A</h3><h4>B</h4><h4>C</h4><h3>D</h3>"
        );
        assert!(html("a\n\n---\n\nb <hello>").contains("<hr"));
    }

    #[test]
    fn nothing_that_axe_or_the_content_policy_would_refuse() {
        let out = html("- [x] a\n- [ ] b\n\n|a|b|\n|--:|:-:|\n|1|2|\n\n```\nx\n```\n");
        assert!(!out.contains("<input"), "{out}");
        assert!(!out.contains("style="), "{out}");
        assert!(out.contains("<pre tabindex=\"0\">"));
        assert!(out.contains("aria-label=\"Done:\""));
    }

    /// What made other renderers take minutes, as long as a text may be. A browser does it in a tenth of what
    /// these unoptimised tests take.
    #[test]
    fn no_text_takes_long_however_it_is_made() {
        let long = |part: &str| part.repeat(domain::text::MARKDOWN_MAX / part.len());
        let columns = format!("{}\n{}\n", "|a".repeat(10_000), "|-".repeat(10_000));
        let references: String = (0..3_000)
            .map(|n| format!("[{n}]: /a{n}\n[x][{n}]\n\n"))
            .collect();
        for text in [
            long("["),
            long("!["),
            long("*a_"),
            long("*a **b "),
            long("> "),
            long(">"),
            long("- "),
            long("1. a\n  "),
            long("`a ``b "),
            long("<a "),
            long("<!-- "),
            long("&#1;"),
            long("---\n\n"),
            long("# a\n"),
            long("~~a ~b "),
            long("https://a.b/("),
            long("@a #1 APP-1 "),
            long("\\("),
            long("| a "),
            long("[a](<b "),
            long("[^1] "),
            long("- [ ] a\n"),
            columns,
            references,
        ] {
            let begun = std::time::Instant::now();
            let html = html(&text);
            let spent = begun.elapsed();
            let start = &text[..text.len().min(12)];
            assert!(spent.as_millis() < 2_000, "{start:?}: {spent:?}");
            assert!(html.len() < 100 * text.len(), "{start:?}: {}", html.len());
        }
    }

    #[test]
    fn files_are_asked_of_the_server() {
        let out = html("[a.txt](/api/v1/attachments/x) [page](/issues/APP-1)");
        assert!(out.contains("<a rel=\"external\" href=\"/api/v1/attachments/x\""));
        assert!(out.contains("<a href=\"/issues/APP-1\""));
    }
}
