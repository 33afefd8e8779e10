//! A server of a test's own, and people who ask it.

use bytes::Bytes;
use domain::attachment::Attachment;
use domain::comment::Comment;
use domain::issue::Issue;
use domain::page::Page;
use domain::problem::{Code, Problem};
use domain::token::{NewToken, Scope};
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use server::app::App;
use server::config::Config;
use server::http::Shared;
use server::http::connection::{self, Listening};
use std::path::PathBuf;
use std::thread::JoinHandle;
use store::access::Actor;
use testkit::{Cast, TestDb};

/// The secret that signs in every test.
pub const SECRET: &str = "a-secret-for-tests-of-32-bytes-or-more";
/// The password of everybody whom [`Server::with_passwords`] makes.
pub const PASSWORD: &str = "correct horse battery";

/// A server on a port of its own, with the cast in its database.
pub struct Server {
    pub url: String,
    pub shared: Shared,
    pub cast: Cast,
    pub files: PathBuf,
    http: reqwest::Client,
    running: Running,
    // Last: it goes when nobody uses it any more.
    pub test: TestDb,
}

impl Server {
    /// The usual server, without limits.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// With other variables than usual.
    pub fn with(variables: &[(&str, &str)]) -> Self {
        Self::start(variables, None)
    }

    /// Everybody has [`PASSWORD`].
    pub fn with_passwords(variables: &[(&str, &str)]) -> Self {
        let hash = server::auth::password::hash(PASSWORD, 4).unwrap();
        Self::start(variables, Some(&hash))
    }

    /// The configuration of a test, with a folder of its own for files.
    pub fn config(test: &TestDb, variables: &[(&str, &str)]) -> (Config, PathBuf) {
        let files = std::env::temp_dir().join(format!("iit-http-{}", uuid::Uuid::new_v4()));
        let usual = [
            ("DATABASE_URL", test.config().url),
            ("IIT_SECRET_KEY", SECRET.into()),
            ("IIT_STORAGE", format!("file:{}", files.display())),
            ("IIT_BCRYPT_COST", "4".into()),
            ("IIT_LIMIT_ANONYMOUS", "0".into()),
            ("IIT_LIMIT_PRINCIPAL", "0".into()),
            ("IIT_LIMIT_SIGN_IN", "0".into()),
            ("IIT_LIMIT_PAGES", "0".into()),
        ];
        let config = Config::read(&|name| {
            let given = variables.iter().find(|v| v.0 == name);
            given.map(|v| v.1.to_string()).or_else(|| {
                let usual = usual.iter().find(|v| v.0 == name);
                usual.map(|v| v.1.clone())
            })
        });
        (config.expect("a configuration"), files)
    }

    fn start(variables: &[(&str, &str)], password: Option<&str>) -> Self {
        let test = TestDb::new();
        let cast = testkit::cast::stage_with(&test.db(), password);
        testkit::statements::watch();
        let (config, files) = Self::config(&test, variables);
        let shared = Shared::new(App::new(config).expect("a server's parts"));
        let running = Running::start(&shared);
        Self {
            url: running.url.clone(),
            shared,
            cast,
            files,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            running,
            test,
        }
    }

    /// A second server on the same database.
    pub fn another(&self) -> Running {
        let (config, _) = Self::config(&self.test, &[]);
        Running::start(&Shared::new(App::new(config).expect("a server's parts")))
    }

    /// Stops serving, as a crash does; database and people stay.
    pub fn crash(&mut self) {
        self.running.stop();
    }

    /// Somebody who did not sign in.
    pub fn anonymous(&self) -> Client {
        Client {
            http: self.http.clone(),
            url: self.url.clone(),
            bearer: None,
        }
    }

    /// Somebody of the cast, by user name.
    pub fn as_(&self, name: &str) -> Client {
        self.of(self.person(name))
    }

    /// Somebody of the cast, by user name.
    pub fn person(&self, name: &str) -> &Actor {
        let people = self.cast.people();
        people.into_iter().find(|p| p.username == name).expect(name)
    }

    /// Whoever has that account and session.
    pub fn of(&self, actor: &Actor) -> Client {
        self.bearing(&self.token(actor))
    }

    pub fn token(&self, actor: &Actor) -> String {
        let now = chrono::Utc::now().timestamp();
        let keys = &self.shared.app.keys;
        keys.sign(actor.id, actor.session, now, 3600).unwrap()
    }

    /// Whoever has that token.
    pub fn bearing(&self, token: &str) -> Client {
        Client {
            bearer: Some(token.into()),
            ..self.anonymous()
        }
    }

    /// A program of somebody, with a token of those scopes, perhaps for one project.
    pub fn program(&self, owner: &Actor, scopes: &[Scope], project: Option<uuid::Uuid>) -> Client {
        self.bearing(&self.api_token(owner, scopes, project).1)
    }

