//! Files: choose, drop, see how far they are, stop them, try again.

use super::icon::{Icon, SmallIcon};
use super::icon_paths::IconName;
use crate::state::uploads::{Progress, Upload};
use crate::state::{Destination, Uploads};
use domain::attachment::size_text;
use leptos::ev::DragEvent;
use leptos::html;
use leptos::prelude::*;
use web_sys::{File, FileList};

/// The files of a drop, a paste or an input.
#[must_use]
pub fn files_of(list: Option<FileList>) -> Vec<File> {
    list.map(|list| (0..list.length()).filter_map(|i| list.get(i)).collect())
        .unwrap_or_default()
}

/// Whether files are being dragged, not words.
#[must_use]
pub fn carries_files(event: &DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

/// A button that opens the device's file chooser.
#[component]
pub fn FileButton(
    /// Takes the files.
    on_files: UnsyncCallback<Vec<File>>,
    /// Words on the button; an icon alone without them.
    #[prop(optional)]
    words: Option<&'static str>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            let files = files_of(input.files());
            input.set_value("");
            if !files.is_empty() {
                on_files.run(files);
            }
        }
    };
    let class = if words.is_some() {
        "btn btn-xs btn-ghost h-7"
    } else {
        "btn btn-xs btn-ghost btn-square h-7"
    };
    view! {
        <input node_ref=input type="file" multiple class="hidden" tabindex="-1" aria-hidden="true" on:change=chosen />
        <button type="button" class=class aria-label=words.is_none().then_some("Attach files") on:click=open>
            <Icon name=IconName::Paperclip />
            {words}
        </button>
    }
}

/// Catches files that are dropped or pasted anywhere inside. Of two around each other the inner one does.
#[component]
pub fn DropZone(
    /// Takes the files.
    on_files: UnsyncCallback<Vec<File>>,
    /// Whether files are taken now.
    #[prop(into)]
    enabled: Signal<bool>,
    /// What is shown while files are held above it.
    #[prop(default = "Drop to attach")]
    words: &'static str,
    /// What it surrounds.
    children: Children,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let drag = move |event: DragEvent| {
        if enabled.get_untracked() && carries_files(&event) {
            event.prevent_default();
            event.stop_propagation();
            over.set(true);
        }
    };
    let drop = move |event: DragEvent| {
        over.set(false);
        if enabled.get_untracked() && carries_files(&event) {
            event.prevent_default();
            event.stop_propagation();
            on_files.run(files_of(
                event.data_transfer().and_then(|data| data.files()),
            ));
        }
    };
    let paste = move |event: web_sys::ClipboardEvent| {
        let files = files_of(event.clipboard_data().and_then(|data| data.files()));
        if enabled.get_untracked() && !files.is_empty() {
            event.prevent_default();
            event.stop_propagation();
            on_files.run(files);
        }
    };
    view! {
        <div
            class="relative min-w-0"
            on:dragover=drag
            on:dragleave=move |_| over.set(false)
            on:drop=drop
            on:paste=paste
        >
            {children()}
            <Show when=move || over.get()>
                <p class="ii-drop over pointer-events-none absolute inset-2 z-30 grid place-items-center text-base font-medium">
                    {words}
                </p>
            </Show>
        </div>
    }
}

/// The files on their way to a place.
#[component]
pub fn UploadList(
    /// The place.
    #[prop(into)]
    to: Signal<Destination>,
) -> impl IntoView {
    let uploads = expect_context::<Uploads>();
    view! {
        <For each=move || uploads.of(&to.get()) key=|upload| upload.id let:upload>
            <OneUpload upload />
        </For>
    }
}

#[component]
fn OneUpload(upload: Upload) -> impl IntoView {
    let uploads = expect_context::<Uploads>();
    let Upload {
        id, file, progress, ..
    } = upload;
    let name = file.name();
    #[expect(clippy::cast_possible_truncation, reason = "sizes of files")]
    let size = size_text(file.size() as i64);
    let state = {
        let name = name.clone();
        move || {
            match progress.get() {
            Progress::Sending(share) => {
                let percent = (share * 100.0).round();
                view! {
                    <progress
                        class="progress progress-primary h-1"
                        value=percent.to_string()
                        max="100"
                        aria-label=format!("{name}, {percent} % sent")
                    ></progress>
                }
                .into_any()
            }
            Progress::Failed(error) => {
                view! { <span class="block text-xs text-error" role="alert">{error.sentence()}</span> }.into_any()
            }
        }
        }
    };
    let failed = move || matches!(progress.get(), Progress::Failed(_));
    view! {
        <div class="ii-file" class:border-error=failed>
            <Icon name=IconName::FileText />
            <span class="min-w-0 flex-1">
                <span class="block truncate font-medium" title=size>{name.clone()}</span>
                {state}
            </span>
            <Show when=failed>
                <button
                    type="button"
                    class="btn btn-ghost btn-xs btn-square"
                    aria-label="Send again"
                    on:click=move |_| uploads.retry(id)
                >
                    <SmallIcon name=IconName::RotateCw />
                </button>
            </Show>
            <button
                type="button"
                class="btn btn-ghost btn-xs btn-square"
                aria-label=format!("Cancel {name}")
                on:click=move |_| uploads.cancel(id)
            >
                <SmallIcon name=IconName::X />
            </button>
        </div>
    }
}
