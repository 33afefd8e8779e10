//! The first answer to a request with an Idempotency-Key.

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::idempotency_key;
use diesel::prelude::*;
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

/// Claims a key for this transaction. Fails with [`Error::Constraint`] when it was used before (or
/// is being used: then this waits for the other to end); everything then rolls back, and
/// [`answer`] has the first answer.
///
/// # Errors
/// [`Error::Constraint`] `idempotency_key_pkey`.
pub fn claim(
    tx: &mut Tx<'_>,
    account: Uuid,
    route: &str,
    key: &str,
    request_hash: &str,
) -> Result<()> {
    diesel::insert_into(idempotency_key::table)
        .values((
            idempotency_key::account_id.eq(account),
            idempotency_key::route.eq(route),
            idempotency_key::key.eq(key),
            idempotency_key::request_hash.eq(request_hash),
        ))
        .execute(tx.writing(false)?)?;
    Ok(())
}

/// Keeps the answer, in the same transaction as what it answers.
///
/// # Errors
/// When the database is away.
pub fn keep(
    tx: &mut Tx<'_>,
    account: Uuid,
    route: &str,
    key: &str,
    answer: &StoredAnswer,
) -> Result<()> {
    let kept = diesel::update(idempotency_key::table.find((account, route, key)))
        .set((
            idempotency_key::status.eq(answer.status),
            idempotency_key::location.eq(&answer.location),
            idempotency_key::etag.eq(&answer.etag),
            idempotency_key::body.eq(&answer.body),
        ))
        .execute(tx.writing(false)?)?;
    if kept == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
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