    /// Such a token: its id and itself.
    pub fn api_token(
        &self,
        owner: &Actor,
        scopes: &[Scope],
        project: Option<uuid::Uuid>,
    ) -> (uuid::Uuid, String) {
        let minted = server::auth::token::mint();
        let new = NewToken {
            name: "Of a test".into(),
            scopes: scopes.to_vec(),
            project: None,
            expires_at: None,
        };
        let kept = &minted.kept;
        let id = self.test.db().write(|tx| {
            store::tokens::insert(tx, owner.id, &new, project, &kept.prefix, kept.digest)
        });
        (id.unwrap(), minted.text)
    }

    /// Another account with a session.
    pub fn account(&self, name: &str, role: domain::user::Role) -> Actor {
        let db = self.test.db();
        db.write(|tx| testkit::cast::person(tx, name, role, None))
            .unwrap()
    }

    /// Another session of somebody.
    pub fn session(&self, actor: &Actor) -> Actor {
        let lasts = chrono::Duration::days(1);
        let begun = self.test.db().write(|tx| {
            store::accounts::begin_session(tx, actor.id, "another", "127.0.0.1", lasts)
        });
        Actor {
            session: begun.unwrap(),
            ..actor.clone()
        }
    }

    /// An issue that somebody reports over HTTP.
    pub async fn issue(&self, name: &str, project: &str, title: &str) -> Issue {
        let path = format!("/api/v1/projects/{project}/issues");
        let sent = self.as_(name).post(&path, json!({"title": title})).await;
        sent.made()
    }

    /// The one value of a query.
    pub fn sql(&self, query: &str) -> String {
        testkit::sql::value(&mut self.test.superuser(), query)
    }

    /// Until every event has its place in the order of delivery.
    pub fn settle(&self) {
        let db = self.test.db();
        while self.sql("select count(*) from event where seq is null") != "0" {
            db.write(store::events::stamp).unwrap();
        }
    }

    /// Statements that reading requests have sent so far.
    pub fn statements(&self) -> usize {
        let url = self.test.config().url;
        let lanes = ["read", "heavy"];
        lanes
            .iter()
            .map(|lane| testkit::statements::sent(&url, lane))
            .sum()
    }

    /// Statements that writing requests have sent so far.
    pub fn writing_statements(&self) -> usize {
        testkit::statements::sent(&self.test.config().url, "write")
    }

    /// Gives an issue so many twins.
    pub fn twins(&self, issue: uuid::Uuid, count: usize) {
        testkit::work::twins(&mut self.test.superuser(), issue, count);
    }

    /// What breaks the invariants between tables.
    pub fn broken(&self) -> Vec<String> {
        testkit::sql::broken(&mut self.test.superuser())
    }

    /// Runs statements as the superuser.
    pub fn run(&self, statements: &str) {
        testkit::sql::run(&mut self.test.superuser(), statements).unwrap();
    }

    /// Names of files that the storage holds.
    pub fn stored(&self) -> Vec<PathBuf> {
        fn walk(folder: &std::path::Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.push(path);
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.files, &mut found);
        found
    }
}

/// A server on the demo data, as somebody who tries the product has it.
pub struct Demo {
    pub admin: Client,
    _running: Running,
    files: PathBuf,
    _test: TestDb,
}

impl Demo {
    pub async fn new() -> Self {
        let test = TestDb::new();
        let (config, _) = Server::config(&test, &[]);
        let demo = server::seed::Wanted {
            demo: true,
            ..Default::default()
        };
        server::seed::run(config, demo).await.expect("demo data");
        let (config, files) = Server::config(&test, &[("IIT_REGISTRATION", "open")]);
        let running = Running::start(&Shared::new(App::new(config).expect("a server's parts")));
        let mut admin = Client {
            http: reqwest::Client::new(),
            url: running.url.clone(),
            bearer: None,
        };
        let form = format!("username=admin&password={}", server::seed::DEMO_PASSWORD);
        let kind = "application/x-www-form-urlencoded";
        let token = admin.raw(Method::POST, "/api/v1/auth/token", kind, form.into());
        let token: Value = token.await.ok();
        admin.bearer = token["access_token"].as_str().map(Into::into);
        Self {
            admin,
            _running: running,
            files,
            _test: test,
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.files);
    }
}

/// One process's worth of serving: several can share a database.
pub struct Running {
    pub url: String,
    shared: Shared,
    handle: actix_web::dev::ServerHandle,
    threads: Vec<JoinHandle<()>>,
}

