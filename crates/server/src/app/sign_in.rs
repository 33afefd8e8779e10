//! Registering, signing in, and saying one's password again.

use super::{App, Caller, Error, Result};
use crate::auth::{jwt, password};
use chrono::Duration;
use domain::audit::AuditKind;
use domain::event::EventKind;
use domain::problem::{Code, FieldError, Problem};
use domain::text::PASSWORD_MAX;
use domain::user::{Kind, Register, Role, User};
use serde_json::json;
use store::accounts::{self, NewAccount};
use store::attempts;
use store::audit::{NewEntry, Origin};
use store::events::NewEvent;
use uuid::Uuid;

/// A session that has just begun.
#[derive(Debug)]
pub struct Begun {
    /// Who.
    pub user: User,
    /// Session.
    pub session: Uuid,
    /// Token that names it.
    pub token: String,
    /// Seconds that the token lasts.
    pub lasts: i64,
    /// What the browser shall keep, so that the account knows it; nothing for programs.
    pub device: Option<String>,
}

/// How somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// In a browser; with what it kept of an earlier sign-in, as account and device.
    Browser(Option<(Uuid, Uuid)>),
    /// As a program, for a token.
    Program,
}

fn wrong_credentials() -> Error {
    Problem::new(Code::WrongCredentials).into()
}

/// A password as far as it is worth hashing: one that nobody can have takes as long as a wrong one.
fn looked_at(plain: &str) -> &str {
    if plain.len() > PASSWORD_MAX * 4 {
        ""
    } else {
        plain
    }
}

impl App {
    /// Makes an account for somebody who asks for one.
    ///
    /// # Errors
    /// 403 when the policy does not admit them, 409 when name or address is taken, 422.
    pub async fn register(&self, form: Register, origin: Origin) -> Result<User> {
        let form = form.check()?;
        if !self.config.registration.admits(&form.email) {
            return Err(Problem::new(Code::RegistrationClosed)
                .detail("Ask an admin for an account.")
                .into());
        }
        let cost = self.config.bcrypt_cost;
        let plain = form.password.clone();
        let hash = self.hashing(move || password::hash(&plain, cost)).await?;
        let hash = hash.map_err(|e| Error::internal(e.to_string()))?;
        let awaits_admin = self.config.registration.awaits_admin();
        self.sign_in_work(move |db| {
            db.write(|tx| {
                tx.comes_from(origin);
                let id = accounts::insert(
                    tx,
                    &NewAccount {
                        username: &form.username,
                        email: &form.email,
                        display_name: form.display_name.as_deref().unwrap_or(&form.username),
                        role: Role::Reporter,
                        kind: Kind::Human,
                        password_hash: Some(&hash),
                        awaits_admin,
                    },
                )?;
                tx.record(
                    NewEvent::new(EventKind::UserCreated, Some(id))
                        .is(json!({"id": id, "name": form.username})),
                );
                tx.audit(
                    NewEntry::new(AuditKind::AccountCreated, Some(id))
                        .about(id)
                        .detail(json!({"role": Role::Reporter, "registered": true, "awaits_admin": awaits_admin})),
                );
                Ok(accounts::by_id(tx, id)?.render()?)
            })
        })
        .await
    }

