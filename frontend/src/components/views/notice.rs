//! A link to a view: opened when it names nothing else, explained when the view does not exist for the
//! reader.

use super::Desk;
use crate::components::shell::Place;
use crate::components::{IconName, SmallIcon};
use crate::model::saved::href;
use domain::view::View;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Nothing as long as all is well.
#[component]
pub fn ViewNotice(
    /// What the page shows.
    desk: Desk,
) -> impl IntoView {
    let place = expect_context::<Place>();
    let navigate = use_navigate();
    let sought = StoredValue::new(None::<String>);
    let missing = RwSignal::new(None::<bool>);
    Effect::new(move |_| {
        missing.set(None);
        let Some((id, bare)) = desk.asked.get() else {
            return;
        };
        let found = place.views.value.with(|views| {
            let mine = |view: &&View| view.id.to_string() == id;
            views.as_ref().map(|views| views.iter().find(mine).cloned())
        });
        match found {
            None => {}
            Some(Some(view)) if bare => {
                let replace = NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                };
                navigate(&href(&view), replace);
            }
            Some(Some(_)) => {}
            // Perhaps it was shared a moment ago: asked once more.
            Some(None) if sought.with_value(|sought| sought.as_ref() != Some(&id)) => {
                sought.set_value(Some(id));
                place.views.reload();
            }
            Some(None) => missing.set(Some(bare)),
        }
    });
    view! {
        <div role="status">
            {move || {
                missing.get().map(|bare| {
                    let shown = if bare {
                        "Here is the usual list instead."
                    } else {
                        "Here is what the link itself asks for."
                    };
                    view! {
                        <div class="ii-sub bg-base-200 text-sm">
                            <SmallIcon name=IconName::Bookmark />
                            <span class="min-w-0 flex-1">
                                <b class="font-medium">"This view does not exist for you."</b>
                                " It was deleted, or is somebody's own. "
                                {shown}
                            </span>
                            <button type="button" class="btn btn-line btn-xs h-7" on:click=move |_| desk.leave.run(())>
                                "All right"
                            </button>
                        </div>
                    }
                })
            }}
        </div>
    }
}
