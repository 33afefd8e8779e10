//! Grey bars in the place of what is coming, after a moment's wait.

use leptos::prelude::*;
use std::time::Duration;

/// Shows its children once the wait was long enough to notice.
#[component]
pub fn AfterAMoment(
    /// What is being loaded, read aloud: "Loading issues".
    what: &'static str,
    /// The bars.
    children: ChildrenFn,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    set_timeout(
        move || {
            let _ = shown.try_set(true);
        },
        Duration::from_millis(150),
    );
    view! {
        <div role="status" aria-busy="true">
            <Show when=move || shown.get()>
                <span class="sr-only">{what}</span>
                {children()}
            </Show>
        </div>
    }
}

/// Bars in the form of a list.
#[component]
pub fn SkeletonRows(#[prop(default = 8)] rows: usize) -> impl IntoView {
    const WIDTHS: [&str; 4] = ["46%", "58%", "34%", "50%"];
    (0..rows)
        .map(|row| {
            let width = WIDTHS.get(row % WIDTHS.len()).copied().unwrap_or("46%");
            view! {
                <div class="flex h-9 items-center gap-3 border-b border-base-300 px-4 lg:px-6">
                    <span class="ii-skel w-5"></span>
                    <span class="ii-skel w-14"></span>
                    <span class="ii-skel" style:width=width></span>
                    <span class="ii-skel ml-auto w-10"></span>
                </div>
            }
        })
        .collect_view()
}

/// Bars in the form of text.
#[component]
pub fn SkeletonText() -> impl IntoView {
    view! {
        <div class="flex flex-col gap-3 px-4 py-6 lg:px-8">
            <span class="ii-skel w-40"></span>
            <span class="ii-skel" style:width="60%" style:height="20px"></span>
            <span class="ii-skel mt-4" style:width="90%"></span>
            <span class="ii-skel" style:width="84%"></span>
            <span class="ii-skel" style:width="72%"></span>
        </div>
    }
}
