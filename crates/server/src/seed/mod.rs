//! Filling an empty instance: the first admin, demo data, sets of real size.
//!
//! Everything here goes through the use cases that people's requests go through; only the clock is
//! pretended, so that a year of history can be told in seconds.

mod cards;
mod cast;
mod story;
mod words;

use crate::app::{App, accounts as use_case};
use crate::auth::password;
use crate::config::Config;
use anyhow::{Context, bail};
use chrono::{Duration, Utc};
use domain::user::{Kind, NewUser, Role, User};
use std::time::Instant;
use store::db::Lock;
use store::migrate::SchemaState;
use store::{accounts, events, stats};

/// The password of everybody in the demo data.
pub const DEMO_PASSWORD: &str = "demo-password";

/// Issues of the demo data.
const DEMO_ISSUES: u32 = 480;

/// What `iit-server seed` is asked for.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Demo data, if the instance is empty.
    pub demo: bool,
    /// A set of so many issues more.
    pub issues: Option<u32>,
    /// So many cards on the board of the project with that key.
    pub cards: Option<(String, u32)>,
}

/// `iit-server seed`: demo data into an empty instance, and more if asked for.
///
/// # Errors
/// When the database is away or its schema is not ours.
pub async fn run(config: Config, wanted: Wanted) -> anyhow::Result<()> {
    let app = App::new(config)?;
    if app.db.read(store::migrate::state)? != SchemaState::Current {
        bail!("the schema is not up to date: run iit-server migrate first");
    }
    if wanted.demo {
        demo_data(&app).await?;
    }
    let cast =
        || cast::Cast::find(&app).context("the set needs the demo data: iit-server seed --demo");
    if let Some((project, count)) = &wanted.cards {
        let began = Instant::now();
        cards::fill(&app, &cast()?, project, *count)?;
        finish(&app)?;
        println!(
            "{count} cards in {project} in {:.1} s",
            began.elapsed().as_secs_f64()
        );
    }
    if let Some(count) = wanted.issues {
        let began = Instant::now();
        let cast = cast()?;
        let made = story::tell(&app, &cast, 5, count).await?;
        finish(&app)?;
        println!(
            "{} issues, {} changes, {} comments, {} files in {:.1} s",
            made.issues,
            made.changes,
            made.comments,
            made.files,
            began.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

async fn demo_data(app: &App) -> anyhow::Result<()> {
    if app.db.read(accounts::any)? {
        println!("There are accounts already; nothing was changed.");
        return Ok(());
    }
    let cost = app.config.bcrypt_cost;
    let hash = app
        .hashing(move || password::hash(DEMO_PASSWORD, cost))
        .await
        .map_err(|e| anyhow::anyhow!("{e}"))??;
    let cast = cast::Cast::make(app, &hash)?;
    let made = story::tell(app, &cast, 1, DEMO_ISSUES).await?;
    finish(app)?;
    println!(
        "Demo data: {} people, {} projects, {} issues.",
        cast.people.len(),
        cast.projects.len(),
        made.issues
    );
    Ok(())
}

/// Orders the told events and computes the days they fall on.
fn finish(app: &App) -> anyhow::Result<()> {
    while app.db.write(events::stamp)? == 1_000 {}
    let from = (Utc::now() - Duration::days(story::DAYS + 2)).date_naive();
    app.db.write(|tx| {
        let now = tx.now()?;
        stats::recompute_from(tx, from, now)
    })?;
    Ok(())
}

/// Makes an admin.
///
/// # Errors
/// For a name, address or password that is not taken.
pub async fn create_admin(
    app: &App,
    email: String,
    username: Option<String>,
    plain: String,
) -> anyhow::Result<User> {
    let new = NewUser {
        username,
        email,
        password: Some(plain.clone()),
        display_name: None,
        role: Role::Admin,
        kind: Kind::Human,
    };
    let new = new.check().map_err(|errors| {
        let lines: Vec<String> = errors
            .into_iter()
            .map(|e| format!("{}: {}", e.pointer, e.detail))
            .collect();
        anyhow::anyhow!("{}", lines.join("; "))
    })?;
    let cost = app.config.bcrypt_cost;
    let checked = new.password.clone().unwrap_or_default();
    let hash = app
        .hashing(move || password::hash(&checked, cost))
        .await
        .map_err(|e| anyhow::anyhow!("{e}"))??;
    app.db
        .write(|tx| {
            tx.lock(Lock::Admins)?;
            let id = use_case::insert(tx, &new, Some(&hash))?;
            Ok::<_, crate::app::Error>(accounts::by_id(tx, id)?.render()?)
        })
        .map_err(|e| anyhow::anyhow!("{}", e.problem()))
}

/// Makes the first admin from the environment when there is none.
///
/// # Errors
/// When the configured address or password is not taken.
pub async fn first_admin(app: &App) -> anyhow::Result<()> {
    let Some((email, plain)) = app.config.first_admin.clone() else {
        return Ok(());
    };
    if app.db.read(accounts::count_active_admins)? > 0 {
        return Ok(());
    }
    let user = create_admin(app, email, None, plain.0)
        .await
        .context("the first admin")?;
    tracing::info!(user.id = %user.id, "made the first admin");
    Ok(())
}

/// Refuses to serve people elsewhere while somebody still has the demo password.
///
/// # Errors
/// Naming who has it.
pub async fn refuse_demo_in_public(app: &App) -> anyhow::Result<()> {
    if app.config.is_local() {
        return Ok(());
    }
    for (name, hash) in app.db.read(accounts::demo_hashes)? {
        let cost = app.config.bcrypt_cost;
        let stands = app
            .hashing(move || password::verify(DEMO_PASSWORD, Some(&hash), cost))
            .await
            .map_err(|e| anyhow::anyhow!("{e}"))?;
        if stands {
            bail!(
                "{name} still has the demo password, and IIT_PUBLIC_URL is not this machine: change it first"
            );
        }
    }
    Ok(())
}
