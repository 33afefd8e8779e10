//! Writing an issue: row, version, events and number in one statement, or nothing.

use super::StoredIssue;
use crate::access::AtRevision;
use crate::columns::severity_number;
use crate::db::{Tx, new_id};
use crate::error::{Error, Result};
use crate::events::EventColumns;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{
    Array, BigInt, Date, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{OptionalExtension, RunQueryDsl};
use domain::event::EventKind;
use domain::issue::{IssueType, Priority, Resolution, Severity};
use serde_json::Value;
use uuid::Uuid;

/// The fields of an issue that a change may touch.
#[derive(Debug, Clone, PartialEq)]
pub struct IssueFields {
    /// Title.
    pub title: String,
    /// Markdown.
    pub description: String,
    /// Kind of work.
    pub type_: IssueType,
    /// How bad.
    pub severity: Severity,
    /// How soon.
    pub priority: Priority,
    /// Size.
    pub story_points: Option<i16>,
    /// Status.
    pub status_id: Uuid,
    /// How it ended.
    pub resolution: Option<Resolution>,
    /// Version it was seen in.
    pub affected_version_id: Option<Uuid>,
    /// Version with the remedy.
    pub fixed_version_id: Option<Uuid>,
    /// Who works on it.
    pub assignee_id: Option<Uuid>,
    /// Parent issue.
    pub parent_id: Option<Uuid>,
    /// Labels.
    pub label_ids: Vec<Uuid>,
    /// When work shall begin.
    pub start_date: Option<NaiveDate>,
    /// When it shall be done.
    pub due_date: Option<NaiveDate>,
    /// Id in another system.
    pub external_ref: Option<String>,
    /// What a program remembers.
    pub context: Option<Value>,
    /// Place in the order of its project; that of a new issue follows from its number.
    pub rank: String,
}

impl From<&StoredIssue> for IssueFields {
    fn from(issue: &StoredIssue) -> Self {
        Self {
            title: issue.title.clone(),
            description: issue.description.clone(),
            type_: issue.type_,
            severity: issue.severity,
            priority: issue.priority,
            story_points: issue.story_points,
            status_id: issue.status.id,
            resolution: issue.resolution,
            affected_version_id: issue.affected_version_id,
            fixed_version_id: issue.fixed_version_id,
            assignee_id: issue.assignee.as_ref().map(|a| a.id),
            parent_id: issue.parent_id,
            label_ids: issue.label_ids.clone(),
            start_date: issue.start_date,
            due_date: issue.due_date,
            external_ref: issue.external_ref.clone(),
            context: issue.context.clone(),
            rank: issue.rank.clone(),
        }
    }
}

/// What a change does to the date of resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Nothing.
    Keep,
    /// The issue closes now.
    Close,
    /// The issue opens again.
    Reopen,
}

/// What a change does to the date of deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleting {
    /// Nothing.
    Keep,
    /// The issue is deleted now.
    Delete,
    /// The issue is restored.
    Restore,
}

impl Closing {
    /// As the statements know it.
    pub(super) fn slug(self) -> String {
        match self {
            Closing::Keep => "keep",
            Closing::Close => "close",
            Closing::Reopen => "reopen",
        }
        .to_string()
    }
}

// These are for every statement that writes an issue, here and in `relocate`.
/// The columns of an issue that are kept for each of its versions, in one order everywhere.
macro_rules! kept_columns {
    () => {
        "project_id, number, title, description, type, severity, priority, story_points, status_id, resolution,
         affected_version_id, fixed_version_id, reporter_id, assignee_id, parent_id, label_ids, start_date, due_date,
         external_ref, fingerprint, occurrences, context, rank, life, version, created_at, updated_at, resolved_at, deleted_at"
    };
}

macro_rules! keep_version_and_log {
    ($source:literal) => {
        concat!(
            "kept as (
                 insert into issue_version (issue_id, ", kept_columns!(), ", valid_from)
                 select id, ", kept_columns!(), ", updated_at from ", $source, "
             ), logged as (
                 insert into event (id, project_id, issue_id, actor_id, on_behalf_of_id, kind, field, old, new, version, at)
                 select e.id, c.project_id, c.id, {actor}, {on_behalf_of}, e.kind, e.field, e.old, e.new, c.version, c.updated_at
                 from ", $source, " c, unnest({event_ids}, {event_kinds}, {event_fields}, {event_olds}, {event_news})
                     as e(id, kind, field, old, new)
             )")
    };
}

