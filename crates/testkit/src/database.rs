//! A fresh database for each test, copied from a template in some 30 ms.

use crate::sql;
use diesel::Connection;
use diesel::pg::PgConnection;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use store::{Db, DbConfig};

/// Owns the tables.
pub const OWNER: &str = "iit_owner";
/// What server and worker sign in as.
pub const APPLICATION: &str = "iit_app";

const VARIABLE: &str = "IIT_TEST_DATABASE_URL";
/// For servers that ask for one; the private cluster of `cargo xtask test` does not.
const PASSWORD: &str = "only-for-tests";
/// Advisory lock: one process at a time makes the template.
const LOCK: i64 = 7_399;

/// The database server that tests share, and this process's way to it.
struct Server {
    /// `postgres://`, host with port, and parameters.
    address: Address,
    /// Kept open while this process lives: its name in `pg_stat_activity` says which databases
    /// are in use.
    admin: Mutex<PgConnection>,
    run: String,
    template: String,
    next: AtomicU32,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}

struct Address {
    scheme: String,
    host: String,
    parameters: String,
}

impl Address {
    fn read(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (rest, parameters) = match rest.split_once('?') {
            Some((rest, parameters)) => (rest, format!("?{parameters}")),
            None => (rest, String::new()),
        };
        let (authority, _database) = rest.split_once('/')?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
        Some(Self {
            scheme: scheme.into(),
            host: host.into(),
            parameters,
        })
    }

    fn url(&self, role: &str, database: &str) -> String {
        let Self {
            scheme,
            host,
            parameters,
        } = self;
        format!("{scheme}://{role}:{PASSWORD}@{host}/{database}{parameters}")
    }
}

fn superuser_url() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{VARIABLE} is not set: this test needs a Postgres. \
             `cargo xtask test` starts one and sets it; for some tests only: \
             `cargo xtask test -- -p store numbers`."
        )
    })
}

/// The same address with another database.
fn with_database(url: &str, database: &str) -> String {
    let (rest, parameters) = match url.split_once('?') {
        Some((rest, parameters)) => (rest, format!("?{parameters}")),
        None => (url, String::new()),
    };
    let (authority, _) = rest
        .rsplit_once('/')
        .unwrap_or_else(|| panic!("{VARIABLE} names no database"));
    format!("{authority}/{database}{parameters}")
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::prepare)
}

