//! API tokens: rows and named queries. Who comes with one is looked up in [`crate::access`].

use crate::access::{scopes, stored};
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, Queryable, RunQueryDsl};
use domain::token::{ApiToken, Cut, NewToken};
use domain::user::{Kind, Role};
use uuid::Uuid;

type TokenSql = (
    SqlUuid,
    Text,
    Text,
    Array<Text>,
    Nullable<Text>,
    Timestamptz,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
);

/// A token as it is stored.
#[derive(Debug, Clone, Queryable)]
struct StoredToken {
    id: Uuid,
    name: String,
    prefix: String,
    scopes: Vec<String>,
    project: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

impl StoredToken {
    fn render(self) -> Result<ApiToken> {
        Ok(ApiToken {
            id: self.id,
            name: self.name,
            prefix: self.prefix,
            scopes: scopes(&self.scopes)?.iter().collect(),
            project: self.project,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
        })
    }
}

statement! {
    /// Tokens of an account that are not revoked; one of them, when one is named.
    Tokens { account: Uuid => SqlUuid, id: Option<Uuid> => Nullable<SqlUuid> } -> TokenSql :
    "select t.id, t.name, t.prefix, t.scopes, p.key, t.created_at, t.expires_at, t.last_used_at
     from api_token t left join project p on p.id = t.project_id
     where t.account_id = {account} and t.revoked_at is null and ({id}::uuid is null or t.id = {id})
     order by t.created_at desc, t.id desc"
}

/// Tokens of an account that are not revoked, newest first; also those that have ended.
///
/// # Errors
/// When the database is away.
pub fn list(conn: &mut Conn, account: Uuid) -> Result<Vec<ApiToken>> {
    let rows: Vec<StoredToken> = Tokens { account, id: None }.load(conn.pg())?;
    rows.into_iter().map(StoredToken::render).collect()
}

/// One token of an account that is not revoked.
///
/// # Errors
/// [`Error::NotFound`].
pub fn one(conn: &mut Conn, account: Uuid, id: Uuid) -> Result<ApiToken> {
    let statement = Tokens {
        account,
        id: Some(id),
    };
    let row: Option<StoredToken> = statement.get_result(conn.pg()).optional()?;
    row.ok_or(Error::NotFound)?.render()
}

statement! {
    /// How many tokens of an account are not revoked.
    CountTokens { account: Uuid => SqlUuid } -> BigInt :
    "select count(*) from api_token where account_id = {account} and revoked_at is null"
}

/// How many tokens of an account are not revoked.
///
/// # Errors
/// When the database is away.
pub fn count(conn: &mut Conn, account: Uuid) -> Result<i64> {
    Ok(CountTokens { account }.get_result(conn.pg())?)
}

statement! {
    /// A new token.
    InsertToken {
        id: Uuid => SqlUuid, account: Uuid => SqlUuid, name: String => Text, prefix: String => Text,
        digest: Vec<u8> => Bytea, scopes: Vec<String> => Array<Text>, project: Option<Uuid> => Nullable<SqlUuid>,
        expires_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> Bool :
    "insert into api_token (id, account_id, name, prefix, digest, scopes, project_id, expires_at)
     values ({id}, {account}, {name}, {prefix}, {digest}, {scopes}, {project}, {expires_at}) returning true"
}

/// Adds a token that passed its check: how it begins, and the SHA-256 of the whole.
///
/// # Errors
/// When the database is away.
pub fn insert(
    tx: &mut Tx<'_>,
    account: Uuid,
    new: &NewToken,
    project: Option<Uuid>,
    prefix: &str,
    digest: [u8; 32],
) -> Result<Uuid> {
    let id = new_id();
    let statement = InsertToken {
        id,
        account,
        name: new.name.clone(),
        prefix: prefix.to_string(),
        digest: digest.to_vec(),
        scopes: new.scopes.iter().map(ToString::to_string).collect(),
        project,
        expires_at: new.expires_at,
    };
    let _: bool = statement.get_result(tx.writing(false)?)?;
    Ok(id)
}

statement! {
    /// Revokes tokens of an account: one, or all.
    RevokeTokens { account: Uuid => SqlUuid, id: Option<Uuid> => Nullable<SqlUuid> } -> SqlUuid :
    "update api_token set revoked_at = clock_timestamp()
     where account_id = {account} and revoked_at is null and ({id}::uuid is null or id = {id}) returning id"
}

/// Revokes one token of an account.
///
/// # Errors
/// [`Error::NotFound`] when the account has no such token.
pub fn revoke(tx: &mut Tx<'_>, account: Uuid, id: Uuid) -> Result<()> {
    let statement = RevokeTokens {
        account,
        id: Some(id),
    };
    let revoked: Option<Uuid> = statement.get_result(tx.writing(false)?).optional()?;
    revoked.map(|_| ()).ok_or(Error::NotFound)
}

/// Revokes all tokens of an account.
///
/// # Errors
/// When the database is away.
pub fn revoke_all(tx: &mut Tx<'_>, account: Uuid) -> Result<()> {
    let statement = RevokeTokens { account, id: None };
    let _: Vec<Uuid> = statement.load(tx.writing(false)?)?;
    Ok(())
}

statement! {
    /// Which of these tokens still hold, with the role their accounts have now.
    LiveTokens { ids: Vec<Uuid> => Array<SqlUuid> }
    -> (SqlUuid, Text, Text, Array<Text>, Nullable<SqlUuid>) :
    "select t.id, a.role, a.kind, t.scopes, t.project_id from api_token t join account a on a.id = t.account_id
     where t.id = any({ids}) and a.active and t.revoked_at is null
       and (t.expires_at is null or t.expires_at > clock_timestamp())"
}

/// Which of those tokens still hold: token, role of its owner now, and how it is cut.
///
/// # Errors
/// When the database is away.
pub fn live(conn: &mut Conn, ids: Vec<Uuid>) -> Result<Vec<(Uuid, Role, Cut)>> {
    type Row = (Uuid, String, String, Vec<String>, Option<Uuid>);
    let rows: Vec<Row> = LiveTokens { ids }.load(conn.pg())?;
    rows.into_iter()
        .map(|(id, role, kind, words, project)| {
            let cut = Cut {
                scopes: scopes(&words)?,
                project,
                service: stored::<Kind>(&kind)? == Kind::Service,
            };
            Ok((id, stored(&role)?, cut))
        })
        .collect()
}
