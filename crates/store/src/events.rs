//! The append-only log: writing, and the order of delivery. What is read of it is in `history`.

use crate::db::{Conn, Lock, new_id};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{Queryable, RunQueryDsl};
use domain::event::EventKind;
use serde_json::Value;
use uuid::Uuid;

/// An event to record.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventKind,
    /// Who did it.
    pub actor: Option<Uuid>,
    /// For whom, or whom it concerns.
    pub on_behalf_of: Option<Uuid>,
    /// In which project.
    pub project: Option<Uuid>,
    /// To which issue.
    pub issue: Option<Uuid>,
    /// The field that changed.
    pub field: Option<&'static str>,
    /// Its value before.
    pub old: Option<Value>,
    /// Its value after.
    pub new: Option<Value>,
    /// Only for those who may see internal notes.
    pub internal: bool,
    /// The issue's version after the change.
    pub version: Option<i32>,
    /// Only for that account: a signal, whatever its kind.
    pub only_for: Option<Uuid>,
}

impl NewEvent {
    /// An event without particulars.
    #[must_use]
    pub fn new(kind: EventKind, actor: Option<Uuid>) -> Self {
        Self {
            kind,
            actor,
            on_behalf_of: None,
            project: None,
            issue: None,
            field: None,
            old: None,
            new: None,
            internal: false,
            version: None,
            only_for: None,
        }
    }

    /// For somebody, or about them when the event concerns an account.
    #[must_use]
    pub fn concerning(mut self, account: Uuid) -> Self {
        self.on_behalf_of = Some(account);
        self
    }

    /// In that project.
    #[must_use]
    pub fn project(mut self, project: Uuid) -> Self {
        self.project = Some(project);
        self
    }

    /// To that issue.
    #[must_use]
    pub fn issue(mut self, issue: Uuid) -> Self {
        self.issue = Some(issue);
        self
    }

    /// That field went from one value to another.
    #[must_use]
    pub fn change(mut self, field: &'static str, old: Value, new: Value) -> Self {
        self.field = Some(field);
        self.old = Some(old);
        self.new = Some(new);
        self
    }

    /// What it was before it went.
    #[must_use]
    pub fn was(mut self, old: Value) -> Self {
        self.old = Some(old);
        self
    }

    /// What came.
    #[must_use]
    pub fn is(mut self, new: Value) -> Self {
        self.new = Some(new);
        self
    }

    /// Only for that account.
    #[must_use]
    pub fn only_for(mut self, account: Uuid) -> Self {
        self.only_for = Some(account);
        self
    }

    /// Only for those who may see internal notes, if so.
    #[must_use]
    pub fn internal(mut self, internal: bool) -> Self {
        self.internal = internal;
        self
    }
}

/// Events as columns, so that any number is one statement with one plan.
#[derive(Debug, Default, Clone)]
pub(crate) struct EventColumns {
    pub ids: Vec<Uuid>,
    pub kinds: Vec<String>,
    pub fields: Vec<Option<String>>,
    pub olds: Vec<Option<Value>>,
    pub news: Vec<Option<Value>>,
}

impl EventColumns {
    pub(crate) fn push(
        &mut self,
        kind: EventKind,
        field: Option<&str>,
        old: Option<Value>,
        new: Option<Value>,
    ) {
        self.ids.push(new_id());
        self.kinds.push(kind.slug().to_string());
        self.fields.push(field.map(ToString::to_string));
        self.olds.push(old);
        self.news.push(new);
    }
}

