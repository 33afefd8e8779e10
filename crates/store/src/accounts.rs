//! Accounts and sessions.

use crate::access::{Circle, stored};
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use crate::schema::{account, membership, session};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid};
use domain::text;
use domain::user::{Kind, Preferences, Role, Session, Theme, User, UserRef};
use std::collections::HashMap;
use uuid::Uuid;

/// An account as it is stored; the password's hash stays here.
#[derive(Debug, Clone, Queryable)]
pub struct StoredAccount {
    /// Id.
    pub id: Uuid,
    username: String,
    email: String,
    display_name: String,
    role: String,
    kind: String,
    /// False once deactivated.
    pub active: bool,
    /// bcrypt hash; `None` for services.
    pub password_hash: Option<String>,
    locale: String,
    timezone: String,
    theme: String,
    last_login_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    _updated_at: DateTime<Utc>,
    /// Counts changes.
    pub version: i32,
    /// Registered, and not let in by an admin yet.
    pub awaits_admin: bool,
}

impl StoredAccount {
    /// In full, for admins and for oneself.
    ///
    /// # Errors
    /// When a stored word is not one of ours.
    pub fn render(&self) -> Result<User> {
        Ok(User {
            id: self.id,
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            kind: stored(&self.kind)?,
            active: self.active,
            awaits_admin: self.awaits_admin,
            role: Some(self.role()?),
            email: Some(self.email.clone()),
            last_login_at: self.last_login_at,
            created_at: Some(self.created_at),
        })
    }

    /// As everybody may see it: names only.
    ///
    /// # Errors
    /// When a stored word is not one of ours.
    pub fn render_public(&self) -> Result<User> {
        Ok(User {
            awaits_admin: false,
            role: None,
            email: None,
            last_login_at: None,
            created_at: None,
            ..self.render()?
        })
    }

    /// Whether a word of a request means it, as [`find`] reads it.
    #[must_use]
    pub fn is_meant_by(&self, word: &str) -> bool {
        let word = word.trim();
        match Uuid::try_parse(word) {
            Ok(id) => id == self.id,
            Err(_) if word.contains('@') => text::folded_email(word) == self.email,
            Err(_) => word.to_lowercase() == self.username.to_lowercase(),
        }
    }

    /// Whether it is a person's.
    #[must_use]
    pub fn is_human(&self) -> bool {
        self.kind == Kind::Human.slug()
    }

    /// Role of the account.
    ///
    /// # Errors
    /// When the stored word is not one of ours.
    pub fn role(&self) -> Result<Role> {
        stored(&self.role)
    }

    /// How they want to see things.
    ///
    /// # Errors
    /// When a stored word is not one of ours.
    pub fn preferences(&self) -> Result<Preferences> {
        Ok(Preferences {
            locale: self.locale.clone(),
            timezone: self.timezone.clone(),
            theme: stored(&self.theme)?,
        })
    }
}

/// An account to insert.
#[derive(Debug)]
pub struct NewAccount<'a> {
    /// Unique name.
    pub username: &'a str,
    /// Unique address, folded.
    pub email: &'a str,
    /// Name for people.
    pub display_name: &'a str,
    /// Role of the account.
    pub role: Role,
    /// Person or program.
    pub kind: Kind,
    /// bcrypt hash; `None` for services.
    pub password_hash: Option<&'a str>,
    /// Not active before an admin says so.
    pub awaits_admin: bool,
}

/// Makes an account.
///
/// # Errors
/// [`Error::Constraint`] when the name or the address is taken.
pub fn insert(tx: &mut Tx<'_>, new: &NewAccount<'_>) -> Result<Uuid> {
    let id = new_id();
    let at = tx.at().unwrap_or_else(Utc::now);
    diesel::insert_into(account::table)
        .values((
            account::id.eq(id),
            account::username.eq(new.username),
            account::email.eq(new.email),
            account::display_name.eq(new.display_name),
            account::role.eq(new.role.slug()),
            account::kind.eq(new.kind.slug()),
            account::password_hash.eq(new.password_hash),
            account::active.eq(!new.awaits_admin),
            account::awaits_admin.eq(new.awaits_admin),
            account::created_at.eq(at),
            account::updated_at.eq(at),
        ))
        .execute(tx.writing(false)?)?;
    Ok(id)
}

