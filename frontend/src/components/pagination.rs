//! Where one is in a list, and the way on.

use super::icon::SmallIcon;
use super::icon_paths::IconName;
use domain::page::Total;
use leptos::prelude::*;

/// Page sizes to choose from.
pub const SIZES: [u32; 4] = [10, 25, 50, 100];

/// "26–50 of 107", previous, next, and how many at once.
#[component]
pub fn Pagination(
    /// How many were passed before this page.
    #[prop(into)]
    before: Signal<usize>,
    /// How many are on this page.
    #[prop(into)]
    shown: Signal<usize>,
    /// How many there are.
    #[prop(into)]
    total: Signal<Total>,
    /// How many at once.
    #[prop(into)]
    size: Signal<u32>,
    /// Whether there is a page before.
    #[prop(into)]
    has_previous: Signal<bool>,
    /// Whether there is a page after.
    #[prop(into)]
    has_next: Signal<bool>,
    /// Goes back.
    on_previous: Callback<()>,
    /// Goes on.
    on_next: Callback<()>,
    /// Changes how many at once.
    on_size: Callback<u32>,
) -> impl IntoView {
    let words = move || {
        let (before, shown, total) = (before.get(), shown.get(), total.get());
        let of = if total.exact {
            total.count.to_string()
        } else {
            format!("more than {}", total.count)
        };
        match shown {
            0 => format!("0 of {of}"),
            _ => format!("{}–{} of {of}", before + 1, before + shown),
        }
    };
    view! {
        <nav class="flex flex-wrap items-center gap-3 px-4 py-3 text-sm text-ink-2 lg:px-6" aria-label="Pages of the list">
            <span role="status">{words}</span>
            <span class="join">
                <button
                    type="button"
                    class="btn btn-sm btn-line join-item"
                    disabled=move || !has_previous.get()
                    on:click=move |_| on_previous.run(())
                >
                    <SmallIcon name=IconName::ChevronLeft />
                    "Previous"
                </button>
                <button
                    type="button"
                    class="btn btn-sm btn-line join-item"
                    disabled=move || !has_next.get()
                    on:click=move |_| on_next.run(())
                >
                    "Next"
                    <SmallIcon name=IconName::ChevronRight />
                </button>
            </span>
            <label class="ml-auto flex items-center gap-2 text-xs">
                "Rows"
                <select
                    class="select select-xs w-20"
                    on:change=move |event| {
                        if let Ok(size) = event_target_value(&event).parse() {
                            on_size.run(size);
                        }
                    }
                >
                    {SIZES
                        .iter()
                        .map(|option| {
                            let option = *option;
                            view! {
                                <option value=option.to_string() selected=move || size.get() == option>
                                    {option}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </label>
        </nav>
    }
}
