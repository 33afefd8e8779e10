//! `cargo xtask run`: from a clone to a page in the browser.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};

use crate::PassedOn;
use crate::build::{self, Profile};
use crate::postgres::{Cluster, DATABASE};
use crate::proc;
use crate::product::{self, Output, Product, Setting};
use crate::project::Project;
use crate::{http, tools};

pub const HELP: &str = "\
cargo xtask run [--release] [--watch] [--port <port>] [--reset] [--issues <n>]

Runs the whole product on this machine: installs or names what is missing, starts a private
Postgres that keeps its data in data/, creates the tables, fills them with demo data when they
are empty, builds the browser app, starts server and worker, and says where to look. Ctrl-C
stops everything.

  --release       optimised programs, the browser app inside of the server
  --watch         build again and start again when a source file changes
  --port <port>   where to listen (8080, or a free port when that is taken)
  --reset         start over: forget database and uploaded files
  --issues <n>    add a year of n issues with comments, labels and files to the demo data

Environment:
  DATABASE_URL    use this Postgres (15 or newer) instead of a private one;
                  IIT_MIGRATION_DATABASE_URL for the role that owns the tables
  IIT_…           passed on to server and worker, see .env.example
";

const DEFAULT_PORT: u16 = 8080;
const DEFAULT_METRICS_PORT: u16 = 8001;

struct Options {
    profile: Profile,
    watch: bool,
    port: Option<u16>,
    reset: bool,
    issues: Option<u32>,
}

pub fn main(
    project: &Project,
    mut arguments: pico_args::Arguments,
    passed_on: PassedOn,
) -> Result<()> {
    let options = Options {
        profile: Profile::asked(&mut arguments),
        watch: arguments.contains("--watch"),
        port: arguments.opt_value_from_str("--port")?,
        reset: arguments.contains("--reset"),
        issues: arguments.opt_value_from_str("--issues")?,
    };
    crate::no_more(arguments, passed_on, HELP)?;
    run(project, &options)
}

fn run(project: &Project, options: &Options) -> Result<()> {
    let begin = Instant::now();
    let foreign = env::var("DATABASE_URL").ok();
    if options.reset && foreign.is_some() {
        bail!("--reset forgets the private database, but DATABASE_URL names another; unset one");
    }
    let mut needed = vec![&tools::COMPILER, &tools::LIBPQ];
    if foreign.is_none() {
        needed.push(&tools::POSTGRES);
    }
    needed.extend(tools::FOR_WEB);
    tools::ensure(project, &needed)?;

    let data = project.data()?;
    let _lock = lock(&data)?;
    let (port, metrics_port) = ports(options.port)?;
    let files = data.join("files");
    if options.reset {
        Cluster::remove_kept(project)?;
        if files.exists() {
            fs::remove_dir_all(&files)?;
        }
    }

    build::browser_app(project, options.profile)?;
    let programs = build::programs(project, options.profile)?;

    let mut cluster = None;
    let (database_url, migration_url) = match foreign {
        Some(url) => (url, env::var("IIT_MIGRATION_DATABASE_URL").ok()),
        None => {
            proc::say("Starting a private Postgres");
            let started = cluster.insert(Cluster::kept(project)?);
            started.provision(DATABASE)?;
            Setting::on(started, DATABASE)
        }
    };
    let setting = Setting {
        database_url,
        migration_url,
        port,
        metrics_port,
        secret_key: match env::var("IIT_SECRET_KEY") {
            Ok(key) => key,
            Err(_) => product::secret_key(&data.join("secret-key"))?,
        },
        files,
        defaults: vec![("IIT_LOG_FORMAT", "text"), ("IIT_REGISTRATION", "open")],
    };
    setting.prepare(project, &programs)?;
    if let Some(count) = options.issues {
        setting.add_issues(project, &programs, count)?;
    }
    proc::say("Starting server and worker");
    let mut product = setting.start(project, &programs, Output::Shown)?;
    announce(&setting, begin);

    let mut sources = options.watch.then(|| Sources::new(project));
    loop {
        match proc::pause(Duration::from_millis(300)) {
            Err(error) if error.is::<proc::Stopped>() => break,
            other => other?,
        }
        if let Some(sources) = &mut sources
            && let Some(change) = sources.changed()
        {
            product = again(project, options, &setting, product, change)?;
            sources.look();
            continue;
        }
        if let Some(what) = product.ended() {
            if options.watch {
                continue;
            }
            product.stop();
            bail!("{what}");
        }
        if cluster.as_mut().is_some_and(|cluster| !cluster.alive()) {
            product.stop();
            bail!("Postgres has ended; its log is postgres.log beside its data");
        }
    }
    println!();
    proc::say("Stopping worker, server and database");
    product.stop();
    drop(cluster);
    Ok(())
}

