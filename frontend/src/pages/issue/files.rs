//! The files of the issue.

use super::state::IssueState;
use crate::api::{self, ApiError};
use crate::components::drop_zone::{FileButton, UploadList};
use crate::components::{BusyButton, Dialog, ErrorNote, GuardedButton, Icon, IconName, SmallIcon};
use crate::model::moment::was_there;
use crate::state::{Destination, Loaded};
use domain::attachment::{Attachment, size_text};
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

/// Files there, files on their way, and a button for more.
#[component]
pub fn Files(
    /// The files.
    files: Loaded<Vec<Attachment>>,
    /// Takes more.
    on_files: UnsyncCallback<Vec<File>>,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let right = Memo::new(move |_| state.rights.may(Action::Attach));
    let may = move || right.get().is_ok();
    let list = move || {
        let mut list = files.value.get().unwrap_or_default();
        list.retain(|file| was_there(file.created_at, state.as_of.get()));
        list
    };
    let key = state.get(|issue| issue.key.clone());
    let to = Signal::derive(move || Destination::Issue(key.get()));
    let asking = RwSignal::new(None::<Attachment>);
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(asking.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && asking.with_untracked(Option::is_some) {
            asking.set(None);
        }
    });
    view! {
        <section class="flex flex-col gap-2" aria-label="Files">
            <h2 class="sr-only">"Files"</h2>
            <div class="ii-files">
                <For each=list key=|file| file.id let:file>
                    <OneFile file asking />
                </For>
                <UploadList to />
                <Show
                    when=may
                    fallback=move || {
                        view! {
                            <GuardedButton
                                refused=Signal::derive(move || right.get().err())
                                class="btn btn-sm btn-ghost"
                                on_click=Callback::new(|()| ())
                            >
                                <SmallIcon name=IconName::Paperclip />
                                "Attach a file"
                            </GuardedButton>
                        }
                    }
                >
                    <FileButton on_files words="Attach a file" />
                </Show>
            </div>
            {move || {
                files
                    .error
                    .get()
                    .map(|error| {
                        view! {
                            <p class="text-xs text-error" role="alert">
                                "The files could not be loaded. "
                                {error.sentence()}
                                " "
                                <button type="button" class="link" on:click=move |_| files.reload()>"Try again"</button>
                            </p>
                        }
                    })
            }}
            <Dialog open title="Remove this file?" id="delete-file-title" narrow=true>
                {move || asking.get().map(|file| view! { <DeleteForm file files open /> })}
            </Dialog>
        </section>
    }
}

#[component]
fn OneFile(file: Attachment, asking: RwSignal<Option<Attachment>>) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let uploader = file.uploader.id;
    let key = file.issue.clone().unwrap_or_else(|| state.key());
    let right = Memo::new(move |_| {
        state
            .rights
            .may_on_of(&key, Action::DeleteAttachment, uploader)
    });
    let own = Memo::new(move |_| state.rights.me.get() == Some(uploader));
    let icon = if file.media_type.starts_with("image/") {
        IconName::Image
    } else {
        IconName::FileText
    };
    let name = file.file_name.clone();
    let remove = format!("Remove {name}");
    let about = format!("{} by {}", size_text(file.size), file.uploader.display_name);
    let internal = file.internal;
    let href = api::attachments::href(file.id);
    let stored = StoredValue::new(file);
    view! {
        <div class="ii-file">
            <Icon name=icon />
            <span class="min-w-0 flex-1">
                <a class="block truncate font-medium hover:underline" href=href rel="external" download=name.clone() title=name.clone()>
                    {name.clone()}
                </a>
                <span class="flex items-center gap-1 text-xs text-ink-3">
                    {internal
                        .then(|| {
                            view! {
                                <span class="shrink-0" role="img" aria-label="Internal, staff only" title="Internal, staff only">
                                    <SmallIcon name=IconName::Lock />
                                </span>
                            }
                        })}
                    <span class="truncate">{about}</span>
                </span>
            </span>
            <Show when=move || own.get() || right.get().is_ok()>
                <GuardedButton
                    refused=Signal::derive(move || right.get().err())
                    class="btn btn-ghost btn-xs btn-square"
                    label=Some(remove.clone())
                    on_click=Callback::new(move |()| asking.set(Some(stored.get_value())))
                >
                    <SmallIcon name=IconName::Trash2 />
                </GuardedButton>
            </Show>
        </div>
    }
}

#[component]
fn DeleteForm(
    file: Attachment,
    files: Loaded<Vec<Attachment>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let id = file.id;
    let delete = Callback::new(move |()| {
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            match api::attachments::delete(id).await {
                Ok(()) => {
                    let _ = open.try_set(false);
                    files.reload();
                }
                Err(refused) => {
                    let _ = error.try_set(Some(refused));
                }
            }
            let _ = busy.try_set(false);
        });
    });
    view! {
        <p class="text-sm text-ink-2 wrap-anywhere">{file.file_name} " is removed for everybody. This cannot be undone."</p>
        <ErrorNote error />
        <div class="flex justify-end gap-2">
            <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Keep it"</button>
            <BusyButton busy class="btn btn-sm btn-error" on_click=delete>"Remove the file"</BusyButton>
        </div>
    }
}
