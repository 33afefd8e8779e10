//! Statements of fixed text, planned once per connection.
//!
//! `diesel::sql_query` is parsed and planned on every call, which costs more than running the
//! statement. A [`statement!`] has the same freedom of SQL, but its type is its cache key.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Date, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use std::marker::PhantomData;
use uuid::Uuid;

/// Declares a statement: named parameters with their SQL types, the SQL type of a row, the text.
///
/// In the text `{name}` stands for the parameter of that name, as often as needed.
macro_rules! statement {
    (
        $(#[$meta:meta])*
        $name:ident { $( $field:ident : $ty:ty => $sql:ty ),* $(,)? } -> $row:ty : $text:expr
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub(crate) struct $name { $( pub(crate) $field: $ty, )* }

        impl diesel::query_builder::QueryId for $name {
            type QueryId = $name;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl diesel::query_builder::Query for $name {
            type SqlType = $row;
        }

        impl diesel::RunQueryDsl<diesel::PgConnection> for $name {}

        impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                let text: &'static str = $text;
                for (i, part) in text.split('{').enumerate() {
                    if i == 0 {
                        out.push_sql(part);
                        continue;
                    }
                    let (name, rest) = part.split_once('}').unwrap_or((part, ""));
                    let known = [$( stringify!($field), )* ""];
                    if !known.contains(&name) {
                        return Err(diesel::result::Error::QueryBuilderError(
                            format!("no parameter {name} in {}", stringify!($name)).into(),
                        ));
                    }
                    $( if name == stringify!($field) {
                        out.push_bind_param::<$sql, _>(&self.$field)?;
                    } )*
                    out.push_sql(rest);
                }
                Ok(())
            }
        }
    };
}

/// A statement put together at run time, from pieces of fixed text and values.
///
/// Values are always bound, never written into the text; statements of the same text share one plan
/// per connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fragment(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Sql(&'static str),
    Number(i64),
    Value(Value),
}

/// A value of a [`Fragment`].
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Uuid(Uuid),
    Uuids(Vec<Uuid>),
    Text(String),
    Texts(Vec<String>),
    Small(i16),
    Smalls(Vec<i16>),
    Big(i64),
    At(DateTime<Utc>),
    Day(NaiveDate),
}

impl Fragment {
    /// Adds text.
    pub(crate) fn sql(&mut self, text: &'static str) -> &mut Self {
        self.0.push(Part::Sql(text));
        self
    }

    /// Adds a number as text, for a bound that the plan depends on: the planner takes a bound limit for
    /// a tenth of everything. Only for numbers of few values, since each makes a statement of its own.
    pub(crate) fn number(&mut self, number: i64) -> &mut Self {
        self.0.push(Part::Number(number));
        self
    }

    /// Adds a bound value.
    pub(crate) fn bind(&mut self, value: Value) -> &mut Self {
        self.0.push(Part::Value(value));
        self
    }

    /// Adds another fragment.
    pub(crate) fn append(&mut self, other: &Fragment) -> &mut Self {
        self.0.extend(other.0.iter().cloned());
        self
    }

    /// Makes it a query whose rows have that SQL type.
    pub(crate) fn query<ST>(self) -> DynamicQuery<ST> {
        DynamicQuery {
            fragment: self,
            row: PhantomData,
        }
    }
}

/// A [`Fragment`] with the SQL type of its rows.
pub(crate) struct DynamicQuery<ST> {
    fragment: Fragment,
    row: PhantomData<ST>,
}

impl<ST> QueryId for DynamicQuery<ST> {
    type QueryId = ();
    // The text decides; Diesel then keys its cache by it.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for DynamicQuery<ST> {
    type SqlType = ST;
}

impl<ST> diesel::RunQueryDsl<diesel::PgConnection> for DynamicQuery<ST> {}

impl<ST> QueryFragment<Pg> for DynamicQuery<ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for part in &self.fragment.0 {
            match part {
                Part::Sql(text) => out.push_sql(text),
                Part::Number(number) => out.push_sql(&number.to_string()),
                Part::Value(Value::Uuid(v)) => out.push_bind_param::<SqlUuid, _>(v)?,
                Part::Value(Value::Uuids(v)) => out.push_bind_param::<Array<SqlUuid>, _>(v)?,
                Part::Value(Value::Text(v)) => out.push_bind_param::<Text, _>(v)?,
                Part::Value(Value::Texts(v)) => out.push_bind_param::<Array<Text>, _>(v)?,
                Part::Value(Value::Small(v)) => out.push_bind_param::<SmallInt, _>(v)?,
                Part::Value(Value::Smalls(v)) => out.push_bind_param::<Array<SmallInt>, _>(v)?,
                Part::Value(Value::Big(v)) => out.push_bind_param::<BigInt, _>(v)?,
                Part::Value(Value::At(v)) => out.push_bind_param::<Timestamptz, _>(v)?,
                Part::Value(Value::Day(v)) => out.push_bind_param::<Date, _>(v)?,
            }
        }
        Ok(())
    }
}