statement! {
    /// Inserts events. Nullable columns travel as arrays with nulls.
    AppendEvents {
        ids: Vec<Uuid> => Array<SqlUuid>,
        projects: Vec<Option<Uuid>> => Array<Nullable<SqlUuid>>,
        issues: Vec<Option<Uuid>> => Array<Nullable<SqlUuid>>,
        actors: Vec<Option<Uuid>> => Array<Nullable<SqlUuid>>,
        behalves: Vec<Option<Uuid>> => Array<Nullable<SqlUuid>>,
        kinds: Vec<String> => Array<Text>,
        fields: Vec<Option<String>> => Array<Nullable<Text>>,
        olds: Vec<Option<Value>> => Array<Nullable<Jsonb>>,
        news: Vec<Option<Value>> => Array<Nullable<Jsonb>>,
        internals: Vec<bool> => Array<Bool>,
        versions: Vec<Option<i32>> => Array<Nullable<Integer>>,
        signals: Vec<bool> => Array<Bool>,
        audiences: Vec<Option<Uuid>> => Array<Nullable<SqlUuid>>,
        at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> Bool :
    "insert into event (id, project_id, issue_id, actor_id, on_behalf_of_id, kind, field, old, new, internal, version, signal, only_for, at)
     select e.*, coalesce({at}, clock_timestamp())
     from unnest({ids}, {projects}, {issues}, {actors}, {behalves}, {kinds}, {fields}, {olds}, {news}, {internals}, {versions},
                 {signals}, {audiences}) as e
     returning true"
}

pub(crate) fn append(
    conn: &mut PgConnection,
    events: &[NewEvent],
    at: Option<DateTime<Utc>>,
) -> Result<()> {
    let statement = AppendEvents {
        ids: events.iter().map(|_| new_id()).collect(),
        projects: events.iter().map(|e| e.project).collect(),
        issues: events.iter().map(|e| e.issue).collect(),
        actors: events.iter().map(|e| e.actor).collect(),
        behalves: events.iter().map(|e| e.on_behalf_of).collect(),
        kinds: events.iter().map(|e| e.kind.slug().to_string()).collect(),
        fields: events
            .iter()
            .map(|e| e.field.map(ToString::to_string))
            .collect(),
        olds: events.iter().map(|e| e.old.clone()).collect(),
        news: events.iter().map(|e| e.new.clone()).collect(),
        internals: events.iter().map(|e| e.internal).collect(),
        versions: events.iter().map(|e| e.version).collect(),
        signals: events
            .iter()
            .map(|e| e.kind.is_signal() || e.only_for.is_some())
            .collect(),
        audiences: events.iter().map(|e| e.only_for).collect(),
        at,
    };
    let _: Vec<bool> = statement.load(conn)?;
    Ok(())
}

statement! {
    /// Gives committed events their place in the order of delivery.
    Stamp {} -> Bool :
    "with waiting as (
         select id, row_number() over (order by at, id) as place
         from (select id, at from event where seq is null order by at, id limit 1000) first
     ), places as (
         select array_agg(seq order by seq) as seqs
         from (select nextval('event_seq') as seq from generate_series(1, (select count(*) from waiting))) taken
     ), stamped as (
         update event set seq = places.seqs[waiting.place]
         from waiting, places where event.id = waiting.id
         returning true
     )
     select true from stamped"
}

statement! {
    /// Rings everybody who listens for events.
    Notify {} -> Bool : "select pg_notify('iit_event', '') is not null"
}

/// Stamps up to 1,000 waiting events and rings whoever listens. Gives how many.
///
/// Run in a transaction of its own: the lock makes stamping serial over all instances, so the order
/// of numbers is the order in which they become visible.
///
/// # Errors
/// When the database is away.
pub fn stamp(tx: &mut crate::db::Tx<'_>) -> Result<usize> {
    tx.lock(Lock::Sequencer)?;
    let stamped: Vec<bool> = Stamp {}.load(tx.pg())?;
    if !stamped.is_empty() {
        let _: bool = Notify {}.get_result(tx.pg())?;
    }
    Ok(stamped.len())
}

