//! The operations that are served, as one table made from the document: what a request is measured
//! by before any handler sees it.

use actix_web::http::Method;
use std::collections::HashSet;
use utoipa::openapi::path::{Operation as Described, Parameter, ParameterIn};
use utoipa::openapi::{OpenApi as Document, RefOr};

/// Operations that try a password or make an account: they have limits of their own.
const SIGN_IN: &[(&str, &str)] = &[
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/token"),
    ("POST", "/api/v1/auth/register"),
    ("POST", "/api/v1/me/password"),
];

/// What is served beside the document: addresses of pages, health and files, which are only read.
const READ_ONLY: &[&str] = &[
    "/api/health",
    "/api/openapi.json",
    "/api/docs",
    "/api/docs/",
    "/healthz",
    "/readyz",
];

/// One operation.
#[derive(Debug)]
pub struct Operation {
    method: Method,
    /// Names of the query parameters that it knows.
    query: HashSet<String>,
    /// Tries a password or makes an account.
    pub signs_in: bool,
}

/// One address with its operations.
#[derive(Debug)]
pub struct Route {
    segments: Vec<Segment>,
    operations: Vec<Operation>,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Text(String),
    Parameter,
}

/// Every operation of the document, by address.
#[derive(Debug)]
pub struct Operations(Vec<Route>);

/// Calls `f` with each operation of a document: method in capitals, path, operation.
pub fn each(document: &mut Document, mut f: impl FnMut(&'static str, &str, &mut Described)) {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PUT", &mut item.put),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                f(method, path, operation);
            }
        }
    }
}

fn name_in_query(parameter: &RefOr<Parameter>) -> Option<String> {
    match parameter {
        RefOr::T(p) if p.parameter_in == ParameterIn::Query => Some(p.name.clone()),
        _ => None,
    }
}

fn segments(pattern: &str) -> Vec<Segment> {
    let one = |segment: &str| match segment.starts_with('{') {
        true => Segment::Parameter,
        false => Segment::Text(segment.to_string()),
    };
    pattern.split('/').map(one).collect()
}

impl Route {
    fn fits(&self, asked: &[&str]) -> bool {
        let fits = |(segment, asked): (&Segment, &&str)| match segment {
            Segment::Text(text) => text == asked,
            Segment::Parameter => !asked.is_empty(),
        };
        self.segments.len() == asked.len() && self.segments.iter().zip(asked).all(fits)
    }

    fn parameters(&self) -> usize {
        let is = |segment: &&Segment| **segment == Segment::Parameter;
        self.segments.iter().filter(is).count()
    }

    /// The operation of that method.
    #[must_use]
    pub fn operation(&self, method: &Method) -> Option<&Operation> {
        self.operations.iter().find(|o| o.method == method)
    }

    /// The methods that this address takes, `HEAD` and `OPTIONS` included.
    #[must_use]
    pub fn methods(&self) -> Vec<&str> {
        let mut methods: Vec<&str> = self.operations.iter().map(|o| o.method.as_str()).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        methods.sort_unstable();
        methods
    }
}

impl Operation {
    /// The first name in a query that this operation does not know.
    #[must_use]
    pub fn unknown_parameter<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        names.into_iter().find(|name| !self.query.contains(*name))
    }
}

impl Operations {
    /// The table of a document.
    #[must_use]
    pub fn of(document: &mut Document) -> Self {
        let mut routes: Vec<(String, Route)> = Vec::new();
        each(document, |method, path, described| {
            let parameters = described.parameters.iter().flatten();
            let operation = Operation {
                method: Method::from_bytes(method.as_bytes()).unwrap_or_default(),
                query: parameters.filter_map(name_in_query).collect(),
                signs_in: SIGN_IN.contains(&(method, path)),
            };
            match routes.iter_mut().find(|r| r.0 == path) {
                Some((_, route)) => route.operations.push(operation),
                None => routes.push((
                    path.to_string(),
                    Route {
                        segments: segments(path),
                        operations: vec![operation],
                    },
                )),
            }
        });
        let mut routes: Vec<Route> = routes.into_iter().map(|r| r.1).collect();
        // `/issues/similar` before `/issues/{issue}`: what names itself goes first.
        routes.sort_by_key(Route::parameters);
        Self(routes)
    }

    /// The address that a canonical path means.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Route> {
        let asked: Vec<&str> = path.split('/').collect();
        self.0.iter().find(|route| route.fits(&asked))
    }
}

/// Whether something is served at that canonical path beside the operations of the document.
#[must_use]
pub fn is_read_only(path: &str) -> bool {
    let is_api = path == "/api" || path.starts_with("/api/");
    !is_api || READ_ONLY.contains(&path) || path.starts_with("/api/docs/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Operations {
        Operations::of(&mut super::super::openapi::of_routes())
    }

    #[test]
    fn an_unknown_address_is_told_from_a_wrong_method() {
        let table = table();
        assert!(table.find("/api/v1/nothing").is_none());
        assert!(table.find("/api/v1/issues/").is_none());
        let methods = |path: &str| table.find(path).map(Route::methods).unwrap();
        assert_eq!(methods("/api/v1/me/password"), ["OPTIONS", "POST"]);
        assert_eq!(
            methods("/api/v1/issues/APP-1"),
            ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH"]
        );
        // Not what `/issues/{issue}` takes.
        assert_eq!(
            methods("/api/v1/issues/similar"),
            ["GET", "HEAD", "OPTIONS"]
        );
    }

    #[test]
    fn operations_that_try_passwords_exist() {
        let table = table();
        for (method, path) in SIGN_IN {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let route = table.find(path).unwrap();
            assert!(route.operation(&method).unwrap().signs_in, "{path}");
        }
    }

    #[test]
    fn an_operation_knows_its_parameters() {
        let table = table();
        let list = table.find("/api/v1/issues").unwrap();
        let list = list.operation(&Method::GET).unwrap();
        assert_eq!(list.unknown_parameter(["q", "limit"]), None);
        assert_eq!(list.unknown_parameter(["q", "dry_run"]), Some("dry_run"));
    }
}
