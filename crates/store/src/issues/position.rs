//! The order of a list, and the place in it where a page ended.

use super::groups::Cut;
use crate::statement::{Fragment, Value};
use chrono::{DateTime, NaiveDate, Utc};
use domain::list::{GroupBy, Sort, SortField};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a page ended: the value it was ordered by, the tie-breaker, and the group, when there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Position(
    pub PositionValue,
    pub Uuid,
    #[serde(default)] pub Option<String>,
);

/// The value a list is ordered by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PositionValue {
    /// An instant.
    At(DateTime<Utc>),
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    /// A day; none stands last.
    Day(Option<NaiveDate>),
}

impl Position {
    /// Whether this position can be one of a list in that order: a cursor of another list is not.
    #[must_use]
    pub fn fits(&self, field: SortField, group_by: Option<GroupBy>) -> bool {
        self.2.is_some() == group_by.is_some()
            && matches!(
                (field, &self.0),
                (
                    SortField::Updated | SortField::Created,
                    PositionValue::At(_)
                ) | (
                    SortField::Priority
                        | SortField::Severity
                        | SortField::Key
                        | SortField::Points
                        | SortField::Votes,
                    PositionValue::Number(_)
                ) | (SortField::Title, PositionValue::Text(_))
                    | (SortField::Due, PositionValue::Day(_))
            )
    }
}

/// What is not set stands last in both directions.
pub(super) const fn order_column(sort: Sort) -> &'static str {
    match sort.field {
        SortField::Updated => "i.updated_at",
        SortField::Created => "i.created_at",
        SortField::Priority => "i.priority",
        SortField::Severity => "i.severity",
        SortField::Key => "i.number",
        SortField::Title => "lower(i.title)",
        SortField::Due if sort.descending => "coalesce(i.due_date, '-infinity'::date)",
        SortField::Due => "coalesce(i.due_date, 'infinity'::date)",
        SortField::Points if sort.descending => "coalesce(i.story_points, (-1)::smallint)",
        SortField::Points => "coalesce(i.story_points, 32767::smallint)",
        SortField::Votes => "i.votes",
    }
}

pub(super) fn order(f: &mut Fragment, sort: Sort, cut: Option<Cut>) {
    let direction = if sort.descending { " desc" } else { " asc" };
    f.sql(" order by ");
    if let Some(cut) = cut {
        f.sql("(").sql(cut.key).sql(r#") collate "C", "#);
    }
    f.sql(order_column(sort))
        .sql(direction)
        .sql(", i.id")
        .sql(direction);
}

/// Everything after a position, as a comparison of rows: the form in which an index is entered at
/// the right place.
pub(super) fn beyond(f: &mut Fragment, sort: Sort, cut: Option<Cut>, position: &Position) {
    let Some((cut, Position(_, _, Some(group)))) = cut.map(|cut| (cut, position)) else {
        f.sql(" and ");
        return beyond_in_order(f, sort, order_column(sort), position);
    };
    let group = || Value::Text(group.clone());
    f.sql(" and ((").sql(cut.key).sql(r#") collate "C" > "#);
    f.bind(group())
        .sql(" or ((")
        .sql(cut.key)
        .sql(r#") collate "C" = "#);
    f.bind(group()).sql(" and ");
    beyond_in_order(f, sort, order_column(sort), position);
    f.sql("))");
}

/// The same without groups, where `key` is what the list is ordered by.
pub(super) fn beyond_in_order(
    f: &mut Fragment,
    sort: Sort,
    key: &'static str,
    position: &Position,
) {
    let than = if sort.descending {
        ", i.id) < ("
    } else {
        ", i.id) > ("
    };
    f.sql("(").sql(key).sql(than);
    let Position(value, id, _) = position.clone();
    let small = matches!(
        sort.field,
        SortField::Priority | SortField::Severity | SortField::Points
    );
    match value {
        PositionValue::At(at) => f.bind(Value::At(at)),
        PositionValue::Number(number) if small => {
            f.bind(Value::Small(i16::try_from(number).unwrap_or(i16::MAX)))
        }
        PositionValue::Number(number) => f.bind(Value::Big(number)),
        PositionValue::Text(text) => f.sql("lower(").bind(Value::Text(text)).sql(")"),
        PositionValue::Day(Some(day)) => f.bind(Value::Day(day)),
        PositionValue::Day(None) if sort.descending => f.sql("'-infinity'::date"),
        PositionValue::Day(None) => f.sql("'infinity'::date"),
    };
    f.sql(", ").bind(Value::Uuid(id)).sql(")");
}
