//! Duplicates that are shown with the issue they repeat.

use crate::access::{IssueAccess, Scope, stored};
use crate::columns::MaybeResolution;
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, Queryable, RunQueryDsl};
use domain::issue::Resolution;
use domain::key::issue_key;
use domain::policy::{self, Action, Ground};
use domain::user::Role;
use std::collections::HashMap;
use uuid::Uuid;

/// A merge that holds.
#[derive(Debug, Clone, Queryable)]
pub struct StoredMerge {
    /// Id.
    pub id: Uuid,
    /// The issue it was merged into.
    pub into_id: Uuid,
    /// Since when.
    pub merged_at: DateTime<Utc>,
    /// The status of the duplicate before.
    pub former_status_id: Uuid,
    /// Its resolution before.
    #[diesel(deserialize_as = MaybeResolution)]
    pub former_resolution: Option<Resolution>,
    /// The status in which the merge put it.
    pub closed_status_id: Uuid,
    /// The relation that it made, if there was none.
    pub relation_id: Option<Uuid>,
}

statement! {
    /// The merge of an issue, while it holds.
    MergeOf { issue: Uuid => SqlUuid } -> (SqlUuid, SqlUuid, Timestamptz, SqlUuid, Nullable<Text>, SqlUuid, Nullable<SqlUuid>) :
    "select id, into_id, merged_at, former_status_id, former_resolution, closed_status_id, relation_id
     from merge where issue_id = {issue} and ended_at is null"
}

/// The merge of an issue into another, while it holds.
///
/// # Errors
/// When the database is away.
pub fn of_issue(conn: &mut Conn, issue: Uuid) -> Result<Option<StoredMerge>> {
    Ok(MergeOf { issue }.get_result(conn.pg()).optional()?)
}

statement! {
    /// An issue and whatever is merged into it, also in several steps, with their keys and projects. What
    /// is deleted is not shown, nor what is merged into it.
    Family { issue: Uuid => SqlUuid } -> (SqlUuid, Text, BigInt, SqlUuid) :
    "with recursive family(id) as (
         select {issue}::uuid
         union
         select m.issue_id from family f join merge m on m.into_id = f.id and m.ended_at is null
         join issue d on d.id = m.issue_id and d.deleted_at is null
     )
     select i.id, p.key, i.number, i.project_id
     from family f join issue i on i.id = f.id join project p on p.id = i.project_id"
}

/// One of the issues whose comments and files are read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its own key.
    pub key: String,
    /// Its own project: what is internal in it is for the staff of that one.
    pub project: Uuid,
}

/// An issue and whatever is merged into it, also in several steps, by id.
///
/// # Errors
/// When the database is away.
pub fn family(conn: &mut Conn, issue: Uuid) -> Result<HashMap<Uuid, Member>> {
    let rows: Vec<(Uuid, String, i64, Uuid)> = Family { issue }.load(conn.pg())?;
    Ok(rows
        .into_iter()
        .map(|(id, key, number, project)| {
            let key = issue_key(&key, number);
            (id, Member { key, project })
        })
        .collect())
}

statement! {
    /// The issues into which one is merged, the nearest first, and their projects.
    Above { issue: Uuid => SqlUuid } -> (SqlUuid, SqlUuid) :
    "with recursive above(id, step) as (
         select m.into_id, 1 from merge m join issue d on d.id = m.issue_id and d.deleted_at is null
         where m.issue_id = {issue} and m.ended_at is null
         union all
         select m.into_id, a.step + 1 from above a join merge m on m.issue_id = a.id and m.ended_at is null
         join issue d on d.id = m.issue_id and d.deleted_at is null
         where a.step < 50
     )
     select i.id, i.project_id from above a join issue i on i.id = a.id order by a.step"
}

/// The issues with which an issue is shown because it is merged into them, the nearest first, and their
/// projects.
///
/// # Errors
/// When the database is away.
pub fn above(conn: &mut Conn, issue: Uuid) -> Result<Vec<(Uuid, Uuid)>> {
    Ok(Above { issue }.load(conn.pg())?)
}

