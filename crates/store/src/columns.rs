//! Small bridges between columns and the types of `domain`.

use diesel::Queryable;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::{Jsonb, Nullable, SmallInt, Text, Uuid as SqlUuid};
use domain::issue::{IssueType, Priority, Resolution, Severity, StatusRef, Stay};
use domain::label::LabelRef;
use domain::relation::RelationKind;
use domain::user::{Kind, UserRef};
use domain::view::Layout;
use domain::workflow::Category;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::str::FromStr;
use uuid::Uuid;

/// A stored word of a closed set.
#[derive(Debug, FromSqlRow)]
pub struct Word<T>(T);

impl<T> FromSql<Text, Pg> for Word<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Pg>>::from_sql(bytes)?;
        Ok(Self(text.parse()?))
    }
}

/// A number that stands for a word, because it sorts by meaning.
#[derive(Debug, FromSqlRow)]
pub struct Rank<T>(T);

impl FromSql<SmallInt, Pg> for Rank<Severity> {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let number = <i16 as FromSql<SmallInt, Pg>>::from_sql(bytes)?;
        severity_of(number)
            .map(Self)
            .ok_or_else(|| "severity out of range".into())
    }
}

impl FromSql<SmallInt, Pg> for Rank<Priority> {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let number = <i16 as FromSql<SmallInt, Pg>>::from_sql(bytes)?;
        Priority::new(number)
            .map(Self)
            .ok_or_else(|| "priority out of range".into())
    }
}

/// A JSON column of known shape.
#[derive(Debug, FromSqlRow)]
pub struct Json<T>(T);

impl<T: DeserializeOwned> FromSql<Jsonb, Pg> for Json<T> {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let bytes = bytes.as_bytes();
        // The binary form of jsonb begins with a version byte.
        let text = bytes.get(1..).ok_or("empty jsonb")?;
        Ok(Self(serde_json::from_slice(text)?))
    }
}

macro_rules! into {
    ($( $from:ty => $to:ty ),+ $(,)?) => { $(
        impl From<$from> for $to {
            fn from(wrapped: $from) -> Self { wrapped.0 }
        }
    )+ };
}

into! {
    Word<IssueType> => IssueType,
    Word<Category> => Category,
    Word<Kind> => Kind,
    Word<RelationKind> => RelationKind,
    Rank<Severity> => Severity,
    Rank<Priority> => Priority,
    Json<Vec<Stay>> => Vec<Stay>,
    Json<Vec<LabelRef>> => Vec<LabelRef>,
    Json<Layout> => Layout,
    Json<Vec<Blocker>> => Vec<Blocker>,
}

/// A resolution, when there is one.
#[derive(Debug, FromSqlRow)]
pub struct MaybeResolution(Option<Resolution>);

impl FromSql<Nullable<Text>, Pg> for MaybeResolution {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let word = <String as FromSql<Text, Pg>>::from_sql(bytes)?;
        Ok(Self(Some(word.parse()?)))
    }

    fn from_nullable_sql(bytes: Option<PgValue<'_>>) -> deserialize::Result<Self> {
        bytes.map_or(Ok(Self(None)), Self::from_sql)
    }
}

into! { MaybeResolution => Option<Resolution> }

/// 1 low … 4 critical.
pub(crate) const fn severity_number(severity: Severity) -> i16 {
    match severity {
        Severity::Low => 1,
        Severity::Medium => 2,
        Severity::High => 3,
        Severity::Critical => 4,
    }
}

pub(crate) const fn severity_of(number: i16) -> Option<Severity> {
    Some(match number {
        1 => Severity::Low,
        2 => Severity::Medium,
        3 => Severity::High,
        4 => Severity::Critical,
        _ => return None,
    })
}

/// Columns of a person beside a thing.
pub(crate) type PersonSql = (SqlUuid, Text, Text, Text);

/// A person beside a thing.
#[derive(Debug, Clone, Queryable)]
pub struct Person {
    /// Id.
    pub id: Uuid,
    /// User name.
    pub username: String,
    /// Name for people.
    pub display_name: String,
    /// Person or program.
    #[diesel(deserialize_as = Word<Kind>)]
    pub kind: Kind,
}

impl From<Person> for UserRef {
    fn from(person: Person) -> Self {
        Self {
            id: person.id,
            username: person.username,
            display_name: person.display_name,
            kind: person.kind,
        }
    }
}

/// An open issue that blocks another: what decides for whom it does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Blocker {
    /// Its project.
    pub project: Uuid,
    /// Its reporter.
    pub reporter: Uuid,
}

/// Columns of a status beside an issue.
pub(crate) type StatusSql = (SqlUuid, Text, Text, Text);

/// A status beside an issue.
#[derive(Debug, Clone, Queryable)]
pub struct IssueStatus {
    /// Id.
    pub id: Uuid,
    /// Name in the API.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// What it means.
    #[diesel(deserialize_as = Word<Category>)]
    pub category: Category,
}

impl From<IssueStatus> for StatusRef {
    fn from(status: IssueStatus) -> Self {
        Self {
            slug: status.slug,
            name: status.name,
            category: status.category,
        }
    }
}

/// A slug as people read it: `in_progress` as `In progress`.
pub(crate) fn capital(slug: &str) -> String {
    let mut letters = slug.chars();
    match letters.next() {
        Some(first) => first
            .to_uppercase()
            .chain(letters)
            .collect::<String>()
            .replace('_', " "),
        None => String::new(),
    }
}
