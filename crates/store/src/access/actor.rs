//! Who is asking: the person behind a session, or the one whose token it is.

use crate::db::Conn;
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bool, Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, Queryable, RunQueryDsl};
use domain::policy::{Action, Ground};
use domain::token::{self, Cut, Refusal, Scope as TokenScope, Scopes};
use domain::user::{Kind, Role};
use std::str::FromStr;
use uuid::Uuid;

/// Who is asking, read from the database for this very request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Account.
    pub id: Uuid,
    /// User name.
    pub username: String,
    /// Name for people.
    pub display_name: String,
    /// Role of the account.
    pub role: Role,
    /// Session behind the request; nil, which is no session's, for who comes with a token.
    pub session: Uuid,
    /// Token behind the request, if it is not a session.
    pub token: Option<Held>,
}

/// The token that somebody comes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Token.
    pub id: Uuid,
    /// Where it ends though its owner's rights go on.
    pub cut: Cut,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Actor {
    /// How their token is cut, if they come with one.
    #[must_use]
    pub fn cut(&self) -> Option<&Cut> {
        self.token.as_ref().map(|held| &held.cut)
    }

    /// Passes when the role of the account suffices for what belongs to no project, and the token
    /// reaches so far.
    ///
    /// # Errors
    /// [`Error::Denied`] or [`Error::Token`].
    pub fn allow(&self, action: Action) -> Result<()> {
        token::decide(self.role, action, Ground::NONE, self.cut())?;
        self.not_bound()
    }

    /// Passes unless a token binds them to one project.
    ///
    /// # Errors
    /// [`Error::Token`].
    pub fn not_bound(&self) -> Result<()> {
        match self.cut().and_then(|cut| cut.project) {
            Some(_) => Err(Refusal::OneProject.into()),
            None => Ok(()),
        }
    }
}

/// Scopes as they are stored.
pub(crate) fn scopes(words: &[String]) -> Result<Scopes> {
    words
        .iter()
        .map(|word| stored::<TokenScope>(word))
        .collect()
}

/// A word stored by us; anything else in its place is a fault of ours.
pub(crate) fn stored<T: FromStr>(word: &str) -> Result<T> {
    word.parse()
        .map_err(|_| Error::Database(format!("unexpected stored word {word}")))
}

statement! {
    /// Session and account in one look.
    SessionById { session: Uuid => SqlUuid, account: Uuid => SqlUuid } -> (Text, Text, Text, Timestamptz) :
    "select a.username, a.display_name, a.role, s.last_seen_at
     from session s join account a on a.id = s.account_id
     where s.id = {session} and s.account_id = {account} and a.active
       and s.revoked_at is null and s.expires_at > clock_timestamp()"
}

statement! {
    /// Notes that a session is in use.
    Seen { session: Uuid => SqlUuid } -> Bool :
    "update session set last_seen_at = clock_timestamp() where id = {session} returning true"
}

/// Who holds that session. `None` when it is revoked or over, or the account is not active.
///
/// # Errors
/// When the database is away.
pub fn actor(conn: &mut Conn, session: Uuid, account: Uuid) -> Result<Option<Actor>> {
    let row: Option<(String, String, String, DateTime<Utc>)> = SessionById { session, account }
        .get_result(conn.pg())
        .optional()?;
    let Some((username, display_name, role, last_seen_at)) = row else {
        return Ok(None);
    };
    // To the minute is enough for people, and spares most requests a write.
    if (Utc::now() - last_seen_at).num_seconds() > 60 {
        let _: Option<bool> = Seen { session }.get_result(conn.pg()).optional()?;
    }
    Ok(Some(Actor {
        id: account,
        username,
        display_name,
        role: stored(&role)?,
        session,
        token: None,
    }))
}

statement! {
    /// Token and account in one look.
    TokenByDigest { digest: Vec<u8> => Bytea } -> (
        SqlUuid, Array<Text>, Nullable<SqlUuid>, Nullable<Timestamptz>, Nullable<Timestamptz>,
        SqlUuid, Text, Text, Text, Text,
    ) :
    "select t.id, t.scopes, t.project_id, t.expires_at, t.last_used_at, a.id, a.username, a.display_name, a.role, a.kind
     from api_token t join account a on a.id = t.account_id
     where t.digest = {digest} and a.active and t.revoked_at is null
       and (t.expires_at is null or t.expires_at > clock_timestamp())"
}

statement! {
    /// Notes that a token is in use.
    Used { id: Uuid => SqlUuid } -> Bool :
    "update api_token set last_used_at = clock_timestamp() where id = {id} returning true"
}

#[derive(Debug, Queryable)]
struct TokenSight {
    id: Uuid,
    scopes: Vec<String>,
    project: Option<Uuid>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    account: Uuid,
    username: String,
    display_name: String,
    role: String,
    kind: String,
}

/// Who comes with the token of that digest. `None` when there is none, when it is revoked or over,
/// or the account is not active.
///
/// # Errors
/// When the database is away.
pub fn actor_by_token(conn: &mut Conn, digest: [u8; 32]) -> Result<Option<Actor>> {
    let digest = digest.to_vec();
    let row: Option<TokenSight> = TokenByDigest { digest }.get_result(conn.pg()).optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    // To the minute, as with sessions.
    if row
        .last_used_at
        .is_none_or(|at| (Utc::now() - at).num_seconds() > 60)
    {
        let _: Option<bool> = Used { id: row.id }.get_result(conn.pg()).optional()?;
    }
    Ok(Some(Actor {
        id: row.account,
        username: row.username,
        display_name: row.display_name,
        role: stored(&row.role)?,
        session: Uuid::nil(),
        token: Some(Held {
            id: row.id,
            cut: Cut {
                scopes: scopes(&row.scopes)?,
                project: row.project,
                service: stored::<Kind>(&row.kind)? == Kind::Service,
            },
            expires_at: row.expires_at,
        }),
    }))
}