/// Two of us on one data folder would stop each other's database.
fn lock(data: &Path) -> Result<File> {
    let path = data.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        bail!("`cargo xtask run` is running in this work tree already; stop that one first");
    }
    Ok(file)
}

fn ports(wanted: Option<u16>) -> Result<(u16, u16)> {
    let port = match wanted {
        Some(port) if !http::is_free(port) => bail!("port {port} is taken"),
        Some(port) => port,
        None if http::is_free(DEFAULT_PORT) => DEFAULT_PORT,
        None => http::free_port()?,
    };
    let metrics = if http::is_free(DEFAULT_METRICS_PORT) && port != DEFAULT_METRICS_PORT {
        DEFAULT_METRICS_PORT
    } else {
        http::free_port()?
    };
    Ok((port, metrics))
}

fn announce(setting: &Setting, begin: Instant) {
    let Setting {
        port, metrics_port, ..
    } = setting;
    println!(
        "
    Ready after {time}:  http://127.0.0.1:{port}

    Demo data sign everyone in with the password  demo-password :
        admin  maintainer  lead  developer  reporter  reporter2  viewer

    API        http://127.0.0.1:{port}/api/docs
    Metrics    http://127.0.0.1:{metrics_port}/metrics
    Database   psql '{url}'

    Ctrl-C stops everything.
",
        time = proc::duration(begin.elapsed().as_secs_f64()),
        url = setting.database_url,
    );
}

/// Builds what the change touched. When that fails, what runs goes on running.
fn again(
    project: &Project,
    options: &Options,
    setting: &Setting,
    mut product: Product,
    change: Change,
) -> Result<Product> {
    let built = (|| {
        if change.browser {
            build::browser_app(project, options.profile)?;
        }
        // A release server has the browser app inside.
        if change.server || options.profile == Profile::Release {
            return build::programs(project, options.profile).map(Some);
        }
        Ok(None)
    })();
    match built {
        Ok(None) => return Ok(product),
        Ok(Some(programs)) => {
            product.stop();
            setting.prepare(project, &programs)?;
            product = setting.start(project, &programs, Output::Shown)?;
            proc::say("Started again");
        }
        Err(error) if error.is::<proc::Stopped>() => return Err(error),
        Err(error) => eprintln!("{error:#}"),
    }
    Ok(product)
}

#[derive(Default)]
struct Change {
    browser: bool,
    server: bool,
}

/// The source files and when they were written. Looking at a few hundred files twice a second
/// costs less than a crate that does it better.
struct Sources {
    top: PathBuf,
    seen: BTreeMap<PathBuf, SystemTime>,
}

impl Sources {
    fn new(project: &Project) -> Self {
        let mut sources = Self {
            top: project.root().to_owned(),
            seen: BTreeMap::new(),
        };
        sources.look();
        sources
    }

    fn look(&mut self) {
        let mut seen = BTreeMap::new();
        for root in [
            "crates",
            "frontend",
            "migrations",
            "Cargo.lock",
            "Trunk.toml",
        ] {
            walk(&self.top.join(root), &mut seen);
        }
        self.seen = seen;
    }

    fn changed(&mut self) -> Option<Change> {
        let before = std::mem::take(&mut self.seen);
        self.look();
        let mut change = Change::default();
        let differing = self
            .seen
            .iter()
            .filter(|(path, time)| before.get(*path) != Some(*time))
            .map(|(path, _)| path)
            .chain(before.keys().filter(|path| !self.seen.contains_key(*path)));
        for path in differing {
            let path = path.strip_prefix(&self.top).unwrap_or(path);
            let both = path.starts_with("Cargo.lock") || path.starts_with("crates/domain");
            let browser = path.starts_with("frontend") || path.starts_with("Trunk.toml");
            change.browser |= both || browser;
            change.server |= both || !browser;
        }
        (change.browser || change.server).then_some(change)
    }
}

fn walk(path: &Path, seen: &mut BTreeMap<PathBuf, SystemTime>) {
    let Ok(meta) = fs::metadata(path) else {
        return;
    };
    if meta.is_file() {
        if let Ok(time) = meta.modified() {
            seen.insert(path.to_owned(), time);
        }
        return;
    }
    let skipped = ["node_modules", "xtask", "target"];
    let Ok(entries) = fs::read_dir(path) else {
        return;
    };
    for entry in entries.flatten() {
        if !skipped.iter().any(|name| entry.file_name() == *name) {
            walk(&entry.path(), seen);
        }
    }
}