/// That a project is still at the revision by which a change was decided, and stays there until it is
/// written (see `access::hold`).
macro_rules! still_held {
    ($project:literal, $revision:literal) => {
        concat!(
            "exists (select from project p where p.id = ",
            $project,
            " and p.revision = ",
            $revision,
            " for share)"
        )
    };
}

/// What follows from a change of the issue `i` at `now`, and from `{enters}` and `{closing}`: the stay that
/// begins, the next version, and its instants, each later than the one before.
macro_rules! what_follows {
    () => {
        "life = case when {enters}::text is null then i.life else i.life || jsonb_build_array(
             jsonb_build_object('category', {enters}::text,
                                'since', greatest(now.at, i.updated_at + interval '1 microsecond'))) end,
         version = i.version + 1,
         updated_at = greatest(now.at, i.updated_at + interval '1 microsecond'),
         resolved_at = case {closing} when 'close' then greatest(now.at, i.updated_at + interval '1 microsecond')
                                      when 'reopen' then null else i.resolved_at end"
    };
}

/// The version that was read ends where that of `changed` begins, which is kept and told.
macro_rules! next_version {
    () => {
        concat!(
            "ended as (
                 update issue_version v set valid_to = c.updated_at
                 from changed c where v.issue_id = c.id and v.version = {version}
             ), ",
            keep_version_and_log!("changed")
        )
    };
}

/// That what an issue comes to name outside of its project's revision is there and stays until it is
/// written: its parent in the same project, and somebody active to whom it is given. `$was` are the
/// values before, which need no look.
macro_rules! names_hold {
    ($project:literal, $parent_was:literal, $assignee_was:literal) => {
        concat!(
            "({parent}::uuid is null or {parent} is not distinct from ",
            $parent_was,
            " or exists (
                 select from issue u where u.id = {parent} and u.project_id = ",
            $project,
            " for key share))
             and ({assignee}::uuid is null or {assignee} is not distinct from ",
            $assignee_was,
            " or exists (
                 select from account a where a.id = {assignee} and a.active for share))"
        )
    };
}

pub(super) use {keep_version_and_log, kept_columns, next_version, what_follows};

statement! {
    /// A new issue: takes the project's next number, inserts the row, its first version and its event.
    InsertIssue {
        id: Uuid => SqlUuid,
        project: Uuid => SqlUuid,
        revision: i64 => BigInt,
        title: String => Text,
        description: String => Text,
        type_: String => Text,
        severity: i16 => SmallInt,
        priority: i16 => SmallInt,
        story_points: Option<i16> => Nullable<SmallInt>,
        status: Uuid => SqlUuid,
        category: String => Text,
        resolution: Option<String> => Nullable<Text>,
        affected: Option<Uuid> => Nullable<SqlUuid>,
        fixed: Option<Uuid> => Nullable<SqlUuid>,
        reporter: Uuid => SqlUuid,
        assignee: Option<Uuid> => Nullable<SqlUuid>,
        parent: Option<Uuid> => Nullable<SqlUuid>,
        labels: Vec<Uuid> => Array<SqlUuid>,
        start_date: Option<NaiveDate> => Nullable<Date>,
        due_date: Option<NaiveDate> => Nullable<Date>,
        external_ref: Option<String> => Nullable<Text>,
        context: Option<Value> => Nullable<Jsonb>,
        actor: Uuid => SqlUuid,
        on_behalf_of: Option<Uuid> => Nullable<SqlUuid>,
        at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        event_ids: Vec<Uuid> => Array<SqlUuid>,
        event_kinds: Vec<String> => Array<Text>,
        event_fields: Vec<Option<String>> => Array<Nullable<Text>>,
        event_olds: Vec<Option<Value>> => Array<Nullable<Jsonb>>,
        event_news: Vec<Option<Value>> => Array<Nullable<Jsonb>>,
    } -> (BigInt, Timestamptz) :
    concat!(
        "with now as (
             select coalesce({at}, clock_timestamp()) as at
         ), taken as (
             update issue_counter set last_number = last_number + 1
             where project_id = {project}
               and ", still_held!("{project}", "{revision}"), "
               and ", names_hold!("{project}", "null", "null"), "
             returning last_number
         ), made as (
             insert into issue (id, ", kept_columns!(), ")
             select {id}, {project}, taken.last_number, {title}, {description}, {type_}, {severity}, {priority},
                    {story_points}, {status}, {resolution}, {affected}, {fixed}, {reporter}, {assignee}, {parent},
                    {labels}, {start_date}, {due_date}, {external_ref}, null, 1, {context},
                    to_hex(4611686018427387904 + taken.last_number * 16777216),
                    jsonb_build_array(jsonb_build_object('category', {category}, 'since', now.at)),
                    1, now.at, now.at, case when {resolution}::text is null then null else now.at end, null
             from taken, now
             returning *
         ), watched as (
             insert into watch (issue_id, account_id, watching, since)
             select distinct made.id, who.id, true, made.created_at
             from made, unnest(array[made.reporter_id, made.assignee_id]) as who(id) where who.id is not null
         ), ", keep_version_and_log!("made"), "
         select number, created_at from made")
}

