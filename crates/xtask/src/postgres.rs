//! A Postgres of our own: one kept for `run`, a throw-away one for tests and generators.
//!
//! It listens on a Unix socket only, in a folder that only its own user may enter. So there is
//! no port to collide with, no password to keep, and no way in for other people of the machine.

use std::env;
use std::fs::{self, DirBuilder};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, getuid, test_kill_process};

use crate::proc::{self, Service};
use crate::project::Project;

/// The oldest version whose features the migrations may use.
const OLDEST: u32 = 15;
/// Owns the tables and runs migrations.
pub const OWNER: &str = "iit_owner";
/// What server and worker sign in as; owns nothing.
pub const APPLICATION: &str = "iit_app";
/// The cluster's superuser.
pub const SUPERUSER: &str = "postgres";
pub const DATABASE: &str = "iit";
/// A socket's path may have 107 bytes; Postgres appends `/.s.PGSQL.5432`.
const LONGEST_SOCKET_FOLDER: usize = 90;

/// Postgres's programs, which Debian keeps out of PATH.
#[derive(Clone)]
pub struct Binaries {
    folder: PathBuf,
    version: u32,
}

impl Binaries {
    /// All usable installed versions, newest first.
    pub fn installed() -> Vec<Self> {
        let mut folders: Vec<PathBuf> = Vec::new();
        if let Ok(entries) = fs::read_dir("/usr/lib/postgresql") {
            folders.extend(entries.flatten().map(|entry| entry.path().join("bin")));
        }
        let path = env::var_os("PATH").unwrap_or_default();
        folders.extend(env::split_paths(&path));
        let mut found: Vec<Self> = folders
            .into_iter()
            .filter(|folder| {
                ["initdb", "postgres", "psql", "pg_ctl"]
                    .iter()
                    .all(|program| folder.join(program).is_file())
            })
            .filter_map(|folder| {
                let version = Self::version_in(&folder)?;
                (version >= OLDEST).then_some(Self { folder, version })
            })
            .collect();
        found.sort_by_key(|binaries| std::cmp::Reverse(binaries.version));
        found
    }

    fn version_in(folder: &Path) -> Option<u32> {
        // Debian's folders are named after the version; asking the program costs 10 ms more.
        if let Some(named) = folder.parent().and_then(Path::file_name)
            && let Ok(version) = named.to_string_lossy().parse()
        {
            return Some(version);
        }
        let text = proc::capture(Command::new(folder.join("postgres")).arg("--version")).ok()?;
        let number = text.split_whitespace().nth(2)?;
        number.split('.').next()?.parse().ok()
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Postgres refuses to run as root, so root lends it an unprivileged account.
#[derive(Clone)]
struct Account {
    name: String,
    ids: Option<(u32, u32)>,
}

impl Account {
    fn find() -> Result<Self> {
        if !getuid().is_root() {
            return Ok(Self {
                name: "you".into(),
                ids: None,
            });
        }
        let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        for wanted in ["postgres", "nobody"] {
            for user in users.lines() {
                let mut fields = user.split(':');
                let (name, _, uid, gid) =
                    (fields.next(), fields.next(), fields.next(), fields.next());
                if name == Some(wanted)
                    && let (Some(uid), Some(gid)) = (uid, gid)
                {
                    return Ok(Self {
                        name: wanted.into(),
                        ids: Some((uid.parse()?, gid.parse()?)),
                    });
                }
            }
        }
        bail!(
            "Postgres must not run as root, and there is no user `postgres` or `nobody` to run it as"
        )
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder);
        if let Some((uid, gid)) = self.ids {
            command.uid(uid).gid(gid).env("HOME", folder);
        }
        command
    }

    /// Makes a private folder (or takes the existing one) and reports whether this account can
    /// really use it: a folder above it may be closed to others, as /root is.
    fn claim(&self, folder: &Path) -> Result<bool> {
        if let Some(above) = folder.parent() {
            fs::create_dir_all(above)
                .with_context(|| format!("cannot make {}", above.display()))?;
        }
        if !folder.is_dir() {
            DirBuilder::new()
                .mode(0o700)
                .create(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        if let Some((uid, gid)) = self.ids {
            chown(folder, Some(uid), Some(gid))?;
        }
        let mut probe = self.command("test", Path::new("/"));
        Ok(proc::succeeds(probe.arg("-w").arg(folder)))
    }
}

/// What a cluster is for; decides what it may lose and what it writes down.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// What is written must survive a crash of the machine.
    Kept,
    /// Nothing need survive.
    ThrownAway,
    /// As durable as a kept one, without work of its own in the background, and with a log that
    /// machines can read.
    Measured,
}

/// A running Postgres; stopped when dropped, and removed too if it was a throw-away one.
pub struct Cluster {
    process: Service,
    binaries: Binaries,
    socket: PathBuf,
    remove: Option<PathBuf>,
    folder: PathBuf,
}

/// MB of a quarter of the machine's memory, as Postgres's manual has it for a machine that serves a
/// database, and between its default and what two large sets need.
fn buffers() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory: u64 = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kib| kib.parse().ok())
        .unwrap_or_default();
    (memory / 1024 / 4).clamp(128, 4096)
}

