//! The filter as text: names of fields stand out, mistakes are underlined where they are, and what
//! can come next is offered.

use super::List;
use super::query_help::QueryHelp;
use crate::components::shell::Place;
use crate::components::{IconName, SmallIcon};
use crate::model::query_edit::{pieces, replace};
use crate::state::on_command;
use domain::filter::{Completion, Kind, Mistake, Vocabulary, complete, parse, read, wanted_at};
use domain::name::NameOf;
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// A pause in the typing.
const PAUSE: Duration = Duration::from_millis(350);

/// The field, what is offered below it, and what is wrong beside it.
#[component]
pub fn QueryField(
    /// A condition that is to be selected, so that it can be changed.
    pointed: RwSignal<Option<String>>,
) -> impl IntoView {
    let list = expect_context::<List>();
    let place = expect_context::<Place>();
    let field = NodeRef::<html::Input>::new();
    let under = NodeRef::<html::Div>::new();
    let asked = Memo::new(move |_| {
        list.listing.with(|listing| match &listing.wrong {
            Some(wrong) => wrong.clone(),
            None => listing.query().to_string(),
        })
    });
    let typed = RwSignal::new(asked.get_untracked());
    let cursor = RwSignal::new(0_usize);
    let offering = RwSignal::new(false);
    let chosen = RwSignal::new(None::<usize>);
    // Chips, back and forward change the text; what is being typed is left alone while it means the
    // same.
    Effect::new(move |_| {
        let asked = asked.get();
        let same = typed.with_untracked(|typed| parse(typed).is_ok_and(|q| q.to_string() == asked));
        if !same && typed.with_untracked(|typed| *typed != asked) {
            typed.set(asked);
        }
    });
    // A text that is not whole yet is no mistake while somebody types it.
    let insists = RwSignal::new(false);
    let remark = Memo::new(move |_| {
        typed.with(|typed| match read(typed) {
            Ok((_, hints)) => hints.into_iter().next().map(|hint| (hint, false)),
            Err(mistake) => {
                let may_become = mistake.is_unfinished(typed.chars().count()) && !insists.get();
                (!may_become).then_some((mistake, true))
            }
        })
    });
    let is_wrong = move || remark.with(|remark| remark.as_ref().is_some_and(|remark| remark.1));
    let words = Memo::new(move |_| vocabulary(list, place));
    // Where no project has members and names to offer, those are asked for whose name is begun.
    Effect::new(move |_| {
        let begun = offering
            .get()
            .then(|| typed.with(|typed| wanted_at(typed, cursor.get())));
        let Some((kind, begun)) = begun.flatten() else {
            return;
        };
        let of = match kind {
            Kind::Person => {
                list.catalogue.want_people();
                list.catalogue.typed.set(begun);
                return;
            }
            Kind::Status => NameOf::Status,
            Kind::Label => NameOf::Label,
            Kind::Version => NameOf::Version,
            _ => return,
        };
        list.catalogue.want_names(of, Some(begun));
    });
    let offers = Memo::new(move |_| {
        if !offering.get() {
            return Vec::new();
        }
        let mut all = typed.with(|typed| words.with(|words| complete(typed, cursor.get(), words)));
        all.truncate(8);
        all
    });
    let send = move || {
        let text = typed.get_untracked();
        match parse(&text) {
            Ok(query) if query.to_string() == asked.get_untracked() => {}
            Ok(query) => list.ask(true, |_| query),
            Err(_) => {}
        }
    };
    let turn = StoredValue::new(0_u32);
    let wait = move || {
        let mine = turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        set_timeout(
            move || {
                // What may be meant otherwise waits for Enter.
                let is_sure = || {
                    typed.with_untracked(|typed| {
                        read(typed).is_ok_and(|(_, hints)| hints.is_empty())
                    })
                };
                if turn.try_get_value() == mine && is_sure() {
                    send();
                }
            },
            PAUSE,
        );
    };
    let look = move || {
        if let Some(input) = field.get_untracked() {
            let at = input.selection_start().ok().flatten().unwrap_or(0);
            cursor.set(letters_before(&input.value(), at));
            if let Some(under) = under.get_untracked() {
                under.set_scroll_left(input.scroll_left());
            }
        }
    };
    let write = move |(text, at): (String, usize)| {
        let units: usize = text.chars().take(at).map(char::len_utf16).sum();
        typed.set(text);
        insists.set(false);
        chosen.set(None);
        request_animation_frame(move || {
            if let Some(input) = field.get_untracked() {
                let units = u32::try_from(units).unwrap_or(u32::MAX);
                let _ = input.focus();
                let _ = input.set_selection_range(units, units);
            }
            look();
        });
        wait();
    };
    Effect::new(move |_| {
        let Some(condition) = pointed.get() else {
            return;
        };
        pointed.set(None);
        let text = asked.get_untracked();
        let Some((from, to)) = units_of(&text, &condition) else {
            return;
        };
        typed.set(text);
        offering.set(false);
        request_animation_frame(move || {
            if let Some(input) = field.get_untracked() {
                let _ = input.focus();
                let _ = input.set_selection_range(from, to);
            }
            look();
        });
    });
    let take = move |offer: &Completion| {
        // A field wants its values next, a value wants a blank.
        let begins = offer.insert.ends_with(':');
        let text = format!("{}{}", offer.insert, if begins { "" } else { " " });
        offering.set(begins);
        write(replace(
            &typed.get_untracked(),
            offer.start,
            offer.end,
            &text,
        ));
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        let count = offers.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count == 0 => {
                look();
                offering.set(true);
            }
            "ArrowDown" => chosen.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % count))),
            "ArrowUp" if count > 0 => {
                chosen.update(|at| *at = Some(at.map_or(count - 1, |at| (at + count - 1) % count)));
            }
            "Enter" if chosen.with_untracked(Option::is_some) => {
                let at = chosen.get_untracked().unwrap_or(0);
                if let Some(offer) = offers.with_untracked(|offers| offers.get(at).cloned()) {
                    take(&offer);
                }
            }
            // The first one, when none is chosen: of what is begun. Where nothing is, Tab goes on.
            "Tab" if !event.shift_key() => {
                let at = chosen.get_untracked();
                let offer = offers.with_untracked(|offers| offers.get(at.unwrap_or(0)).cloned());
                match offer.filter(|offer| at.is_some() || offer.start < offer.end) {
                    Some(offer) => take(&offer),
                    None => return,
                }
            }
            "Enter" => {
                offering.set(false);
                insists.set(true);
                send();
            }
            "Escape" if count > 0 => {
                offering.set(false);
                chosen.set(None);
            }
            "Escape" => {
                if let Some(field) = field.get_untracked() {
                    let _ = field.blur();
                }
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    on_command("filter", move || {
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
            field.select();
        }
    });
    let shown = move || {
        let wrong = remark.get().map(|(m, _)| (m.position, m.length));
        typed.with(|typed| pieces(typed, wrong))
    };
    view! {
        <div class="ii-query" class:wrong=is_wrong>
            <SmallIcon name=IconName::Funnel />
            <div class="ii-qtext">
                <div node_ref=under class="ii-qunder" aria-hidden="true">
                    {move || {
                        shown()
                            .into_iter()
                            .map(|piece| view! { <span class:name=piece.name class:err=piece.wrong>{piece.text}</span> })
                            .collect_view()
                    }}
                </div>
                <input
                    node_ref=field
                    class="ii-q"
                    type="text"
                    role="combobox"
                    aria-label="Filter"
                    aria-autocomplete="list"
                    aria-controls="filter-offers"
                    aria-expanded=move || if offers.with(Vec::is_empty) { "false" } else { "true" }
                    aria-activedescendant=move || chosen.get().map(|at| format!("filter-offer-{at}"))
                    aria-invalid=move || is_wrong().then_some("true")
                    aria-describedby="filter-mistake"
                    placeholder="Everything. Type words, or a field and a colon"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    prop:value=move || typed.get()
                    on:input=move |event| {
                        typed.set(event_target_value(&event));
                        insists.set(false);
                        look();
                        chosen.set(None);
                        offering.set(true);
                        wait();
                    }
                    on:scroll=move |_| look()
                    on:click=move |_| look()
                    on:keyup=move |_| look()
                    on:keydown=keys
                    on:blur=move |_| {
                        offering.set(false);
                        insists.set(true);
                    }
                />
                <ul id="filter-offers" role="listbox" aria-label="What can come next" class="ii-float ii-pop ii-offers" class:hidden=move || offers.with(Vec::is_empty)>
                    {move || {
                        offers
                            .get()
                            .into_iter()
                            .enumerate()
                            .map(|(at, offer)| {
                                let (insert, help) = (offer.insert.clone(), offer.help.clone());
                                view! {
                                    <li
                                        id=format!("filter-offer-{at}")
                                        role="option"
                                        aria-selected=move || if chosen.get() == Some(at) { "true" } else { "false" }
                                        class="ii-opt cursor-pointer"
                                        on:mousedown=move |event| {
                                            event.prevent_default();
                                            take(&offer);
                                        }
                                    >
                                        <span class="font-mono">{insert}</span>
                                        <span class="ml-auto truncate text-xs text-ink-3">{help}</span>
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ul>
            </div>
            <kbd class="kbd hidden lg:inline-flex" aria-hidden="true">"/"</kbd>
        </div>
        <QueryHelp />
        <p id="filter-mistake" class="ii-mistake" role="status">
            {move || remark.get().map(|(mistake, _)| view! { <Wrong mistake typed=typed.read_only() fix=Callback::new(write) /> })}
        </p>
    }
}

/// What is wrong, and the way to what was probably meant.
#[component]
fn Wrong(
    mistake: Mistake,
    typed: ReadSignal<String>,
    fix: Callback<(String, usize)>,
) -> impl IntoView {
    let (from, to) = (mistake.position, mistake.position + mistake.length);
    view! {
        {mistake.reason.to_string()}
        {mistake
            .suggestion
            .map(|meant| {
                let text = meant.clone();
                view! {
                    " Did you mean "
                    <button type="button" class="font-semibold underline" on:click=move |_| fix.run(replace(&typed.get_untracked(), from, to, &text))>
                        {meant}
                    </button>
                    "?"
                }
            })}
    }
}

/// The names that exist here. Tracked.
fn vocabulary(list: List, place: Place) -> Vocabulary {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let workflow = list.catalogue.workflow.value.get().flatten();
    let statuses = workflow.map(|w| w.statuses).unwrap_or_default();
    let statuses = statuses.into_iter().map(|s| (s.slug, s.name));
    let labels = list.catalogue.labels.value.get().unwrap_or_default();
    let versions = list.catalogue.versions.value.get().unwrap_or_default();
    let all = |of| list.catalogue.names(of).into_iter();
    let projects = place.projects.value.get().unwrap_or_default();
    Vocabulary {
        statuses: statuses
            .chain(all(NameOf::Status).map(|name| (name.value, name.name)))
            .collect(),
        people: list
            .catalogue
            .people()
            .iter()
            .map(|user| pair(&user.username, &user.display_name))
            .collect(),
        labels: labels
            .into_iter()
            .map(|label| label.name)
            .chain(all(NameOf::Label).map(|name| name.value))
            .collect(),
        versions: versions
            .into_iter()
            .map(|version| version.name)
            .chain(all(NameOf::Version).map(|name| name.value))
            .collect(),
        projects: projects.iter().map(|p| pair(&p.key, &p.name)).collect(),
    }
}

/// Where a part of the text begins and ends, as the browser counts.
fn units_of(text: &str, part: &str) -> Option<(u32, u32)> {
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let before = units(text.split_once(part)?.0);
    Some((before, before.saturating_add(units(part))))
}

/// The browser counts UTF-16 units, the filter language characters.
fn letters_before(text: &str, units: u32) -> usize {
    let mut left = usize::try_from(units).unwrap_or(usize::MAX);
    let fits = |letter: &char| {
        let room = left >= letter.len_utf16();
        left = left.saturating_sub(letter.len_utf16());
        room
    };
    text.chars().take_while(fits).count()
}

#[cfg(test)]
mod tests {
    use super::units_of;

    #[test]
    fn a_condition_is_found_in_the_text_as_the_browser_counts() {
        let text = "title:\u{1f389} (type:bug OR type:task) vat";
        assert_eq!(units_of(text, "(type:bug OR type:task)"), Some((9, 32)));
        assert_eq!(units_of(text, "type:epic"), None);
    }
}