/// An event as it is delivered. An event of an issue belongs to the project in which the issue is
/// now: whoever sees it there may hear its whole history, and nobody else.
#[derive(Debug, Clone, Queryable)]
pub struct Delivered {
    /// Place in the order of delivery.
    pub seq: i64,
    /// `noun.verb`.
    pub kind: String,
    /// Id of the project.
    pub project_id: Option<Uuid>,
    /// Key of the project.
    pub project: Option<String>,
    /// Number of the issue.
    pub number: Option<i64>,
    /// Reporter of the issue, to whom it exists in any case.
    pub reporter_id: Option<Uuid>,
    /// The issue's version after the change.
    pub version: Option<i32>,
    /// User name of the actor.
    pub actor: Option<String>,
    /// The field that changed.
    pub field: Option<String>,
    /// Only for those who may see internal notes.
    pub internal: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// Project of the other issue that the event names, while that exists.
    pub other_project_id: Option<Uuid>,
    /// Reporter of that issue.
    pub other_reporter_id: Option<Uuid>,
    /// The account that alone may hear it, if it is not for everybody.
    pub only_for: Option<Uuid>,
}

/// The other issue that an event of relations names, or of which it tells something internal where that
/// is merged. Asked of nothing else: only there the place holds an id.
macro_rules! other_issue {
    ($event:literal) => {
        concat!(
            "(case when ",
            $event,
            ".kind in ('relation.created', 'relation.deleted', 'merge.updated')
              then (coalesce(",
            $event,
            ".new, ",
            $event,
            ".old)->'issue'->>'id')::uuid end)"
        )
    };
}

pub(crate) use other_issue;

statement! {
    /// Events after a place, in order. The bound stands in the text, so that the planner knows how few
    /// rows are joined.
    ReadAfter { after: i64 => BigInt }
    -> (BigInt, Text, Nullable<SqlUuid>, Nullable<Text>, Nullable<BigInt>, Nullable<SqlUuid>, Nullable<Integer>, Nullable<Text>, Nullable<Text>, Bool, Timestamptz,
        Nullable<SqlUuid>, Nullable<SqlUuid>, Nullable<SqlUuid>) :
    concat!("select e.seq, e.kind, coalesce(i.project_id, e.project_id), p.key,
            case e.kind when 'issue.left' then (e.old->>'number')::bigint else i.number end,
            case e.kind when 'issue.left' then e.on_behalf_of_id else i.reporter_id end,
            e.version, a.username, e.field, e.internal, e.at,
            other.project_id, other.reporter_id, e.only_for
     from (select * from event where seq > {after} order by seq limit 500) e
     left join issue i on i.id = e.issue_id
     left join project p on p.id = coalesce(i.project_id, e.project_id)
     left join account a on a.id = e.actor_id
     left join issue other on other.id = ", other_issue!("e"), " and other.deleted_at is null
     order by e.seq")
}

/// Most events that [`read_after`] gives.
pub const PAGE: usize = 500;

/// Up to [`PAGE`] events after that place, in the order of delivery.
///
/// # Errors
/// When the database is away.
pub fn read_after(conn: &mut Conn, after: i64) -> Result<Vec<Delivered>> {
    Ok(ReadAfter { after }.load(conn.pg())?)
}

statement! {
    /// The last place given.
    LastSeq {} -> BigInt : "select coalesce(max(seq), 0) from event"
}

/// The last place given; 0 before the first event.
///
/// # Errors
/// When the database is away.
pub fn last_seq(conn: &mut Conn) -> Result<i64> {
    Ok(LastSeq {}.get_result(conn.pg())?)
}

statement! {
    /// How long the oldest event without a place has waited.
    Lag {} -> diesel::sql_types::Double :
    "select coalesce(extract(epoch from clock_timestamp() - min(at)), 0)::float8 from event where seq is null"
}

/// Seconds that the oldest undelivered event has waited; 0 when none does.
///
/// # Errors
/// When the database is away.
pub fn lag_seconds(conn: &mut Conn) -> Result<f64> {
    Ok(Lag {}.get_result(conn.pg())?)
}
