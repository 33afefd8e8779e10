//! Whether the server lives and whether it is ready, for machines.

use super::reply;
use crate::app::{App, Error};
use actix_web::{HttpResponse, web};
use domain::problem::{Code, Problem};
use serde::Serialize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::migrate::{self, SchemaState};

/// The routes.
pub fn routes(routes: &mut web::ServiceConfig) {
    routes
        .route("/healthz", web::get().to(live))
        .route("/readyz", web::get().to(ready))
        .route("/api/health", web::get().to(ready));
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

async fn live() -> Result<HttpResponse, Error> {
    reply::json(&Health { status: "ok" })
}

fn not_ready(why: &str) -> Error {
    Problem::new(Code::Unavailable).detail(why).into()
}

/// Ready: the database answers, its schema is ours, the storage takes and gives bytes, and the
/// server is not going down.
async fn ready(app: web::Data<App>, probe: web::Data<Probe>) -> Result<HttpResponse, Error> {
    if app.live.is_stopping() {
        return Err(not_ready("The server is stopping."));
    }
    let state = app
        .system(|db| db.read(|conn| Ok(migrate::state(conn)?)))
        .await?;
    match state {
        SchemaState::Current => {}
        SchemaState::Behind => {
            return Err(not_ready("Migrations are missing: iit-server migrate."));
        }
        SchemaState::Ahead => {
            return Err(not_ready("The database was migrated by a newer release."));
        }
    }
    storage(&app, &probe)
        .await
        .map_err(|_| not_ready("The file storage does not answer."))?;
    reply::json(&Health { status: "ok" })
}

/// When the storage last took bytes. Anybody may ask whether the server is ready, so only one
/// question in a while writes; the others read.
#[derive(Debug, Default)]
pub struct Probe(Mutex<Option<Instant>>);

impl Probe {
    /// Whether this question is the one that writes.
    fn is_due(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|at| at.elapsed() > WRITTEN_EVERY);
        if due {
            *last = Some(Instant::now());
        }
        due
    }

    /// The next question writes again.
    fn failed(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// How often readiness writes to the storage at most, unless it failed there.
const WRITTEN_EVERY: Duration = Duration::from_secs(30);

async fn storage(app: &App, probe: &Probe) -> Result<(), store::Error> {
    if !probe.is_due() && app.blobs.check_reading().await.is_ok() {
        return Ok(());
    }
    let checked = app.blobs.check().await;
    if checked.is_err() {
        probe.failed();
    }
    checked
}
