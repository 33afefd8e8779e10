//! Relations between issues. A row stands in one direction; a related issue that does not exist for
//! somebody is no relation for them.

use crate::access::Scope;
use crate::columns::{IssueStatus, MaybeResolution, Person, PersonSql, StatusSql, Word};
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use crate::statement::{Fragment, Value};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, Queryable, RunQueryDsl};
use domain::issue::{IssueType, Resolution};
use domain::key::issue_key;
use domain::relation::{RelatedIssue, Relation, RelationKind};
use std::collections::HashMap;
use uuid::Uuid;

/// Adds the condition that an issue of that alias exists for somebody.
pub(crate) fn in_scope(f: &mut Fragment, scope: &Scope, alias: &'static str) {
    f.sql("(")
        .sql(alias)
        .sql(".project_id = any(")
        .bind(Value::Uuids(scope.all.clone()))
        .sql(")");
    if !scope.own.is_empty() {
        f.sql(" or (")
            .sql(alias)
            .sql(".project_id = any(")
            .bind(Value::Uuids(scope.own.clone()))
            .sql(") and ")
            .sql(alias)
            .sql(".reporter_id = ")
            .bind(Value::Uuid(scope.me))
            .sql(")");
    }
    f.sql(")");
}

/// Adds a relation of sub-issues of `i` under the alias `u`, and the condition for them: direct ones that
/// are not deleted, now or at an instant. What is deleted today is gone from the past, too.
pub(crate) fn parts(f: &mut Fragment, as_of: Option<DateTime<Utc>>) {
    match as_of {
        None => f.sql("issue u where u.parent_id = i.id and u.deleted_at is null"),
        Some(at) => f
            .sql(
                "issue_version u join issue today on today.id = u.issue_id and today.deleted_at is null
                 where u.parent_id = i.id and u.deleted_at is null and u.valid_from <= ",
            )
            .bind(Value::At(at))
            .sql(" and coalesce(u.valid_to, 'infinity') > ")
            .bind(Value::At(at)),
    };
}

/// Adds the condition that the row `x` of relations holds, now or at an instant.
fn stands(f: &mut Fragment, as_of: Option<DateTime<Utc>>) {
    match as_of {
        None => f.sql("x.ended_at is null"),
        Some(at) => f
            .sql("x.created_at <= ")
            .bind(Value::At(at))
            .sql(" and coalesce(x.ended_at, 'infinity') > ")
            .bind(Value::At(at)),
    };
}

/// Adds the condition that an open issue which exists for somebody blocks `i`.
pub(crate) fn blocked(f: &mut Fragment, scope: &Scope, as_of: Option<DateTime<Utc>>) {
    f.sql("exists (select from relation x join issue b on b.id = x.from_id and b.deleted_at is null where x.to_id = i.id and x.kind = 'blocks' and ");
    stands(f, as_of);
    f.sql(" and ");
    in_scope(f, scope, "b");
    match as_of {
        None => f.sql(" and b.resolved_at is null)"),
        Some(at) => f
            .sql(" and exists (select from issue_version o where o.issue_id = b.id and o.resolved_at is null and o.deleted_at is null and o.valid_from <= ")
            .bind(Value::At(at))
            .sql(" and coalesce(o.valid_to, 'infinity') > ")
            .bind(Value::At(at))
            .sql("))"),
    };
}

/// Adds the condition that `i` stands in a relation to one of some issues, or to any that exists for
/// somebody: as a kind says it, or in any way.
pub(crate) fn related(
    f: &mut Fragment,
    scope: &Scope,
    as_of: Option<DateTime<Utc>>,
    kind: Option<RelationKind>,
    to: Option<&[Uuid]>,
) {
    let side =
        |f: &mut Fragment, this: &'static str, other: &'static str, kind: Option<RelationKind>| {
            f.sql("exists (select from relation x join issue b on b.id = ")
                .sql(other)
                .sql(" and b.deleted_at is null where ")
                .sql(this)
                .sql(" = i.id and ");
            stands(f, as_of);
            f.sql(" and ");
            in_scope(f, scope, "b");
            if let Some(kind) = kind {
                f.sql(" and x.kind = ")
                    .bind(Value::Text(kind.slug().to_string()));
            }
            if let Some(to) = to {
                f.sql(" and b.id = any(")
                    .bind(Value::Uuids(to.to_vec()))
                    .sql(")");
            }
            f.sql(")");
        };
    match kind {
        None => {
            side(f, "x.from_id", "x.to_id", None);
            f.sql(" or ");
            side(f, "x.to_id", "x.from_id", None);
        }
        Some(kind) if kind.is_kept() => side(f, "x.from_id", "x.to_id", Some(kind)),
        Some(kind) => side(f, "x.to_id", "x.from_id", Some(kind.inverse())),
    }
}

