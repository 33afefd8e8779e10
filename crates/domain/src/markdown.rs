//! The one Markdown renderer, the same in browser and server.
//!
//! Raw HTML is shown as text and links may only lead to a short list of schemes, so the output
//! contains nothing but the tags and attributes of [`TAGS`] and [`ATTRIBUTES`], whatever goes in.

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// Every tag that can appear in the output.
pub const TAGS: &[&str] = &[
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Every attribute that can appear in the output.
pub const ATTRIBUTES: &[&str] = &[
    "alt", "checked", "class", "disabled", "href", "rel", "src", "start", "style", "title", "type",
];

/// Where links may lead.
pub const SCHEMES: &[&str] = &["http", "https", "mailto"];

/// Nesting beyond this is flattened: no text for people needs it, and a browser would choke.
const DEPTH_MAX: usize = 24;

/// Renders Markdown (CommonMark with tables, strikethrough and task lists) as safe HTML.
#[must_use]
pub fn render(source: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut depth = 0_usize;
    let events = Parser::new_ext(source, options).filter_map(move |event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(tag) => {
            depth += 1;
            (depth <= DEPTH_MAX).then(|| Event::Start(safe_tag(tag)))
        }
        Event::End(tag) => {
            let shown = depth <= DEPTH_MAX;
            depth = depth.saturating_sub(1);
            shown.then_some(Event::End(tag))
        }
        other => Some(other),
    });
    let mut out = String::with_capacity(source.len() + source.len() / 2);
    html::push_html(&mut out, events);
    out
}

/// Links get a safe target; images become links to the picture's own address only when it is ours,
/// because a picture from elsewhere would tell its host who reads which issue.
fn safe_tag(tag: Tag<'_>) -> Tag<'_> {
    match tag {
        Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        } => Tag::Link {
            link_type: if link_type == LinkType::Email {
                LinkType::Inline
            } else {
                link_type
            },
            dest_url: safe_link(
                if link_type == LinkType::Email && !dest_url.starts_with("mailto:") {
                    format!("mailto:{dest_url}").into()
                } else {
                    dest_url
                },
            ),
            title,
            id,
        },
        Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        } => Tag::Image {
            link_type,
            dest_url: if dest_url.starts_with("/api/v1/attachments/") && !dest_url.contains("..") {
                dest_url
            } else {
                CowStr::Borrowed("")
            },
            title,
            id,
        },
        // Language classes come from the writer; ours are enough.
        Tag::CodeBlock(_) => Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Indented),
        // Ids and classes on headings are not enabled; keep it so if options change.
        Tag::Heading { level, .. } => Tag::Heading {
            level,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        },
        other => other,
    }
}

fn safe_link(target: CowStr<'_>) -> CowStr<'_> {
    if is_safe_link(&target) {
        target
    } else {
        CowStr::Borrowed("")
    }
}

/// Whether a link may lead there: a path of our own, a fragment, or an allowed scheme.
#[must_use]
pub fn is_safe_link(target: &str) -> bool {
    if target.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return false;
    }
    if let Some(rest) = target.strip_prefix('/') {
        // `//host` and `/\host` leave our own site.
        return !rest.starts_with(['/', '\\']);
    }
    if target.starts_with('#') {
        return true;
    }
    match target.split_once(':') {
        Some((scheme, _)) => SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()),
        None => !target.contains('\\'),
    }
}

