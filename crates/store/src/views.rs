//! Saved views: rows and named queries.

use crate::access::Scope;
use crate::columns::Json;
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{OptionalExtension, Queryable, RunQueryDsl};
use domain::view::{Layout, NewView, View, ViewPatch};
use serde_json::json;
use uuid::Uuid;

type ViewSql = (
    SqlUuid,
    SqlUuid,
    Nullable<SqlUuid>,
    Nullable<Text>,
    Text,
    Text,
    Jsonb,
    Bool,
    Integer,
    Timestamptz,
    Timestamptz,
);

/// A view as it is stored.
#[derive(Debug, Clone, Queryable)]
pub struct StoredView {
    /// Id.
    pub id: Uuid,
    /// Who made it.
    pub owner_id: Uuid,
    /// Project.
    pub project_id: Option<Uuid>,
    /// Its key.
    pub project: Option<String>,
    /// Name.
    pub name: String,
    /// In the filter language.
    pub query: String,
    /// How it is shown.
    #[diesel(deserialize_as = Json<Layout>)]
    pub layout: Layout,
    /// With everybody who sees the project.
    pub shared: bool,
    /// Counts changes.
    pub version: i32,
    /// When made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl StoredView {
    /// As it travels.
    #[must_use]
    pub fn render(self, editable: bool) -> View {
        View {
            id: self.id,
            name: self.name,
            query: self.query,
            layout: self.layout,
            project: self.project,
            shared: self.shared,
            editable,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

statement! {
    /// Views that exist for somebody: their own, and those of the projects they see.
    Views { me: Uuid => SqlUuid, all: Vec<Uuid> => Array<SqlUuid>, own: Vec<Uuid> => Array<SqlUuid> } -> ViewSql :
    "select v.id, v.owner_id, v.project_id, p.key, v.name, v.query, v.layout, v.shared, v.version, v.created_at, v.updated_at
     from saved_view v left join project p on p.id = v.project_id
     where (v.shared or v.owner_id = {me})
       and (v.project_id is null or v.project_id = any({all}) or v.project_id = any({own}))
     order by v.shared, lower(v.name), v.id"
}

/// Views that exist for somebody, private ones first, by name.
///
/// # Errors
/// When the database is away.
pub fn list(conn: &mut Conn, scope: &Scope) -> Result<Vec<StoredView>> {
    let statement = Views {
        me: scope.me,
        all: scope.all.clone(),
        own: scope.own.clone(),
    };
    Ok(statement.load(conn.pg())?)
}

statement! {
    /// One view, if it is theirs or shared.
    ViewById { id: Uuid => SqlUuid, me: Uuid => SqlUuid } -> ViewSql :
    "select v.id, v.owner_id, v.project_id, p.key, v.name, v.query, v.layout, v.shared, v.version, v.created_at, v.updated_at
     from saved_view v left join project p on p.id = v.project_id
     where v.id = {id} and (v.shared or v.owner_id = {me})"
}

/// One view that is theirs or shared; whether they see its project is for the caller to ask.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_id(conn: &mut Conn, id: Uuid, me: Uuid) -> Result<StoredView> {
    let view: Option<StoredView> = ViewById { id, me }.get_result(conn.pg()).optional()?;
    view.ok_or(Error::NotFound)
}

statement! {
    /// How many views share the place of a new one.
    Siblings { me: Uuid => SqlUuid, project: Option<Uuid> => Nullable<SqlUuid> } -> BigInt :
    "select count(*) from saved_view
     where case when {project}::uuid is null then not shared and owner_id = {me}
                else shared and project_id = {project} end"
}

/// How many private views somebody has, or how many a project shares.
///
/// # Errors
/// When the database is away.
pub fn count(conn: &mut Conn, me: Uuid, shared_with: Option<Uuid>) -> Result<i64> {
    let project = shared_with;
    Ok(Siblings { me, project }.get_result(conn.pg())?)
}

statement! {
    /// A new view.
    InsertView {
        id: Uuid => SqlUuid, owner: Uuid => SqlUuid, project: Option<Uuid> => Nullable<SqlUuid>, name: String => Text,
        query: String => Text, layout: serde_json::Value => Jsonb, shared: bool => Bool,
    } -> Bool :
    "insert into saved_view (id, owner_id, project_id, name, query, layout, shared)
     values ({id}, {owner}, {project}, {name}, {query}, {layout}, {shared}) returning true"
}

/// Adds a view that passed its check.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn insert(tx: &mut Tx<'_>, owner: Uuid, project: Option<Uuid>, new: &NewView) -> Result<Uuid> {
    let id = new_id();
    let statement = InsertView {
        id,
        owner,
        project,
        name: new.name.clone(),
        query: new.query.clone(),
        layout: json!(new.layout),
        shared: new.shared,
    };
    let _: bool = statement.get_result(tx.writing(false)?)?;
    Ok(id)
}

statement! {
    /// A changed view, if it is still at the version that was read.
    UpdateView {
        id: Uuid => SqlUuid, version: i32 => Integer, name: String => Text, query: String => Text,
        layout: serde_json::Value => Jsonb, shared: bool => Bool, by: Uuid => SqlUuid,
    } -> Bool :
    "update saved_view set name = {name}, query = {query}, layout = {layout}, version = version + 1,
            owner_id = case when shared and not {shared} then {by} else owner_id end, shared = {shared},
            updated_at = clock_timestamp()
     where id = {id} and version = {version} returning true"
}

/// Changes a view, if it is still at the version that was read. One that is no longer shared belongs to
/// whoever takes it back.
///
/// # Errors
/// [`Error::Stale`], or [`Error::Constraint`] when the name is taken.
pub fn update(tx: &mut Tx<'_>, was: &StoredView, patch: &ViewPatch, by: Uuid) -> Result<()> {
    let statement = UpdateView {
        id: was.id,
        version: was.version,
        name: patch.name.clone().unwrap_or_else(|| was.name.clone()),
        query: patch.query.clone().unwrap_or_else(|| was.query.clone()),
        layout: json!(patch.layout.as_ref().unwrap_or(&was.layout)),
        shared: patch.shared.unwrap_or(was.shared),
        by,
    };
    let changed: Option<bool> = statement.get_result(tx.writing(false)?).optional()?;
    changed.map(|_| ()).ok_or(Error::Stale)
}

statement! {
    /// Removes a view, if it is still at the version that was read.
    DeleteView { id: Uuid => SqlUuid, version: i32 => Integer } -> Bool :
    "delete from saved_view where id = {id} and version = {version} returning true"
}

/// Removes a view, if it is still at the version that was read.
///
/// # Errors
/// [`Error::Stale`].
pub fn delete(tx: &mut Tx<'_>, was: &StoredView) -> Result<()> {
    let statement = DeleteView {
        id: was.id,
        version: was.version,
    };
    let removed: Option<bool> = statement.get_result(tx.writing(false)?).optional()?;
    removed.map(|_| ()).ok_or(Error::Stale)
}
