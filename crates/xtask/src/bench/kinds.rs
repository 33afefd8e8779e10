//! The kinds of requests that are measured beside their limits.

use anyhow::{Context, Result};

use super::pgbench::Pick;
use super::record::ONCE;
use super::wrk::Request;

/// Method, path, headers, body.
pub type ByHand = (&'static str, String, Vec<String>, String);

/// A kind of request that is measured beside its limit.
pub struct Kind {
    pub title: &'static str,
    pub request: Request<'static>,
    /// The same request by hand, for an issue and with something new in it.
    pub by_hand: fn(key: &str, project: &str, serial: &str) -> ByHand,
    pub status: u16,
    pub pick: Pick,
    pub writes: bool,
    /// The least share of the limit.
    pub bar: f64,
}

pub const DRAFT: &str = "{\"title\":\"The map stays grey\",\"description\":\"After waking the tablet the map \
    stays grey until the app is started again. Expected: it comes back by itself.\",\
    \"severity\":\"high\",\"type\":\"bug\"}";
const FILTER: &str = "state=open&severity=high,critical";

/// All of them, reads first.
pub const KINDS: &[Kind] = &[
    Kind {
        title: "read one issue",
        request: Request {
            name: "read",
            lua: "return wrk.format('GET', '/api/v1/issues/' .. project() .. '-' .. number(), headers(token()))",
        },
        by_hand: |key, _, _| ("GET", format!("/api/v1/issues/{key}"), vec![], String::new()),
        status: 200,
        pick: Pick::Any,
        writes: false,
        bar: 0.6,
    },
    Kind {
        title: "list, page of 50",
        request: Request {
            name: "list",
            lua: "return wrk.format('GET', '/api/v1/issues?sort=-updated&limit=50&project=' .. project(), headers(token()))",
        },
        by_hand: |_, project, _| {
            let path = format!("/api/v1/issues?sort=-updated&limit=50&project={project}");
            ("GET", path, vec![], String::new())
        },
        status: 200,
        pick: Pick::Any,
        writes: false,
        bar: 0.6,
    },
    Kind {
        title: "list, open and high or critical",
        request: Request {
            name: "filtered",
            lua: "return wrk.format('GET', '/api/v1/issues?state=open&severity=high,critical&project=' .. project(), headers(token()))",
        },
        by_hand: |_, project, _| {
            let path = format!("/api/v1/issues?{FILTER}&project={project}");
            ("GET", path, vec![], String::new())
        },
        status: 200,
        pick: Pick::Any,
        writes: false,
        bar: 0.6,
    },
    Kind {
        title: "board of a project",
        request: Request {
            name: "board",
            lua: "return wrk.format('GET', '/api/v1/projects/' .. project() .. '/board', headers(token()))",
        },
        by_hand: |_, project, _| {
            let path = format!("/api/v1/projects/{project}/board");
            ("GET", path, vec![], String::new())
        },
        status: 200,
        pick: Pick::Any,
        writes: false,
        bar: 0.6,
    },
    Kind {
        title: "create an issue, over 16 projects",
        request: Request {
            name: "create",
            lua: "return wrk.format('POST', '/api/v1/projects/' .. project() .. '/issues', headers(token(reporters)), draft)",
        },
        by_hand: |_, project, _| {
            let path = format!("/api/v1/projects/{project}/issues");
            ("POST", path, vec![], DRAFT.to_owned())
        },
        status: 201,
        pick: Pick::Any,
        writes: true,
        bar: 0.7,
    },
    Kind {
        title: "the same with an idempotency key",
        request: Request {
            name: "create-once",
            lua: "return wrk.format('POST', '/api/v1/projects/' .. project() .. '/issues', headers(token(reporters), { ['Idempotency-Key'] = 'bench-once-' .. serial() }), draft)",
        },
        by_hand: |_, project, serial| {
            let path = format!("/api/v1/projects/{project}/issues");
            let once = format!("Idempotency-Key: {ONCE}{serial}");
            ("POST", path, vec![once], DRAFT.to_owned())
        },
        status: 201,
        pick: Pick::Any,
        writes: true,
        bar: 0.7,
    },
    Kind {
        title: "change a status",
        request: Request {
            name: "status",
            lua: "local key, lap = moved()
  local status = lap % 2 == 0 and 'assigned' or 'open'
  return wrk.format('PATCH', '/api/v1/issues/' .. key, headers(token(movers)), '{\"status\":\"' .. status .. '\"}')",
        },
        by_hand: |key, _, serial| {
            let even = serial.parse::<u32>().is_ok_and(|n| n % 2 == 0);
            let status = if even { "assigned" } else { "open" };
            let body = format!("{{\"status\":\"{status}\"}}");
            ("PATCH", format!("/api/v1/issues/{key}"), vec![], body)
        },
        status: 200,
        pick: Pick::Moved,
        writes: true,
        bar: 0.7,
    },
];

/// The kind whose request has that name.
pub fn named(name: &str) -> Result<&'static Kind> {
    KINDS
        .iter()
        .find(|kind| kind.request.name == name)
        .with_context(|| format!("nothing that is measured is called {name}"))
}
