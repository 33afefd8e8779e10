//! The first answer to a request with an Idempotency-Key.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::idempotency_key;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, SmallInt, Text, Uuid as SqlUuid};
use uuid::Uuid;

/// A stored answer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct StoredAnswer {
    /// Hash of the request that got it.
    pub request_hash: String,
    /// HTTP status.
    pub status: i16,
    /// `Location` header.
    pub location: Option<String>,
    /// `ETag` header.
    pub etag: Option<String>,
    /// Body.
    pub body: String,
}

statement! {
    /// An answer under its key.
    Keep {
        account: Uuid => SqlUuid,
        route: String => Text,
        key: String => Text,
        request_hash: String => Text,
        status: i16 => SmallInt,
        location: Option<String> => Nullable<Text>,
        etag: Option<String> => Nullable<Text>,
        body: String => Text,
    } -> Bool :
    "insert into idempotency_key (account_id, route, key, request_hash, status, location, etag, body)
     values ({account}, {route}, {key}, {request_hash}, {status}, {location}, {etag}, {body})
     returning true"
}

/// Keeps the answer, in the same transaction as what it answers. Fails with [`crate::Error::Constraint`]
/// when the key was used before (or is being used: then this waits for the other to end);
/// everything then rolls back, and [`answer`] has the first answer.
///
/// # Errors
/// [`crate::Error::Constraint`] `idempotency_key_pkey`.
pub fn keep(
    tx: &mut Tx<'_>,
    account: Uuid,
    route: &str,
    key: &str,
    answer: &StoredAnswer,
) -> Result<()> {
    let answer = answer.clone();
    let _kept: bool = Keep {
        account,
        route: route.to_string(),
        key: key.to_string(),
        request_hash: answer.request_hash,
        status: answer.status,
        location: answer.location,
        etag: answer.etag,
        body: answer.body,
    }
    .get_result(tx.writing(false)?)?;
    Ok(())
}

/// The first answer to that key, when there is one.
///
/// # Errors
/// When the database is away.
pub fn answer(
    conn: &mut Conn,
    account: Uuid,
    route: &str,
    key: &str,
) -> Result<Option<StoredAnswer>> {
    Ok(idempotency_key::table
        .find((account, route, key))
        .select((
            idempotency_key::request_hash,
            idempotency_key::status,
            idempotency_key::location,
            idempotency_key::etag,
            idempotency_key::body,
        ))
        .get_result(conn.pg())
        .optional()?)
}