impl Running {
    fn start(shared: &Shared) -> Self {
        let hub = server::live::start(&shared.app).expect("the hub");
        let (tell, told) = std::sync::mpsc::channel();
        let factory = shared.clone();
        let serving = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
                let address = listener.local_addr().expect("an address");
                let how = Listening {
                    workers: 1,
                    drain: std::time::Duration::from_secs(30),
                };
                let server = connection::serve(&factory, listener, how).expect("a server");
                tell.send((address, server.handle()))
                    .expect("a test that waits");
                server.await.expect("a server that ends well");
            });
        });
        let (address, handle) = told.recv().expect("a server");
        Self {
            url: format!("http://{address}"),
            shared: shared.clone(),
            handle,
            threads: vec![hub, serving],
        }
    }

    /// Ends it; whoever waits for an answer gets none.
    pub fn stop(&mut self) {
        self.shared.app.live.stop();
        drop(self.handle.stop(false));
        for thread in self.threads.drain(..) {
            let ended = thread.join();
            if ended.is_err() && !std::thread::panicking() {
                panic!("a thread of the server panicked");
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.stop();
        let _ = std::fs::remove_dir_all(&self.files);
    }
}

/// Somebody who asks.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    pub url: String,
    pub bearer: Option<String>,
}

impl Client {
    /// The same person at another server.
    #[must_use]
    pub fn at(&self, running: &Running) -> Self {
        Self {
            url: running.url.clone(),
            ..self.clone()
        }
    }

    /// A request to be finished and sent by [`Client::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let what = format!("{} {}", request.method(), request.url().path());
        let response = self.http.execute(request).await.expect(&what);
        let answer = Answer {
            what,
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await.expect("a body"),
        };
        crate::contract::keeps(&answer);
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn put(&self, path: &str) -> Answer {
        self.send(self.request(Method::PUT, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body))
            .await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body))
            .await
    }

    /// A change of the version behind that tag.
    pub async fn patch_if(&self, path: &str, tag: &str, body: Value) -> Answer {
        let request = self.request(Method::PATCH, path).json(&body);
        self.send(request.header("if-match", tag)).await
    }

    /// A whole thing in place of the one there is.
    pub async fn put_json(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// A body as it is.
    pub async fn raw(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        let request = self.request(method, path).header("content-type", kind);
        self.send(request.body(body)).await
    }

    /// A form with one file.
    pub async fn upload(&self, issue: &str, name: &str, bytes: &[u8]) -> Answer {
        let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name(name.to_string());
        let form = reqwest::multipart::Form::new().part("file", part);
        let path = format!("/api/v1/issues/{issue}/attachments");
        self.send(self.request(Method::POST, &path).multipart(form))
            .await
    }

    /// A file that waits for a comment on that issue, or with the address of a project's for a new issue.
    pub async fn draft(&self, place: &str, name: &str, bytes: &[u8]) -> Attachment {
        let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name(name.to_string());
        let form = reqwest::multipart::Form::new().part("file", part);
        let path = if place.contains('-') {
            format!("/api/v1/issues/{place}/attachments?draft=true")
        } else {
            format!("/api/v1/projects/{place}/attachments")
        };
        let sent = self.request(Method::POST, &path).multipart(form);
        let made: Page<Attachment> = self.send(sent).await.made();
        made.items.into_iter().next().expect("a draft")
    }

    pub async fn comment(&self, issue: &str, body: Value) -> Comment {
        let path = format!("/api/v1/issues/{issue}/comments");
        self.post(&path, body).await.made()
    }

    pub async fn issue(&self, key: &str) -> Issue {
        self.get(&format!("/api/v1/issues/{key}")).await.ok()
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub what: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text());
        self
    }

    #[track_caller]
    pub fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{}: {e}: {}", self.what, self.text()))
    }

    /// 200 and this.
    #[track_caller]
    pub fn ok<T: DeserializeOwned>(self) -> T {
        self.is(200).read()
    }

    /// 201 and this.
    #[track_caller]
    pub fn made<T: DeserializeOwned>(self) -> T {
        let made = self.is(201);
        assert!(made.headers.contains_key("location"), "{}", made.what);
        made.read()
    }

    /// A problem of that kind, in its form.
    #[track_caller]
    pub fn problem(self, code: Code) -> Problem {
        let text = self.text();
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{} {text}",
            self.what
        );
        let problem: Problem = self.read();
        assert_eq!(problem.code, code.slug(), "{}: {text}", self.what);
        assert_eq!(problem.status, self.status, "{}", self.what);
        assert_eq!(code.status(), self.status, "{}", self.what);
        assert_eq!(
            problem.request_id,
            self.header("x-request-id"),
            "{}",
            self.what
        );
        problem
    }

    /// Invalid fields: their places.
    #[track_caller]
    pub fn invalid(self) -> Vec<String> {
        let problem = self.problem(Code::InvalidInput);
        problem.errors.into_iter().map(|e| e.pointer).collect()
    }

    /// A header's text, empty when there is none.
    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name);
        value
            .map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned())
            .unwrap_or_default()
    }

    pub fn etag(&self) -> String {
        let tag = self.header("etag");
        assert!(tag.starts_with('"'), "{}: a strong tag: {tag}", self.what);
        tag
    }
}
