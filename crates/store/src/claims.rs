//! What rows say of stored bytes: for whoever compares them.

use crate::attachments::Contents;
use crate::db::Conn;
use crate::error::Result;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension, RunQueryDsl};
use uuid::Uuid;

/// What a row says of the bytes that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Id of the file, unless it is only remembered to be removed.
    pub id: Option<Uuid>,
    /// Where the bytes are.
    pub storage_key: String,
    /// What the bytes must be; nothing while they come, or are to be removed.
    pub contents: Option<Contents>,
}

type ClaimSql = (Nullable<SqlUuid>, Text, Bool, Text, BigInt, Text);
type ClaimRow = (Option<Uuid>, String, bool, String, i64, String);

impl From<ClaimRow> for Claim {
    fn from((id, storage_key, there, media_type, size, sha256): ClaimRow) -> Self {
        let contents = Contents {
            media_type,
            size,
            sha256,
        };
        Self {
            id,
            storage_key,
            contents: there.then_some(contents),
        }
    }
}

macro_rules! claims {
    ($condition:literal) => {
        concat!(
            "select id, storage_key, state in ('ready', 'draft'), media_type, size, sha256 from attachment where ",
            $condition,
            " union all select null, storage_key, false, '', 0, '' from orphan_file where ",
            $condition
        )
    };
}

statement! {
    /// All rows whose bytes are in a folder.
    ClaimsIn { folder: String => Text } -> ClaimSql : claims!("split_part(storage_key, '/', 1) = {folder}")
}

/// What rows say of the bytes in a folder.
///
/// # Errors
/// When the database is away.
pub fn in_folder(conn: &mut Conn, folder: &str) -> Result<Vec<Claim>> {
    let folder = folder.to_string();
    let rows: Vec<ClaimRow> = ClaimsIn { folder }.load(conn.pg())?;
    Ok(rows.into_iter().map(Claim::from).collect())
}

statement! {
    /// One row by where its bytes are.
    ClaimAt { key: String => Text } -> ClaimSql : claims!("storage_key = {key}")
}

/// What a row says of the bytes there, if one names them.
///
/// # Errors
/// When the database is away.
pub fn at(conn: &mut Conn, storage_key: &str) -> Result<Option<Claim>> {
    let key = storage_key.to_string();
    let row: Option<ClaimRow> = ClaimAt { key }.get_result(conn.pg()).optional()?;
    Ok(row.map(Claim::from))
}

statement! {
    /// Folders that rows name.
    FoldersNamed {} -> Text :
    "select distinct split_part(storage_key, '/', 1) from attachment
     union select split_part(storage_key, '/', 1) from orphan_file"
}

/// The folders that rows name.
///
/// # Errors
/// When the database is away.
pub fn folders(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(FoldersNamed {}.load(conn.pg())?)
}
