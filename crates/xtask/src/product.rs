//! The product as started here: its environment, and its two programs as children.

use std::env;
use std::fs::{self, DirBuilder, File};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::build::Programs;
use crate::http;
use crate::postgres::{APPLICATION, Cluster, OWNER};
use crate::proc::{self, Service};
use crate::project::Project;

const SETPRIV: &str = "/usr/bin/setpriv";

/// What the programs are told about the place they run in.
#[derive(Clone)]
pub struct Setting {
    pub database_url: String,
    /// The role that owns the tables; the same as above when nothing else is known.
    pub migration_url: Option<String>,
    pub port: u16,
    pub metrics_port: u16,
    pub secret_key: String,
    pub files: PathBuf,
    /// Set in the programs' environment unless the user has set them.
    pub defaults: Vec<(&'static str, &'static str)>,
}

impl Setting {
    /// On free ports, with a database, a key and a folder of its own.
    pub fn throw_away(cluster: &Cluster, database: &str, files: &TemporaryFolder) -> Result<Self> {
        cluster.provision(database)?;
        let (database_url, migration_url) = Self::on(cluster, database);
        Ok(Self {
            database_url,
            migration_url,
            port: http::free_port()?,
            metrics_port: http::free_port()?,
            secret_key: random_key()?,
            files: files.path.clone(),
            // An instrumented build writes down what it has reached; only tests should.
            defaults: vec![("LLVM_PROFILE_FILE", "/dev/null")],
        })
    }

    pub fn on(cluster: &Cluster, database: &str) -> (String, Option<String>) {
        (
            cluster.url(APPLICATION, database),
            Some(cluster.url(OWNER, database)),
        )
    }

    pub fn command(&self, project: &Project, program: &Path) -> Command {
        // Should we be killed, the kernel tells them: nobody else would ever stop them.
        let mut command = if Path::new(SETPRIV).exists() {
            let mut command = project.command(SETPRIV);
            command.args(["--pdeathsig", "TERM", "--"]).arg(program);
            command
        } else {
            project.command(program)
        };
        command
            .env("DATABASE_URL", &self.database_url)
            .env("IIT_LISTEN", format!("127.0.0.1:{}", self.port))
            .env(
                "IIT_METRICS_LISTEN",
                format!("127.0.0.1:{}", self.metrics_port),
            )
            .env("IIT_SECRET_KEY", &self.secret_key);
        if let Some(url) = &self.migration_url {
            command.env("IIT_MIGRATION_DATABASE_URL", url);
        }
        let files = format!("file:{}", self.files.display());
        for (name, value) in self
            .defaults
            .iter()
            .copied()
            .chain([("IIT_STORAGE", files.as_str())])
        {
            if env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        command
    }

    /// Brings the database up to date and fills it with demo data if it is empty.
    pub fn prepare(&self, project: &Project, programs: &Programs) -> Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.files)
            .with_context(|| format!("cannot make {}", self.files.display()))?;
        let mut migrate = self.command(project, &programs.server);
        proc::quiet_step(
            "Bringing the database's tables up to date",
            migrate.arg("migrate"),
            &project.log("migrate"),
        )?;
        let mut seed = self.command(project, &programs.server);
        proc::quiet_step(
            "Filling an empty database with demo data",
            seed.args(["seed", "--demo"]),
            &project.log("seed"),
        )
    }

    /// Adds a set of real size to the demo data.
    pub fn add_issues(&self, project: &Project, programs: &Programs, count: u32) -> Result<()> {
        let mut seed = self.command(project, &programs.server);
        proc::quiet_step(
            &format!("Telling a year of {count} issues"),
            seed.args(["seed", "--issues", &count.to_string()]),
            &project.log("seed"),
        )
    }

    /// Starts server and worker and waits until the server is ready.
    pub fn start(&self, project: &Project, programs: &Programs, output: Output) -> Result<Product> {
        let begin = |name, program: &Path, argument: Option<&str>| {
            let mut command = self.command(project, program);
            command.args(argument);
            match output {
                Output::Shown => Service::start(name, &mut command),
                Output::Logged => {
                    let log = project.log(name);
                    let _ = fs::remove_file(&log);
                    Service::start_logged(name, &mut command, &log)
                }
            }
        };
        let mut server = begin("server", &programs.server, Some("serve"))?;
        http::wait_until_ready(&mut server, self.port, Duration::from_secs(60))?;
        let worker = begin("worker", &programs.worker, None)?;
        Ok(Product { worker, server })
    }
}

#[derive(Clone, Copy)]
pub enum Output {
    /// Each line behind the program's name.
    Shown,
    /// In `target/xtask/server.log` and `worker.log`.
    Logged,
}

/// Worker and server, running. Dropped in this order: nobody waits for the worker.
pub struct Product {
    worker: Service,
    server: Service,
}

impl Product {
    /// The first of the two that has ended by itself, and how.
    pub fn ended(&mut self) -> Option<String> {
        for service in [&mut self.server, &mut self.worker] {
            if let Some(status) = service.ended() {
                return Some(format!("the {} has ended ({status})", service.name()));
            }
        }
        None
    }

    pub fn stop(&mut self) {
        self.worker.stop();
        self.server.stop();
    }
}

/// A folder that is removed at the end.
pub struct TemporaryFolder {
    pub path: PathBuf,
}

impl TemporaryFolder {
    pub fn new(name: &str) -> Result<Self> {
        let path = env::temp_dir().join(format!("{name}-{}", std::process::id()));
        fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Reads the key, or makes one that only this user may read.
pub fn secret_key(file: &Path) -> Result<String> {
    if let Ok(key) = fs::read_to_string(file) {
        return Ok(key.trim().to_owned());
    }
    let key = random_key()?;
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut file| file.write_all(key.as_bytes()))
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(key)
}

/// 32 random bytes, in hexadecimal.
pub fn random_key() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
