//! What a browser or program calls itself, in words.

/// A browser or program and where it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// "Firefox on Linux", "curl", or what it said.
    pub name: String,
    /// Whether it is carried around.
    pub mobile: bool,
}

/// Reads a user agent. What is not known stays as it was said, cut short.
#[must_use]
pub fn agent(text: &str) -> Agent {
    let first = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(mark, _)| text.contains(mark))
            .map(|(_, name)| *name)
    };
    // The order matters: Edge calls itself Chrome, and Chrome calls itself Safari.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Headless Chrome"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    let mobile = ["iPhone", "iPad", "Android"]
        .iter()
        .any(|mark| text.contains(mark));
    let name = match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) => {
            let word = text.split(['/', ' ']).next().unwrap_or_default();
            let word: String = word.chars().take(40).collect();
            if word.is_empty() {
                "Unknown program".to_owned()
            } else {
                word
            }
        }
    };
    Agent { name, mobile }
}

#[cfg(test)]
mod tests {
    use super::agent;

    #[test]
    fn browsers_are_named_and_programs_keep_their_names() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36";
        assert_eq!(agent(chrome).name, "Chrome on Linux");
        let phone = agent(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605 Version/18 Mobile/15E148 Safari/604",
        );
        assert_eq!(phone.name, "Safari on iPhone");
        assert!(phone.mobile);
        assert_eq!(agent("curl/8.14.1").name, "curl");
        assert_eq!(agent("").name, "Unknown program");
    }
}
