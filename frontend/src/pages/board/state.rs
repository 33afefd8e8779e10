//! The board on the screen: what the server said, what was moved since, and what of other people's
//! changes may be shown while somebody is at it.

use super::card::Marks;
use super::carry::Carried;
use super::queue::Pending;
use super::room::Measures;
use super::view::View;
use crate::api;
use crate::components::shell::Place;
use crate::model::board::{Column, Layout};
use crate::model::board_query::BoardQuery;
use crate::model::cursor::{Way, step};
use crate::model::lanes::{Lane, Lanes, Refit, Stand, divide};
use crate::model::listing::Listing;
use crate::model::moment::READ_ONLY;
use crate::model::rules::{Reader, may_move, may_refit, may_step};
use crate::model::topics::single_cards;
use crate::state::{Catalogue, Loaded, Session, Toasts, live, session, toasts};
use chrono::{DateTime, Utc};
use domain::board::{Board, CARDS_DEFAULT};
use domain::issue::IssueRow;
use domain::policy::Ground;
use domain::user::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How long a moved card stays marked.
const MARK: Duration = Duration::from_secs(4);
/// How many titles are asked for at once.
const PAGE: usize = 100;
/// A burst of changes is one question.
const BURST: Duration = Duration::from_millis(300);

/// The board, in the context of the page's parts.
#[derive(Clone, Copy)]
pub struct BoardState {
    /// Key of the project.
    pub project: Memo<String>,
    /// What the address asks for.
    pub query: Memo<BoardQuery>,
    /// Asks for something else. The flag says that it is no step of its own in the history.
    pub go: Callback<(BoardQuery, bool)>,
    /// What can be chosen.
    pub catalogue: Catalogue,
    /// The newest answer.
    pub loaded: Loaded<Arc<Board>>,
    /// What the server said, as far as it is shown.
    pub base: RwSignal<Layout>,
    /// The same with the moves that wait for their answers.
    pub shown: Memo<Layout>,
    /// The same, divided.
    pub lanes: Memo<Vec<Lane>>,
    /// Titles of the issues whose parts are divided, by their keys.
    pub titles: Loaded<HashMap<String, String>>,
    /// A newer board that waits because somebody is at this one.
    pub waiting: RwSignal<Option<Arc<Board>>>,
    /// Cards that just moved.
    pub marked: RwSignal<HashSet<Uuid>>,
    /// The card of the keyboard.
    pub cursor: RwSignal<Option<Uuid>>,
    /// The card under the pointer.
    pub hovered: RwSignal<Option<Uuid>>,
    /// The card in the hand.
    pub carried: RwSignal<Option<Carried>>,
    /// The card whose menu is open.
    pub menu: RwSignal<Option<Uuid>>,
    /// Keys of the lanes that are folded.
    pub folded: RwSignal<HashSet<String>>,
    /// What is read aloud.
    pub said: RwSignal<String>,
    /// How many cards of each column are asked for.
    pub limit: RwSignal<u32>,
    /// Moves that wait for their answers.
    pub pending: RwSignal<Vec<Pending>>,
    /// A card that was just closed, and may be told how it ended.
    pub closed: RwSignal<Option<Uuid>>,
    /// What each card shows of all that; known once for all cards.
    pub marks: Memo<Marks>,
    /// The part that is seen.
    pub view: View,
    /// Heights of the cards that were drawn once.
    pub measures: Measures,
    pub(super) queue: StoredValue<VecDeque<Pending>>,
    pub(super) running: StoredValue<bool>,
    pub(super) next: StoredValue<u64>,
    pub(super) messages: Toasts,
    pub(super) session: Session,
    rows: StoredValue<HashMap<Uuid, ArcRwSignal<IssueRow>>>,
    content: RwSignal<u32>,
    put_for: StoredValue<Option<(String, BoardQuery, u32)>>,
    place: Place,
}

