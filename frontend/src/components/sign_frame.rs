//! The frame of pages for those who are not signed in: a narrow form, and life lines as the only
//! picture.

use leptos::prelude::*;

type Part = (&'static str, u32);

const LIVES: [(&str, &[Part]); 8] = [
    (
        "APP-361",
        &[
            ("c-triage", 2),
            ("c-backlog", 8),
            ("c-active", 2),
            ("c-waiting", 18),
        ],
    ),
    (
        "APP-381",
        &[
            ("c-triage", 2),
            ("c-backlog", 16),
            ("c-active", 12),
            ("c-waiting", 4),
            ("c-active", 6),
        ],
    ),
    (
        "APP-409",
        &[
            ("c-triage", 1),
            ("c-backlog", 4),
            ("c-active", 6),
            ("c-waiting", 2),
            ("c-active", 2),
        ],
    ),
    (
        "APP-393",
        &[
            ("c-triage", 2),
            ("c-backlog", 4),
            ("c-active", 3),
            ("c-waiting", 10),
        ],
    ),
    (
        "APP-412",
        &[("c-triage", 3), ("c-backlog", 5), ("c-active", 12)],
    ),
    ("APP-388", &[("c-triage", 4), ("c-backlog", 18)]),
    (
        "APP-377",
        &[("c-triage", 2), ("c-backlog", 24), ("c-active", 6)],
    ),
    ("APP-391", &[("c-backlog", 12), ("c-active", 8)]),
];

/// Mark, heading, form; the picture beside it on wide screens.
#[component]
pub fn SignFrame(
    /// The page's heading.
    title: &'static str,
    /// The form and what follows it.
    children: Children,
) -> impl IntoView {
    crate::state::title::window_title(move || title.to_owned());
    view! {
        <main id="main" class="ii-sign" tabindex="-1">
            <div class="flex w-full max-w-80 flex-col gap-6">
                <div class="flex items-center gap-3">
                    <span class="ii-mark large" aria-hidden="true">"&"</span>
                    <span class="text-lg font-semibold">"Issues " <span class="text-ink-3">"&"</span> " Insights"</span>
                </div>
                <h1 class="text-xl">{title}</h1>
                {children()}
            </div>
            <div class="ii-signart" aria-hidden="true">
                <div class="flex w-full max-w-xl flex-col gap-5">
                    {LIVES
                        .into_iter()
                        .map(|(key, parts)| {
                            view! {
                                <div class="flex items-center gap-4">
                                    <span class="ii-key w-16">{key}</span>
                                    <span class="ii-life tall flex-1">
                                        {parts
                                            .iter()
                                            .map(|(class, share)| view! { <i class=*class style:flex=share.to_string()></i> })
                                            .collect_view()}
                                    </span>
                                </div>
                            }
                        })
                        .collect_view()}
                </div>
                <p class="max-w-xl text-lg text-ink-2">"Every issue has a life. See where the time goes."</p>
            </div>
        </main>
    }
}
