//! `iit-server`: serves the product, and prepares what it needs.

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use server::app::App;
use server::config::Config;
use server::http::connection::{self, Listening};
use server::{http, live, logging, seed};
use std::time::Duration;
use store::DbConfig;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Parser)]
#[command(name = "iit-server", version, about = "Issues & Insights: the server")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API, the live stream and the browser app.
    Serve,
    /// Bring the database's schema up to date and give the application's role its rights.
    Migrate,
    /// Fill an empty instance.
    Seed {
        /// People, projects and a year of history to try things with; does nothing when accounts exist.
        #[arg(long)]
        demo: bool,
        /// Additionally a set of this many issues with comments, labels and files.
        #[arg(long, value_name = "N")]
        issues: Option<u32>,
        /// Additionally this many cards on the board of one project, for looking at a large one.
        #[arg(long, value_name = "N", requires = "project")]
        cards: Option<u32>,
        /// Key of that project.
        #[arg(long, value_name = "KEY", requires = "cards")]
        project: Option<String>,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Ask a running server whether it is ready; for health checks.
    Health,
    /// Compare the files in the storage with the database: lists what is missing, of another length or in no
    /// row, and ends with exit code 1 if there is any. Changes nothing, and may run beside the server.
    Doctor {
        /// Read every file, too, and compare its digest.
        #[arg(long)]
        digests: bool,
    },
    /// Administration.
    Admin {
        #[command(subcommand)]
        command: Admin,
    },
}

#[derive(Subcommand)]
enum Admin {
    /// Make an admin; the password comes from IIT_ADMIN_PASSWORD or the first line of standard input.
    Create {
        /// E-mail address.
        #[arg(long)]
        email: String,
        /// User name; made from the address unless given.
        #[arg(long)]
        username: Option<String>,
    },
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if matches!(cli.command, Command::Openapi) {
        print!("{}", http::openapi::document_text()?);
        return Ok(());
    }
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(errors) => bail!(
            "the configuration does not work:\n  {}",
            errors.join("\n  ")
        ),
    };
    logging::start(&config.log, config.log_format.as_deref());
    match cli.command {
        Command::Openapi => Ok(()),
        Command::Migrate => migrate(&config),
        Command::Seed {
            demo,
            issues,
            cards,
            project,
        } => {
            let cards = project.zip(cards);
            let wanted = seed::Wanted {
                demo,
                issues,
                cards,
            };
            actix_web::rt::System::new().block_on(seed::run(config, wanted))
        }
        Command::Health => health(&config),
        Command::Doctor { digests } => {
            actix_web::rt::System::new().block_on(doctor(config, digests))
        }
        Command::Admin {
            command: Admin::Create { email, username },
        } => actix_web::rt::System::new().block_on(create_admin(config, email, username)),
        Command::Serve => actix_web::rt::System::new().block_on(serve(config)),
    }
}

fn migrate(config: &Config) -> anyhow::Result<()> {
    let owner = DbConfig::new(&config.migration_database_url.0);
    let applied = store::migrate::migrate(&owner, &config.app_role())?;
    tracing::info!(applied = applied.len(), "the schema is up to date");
    Ok(())
}

/// A request by hand: a health check needs no client library.
fn health(config: &Config) -> anyhow::Result<()> {
    use std::io::{Read, Write};
    let mut address = config.listen;
    if address.ip().is_unspecified() {
        address.set_ip([127, 0, 0, 1].into());
    }
    let mut stream = std::net::TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        bail!("not ready: {}", answer.lines().next().unwrap_or_default())
    }
}

async fn doctor(config: Config, digests: bool) -> anyhow::Result<()> {
    let app = App::new(config)?;
    let report = server::doctor::examine(&app, digests).await;
    let report = report.map_err(|e| anyhow::anyhow!("{e}"))?;
    for finding in &report.findings {
        println!("{finding}");
    }
    let (rows, files) = (report.rows, report.files);
    match report.findings.len() {
        0 => {
            println!("{rows} rows and {files} files agree.");
            Ok(())
        }
        n => bail!("{n} of {rows} rows and {files} files do not agree"),
    }
}

async fn create_admin(
    config: Config,
    email: String,
    username: Option<String>,
) -> anyhow::Result<()> {
    let password = match &config.admin_password {
        Some(password) => password.0.clone(),
        None => {
            let mut line = String::new();
            std::io::stdin()
                .read_line(&mut line)
                .context("the password could not be read")?;
            line.trim_end_matches(['\r', '\n']).to_string()
        }
    };
    let app = App::new(config)?;
    let user = seed::create_admin(&app, email, username, password).await?;
    println!("{} is an admin now.", user.username);
    Ok(())
}

async fn serve(config: Config) -> anyhow::Result<()> {
    if config.admin_password.is_some() && config.first_admin.is_none() {
        bail!("IIT_ADMIN_PASSWORD alone makes no admin: whose is it? Set IIT_ADMIN_EMAIL, too");
    }
    let (listen, drain, metrics_listen) = (config.listen, config.drain, config.metrics_listen);
    let public_url = config.public_url.clone();
    let shared = http::Shared::new(App::new(config)?);
    seed::first_admin(&shared.app).await?;
    seed::refuse_demo_in_public(&shared.app).await?;
    let hub = live::start(&shared.app)?;

    let listener = std::net::TcpListener::bind(listen)
        .with_context(|| format!("{listen} cannot be listened at"))?;
    let how = Listening { workers: 2, drain };
    let server = connection::serve(&shared, listener, how)?;
    let handle = server.handle();
    let figures = metrics_listen
        .map(|address| figures_server(&shared, address))
        .transpose()?;
    tracing::info!(address = %public_url, "serving");

    let stopping = shared.clone();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    actix_web::rt::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        // Streams never end by themselves; without this they would hold up the rest.
        stopping.app.live.stop();
        tokio::select! {
            () = handle.stop(true) => {}
            _ = terminate.recv() => handle.stop(false).await,
            _ = interrupt.recv() => handle.stop(false).await,
        }
    });
    server.await?;
    if let Some(figures) = figures {
        figures.stop(false).await;
    }
    shared.app.live.stop();
    if hub.join().is_err() {
        tracing::error!("the live thread had panicked");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Figures for Prometheus, where only machines ask.
fn figures_server(
    shared: &http::Shared,
    address: std::net::SocketAddr,
) -> anyhow::Result<actix_web::dev::ServerHandle> {
    use actix_web::{App as Web, HttpResponse, HttpServer, web};
    let shared = shared.clone();
    let server = HttpServer::new(move || {
        let shared = shared.clone();
        Web::new().route(
            "/metrics",
            web::get().to(move || {
                let shared = shared.clone();
                async move {
                    shared.limiter.tidy();
                    let app = shared.app.clone();
                    let (in_use, open) = app.db.pool_state();
                    app.metrics.pool_in_use.set(i64::from(in_use));
                    app.metrics.pool_open.set(i64::from(open));
                    if let Ok(lag) = app
                        .system(|db| db.read(|conn| Ok(store::events::lag_seconds(conn)?)))
                        .await
                    {
                        app.metrics.event_lag.set(lag);
                    }
                    HttpResponse::Ok()
                        .content_type("text/plain; version=0.0.4")
                        .body(app.metrics.text())
                }
            }),
        )
    })
    .workers(1)
    .disable_signals()
    .bind(address)
    .with_context(|| format!("{address} cannot be listened at (IIT_METRICS_LISTEN)"))?
    .run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok(handle)
}
