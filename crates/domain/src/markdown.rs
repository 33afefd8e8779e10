//! The one Markdown renderer, the same in browser and server.
//!
//! Raw HTML is shown as text and links may only lead to a short list of schemes, so the output
//! contains nothing but the tags and attributes of [`TAGS`] and [`ATTRIBUTES`], whatever goes in.
//!
//! A picture is asked for by every reader's browser without anybody's doing, with the reader's rights. So
//! it may only be an attachment that the reader sees, under the address that we write ourselves; a picture
//! from anywhere else is a link, which nobody follows but those who want to.

use crate::paths::{self, API};
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};
use uuid::Uuid;

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

/// Most pictures that one text shows; the others are links to them.
pub const PICTURES_MAX: usize = 50;

/// Renders Markdown (CommonMark with tables, strikethrough and task lists) as safe HTML. Of its pictures
/// it shows the attachments for which `shows` says yes: those that the reader may see.
#[must_use]
pub fn render(source: &str, shows: impl Fn(Uuid) -> bool) -> String {
    let mut renderer = Renderer {
        shows,
        pictures: 0,
        links: 0,
        open: Vec::new(),
    };
    let events = Parser::new_ext(source, options()).flat_map(|event| renderer.take(event));
    let mut out = String::with_capacity(source.len() + source.len() / 2);
    html::push_html(&mut out, events);
    out
}

/// The attachments that a text shows as pictures, to those who may see them, in their order.
#[must_use]
pub fn pictures(source: &str) -> Vec<Uuid> {
    let shown = Parser::new_ext(source, options()).filter_map(|event| match event {
        Event::Start(Tag::Image { dest_url, .. }) => attachment(&dest_url),
        _ => None,
    });
    shown.take(PICTURES_MAX).collect()
}

/// A picture of an attachment, as Markdown, by the name of its file.
#[must_use]
pub fn picture(file_name: &str, id: Uuid) -> String {
    format!("!{}", link(file_name, id))
}

/// A link to an attachment, as Markdown, by the name of its file.
#[must_use]
pub fn link(file_name: &str, id: Uuid) -> String {
    let signs = [
        '[', ']', '\\', '`', '<', '>', '!', '*', '_', '~', '&', '\n', '\r',
    ];
    let name: String = file_name.chars().filter(|c| !signs.contains(c)).collect();
    let name = name.trim();
    let name = if name.is_empty() { "file" } else { name };
    format!("[{name}]({})", paths::api::attachment(&id.to_string()))
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// How something that was begun ends.
enum Open {
    /// As it was written.
    Same,
    /// As a link, in the place of a picture.
    Link,
    /// Not at all: only what is inside is shown.
    Bare,
}

struct Renderer<F> {
    shows: F,
    /// Pictures so far.
    pictures: usize,
    /// Links that are open: one within another is none.
    links: usize,
    open: Vec<Open>,
}

impl<F: Fn(Uuid) -> bool> Renderer<F> {
    fn take<'e>(&mut self, event: Event<'e>) -> Vec<Event<'e>> {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => vec![Event::Text(text)],
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => match self.open.pop() {
                Some(Open::Same) => {
                    self.links -= usize::from(tag == TagEnd::Link);
                    vec![Event::End(tag)]
                }
                Some(Open::Link) => {
                    self.links -= 1;
                    vec![Event::End(TagEnd::Link)]
                }
                Some(Open::Bare) | None => Vec::new(),
            },
            other => vec![other],
        }
    }

    fn begin<'e>(&mut self, tag: Tag<'e>) -> Vec<Event<'e>> {
        let (open, events) = match tag {
            _ if self.open.len() >= DEPTH_MAX => (Open::Bare, Vec::new()),
            Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            } => match self.embedded(&dest_url) {
                Some(dest_url) => {
                    let image = Tag::Image {
                        link_type,
                        dest_url,
                        title,
                        id,
                    };
                    (Open::Same, vec![Event::Start(image)])
                }
                None => self.linked(dest_url, title),
            },
            tag => {
                self.links += usize::from(matches!(tag, Tag::Link { .. }));
                (Open::Same, vec![Event::Start(safe_tag(tag))])
            }
        };
        self.open.push(open);
        events
    }

    /// The address of a picture that is shown, as we write it ourselves.
    fn embedded(&mut self, address: &str) -> Option<CowStr<'static>> {
        let id = attachment(address).filter(|id| (self.shows)(*id))?;
        self.pictures += 1;
        (self.pictures <= PICTURES_MAX).then(|| paths::api::attachment(&id.to_string()).into())
    }

    /// A picture that is not shown: a link with its words, which are preceded by a sign that is there even
    /// when it has no words.
    fn linked<'e>(&mut self, address: CowStr<'e>, title: CowStr<'e>) -> (Open, Vec<Event<'e>>) {
        let sign = Event::Text(CowStr::Borrowed("Picture: "));
        if self.links > 0 || !is_safe_link(&address) {
            return (Open::Bare, vec![sign]);
        }
        self.links += 1;
        let link = Tag::Link {
            link_type: LinkType::Inline,
            dest_url: address,
            title,
            id: CowStr::Borrowed(""),
        };
        (Open::Link, vec![Event::Start(link), sign])
    }
}

