//! The rows on the screen. They follow other people's changes in place and never move by
//! themselves while somebody is at them.

use super::edits::absorb;
use crate::api;
use crate::model::groups::places;
use crate::model::listing::Listing;
use crate::model::row::row_of;
use crate::pages::issue::IssueState;
use crate::state::{Loaded, live};
use domain::issue::IssueRow;
use domain::list::{Group, IssueList};
use domain::page::Total;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashSet;
use std::time::Duration;
use uuid::Uuid;

/// How long a changed row stays marked.
const MARK: Duration = Duration::from_secs(4);
/// A burst of changes is one question.
const BURST: Duration = Duration::from_millis(400);

/// One row; its place stays while its content follows.
#[derive(Clone)]
pub struct Row {
    /// Tells rows apart.
    pub id: Uuid,
    /// What it shows.
    pub row: ArcRwSignal<IssueRow>,
    /// The issue behind it, once it was edited here.
    pub state: ArcRwSignal<Option<IssueState>>,
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// The rows, and what is known about more of them.
#[derive(Clone, Copy)]
pub struct Rows {
    /// The page that the address asks for.
    pub page: Loaded<IssueList>,
    /// What is on the screen.
    pub shown: RwSignal<Vec<Row>>,
    /// The groups that they stand in, with the number of each on all pages.
    pub groups: RwSignal<Vec<Group>>,
    /// In which of them each row stands; empty without groups.
    pub places: RwSignal<Vec<usize>>,
    /// How many there are.
    pub total: RwSignal<Option<Total>>,
    /// Where the next page begins.
    pub next: RwSignal<Option<String>>,
    /// A newer page that waits for a click, and how many of its rows are new.
    pub waiting: RwSignal<Option<(IssueList, usize)>>,
    /// Ids of the rows that just changed.
    pub marked: RwSignal<HashSet<Uuid>>,
    /// Whether the pointer or the focus is in the list.
    pub in_use: RwSignal<bool>,
    listing: Memo<Listing>,
}

impl Rows {
    /// The rows that the address asks for.
    #[must_use]
    pub fn of(listing: Memo<Listing>) -> Self {
        let question = Memo::new(move |_| listing.with(Listing::question));
        let rows = Self {
            page: Loaded::keep(move || question.get(), ask),
            shown: RwSignal::new(Vec::new()),
            groups: RwSignal::new(Vec::new()),
            places: RwSignal::new(Vec::new()),
            total: RwSignal::new(None),
            next: RwSignal::new(None),
            waiting: RwSignal::new(None),
            marked: RwSignal::new(HashSet::new()),
            in_use: RwSignal::new(false),
            listing: question,
        };
        Effect::watch(
            move || rows.page.value.get(),
            move |page, _, _| {
                if let Some(page) = page {
                    rows.put(page.clone());
                }
            },
            true,
        );
        rows.follow();
        rows
    }

    /// No rows: for those who use the filter alone.
    #[must_use]
    pub fn none(listing: Memo<Listing>) -> Self {
        Self {
            page: Loaded::idle(),
            shown: RwSignal::new(Vec::new()),
            groups: RwSignal::new(Vec::new()),
            places: RwSignal::new(Vec::new()),
            total: RwSignal::new(None),
            next: RwSignal::new(None),
            waiting: RwSignal::new(None),
            marked: RwSignal::new(HashSet::new()),
            in_use: RwSignal::new(false),
            listing,
        }
    }

    /// Shows the newer page that waited.
    pub fn show_waiting(self) {
        if let Some((list, _)) = self.waiting.get_untracked() {
            let before = self.ids();
            let new = list
                .page
                .items
                .iter()
                .map(|row| row.id)
                .filter(|id| !before.contains(id))
                .collect();
            self.put(list);
            self.mark(new);
        }
    }

    fn ids(self) -> HashSet<Uuid> {
        self.shown
            .with_untracked(|rows| rows.iter().map(|row| row.id).collect())
    }

    fn put(self, list: IssueList) {
        let before = self.shown.get_untracked();
        let mut rows: Vec<Row> = Vec::new();
        for item in list.page.items {
            let known = before.iter().chain(&rows).find(|row| row.id == item.id);
            match known.cloned() {
                Some(row) => {
                    absorb(&row, item);
                    rows.push(row);
                }
                None => rows.push(Row {
                    id: item.id,
                    row: ArcRwSignal::new(item),
                    state: ArcRwSignal::new(None),
                }),
            }
        }
        self.total.set(Some(list.page.total));
        self.next.set(list.page.next_cursor);
        self.waiting.set(None);
        let passed = self.listing.with_untracked(Listing::passed);
        let groups = list.groups.unwrap_or_default();
        let closed = self
            .listing
            .with_untracked(|listing| listing.look.closed.clone());
        self.places
            .set(places(&groups, &closed, passed, rows.len()));
        self.groups.set(groups);
        self.shown.set(rows);
    }

