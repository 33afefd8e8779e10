//! Where in the product an address is.

/// Key of the project that the address is about.
#[must_use]
pub fn project_of(path: &str) -> Option<String> {
    let mut parts = path.trim_matches('/').split('/');
    let key = match (parts.next()?, parts.next()?) {
        ("projects", key) => key,
        ("issues", key) => key.rsplit_once('-')?.0,
        _ => return None,
    };
    domain::text::project_key("key", key).ok()
}

/// Where to go after a sign-in: a page of ours, never another site.
#[must_use]
pub fn after_sign_in(wanted: Option<&str>) -> &str {
    match wanted {
        Some(path)
            if path.starts_with('/')
                && !path.starts_with("/login")
                && domain::markdown::is_safe_link(path) =>
        {
            path
        }
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_are_found_in_addresses() {
        assert_eq!(project_of("/projects/APP/issues").as_deref(), Some("APP"));
        assert_eq!(project_of("/issues/eng-12").as_deref(), Some("ENG"));
        assert_eq!(project_of("/issues"), None);
        assert_eq!(project_of("/"), None);
    }

    #[test]
    fn a_sign_in_never_leads_away() {
        assert_eq!(
            after_sign_in(Some("/issues/APP-1?x=1")),
            "/issues/APP-1?x=1"
        );
        for wrong in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/login",
            "",
        ] {
            assert_eq!(after_sign_in(Some(wrong)), "/", "{wrong}");
        }
        assert_eq!(after_sign_in(None), "/");
    }
}