    /// Checks a name and a password and begins a session.
    ///
    /// Unknown names take as long as known ones, and get the same answers: a guess is counted before
    /// anybody is looked at. See [`Throttle`](crate::auth::throttle::Throttle) for whom it counts.
    ///
    /// # Errors
    /// 401; 403 when the account waits for an admin; 429 when there were too many guesses lately.
    pub async fn sign_in(
        &self,
        identifier: String,
        plain: String,
        origin: Origin,
        door: Door,
    ) -> Result<Begun> {
        let by_name = self.throttle.name(&identifier);
        let found = self
            .sign_in_work(move |db| db.read(|conn| Ok(accounts::find_named(conn, &identifier)?)))
            .await?;
        let device = match (door, &found) {
            (Door::Browser(Some((account, device))), Some(found)) if found.id == account => {
                Some(device)
            }
            _ => None,
        };
        let key = match (device, &found) {
            (Some(device), Some(found)) => self.throttle.device(found.id, device),
            _ => by_name,
        };
        self.count_guess(
            key,
            "Too many failed sign-ins for this name; wait a little.",
        )
        .await?;
        // Programs come with tokens; a password would be a second door that nobody looks after.
        let by_password = found.as_ref().filter(|a| a.is_human());
        let hash = by_password.and_then(|a| a.password_hash.clone());
        let cost = self.config.bcrypt_cost;
        let fits = self
            .hashing(move || password::verify(looked_at(&plain), hash.as_deref(), cost))
            .await?;
        let known = found.as_ref().map(|a| a.id);
        let reason = match &found {
            None => "unknown",
            Some(account) if fits && account.awaits_admin => "awaits_admin",
            Some(account) if fits && !account.active => "deactivated",
            Some(_) => "password",
        };
        let Some(account) = found.filter(|a| fits && a.active) else {
            self.refuse(known, reason, origin).await?;
            return Err(match reason {
                "awaits_admin" => Problem::new(Code::AwaitsAdmin).into(),
                _ => wrong_credentials(),
            });
        };
        let id = account.id;
        let for_program = door == Door::Program;
        let (lasts, keeps) = if for_program {
            (jwt::TOKEN_SECONDS, Duration::seconds(jwt::TOKEN_SECONDS))
        } else {
            (jwt::COOKIE_SECONDS, Duration::days(accounts::SESSION_DAYS))
        };
        let session = self
            .sign_in_work(move |db| {
                db.write(|tx| {
                    tx.comes_from(origin.clone());
                    tx.audit(
                        NewEntry::new(AuditKind::SignInOk, Some(id))
                            .detail(json!({"program": for_program})),
                    );
                    attempts::forget(tx, key)?;
                    accounts::signed_in(tx, id)?;
                    Ok(accounts::begin_session(
                        tx,
                        id,
                        &origin.user_agent,
                        &origin.ip,
                        keeps,
                    )?)
                })
            })
            .await?;
        self.metrics.sign_in("ok");
        tracing::info!(user.id = %id, "signed in");
        let now = chrono::Utc::now().timestamp();
        let broken = |e: jsonwebtoken::errors::Error| Error::internal(e.to_string());
        let token = self.keys.sign(id, session, now, lasts).map_err(broken)?;
        let device = match door {
            Door::Program => None,
            Door::Browser(_) => {
                let device = device.unwrap_or_else(Uuid::new_v4);
                Some(self.keys.sign_device(id, device, now).map_err(broken)?)
            }
        };
        Ok(Begun {
            user: account.render()?,
            session,
            token,
            lasts,
            device,
        })
    }

    /// Counts a guess of a password before it is looked at.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    async fn count_guess(&self, key: attempts::Key, detail: &str) -> Result<()> {
        let counted = self
            .sign_in_work(move |db| Ok(db.write_one(|tx| attempts::count(tx, key))?))
            .await?;
        counted.map_err(|seconds| {
            self.metrics.sign_in("slowed");
            let mut problem = Problem::new(Code::TooManyRequests).detail(detail);
            problem.retry_after = Some(seconds);
            problem.into()
        })
    }

    /// Writes a refusal down, by itself: it must not be lost with anything that rolls back. The audit
    /// log never keeps a name that nobody has: people type passwords there.
    async fn refuse(
        &self,
        known: Option<Uuid>,
        reason: &'static str,
        origin: Origin,
    ) -> Result<()> {
        self.metrics.sign_in("refused");
        let entry = NewEntry::new(AuditKind::SignInFailed, None).detail(json!({"reason": reason}));
        let entry = match known {
            Some(id) => entry.about(id),
            None => entry,
        };
        self.sign_in_work(move |db| {
            db.write(|tx| {
                tx.comes_from(origin);
                tx.audit(entry);
                Ok(())
            })
        })
        .await?;
        if let Some(id) = known {
            tracing::info!(user.id = %id, reason, "sign-in refused");
        }
        Ok(())
    }

    /// Passes when that is the caller's password, which whoever sits at an open session must say again
    /// for what is not to be undone. Guesses are counted as at the door, and written down.
    ///
    /// # Errors
    /// 422 naming the field; 429 when there were too many guesses lately.
    pub async fn demand_password(
        &self,
        caller: &Caller,
        field: &'static str,
        plain: String,
    ) -> Result<()> {
        let account = self
            .read(caller, |conn, actor| Ok(accounts::by_id(conn, actor.id)?))
            .await?;
        let key = self.throttle.session(account.id);
        self.count_guess(key, "Too many wrong passwords; wait a little.")
            .await?;
        let (id, cost) = (account.id, self.config.bcrypt_cost);
        let fits = self
            .hashing(move || {
                password::verify(looked_at(&plain), account.password_hash.as_deref(), cost)
            })
            .await?;
        if !fits {
            let origin = (*caller.origin).clone();
            self.refuse(Some(id), "session", origin).await?;
            let detail = "This is not your password.";
            return Err(FieldError::at(field, "wrong", detail).into());
        }
        self.sign_in_work(move |db| Ok(db.write_one(|tx| attempts::forget(tx, key))?))
            .await
    }
}
