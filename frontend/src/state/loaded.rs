//! Something read from the server: kept fresh, never out of order.

use super::live::Live;
use crate::api::ApiError;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::Future;

/// A value that is read again whenever its source says so.
pub struct Loaded<T: Send + Sync + 'static> {
    /// The newest answer.
    pub value: RwSignal<Option<T>>,
    /// Why the newest question failed.
    pub error: RwSignal<Option<ApiError>>,
    /// Whether a question is on its way.
    pub busy: RwSignal<bool>,
    again: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Loaded<T> {}

impl<T: Clone + Send + Sync + 'static> Loaded<T> {
    /// Reads now and whenever `source` changes; what was read before is shown until the answer.
    pub fn keep<K, Fut>(
        source: impl Fn() -> K + 'static,
        fetch: impl Fn(K) -> Fut + 'static,
    ) -> Self
    where
        K: Clone + PartialEq + Send + Sync + 'static,
        Fut: Future<Output = Result<T, ApiError>> + 'static,
    {
        Self::start(source, |_, _| false, fetch)
    }

    /// Reads nothing.
    #[must_use]
    pub fn idle() -> Self {
        Self {
            value: RwSignal::new(None),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
            again: RwSignal::new(0),
        }
    }

    /// The same, but what was read for another `source` is not shown any more.
    /// The source's second half only says "read again".
    pub fn fresh<K, V, Fut>(
        source: impl Fn() -> (K, V) + 'static,
        fetch: impl Fn(K) -> Fut + 'static,
    ) -> Self
    where
        K: Clone + PartialEq + Send + Sync + 'static,
        V: Clone + PartialEq + Send + Sync + 'static,
        Fut: Future<Output = Result<T, ApiError>> + 'static,
    {
        Self::start(
            source,
            |old: &(K, V), new: &(K, V)| old.0 != new.0,
            move |(key, _)| fetch(key),
        )
    }

    fn start<K, Fut>(
        source: impl Fn() -> K + 'static,
        is_other: impl Fn(&K, &K) -> bool + 'static,
        fetch: impl Fn(K) -> Fut + 'static,
    ) -> Self
    where
        K: Clone + PartialEq + Send + Sync + 'static,
        Fut: Future<Output = Result<T, ApiError>> + 'static,
    {
        let loaded = Self {
            value: RwSignal::new(None),
            error: RwSignal::new(None),
            busy: RwSignal::new(true),
            again: RwSignal::new(0),
        };
        let question = StoredValue::new(0_u64);
        Effect::new(move |before: Option<(K, u32)>| {
            let now = (source(), loaded.again.get());
            if before.as_ref() == Some(&now) {
                return now;
            }
            if before
                .as_ref()
                .is_some_and(|before| is_other(&before.0, &now.0))
            {
                loaded.value.set(None);
            }
            question.update_value(|n| *n += 1);
            let mine = question.get_value();
            loaded.busy.set(true);
            let answer = fetch(now.0.clone());
            spawn_local(async move {
                let answer = answer.await;
                // A later question was asked meanwhile, or the page is gone.
                if question.try_get_value() == Some(mine) {
                    loaded.take(answer);
                }
            });
            now
        });
        ask_again_when_back(loaded.error, loaded.busy, loaded.again);
        loaded
    }

    /// Reads again.
    pub fn reload(self) {
        let _ = self.again.try_update(|n| *n += 1);
    }

    fn take(self, answer: Result<T, ApiError>) {
        let _ = self.busy.try_set(false);
        match answer {
            Ok(value) => {
                let _ = self.error.try_set(None);
                let _ = self.value.try_set(Some(value));
            }
            Err(error) => {
                // What is on the screen stays through a hiccup, but not when it is no longer ours.
                if !error.may_pass() {
                    let _ = self.value.try_set(None);
                }
                let _ = self.error.try_set(Some(error));
            }
        }
    }
}

/// What failed because the connection was gone is read again when it is back.
fn ask_again_when_back(
    error: RwSignal<Option<ApiError>>,
    busy: RwSignal<bool>,
    again: RwSignal<u32>,
) {
    let Some(live) = use_context::<Live>() else {
        return;
    };
    Effect::watch(
        move || live.returned(),
        move |_, _, _| {
            let failed = error.with_untracked(|e| e.as_ref().is_some_and(ApiError::may_pass));
            if failed && !busy.get_untracked() {
                again.update(|n| *n += 1);
            }
        },
        false,
    );
}
