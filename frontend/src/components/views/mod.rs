//! Saved views: the menu that opens, saves, shares and deletes them, in the head of a list or a board.

mod form;
mod items;
mod notice;

use super::confirm::Confirm;
use super::menu::Menu;
use super::popover::Popover;
use super::shell::Place;
use super::{GuardedButton, IconName, SmallIcon};
use crate::api;
use crate::model::refusal::{Refusal, refused};
use crate::model::saved::{Saved, href, offered};
use crate::state::clipboard::copy;
use crate::state::{Toasts, on_command, session, toasts};
use domain::policy::Action;
use domain::view::{View, ViewPatch};
use form::{Asking, ViewDialog};
use items::{Entry, Reasons, ViewItem};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
pub use notice::ViewNotice;

/// What a page shows, so that it can be saved and compared with what was saved.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Key of the project; none for all projects.
    pub project: Memo<Option<String>>,
    /// The view that the address names, and whether it says nothing else.
    pub asked: Memo<Option<(String, bool)>>,
    /// What is shown now.
    pub now: Memo<Saved>,
    /// Goes on showing it, without the view.
    pub leave: Callback<()>,
}

impl Desk {
    /// The view that is shown, if it exists for the reader. Tracked.
    #[must_use]
    pub fn view(self, place: Place) -> Option<View> {
        let (id, _) = self.asked.get()?;
        place.views.value.with(|views| {
            let mine = |view: &&View| view.id.to_string() == id;
            views.iter().flatten().find(mine).cloned()
        })
    }
}

/// Why the reader may not change the views that the project shares. Tracked.
fn refusal(project: Option<&str>) -> Option<Refusal> {
    let Some(key) = project else {
        let sentence =
            "A view of all projects is yours alone. One of a single project can be shared with it.";
        return Some(Refusal::plain(sentence));
    };
    let role = session().standing(key)?.role;
    refused(role, Action::ManageSharedViews).map(|refusal| refusal.in_project(key))
}

/// The button, its menu, and the way to save what was changed.
#[component]
pub fn ViewMenu(
    /// What the page shows.
    desk: Desk,
    /// The key's command.
    command: &'static str,
) -> impl IntoView {
    let place = expect_context::<Place>();
    let toasts = toasts();
    let open = RwSignal::new(false);
    let asking = RwSignal::new(None::<Asking>);
    let deleting = RwSignal::new(false);
    on_command(command, move || {
        place.views.reload();
        open.set(true);
    });
    let view = Memo::new(move |_| desk.view(place));
    let changed = Memo::new(move |_| {
        view.with(|view| {
            let kept = view.as_ref().map(Saved::of);
            kept.is_some_and(|kept| desk.now.with(|now| *now != kept))
        })
    });
    let locked = Signal::derive(move || view.get().and_then(|view| lock_of(&view)));
    let save = Callback::new(move |()| {
        open.set(false);
        let Some(view) = view.get_untracked() else {
            return;
        };
        let now = desk.now.get_untracked();
        let patch = ViewPatch {
            query: Some(now.query),
            layout: Some(now.layout),
            ..ViewPatch::default()
        };
        change(place, toasts, view, patch, |view| {
            format!("The view “{}” is saved.", view.name)
        });
    });
    let delete = Callback::new(move |()| {
        let Some(view) = view.get_untracked() else {
            return;
        };
        spawn_local(async move {
            match api::views::delete(view.id).await {
                Ok(()) => {
                    place.views.reload();
                    toasts.done(format!("The view “{}” is deleted.", view.name));
                    let _ = desk.leave.try_run(());
                }
                Err(error) => toasts.failed("The view was not deleted.", &error),
            }
        });
    });
    let words = move || {
        view.with(|view| {
            view.as_ref()
                .map_or_else(|| "Views".to_owned(), |view| view.name.clone())
        })
    };
    view! {
        <Popover
            open
            kind="menu"
            class="btn btn-ghost btn-xs h-7 max-w-56"
            panel_class="ii-float ii-pop w-64"
            trigger=move || {
                view! {
                    <SmallIcon name=IconName::Bookmark />
                    <span class="truncate">{words}</span>
                    <Show when=move || changed.get()>
                        <span class="font-normal text-ink-3">"changed"</span>
                    </Show>
                }
            }
        >
            <Menu label="Views">
                <Offered desk view />
                <Show when=move || changed.get()>
                    <Entry
                        icon=IconName::Check
                        words="Save the changes"
                        refused=locked
                        on_click=save
                    />
                    <Back view open />
                </Show>
                <Entry
                    icon=IconName::Plus
                    words="Save as a view…"
                    on_click=Callback::new(move |()| {
                        open.set(false);
                        asking.set(Some(Asking::New));
                    })
                />
                {move || {
                    view.get()
                        .map(|view| view! { <Deeds view open asking deleting /> })
                }}
            </Menu>
        </Popover>
        <Show when=move || changed.get()>
            <GuardedButton refused=locked class="btn btn-line btn-xs h-7" on_click=save>
                "Save changes"
            </GuardedButton>
        </Show>
        <ViewDialog desk asking />
        <Confirm
            open=deleting
            title=Signal::derive(move || format!("Delete the view “{}”?", words()))
            id="delete-view-title"
            text="The issues stay as they are. Links to the view go on showing what they say, without its name."
            words="Delete the view"
            on_yes=delete
        />
    }
}