/// The attachment whose bytes are at that address, which is read as browsers and servers read it: without
/// percent-encoding, dots, backslashes and letters that are left out. With anything behind the id it is
/// another address.
fn attachment(address: &str) -> Option<Uuid> {
    let address: String = address
        .trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect();
    let plain = paths::decode(&address)?.replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    for segment in plain.strip_prefix('/')?.split('/') {
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let path = format!("/{}", segments.join("/"));
    let id = path.strip_prefix(API)?.strip_prefix("/attachments/")?;
    // Of the ways to write an id, only the usual one.
    Uuid::try_parse(id).ok().filter(|_| id.len() == 36)
}

/// Links get a safe target.
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
    let mut out = String::with_capacity(source.len());
    for event in Parser::new_ext(source, options()) {
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

    /// As for somebody who sees every attachment: the most that can be shown.
    fn render(source: &str) -> String {
        super::render(source, |_| true)
    }

    const ID: &str = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

    #[test]
    fn only_attachments_that_the_reader_sees_are_pictures() {
        let id: Uuid = ID.parse().unwrap();
        let ours = format!("/api/v1/attachments/{ID}");
        let shown = format!("<img src=\"{ours}\"");
        let by_all = render(&picture("a [b]\n.png", id));
        assert!(
            by_all.contains(&shown) && by_all.contains("alt=\"a b.png\""),
            "{by_all}"
        );
        let by_one = super::render(&format!("![x]({ours})"), |asked| asked != id);
        assert!(!by_one.contains("<img") && by_one.contains(&format!("href=\"{ours}\"")));
        assert_eq!(
            pictures(&format!("![x]({ours}) ![y](z) ![x]({ours})")),
            [id, id]
        );
        // Other ways to write the same address are shown under the one that we write.
        for same in [
            ours.to_uppercase()
                .replace("/API/V1/ATTACHMENTS", "/api/v1/attachments"),
            format!("/api/./v1/x/../attachments/{ID}"),
            format!("/api/v1/%61ttachments/{ID}"),
            format!("/api/v1\\\\attachments/{ID}"),
        ] {
            let html = render(&format!("![x]({same})"));
            assert!(html.contains(&shown), "{same}: {html}");
        }
    }

    #[test]
    fn no_other_address_is_asked_for_by_a_reader() {
        for address in [
            "/api/v1/attachments/%2e%2e/search?q=secret".to_string(),
            "/api/v1/attachments/../search".into(),
            "/api/v1/attachments/..%2fsearch".into(),
            "/api/v1/attachments/%252e%252e/search".into(),
            "/api/v1/attachments/.%2E/me".into(),
            "/api/v1/attachments/\\..\\search".into(),
            format!("/api/v1/attachments/{ID}/../../search"),
            format!("/api/v1/attachments/{ID}/%2e%2e/x"),
            format!("/api/v1/attachments/{ID}/"),
            format!("/api/v1/attachments/{ID}?download=1"),
            format!("/api/v1/attachments/{ID}#x"),
            format!("/api/v1/attachments/{ID}%3fx"),
            format!("/api/v1/attachments/{}", ID.replace('-', "")),
            format!("/api/v1/attachments/urn:uuid:{ID}"),
            format!("/API/V1/attachments/{ID}"),
            format!("//evil.example/api/v1/attachments/{ID}"),
            format!("/\\evil.example/api/v1/attachments/{ID}"),
            format!("https://evil.example/api/v1/attachments/{ID}"),
            format!("api/v1/attachments/{ID}"),
            "/api/v1/attachments/".into(),
            "/logout".into(),
            String::new(),
            "javascript:alert(1)".into(),
            "data:image/png;base64,AAAA".into(),
            "https://tracker.example/pixel.gif".into(),
        ] {
            for source in [
                format!("![words](<{address}>)"),
                format!("![words][1]\n\n[1]: <{address}>"),
                format!("[![words](<{address}>)](https://a.b)"),
            ] {
                let html = render(&source);
                assert!(!html.contains("<img"), "{source}: {html}");
                assert!(html.contains("words"), "{source}: {html}");
                assert_eq!(html.matches("<a ").count(), html.matches("</a>").count());
                assert!(html.matches("<a ").count() <= 1, "{source}: {html}");
            }
        }
    }

    #[test]
    fn a_text_shows_so_many_pictures_and_links_to_the_rest() {
        let one = format!("![x](/api/v1/attachments/{ID})\n\n");
        let html = render(&one.repeat(PICTURES_MAX + 30));
        assert_eq!(html.matches("<img").count(), PICTURES_MAX);
        assert_eq!(html.matches("<a ").count(), 30);
        assert_eq!(pictures(&one.repeat(PICTURES_MAX + 30)).len(), PICTURES_MAX);
    }

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
                if name == "href" {
                    assert!(
                        is_safe_link(&value.replace("&amp;", "&")),
                        "{name}={value} in {html}"
                    );
                }
                if name == "src" {
                    let id = value.strip_prefix("/api/v1/attachments/");
                    assert!(
                        id.is_some_and(|id| Uuid::try_parse(id).is_ok()),
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
        "![a ![b](/api/v1/attachments/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b) c](https://a.b)",
        "[![b](/api/v1/attachments/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b)](https://a.b)",
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