statement! {
    /// A changed issue, if it is still at the version that was read.
    UpdateIssue {
        id: Uuid => SqlUuid,
        version: i32 => Integer,
        revision: i64 => BigInt,
        title: String => Text,
        description: String => Text,
        type_: String => Text,
        severity: i16 => SmallInt,
        priority: i16 => SmallInt,
        story_points: Option<i16> => Nullable<SmallInt>,
        status: Uuid => SqlUuid,
        enters: Option<String> => Nullable<Text>,
        resolution: Option<String> => Nullable<Text>,
        affected: Option<Uuid> => Nullable<SqlUuid>,
        fixed: Option<Uuid> => Nullable<SqlUuid>,
        assignee: Option<Uuid> => Nullable<SqlUuid>,
        parent: Option<Uuid> => Nullable<SqlUuid>,
        labels: Vec<Uuid> => Array<SqlUuid>,
        start_date: Option<NaiveDate> => Nullable<Date>,
        due_date: Option<NaiveDate> => Nullable<Date>,
        external_ref: Option<String> => Nullable<Text>,
        context: Option<Value> => Nullable<Jsonb>,
        rank: String => Text,
        closing: String => Text,
        deleting: String => Text,
        actor: Uuid => SqlUuid,
        on_behalf_of: Option<Uuid> => Nullable<SqlUuid>,
        at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        event_ids: Vec<Uuid> => Array<SqlUuid>,
        event_kinds: Vec<String> => Array<Text>,
        event_fields: Vec<Option<String>> => Array<Nullable<Text>>,
        event_olds: Vec<Option<Value>> => Array<Nullable<Jsonb>>,
        event_news: Vec<Option<Value>> => Array<Nullable<Jsonb>>,
    } -> (Integer, Timestamptz) :
    concat!(
        "with now as (
             select coalesce({at}, clock_timestamp()) as at
         ), changed as (
             update issue i set
                 title = {title}, description = {description}, type = {type_}, severity = {severity},
                 priority = {priority}, story_points = {story_points}, status_id = {status},
                 resolution = {resolution}, affected_version_id = {affected}, fixed_version_id = {fixed},
                 assignee_id = {assignee}, parent_id = {parent}, label_ids = {labels},
                 start_date = {start_date}, due_date = {due_date}, external_ref = {external_ref}, context = {context},
                 rank = {rank}, ", what_follows!(), ",
                 deleted_at = case {deleting} when 'delete' then greatest(now.at, i.updated_at + interval '1 microsecond')
                                              when 'restore' then null else i.deleted_at end
             from now where i.id = {id} and i.version = {version}
               and ", still_held!("i.project_id", "{revision}"), "
               and ", names_hold!("i.project_id", "i.parent_id", "i.assignee_id"), "
             returning i.*
         ), watched as (
             -- Whoever is given an issue watches it, unless they turned that off.
             insert into watch (issue_id, account_id, watching, since)
             select c.id, c.assignee_id, true, c.updated_at from changed c
             where c.assignee_id is not null and 'assignee' = any({event_fields})
             on conflict (issue_id, account_id) do update set merged_from = null where watch.merged_from is not null
         ), ", next_version!(), "
         select version, updated_at from changed")
}

/// What a change does to the dates that follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// The category entered, when it is another than before: a new stay begins.
    pub enters: Option<domain::workflow::Category>,
    /// The date of resolution.
    pub closing: Closing,
    /// The date of deletion.
    pub deleting: Deleting,
}

impl Dates {
    /// Nothing follows.
    pub const KEEP: Dates = Dates {
        enters: None,
        closing: Closing::Keep,
        deleting: Deleting::Keep,
    };
}