impl Cluster {
    /// The cluster of `cargo xtask run`, made at its first start.
    pub fn kept(project: &Project) -> Result<Self> {
        let account = Account::find()?;
        let folder = kept_folder(project, &account)?;
        let newest = Binaries::installed();
        let made_by = fs::read_to_string(folder.join("data/PG_VERSION")).ok();
        let binaries = match made_by.as_deref().map(str::trim) {
            None => newest.into_iter().next(),
            Some(version) => newest
                .into_iter()
                .find(|b| b.version.to_string() == version),
        };
        let Some(binaries) = binaries else {
            bail!(
                "the data in {} were made by Postgres {}, which is not installed; \
                 install it, or start over with --reset",
                folder.display(),
                made_by.as_deref().unwrap_or("?").trim(),
            );
        };
        Self::start(&account, binaries, &folder, Use::Kept)
    }

    /// Removes the data of `kept`. Nothing must be running on them.
    pub fn remove_kept(project: &Project) -> Result<()> {
        let account = Account::find()?;
        let folder = kept_folder(project, &account)?;
        for binaries in Binaries::installed() {
            stop_left_over(&account, &binaries, &folder.join("data"));
        }
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))
    }

    /// A fast, empty cluster for the life of the returned value.
    pub fn throw_away() -> Result<Self> {
        let places = [env::temp_dir(), "/tmp".into(), "/var/tmp".into()];
        Self::temporary(&places, Use::ThrownAway)
    }

    /// An empty cluster to measure with: durable, and preferably on the disk of the work tree.
    pub fn measured(project: &Project) -> Result<Self> {
        let places = [project.target(), "/var/tmp".into(), env::temp_dir()];
        Self::temporary(&places, Use::Measured)
    }

    fn temporary(places: &[PathBuf], wanted: Use) -> Result<Self> {
        let account = Account::find()?;
        let Some(binaries) = Binaries::installed().into_iter().next() else {
            bail!("no Postgres of version {OLDEST} or newer is installed");
        };
        for place in places {
            sweep(&account, &binaries, place);
            let folder = place.join(format!("iit-throw-away-{}", std::process::id()));
            if !account.claim(&folder)? {
                let _ = fs::remove_dir_all(&folder);
                continue;
            }
            let started = Self::start(&account, binaries, &folder, wanted);
            return match started {
                Ok(mut cluster) => {
                    cluster.remove = Some(folder);
                    Ok(cluster)
                }
                Err(error) => {
                    let _ = fs::remove_dir_all(&folder);
                    Err(error)
                }
            };
        }
        bail!("user {} can write to no temporary folder", account.name)
    }

    fn start(account: &Account, binaries: Binaries, folder: &Path, wanted: Use) -> Result<Self> {
        let data = folder.join("data");
        if !data.join("PG_VERSION").exists() {
            let mut initdb = account.command(binaries.program("initdb"), folder);
            initdb
                .args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
                .args(["--username", SUPERUSER, "--no-sync", "--pgdata"])
                .arg(&data);
            proc::capture(&mut initdb).context("cannot make a Postgres cluster")?;
        }
        stop_left_over(account, &binaries, &data);
        let socket = socket_folder(account, folder)?;
        let mut command = account.command(binaries.program("postgres"), folder);
        command
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&socket)
            .args(["-p", "5432", "-c", "listen_addresses="])
            .args(["-c", "unix_socket_permissions=0700"])
            .args(["-c", "log_checkpoints=off", "-c", "random_page_cost=1.1"])
            .args(["-c", "max_connections=200", "-c", "max_wal_size=2GB"]);
        match wanted {
            Use::Kept => &mut command,
            Use::ThrownAway => command
                .args(["-c", "fsync=off", "-c", "synchronous_commit=off"])
                .args(["-c", "full_page_writes=off", "-c", "wal_level=minimal"])
                .args(["-c", "max_wal_senders=0", "-c", "autovacuum=off"]),
            Use::Measured => command
                .args(["-c", &format!("shared_buffers={}MB", buffers())])
                .args(["-c", "autovacuum=off", "-c", "logging_collector=on"])
                .args(["-c", "log_destination=jsonlog", "-c", "log_directory=log"])
                .args(["-c", "log_filename=postgres.log"])
                .args(["-c", "log_rotation_age=0", "-c", "log_rotation_size=0"]),
        };
        let log = folder.join("postgres.log");
        let process = Service::start_logged("postgres", &mut command, &log)?
            // "Fast": end transactions and stop; SIGTERM would wait for clients to leave.
            .stopped_by(Signal::INT);
        let mut cluster = Self {
            process,
            binaries,
            socket,
            remove: None,
            folder: folder.to_owned(),
        };
        cluster.wait_until_ready(&log)?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self, log: &Path) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let mut probe = Command::new(self.binaries.program("psql"));
            probe.args(["-X", "-q", "-c", "select 1"]);
            probe.arg(self.url(SUPERUSER, "postgres"));
            if proc::succeeds(&mut probe) {
                return Ok(());
            }
            if let Some(status) = self.process.ended() {
                let text = fs::read_to_string(log).unwrap_or_default();
                let lines: Vec<&str> = text.lines().rev().take(15).collect();
                let text: Vec<&str> = lines.into_iter().rev().collect();
                bail!("Postgres did not start ({status}):\n{}", text.join("\n"));
            }
            if Instant::now() > end {
                bail!(
                    "Postgres is not ready after a minute; see {}",
                    log.display()
                );
            }
            proc::pause(Duration::from_millis(30))?;
        }
    }

    /// A libpq address; the socket's folder stands, percent-encoded, where a host would.
    pub fn url(&self, role: &str, database: &str) -> String {
        let mut folder = String::new();
        for byte in self.socket.as_os_str().as_encoded_bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
                folder.push(char::from(*byte));
            } else {
                folder.push_str(&format!("%{byte:02X}"));
            }
        }
        format!("postgres://{role}@{folder}/{database}")
    }

    /// psql on one database, stopping at the first error, reading no personal settings.
    pub fn psql(&self, role: &str, database: &str) -> Command {
        let mut command = Command::new(self.binaries.program("psql"));
        command
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
            .arg(self.url(role, database))
            .env("PGOPTIONS", "-c client_min_messages=warning")
            .stdin(Stdio::null());
        command
    }

    pub fn query(&self, role: &str, database: &str, sql: &str) -> Result<String> {
        let mut command = self.psql(role, database);
        proc::capture(command.args(["-c", sql])).map(|text| text.trim_end().to_owned())
    }

    /// The roles and one database, as a careful administrator would make them: who owns the
    /// tables and who uses them are not the same. Does nothing when they exist.
    pub fn provision(&self, database: &str) -> Result<()> {
        for role in [OWNER, APPLICATION] {
            let sql = format!("select 1 from pg_roles where rolname = '{role}'");
            if self.query(SUPERUSER, "postgres", &sql)?.is_empty() {
                self.query(SUPERUSER, "postgres", &format!("create role {role} login"))?;
            }
        }
        let sql = format!("select 1 from pg_database where datname = '{database}'");
        if self.query(SUPERUSER, "postgres", &sql)?.is_empty() {
            let sql = format!("create database {database} owner {OWNER}");
            self.query(SUPERUSER, "postgres", &sql)?;
        }
        Ok(())
    }

    /// One of Postgres's programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.binaries.program(name)
    }

    /// Its folder, on the disk that it writes to.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it still runs.
    pub fn alive(&mut self) -> bool {
        self.process.ended().is_none()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.process.stop();
        if let Some(folder) = &self.remove {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// `data/postgres`, or a place outside of the work tree when Postgres's user cannot get there.
fn kept_folder(project: &Project, account: &Account) -> Result<PathBuf> {
    let inside = project.data()?.join("postgres");
    if account.claim(&inside)? {
        return Ok(inside);
    }
    fs::remove_dir(&inside).ok();
    let mut hash = DefaultHasher::new();
    project.root().hash(&mut hash);
    let name = format!("{:016x}", hash.finish());
    let outside = Path::new("/var/lib/issues-and-insights-dev").join(name);
    if !account.claim(&outside)? {
        bail!(
            "user {} can enter neither {} nor {}",
            account.name,
            inside.display(),
            outside.display()
        );
    }
    println!(
        "    User {} cannot enter {}; the database is kept in {}.",
        account.name,
        project.root().display(),
        outside.display()
    );
    Ok(outside)
}

fn socket_folder(account: &Account, folder: &Path) -> Result<PathBuf> {
    if folder.as_os_str().len() <= LONGEST_SOCKET_FOLDER {
        return Ok(folder.to_owned());
    }
    let mut hash = DefaultHasher::new();
    folder.hash(&mut hash);
    let short = Path::new("/tmp").join(format!("iit-socket-{:016x}", hash.finish()));
    if !account.claim(&short)? {
        bail!("user {} cannot use {}", account.name, short.display());
    }
    Ok(short)
}

/// Stops a Postgres that an earlier, killed start has left behind on these data.
fn stop_left_over(account: &Account, binaries: &Binaries, data: &Path) {
    if data.join("postmaster.pid").exists() {
        let mut command = account.command(binaries.program("pg_ctl"), data);
        proc::succeeds(
            command
                .args(["stop", "-m", "fast", "-w", "-t", "30", "-D"])
                .arg(data),
        );
    }
}

/// Removes throw-away clusters of ours whose makers were killed before they could.
fn sweep(account: &Account, binaries: &Binaries, place: &Path) {
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    let me = account
        .ids
        .map_or_else(|| getuid().as_raw(), |(uid, _)| uid);
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(maker) = name
            .to_str()
            .and_then(|name| name.strip_prefix("iit-throw-away-"))
            .and_then(|id| id.parse().ok())
            .and_then(Pid::from_raw)
        else {
            continue;
        };
        let ours = entry.metadata().is_ok_and(|meta| meta.uid() == me);
        if ours && test_kill_process(maker).is_err() {
            stop_left_over(account, binaries, &entry.path().join("data"));
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