/// Whatever decides what the template looks like: migrations, and the rights given after them.
fn fingerprint() -> String {
    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("the folder of the migrations") {
            let path = entry.expect("a file's name").path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = vec![crates.join("store/src/migrate.rs")];
    files(&crates.join("../migrations"), &mut found);
    found.sort();
    let mut hash = DefaultHasher::new();
    for path in found {
        std::fs::read(&path)
            .expect("a migration's text")
            .hash(&mut hash);
    }
    format!("{:016x}", hash.finish())
}

impl Server {
    fn prepare() -> Self {
        let url = superuser_url();
        let address =
            Address::read(&url).unwrap_or_else(|| panic!("{VARIABLE} is not a Postgres address"));
        let mut admin = PgConnection::establish(&url)
            .unwrap_or_else(|e| panic!("cannot reach the Postgres of {VARIABLE}: {e}"));
        let run = uuid::Uuid::new_v4().simple().to_string();
        let template = format!("iit_template_{}", fingerprint());
        let setup = format!(
            "set application_name = 'iit_test_{run}'; set client_min_messages = warning;
             select pg_advisory_lock({LOCK})"
        );
        sql::run(&mut admin, &setup).expect("the lock of the template");
        provide_roles(&mut admin);
        sweep(&mut admin);
        make_template(&mut admin, &address, &template);
        sql::run(&mut admin, &format!("select pg_advisory_unlock({LOCK})"))
            .expect("the lock of the template");
        Self {
            address,
            admin: Mutex::new(admin),
            run,
            template,
            next: AtomicU32::new(1),
        }
    }

    fn admin(&self) -> MutexGuard<'_, PgConnection> {
        self.admin.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn provide_roles(admin: &mut PgConnection) {
    for role in [OWNER, APPLICATION] {
        let known = sql::rows(
            admin,
            &format!("select 1 from pg_roles where rolname = '{role}'"),
        );
        if known.is_empty() {
            sql::run(
                admin,
                &format!("create role {role} login password '{PASSWORD}'"),
            )
            .expect("a role");
        }
    }
}

/// Removes the databases of runs that have ended without removing them.
fn sweep(admin: &mut PgConnection) {
    let left = sql::rows(
        admin,
        "select datname from pg_database where datname like 'iit\\_test\\_%' and not exists (
             select 1 from pg_stat_activity
             where application_name = 'iit_test_' || split_part(datname, '_', 3))",
    );
    for name in left {
        // Another run may be at the same thing.
        let _ = sql::run(
            admin,
            &format!("drop database if exists \"{name}\" with (force)"),
        );
    }
}

fn make_template(admin: &mut PgConnection, address: &Address, template: &str) {
    let made = sql::rows(
        admin,
        &format!("select 1 from pg_database where datname = '{template}'"),
    );
    if !made.is_empty() {
        return;
    }
    let draft = format!("{template}_draft");
    for statement in [
        format!("drop database if exists {draft} with (force)"),
        format!("create database {draft} owner {OWNER}"),
    ] {
        sql::run(admin, &statement).expect("a database for the template");
    }
    let owner = DbConfig::new(&address.url(OWNER, &draft));
    store::migrate::migrate(&owner, APPLICATION).expect("the migrations");
    // Only a finished template has the name that others look for.
    sql::run(
        admin,
        &format!("alter database {draft} rename to {template}"),
    )
    .expect("the template's name");
}

/// A database of this test alone, migrated and empty; removed when dropped.
#[derive(Debug)]
pub struct TestDb {
    server: &'static Server,
    name: String,
}

impl Default for TestDb {
    fn default() -> Self {
        Self::new()
    }
}

impl TestDb {
    /// A copy of the template.
    ///
    /// # Panics
    /// When there is no Postgres to test with; the message says how to have one.
    #[must_use]
    pub fn new() -> Self {
        let server = server();
        let number = server.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("iit_test_{}_{number}", server.run);
        let template = &server.template;
        sql::run(
            &mut server.admin(),
            &format!("create database {name} owner {OWNER} template {template} strategy file_copy"),
        )
        .expect("a copy of the template");
        Self { server, name }
    }

    /// A small pool in the application's role.
    #[must_use]
    pub fn db(&self) -> Db {
        Db::open(&self.config())
    }

    /// The application's role, with a small pool.
    #[must_use]
    pub fn config(&self) -> DbConfig {
        DbConfig {
            pool_size: 8,
            ..DbConfig::new(&self.server.address.url(APPLICATION, &self.name))
        }
    }

    /// The role that owns the tables.
    #[must_use]
    pub fn owner_config(&self) -> DbConfig {
        DbConfig::new(&self.server.address.url(OWNER, &self.name))
    }

    /// A connection in the application's role, outside of the store.
    #[must_use]
    pub fn application(&self) -> PgConnection {
        self.config().connect().expect("the application's role")
    }

    /// A connection in the owner's role.
    #[must_use]
    pub fn owner(&self) -> PgConnection {
        self.owner_config().connect().expect("the owner's role")
    }

    /// A connection that may do everything.
    #[must_use]
    pub fn superuser(&self) -> PgConnection {
        let url = with_database(&superuser_url(), &self.name);
        PgConnection::establish(&url).expect("the superuser")
    }

    /// For each table a digest of all its rows.
    #[must_use]
    pub fn digests(&self) -> BTreeMap<String, String> {
        sql::digests(&mut self.superuser())
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let statement = format!("drop database if exists {} with (force)", self.name);
        if let Err(error) = sql::run(&mut self.server.admin(), &statement) {
            eprintln!("{statement}: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart_and_put_together() {
        let socket = Address::read("postgres://postgres@%2Ftmp%2Fx/postgres").unwrap();
        assert_eq!(
            socket.url("iit_app", "a"),
            format!("postgres://iit_app:{PASSWORD}@%2Ftmp%2Fx/a")
        );
        let network =
            Address::read("postgres://me:secret@localhost:5433/postgres?sslmode=disable").unwrap();
        assert_eq!(
            network.url("iit_app", "a"),
            format!("postgres://iit_app:{PASSWORD}@localhost:5433/a?sslmode=disable")
        );
        assert_eq!(
            with_database(
                "postgres://me:secret@localhost:5433/postgres?sslmode=disable",
                "a"
            ),
            "postgres://me:secret@localhost:5433/a?sslmode=disable"
        );
    }
}
