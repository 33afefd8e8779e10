//! Issues as a relation: those of now, or as they were at an instant of the past. Both have the same
//! columns, so one filter, one order and one report serve both.

use crate::access::Scope;
use crate::statement::{Fragment, Value};
use chrono::{DateTime, Utc};

/// Adds the relation, under the alias `i`.
pub(crate) fn relation(f: &mut Fragment, as_of: Option<DateTime<Utc>>) {
    match as_of {
        None => f.sql("issue i"),
        // A version begins when it was written; comparing that column lets a list be read in order.
        Some(at) => f
            .sql("(select v.issue_id as id, v.*, (select n.votes from issue n where n.id = v.issue_id) as votes
               from issue_version v where v.updated_at <= ")
            .bind(Value::At(at))
            .sql(" and coalesce(v.valid_to, 'infinity') > ")
            .bind(Value::At(at))
            .sql(") i"),
    };
}

/// Adds the condition that an issue is not deleted. In the past, too, an issue that is deleted today
/// exists only for those who may see deleted ones today.
pub(crate) fn not_deleted(f: &mut Fragment, scope: &Scope, as_of: Option<DateTime<Utc>>) {
    f.sql(" and i.deleted_at is null");
    let leads_all = scope
        .all
        .iter()
        .chain(&scope.own)
        .all(|project| scope.leads.contains(project));
    if as_of.is_some() && !leads_all {
        f.sql(" and i.id not in (select d.id from issue d where d.deleted_at is not null and d.project_id <> all(")
            .bind(Value::Uuids(scope.leads.clone()))
            .sql("))");
    }
}

/// Adds the condition that an issue of the past, when it has moved since, exists for somebody where it
/// is today.
pub(crate) fn still_theirs(f: &mut Fragment, scope: &Scope, as_of: Option<DateTime<Utc>>) {
    if as_of.is_none() {
        return;
    }
    let today = scope.today();
    f.sql(
        " and i.id not in (select k.issue_id from former_key k join issue n on n.id = k.issue_id
           where n.project_id <> all(",
    )
    .bind(Value::Uuids(today.all.clone()))
    .sql(") and not (n.reporter_id = ")
    .bind(Value::Uuid(today.me))
    .sql(" and n.project_id = any(")
    .bind(Value::Uuids(today.own.clone()))
    .sql(")))");
}

/// Adds the condition that an issue exists for somebody.
///
/// One project is compared, not searched in an array: the planner then reads the index in order.
pub(crate) fn in_scope(f: &mut Fragment, scope: &Scope) {
    match (scope.all.as_slice(), scope.own.as_slice()) {
        ([one], []) => f.sql("i.project_id = ").bind(Value::Uuid(*one)),
        (all, []) => f
            .sql("i.project_id = any(")
            .bind(Value::Uuids(all.to_vec()))
            .sql(")"),
        ([], own) => f
            .sql("i.reporter_id = ")
            .bind(Value::Uuid(scope.me))
            .sql(" and i.project_id = any(")
            .bind(Value::Uuids(own.to_vec()))
            .sql(")"),
        (all, own) => f
            .sql("(i.project_id = any(")
            .bind(Value::Uuids(all.to_vec()))
            .sql(") or (i.reporter_id = ")
            .bind(Value::Uuid(scope.me))
            .sql(" and i.project_id = any(")
            .bind(Value::Uuids(own.to_vec()))
            .sql(")))"),
    };
}
