//! Who is signed in, and what they are in each project.

use super::{drafts, storage};
use crate::api::{self, ApiError};
use domain::user::{Me, Role, Standing, User};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use uuid::Uuid;

/// What is known about the session.
#[derive(Clone, Debug)]
pub enum SessionState {
    /// Nothing yet: the first question is on its way.
    Unknown,
    /// Nobody.
    SignedOut,
    /// Somebody.
    SignedIn(Arc<Me>),
    /// The server did not say.
    Failed(ApiError),
}

/// The session, in the context of every component.
#[derive(Clone, Copy)]
pub struct Session {
    state: RwSignal<SessionState>,
}

impl Session {
    /// Asks who we are.
    pub fn provide() -> Self {
        let session = Self {
            state: RwSignal::new(SessionState::Unknown),
        };
        provide_context(session);
        api::on_signed_out(move || session.state.set(SessionState::SignedOut));
        session.load();
        session
    }

    /// What is known; whoever reads it is told of changes.
    #[must_use]
    pub fn state(self) -> SessionState {
        self.state.get()
    }

    /// Whether somebody is signed in.
    #[must_use]
    pub fn is_signed_in(self) -> bool {
        self.state
            .with(|state| matches!(state, SessionState::SignedIn(_)))
    }

    /// Asks again, for example after the roles changed.
    pub fn load(self) {
        spawn_local(async move { self.reload().await });
    }

    /// Asks again and waits for the answer.
    pub async fn reload(self) {
        match api::me::show().await {
            Ok(answer) => self.enter(answer.value),
            Err(error) if error.ends_session() => self.state.set(SessionState::SignedOut),
            // What is on the screen stays; only a first load has nothing to show.
            Err(_) if self.is_signed_in_untracked() => {}
            Err(error) => self.state.set(SessionState::Failed(error)),
        }
    }

    /// Why nobody can be told who is signed in, if that is so. Not tracked.
    #[must_use]
    pub fn failure(self) -> Option<ApiError> {
        self.state.with_untracked(|state| match state {
            SessionState::Failed(error) => Some(error.clone()),
            _ => None,
        })
    }

    /// Takes up a fresh answer of `GET /me`.
    pub fn enter(self, me: Me) {
        let owner = me.user.id.to_string();
        if storage::get("owner").is_some_and(|last| last != owner) {
            drafts::clear_all();
        }
        storage::set("owner", &owner);
        self.state.set(SessionState::SignedIn(Arc::new(me)));
    }

    /// Signs out. Drafts go with the session: the next person must not find them.
    pub async fn leave(self) -> Result<(), ApiError> {
        api::auth::logout().await?;
        drafts::clear_all();
        storage::remove("owner");
        self.state.set(SessionState::SignedOut);
        Ok(())
    }

    /// The answer of `GET /me`.
    #[must_use]
    pub fn me(self) -> Option<Arc<Me>> {
        self.state.with(|state| match state {
            SessionState::SignedIn(me) => Some(Arc::clone(me)),
            _ => None,
        })
    }

    /// The account.
    #[must_use]
    pub fn user(self) -> Option<User> {
        self.me().map(|me| me.user.clone())
    }

    /// The account's id.
    #[must_use]
    pub fn user_id(self) -> Option<Uuid> {
        self.me().map(|me| me.user.id)
    }

    /// The account's role.
    #[must_use]
    pub fn account_role(self) -> Option<Role> {
        self.me().and_then(|me| me.user.role)
    }

    /// Whether the account runs the instance.
    #[must_use]
    pub fn is_admin(self) -> bool {
        self.account_role() == Some(Role::Admin)
    }

    /// The person's time zone.
    #[must_use]
    pub fn timezone(self) -> String {
        self.me()
            .map_or_else(|| "UTC".into(), |me| me.preferences.timezone.clone())
    }

    /// What they are in each project that exists for them.
    #[must_use]
    pub fn standings(self) -> Vec<Standing> {
        self.me().map(|me| me.standings.clone()).unwrap_or_default()
    }

    /// What they are in the project with that key.
    #[must_use]
    pub fn standing(self, project: &str) -> Option<Standing> {
        self.me()
            .and_then(|me| me.standings.iter().find(|s| s.project == project).cloned())
    }

    fn is_signed_in_untracked(self) -> bool {
        self.state
            .with_untracked(|state| matches!(state, SessionState::SignedIn(_)))
    }
}
