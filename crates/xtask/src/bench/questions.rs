//! What is asked of a small set and of a large one: every route that gives a list or a report.

/// How many times as long as in the small set a list may take.
pub const BAR: f64 = 1.5;
/// Milliseconds that the slowest of a hundred searches, boards or reports may take.
pub const SLOWEST: f64 = 100.0;

/// What is promised of a question. Groups and boards name exact counts of all that they stand for, so
/// they cannot cost the same whatever there is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// At most [`BAR`] times as long as in the small set.
    Alike,
    /// p99 at most [`SLOWEST`].
    Soon,
}

/// A question, as the part of its address after `/api/v1`, as one would write it by hand. In it stand
/// `PROJECT` for a random project, `ISSUE` for a random issue, `BUSY` for the first issue of a random
/// project, `COMMENT` for a random comment, `SOMEBODY` for an account with tokens, `PAST` for three months
/// ago, `NOW` for now, `DEEP` for the cursor of the twentieth page, `BEFORE` for a place with
/// [`MISSED`] events behind it.
#[derive(Clone, Copy)]
pub struct Question {
    pub title: &'static str,
    pub path: &'static str,
    pub promise: Promise,
    /// Admins ask; else people of five roles do.
    pub by_admin: bool,
    /// What others do all the while.
    pub beside: Option<Beside>,
    /// The answer is a stream or a large file: it counts until it holds this.
    pub until: Option<&'static str>,
}

/// What is costly, and must hold up nobody else.
#[derive(Clone, Copy)]
pub enum Beside {
    /// Two ask for [`HEAVY`], as many as can be at work at once on two cores.
    HeavyFilters,
    /// Fifty sign in, with passwords hashed as in earnest.
    SignIns,
}

/// Events that a program has missed that comes back.
pub const MISSED: usize = 500;

const fn list(title: &'static str, path: &'static str) -> Question {
    Question {
        title,
        path,
        promise: Promise::Alike,
        by_admin: false,
        beside: None,
        until: None,
    }
}

const fn soon(title: &'static str, path: &'static str) -> Question {
    Question {
        promise: Promise::Soon,
        ..list(title, path)
    }
}

const fn admin(title: &'static str, path: &'static str) -> Question {
    Question {
        by_admin: true,
        ..soon(title, path)
    }
}

const fn until(holds: &'static str, question: Question) -> Question {
    Question {
        until: Some(holds),
        ..question
    }
}

const fn beside(what: Beside, title: &'static str, path: &'static str) -> Question {
    Question {
        beside: Some(what),
        ..soon(title, path)
    }
}

/// A filter that looks at every version of every issue.
pub const HEAVY: &str = "/issues?q=was:title=invoice or was:title=tablet";

/// Questions of one kind, under a title.
pub type Group = (&'static str, &'static [Question]);