/// The account with that id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_id(conn: &mut Conn, id: Uuid) -> Result<StoredAccount> {
    Ok(account::table.find(id).get_result(conn.pg())?)
}

/// The same, locked until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_id_for_update(tx: &mut Tx<'_>, id: Uuid) -> Result<StoredAccount> {
    Ok(account::table.find(id).for_update().get_result(tx.pg())?)
}

/// The account that a word of a request means: by its id where the word can be one, by e-mail address
/// where it has an `@`, else by user name. No word means one account in two ways.
///
/// # Errors
/// When the database is away.
pub fn find(conn: &mut Conn, word: &str) -> Result<Option<StoredAccount>> {
    match Uuid::try_parse(word.trim()) {
        Ok(id) => Ok(account::table.find(id).get_result(conn.pg()).optional()?),
        Err(_) => find_named(conn, word),
    }
}

/// The account that somebody names at the door, or of which others speak: by e-mail address or user
/// name, never by id.
///
/// # Errors
/// When the database is away.
pub fn find_named(conn: &mut Conn, word: &str) -> Result<Option<StoredAccount>> {
    let word = word.trim();
    if word.is_empty() || word.contains('\0') || word.len() > 300 {
        return Ok(None);
    }
    let found = if word.contains('@') {
        account::table
            .filter(account::email.eq(text::folded_email(word)))
            .get_result(conn.pg())
    } else {
        let folded = diesel::dsl::sql::<Text>("lower(username)");
        account::table
            .filter(folded.eq(word.to_lowercase()))
            .get_result(conn.pg())
    };
    Ok(found.optional()?)
}

/// Accounts of a circle whose names begin with or contain a text, by user name, after a user name.
///
/// # Errors
/// When the database is away.
pub fn list(
    conn: &mut Conn,
    circle: &Circle,
    text: Option<&str>,
    active_only: bool,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<StoredAccount>> {
    let folded = diesel::dsl::sql::<Text>("lower(username)");
    let mut query = within(account::table.into_boxed(), circle);
    query = matching(query, text, active_only);
    if let Some(after) = after {
        query = query.filter(folded.clone().gt(after.to_lowercase()));
    }
    Ok(query.order(folded).limit(limit).load(conn.pg())?)
}

/// How many [`list`] would give without limit.
///
/// # Errors
/// When the database is away.
pub fn count(
    conn: &mut Conn,
    circle: &Circle,
    text: Option<&str>,
    active_only: bool,
) -> Result<i64> {
    let query = within(account::table.into_boxed(), circle);
    let query = matching(query, text, active_only);
    Ok(query.count().get_result(conn.pg())?)
}

/// Whether somebody is in a circle.
///
/// # Errors
/// When the database is away.
pub fn is_within(conn: &mut Conn, circle: &Circle, id: Uuid) -> Result<bool> {
    let query = within(account::table.into_boxed(), circle).filter(account::id.eq(id));
    let found: i64 = query.count().get_result(conn.pg())?;
    Ok(found > 0)
}

type Boxed<'a> = account::BoxedQuery<'a, diesel::pg::Pg>;

/// Those of a circle.
fn within<'a>(query: Boxed<'a>, circle: &Circle) -> Boxed<'a> {
    let Circle::Members {
        me,
        all,
        own,
        internal,
    } = circle
    else {
        return query;
    };
    let reporter = Role::Reporter.slug();
    let of_all = membership::table
        .filter(membership::project_id.eq_any(all.clone()))
        .select(membership::account_id);
    let of_own = membership::table
        .filter(membership::project_id.eq_any(own.clone()))
        .filter(membership::role.ne(reporter))
        .select(membership::account_id);
    let met = account::id
        .eq(*me)
        .or(account::id.eq_any(of_all))
        .or(account::id.eq_any(of_own));
    if *internal {
        query.filter(met.or(account::role.ne(reporter)))
    } else {
        query.filter(met)
    }
}

