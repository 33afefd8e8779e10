//! The audit log: writing, reading, and the owner's function that removes by age.

use crate::columns::{Person, PersonSql};
use crate::db::{Conn, Tx, new_id};
use crate::error::Result;
use crate::statement::{Fragment, Value as Bound};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{Queryable, RunQueryDsl};
use domain::audit::{AuditEntry, AuditKind};
use serde_json::{Value, json};
use uuid::Uuid;

/// Where a request comes from, as the audit log keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Address.
    pub ip: String,
    /// What the browser or program calls itself.
    pub user_agent: String,
    /// The request, as logs and problems name it.
    pub request_id: String,
}

/// An entry to write.
#[derive(Debug, Clone)]
pub struct NewEntry {
    kind: AuditKind,
    actor: Option<Uuid>,
    target: Option<Uuid>,
    project: Option<(Uuid, String)>,
    detail: Value,
}

impl NewEntry {
    /// An entry without particulars.
    #[must_use]
    pub fn new(kind: AuditKind, actor: Option<Uuid>) -> Self {
        Self {
            kind,
            actor,
            target: None,
            project: None,
            detail: json!({}),
        }
    }

    /// Concerning that account.
    #[must_use]
    pub fn about(mut self, account: Uuid) -> Self {
        self.target = Some(account);
        self
    }

    /// Concerning that project, by id and key.
    #[must_use]
    pub fn project(mut self, id: Uuid, key: &str) -> Self {
        self.project = Some((id, key.to_string()));
        self
    }