    /// Asks again some time after a change, once for a burst of them.
    fn follow(self) {
        let live = live();
        let due = StoredValue::new(false);
        Effect::new(move |first: Option<()>| {
            let _ = (
                live.kind("issue"),
                live.kind("votes"),
                live.kind("watchers"),
            );
            let past = self
                .listing
                .with_untracked(|listing| listing.as_of.is_some());
            if first.is_some() && !past && !due.get_value() {
                due.set_value(true);
                set_timeout(
                    move || {
                        if due.try_set_value(false).is_none() {
                            spawn_local(self.peek());
                        }
                    },
                    BURST,
                );
            }
        });
    }

    /// Asks again now: something was changed from here.
    pub fn refresh(self) {
        spawn_local(self.peek());
    }

    async fn peek(self) {
        let Some(listing) = self.listing.try_get_untracked() else {
            return;
        };
        let answer = ask(listing.clone()).await;
        let list = match answer {
            Ok(list) => list,
            // What is no longer the reader's to see leaves the screen at once.
            Err(error) if !error.may_pass() => {
                if self.listing.try_get_untracked() == Some(listing) {
                    self.shown.set(Vec::new());
                    self.page.value.set(None);
                    self.page.error.set(Some(error));
                }
                return;
            }
            Err(_) => return,
        };
        // It is there again.
        if self.page.error.try_with_untracked(Option::is_some) == Some(true) {
            self.page.reload();
            return;
        }
        // The address asks for something else by now, or the page is gone.
        if self.listing.try_get_untracked() == Some(listing)
            && self.page.value.try_with_untracked(Option::is_some) == Some(true)
        {
            self.merge(list);
        }
    }

    fn merge(self, list: IssueList) {
        let before = self.shown.get_untracked();
        let known = self.ids();
        let new: Vec<Uuid> = list
            .page
            .items
            .iter()
            .map(|row| row.id)
            .filter(|id| !known.contains(id))
            .collect();
        let mut changed = Vec::new();
        for row in &before {
            match list.page.items.iter().find(|item| item.id == row.id) {
                Some(item) if row.row.with_untracked(|old| old != item) => {
                    // One's own change is no news.
                    let known = row
                        .state
                        .get_untracked()
                        .map(|state| state.base.with_untracked(|base| base.value.version));
                    absorb(row, item.clone());
                    if known.is_none_or(|version| version < item.version) {
                        changed.push(row.id);
                    }
                }
                Some(_) => {}
                // It no longer belongs here, but it stays in its place and shows how it is now.
                None => {
                    let row = row.clone();
                    let (key, project) = row
                        .row
                        .with_untracked(|row| (row.key.clone(), row.project.clone()));
                    spawn_local(async move {
                        let gone = match api::issues::show(&key).await {
                            // It moved to another project.
                            Ok(answer) if answer.value.project != project => true,
                            Ok(answer) => {
                                absorb(&row, row_of(answer.value));
                                false
                            }
                            // Not even that: it is gone for the reader.
                            Err(error) => !error.may_pass(),
                        };
                        if gone {
                            let _ = self
                                .shown
                                .try_update(|rows| rows.retain(|other| other.id != row.id));
                        }
                    });
                }
            }
        }
        self.total.set(Some(list.page.total));
        let quiet = !self.in_use.get_untracked() && at_the_top();
        // A change can move a row to another group.
        let cut = self
            .listing
            .with_untracked(|listing| listing.group.is_some());
        if before.is_empty() || (quiet && (cut || !new.is_empty())) {
            self.put(list);
        } else if new.is_empty() {
            self.waiting.set(None);
        } else {
            let count = new.len();
            self.waiting.set(Some((list, count)));
        }
        changed.extend(new);
        self.mark(changed);
    }

    fn mark(self, ids: Vec<Uuid>) {
        if ids.is_empty() {
            return;
        }
        self.marked
            .update(|marked| marked.extend(ids.iter().copied()));
        set_timeout(
            move || {
                let _ = self
                    .marked
                    .try_update(|marked| marked.retain(|id| !ids.contains(id)));
            },
            MARK,
        );
    }
}

async fn ask(listing: Listing) -> Result<IssueList, api::ApiError> {
    let cursor = listing.cursors.last().map(String::as_str);
    api::issues::grouped(
        &listing.filter,
        listing.group,
        &listing.look.closed,
        listing.size,
        cursor,
        listing.as_of,
    )
    .await
}

fn at_the_top() -> bool {
    window().scroll_y().is_ok_and(|y| y < 8.0)
}