impl BoardState {
    /// Reads the board that the address asks for, and follows it.
    #[must_use]
    pub fn of(
        project: Memo<String>,
        query: Memo<BoardQuery>,
        go: Callback<(BoardQuery, bool)>,
    ) -> Self {
        let rows = StoredValue::new(HashMap::<Uuid, ArcRwSignal<IssueRow>>::new());
        let content = RwSignal::new(0_u32);
        let base = RwSignal::new(Layout::default());
        let pending = RwSignal::new(Vec::<Pending>::new());
        let limit = RwSignal::new(CARDS_DEFAULT);
        let shown = Memo::new(move |_| {
            let mut layout = base.get();
            pending.with(|pending| pending.iter().for_each(|one| layout.apply(&one.step)));
            layout
        });
        let by = Memo::new(move |_| query.with(|query| query.lanes));
        let lanes = Memo::new(move |_| {
            let by = by.get();
            if by != Lanes::None {
                content.track();
            }
            let row =
                |id: Uuid| rows.with_value(|rows| rows.get(&id).map(|row| row.get_untracked()));
            if by == Lanes::None {
                return shown.with(|layout| divide(layout, by, row));
            }
            // A card stands in its lane to be while its move waits for its answer.
            let to_be = |id: Uuid| {
                let mut row = row(id)?;
                pending.with(|pending| {
                    let own = pending.iter().filter(|one| one.step.card == id);
                    own.filter_map(|one| one.step.into.as_ref())
                        .for_each(|refit| refit.put(&mut row));
                });
                Some(row)
            };
            pending.track();
            shown.with(|layout| divide(layout, by, to_be))
        });
        let parents = Memo::new(move |_| {
            let by = by.get();
            lanes.with(|lanes| {
                let keys = lanes.iter().filter_map(|lane| lane.parent(by));
                keys.map(ToOwned::to_owned).collect::<Vec<_>>()
            })
        });
        let cursor = RwSignal::new(None::<Uuid>);
        // The card that Tab leads to: that of the cursor, or the first.
        let entry = Memo::new(move |_| {
            let at = cursor.get();
            let there = at.filter(|card| shown.with(|shown| shown.find(*card).is_some()));
            there.or_else(|| lanes.with(|lanes| step(lanes, None, Way::Down)))
        });
        let marked = RwSignal::new(HashSet::new());
        let carried = RwSignal::new(None::<Carried>);
        let asked = Memo::new(move |_| query.with(|query| (query.filter.clone(), query.as_of)));
        let (tick, cards) = follow(
            project,
            Signal::derive(move || asked.with(|asked| asked.1.is_some())),
            Signal::derive(move || asked.with(|asked| asked.0.to_pairs().is_empty())),
        );
        let loaded = Loaded::keep(
            move || (project.get(), asked.get(), limit.get(), tick.get()),
            |(project, (filter, as_of), limit, _)| async move {
                api::board::show(&project, &filter, as_of, limit)
                    .await
                    .map(Arc::new)
            },
        );
        let titles = Loaded::keep(
            move || (parents.get(), asked.with(|asked| asked.1), tick.get()),
            |(keys, as_of, _)| titles_of(keys, as_of),
        );
        let state = Self {
            project,
            query,
            go,
            catalogue: Catalogue::of(move || Some(project.get())),
            loaded,
            base,
            shown,
            lanes,
            titles,
            waiting: RwSignal::new(None),
            marked,
            cursor,
            hovered: RwSignal::new(None),
            carried,
            menu: RwSignal::new(None),
            folded: RwSignal::new(HashSet::new()),
            said: RwSignal::new(String::new()),
            limit,
            pending,
            closed: RwSignal::new(None),
            marks: Memo::new(move |_| Marks {
                entry: entry.get(),
                cursor: cursor.get(),
                carried: carried
                    .get()
                    .map(|carried| (carried.card, carried.grip.is_some())),
                moved: marked.get(),
                waiting: pending.with(|list| list.iter().map(|one| one.step.card).collect()),
            }),
            view: View::empty(),
            measures: Measures::unknown(),
            queue: StoredValue::new(VecDeque::new()),
            running: StoredValue::new(false),
            next: StoredValue::new(0),
            messages: toasts(),
            session: session(),
            rows,
            content,
            put_for: StoredValue::new(None),
            place: expect_context(),
        };
        Effect::watch(
            move || loaded.value.get(),
            move |board, _, _| {
                if let Some(board) = board {
                    state.take(board.clone());
                }
            },
            true,
        );
        Effect::watch(
            move || cards.get(),
            move |cards, _, _| spawn_local(state.refresh(cards.clone())),
            false,
        );
        // Whoever held the board still has let go: what waited is shown.
        Effect::new(move |_| {
            let _ = (
                state.hovered.get(),
                state.carried.get().is_some(),
                state.menu.get(),
            );
            if let Some(board) = state.waiting.get_untracked() {
                state.take(board);
            }
        });
        state
    }

    /// The card's issue.
    #[must_use]
    pub fn row(self, card: Uuid) -> Option<ArcRwSignal<IssueRow>> {
        self.rows
            .try_with_value(|rows| rows.get(&card).cloned())
            .flatten()
    }

    /// The card's key.
    #[must_use]
    pub fn key(self, card: Uuid) -> String {
        self.row(card)
            .map(|row| row.with_untracked(|row| row.key.clone()))
            .unwrap_or_default()
    }

