//! The append-only log: writing, the order of delivery, and reading.

use crate::access::Scope;
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

/// The other issue that an event of relations names. Asked of nothing else: only there the place
/// holds an id.
macro_rules! other_issue {
    ($event:literal) => {
        concat!(
            "(case when ",
            $event,
            ".kind in ('relation.created', 'relation.deleted')
              then (coalesce(",
            $event,
            ".new, ",
            $event,
            ".old)->'issue'->>'id')::uuid end)"
        )
    };
}

/// Whether the other issue that an event names exists for somebody, if it names one: otherwise the
/// event does not exist for them either.
macro_rules! other_exists {
    ($event:literal) => {
        concat!(
            "(", $event, ".kind not in ('relation.created', 'relation.deleted') or exists (
                 select from issue other where other.id = ", other_issue!($event), "
                   and other.deleted_at is null
                   and (other.project_id = any({all}) or (other.project_id = any({own}) and other.reporter_id = {me}))))")
    };
}

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

/// An event as history and feeds show it; people by id.
#[derive(Debug, Clone, Queryable)]
pub struct Fact {
    /// Id.
    pub id: Uuid,
    /// `noun.verb`.
    pub kind: String,
    /// Key of the project.
    pub project: Option<String>,
    /// Number of the issue.
    pub number: Option<i64>,
    /// Who.
    pub actor_id: Option<Uuid>,
    /// For whom.
    pub on_behalf_of_id: Option<Uuid>,
    /// Field.
    pub field: Option<String>,
    /// Before.
    pub old: Option<Value>,
    /// After.
    pub new: Option<Value>,
    /// The issue's version after the change.
    pub version: Option<i32>,
    /// When.
    pub at: DateTime<Utc>,
}

type FactSql = (
    SqlUuid,
    Text,
    Nullable<Text>,
    Nullable<BigInt>,
    Nullable<SqlUuid>,
    Nullable<SqlUuid>,
    Nullable<Text>,
    Nullable<Jsonb>,
    Nullable<Jsonb>,
    Nullable<Integer>,
    Timestamptz,
);

statement! {
    /// History of one issue, oldest first.
    IssueHistory {
        issue: Uuid => SqlUuid,
        internals: bool => Bool,
        ranks: bool => Bool,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
        after_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        after_id: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> FactSql :
    concat!("select e.id, e.kind, p.key, i.number, e.actor_id, e.on_behalf_of_id, e.field, e.old, e.new, e.version, e.at
     from event e
     left join issue i on i.id = e.issue_id
     left join project p on p.id = coalesce(i.project_id, e.project_id)
     where e.issue_id = {issue} and not e.signal and (not e.internal or {internals})
       and ({ranks} or e.field is distinct from 'rank')
       and ", other_exists!("e"), "
       and ({after_at}::timestamptz is null or (e.at, e.id) > ({after_at}, {after_id}))
     order by e.at, e.id limit {limit}")
}

/// Whom a history is for.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// What exists for them.
    pub scope: &'a Scope,
    /// They may see internal notes.
    pub internals: bool,
    /// They want to know of every drag on the board.
    pub ranks: bool,
}

/// One page of an issue's history, oldest first, after a position.
///
/// # Errors
/// When the database is away.
pub fn issue_history(
    conn: &mut Conn,
    issue: Uuid,
    reader: Reader<'_>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Fact>> {
    let statement = IssueHistory {
        issue,
        internals: reader.internals,
        ranks: reader.ranks,
        all: reader.scope.all.clone(),
        own: reader.scope.own.clone(),
        me: reader.scope.me,
        after_at: after.map(|a| a.0),
        after_id: after.map(|a| a.1),
        limit,
    };
    Ok(statement.load(conn.pg())?)
}

statement! {
    /// How many entries an issue's history has.
    CountHistory {
        issue: Uuid => SqlUuid,
        internals: bool => Bool,
        ranks: bool => Bool,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
    } -> BigInt :
    concat!("select count(*) from event e where e.issue_id = {issue} and not e.signal and (not e.internal or {internals})
       and ({ranks} or e.field is distinct from 'rank') and ", other_exists!("e"))
}

/// How many entries an issue's history has.
///
/// # Errors
/// When the database is away.
pub fn count_history(conn: &mut Conn, issue: Uuid, reader: Reader<'_>) -> Result<i64> {
    let statement = CountHistory {
        issue,
        internals: reader.internals,
        ranks: reader.ranks,
        all: reader.scope.all.clone(),
        own: reader.scope.own.clone(),
        me: reader.scope.me,
    };
    Ok(statement.get_result(conn.pg())?)
}

statement! {
    /// Feed of what happened in projects, newest first. In projects of the second list only around
    /// the caller's own issues.
    Activity {
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        staff: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
        before_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        before_id: Option<Uuid> => Nullable<SqlUuid>,
        by: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> FactSql :
    concat!("select e.id, e.kind, p.key, i.number, e.actor_id, e.on_behalf_of_id, e.field, e.old, e.new, e.version, e.at
     from unnest({all} || {own}) as scope(project_id)
     cross join lateral (
         select x.* from (
             select * from event here where here.project_id = scope.project_id
             union all
             -- What moved here brought its history with it.
             select * from event before where before.project_id <> scope.project_id
               and before.issue_id in (select f.issue_id from former_key f join issue m on m.id = f.issue_id
                                       where m.project_id = scope.project_id)
         ) x
         where x.issue_id is not null and not x.signal
           and x.field is distinct from 'rank'
           and ", other_exists!("x"), "
           and (not x.internal or scope.project_id = any({staff}))
           and ({before_at}::timestamptz is null or (x.at, x.id) < ({before_at}, {before_id}))
           and ({by}::uuid is null or x.actor_id = {by})
           and exists (
               select 1 from issue i where i.id = x.issue_id and i.deleted_at is null
                 and i.project_id = scope.project_id
                 and (scope.project_id = any({all}) or i.reporter_id = {me}))
         order by x.at desc, x.id desc limit {limit}
     ) e
     join issue i on i.id = e.issue_id
     join project p on p.id = i.project_id
     order by e.at desc, e.id desc limit {limit}")
}

/// One page of what happened in the projects of a scope, newest first, before a position; only what
/// one account did, when it is named.
///
/// # Errors
/// When the database is away.
pub fn activity(
    conn: &mut Conn,
    scope: &Scope,
    by: Option<Uuid>,
    before: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Fact>> {
    let statement = Activity {
        all: scope.all.clone(),
        own: scope.own.clone(),
        staff: scope.staff.clone(),
        me: scope.me,
        before_at: before.map(|b| b.0),
        before_id: before.map(|b| b.1),
        by,
        limit,
    };
    Ok(statement.load(conn.pg())?)
}

statement! {
    /// What happened to one comment, oldest first.
    CommentHistory { issue: Uuid => SqlUuid, comment: String => Text } -> FactSql :
    "select e.id, e.kind, p.key, i.number, e.actor_id, e.on_behalf_of_id, e.field, e.old, e.new, e.version, e.at
     from event e
     left join issue i on i.id = e.issue_id
     left join project p on p.id = coalesce(i.project_id, e.project_id)
     where e.issue_id = {issue} and e.kind like 'comment.%' and coalesce(e.new, e.old)->>'id' = {comment}
     order by e.at, e.id limit 1000"
}

/// What happened to one comment of an issue, oldest first.
///
/// # Errors
/// When the database is away.
pub fn comment_history(conn: &mut Conn, issue: Uuid, comment: Uuid) -> Result<Vec<Fact>> {
    let statement = CommentHistory {
        issue,
        comment: comment.to_string(),
    };
    Ok(statement.load(conn.pg())?)
}

statement! {
    /// Everything that happened in a project, oldest first, after a position.
    ProjectHistory {
        project: Uuid => SqlUuid,
        after_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        after_id: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> FactSql :
    "select e.id, e.kind, p.key, i.number, e.actor_id, e.on_behalf_of_id, e.field, e.old, e.new, e.version, e.at
     from events_of({project}) e
     join project p on p.id = {project}
     left join issue i on i.id = e.issue_id
     where not e.signal
       and ({after_at}::timestamptz is null or (e.at, e.id) > ({after_at}, {after_id}))
     order by e.at, e.id limit {limit}"
}

/// Everything that belongs to a project of the log, oldest first, after a position: for its export.
///
/// # Errors
/// When the database is away.
pub fn project_history(
    conn: &mut Conn,
    project: Uuid,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Fact>> {
    let statement = ProjectHistory {
        project,
        after_at: after.map(|a| a.0),
        after_id: after.map(|a| a.1),
        limit,
    };
    Ok(statement.load(conn.pg())?)
}

statement! {
    /// Fields of an issue that changed after a version.
    ChangedSince { issue: Uuid => SqlUuid, version: i32 => Integer } -> Text :
    "select distinct coalesce(field, kind) from event
     where issue_id = {issue} and version > {version} and kind like 'issue.%' order by 1"
}

/// Names of the fields of an issue that changed after that version.
///
/// # Errors
/// When the database is away.
pub fn changed_since(conn: &mut Conn, issue: Uuid, version: i32) -> Result<Vec<String>> {
    Ok(ChangedSince { issue, version }.load(conn.pg())?)
}
