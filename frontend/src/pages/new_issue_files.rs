//! Files of a new issue: they wait as drafts until it is reported.

use crate::components::drop_zone::FileButton;
use crate::components::enclosed_files::EnclosedFiles;
use crate::state::Enclosed;
use leptos::prelude::*;
use web_sys::File;

/// Files that go along with the issue.
#[component]
pub fn Queue(
    /// The files.
    enclosed: Enclosed,
    /// Takes more.
    on_files: UnsyncCallback<Vec<File>>,
) -> impl IntoView {
    view! {
        <div class="flex flex-col gap-2" role="group" aria-label="Files">
            <EnclosedFiles enclosed />
            <div><FileButton on_files words="Attach files" /></div>
        </div>
    }
}
