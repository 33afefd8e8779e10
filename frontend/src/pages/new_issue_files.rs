//! Files of a new issue: they wait until there is an issue to send them to.

use crate::components::drop_zone::FileButton;
use crate::components::{Icon, IconName, SmallIcon};
use domain::attachment::size_text;
use leptos::prelude::*;
use web_sys::File;

/// Files that go on their way once the issue exists.
#[component]
pub fn Queue(
    files: RwSignal<Vec<File>, LocalStorage>,
    on_files: UnsyncCallback<Vec<File>>,
) -> impl IntoView {
    let list = move || {
        files
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, file)| {
                #[allow(clippy::cast_possible_truncation, reason = "sizes of files")]
                let size = size_text(file.size() as i64);
                let name = file.name();
                view! {
                    <div class="ii-file">
                        <Icon name=IconName::FileText />
                        <span class="min-w-0 flex-1">
                            <span class="block truncate font-medium">{name.clone()}</span>
                            <span class="block text-xs text-ink-3">{size}</span>
                        </span>
                        <button
                            type="button"
                            class="btn btn-ghost btn-xs btn-square"
                            aria-label=format!("Take {name} away")
                            on:click=move |_| {
                                files.update(|files| {
                                    if index < files.len() {
                                        files.remove(index);
                                    }
                                });
                            }
                        >
                            <SmallIcon name=IconName::X />
                        </button>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <div class="flex flex-col gap-2" role="group" aria-label="Files">
            <div class="ii-files">{list} <FileButton on_files words="Attach files" /></div>
            <Show when=move || files.with(|files| !files.is_empty())>
                <p class="text-xs text-ink-3">"Files are sent when the issue is created; they do not survive a reload."</p>
            </Show>
        </div>
    }
}
