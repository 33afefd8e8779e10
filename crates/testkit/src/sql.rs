//! Plain SQL for tests that look behind the store.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use std::collections::BTreeMap;

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

/// Runs statements.
///
/// # Errors
/// What the database says.
pub fn run(conn: &mut PgConnection, statements: &str) -> diesel::QueryResult<()> {
    conn.batch_execute(statements)
}

/// The one column of a query, as text; `null` is written so.
///
/// # Panics
/// When the query fails.
pub fn rows(conn: &mut PgConnection, query: &str) -> Vec<String> {
    let whole =
        format!("select coalesce(value::text, 'null') as value from ({query}) as query(value)");
    let rows: Vec<Value> = sql_query(&whole)
        .load(conn)
        .unwrap_or_else(|e| panic!("{query}: {e}"));
    rows.into_iter().map(|row| row.value).collect()
}

/// The one value of a query, as text.
///
/// # Panics
/// When the query fails or gives more or less than one row.
pub fn value(conn: &mut PgConnection, query: &str) -> String {
    let rows = rows(conn, query);
    assert_eq!(rows.len(), 1, "{query}");
    rows.into_iter().next().unwrap()
}

/// The same as a number.
///
/// # Panics
/// When it is none.
pub fn number(conn: &mut PgConnection, query: &str) -> i64 {
    value(conn, query).parse().unwrap()
}

/// For each table a digest of all its rows: equal when nothing in it differs.
///
/// The place of an event in the order of delivery is left out: the running server gives it in its
/// own time, after the change, and nothing else about the event may ever differ.
///
/// # Panics
/// When the database is away.
pub fn digests(conn: &mut PgConnection) -> BTreeMap<String, String> {
    let tables = rows(
        conn,
        "select tablename from pg_tables where schemaname = 'public' order by 1",
    );
    tables
        .into_iter()
        .map(|table| {
            let apart = if table == "event" { "seq" } else { "" };
            let query = format!(
                "select md5(coalesce(string_agg(kept, e'\\n' order by kept), ''))
                 from (select (to_jsonb(t) - '{apart}')::text as kept from \"{table}\" t) as rows"
            );
            let digest = value(conn, &query);
            (table, digest)
        })
        .collect()
}

/// What breaks the invariants of `invariants.sql`: each sentence with what it finds.
///
/// # Panics
/// When a statement fails.
pub fn broken(conn: &mut PgConnection) -> Vec<String> {
    let mut found = Vec::new();
    for part in include_str!("invariants.sql").split(";\n") {
        let comment = part.lines().rfind(|line| line.starts_with("-- "));
        let query: Vec<&str> = part.lines().filter(|l| !l.starts_with("--")).collect();
        let query = query.join("\n");
        if query.trim().is_empty() {
            continue;
        }
        let rows = rows(conn, &query);
        if !rows.is_empty() {
            let sentence = comment.unwrap_or_default().trim_start_matches("-- ");
            found.push(format!("{sentence} But: {}", rows.join(", ")));
        }
    }
    found
}