/// A relation as it is read, from the side of one issue.
#[derive(Debug, Clone, Queryable)]
pub struct StoredRelation {
    /// Id.
    pub id: Uuid,
    #[diesel(deserialize_as = Word<RelationKind>)]
    kept: RelationKind,
    outward: bool,
    created_by: Person,
    created_at: DateTime<Utc>,
    /// The other issue.
    pub other_id: Uuid,
    /// Its project.
    pub other_project_id: Uuid,
    other_project: String,
    other_number: i64,
    title: String,
    #[diesel(deserialize_as = Word<IssueType>)]
    type_: IssueType,
    status: IssueStatus,
    #[diesel(deserialize_as = MaybeResolution)]
    resolution: Option<Resolution>,
}

impl StoredRelation {
    /// How the issue stands to the other.
    #[must_use]
    pub const fn kind(&self) -> RelationKind {
        if self.outward {
            self.kept
        } else {
            self.kept.inverse()
        }
    }

    /// Key of the other issue.
    #[must_use]
    pub fn other_key(&self) -> String {
        issue_key(&self.other_project, self.other_number)
    }

    /// As it travels.
    #[must_use]
    pub fn render(self) -> Relation {
        Relation {
            id: self.id,
            kind: self.kind(),
            issue: RelatedIssue {
                id: self.other_id,
                key: self.other_key(),
                project: self.other_project,
                title: self.title,
                type_: self.type_,
                status: self.status.into(),
                resolution: self.resolution,
            },
            created_by: self.created_by.into(),
            created_at: self.created_at,
        }
    }
}

type RelationSql = (
    SqlUuid,
    Text,
    Bool,
    PersonSql,
    Timestamptz,
    SqlUuid,
    SqlUuid,
    Text,
    BigInt,
    Text,
    Text,
    StatusSql,
    Nullable<Text>,
);

