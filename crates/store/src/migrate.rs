//! The schema: migrations inside the binary, and the rights of the application's role.

use crate::db::DbConfig;
use crate::error::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
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
         revoke all on event, issue_version, __diesel_schema_migrations from {role};
         grant select, insert on event to {role};
         grant update (seq) on event to {role};
         grant select, insert on issue_version to {role};
         grant update (valid_to) on issue_version to {role};
         grant select on __diesel_schema_migrations to {role};
         grant usage, select on all sequences in schema public to {role};"
    ))?;
    Ok(())
}

/// Compares the schema with this program.
///
/// # Errors
/// When the database is away.
pub fn state(conn: &mut crate::db::Conn) -> Result<SchemaState> {
    use diesel_migrations::MigrationHarness as _;
    let conn = conn.pg();
    let pending = conn
        .pending_migrations(MIGRATIONS)
        .map_err(|e| Error::Unavailable(e.to_string()))?;
    if !pending.is_empty() {
        return Ok(SchemaState::Behind);
    }
    let known = MigrationSourceCount::count();
    let applied = conn
        .applied_migrations()
        .map_err(|e| Error::Unavailable(e.to_string()))?
        .len();
    Ok(if applied > known {
        SchemaState::Ahead
    } else {
        SchemaState::Current
    })
}

struct MigrationSourceCount;

impl MigrationSourceCount {
    fn count() -> usize {
        use diesel::migration::MigrationSource;
        MigrationSource::<diesel::pg::Pg>::migrations(&MIGRATIONS).map_or(0, |m| m.len())
    }
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
