//! A form that is sent: busy, refused as a whole, refused at its fields.

use crate::api::ApiError;
use domain::problem::{FieldError, Problem};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::Future;

/// The state of one form.
#[derive(Clone, Copy)]
pub struct Form {
    /// Whether it is on its way.
    pub busy: RwSignal<bool>,
    /// Why it was refused.
    pub error: RwSignal<Option<ApiError>>,
    fields: &'static [&'static str],
}

impl Form {
    /// A form with these fields.
    #[must_use]
    pub fn new(fields: &'static [&'static str]) -> Self {
        Self {
            busy: RwSignal::new(false),
            error: RwSignal::new(None),
            fields,
        }
    }

    /// What is wrong with that field.
    #[must_use]
    pub fn field(self, name: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.error
                .with(|error| error.as_ref().and_then(|error| error.field(name)))
        })
    }

    /// What is wrong and stands at no field.
    #[must_use]
    pub fn general(self) -> Signal<Option<ApiError>> {
        Signal::derive(move || {
            let error = self.error.get()?;
            let at_a_field = self.fields.iter().any(|name| error.field(name).is_some());
            (!at_a_field).then_some(error)
        })
    }

    /// Refuses it here, before it is sent.
    pub fn refuse(self, errors: Vec<FieldError>) {
        let problem = Problem::invalid(errors);
        self.error.set(Some(ApiError::Problem(Box::new(problem))));
    }

    /// Sends it, unless it is on its way already.
    pub fn send<T: 'static>(
        self,
        work: impl Future<Output = Result<T, ApiError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            match work.await {
                Ok(value) => done(value),
                Err(error) => {
                    let _ = self.error.try_set(Some(error));
                }
            }
            let _ = self.busy.try_set(false);
        });
    }
}
