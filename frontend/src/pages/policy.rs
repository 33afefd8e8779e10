//! Roles and rights: who may do what, as the program itself decides it. For everybody to read.

use crate::components::shell::Place;
use crate::components::{IconName, Page, SmallIcon};
use crate::model::policy_table::{Answer, answer, name};
use crate::model::standing::{Here, sentence};
use crate::state::session;
use domain::paths::page;
use domain::policy::{Rule, TABLE};
use domain::project::{Project, ReportersSee};
use domain::user::Role;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// Where the reader looks at their rights.
#[derive(Clone, Copy)]
struct Asked {
    /// The project, when one is chosen.
    project: Memo<Option<Project>>,
    /// The role that counts there, else that of the account.
    role: Memo<Option<Role>>,
    /// The line that led here.
    right: Memo<Option<String>>,
}

/// The table, with the reader's own column marked.
#[component]
pub fn PolicyPage() -> impl IntoView {
    let session = session();
    let place = expect_context::<Place>();
    let query = use_query_map();
    let wanted = Memo::new(move |_| {
        query
            .read()
            .get("project")
            .map(|key| key.to_ascii_uppercase())
    });
    let project = Memo::new(move |_| {
        let wanted = wanted.get()?;
        place
            .projects
            .value
            .with(|all| all.iter().flatten().find(|p| p.key == wanted).cloned())
    });
    let asked = Asked {
        project,
        role: Memo::new(move |_| match project.get() {
            Some(project) => Some(project.role),
            None => session.account_role(),
        }),
        right: Memo::new(move |_| query.read().get("right")),
    };
    let standing = move || {
        let account = session.account_role()?;
        let here = project.get().map(|project| Here {
            own_only: session
                .standing(&project.key)
                .is_some_and(|standing| standing.own_only),
            project,
        });
        Some(sentence(account, here.as_ref()))
    };
    view! {
        <Page title="Roles and rights">
            <div class="ii-sub">
                <ProjectSelect asked wanted />
                <p class="text-sm text-ink-2" role="status">{standing}</p>
            </div>
            <div class="flex flex-col gap-4 px-4 py-4 lg:px-6">
                <p class="max-w-3xl text-xs text-ink-2">
                    "The table the program itself decides by. A membership in a project wins over the account’s role. A lead gives the roles of a project, an admin those of accounts."
                </p>
                <Table asked />
                <dl class="grid max-w-3xl gap-x-3 gap-y-1 text-xs text-ink-2 sm:grid-cols-[auto_1fr]">
                    <dt class="font-medium">"own"</dt>
                    <dd>"what you wrote, reported or added yourself"</dd>
                    <dt class="font-medium">"assigned"</dt>
                    <dd>"issues assigned to you"</dd>
                    <dt class="font-medium">"unassigned"</dt>
                    <dd>"issues nobody has taken"</dd>
                </dl>
            </div>
        </Page>
    }
}

#[component]
fn ProjectSelect(asked: Asked, wanted: Memo<Option<String>>) -> impl IntoView {
    let place = expect_context::<Place>();
    let navigate = use_navigate();
    let choose = move |event| {
        let key = event_target_value(&event);
        let key = Some(key.as_str()).filter(|key| !key.is_empty());
        let replace = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        let right = asked.right.get_untracked();
        navigate(&page::policy(right.as_deref(), key), replace);
    };
    view! {
        <label class="flex items-center gap-2 text-xs text-ink-2 max-sm:w-full">
            "Your role in"
            <select class="select select-sm w-56 max-sm:flex-1" on:change=choose>
                <option value="" prop:selected=move || wanted.with(Option::is_none)>"no project in particular"</option>
                {move || {
                    place
                        .projects
                        .value
                        .get()
                        .unwrap_or_default()
                        .into_iter()
                        .map(|Project { key, name, .. }| {
                            let mine = key.clone();
                            let chosen = move || wanted.with(|wanted| wanted.as_deref() == Some(mine.as_str()));
                            view! { <option value=key.clone() prop:selected=chosen>{format!("{name} ({key})")}</option> }
                        })
                        .collect_view()
                }}
            </select>
        </label>
    }
}