/// Why this view cannot be changed. Tracked.
fn lock_of(view: &View) -> Option<Refusal> {
    if view.editable {
        return None;
    }
    refusal(view.project.as_deref())
        .or_else(|| Some(Refusal::plain("You may not change this view.")))
}

/// The views of this place, as links.
#[component]
fn Offered(desk: Desk, view: Memo<Option<View>>) -> impl IntoView {
    let place = expect_context::<Place>();
    let all = move || {
        let project = desk.project.get();
        let views = place.views.value.get().unwrap_or_default();
        offered(&views, project.as_deref())
    };
    let none = move || place.views.value.with(Option::is_some) && all().is_empty();
    view! {
        <div class="-m-1 flex max-h-72 flex-col overflow-y-auto p-1">
            <For each=all key=|view| (view.id, view.version) let:one>
                {
                    let id = one.id;
                    let current = Signal::derive(move || view.with(|view| view.as_ref().is_some_and(|view| view.id == id)));
                    view! { <ViewItem view=one current /> }
                }
            </For>
        </div>
        <Show when=none>
            <p class="px-2 py-1 text-xs text-ink-3">"No views here yet. Save a filter with its columns and groups to come back to it."</p>
        </Show>
        <div role="separator" class="my-1 border-t border-base-300"></div>
    }
}

/// The way back to what was saved.
#[component]
fn Back(view: Memo<Option<View>>, open: RwSignal<bool>) -> impl IntoView {
    let navigate = use_navigate();
    let back = Callback::new(move |()| {
        open.set(false);
        if let Some(view) = view.get_untracked() {
            navigate(&href(&view), NavigateOptions::default());
        }
    });
    view! { <Entry icon=IconName::RotateCcw words="Back to what was saved" on_click=back /> }
}

/// What can be done with the view that is shown.
#[component]
fn Deeds(
    view: View,
    open: RwSignal<bool>,
    asking: RwSignal<Option<Asking>>,
    deleting: RwSignal<bool>,
) -> impl IntoView {
    let place = expect_context::<Place>();
    let toasts = toasts();
    let locked = {
        let view = view.clone();
        Signal::derive(move || lock_of(&view))
    };
    let project = view.project.clone();
    let keeps = Signal::derive(move || refusal(project.as_deref()));
    let share = {
        let view = view.clone();
        Callback::new(move |()| {
            open.set(false);
            let patch = ViewPatch {
                shared: Some(!view.shared),
                ..ViewPatch::default()
            };
            change(place, toasts, view.clone(), patch, |view| {
                match (&view.project, view.shared) {
                    (Some(key), true) => {
                        format!("Everybody who sees {key} has the view “{}” now.", view.name)
                    }
                    _ => format!("The view “{}” is yours alone now.", view.name),
                }
            });
        })
    };
    let link = {
        let view = view.clone();
        Callback::new(move |()| {
            open.set(false);
            let origin = window().location().origin().unwrap_or_default();
            copy(
                toasts,
                format!("{origin}{}", href(&view)),
                format!("Link to the view “{}” copied.", view.name),
            );
        })
    };
    let (words, icon) = if view.shared {
        ("Make it mine alone", IconName::Lock)
    } else {
        ("Share with the project", IconName::Users)
    };
    view! {
        <div role="separator" class="my-1 border-t border-base-300"></div>
        <Entry icon=IconName::Link words="Copy the link" on_click=link />
        <Entry
            icon=IconName::Pencil
            words="Rename…"
            refused=locked
            on_click=Callback::new(move |()| {
                open.set(false);
                asking.set(Some(Asking::Rename(view.clone())));
            })
        />
        <Entry icon words refused=keeps on_click=share />
        <Entry
            icon=IconName::Trash2
            words="Delete…"
            refused=locked
            on_click=Callback::new(move |()| {
                open.set(false);
                deleting.set(true);
            })
        />
        <Reasons refused=vec![locked, keeps] />
    }
}

/// Changes a view, and says so.
fn change(
    place: Place,
    toasts: Toasts,
    view: View,
    patch: ViewPatch,
    said: impl Fn(&View) -> String + 'static,
) {
    spawn_local(async move {
        match api::views::update(&view, &patch).await {
            Ok(now) => {
                toasts.done(said(&now));
                keep(place, now);
            }
            Err(error) => {
                place.views.reload();
                toasts.failed(
                    &format!("The view “{}” was not changed.", view.name),
                    &error,
                );
            }
        }
    });
}

/// The view as it is now, at once and everywhere.
fn keep(place: Place, now: View) {
    let _ = place.views.value.try_update(|views| {
        for view in views.iter_mut().flatten().filter(|view| view.id == now.id) {
            *view = now.clone();
        }
    });
    place.views.reload();
}
