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

/// A question, as the part of its address after `/api/v1`; `PROJECT` is a random project, `ISSUE` a
/// random issue, `PAST` three months ago, `NOW` now, `DEEP` the cursor of the twentieth page.
pub struct Question {
    pub title: &'static str,
    pub path: &'static str,
    pub promise: Promise,
    /// What others ask for all the while.
    pub beside: Option<&'static str>,
}

const fn list(title: &'static str, path: &'static str) -> Question {
    Question {
        title,
        path,
        promise: Promise::Alike,
        beside: None,
    }
}

const fn soon(title: &'static str, path: &'static str) -> Question {
    Question {
        title,
        path,
        promise: Promise::Soon,
        beside: None,
    }
}

const fn beside(title: &'static str, path: &'static str, others: &'static str) -> Question {
    Question {
        beside: Some(others),
        ..soon(title, path)
    }
}

/// What is costly to answer, and must hold up nobody else.
const HEAVY: &str = "/issues?q=was:title%3Dinvoice%20or%20was:title%3Dtablet";

#[rustfmt::skip] // It is a table.
pub const QUESTIONS: &[Question] = &[
    list("list of all projects, latest change first", "/issues?sort=-updated"),
    list("the same, page 20",                         "/issues?sort=-updated&cursor=DEEP"),
    list("newest first",                              "/issues?sort=-created"),
    list("oldest first",                              "/issues?sort=created"),
    list("by priority",                               "/issues?sort=priority"),
    list("by severity, worst first",                  "/issues?sort=-severity"),
    list("by due date",                               "/issues?sort=due"),
    list("by key",                                    "/issues?sort=key"),
    list("by title",                                  "/issues?sort=title"),
    list("of one project",                            "/issues?project=PROJECT"),
    list("by points, largest first",                  "/issues?sort=-points"),
    list("by votes, most first",                      "/issues?sort=-votes"),
    list("open ones",                                 "/issues?q=is:open"),
    list("open ones of high priority",                "/issues?q=is:open%20priority:high"),
    list("open, high or critical, of one project",    "/issues?project=PROJECT&q=is:open%20severity:%3E%3Dhigh"),
    list("assigned to me",                            "/issues?q=assignee:@me%20is:open"),
    list("as of three months ago",                    "/issues?project=PROJECT&as_of=PAST"),
    soon("with a label, all projects",                "/issues?q=label:api"),
    soon("with a label, one project",                 "/issues?project=PROJECT&q=label:api"),
    soon("grouped by status",                         "/issues?project=PROJECT&group_by=status"),
    soon("grouped by assignee, by title",             "/issues?project=PROJECT&group_by=assignee&sort=title"),
    soon("board of a project",                        "/projects/PROJECT/board"),
    soon("search: a key",                             "/search?q=B01-77"),
    soon("search: one issue's number",                "/search?q=2026"),
    soon("search: a word of one title in forty",      "/search?q=invoice"),
    soon("search: two words",                         "/search?q=tablet%20grey"),
    soon("search: a word of every title",             "/search?q=measured"),
    soon("search in one project",                     "/search?q=invoice&project=PROJECT"),
    soon("words in a filter",                         "/issues?q=tablet%20is:open"),
    soon("similar titles",                            "/issues/similar?project=PROJECT&title=The%20map%20stays%20grey"),
    soon("open ones by severity, all projects",       "/insights/open_by?by=severity"),
    soon("open ones by assignee, one project",        "/insights/open_by?by=assignee&project=PROJECT"),
    soon("board as of three months ago",              "/projects/PROJECT/board?as_of=PAST"),
    soon("open ones by status, as of then",           "/insights/open_by?by=status&project=PROJECT&as_of=PAST"),
    soon("open ones by label, filtered",              "/insights/open_by?by=label&project=PROJECT&q=severity:%3E%3Dhigh"),
    soon("what happened when, one project",           "/insights/moments?project=PROJECT&from=PAST&to=NOW"),
    soon("how much changed when, one project",        "/insights/changes?project=PROJECT&from=PAST&to=NOW"),
    soon("daily figures of one project",              "/stats/daily?project=PROJECT"),
    soon("activity, all projects",                    "/activity?limit=50"),
    soon("activity of one project",                   "/activity?limit=50&project=PROJECT"),
    soon("activity of one person",                    "/activity?limit=50&user=reporter2"),
    soon("activity of somebody quiet",                "/activity?limit=50&user=viewer"),
    soon("history of an issue",                       "/issues/ISSUE/events"),
    soon("comments on an issue",                      "/issues/ISSUE/comments"),
    soon("files of an issue",                         "/issues/ISSUE/attachments"),
    soon("relations of an issue",                     "/issues/ISSUE/relations"),
    soon("relations as of three months ago",          "/issues/ISSUE/relations?as_of=PAST"),
    soon("projects",                                  "/projects"),
    soon("members of a project",                      "/projects/PROJECT/members"),
    soon("labels of a project",                       "/projects/PROJECT/labels"),
    soon("versions of a project",                     "/projects/PROJECT/versions"),
    soon("names of labels, to complete",              "/names?field=label&text=a"),
    soon("directory of people",                       "/users"),
    soon("saved views with their counts",             "/views"),
    soon("my sessions",                               "/me/sessions"),
    soon("my tokens",                                 "/me/tokens"),
    soon("events to poll, at their end",              "/events"),
    soon("a heavy filter: former titles",             "/issues?project=PROJECT&q=was:title%3Dinvoice"),
    soon("a heavy filter: former severity",           "/issues?project=PROJECT&q=was:severity%3Dhigh"),
    soon("a heavy filter: what was changed",          "/issues?project=PROJECT&q=changed:assignee"),
    beside("list of one project while others ask heavy filters", "/issues?project=PROJECT", HEAVY),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists and reports that are not asked, and why.
    const LEFT_OUT: &[(&str, &str)] = &[
        ("/audit", "for admins, and no admin is among those who ask"),
        (
            "/users/{id}/tokens",
            "for admins, and no admin is among those who ask",
        ),
        (
            "/comments/{id}/events",
            "the set has no comments; read as the history of an issue is",
        ),
    ];

    /// A path of the document as one of ours: what stands in braces is anything.
    fn is_asked(path: &str) -> bool {
        let is_it = |question: &Question| {
            let asked = question.path.split('?').next().unwrap_or_default();
            let (asked, path): (Vec<_>, Vec<_>) =
                (asked.split('/').collect(), path.split('/').collect());
            asked.len() == path.len()
                && asked
                    .iter()
                    .zip(&path)
                    .all(|(a, p)| a == p || p.starts_with('{'))
        };
        QUESTIONS.iter().any(is_it)
    }

    #[test]
    fn every_list_and_every_report_is_asked() {
        let document: serde_json::Value =
            serde_json::from_str(include_str!("../../../server/openapi.json")).unwrap();
        let mut missing = Vec::new();
        let mut lists = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            let path = path.strip_prefix("/api/v1").unwrap();
            let Some(parameters) = item["get"]["parameters"].as_array() else {
                continue;
            };
            let pages = parameters.iter().any(|p| p["name"] == "limit");
            let reports = ["/insights/", "/stats/", "/search"]
                .iter()
                .any(|at| path.starts_with(at));
            let others = ["/names", "/issues/similar", "/events"].contains(&path);
            if !(pages || reports || others) {
                continue;
            }
            lists += 1;
            let left_out = LEFT_OUT.iter().any(|(left_out, _)| *left_out == path);
            if !left_out && !is_asked(path) {
                missing.push(path.to_owned());
            }
        }
        assert!(lists > 20, "{lists}");
        assert_eq!(missing, Vec::<String>::new(), "add rows to QUESTIONS");
    }
}
