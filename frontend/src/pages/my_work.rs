//! One's own work, and what waits for somebody: the same list as everywhere, with the filter chosen
//! by a tab.

use crate::api;
use crate::components::segments::{Segment, Segments};
use crate::components::{Empty, IconName, Page};
use crate::model::my_work::MyList;
use crate::pages::issue_list::{Content, GroupMenu, List, LookMenu, SortMenu, pairs_of};
use crate::state::pulse::pulse;
use crate::state::{Loaded, live};
use domain::page::Total;
use domain::paths::{page, with_query};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// The page.
#[component]
pub fn MyWorkPage() -> impl IntoView {
    let query = use_query_map();
    let navigate = use_navigate();
    let live = live();
    let tab = Memo::new(move |_| MyList::read(&pairs_of(query)));
    let listing = Memo::new(move |_| tab.get().listing(&pairs_of(query)));
    let go = Callback::new(move |(listing, replace)| {
        let options = NavigateOptions {
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        let pairs = tab.get_untracked().write(&listing);
        navigate(&with_query(page::MY_WORK, &pairs), options);
    });
    let none = Memo::new(|_| None);
    List::provide(none, listing, go);

    let changed = pulse(move || live.kind("issue") + live.kind("votes") + live.kind("watchers"));
    let counts = Loaded::keep(move || changed.get(), |_| count_all());
    let segments = Signal::derive(move || {
        let counts = counts.value.get().unwrap_or_default();
        let words = |at: usize, list: &MyList| {
            let more = |total: &Total| if total.exact { "" } else { "+" };
            let count = counts.get(at).map(|t| format!(" {}{}", t.count, more(t)));
            Segment::new(
                list.name(),
                format!("{}{}", list.label(), count.unwrap_or_default()),
            )
        };
        let all = MyList::ALL.iter().enumerate();
        all.map(|(at, list)| words(at, list)).collect::<Vec<_>>()
    });
    let navigate = use_navigate();
    let change = Callback::new(move |name: String| {
        let chosen = MyList::ALL.into_iter().find(|list| list.name() == name);
        let list = chosen.unwrap_or_default();
        let same_look = tab.get_untracked().shared(&listing.get_untracked());
        let to = list.write(&same_look.looking(|look| look.peek = None));
        navigate(
            &with_query(page::MY_WORK, &to),
            NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    });
    let empty = move || {
        let (title, text) = tab.get().empty();
        view! { <Empty icon=IconName::CircleUser title text /> }
    };
    view! {
        <Page title="My work">
            <div class="ii-sub">
                <div class="no-bar max-w-full overflow-x-auto p-0.5">
                    <Segments
                        label="Which issues"
                        segments
                        value=Signal::derive(move || tab.get().name().to_owned())
                        on_change=change
                    />
                </div>
                <div class="ml-auto flex items-center gap-2">
                    <SortMenu />
                    <GroupMenu />
                    <LookMenu />
                </div>
            </div>
            <Content empty />
        </Page>
    }
}

/// How many there are in each list.
async fn count_all() -> Result<Vec<Total>, api::ApiError> {
    let mut counts = Vec::new();
    for list in MyList::ALL {
        let filter = list.listing(&[]).filter;
        counts.push(api::issues::list(&filter, 1, None, None).await?.total);
    }
    Ok(counts)
}