    /// Shows an issue as it is now, or as it will be.
    pub fn set_row(self, row: IssueRow) {
        if let Some(there) = self.row(row.id) {
            there.set(row);
            let _ = self.content.try_update(|n| *n += 1);
        }
    }

    /// Whether this is a board of the past. Tracked.
    #[must_use]
    pub fn is_past(self) -> bool {
        self.query.with(|query| query.as_of.is_some())
    }

    /// What the reader is to that card. Tracked.
    #[must_use]
    pub fn reader(self, row: &IssueRow) -> Reader {
        let me = self.session.user_id();
        let standing = self.session.standing(&row.project);
        let archived = self.place.projects.value.with(|projects| {
            let mut all = projects.iter().flatten();
            all.any(|project| project.key == row.project && project.archived_at.is_some())
        });
        Reader {
            role: standing.map_or(Role::Viewer, |standing| standing.role),
            ground: Ground {
                own: me == Some(row.reporter.id),
                assigned: me.is_some() && me == row.assignee.as_ref().map(|user| user.id),
                unassigned: row.assignee.is_none(),
            },
            archived,
        }
    }

    /// Whether that card may go to the column with that slug, and why not. Tracked.
    pub fn verdict(self, card: Uuid, to: &str) -> Result<(), String> {
        if self.is_past() {
            return Err(READ_ONLY.into());
        }
        let Some(row) = self.row(card).map(|row| row.get()) else {
            return Err("The card is not on this board any more.".into());
        };
        may_move(self.reader(&row))?;
        let from = self
            .shown
            .with(|shown| shown.column_of(card).map(|column| column.slug.clone()));
        let from = from.unwrap_or(row.status.slug);
        match self.catalogue.workflow.value.get().flatten() {
            Some(workflow) => may_step(&workflow, &from, to),
            None if from == to => Ok(()),
            None => Err("The workflow is not known yet.".into()),
        }
    }

    /// What has to change of that card for it to stand in a lane for that; why it must not, where it
    /// must not. Tracked.
    pub fn verdict_of_lane(self, card: Uuid, to: &Stand) -> Result<Option<Refit>, String> {
        if self.is_past() {
            return Err(READ_ONLY.into());
        }
        let Some(row) = self.row(card).map(|row| row.get()) else {
            return Err("The card is not on this board any more.".into());
        };
        let refit = to.refit(&row)?;
        if let Some(refit) = &refit {
            let reader = self.reader(&row);
            may_move(reader)?;
            let open = row.status.category.is_open();
            may_refit(reader, self.session.user_id(), open, refit)?;
        }
        Ok(refit)
    }

    /// Reads some cards again, and the whole board only if one of them stands elsewhere now.
    async fn refresh(self, keys: Vec<String>) {
        let rows = rows_of(&keys, None).await.unwrap_or_default();
        if self.base.try_with_untracked(|_| ()).is_none() {
            return;
        }
        let stays = |row: &IssueRow| {
            let by = self.query.with_untracked(|query| query.lanes);
            self.row(row.id).is_some_and(|known| {
                known.with_untracked(|known| {
                    known.rank == row.rank
                        && known.status == row.status
                        && known.parent == row.parent
                        && (by.of(known) == by.of(row) || !self.is_at_hand())
                })
            })
        };
        if rows.len() < keys.len() || !rows.iter().all(stays) {
            self.loaded.reload();
            return;
        }
        for row in rows {
            let known = self.row(row.id);
            if known.is_some_and(|known| known.with_untracked(|known| known.version <= row.version))
            {
                self.set_row(row);
            }
        }
    }

    /// Takes up an answer: contents at once, places when they disturb nobody.
    fn take(self, board: Arc<Board>) {
        if board.project != self.project.get_untracked() {
            return;
        }
        let asked = (
            board.project.clone(),
            BoardQuery {
                column: None,
                view: None,
                ..self.query.get_untracked()
            },
            self.limit.get_untracked(),
        );
        let same_question = self
            .put_for
            .with_value(|before| before.as_ref() == Some(&asked));
        if same_question && self.is_at_hand() && self.restands(&board) {
            self.waiting.set(Some(board));
            return;
        }
        let fresh = self.remember(&board);
        let next = layout_of(&board);
        if same_question && self.is_held(&next) {
            self.waiting.set(Some(board));
            return;
        }
        self.put_for.set_value(Some(asked));
        self.waiting.set(None);
        if same_question {
            self.mark(self.shown.with_untracked(|shown| shown.moved(&next)));
        }
        if self.base.with_untracked(|base| *base != next) {
            self.base.set(next);
        }
        if fresh {
            self.content.update(|n| *n += 1);
        }
    }

