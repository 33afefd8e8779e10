//! What a project offers to choose from: statuses, labels, versions, people. Where it is no single
//! project, what all of them together offer.

use super::{Loaded, live};
use crate::api;
use domain::label::{Label, Version};
use domain::name::{Name, NameOf};
use domain::project::Member;
use domain::user::{User, UserRef};
use domain::workflow::Workflow;
use leptos::prelude::*;

/// The choices of one project, kept fresh.
#[derive(Clone, Copy)]
pub struct Catalogue {
    /// Statuses and steps.
    pub workflow: Loaded<Option<Workflow>>,
    /// Labels.
    pub labels: Loaded<Vec<Label>>,
    /// Versions.
    pub versions: Loaded<Vec<Version>>,
    members: Loaded<Vec<Member>>,
    directory: Loaded<Vec<User>>,
    /// What all projects name, of the kind asked for last.
    names: Loaded<(Option<NameOf>, Vec<Name>)>,
    /// What is typed to find a person.
    pub typed: RwSignal<String>,
    /// What is typed to find one of those names.
    pub begun: RwSignal<String>,
    wanted: RwSignal<bool>,
    naming: RwSignal<Option<NameOf>>,
}

impl Catalogue {
    /// Of that project; of none, there are people, and [names](Self::names) that have to be wanted.
    #[must_use]
    pub fn of(project: impl Fn() -> Option<String> + Clone + Send + Sync + 'static) -> Self {
        let live = live();
        let key = Memo::new(move |_| project());
        let typed = RwSignal::new(String::new());
        let begun = RwSignal::new(String::new());
        let wanted = RwSignal::new(false);
        let naming = RwSignal::new(None::<NameOf>);
        let changed = move || {
            live.kind("project") + live.kind("workflow") + live.kind("label") + live.kind("version")
        };
        Self {
            workflow: Loaded::keep(
                move || (key.get(), live.kind("project") + live.kind("workflow")),
                |(key, _)| async move {
                    match key {
                        Some(key) => api::projects::workflow(&key).await.map(Some),
                        None => Ok(None),
                    }
                },
            ),
            labels: Loaded::keep(
                move || (key.get(), live.kind("label")),
                |(key, _)| async move {
                    match key {
                        Some(key) => api::projects::labels(&key).await,
                        None => Ok(Vec::new()),
                    }
                },
            ),
            versions: Loaded::keep(
                move || (key.get(), live.kind("version")),
                |(key, _)| async move {
                    match key {
                        Some(key) => api::projects::versions(&key).await,
                        None => Ok(Vec::new()),
                    }
                },
            ),
            members: Loaded::keep(
                move || (key.get(), live.kind("member")),
                |(key, _)| async move {
                    match key {
                        Some(key) => api::projects::members(&key).await,
                        None => Ok(Vec::new()),
                    }
                },
            ),
            directory: Loaded::keep(
                move || (wanted.get(), typed.get()),
                |(wanted, typed)| async move {
                    if wanted {
                        api::directory::find(typed.trim()).await
                    } else {
                        Ok(Vec::new())
                    }
                },
            ),
            names: Loaded::keep(
                move || {
                    let of = naming.get().filter(|_| key.with(Option::is_none));
                    of.map(|of| (of, begun.get().trim().to_owned(), changed()))
                },
                |asked| async move {
                    match asked {
                        Some((of, text, _)) => {
                            let names = api::directory::names(of, &text).await?;
                            Ok((Some(of), names))
                        }
                        None => Ok((None, Vec::new())),
                    }
                },
            ),
            typed,
            begun,
            wanted,
            naming,
        }
    }

    /// Names of that kind are needed from now on, where no single project says which there are.
    pub fn want_names(self, of: NameOf, begun: Option<String>) {
        if let Some(begun) = begun.filter(|begun| self.begun.with_untracked(|now| now != begun)) {
            self.begun.set(begun);
        }
        if self.naming.get_untracked() != Some(of) {
            self.naming.set(Some(of));
        }
    }

    /// What all projects name so, as far as it was wanted and is there. Tracked.
    #[must_use]
    pub fn names(self, of: NameOf) -> Vec<Name> {
        let answer = self.names.value.get();
        answer
            .filter(|(answered, _)| *answered == Some(of))
            .map(|(_, names)| names)
            .unwrap_or_default()
    }

    /// People of the directory are needed from now on.
    pub fn want_people(self) {
        self.wanted.set(true);
    }

    /// Members first, then the others of the directory, each once. Tracked.
    #[must_use]
    pub fn people(self) -> Vec<UserRef> {
        let members = self.members.value.get().unwrap_or_default();
        let mut people: Vec<UserRef> = members.into_iter().map(|member| member.user).collect();
        let others = self.directory.value.get().unwrap_or_default();
        for user in others.iter().filter(|user| user.active) {
            if !people.iter().any(|known| known.id == user.id) {
                people.push(user.reference());
            }
        }
        people
    }
}
