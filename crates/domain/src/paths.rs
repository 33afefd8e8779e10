//! Every address: those of the API and those of the pages.

/// Prefix of the API.
pub const API: &str = "/api/v1";

/// Percent-encodes one path segment or query value (RFC 3986 unreserved characters stay).
#[must_use]
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Undoes percent-encoding, once; nothing when that gives no text.
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let value = digit()? * 16 + digit()?;
        out.push(u8::try_from(value).ok()?);
    }
    String::from_utf8(out).ok()
}

/// Appends query parameters to an address.
#[must_use]
pub fn with_query(path: &str, pairs: &[(&str, String)]) -> String {
    if pairs.is_empty() {
        return path.into();
    }
    let query: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    format!("{path}?{}", query.join("&"))
}

/// Addresses of the API, under [`API`].
pub mod api {
    use super::{API, encode};

    macro_rules! fixed {
        ($( $(#[$meta:meta])* $name:ident = $path:literal; )+) => {
            $( $(#[$meta])* #[must_use] pub fn $name() -> String { format!("{API}{}", $path) } )+
        };
    }

    fixed! {
        /// Register an account.
        register = "/auth/register";
        /// Sign in.
        login = "/auth/login";
        /// Sign out.
        logout = "/auth/logout";
        /// Token for programs.
        token = "/auth/token";
        /// Oneself.
        me = "/me";
        /// Change one's password.
        my_password = "/me/password";
        /// One's sessions.
        my_sessions = "/me/sessions";
        /// One's tokens.
        my_tokens = "/me/tokens";
        /// Accounts.
        users = "/users";
        /// Projects.
        projects = "/projects";
        /// Issues of all projects.
        issues = "/issues";
        /// One change of many issues.
        bulk = "/issues/bulk";
        /// Saved views.
        views = "/views";
        /// Issues whose titles resemble another.
        similar = "/issues/similar";
        /// Full-text search.
        search = "/search";
        /// Names to filter by.
        names = "/names";
        /// Count of open issues by a field.
        open_by = "/insights/open_by";
        /// How much happened on which day.
        changes = "/insights/changes";
        /// Instants at which something happened.
        moments = "/insights/moments";
        /// Daily statistics.
        daily_stats = "/stats/daily";
        /// Feed of what happened.
        activity = "/activity";
        /// Live stream.
        stream = "/stream";
        /// Polling twin of the stream.
        events = "/events";
        /// The audit log.
        audit = "/audit";
        /// The policy table as data.
        policy = "/admin/policy";
    }

    /// One session of one's own.
    #[must_use]
    pub fn my_session(id: &str) -> String {
        format!("{API}/me/sessions/{}", encode(id))
    }
    /// One token of one's own.
    #[must_use]
    pub fn my_token(id: &str) -> String {
        format!("{API}/me/tokens/{}", encode(id))
    }
    /// Tokens of an account.
    #[must_use]
    pub fn tokens_of(user: &str) -> String {
        format!("{API}/users/{}/tokens", encode(user))
    }
    /// One token of an account.
    #[must_use]
    pub fn token_of(user: &str, id: &str) -> String {
        format!("{API}/users/{}/tokens/{}", encode(user), encode(id))
    }
    /// One account.
    #[must_use]
    pub fn user(id: &str) -> String {
        format!("{API}/users/{}", encode(id))
    }
    /// One project.
    #[must_use]
    pub fn project(key: &str) -> String {
        format!("{API}/projects/{}", encode(key))
    }
    /// A list that belongs to a project: `members`, `labels`, `versions`, `workflow`, `issues`, `board`,
    /// `export`.
    #[must_use]
    pub fn of_project(key: &str, list: &str) -> String {
        format!("{API}/projects/{}/{list}", encode(key))
    }
    /// One entry of such a list.
    #[must_use]
    pub fn in_project(key: &str, list: &str, id: &str) -> String {
        format!("{API}/projects/{}/{list}/{}", encode(key), encode(id))
    }
    /// One issue.
    #[must_use]
    pub fn issue(key: &str) -> String {
        format!("{API}/issues/{}", encode(key))
    }
    /// A relation of an issue.
    #[must_use]
    pub fn relation(key: &str, id: &str) -> String {
        format!("{API}/issues/{}/relations/{}", encode(key), encode(id))
    }
    /// Release notes of a version.
    #[must_use]
    pub fn notes(project: &str, version: &str) -> String {
        format!("{}/notes", in_project(project, "versions", version))
    }
    /// A saved view.
    #[must_use]
    pub fn view(id: &str) -> String {
        format!("{API}/views/{}", encode(id))
    }
    /// What belongs to an issue: `comments`, `attachments`, `events`, `restore`, `move`, `merge`.
    #[must_use]
    pub fn of_issue(key: &str, list: &str) -> String {
        format!("{API}/issues/{}/{list}", encode(key))
    }
    /// A label on an issue.
    #[must_use]
    pub fn issue_label(key: &str, label: &str) -> String {
        format!("{API}/issues/{}/labels/{}", encode(key), encode(label))
    }
    /// One comment.
    #[must_use]
    pub fn comment(id: &str) -> String {
        format!("{API}/comments/{}", encode(id))
    }
    /// What happened to a comment.
    #[must_use]
    pub fn comment_events(id: &str) -> String {
        format!("{API}/comments/{}/events", encode(id))
    }
    /// The bytes of a file.
    #[must_use]
    pub fn attachment(id: &str) -> String {
        format!("{API}/attachments/{}", encode(id))
    }
}

/// Addresses of the pages.
pub mod page {
    use super::{encode, with_query};

    /// Dashboard.
    pub const HOME: &str = "/";
    /// Sign in.
    pub const LOGIN: &str = "/login";
    /// Register.
    pub const REGISTER: &str = "/register";
    /// Projects.
    pub const PROJECTS: &str = "/projects";
    /// One's own work.
    pub const MY_WORK: &str = "/my";
    /// Issues of all projects.
    pub const ISSUES: &str = "/issues";
    /// Search.
    pub const SEARCH: &str = "/search";
    /// New issue.
    pub const NEW: &str = "/new";
    /// Accounts.
    pub const USERS: &str = "/users";
    /// One's profile.
    pub const PROFILE: &str = "/settings/profile";
    /// One's sessions.
    pub const SESSIONS: &str = "/settings/sessions";
    /// One's tokens.
    pub const TOKENS: &str = "/settings/tokens";

    /// Audit log.
    pub const AUDIT: &str = "/admin/audit";
    /// Roles and rights.
    pub const POLICY: &str = "/admin/policy";

    /// Roles and rights, at the line of that right, as they are in that project.
    #[must_use]
    pub fn policy(right: Option<&str>, project: Option<&str>) -> String {
        let mut query = Vec::new();
        query.extend(right.map(|name| ("right", name.to_owned())));
        query.extend(project.map(|key| ("project", key.to_owned())));
        with_query(POLICY, &query)
    }
    /// An issue.
    #[must_use]
    pub fn issue(key: &str) -> String {
        format!("/issues/{}", encode(key))
    }
    /// Issues of a project.
    #[must_use]
    pub fn project_issues(key: &str) -> String {
        format!("/projects/{}/issues", encode(key))
    }
    /// Board of a project.
    #[must_use]
    pub fn project_board(key: &str) -> String {
        format!("/projects/{}/board", encode(key))
    }
    /// A project, at the page where it opens.
    #[must_use]
    pub fn project(key: &str) -> String {
        format!("/projects/{}", encode(key))
    }
    /// What happened in a project.
    #[must_use]
    pub fn project_activity(key: &str) -> String {
        format!("/projects/{}/activity", encode(key))
    }
    /// A person.
    #[must_use]
    pub fn user(name: &str) -> String {
        format!("/users/{}", encode(name))
    }
    /// Tokens of a person or program.
    #[must_use]
    pub fn user_tokens(name: &str) -> String {
        format!("{}#tokens", user(name))
    }
    /// New issues of a project, one after the other.
    #[must_use]
    pub fn project_triage(key: &str) -> String {
        format!("/projects/{}/triage", encode(key))
    }
    /// Settings of a project.
    #[must_use]
    pub fn project_settings(key: &str) -> String {
        format!("/projects/{}/settings", encode(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_cannot_break_out() {
        assert_eq!(
            api::issue("APP-1/../x?y#z"),
            "/api/v1/issues/APP-1%2F..%2Fx%3Fy%23z"
        );
        assert_eq!(with_query("/a", &[("q", "ä b".into())]), "/a?q=%C3%A4%20b");
    }
}
