//! The files that go along with a text: on their way, there, and taken away again.

use super::drop_zone::UploadList;
use super::icon::{Icon, SmallIcon};
use super::icon_paths::IconName;
use crate::state::Enclosed;
use domain::attachment::size_text;
use leptos::prelude::*;

/// Those files, as long as there are any.
#[component]
pub fn EnclosedFiles(enclosed: Enclosed) -> impl IntoView {
    let list = move || {
        enclosed
            .files()
            .into_iter()
            .map(|file| {
                let icon = if file.media_type.starts_with("image/") {
                    IconName::Image
                } else {
                    IconName::FileText
                };
                let name = file.file_name.clone();
                view! {
                    <div class="ii-file">
                        <Icon name=icon />
                        <span class="min-w-0 flex-1">
                            <span class="block truncate font-medium" title=name.clone()>{name.clone()}</span>
                            <span class="block text-xs text-ink-3">{size_text(file.size)}</span>
                        </span>
                        <button
                            type="button"
                            class="btn btn-ghost btn-xs btn-square"
                            aria-label=format!("Take {name} away")
                            on:click=move |_| enclosed.remove(&file)
                        >
                            <SmallIcon name=IconName::X />
                        </button>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <div class="ii-files empty:hidden" role="group" aria-label="Files that go along">
            {list}
            {move || enclosed.destination().map(|to| view! { <UploadList to /> })}
        </div>
        <p role="status" class="text-xs text-ink-3 empty:hidden">
            {move || enclosed.on_the_way().then_some("You can send this when the files have arrived.")}
        </p>
    }
}
