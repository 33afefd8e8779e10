//! A typed client of the REST API: the addresses, bodies and problems of [`domain`] over HTTP.
//!
//! ```no_run
//! # async fn example() -> Result<(), client::Error> {
//! let client = client::Client::new("https://issues.example.org", Some("iit_…"))?;
//! let issue = client.issue("APP-12", None).await?;
//! # Ok(()) }
//! ```

use domain::bulk::{Bulk, BulkReport};
use domain::comment::{Comment, NewComment};
use domain::event::HistoryEntry;
use domain::issue::{Issue, IssueDraft, IssuePatch, IssueRow};
use domain::page::Page;
use domain::paths::{api, with_query};
use domain::problem::Problem;
use domain::relocation::{Relocate, Relocation};
use domain::search::SearchHit;
use domain::user::Me;
use domain::view::View;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How long one request may take, connecting included.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// Why there is no answer to what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address of the server or the token is not one.
    #[error("{0}")]
    Setting(String),
    /// Nobody answered, or not within [`TIMEOUT`].
    #[error("no answer from {url}: {cause}")]
    Unreachable {
        /// The server's address.
        url: String,
        /// What went wrong, without the address.
        cause: String,
    },
    /// The server refused, and says why.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// Something answered that does not speak this API.
    #[error("{url} answered {status} in a form that is not this API's")]
    NotThisApi {
        /// The server's address.
        url: String,
        /// Status of the answer.
        status: u16,
    },
}

/// What a list is asked for.
#[derive(Debug, Clone, Default)]
pub struct ListOf {
    /// Filter, see `domain::filter`.
    pub query: String,
    /// Key of the one project.
    pub project: Option<String>,
    /// 1 to 100.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// RFC 3339: the list as it was then.
    pub as_of: Option<String>,
}

impl ListOf {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let some = |name, value: &Option<String>| value.clone().map(|value| (name, value));
        let query = (!self.query.is_empty()).then(|| ("q", self.query.clone()));
        let limit = self.limit.map(|limit| ("limit", limit.to_string()));
        [
            query,
            some("project", &self.project),
            limit,
            some("cursor", &self.cursor),
            some("as_of", &self.as_of),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// One server, asked as one account. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Client {
    /// A client of the server at that address (scheme, host, port), signed in by an API token or a
    /// token of `POST /auth/token`; nobody without one.
    ///
    /// # Errors
    /// [`Error::Setting`] when the address is none, or the token cannot be one.
    pub fn new(url: &str, token: Option<&str>) -> Result<Self, Error> {
        let url = url.trim().trim_end_matches('/');
        let parsed = reqwest::Url::parse(url)
            .map_err(|e| Error::Setting(format!("`{url}` is no address: {e}")))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(Error::Setting(format!(
                "`{url}` is no address: it begins with http:// or https://"
            )));
        }
        let token = token.map(str::trim).filter(|token| !token.is_empty());
        if token.is_some_and(|token| !token.bytes().all(|b| b.is_ascii_graphic())) {
            return Err(Error::Setting(
                "the token contains characters that no token has".into(),
            ));
        }
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .user_agent(concat!("iit-client/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| Error::Setting(e.to_string()))?;
        Ok(Self {
            http,
            url: url.into(),
            token: token.map(Into::into),
        })
    }

    /// The server's address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Who this client is, with the role in each project.
    ///
    /// # Errors
    /// See [`Error`]; so for every request.
    pub async fn me(&self) -> Result<Me, Error> {
        self.get(&api::me()).await
    }

    /// One page of issues.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn issues(&self, of: &ListOf) -> Result<Page<IssueRow>, Error> {
        self.get(&with_query(&api::issues(), &of.pairs())).await
    }

    /// The list as CSV (RFC 4180), all of it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn issues_csv(&self, of: &ListOf) -> Result<String, Error> {
        let mut pairs = of.pairs();
        pairs.push(("format", "csv".into()));
        let path = with_query(&api::issues(), &pairs);
        let answer = self.answer(self.request(Method::GET, &path)).await?;
        answer.text().await.map_err(|e| self.unreachable(&e))
    }

