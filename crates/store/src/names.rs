//! Names of statuses, labels and versions over all projects of somebody.

use crate::access::{Scope, stored};
use crate::db::Conn;
use crate::error::Result;
use diesel::RunQueryDsl;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use domain::name::{NAMES_MAX, Name, NameOf};
use uuid::Uuid;

statement! {
    /// What begins with the text comes first, then what more projects have. Only one of the three parts
    /// is read. A name counts once for each project, however differently they write it.
    NamesLike { of: String => Text, text: String => Text, projects: Vec<Uuid> => Array<SqlUuid>, limit: i64 => BigInt }
    -> (Text, Text, Text, BigInt, BigInt) :
    "with one (folded, name, look) as (
         select slug, name, category from status
         where {of} = 'status' and removed_at is null and project_id = any({projects})
         union all
         select lower(name), name, colour from label where {of} = 'label' and project_id = any({projects})
         union all
         select lower(name), name, '' from project_version where {of} = 'version' and project_id = any({projects})
     ), found as (
         select folded, mode() within group (order by name) as name, mode() within group (order by look) as look,
                count(*) as projects,
                bool_or(starts_with(folded, lower({text})) or starts_with(lower(name), lower({text}))) as begins
         from one group by folded
         having bool_or(position(lower({text}) in folded) > 0 or position(lower({text}) in lower(name)) > 0)
     )
     select case {of} when 'status' then folded else name end, name, look, projects, count(*) over ()
     from found order by begins desc, projects desc, folded limit {limit}"
}

/// Names that contain the text, at most [`NAMES_MAX`] of them, and how many there are in all.
///
/// # Errors
/// When the database is away.
pub fn like(conn: &mut Conn, scope: &Scope, of: NameOf, text: &str) -> Result<(Vec<Name>, i64)> {
    let statement = NamesLike {
        of: of.slug().to_string(),
        text: text.to_string(),
        projects: scope.all.iter().chain(&scope.own).copied().collect(),
        limit: NAMES_MAX,
    };
    let rows: Vec<(String, String, String, i64, i64)> = statement.load(conn.pg())?;
    let count = rows.first().map_or(0, |row| row.4);
    let name = |(value, name, look, projects, _): (String, String, String, i64, i64)| {
        Ok(Name {
            value,
            name,
            projects,
            category: match of {
                NameOf::Status => Some(stored(&look)?),
                NameOf::Label | NameOf::Version => None,
            },
            colour: (of == NameOf::Label).then_some(look),
        })
    };
    let names = rows.into_iter().map(name).collect::<Result<_>>()?;
    Ok((names, count))
}