#[component]
fn Table(asked: Asked) -> impl IntoView {
    let region = NodeRef::<html::Div>::new();
    // On a narrow screen the reader's own column is the one to begin with.
    Effect::new(move |_| {
        let (Some(region), Some(_)) = (region.get(), asked.role.get()) else {
            return;
        };
        request_animation_frame(move || {
            let find = |selector| region.query_selector(selector).ok().flatten();
            if let (Some(mine), Some(first)) = (find("th[aria-current]"), find("th.ii-sticky")) {
                let mine = mine.get_bounding_client_rect().left();
                let gap = mine - first.get_bounding_client_rect().right();
                #[allow(clippy::cast_possible_truncation, reason = "pixels")]
                region.set_scroll_left(region.scroll_left() + gap as i32);
            }
        });
    });
    view! {
        <div node_ref=region class="overflow-x-auto" tabindex="0" role="region" aria-label="Who may do what, scrolls sideways">
            <table class="table table-sm ii-policy">
                <caption class="sr-only">"Who may do what: a line for each right, a column for each role"</caption>
                <thead>
                    <tr>
                        <th scope="col" class="ii-sticky">"To …"</th>
                        {Role::ALL.iter().map(|role| view! { <Head asked role=*role /> }).collect_view()}
                        <th scope="col">"A token also needs"</th>
                    </tr>
                </thead>
                <tbody>{TABLE.iter().map(|rule| view! { <Line asked rule /> }).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Head(asked: Asked, role: Role) -> impl IntoView {
    let mine = move || asked.role.get() == Some(role);
    view! {
        <th scope="col" class="text-center" class:mine=mine aria-current=move || mine().then_some("true")>
            {role.slug()}
            <span class="block text-2xs font-normal">{move || if mine() { "your role" } else { "\u{a0}" }}</span>
        </th>
    }
}

#[component]
fn Line(asked: Asked, rule: &'static Rule) -> impl IntoView {
    let node = NodeRef::<html::Tr>::new();
    let is_asked = Memo::new(move |_| {
        asked
            .right
            .with(|right| right.as_deref() == Some(rule.name))
    });
    Effect::new(move |_| {
        if let Some(line) = node.get().filter(|_| is_asked.get()) {
            request_animation_frame(move || {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Center);
                options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
                line.scroll_into_view_with_scroll_into_view_options(&options);
            });
        }
    });
    let seen = move || asked.project.with(|p| p.as_ref().map(|p| p.reporters_see));
    view! {
        <tr node_ref=node id=format!("right-{}", rule.name) class:asked=move || is_asked.get()>
            <th scope="row" class="ii-sticky ii-plain">
                {name(rule)}
                <Show when=move || is_asked.get()>
                    <span class="block text-2xs text-primary">"the right you asked about"</span>
                </Show>
            </th>
            {Role::ALL
                .iter()
                .map(|role| {
                    let role = *role;
                    view! {
                        <td class="text-center" class:mine=move || asked.role.get() == Some(role)>
                            {move || cell(rule, role, seen())}
                        </td>
                    }
                })
                .collect_view()}
            <td><code class="ii-key">{rule.scope.slug()}</code></td>
        </tr>
    }
}

fn cell(rule: &Rule, role: Role, seen: Option<ReportersSee>) -> AnyView {
    match answer(rule, role, seen) {
        Answer::Yes => view! {
            <span class="inline-flex items-center gap-1 text-success">
                <SmallIcon name=IconName::Check />
                "yes"
            </span>
        }
        .into_any(),
        Answer::Some(words) => view! {
            <span class="inline-flex items-center gap-1">
                <SmallIcon name=IconName::User />
                {words}
            </span>
        }
        .into_any(),
        Answer::No => view! { <span class="text-ink-3">"– no"</span> }.into_any(),
    }
}