macro_rules! relations_select {
    ($ends:literal, $now:literal) => {
        concat!(
            "select r.id, r.kind, r.outward, a.id, a.username, a.display_name, a.kind, r.created_at,
                    o.id, p.id, p.key, o.number, o.title, o.type, s.id, s.slug, s.name, s.category, o.resolution
             from (
                 select x.id, x.kind, x.from_id = {issue} as outward, x.created_by, x.created_at,
                        case when x.from_id = {issue} then x.to_id else x.from_id end as other_id
                 from relation x
                 where (x.from_id = {issue} or x.to_id = {issue}) and ", $ends, "
             ) r
             join issue today on today.id = r.other_id and today.deleted_at is null
             join ", $now, " o on o.id = r.other_id
             join project p on p.id = o.project_id
             join status s on s.id = o.status_id
             join account a on a.id = r.created_by
             where today.project_id = any({all}) or (today.project_id = any({own}) and today.reporter_id = {me})
             order by r.created_at, r.id")
    };
}

statement! {
    /// Relations of an issue, as far as the others exist for somebody, oldest first.
    RelationsOf {
        issue: Uuid => SqlUuid,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
    } -> RelationSql :
    relations_select!("x.ended_at is null", "issue")
}

statement! {
    /// The same as they were at an instant; whom the others exist for is a matter of today. A project that does not exist
    /// for the reader is not named: an issue that has left it is called as it is today.
    RelationsAsOf {
        issue: Uuid => SqlUuid,
        at: DateTime<Utc> => Timestamptz,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
    } -> RelationSql :
    relations_select!(
        "x.created_at <= {at} and coalesce(x.ended_at, 'infinity') > {at}",
        "(select v.issue_id as id, case when named then v.project_id else n.project_id end as project_id,
                 case when named then v.number else n.number end as number, v.title, v.type, v.status_id, v.resolution
          from issue_version v join issue n on n.id = v.issue_id
          cross join lateral (select v.project_id = any({all})
                                  or v.project_id = any({own}) and n.reporter_id = {me} as named) s
          where v.valid_from <= {at} and coalesce(v.valid_to, 'infinity') > {at})")
}

/// Relations of an issue, now or at an instant of the past, as far as the others exist for somebody.
///
/// # Errors
/// When the database is away.
pub fn of_issue(
    conn: &mut Conn,
    scope: &Scope,
    issue: Uuid,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<StoredRelation>> {
    let (all, own, me) = (scope.all.clone(), scope.own.clone(), scope.me);
    Ok(match as_of {
        None => RelationsOf {
            issue,
            all,
            own,
            me,
        }
        .load(conn.pg())?,
        Some(at) => RelationsAsOf {
            issue,
            at,
            all,
            own,
            me,
        }
        .load(conn.pg())?,
    })
}

statement! {
    /// How many relations an issue has, whoever may see them.
    CountRelations { issue: Uuid => SqlUuid } -> BigInt :
    "select count(*) from relation where (from_id = {issue} or to_id = {issue}) and ended_at is null"
}

/// How many relations an issue has, whoever may see them.
///
/// # Errors
/// When the database is away.
pub fn count(conn: &mut Conn, issue: Uuid) -> Result<i64> {
    Ok(CountRelations { issue }.get_result(conn.pg())?)
}

statement! {
    /// A new relation.
    InsertRelation {
        id: Uuid => SqlUuid,
        kind: String => Text,
        from: Uuid => SqlUuid,
        to: Uuid => SqlUuid,
        by: Uuid => SqlUuid,
        at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> SqlUuid :
    "insert into relation (id, kind, from_id, to_id, created_by, created_at)
     values ({id}, {kind}, {from}, {to}, {by}, coalesce({at}, clock_timestamp()))
     returning id"
}

/// The direction in which a relation is kept: from, to and the kind.
#[must_use]
pub fn kept(one: Uuid, kind: RelationKind, other: Uuid) -> (Uuid, Uuid, RelationKind) {
    match kind {
        RelationKind::RelatesTo => (one.min(other), one.max(other), kind),
        kind if kind.is_kept() => (one, other, kind),
        kind => (other, one, kind.inverse()),
    }
}

/// Puts `one` in relation to `other`. Whoever calls has looked for a way back, if the kind has a
/// direction, and holds [`crate::db::Lock::Relations`].
///
/// # Errors
/// [`Error::Constraint`] when they stand in that relation already.
pub fn insert(
    tx: &mut Tx<'_>,
    by: Uuid,
    one: Uuid,
    kind: RelationKind,
    other: Uuid,
) -> Result<Uuid> {
    let (from, to, kind) = kept(one, kind, other);
    let at = tx.at();
    let statement = InsertRelation {
        id: new_id(),
        kind: kind.slug().to_string(),
        from,
        to,
        by,
        at,
    };
    Ok(statement.get_result(tx.writing(false)?)?)
}

statement! {
    /// Ends a relation that has not ended.
    EndRelation { id: Uuid => SqlUuid, at: Option<DateTime<Utc>> => Nullable<Timestamptz> } -> Bool :
    "update relation set ended_at = greatest(coalesce({at}, clock_timestamp()), created_at)
     where id = {id} and ended_at is null returning true"
}

/// Takes a relation back.
///
/// # Errors
/// [`Error::NotFound`] when somebody was faster.
pub fn end(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    let at = tx.at();
    let ended: Option<bool> = EndRelation { id, at }
        .get_result(tx.writing(false)?)
        .optional()?;
    ended.map(|_| ()).ok_or(Error::NotFound)
}

statement! {
    /// Where relations of a kind lead from some issues.
    Onward { from: Vec<Uuid> => Array<SqlUuid>, kind: String => Text } -> (SqlUuid, SqlUuid) :
    "select from_id, to_id from relation where from_id = any({from}) and kind = {kind} and ended_at is null"
}

/// The way from one issue to another along relations of a kind that is kept, both ends included;
/// nothing when there is none. Deleted issues are on the way, too: they can come back.
///
/// # Errors
/// When the database is away.
pub fn way(conn: &mut Conn, kind: RelationKind, from: Uuid, to: Uuid) -> Result<Option<Vec<Uuid>>> {
    let mut came_from: HashMap<Uuid, Uuid> = HashMap::new();
    let mut edge = vec![from];
    while !edge.is_empty() {
        let steps: Vec<(Uuid, Uuid)> = Onward {
            from: edge,
            kind: kind.slug().to_string(),
        }
        .load(conn.pg())?;
        edge = Vec::new();
        for (one, next) in steps {
            if next == from || came_from.contains_key(&next) {
                continue;
            }
            came_from.insert(next, one);
            if next == to {
                let mut way = vec![to];
                let mut at = to;
                while let Some(before) = came_from.get(&at) {
                    way.push(*before);
                    at = *before;
                }
                way.reverse();
                return Ok(Some(way));
            }
            edge.push(next);
        }
    }
    Ok(None)
}

statement! {
    /// Keys of issues, as far as they exist for somebody.
    KeysOf {
        ids: Vec<Uuid> => Array<SqlUuid>,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
    } -> (SqlUuid, Text, BigInt) :
    "select i.id, p.key, i.number from issue i join project p on p.id = i.project_id
     where i.id = any({ids}) and i.deleted_at is null
       and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me}))"
}

/// Keys of issues, as far as they exist for somebody.
///
/// # Errors
/// When the database is away.
pub fn keys(conn: &mut Conn, scope: &Scope, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String, i64)> = KeysOf {
        ids: ids.to_vec(),
        all: scope.all.clone(),
        own: scope.own.clone(),
        me: scope.me,
    }
    .load(conn.pg())?;
    Ok(rows
        .into_iter()
        .map(|(id, project, number)| (id, issue_key(&project, number)))
        .collect())
}