fn matching<'a>(mut query: Boxed<'a>, text: Option<&str>, active_only: bool) -> Boxed<'a> {
    if active_only {
        query = query.filter(account::active.eq(true));
    }
    if let Some(text) = text {
        let pattern = format!("%{}%", escape_like(text));
        query = query.filter(
            account::username
                .ilike(pattern.clone())
                .or(account::display_name.ilike(pattern)),
        );
    }
    query
}

/// Takes the meaning from the characters that LIKE gives one.
pub(crate) fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

statement! {
    /// Names of accounts.
    Names { ids: Vec<Uuid> => Array<SqlUuid> } -> (SqlUuid, Text, Text, Text) :
    "select id, username, display_name, kind from account where id = any({ids})"
}

/// The names behind those ids.
///
/// # Errors
/// When the database is away.
pub fn names(conn: &mut Conn, mut ids: Vec<Uuid>) -> Result<HashMap<Uuid, UserRef>> {
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String, String, String)> = Names { ids }.load(conn.pg())?;
    rows.into_iter()
        .map(|(id, username, display_name, kind)| {
            Ok((
                id,
                UserRef {
                    id,
                    username,
                    display_name,
                    kind: stored(&kind)?,
                },
            ))
        })
        .collect()
}

/// Active people who are admins.
///
/// # Errors
/// When the database is away.
pub fn count_active_admins(conn: &mut Conn) -> Result<i64> {
    Ok(account::table
        .filter(account::role.eq(Role::Admin.slug()))
        .filter(account::active.eq(true))
        .filter(account::kind.eq(Kind::Human.slug()))
        .count()
        .get_result(conn.pg())?)
}

/// Fields of an account to change; `None` keeps.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = account)]
pub struct AccountChange<'a> {
    /// Name for people.
    pub display_name: Option<&'a str>,
    /// Address, folded.
    pub email: Option<&'a str>,
    /// Role word.
    pub role: Option<&'a str>,
    /// Active or not.
    pub active: Option<bool>,
    /// False once an admin let them in.
    pub awaits_admin: Option<bool>,
    /// bcrypt hash.
    pub password_hash: Option<&'a str>,
    /// Language tag.
    pub locale: Option<&'a str>,
    /// Time zone.
    pub timezone: Option<&'a str>,
    /// Theme word.
    pub theme: Option<&'a str>,
}

impl AccountChange<'_> {
    /// Sets the theme.
    pub fn theme(&mut self, theme: Option<Theme>) {
        self.theme = theme.map(Theme::slug);
    }
}