/// The issues that are touched when people of a duplicate are taken back, the nearest first: all into which
/// it is merged, also by way of deleted ones.
///
/// # Errors
/// When the database is away.
pub fn way_up(conn: &mut Conn, issue: Uuid) -> Result<Vec<Uuid>> {
    let mut way = Vec::new();
    let mut at = issue;
    while let Some(merge) = of_issue(conn, at)? {
        at = merge.into_id;
        way.push(at);
    }
    Ok(way)
}

statement! {
    /// Keys of the duplicates of an issue, as far as they exist for somebody.
    DuplicatesOf {
        issue: Uuid => SqlUuid,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
    } -> (Text, BigInt) :
    "select p.key, i.number from merge m join issue i on i.id = m.issue_id join project p on p.id = i.project_id
     where m.into_id = {issue} and m.ended_at is null and i.deleted_at is null
       and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me}))
     order by m.merged_at, m.id"
}

/// Keys of the issues merged right into one, as far as they exist for somebody, the first merged first.
///
/// # Errors
/// When the database is away.
pub fn duplicates(conn: &mut Conn, scope: &Scope, issue: Uuid) -> Result<Vec<String>> {
    let rows: Vec<(String, i64)> = DuplicatesOf {
        issue,
        all: scope.all.clone(),
        own: scope.own.clone(),
        me: scope.me,
    }
    .load(conn.pg())?;
    Ok(rows
        .into_iter()
        .map(|(project, number)| issue_key(&project, number))
        .collect())
}

/// Where a duplicate stood before, and where the merge puts it.
#[derive(Debug, Clone, Copy)]
pub struct Closed {
    /// Its status before.
    pub former_status: Uuid,
    /// Its resolution before.
    pub former_resolution: Option<Resolution>,
    /// Its status now.
    pub status: Uuid,
    /// The relation that was made for it.
    pub relation: Option<Uuid>,
}

statement! {
    /// A new merge.
    InsertMerge {
        id: Uuid => SqlUuid,
        issue: Uuid => SqlUuid,
        into: Uuid => SqlUuid,
        by: Uuid => SqlUuid,
        at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        former_status: Uuid => SqlUuid,
        former_resolution: Option<String> => Nullable<Text>,
        status: Uuid => SqlUuid,
        relation: Option<Uuid> => Nullable<SqlUuid>,
    } -> Bool :
    "insert into merge (id, issue_id, into_id, merged_by, merged_at, former_status_id, former_resolution, closed_status_id, relation_id)
     values ({id}, {issue}, {into}, {by}, coalesce({at}, clock_timestamp()), {former_status}, {former_resolution}, {status}, {relation})
     returning true"
}

/// Merges an issue into another. Whoever calls holds both rows and has made sure that neither is merged.
///
/// # Errors
/// [`Error::Constraint`] when it is merged already.
pub fn insert(tx: &mut Tx<'_>, issue: Uuid, into: Uuid, by: Uuid, closed: Closed) -> Result<()> {
    let at = tx.at();
    let statement = InsertMerge {
        id: new_id(),
        issue,
        into,
        by,
        at,
        former_status: closed.former_status,
        former_resolution: closed.former_resolution.map(|r| r.slug().to_string()),
        status: closed.status,
        relation: closed.relation,
    };
    let _: bool = statement.get_result(tx.writing(false)?)?;
    Ok(())
}

statement! {
    /// Ends a merge that holds.
    EndMerge { id: Uuid => SqlUuid, at: Option<DateTime<Utc>> => Nullable<Timestamptz> } -> Bool :
    "update merge set ended_at = greatest(coalesce({at}, clock_timestamp()), merged_at)
     where id = {id} and ended_at is null returning true"
}