    /// An issue by key or id; as it was at an instant (RFC 3339) when one is given.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn issue(&self, issue: &str, as_of: Option<&str>) -> Result<Issue, Error> {
        let pairs: Vec<_> = as_of
            .map(|at| ("as_of", at.to_string()))
            .into_iter()
            .collect();
        self.get(&with_query(&api::issue(issue), &pairs)).await
    }

    /// Reports an issue.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn create(&self, draft: &IssueDraft) -> Result<Issue, Error> {
        self.read(self.request(Method::POST, &api::issues()).json(draft))
            .await
    }

    /// Changes an issue, whatever its version.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn change(&self, issue: &str, patch: &IssuePatch) -> Result<Issue, Error> {
        self.read(self.request(Method::PATCH, &api::issue(issue)).json(patch))
            .await
    }

    /// Changes many issues: all of them or none.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn bulk(&self, asked: &Bulk) -> Result<BulkReport, Error> {
        self.read(self.request(Method::POST, &api::bulk()).json(asked))
            .await
    }

    /// Moves an issue to another project, or says what would happen.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn relocate(&self, issue: &str, asked: &Relocate) -> Result<Relocation, Error> {
        let path = api::of_issue(issue, "move");
        self.read(self.request(Method::POST, &path).json(asked))
            .await
    }

    /// One page of what was found by words, the best first: of one project, or of all.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn search(
        &self,
        words: &str,
        project: Option<&str>,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<SearchHit>, Error> {
        let mut pairs = vec![("q", words.to_string()), ("limit", limit.to_string())];
        pairs.extend(project.map(|project| ("project", project.to_string())));
        pairs.extend(cursor.map(|cursor| ("cursor", cursor.to_string())));
        self.get(&with_query(&api::search(), &pairs)).await
    }

    /// One page of the saved views: of one project, or all.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn views(
        &self,
        project: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Page<View>, Error> {
        let mut pairs = vec![("limit", domain::page::LIMIT_MAX.to_string())];
        pairs.extend(project.map(|project| ("project", project.to_string())));
        pairs.extend(cursor.map(|cursor| ("cursor", cursor.to_string())));
        self.get(&with_query(&api::views(), &pairs)).await
    }

    /// Comments on an issue.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn comment(&self, issue: &str, comment: &NewComment) -> Result<Comment, Error> {
        let path = api::of_issue(issue, "comments");
        self.read(self.request(Method::POST, &path).json(comment))
            .await
    }

    /// One page of comments, oldest first.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn comments(
        &self,
        issue: &str,
        cursor: Option<&str>,
    ) -> Result<Page<Comment>, Error> {
        self.page(&api::of_issue(issue, "comments"), cursor).await
    }

    /// One page of an issue's history.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn history(
        &self,
        issue: &str,
        cursor: Option<&str>,
    ) -> Result<Page<HistoryEntry>, Error> {
        self.page(&api::of_issue(issue, "events"), cursor).await
    }

    async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        cursor: Option<&str>,
    ) -> Result<Page<T>, Error> {
        let mut pairs = vec![("limit", domain::page::LIMIT_MAX.to_string())];
        pairs.extend(cursor.map(|cursor| ("cursor", cursor.to_string())));
        self.get(&with_query(path, &pairs)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.read(self.request(Method::GET, path)).await
    }

    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let answer = self.answer(request).await?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|e| self.unreachable(&e))?;
        serde_json::from_slice(&body).map_err(|_| self.not_this_api(status))
    }

    /// The answer when it is a good one.
    async fn answer(&self, request: RequestBuilder) -> Result<Response, Error> {
        let answer = request.send().await.map_err(|e| self.unreachable(&e))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let body = answer.bytes().await.map_err(|e| self.unreachable(&e))?;
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(Error::Refused(Box::new(problem))),
            Err(_) => Err(self.not_this_api(status)),
        }
    }

    fn not_this_api(&self, status: StatusCode) -> Error {
        Error::NotThisApi {
            url: self.url.clone(),
            status: status.as_u16(),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Error {
        // The innermost cause is what a person can act on: "Connection refused".
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        Error::Unreachable {
            url: self.url.clone(),
            cause: cause.to_string(),
        }
    }
}
