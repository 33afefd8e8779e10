//! Who may do what: the table the program decides by.

use crate::components::{Icon, IconName};
use domain::policy::{Ground, Rule, TABLE, decide};
use domain::user::Role;
use leptos::prelude::*;

/// The table of `domain::policy`, a column for each role.
#[component]
pub(super) fn PolicyTable() -> impl IntoView {
    view! {
        <section class="flex flex-col gap-3 px-4 py-6 lg:px-6">
            <div>
                <h2 class="text-sm">"Who may do what"</h2>
                <p class="text-xs text-ink-2">
                    "The table the program itself decides by. A membership in a project wins over the account’s role."
                </p>
            </div>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label="Who may do what, scrolls sideways">
                <table class="table table-sm">
                    <thead>
                        <tr>
                            <th scope="col" class="ii-sticky">"Action"</th>
                            {Role::ALL.iter().map(|role| view! { <th scope="col" class="text-center">{role.slug()}</th> }).collect_view()}
                        </tr>
                    </thead>
                    <tbody>
                        {TABLE
                            .iter()
                            .map(|rule| {
                                view! {
                                    <tr>
                                        <th scope="row" class="ii-sticky ii-plain min-w-32">{capital(rule.phrase)}</th>
                                        {Role::ALL.iter().map(|role| view! { <td class="text-center">{answer(rule, *role)}</td> }).collect_view()}
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    }
}

fn answer(rule: &Rule, role: Role) -> AnyView {
    if decide(role, rule.action, Ground::NONE).is_ok() {
        return view! {
            <span class="inline-flex text-success">
                <Icon name=IconName::Check />
                <span class="sr-only">"yes"</span>
            </span>
        }
        .into_any();
    }
    let grounds = [
        (rule.own, "own"),
        (rule.assigned, "assigned"),
        (rule.unassigned, "free"),
    ];
    let words: Vec<&str> = grounds
        .into_iter()
        .filter(|(least, _)| least.is_some_and(|least| role >= least))
        .map(|(_, word)| word)
        .collect();
    match words.as_slice() {
        [] => view! {
            <span class="text-ink-3">
                <span aria-hidden="true">"–"</span>
                <span class="sr-only">"no"</span>
            </span>
        }
        .into_any(),
        words => view! { <span class="text-xs text-ink-2">{words.join(" or ")}</span> }.into_any(),
    }
}

fn capital(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