/// Changes an account.
///
/// # Errors
/// [`Error::Constraint`] when the address is taken.
pub fn update(tx: &mut Tx<'_>, id: Uuid, change: &AccountChange<'_>) -> Result<()> {
    let changed = diesel::update(account::table.find(id))
        .set((
            change,
            account::updated_at.eq(Utc::now()),
            account::version.eq(account::version + 1),
        ))
        .execute(tx.writing(false)?)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Notes a good sign-in.
///
/// # Errors
/// When the database is away.
pub fn signed_in(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    diesel::update(account::table.find(id))
        .set(account::last_login_at.eq(Utc::now()))
        .execute(tx.writing(false)?)?;
    Ok(())
}

/// Days that a session lasts without being used.
pub const SESSION_DAYS: i64 = 30;

/// Begins a session.
///
/// # Errors
/// When the database is away.
pub fn begin_session(
    tx: &mut Tx<'_>,
    account_id: Uuid,
    user_agent: &str,
    ip: &str,
    lasts: Duration,
) -> Result<Uuid> {
    let id = new_id();
    let user_agent: String = user_agent
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect();
    diesel::insert_into(session::table)
        .values((
            session::id.eq(id),
            session::account_id.eq(account_id),
            session::user_agent.eq(user_agent),
            session::ip.eq(ip),
            session::expires_at.eq(Utc::now() + lasts),
        ))
        .execute(tx.writing(false)?)?;
    Ok(id)
}

/// Lets a session last on, when its cookie is renewed.
///
/// # Errors
/// When the database is away.
pub fn renew_session(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    diesel::update(session::table.find(id))
        .set(session::expires_at.eq(Utc::now() + Duration::days(SESSION_DAYS)))
        .execute(tx.writing(false)?)?;
    Ok(())
}

/// Ends one session of an account.
///
/// # Errors
/// [`Error::NotFound`] when the account has no such session.
pub fn revoke_session(tx: &mut Tx<'_>, account_id: Uuid, id: Uuid) -> Result<()> {
    let ended = diesel::update(
        session::table
            .find(id)
            .filter(session::account_id.eq(account_id))
            .filter(session::revoked_at.is_null()),
    )
    .set(session::revoked_at.eq(Utc::now()))
    .execute(tx.writing(false)?)?;
    if ended == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Ends all sessions of an account, but perhaps one.
///
/// # Errors
/// When the database is away.
pub fn revoke_sessions(tx: &mut Tx<'_>, account_id: Uuid, except: Option<Uuid>) -> Result<usize> {
    let ended = diesel::update(
        session::table
            .filter(session::account_id.eq(account_id))
            .filter(session::revoked_at.is_null())
            .filter(session::id.ne(except.unwrap_or_else(Uuid::nil))),
    )
    .set(session::revoked_at.eq(Utc::now()))
    .execute(tx.writing(false)?)?;
    Ok(ended)
}

/// Sessions of an account that still hold, newest first.
///
/// # Errors
/// When the database is away.
pub fn sessions(conn: &mut Conn, account_id: Uuid, current: Uuid) -> Result<Vec<Session>> {
    type Row = (Uuid, DateTime<Utc>, DateTime<Utc>, String, String);
    let rows: Vec<Row> = session::table
        .filter(session::account_id.eq(account_id))
        .filter(session::revoked_at.is_null())
        .filter(session::expires_at.gt(Utc::now()))
        .order((session::last_seen_at.desc(), session::id.desc()))
        .limit(100)
        .select((
            session::id,
            session::created_at,
            session::last_seen_at,
            session::user_agent,
            session::ip,
        ))
        .load(conn.pg())?;
    Ok(rows
        .into_iter()
        .map(|(id, created_at, last_seen_at, user_agent, ip)| Session {
            id,
            created_at,
            last_seen_at,
            user_agent,
            ip,
            current: id == current,
        })
        .collect())
}

statement! {
    /// Which of these sessions still hold, with the role their accounts have now.
    LiveSessions { ids: Vec<Uuid> => Array<SqlUuid> } -> (SqlUuid, SqlUuid, Text) :
    "select s.id, a.id, a.role from session s join account a on a.id = s.account_id
     where s.id = any({ids}) and a.active and s.revoked_at is null and s.expires_at > clock_timestamp()"
}

/// Which of those sessions still hold: session, account, role now.
///
/// # Errors
/// When the database is away.
pub fn live_sessions(conn: &mut Conn, ids: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid, Role)>> {
    let rows: Vec<(Uuid, Uuid, String)> = LiveSessions { ids }.load(conn.pg())?;
    rows.into_iter()
        .map(|(id, account, role)| Ok((id, account, stored(&role)?)))
        .collect()
}

statement! {
    /// Whether anybody can sign in with one of these hashes' accounts: used to find demo passwords.
    AnyAccount {} -> Bool : "select exists (select 1 from account)"
}

/// Whether there is any account.
///
/// # Errors
/// When the database is away.
pub fn any(conn: &mut Conn) -> Result<bool> {
    Ok(AnyAccount {}.get_result(conn.pg())?)
}

statement! {
    /// Hashes of the active accounts with demo addresses.
    DemoHashes { limit: i64 => BigInt } -> (Text, Text, Timestamptz) :
    "select username, password_hash, created_at from account
     where active and password_hash is not null and email like '%@example.com' order by created_at limit {limit}"
}

/// User names and password hashes of active accounts with demo addresses.
///
/// # Errors
/// When the database is away.
pub fn demo_hashes(conn: &mut Conn) -> Result<Vec<(String, String)>> {
    let rows: Vec<(String, String, DateTime<Utc>)> = DemoHashes { limit: 50 }.load(conn.pg())?;
    Ok(rows
        .into_iter()
        .map(|(name, hash, _)| (name, hash))
        .collect())
}