/// Takes a merge back.
///
/// # Errors
/// [`Error::NotFound`] when somebody was faster.
pub fn end(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    let at = tx.at();
    let ended: Option<bool> = EndMerge { id, at }
        .get_result(tx.writing(false)?)
        .optional()?;
    ended.map(|_| ()).ok_or(Error::NotFound)
}

statement! {
    /// Lets the votes for a duplicate count on another issue: those of people who gave none there.
    CarryVotes { from: Uuid => SqlUuid, into: Uuid => SqlUuid, at: Option<DateTime<Utc>> => Nullable<Timestamptz> } -> Bool :
    "with given as (
         insert into vote (issue_id, account_id, created_at, merged_from)
         select {into}, v.account_id, coalesce({at}, clock_timestamp()), {from} from vote v where v.issue_id = {from}
         on conflict (issue_id, account_id) do nothing
         returning account_id
     )
     update issue set votes = votes + (select count(*)::int from given)
     where id = {into} and exists (select from given) returning true"
}

statement! {
    /// Who watches a duplicate and has not decided about another issue: with what makes their role there.
    WatchersToCarry { from: Uuid => SqlUuid, into: Uuid => SqlUuid, project: Uuid => SqlUuid } -> (SqlUuid, Text, Nullable<Text>) :
    "select a.id, a.role, m.role
     from watch w join account a on a.id = w.account_id
     left join membership m on m.account_id = a.id and m.project_id = {project}
     where w.issue_id = {from} and w.watching
       and not exists (select from watch o where o.issue_id = {into} and o.account_id = a.id)
     order by a.id"
}

statement! {
    /// Lets them watch it.
    CarryWatches { from: Uuid => SqlUuid, into: Uuid => SqlUuid, people: Vec<Uuid> => Array<SqlUuid>, at: Option<DateTime<Utc>> => Nullable<Timestamptz> } -> Bool :
    "insert into watch (issue_id, account_id, watching, since, merged_from)
     select {into}, person, true, coalesce({at}, clock_timestamp()), {from} from unnest({people}) person
     on conflict (issue_id, account_id) do nothing
     returning true"
}

/// Lets whoever votes for a duplicate or watches it do so where it is merged, each person once. All votes
/// count, but only those come to watch who may and for whom that issue exists, unless they turned it off.
///
/// # Errors
/// When the database is away.
pub fn carry_people(tx: &mut Tx<'_>, from: Uuid, into: &IssueAccess) -> Result<()> {
    let at = tx.at();
    let (target, project) = (into.issue.id, &into.access.project);
    let conn = tx.writing(false)?;
    let _: Option<bool> = CarryVotes {
        from,
        into: target,
        at,
    }
    .get_result(conn)
    .optional()?;
    let watchers: Vec<(Uuid, String, Option<String>)> = WatchersToCarry {
        from,
        into: target,
        project: project.id,
    }
    .load(conn)?;
    let mut people = Vec::new();
    for (person, role, membership) in watchers {
        let role: Role = stored(&role)?;
        let membership = membership.as_deref().map(stored).transpose()?;
        let Some(role) = policy::standing(role, membership, project.visibility) else {
            continue;
        };
        let theirs = into.issue.reporter.id == person;
        let exists = theirs || !policy::own_only(role, project.reporters_see);
        if exists && policy::decide(role, Action::Watch, Ground::NONE).is_ok() {
            people.push(person);
        }
    }
    let _: Vec<bool> = CarryWatches {
        from,
        into: target,
        people,
        at,
    }
    .load(conn)?;
    Ok(())
}

statement! {
    /// Whether somebody watches an issue; no row when they never decided.
    Watching { issue: Uuid => SqlUuid, account: Uuid => SqlUuid } -> Bool :
    "select watching from watch where issue_id = {issue} and account_id = {account}"
}