/// A new issue's number and instant.
#[derive(Debug, Clone, Copy)]
pub struct Created {
    /// Id.
    pub id: Uuid,
    /// Number within the project.
    pub number: i64,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Who does it, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct By {
    /// Who.
    pub actor: Uuid,
    /// For whom.
    pub on_behalf_of: Option<Uuid>,
}

/// Inserts an issue. `category` is that of its status; `snapshot` is what its first event tells.
///
/// # Errors
/// [`Error::Constraint`] when the external reference is taken, [`Error::Stale`] when something it was
/// decided by, or that it names, was changed meanwhile.
pub fn insert(
    tx: &mut Tx<'_>,
    decided: AtRevision,
    reporter: Uuid,
    by: By,
    fields: &IssueFields,
    category: domain::workflow::Category,
    snapshot: Value,
) -> Result<Created> {
    let id = new_id();
    let mut events = EventColumns::default();
    events.push(EventKind::IssueCreated, None, None, Some(snapshot));
    let at = tx.at();
    let f = fields.clone();
    let statement = InsertIssue {
        id,
        project: decided.project,
        revision: decided.revision,
        title: f.title,
        description: f.description,
        type_: f.type_.slug().to_string(),
        severity: severity_number(f.severity),
        priority: f.priority.number(),
        story_points: f.story_points,
        status: f.status_id,
        category: category.slug().to_string(),
        resolution: f.resolution.map(|r| r.slug().to_string()),
        affected: f.affected_version_id,
        fixed: f.fixed_version_id,
        reporter,
        assignee: f.assignee_id,
        parent: f.parent_id,
        labels: f.label_ids,
        start_date: f.start_date,
        due_date: f.due_date,
        external_ref: f.external_ref,
        context: f.context,
        actor: by.actor,
        on_behalf_of: by.on_behalf_of,
        at,
        event_ids: events.ids,
        event_kinds: events.kinds,
        event_fields: events.fields,
        event_olds: events.olds,
        event_news: events.news,
    };
    let made: Option<(i64, DateTime<Utc>)> = statement.get_result(tx.writing(true)?).optional()?;
    let (number, created_at) = made.ok_or(Error::Stale)?;
    Ok(Created {
        id,
        number,
        created_at,
    })
}

/// What changed about a field: its name, before, after.
pub type Change = (&'static str, Value, Value);

/// One event for each change.
pub(super) fn told(changes: Vec<Change>) -> EventColumns {
    let mut events = EventColumns::default();
    for (field, old, new) in changes {
        events.push(EventKind::IssueUpdated, Some(field), Some(old), Some(new));
    }
    events
}

/// The events of an update.
#[derive(Debug)]
pub enum Updated {
    /// One event per changed field.
    Fields(Vec<Change>),
    /// Deleted or restored.
    Whole(EventKind),
}

/// Writes the new fields, if the issue is still at the version that was read. Gives the new version
/// and instant.
///
/// # Errors
/// [`Error::Stale`] when somebody was faster, or something it was decided by was changed meanwhile.
pub fn update(
    tx: &mut Tx<'_>,
    decided: AtRevision,
    was: &StoredIssue,
    fields: &IssueFields,
    dates: Dates,
    by: By,
    what: Updated,
) -> Result<(i32, DateTime<Utc>)> {
    let Dates {
        enters,
        closing,
        deleting,
    } = dates;
    let events = match what {
        Updated::Fields(changes) => told(changes),
        Updated::Whole(kind) => {
            let mut events = EventColumns::default();
            events.push(kind, None, None, None);
            events
        }
    };
    let at = tx.at();
    let f = fields.clone();
    let statement = UpdateIssue {
        id: was.id,
        version: was.version,
        revision: decided.revision,
        title: f.title,
        description: f.description,
        type_: f.type_.slug().to_string(),
        severity: severity_number(f.severity),
        priority: f.priority.number(),
        story_points: f.story_points,
        status: f.status_id,
        enters: enters.map(|c| c.slug().to_string()),
        resolution: f.resolution.map(|r| r.slug().to_string()),
        affected: f.affected_version_id,
        fixed: f.fixed_version_id,
        assignee: f.assignee_id,
        parent: f.parent_id,
        labels: f.label_ids,
        start_date: f.start_date,
        due_date: f.due_date,
        external_ref: f.external_ref,
        context: f.context,
        rank: f.rank,
        closing: closing.slug(),
        deleting: match deleting {
            Deleting::Keep => "keep",
            Deleting::Delete => "delete",
            Deleting::Restore => "restore",
        }
        .to_string(),
        actor: by.actor,
        on_behalf_of: by.on_behalf_of,
        at,
        event_ids: events.ids,
        event_kinds: events.kinds,
        event_fields: events.fields,
        event_olds: events.olds,
        event_news: events.news,
    };
    let changed: Option<(i32, DateTime<Utc>)> =
        statement.get_result(tx.writing(true)?).optional()?;
    changed.ok_or(Error::Stale)
}
