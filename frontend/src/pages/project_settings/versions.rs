//! The versions of what a project makes.

use super::{Here, ReadOnly};
use crate::api;
use crate::components::confirm::Confirm;
use crate::components::skeleton::{SkeletonRows, SkeletonText};
use crate::components::{
    AsyncView, BusyButton, Dialog, ErrorNote, Field, GuardedButton, Icon, IconName, MarkdownView,
    SmallIcon,
};
use crate::model::refusal::Refusal;
use crate::state::clipboard::copy;
use crate::state::form::Form;
use crate::state::{Loaded, toasts};
use domain::label::{NewVersion, Version, VersionPatch};
use domain::paths::{page, with_query};
use domain::policy::Action;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The versions, and a form for one more.
#[component]
pub(super) fn VersionsTab(here: Here) -> impl IntoView {
    let toasts = toasts();
    let versions = Loaded::keep(
        move || (here.key.get(), here.changed.get()),
        |(key, _)| async move { api::projects::versions(&key).await },
    );
    let refused = Memo::new(move |_| here.refused(Action::ManageLabels));
    let chosen = RwSignal::new(None::<Version>);
    let asking = RwSignal::new(false);
    let title = Signal::derive(move || {
        let name = chosen.get().map(|version| version.name).unwrap_or_default();
        format!("Delete the version {name}?")
    });
    let delete = Callback::new(move |()| {
        let Some(version) = chosen.get_untracked() else {
            return;
        };
        spawn_local(async move {
            match api::project_lists::delete_version(&here.key_now(), version.id).await {
                Ok(()) => toasts.done(format!("The version {} is deleted.", version.name)),
                Err(error) => toasts.failed("The version was not deleted.", &error),
            }
            versions.reload();
        });
    });
    view! {
        <ReadOnly here action=Action::ManageLabels />
        <Show when=move || refused.get().is_none()>
            <AddVersion here versions />
        </Show>
        <AsyncView
            loaded=versions
            what="The list of versions"
            loading="Loading versions"
            skeleton=|| view! { <div class="-mx-4 lg:-mx-6"><SkeletonRows rows=4 /></div> }.into_any()
            let:list
        >
            <Show when=move || list.with(|list| !list.is_empty())>
                <table class="table table-sm ii-stack max-w-2xl">
                    <caption class="sr-only">"Versions"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Version"</th>
                            <th scope="col">"Released"</th>
                            <th scope="col">"Done"</th>
                            <td></td>
                            <td></td>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || list.get() key=|version| (version.id, version.name.clone(), version.released_on, version.open, version.closed) let:version>
                            <Row here versions version refused chosen asking />
                        </For>
                    </tbody>
                </table>
            </Show>
            <Show when=move || list.with(Vec::is_empty)>
                <p class="text-sm text-ink-2">"No versions yet. Issues say in which one they were found and in which one they are fixed."</p>
            </Show>
        </AsyncView>
        <Confirm
            open=asking
            title
            id="delete-version-title"
            text="Issues that name it lose it. This cannot be undone; the history keeps its name."
            words="Delete version"
            on_yes=delete
        />
    }
}

#[component]
fn AddVersion(here: Here, versions: Loaded<Vec<Version>>) -> impl IntoView {
    let toasts = toasts();
    let form = Form::new(&["name", "released_on"]);
    let name = RwSignal::new(String::new());
    let released = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let new = NewVersion {
            name: name.get_untracked(),
            released_on: released.get_untracked().parse().ok(),
        };
        match new.check() {
            Err(errors) => form.refuse(errors),
            Ok(new) => form.send(
                async move { api::project_lists::add_version(&here.key_now(), &new).await },
                move |version| {
                    let _ = name.try_set(String::new());
                    let _ = released.try_set(String::new());
                    toasts.done(format!("The version {} is there.", version.name));
                    versions.reload();
                },
            ),
        }
    };
    view! {
        <form class="flex max-w-2xl flex-col gap-3" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <div class="grid items-start gap-3 sm:grid-cols-[minmax(0,1fr)_160px_auto]">
                <Field id="version-name" label="New version" value=name error=form.field("name") required=true />
                <Field id="version-released" label="Released" kind="date" value=released error=form.field("released_on") />
                <div class="sm:pt-5"><BusyButton busy=form.busy class="btn btn-sm btn-line">"Add version"</BusyButton></div>
            </div>
        </form>
    }
}

