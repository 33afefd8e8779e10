//! Registering, signing in, sessions.

use super::{App, Error, Result};
use crate::auth::{jwt, password};
use chrono::Duration;
use domain::audit::AuditKind;
use domain::event::EventKind;
use domain::problem::{Code, Problem};
use domain::user::{Kind, Register, Role, User};
use serde_json::json;
use store::accounts::{self, NewAccount};
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
}

fn wrong_credentials() -> Error {
    Problem::new(Code::WrongCredentials).into()
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
                    },
                )?;
                tx.record(
                    NewEvent::new(EventKind::UserCreated, Some(id))
                        .is(json!({"id": id, "name": form.username})),
                );
                tx.audit(
                    NewEntry::new(AuditKind::AccountCreated, Some(id))
                        .about(id)
                        .detail(json!({"role": Role::Reporter, "registered": true})),
                );
                Ok(accounts::by_id(tx, id)?.render()?)
            })
        })
        .await
    }

    /// Checks a name and a password and begins a session.
    ///
    /// Unknown names take as long as known ones and get the same answer.
    ///
    /// # Errors
    /// 401; 429 when the account has seen too many failures lately.
    pub async fn sign_in(
        &self,
        identifier: String,
        plain: String,
        origin: Origin,
        for_program: bool,
    ) -> Result<Begun> {
        if plain.len() > domain::text::PASSWORD_MAX * 4 {
            return Err(wrong_credentials());
        }
        let found = self
            .sign_in_work(move |db| db.read(|conn| Ok(accounts::find(conn, &identifier)?)))
            .await?;
        if let Some(account) = &found
            && account
                .sign_in_after
                .is_some_and(|after| after > chrono::Utc::now())
        {
            self.metrics.sign_in("slowed");
            return Err(Problem::new(Code::TooManyRequests)
                .detail("Too many failed sign-ins for this account; wait a little.")
                .into());
        }
        // Programs come with tokens; a password would be a second door that nobody looks after.
        let by_password = found.as_ref().filter(|a| a.is_human());
        let hash = by_password.and_then(|a| a.password_hash.clone());
        let cost = self.config.bcrypt_cost;
        let fits = self
            .hashing(move || password::verify(&plain, hash.as_deref(), cost))
            .await?;
        let known = found.as_ref().map(|a| a.id);
        let reason = match &found {
            None => "unknown",
            Some(account) if fits && !account.active => "deactivated",
            Some(_) => "password",
        };
        let Some(account) = found.filter(|a| fits && a.active) else {
            return Err(self.refuse(known, reason, origin).await?);
        };
        let id = account.id;
        let lasts = if for_program {
            jwt::TOKEN_SECONDS
        } else {
            jwt::COOKIE_SECONDS
        };
        let keeps = if for_program {
            Duration::seconds(lasts)
        } else {
            Duration::days(accounts::SESSION_DAYS)
        };
        let session = self
            .sign_in_work(move |db| {
                db.write(|tx| {
                    tx.comes_from(origin.clone());
                    tx.audit(
                        NewEntry::new(AuditKind::SignInOk, Some(id))
                            .detail(json!({"program": for_program})),
                    );
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
        let token = self
            .keys
            .sign(id, session, chrono::Utc::now().timestamp(), lasts)
            .map_err(|e| Error::internal(e.to_string()))?;
        Ok(Begun {
            user: account.render()?,
            session,
            token,
            lasts,
        })
    }

    /// Counts the failure, by itself: it must not be lost with anything that rolls back. The audit
    /// log never keeps a name that nobody has: people type passwords there.
    async fn refuse(
        &self,
        known: Option<Uuid>,
        reason: &'static str,
        origin: Origin,
    ) -> Result<Error> {
        self.metrics.sign_in("refused");
        let failures = self
            .sign_in_work(move |db| {
                db.write(|tx| {
                    tx.comes_from(origin);
                    let entry = NewEntry::new(AuditKind::SignInFailed, None)
                        .detail(json!({"reason": reason}));
                    let Some(id) = known else {
                        tx.audit(entry);
                        return Ok(0);
                    };
                    tx.audit(entry.about(id));
                    Ok(accounts::sign_in_failed(tx, id)?)
                })
            })
            .await?;
        if let Some(id) = known {
            tracing::info!(user.id = %id, failures, "sign-in refused");
        }
        Ok(wrong_credentials())
    }
}