/// The words of a text without its marks, as one line: what is read where nothing is rendered. Raw
/// HTML is text here, as it is when rendered.
#[must_use]
pub fn words(source: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut out = String::with_capacity(source.len());
    for event in Parser::new_ext(source, options) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                out.push_str(&text)
            }
            Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::TableCell
                | TagEnd::CodeBlock,
            ) => out.push(' '),
            _ => {}
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The first words of a text without its marks, for one-line previews.
#[must_use]
pub fn excerpt(source: &str, max_chars: usize) -> String {
    let mut out = String::new();
    for event in Parser::new(source) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak
            | Event::HardBreak
            | Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableCell,
            ) => out.push(' '),
            _ => {}
        }
        if out.chars().count() > max_chars {
            break;
        }
    }
    let out = out.trim();
    if out.chars().count() <= max_chars {
        return out.into();
    }
    let cut: String = out.chars().take(max_chars).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_renders_what_people_write() {
        let html = render(
            "# Steps\n\n- [x] one\n- two **bold** `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        );
        for part in [
            "<h1>Steps</h1>",
            "<strong>bold</strong>",
            "<code>code</code>",
            "<table>",
            "checked",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn words_are_read_without_their_marks() {
        let text = "## Steps\n\n1. Open **it**\n2. `Save`\n\n> said\n\n```\nerror: late\n```\n| a | b |\n|---|---|\n| 1 | <b>x</b> |\n";
        assert_eq!(
            words(text).split_whitespace().collect::<Vec<_>>().join(" "),
            "Steps Open it Save said error: late a b 1 <b>x</b>"
        );
    }

    #[test]
    fn links_lead_only_where_links_may_lead() {
        for good in [
            "https://example.com/a?b=c",
            "mailto:a@b.c",
            "/issues/APP-1",
            "#top",
            "page",
        ] {
            assert!(is_safe_link(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "vbscript:x",
            "//evil.example",
            "/\\evil.example",
            "java\nscript:x",
            " javascript:x",
            "file:///etc/passwd",
            "\\\\host",
        ] {
            assert!(!is_safe_link(bad), "{bad}");
        }
    }

    /// A small reader of our own output: every `<` must open or close an allowed tag with allowed
    /// attributes; text must have its `<` escaped.
    fn assert_allow_listed(html: &str) {
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            let tail = &rest[at + 1..];
            let end = tag_end(tail).unwrap_or_else(|| panic!("unclosed tag in {html}"));
            let inside = tail[..end]
                .trim_start_matches('/')
                .trim_end_matches('/')
                .trim();
            let name: String = inside
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            assert!(TAGS.contains(&name.as_str()), "tag <{inside}> in {html}");
            assert_attributes(&inside[name.len()..], html);
            rest = &tail[end + 1..];
        }
    }

    fn tag_end(tail: &str) -> Option<usize> {
        let mut quoted = false;
        tail.char_indices().find_map(|(i, c)| {
            if c == '"' {
                quoted = !quoted;
            }
            (c == '>' && !quoted).then_some(i)
        })
    }

    fn assert_attributes(mut text: &str, html: &str) {
        loop {
            text = text.trim_start();
            let name: String = text
                .chars()
                .take_while(|c| c.is_ascii_alphabetic() || *c == '-')
                .collect();
            if name.is_empty() {
                assert!(text.is_empty(), "left over {text:?} in {html}");
                return;
            }
            assert!(
                ATTRIBUTES.contains(&name.as_str()),
                "attribute {name} in {html}"
            );
            text = &text[name.len()..];
            if let Some(value) = text.strip_prefix("=\"") {
                let end = value.find('"').unwrap();
                let value = &value[..end];
                if name == "href" || name == "src" {
                    assert!(
                        is_safe_link(&value.replace("&amp;", "&")),
                        "{name}={value} in {html}"
                    );
                }
                text = &text[3 + end..];
            }
        }
    }

    const CORPUS: &[&str] = &[
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](\tjavascript:alert(1))",
        "[x](java&#x0A;script:alert(1))",
        "[x](JAVASCRIPT:alert(1))",
        "![x](data:image/svg+xml,<svg onload=alert(1)>)",
        "![x](https://tracker.example/pixel.gif)",
        "<javascript:alert(1)>",
        "[x](vbscript:x)",
        "[x](//evil.example)",
        "[x][y]\n\n[y]: javascript:alert(1)",
        "```\"><script>alert(1)</script>\nx\n```",
        "`<svg/onload=alert(1)>`",
        "<svg><style><img src=x onerror=alert(1)>",
        "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
        "[x](<javascript:alert(1)>)",
        "[\"onmouseover=alert(1)](https://a.b/\"onmouseover=alert(1))",
        "![\" onerror=alert(1) x=\"](/api/v1/attachments/x)",
        "[x](https://a.b \"title\\\" onclick=alert(1)\")",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<!-- --><script>x</script>",
        "&lt;script&gt;",
        "[x](&#106;avascript:alert(1))",
        "<https://a.b/?<script>>",
        "[x](data:text/html;base64,PHNj)",
        "<iframe srcdoc='<script>x</script>'>",
        "# <script>\n===",
        "|<script>|\n|---|\n|<img onerror=x>|",
        "a@b.c<script>",
        "<a@b.c>",
        "[x](/\\evil.example)",
        "[x](http://a.b/\u{202e}x)",
        "<plaintext>",
        "</textarea><script>",
    ];

    #[test]
    fn the_corpus_comes_out_harmless() {
        for source in CORPUS {
            let html = render(source);
            assert_allow_listed(&html);
            assert!(!html.contains("<script"), "{source} → {html}");
        }
    }

    #[test]
    fn hostile_nesting_ends_quickly() {
        let started = std::time::Instant::now();
        for source in [
            "[".repeat(60_000),
            "*a_".repeat(20_000),
            ">".repeat(60_000),
            "![".repeat(30_000),
            "- ".repeat(30_000),
            "`".repeat(60_000),
        ] {
            assert_allow_listed(&render(&source));
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(10));
    }

    proptest! {
        #[test]
        fn any_text_comes_out_allow_listed(source in "\\PC{0,200}") {
            assert_allow_listed(&render(&source));
        }

        #[test]
        fn any_mix_of_marks_comes_out_allow_listed(
            parts in prop::collection::vec(prop::sample::select(CORPUS), 0..6),
            glue in "[\\[\\]()<>!`*_#|\"'\\\\ \n-]{0,6}",
        ) {
            assert_allow_listed(&render(&parts.join(&glue)));
        }
    }

    #[test]
    fn an_excerpt_is_plain_and_short() {
        assert_eq!(
            excerpt("# Hello\n\n**bold** [link](https://a.b)", 100),
            "Hello bold link"
        );
        assert_eq!(excerpt("one two three", 7), "one two…");
    }
}