/// A name as the filter language reads it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What a version fixes, to be read and to be copied.
#[component]
fn Notes(here: Here, id: uuid::Uuid) -> impl IntoView {
    let toasts = toasts();
    let loaded = Loaded::keep(
        move || here.changed.get(),
        move |_| async move { api::relations::notes(&here.key_now(), id).await },
    );
    view! {
        <AsyncView
            loaded
            what="The release notes"
            loading="Writing the release notes"
            skeleton=|| view! { <SkeletonText /> }.into_any()
            let:notes
        >
            <div class="flex flex-col gap-4">
                <div class="max-h-[60vh] overflow-y-auto" tabindex="0" role="region" aria-label="Release notes">
                    <MarkdownView source=Signal::derive(move || notes.get().markdown) />
                </div>
                <div>
                    <button
                        type="button"
                        class="btn btn-sm btn-primary"
                        on:click=move |_| copy(toasts, notes.get_untracked().markdown, "The release notes are copied as Markdown.".to_owned())
                    >
                        <SmallIcon name=IconName::Copy />
                        "Copy as Markdown"
                    </button>
                </div>
            </div>
        </AsyncView>
    }
}

#[component]
fn Row(
    here: Here,
    versions: Loaded<Vec<Version>>,
    version: Version,
    refused: Memo<Option<Refusal>>,
    chosen: RwSignal<Option<Version>>,
    asking: RwSignal<bool>,
) -> impl IntoView {
    let toasts = toasts();
    let id = version.id;
    let written = version
        .released_on
        .map(|day| day.to_string())
        .unwrap_or_default();
    let released = RwSignal::new(written.clone());
    let set = move |event| {
        let text = event_target_value(&event);
        let patch = VersionPatch {
            name: None,
            released_on: Some(text.parse().ok()),
        };
        let written = written.clone();
        released.set(text);
        spawn_local(async move {
            if let Err(error) =
                api::project_lists::update_version(&here.key_now(), id, &patch).await
            {
                let _ = released.try_set(written);
                toasts.failed("The version is as it was.", &error);
            }
            versions.reload();
        });
    };
    let (open, closed) = (version.open, version.closed);
    let total = open + closed;
    let words = if total == 0 {
        "no issues".to_owned()
    } else {
        format!("{closed} of {total} closed")
    };
    let query = format!("fixed:{}", quoted(&version.name));
    let issues = with_query(&page::project_issues(&here.key_now()), &[("q", query)]);
    let telling = RwSignal::new(false);
    let told = version.name.clone();
    let disabled = move || refused.get().is_some();
    let name = version.name.clone();
    view! {
        <tr>
            <td class="font-medium wrap-anywhere">{name.clone()}</td>
            <td>
                <input
                    type="date"
                    class="input input-xs w-36"
                    aria-label=format!("Release date of {name}")
                    prop:value=move || released.get()
                    disabled=disabled
                    on:change=set
                />
            </td>
            <td>
                <a class="link-hover flex min-h-6 flex-wrap items-center gap-x-2" href=issues>
                    {(total > 0)
                        .then(|| {
                            view! {
                                <progress
                                    class="progress w-20 text-primary"
                                    aria-hidden="true"
                                    value=closed.to_string()
                                    max=total.to_string()
                                ></progress>
                            }
                        })}
                    <span class="num text-xs text-ink-3">{words}</span>
                </a>
            </td>
            <td>
                <button type="button" class="btn btn-xs btn-line" aria-haspopup="dialog" on:click=move |_| telling.set(true)>
                    "Release notes"
                    <span class="sr-only">{format!(" of {told}")}</span>
                </button>
                <Dialog open=telling title=format!("Release notes of {told}") id="notes-title">
                    <Notes here id />
                </Dialog>
            </td>
            <td class="w-8 px-0">
                <GuardedButton
                    refused
                    class="btn btn-ghost btn-xs btn-square"
                    label=Some(format!("Delete {name}"))
                    on_click=Callback::new(move |()| {
                        chosen.set(Some(version.clone()));
                        asking.set(true);
                    })
                >
                    <Icon name=IconName::Trash2 />
                </GuardedButton>
            </td>
        </tr>
    }
}