    /// Shows what waited.
    pub fn show_waiting(self) {
        if let Some(board) = self.waiting.get_untracked() {
            self.remember(&board);
            let next = layout_of(&board);
            self.mark(self.shown.with_untracked(|shown| shown.moved(&next)));
            self.waiting.set(None);
            self.base.set(next);
            self.content.update(|n| *n += 1);
        }
    }

    /// Whether somebody is at a card.
    fn is_at_hand(self) -> bool {
        self.carried.with_untracked(Option::is_some)
            || self.menu.get_untracked().is_some()
            || self.hovered.get_untracked().is_some()
    }

    /// Whether a card would stand in another lane.
    fn restands(self, board: &Board) -> bool {
        let by = self.query.with_untracked(|query| query.lanes);
        by != Lanes::None
            && self.rows.with_value(|rows| {
                let mut all = board.columns.iter().flat_map(|column| &column.cards);
                all.any(|row| {
                    let known = rows.get(&row.id);
                    known.is_some_and(|known| known.with_untracked(|old| by.of(old) != by.of(row)))
                })
            })
    }

    /// Whether somebody is at a card that would not stay where it is.
    fn is_held(self, next: &Layout) -> bool {
        if self.carried.with_untracked(Option::is_some) || self.menu.get_untracked().is_some() {
            return true;
        }
        let divided = self
            .query
            .with_untracked(|query| query.lanes != Lanes::None);
        self.hovered.get_untracked().is_some_and(|card| {
            self.base.with_untracked(|base| match divided {
                true => base != next,
                false => base.find(card).is_some() && !base.keeps_still(next, card),
            })
        })
    }

    fn remember(self, board: &Board) -> bool {
        let mut changed = Vec::new();
        let mut fresh = false;
        self.rows.update_value(|rows| {
            for row in board.columns.iter().flat_map(|column| &column.cards) {
                match rows.get(&row.id) {
                    Some(there) if there.with_untracked(|old| old == row) => {}
                    Some(there) => changed.push((there.clone(), row.clone())),
                    None => {
                        fresh = true;
                        rows.insert(row.id, ArcRwSignal::new(row.clone()));
                    }
                }
            }
        });
        fresh |= !changed.is_empty();
        for (there, row) in changed {
            there.set(row);
        }
        fresh
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

/// The titles of those issues, by their keys.
async fn titles_of(
    keys: Vec<String>,
    as_of: Option<DateTime<Utc>>,
) -> Result<HashMap<String, String>, api::ApiError> {
    let mut titles = HashMap::new();
    for some in keys.chunks(PAGE) {
        let rows = rows_of(some, as_of).await?;
        titles.extend(rows.into_iter().map(|row| (row.key, row.title)));
    }
    Ok(titles)
}

/// The issues with those keys, one page of them.
async fn rows_of(
    keys: &[String],
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<IssueRow>, api::ApiError> {
    let query = format!("key:{}", keys.join(","));
    let listing = Listing::read(None, &[("q".to_owned(), query)]);
    let limit = u32::try_from(PAGE).unwrap_or(u32::MAX);
    let page = api::issues::list(&listing.filter, limit, None, as_of).await?;
    Ok(page.items)
}

/// Two signals, some time after a change in the project, once for a burst; the past does not change.
/// The first one says that the whole board is to be read again, the second that some cards are: to
/// read thousands of them for a new title would hold up whoever is at the board. With a filter that
/// would not do: what a card says decides whether it is there.
fn follow(
    project: Memo<String>,
    past: Signal<bool>,
    all: Signal<bool>,
) -> (RwSignal<u32>, RwSignal<Vec<String>>) {
    let live = live();
    let notes = live.notes();
    let tick = RwSignal::new(0_u32);
    let cards = RwSignal::new(Vec::new());
    let due = StoredValue::new(false);
    Effect::new(move |before: Option<u64>| {
        let now = live.project(&project.get());
        if before.is_some_and(|before| before != now) && !past.get_untracked() && !due.get_value() {
            due.set_value(true);
            set_timeout(
                move || {
                    let _ = due.try_set_value(false);
                    let Some(key) = project.try_get_untracked() else {
                        return;
                    };
                    match single_cards(&notes.take(), &key, PAGE) {
                        Some(keys) if all.get_untracked() => cards.set(keys),
                        _ => tick.update(|n| *n += 1),
                    }
                },
                BURST,
            );
        }
        now
    });
    (tick, cards)
}

fn layout_of(board: &Board) -> Layout {
    let columns = board.columns.iter().map(|column| Column {
        slug: column.status.slug.clone(),
        name: column.status.name.clone(),
        category: column.status.category,
        limit: column.wip_limit,
        count: column.count,
        cards: column.cards.iter().map(|row| row.id).collect(),
    });
    Layout {
        columns: columns.collect(),
    }
}