#[rustfmt::skip] // It is a table.
pub const GROUPS: &[Group] = &[
    ("Lists of issues", &[
        list("list of all projects, latest change first", "/issues?sort=-updated"),
        list("the same, page 20",                         "/issues?sort=-updated&cursor=DEEP"),
        list("newest first",                              "/issues?sort=-created"),
        list("oldest first",                              "/issues?sort=created"),
        list("by priority",                               "/issues?sort=priority"),
        list("by severity, worst first",                  "/issues?sort=-severity"),
        list("by due date",                               "/issues?sort=due"),
        list("by key",                                    "/issues?sort=key"),
        list("by title",                                  "/issues?sort=title"),
        list("by points, largest first",                  "/issues?sort=-points"),
        list("by votes, most first",                      "/issues?sort=-votes"),
        list("of one project",                            "/issues?project=PROJECT"),
        list("as of three months ago",                    "/issues?project=PROJECT&as_of=PAST"),
        soon("all projects as of three months ago",       "/issues?as_of=PAST"),
    ]),
    ("Filtered lists", &[
        list("open ones",                                 "/issues?q=is:open"),
        list("open ones of high priority",                "/issues?q=is:open priority:high"),
        list("open, high or critical, of one project",    "/issues?project=PROJECT&q=is:open severity:>=high"),
        list("assigned to me",                            "/issues?q=assignee:@me is:open"),
        list("what I watch",                              "/issues?q=is:watching"),
        soon("what I voted for",                          "/issues?q=is:voted"),
        soon("overdue",                                   "/issues?q=is:overdue"),
        soon("changed in the last week",                  "/issues?q=updated:>-7d"),
        soon("with a label, all projects",                "/issues?q=label:api"),
        soon("with a label, one project",                 "/issues?project=PROJECT&q=label:api"),
        soon("fixed in a version",                        "/issues?project=PROJECT&q=fixed:1.3"),
        soon("words in a filter",                         "/issues?q=tablet is:open"),
        soon("blocked ones",                              "/issues?project=PROJECT&q=is:blocked"),
        soon("with a file or a comment",                  "/issues?project=PROJECT&q=has:attachment or has:comment"),
    ]),
    ("Heavy filters, in a lane of their own", &[
        soon("part of a title, twice",                    "/issues?project=PROJECT&q=title:voice title:blink"),
        soon("what was once called so, one project",      "/issues?project=PROJECT&q=was:title=invoice"),
        soon("what was once called so, all projects",     "/issues?q=was:title=invoice"),
        soon("what once had that severity",               "/issues?project=PROJECT&q=was:severity=high"),
        soon("what was once open, all projects",          "/issues?q=was:status=open"),
        soon("what changed hands",                        "/issues?project=PROJECT&q=changed:assignee"),
        soon("what changed its status, all projects",     "/issues?q=changed:status"),
    ]),
    ("While two others ask heavy filters all the time", &[
        beside(Beside::HeavyFilters, "list of one project",     "/issues?project=PROJECT"),
        beside(Beside::HeavyFilters, "open ones, all projects", "/issues?q=is:open"),
        beside(Beside::HeavyFilters, "search for a word",       "/search?q=invoice"),
        beside(Beside::HeavyFilters, "activity, all projects",  "/activity"),
    ]),
    ("While fifty others sign in all the time", &[
        beside(Beside::SignIns, "list of one project",          "/issues?project=PROJECT"),
        beside(Beside::SignIns, "search for a word",            "/search?q=invoice"),
    ]),
    ("Groups and boards", &[
        soon("grouped by status",                         "/issues?project=PROJECT&group_by=status"),
        soon("grouped by assignee, by title",             "/issues?project=PROJECT&group_by=assignee&sort=title"),
        soon("all projects, by project",                  "/issues?group_by=project"),
        soon("board of a project",                        "/projects/PROJECT/board"),
        soon("board, filtered",                           "/projects/PROJECT/board?q=assignee:@me"),
        soon("board as of three months ago",              "/projects/PROJECT/board?as_of=PAST"),
    ]),
    ("Search and completion", &[
        soon("a key",                                     "/search?q=B01-77"),
        soon("one issue's number",                        "/search?q=2026"),
        soon("a word of one title in forty",              "/search?q=invoice"),
        soon("two words",                                 "/search?q=tablet grey"),
        soon("a word of every title",                     "/search?q=measured"),
        soon("in one project",                            "/search?q=invoice&project=PROJECT"),
        soon("similar titles",                            "/issues/similar?project=PROJECT&title=The map stays grey"),
        soon("names of labels",                           "/names?field=label&text=a"),
        soon("names of statuses",                         "/names?field=status&text=o"),
        soon("names of versions",                         "/names?field=version&text=1"),
        soon("people whose name begins so",               "/users?text=per"),
    ]),
    ("Reports", &[
        soon("open ones by severity, all projects",       "/insights/open_by?by=severity"),
        soon("open ones by assignee, one project",        "/insights/open_by?by=assignee&project=PROJECT"),
        soon("by label, filtered, one project",           "/insights/open_by?by=label&project=PROJECT&q=severity:>=high"),
        soon("by status, filtered, all projects",         "/insights/open_by?by=status&q=type:bug severity:>=high"),
        soon("by project, with a word",                   "/insights/open_by?by=project&q=tablet"),
        soon("by status, three months ago",               "/insights/open_by?by=status&project=PROJECT&as_of=PAST"),
        soon("by status, three months ago, all projects", "/insights/open_by?by=status&as_of=PAST"),
        soon("moments of change, one project",            "/insights/moments?project=PROJECT&from=PAST&to=NOW"),
        soon("moments of change, all projects",           "/insights/moments?from=PAST&to=NOW"),
        soon("moments of one issue",                      "/insights/moments?issue=BUSY"),
        soon("changes a day, one project",                "/insights/changes?project=PROJECT&from=PAST&to=NOW"),
        soon("changes a day, all projects, a year",       "/insights/changes"),
        soon("changes a day of one issue",                "/insights/changes?issue=BUSY"),
        soon("daily figures of one project",              "/stats/daily?project=PROJECT"),
        soon("daily figures of all projects",             "/stats/daily"),
        soon("release notes of a version",                "/projects/PROJECT/versions/1.3/notes"),
    ]),
    ("What happened", &[
        soon("activity, all projects",                    "/activity"),
        soon("a page of 100",                             "/activity?limit=100"),
        soon("of one project",                            "/activity?project=PROJECT"),
        soon("of one person",                             "/activity?user=reporter2"),
        soon("of somebody quiet",                         "/activity?user=person7"),
        soon("of one person in one project",              "/activity?project=PROJECT&user=lead"),
        soon("history of an issue",                       "/issues/ISSUE/events"),
        soon("history of a busy issue",                   "/issues/BUSY/events?limit=100"),
        admin("history of a comment",                     "/comments/COMMENT/events"),
        soon("events a program missed",                   "/events?after=BEFORE"),
    ]),
    ("Around one issue", &[
        soon("comments",                                  "/issues/ISSUE/comments"),
        soon("comments on a busy issue",                  "/issues/BUSY/comments?limit=100"),
        soon("files",                                     "/issues/BUSY/attachments"),
        soon("relations",                                 "/issues/BUSY/relations"),
        soon("relations three months ago",                "/issues/BUSY/relations?as_of=PAST"),
        soon("what is merged into it",                    "/issues/PROJECT-2/merge"),
    ]),
    ("Around a project", &[
        soon("projects",                                  "/projects"),
        soon("members",                                   "/projects/PROJECT/members"),
        soon("labels",                                    "/projects/PROJECT/labels"),
        soon("versions, with their progress",             "/projects/PROJECT/versions"),
        soon("workflow",                                  "/projects/PROJECT/workflow"),
        soon("saved views of a project",                  "/views?project=PROJECT"),
    ]),
    ("People, and what is mine", &[
        soon("directory of people",                       "/users"),
        soon("my saved views",                            "/views"),
        soon("my sessions",                               "/me/sessions"),
        soon("my tokens",                                 "/me/tokens"),
    ]),
    ("For admins", &[
        admin("audit log",                                "/audit"),
        admin("audit log, one kind",                      "/audit?kind=member.role_changed"),
        admin("audit log, one person",                    "/audit?actor=lead"),
        admin("audit log, one project",                   "/audit?project=PROJECT"),
        admin("somebody's tokens",                        "/users/SOMEBODY/tokens"),
        admin("who may do what",                          "/admin/policy"),
        admin("everybody",                                "/users?all=true"),
    ]),
    ("Files and streams, until their first lines", &[
        until("\n",     soon("issues of a version as CSV",        "/issues?project=PROJECT&q=fixed:1.3&format=csv")),
        until("data:",  soon("stream, going on after what was missed", "/stream")),
        until("{",      admin("export of a project",              "/projects/PROJECT/export")),
        until("\n",     admin("audit log as CSV",                 "/audit?format=csv")),
    ]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// What is read without being one thing, a list or a report, and why it is not asked.
    const LEFT_OUT: &[(&str, &str)] = &[("/me", "one account, the caller's own")];

    /// Whether a question asks that path of the document: what stands in braces is anything.
    fn asks(question: &Question, path: &str) -> bool {
        let asked = question.path.split('?').next().unwrap_or_default();
        let (asked, path): (Vec<_>, Vec<_>) =
            (asked.split('/').collect(), path.split('/').collect());
        asked.len() == path.len()
            && asked
                .iter()
                .zip(&path)
                .all(|(a, p)| a == p || p.starts_with('{'))
    }

    /// Whether a path gives the one thing that its last part names.
    fn is_one_thing(path: &str, operation: &Value) -> bool {
        let is_list = operation["parameters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|p| p["name"] == "limit"));
        path.ends_with('}') && !is_list
    }

    fn paths() -> Vec<(String, Value)> {
        let document: Value =
            serde_json::from_str(include_str!("../../../server/openapi.json")).unwrap();
        let paths = document["paths"].as_object().unwrap().iter();
        paths
            .filter(|(_, item)| item["get"].is_object())
            .map(|(path, item)| {
                let path = path.strip_prefix("/api/v1").unwrap();
                (path.to_owned(), item["get"].clone())
            })
            .collect()
    }

    #[test]
    fn whatever_gives_a_list_or_a_report_is_asked() {
        let questions = || GROUPS.iter().flat_map(|group| group.1);
        let mut missing = Vec::new();
        for (path, operation) in paths() {
            let left_out = LEFT_OUT.iter().any(|(left_out, _)| *left_out == path);
            let asked = questions().any(|question| asks(question, &path));
            assert!(!(left_out && asked), "{path} is asked and left out");
            if !asked && !left_out && !is_one_thing(&path, &operation) {
                missing.push(path);
            }
        }
        assert_eq!(missing, Vec::<String>::new(), "add a row to GROUPS");
    }

    #[test]
    fn every_question_asks_what_the_document_has() {
        let paths = paths();
        assert!(paths.len() > 30, "{}", paths.len());
        for question in GROUPS.iter().flat_map(|group| group.1) {
            let of: Vec<_> = paths
                .iter()
                .filter(|(path, _)| asks(question, path))
                .collect();
            assert!(!of.is_empty(), "no such route: {}", question.path);
        }
        for (left_out, _) in LEFT_OUT {
            assert!(paths.iter().any(|(path, _)| path == left_out), "{left_out}");
        }
    }

    #[test]
    fn every_order_of_issues_is_asked() {
        // An order that the document gains must be asked too: each may need an index of its own.
        let document = paths();
        let (_, issues) = document.iter().find(|(path, _)| path == "/issues").unwrap();
        let parameters = issues["parameters"].as_array().unwrap();
        let sort = parameters.iter().find(|p| p["name"] == "sort").unwrap();
        let orders: Vec<&str> = sort["schema"]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|order| order.as_str().unwrap().trim_start_matches('-'))
            .collect();
        for order in orders {
            let is_asked = GROUPS.iter().flat_map(|group| group.1).any(|question| {
                [format!("sort={order}"), format!("sort=-{order}")]
                    .iter()
                    .any(|sort| question.path.split(['?', '&']).any(|part| part == sort))
            });
            assert!(is_asked, "no list is asked for by {order}");
        }
    }
}
