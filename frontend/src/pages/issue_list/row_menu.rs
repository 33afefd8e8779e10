//! What can be done with one row, in a menu.

use super::List;
use super::rows::Row;
use crate::components::floating::Floating;
use crate::components::menu::Menu;
use crate::components::picker::{Choice, Picker};
use crate::components::{IconName, SmallIcon};
use crate::model::change::Field;
use crate::model::row::fields_of;
use crate::state::clipboard::{copy, copy_link};
use crate::state::toasts;
use domain::paths::page;
use leptos::prelude::*;

/// The menu, open.
#[component]
pub fn RowMenu(row: Row) -> impl IntoView {
    let list = expect_context::<List>();
    let toasts = toasts();
    let id = row.id;
    let key = StoredValue::new(row.row.with_untracked(|row| row.key.clone()));
    let close = move || list.close_menu();
    let item = move |icon, words: &'static str, keys: Option<&'static str>, act: Callback<()>| {
        view! {
            <button
                type="button"
                role="menuitem"
                on:click=move |_| {
                    close();
                    act.run(());
                }
            >
                <SmallIcon name=icon />
                {words}
                {keys.map(|keys| view! { <kbd class="kbd ml-auto" aria-hidden="true">{keys}</kbd> })}
            </button>
        }
    };
    let link = Callback::new(move |()| copy_link(toasts, &key.get_value()));
    let name = Callback::new(move |()| {
        let key = key.get_value();
        copy(toasts, key.clone(), format!("{key} copied."));
    });
    let choosing = RwSignal::new(false);
    // Also without a column or a key of its own.
    let fields = StoredValue::new(row.row.with_untracked(fields_of));
    let choices = fields.with_value(|fields| {
        let each = fields.iter().map(|field| field.label());
        each.map(|label| Choice::plain(label, label))
            .collect::<Vec<_>>()
    });
    let pick = Callback::new(move |label: String| {
        close();
        let named = |field: &Field| field.label() == label;
        if let Some(field) = fields.get_value().into_iter().find(named) {
            list.edit(id, field);
        }
    });
    let changes = move || {
        if list.is_past() {
            return ().into_any();
        }
        view! {
            <div role="separator" class="my-1 border-t border-base-300"></div>
            {item(IconName::Pencil, "Change the title", Some("e"), Callback::new(move |()| list.edit(id, Field::Title)))}
            <button type="button" role="menuitem" on:click=move |_| choosing.set(true)>
                <SmallIcon name=IconName::SlidersHorizontal />
                "Change a field …"
            </button>
            {item(IconName::Check, "Select", Some("x"), Callback::new(move |()| list.select(id, false)))}
        }
        .into_any()
    };
    view! {
        <Floating class="ii-float ii-pop text-left font-normal" on_close=Callback::new(move |()| close())>
            {move || {
                if choosing.get() {
                    return view! {
                        <div class="w-56 p-1">
                            <Picker
                                id="row-fields"
                                label="Change which field?"
                                choices=choices.clone()
                                chosen=Vec::new()
                                on_pick=pick
                            />
                        </div>
                    }
                        .into_any();
                }
                view! {
                    <Menu label="This issue">
                        <a role="menuitem" href=page::issue(&key.get_value())>
                            <SmallIcon name=IconName::Maximize2 />
                            "Open"
                            <kbd class="kbd ml-auto" aria-hidden="true">"Enter"</kbd>
                        </a>
                        {item(IconName::Eye, "Show beside the list", Some("Space"), Callback::new(move |()| list.peek(id)))}
                        {item(IconName::Link, "Copy the link", Some("y"), link)}
                        {item(IconName::Copy, "Copy the key", Some("."), name)}
                        {changes()}
                    </Menu>
                }
                    .into_any()
            }}
        </Floating>
    }
}
