//! The schema: migrations inside the binary, and the rights of the application's role.

use crate::db::DbConfig;
use crate::error::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::pg::{Pg, PgConnection};
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Where the schema stands against this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// As this program needs it.
    Current,
    /// Migrations are missing.
    Behind,
    /// A newer program migrated it.
    Ahead,
}

/// Applies the missing migrations as the owner, then gives the application's role its rights.
///
/// Two at once: the second waits and finds nothing to do.
///
/// # Errors
/// When the database is away or a migration fails (it is rolled back).
pub fn migrate(owner: &DbConfig, app_role: &str) -> Result<Vec<String>> {
    let mut conn = owner.connect()?;
    conn.batch_execute(
        "set lock_timeout = 0; set statement_timeout = 0; select pg_advisory_lock(7300)",
    )?;
    let applied = conn
        .run_pending_migrations(MIGRATIONS)
        .map_err(|e| Error::Database(format!("migration: {e}")))?
        .iter()
        .map(ToString::to_string)
        .collect();
    grant(&mut conn, app_role)?;
    Ok(applied)
}

/// What the application's role may do. Owners need no rights; then the triggers alone protect the
/// log.
fn grant(conn: &mut PgConnection, app_role: &str) -> Result<()> {
    #[derive(QueryableByName)]
    struct Me {
        #[diesel(sql_type = diesel::sql_types::Text)]
        me: String,
    }
    let me: Me = sql_query("select current_user::text as me").get_result(conn)?;
    if me.me == app_role {
        return Ok(());
    }
    let role = format!("\"{}\"", app_role.replace('"', "\"\""));
    conn.batch_execute(&format!(
        "grant usage on schema public to {role};
         grant select, insert, update, delete on all tables in schema public to {role};
         revoke all on event, issue_version, audit_entry, purging, __diesel_schema_migrations from {role};
         grant select, insert on event to {role};
         grant update (seq) on event to {role};
         grant select, insert on audit_entry to {role};
         grant execute on function purge_audit, purge_project to {role};
         grant select, insert on issue_version to {role};
         grant update (valid_to) on issue_version to {role};
         grant select on __diesel_schema_migrations to {role};
         grant usage, select on all sequences in schema public to {role};"
    ))?;
    Ok(())
}

statement! {
    /// Whether any migration was ever applied.
    EverMigrated {} -> Bool : "select to_regclass('public.__diesel_schema_migrations') is not null"
}

statement! {
    /// The migrations that were applied.
    Applied {} -> Text : "select version from __diesel_schema_migrations"
}

/// Compares the schema with this program.
///
/// Reads only: Diesel's own questions begin by creating the table of versions, which the
/// application's role may not.
///
/// # Errors
/// When the database is away.
pub fn state(conn: &mut crate::db::Conn) -> Result<SchemaState> {
    let conn = conn.pg();
    let ever: bool = EverMigrated {}.get_result(conn)?;
    if !ever {
        return Ok(SchemaState::Behind);
    }
    let applied: Vec<String> = Applied {}.load(conn)?;
    let known: Vec<String> = MigrationSource::<Pg>::migrations(&MIGRATIONS)
        .map_err(|e| Error::Database(format!("migrations: {e}")))?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    Ok(if known.iter().any(|version| !applied.contains(version)) {
        SchemaState::Behind
    } else if applied.len() > known.len() {
        SchemaState::Ahead
    } else {
        SchemaState::Current
    })
}

/// Takes all migrations back, newest first (tests of `down.sql`).
///
/// # Errors
/// When one cannot be taken back.
pub fn revert_all(owner: &DbConfig) -> Result<usize> {
    let mut conn = owner.connect()?;
    let reverted = conn
        .revert_all_migrations(MIGRATIONS)
        .map_err(|e| Error::Database(format!("migration: {e}")))?;
    Ok(reverted.len())
}
