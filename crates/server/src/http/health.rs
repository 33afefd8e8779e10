//! Whether the server lives and whether it is ready, for machines.

use super::reply;
use crate::app::{App, Error};
use actix_web::{HttpResponse, web};
use domain::problem::{Code, Problem};
use serde::Serialize;
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
async fn ready(app: web::Data<App>) -> Result<HttpResponse, Error> {
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
    app.blobs
        .check()
        .await
        .map_err(|_| not_ready("The file storage does not answer."))?;
    reply::json(&Health { status: "ok" })
}