/// Lets one who watches a duplicate watch what it is merged into, unless they turned that off. Gives
/// whether that is new; nothing when they do not watch it.
///
/// # Errors
/// When the database is away.
pub fn carry_watch(tx: &mut Tx<'_>, from: Uuid, into: Uuid, account: Uuid) -> Result<Option<bool>> {
    let at = tx.at();
    let people = vec![account];
    let carry = CarryWatches {
        from,
        into,
        people,
        at,
    };
    let begun: Vec<bool> = carry.load(tx.writing(false)?)?;
    if !begun.is_empty() {
        return Ok(Some(true));
    }
    let watching: Option<bool> = Watching {
        issue: into,
        account,
    }
    .get_result(tx.pg())
    .optional()?;
    Ok(watching.filter(|watching| *watching).map(|_| false))
}

/// Takes back the rows that came from a duplicate and that nobody made their own since: of some people,
/// or of all. Whoever did the same on another duplicate before that was merged here stays for that one.
macro_rules! withdraw {
    ($table:literal, $other:literal) => {
        concat!(
            "with theirs as (
                 select r.account_id, (
                     select m.issue_id from merge m join ", $table, " o on o.issue_id = m.issue_id
                     where m.into_id = {into} and m.issue_id <> {from} and m.ended_at is null
                       and o.account_id = r.account_id and ", $other, "
                     order by m.merged_at, m.id limit 1
                 ) as other
                 from ", $table, " r
                 where r.issue_id = {into} and r.merged_from = {from}
                   and ({people}::uuid[] is null or r.account_id = any({people}))
             ), kept as (
                 update ", $table, " k set merged_from = t.other from theirs t
                 where k.issue_id = {into} and k.account_id = t.account_id and t.other is not null
             ), gone as (
                 delete from ", $table, " g using theirs t
                 where g.issue_id = {into} and g.account_id = t.account_id and t.other is null
                 returning g.account_id
             )"
        )
    };
}

statement! {
    /// Takes votes back that came from a duplicate, and counts; gives whose they were.
    WithdrawVotes { from: Uuid => SqlUuid, into: Uuid => SqlUuid, people: Option<Vec<Uuid>> => Nullable<Array<SqlUuid>> } -> Array<SqlUuid> :
    concat!(withdraw!("vote", "o.created_at <= m.merged_at"),
        " update issue set votes = votes - (select count(*)::int from gone)
          where id = {into} returning array(select account_id from gone)")
}

statement! {
    /// Ends watching that came from a duplicate; gives whose it was.
    WithdrawWatches { from: Uuid => SqlUuid, into: Uuid => SqlUuid, people: Option<Vec<Uuid>> => Nullable<Array<SqlUuid>> } -> SqlUuid :
    concat!(withdraw!("watch", "o.watching"), " select account_id from gone")
}

/// Whose votes and watches are taken back.
#[derive(Debug, Clone, Copy)]
pub enum Withdrawn {
    /// Everybody's.
    All,
    /// One person's vote.
    Vote(Uuid),
    /// One person's watch.
    Watch(Uuid),
}

/// Takes back what [`carry_people`] did, but for what somebody made their own since: also further up,
/// where the other issue is merged itself.
///
/// # Errors
/// When the database is away.
pub fn withdraw_people(tx: &mut Tx<'_>, from: Uuid, into: Uuid, whose: Withdrawn) -> Result<()> {
    let (mut voters, mut watchers) = match whose {
        Withdrawn::All => (None, None),
        Withdrawn::Vote(account) => (Some(vec![account]), Some(Vec::new())),
        Withdrawn::Watch(account) => (Some(Vec::new()), Some(vec![account])),
    };
    let mut step = Some((from, into));
    while let Some((from, into)) = step {
        step = of_issue(tx, into)?.map(|merge| (into, merge.into_id));
        let conn = tx.writing(false)?;
        let votes = WithdrawVotes {
            from,
            into,
            people: voters,
        };
        voters = Some(votes.get_result(conn)?);
        let watches = WithdrawWatches {
            from,
            into,
            people: watchers,
        };
        watchers = Some(watches.load(conn)?);
    }
    Ok(())
}