    /// With these particulars. Never a secret.
    #[must_use]
    pub fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

statement! {
    /// Inserts entries.
    AppendEntries {
        ids: Vec<Uuid> => Array<SqlUuid>,
        kinds: Vec<String> => Array<Text>,
        actors: Vec<Option<Uuid>> => Array<Nullable<SqlUuid>>,
        targets: Vec<Option<Uuid>> => Array<Nullable<SqlUuid>>,
        projects: Vec<Option<Uuid>> => Array<Nullable<SqlUuid>>,
        keys: Vec<Option<String>> => Array<Nullable<Text>>,
        details: Vec<Value> => Array<Jsonb>,
        ip: String => Text,
        user_agent: String => Text,
        request_id: String => Text,
        at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> SqlUuid :
    "insert into audit_entry (id, kind, actor_id, target_id, project_id, project_key, detail, ip, user_agent, request_id, at)
     select e.*, {ip}, {user_agent}, {request_id}, coalesce({at}, clock_timestamp())
     from unnest({ids}, {kinds}, {actors}, {targets}, {projects}, {keys}, {details}) as e
     returning id"
}

pub(crate) fn append(
    conn: &mut PgConnection,
    entries: &[NewEntry],
    origin: &Origin,
    at: Option<DateTime<Utc>>,
) -> Result<()> {
    let statement = AppendEntries {
        ids: entries.iter().map(|_| new_id()).collect(),
        kinds: entries.iter().map(|e| e.kind.slug().to_string()).collect(),
        actors: entries.iter().map(|e| e.actor).collect(),
        targets: entries.iter().map(|e| e.target).collect(),
        projects: entries
            .iter()
            .map(|e| e.project.as_ref().map(|p| p.0))
            .collect(),
        keys: entries
            .iter()
            .map(|e| e.project.as_ref().map(|p| p.1.clone()))
            .collect(),
        details: entries.iter().map(|e| e.detail.clone()).collect(),
        ip: origin.ip.clone(),
        user_agent: origin.user_agent.clone(),
        request_id: origin.request_id.clone(),
        at,
    };
    let _: Vec<Uuid> = statement.load(conn)?;
    Ok(())
}

/// Which entries are asked for; people by id.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of these kinds; empty for all.
    pub kinds: Vec<AuditKind>,
    /// Done by.
    pub actor: Option<Uuid>,
    /// Concerning.
    pub target: Option<Uuid>,
    /// Concerning the project of that key, also one that is gone.
    pub project_key: Option<String>,
    /// Concerning the project of that id.
    pub project_id: Option<Uuid>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
}

impl Wanted {
    fn conditions(&self) -> Fragment {
        let mut f = Fragment::default();
        f.sql(" where true");
        match self.kinds.as_slice() {
            [] => {}
            // An index has the entries of one kind in order, not those of several.
            [kind] => {
                f.sql(" and e.kind = ")
                    .bind(Bound::Text(kind.slug().to_string()));
            }
            kinds => {
                let kinds = kinds.iter().map(|k| k.slug().to_string()).collect();
                f.sql(" and e.kind = any(")
                    .bind(Bound::Texts(kinds))
                    .sql(")");
            }
        }
        if let Some(id) = self.actor {
            f.sql(" and e.actor_id = ").bind(Bound::Uuid(id));
        }
        if let Some(id) = self.target {
            f.sql(" and e.target_id = ").bind(Bound::Uuid(id));
        }
        if let Some(key) = &self.project_key {
            f.sql(" and e.project_key = ")
                .bind(Bound::Text(key.clone()));
        }
        if let Some(id) = self.project_id {
            f.sql(" and e.project_id = ").bind(Bound::Uuid(id));
        }
        if let Some(at) = self.from {
            f.sql(" and e.at >= ").bind(Bound::At(at));
        }
        if let Some(at) = self.to {
            f.sql(" and e.at < ").bind(Bound::At(at));
        }
        f
    }
}

#[derive(Queryable)]
struct Row {
    id: Uuid,
    kind: String,
    actor: Option<Person>,
    target: Option<Person>,
    project: Option<String>,
    ip: String,
    user_agent: String,
    request_id: String,
    detail: Value,
    at: DateTime<Utc>,
}

type RowSql = (
    SqlUuid,
    Text,
    Nullable<PersonSql>,
    Nullable<PersonSql>,
    Nullable<Text>,
    Text,
    Text,
    Text,
    Jsonb,
    Timestamptz,
);

/// One page of the audit log, newest first, before a position.
///
/// # Errors
/// When the database is away.
pub fn list(
    conn: &mut Conn,
    wanted: &Wanted,
    before: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<AuditEntry>> {
    let mut query = Fragment::default();
    query.sql(
        "select e.id, e.kind, a.id, a.username, a.display_name, a.kind, t.id, t.username, t.display_name, t.kind,
                e.project_key, e.ip, e.user_agent, e.request_id, e.detail, e.at
         from audit_entry e left join account a on a.id = e.actor_id left join account t on t.id = e.target_id",
    );
    query.append(&wanted.conditions());
    if let Some((at, id)) = before {
        query
            .sql(" and (e.at, e.id) < (")
            .bind(Bound::At(at))
            .sql(", ")
            .bind(Bound::Uuid(id))
            .sql(")");
    }
    query
        .sql(" order by e.at desc, e.id desc limit ")
        .bind(Bound::Big(limit));
    let rows: Vec<Row> = query.query::<RowSql>().load(conn.pg())?;
    Ok(rows
        .into_iter()
        .map(|row| AuditEntry {
            id: row.id,
            phrase: AuditKind::from_slug(&row.kind)
                .map_or_else(|| row.kind.clone(), |kind| kind.phrase().to_string()),
            kind: row.kind,
            actor: row.actor.map(Into::into),
            target: row.target.map(Into::into),
            project: row.project,
            ip: row.ip,
            user_agent: row.user_agent,
            request_id: row.request_id,
            detail: row.detail,
            at: row.at,
        })
        .collect())
}

/// How many entries there are, counted up to one above what totals show.
///
/// # Errors
/// When the database is away.
pub fn count(conn: &mut Conn, wanted: &Wanted) -> Result<i64> {
    let mut query = Fragment::default();
    query.sql("select count(*) from (select 1 from audit_entry e");
    query.append(&wanted.conditions());
    query.sql(" limit 10001) capped");
    Ok(query.query::<BigInt>().get_result(conn.pg())?)
}

statement! {
    /// Removes entries by age, through the owner's function.
    PurgeAudit {
        until: DateTime<Utc> => Timestamptz, entry: Uuid => SqlUuid, actor: Option<Uuid> => Nullable<SqlUuid>,
        ip: String => Text, agent: String => Text, request: String => Text,
    } -> BigInt :
    "select purge_audit({until}, {entry}, {actor}, {ip}, {agent}, {request})"
}

/// Removes the entries from before an instant that is at least 30 days back. Gives how many; an entry
/// about it is written with it.
///
/// # Errors
/// [`crate::Error::Constraint`] when the instant is too near.
pub fn purge(tx: &mut Tx<'_>, until: DateTime<Utc>, actor: Option<Uuid>) -> Result<i64> {
    let origin = tx.origin().clone();
    let statement = PurgeAudit {
        until,
        entry: new_id(),
        actor,
        ip: origin.ip,
        agent: origin.user_agent,
        request: origin.request_id,
    };
    Ok(statement.get_result(tx.writing(false)?)?)
}
