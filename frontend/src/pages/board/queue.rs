//! Moves on their way: on the screen at once, at the server in their order, back when refused.

use super::state::BoardState;
use crate::api::{self, ApiError, Tagged};
use crate::model::board::{Move, Spot};
use crate::model::lanes::Refit;
use crate::model::row::row_of;
use domain::board::Place;
use domain::issue::{Issue, IssuePatch, IssueRow, Resolution};
use domain::policy::{Action, decide};
use domain::problem::Code;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::VecDeque;
use uuid::Uuid;

/// A move that waits for its answer.
#[derive(Clone)]
pub struct Pending {
    id: u64,
    /// What is moved, and where.
    pub step: Move,
    patch: IssuePatch,
    back: Option<(Move, Option<Resolution>)>,
    /// Where it goes, in words.
    to_name: String,
    /// The issue as it was.
    before: IssueRow,
}

impl BoardState {
    /// Moves a card. Entering a done column closes it as complete, unless told otherwise.
    pub fn send(self, step: Move, resolution: Option<Resolution>) {
        let found = self.shown.with_untracked(|shown| {
            let from = shown.column_of(step.card)?.clone();
            let to = shown.column(&step.to)?.clone();
            Some((from, to, shown.spot_of(step.card)?))
        });
        let (Some((from, to, spot)), Some(row)) = (found, self.row(step.card)) else {
            return;
        };
        let before = row.get_untracked();
        let closes = from.category.is_open() && !to.category.is_open();
        let changes = from.slug != to.slug;
        let mut patch = IssuePatch {
            status: changes.then(|| to.slug.clone()),
            resolution: closes.then(|| resolution.unwrap_or(Resolution::Complete)),
            place: self.place_of(step.spot),
            ..IssuePatch::default()
        };
        if let Some(refit) = &step.into {
            refit.write(&mut patch, &before.labels);
            let mut after = before.clone();
            refit.put(&mut after);
            self.set_row(after);
        }
        let back_allowed = !changes
            || untrack(|| {
                let workflow = self.catalogue.workflow.value.get().flatten();
                workflow.is_some_and(|workflow| workflow.step(&to.slug, &from.slug).is_ok())
            });
        let back = Move {
            card: step.card,
            to: from.slug,
            spot: if step.spot == Spot::Kept && !changes {
                Spot::Kept
            } else {
                spot
            },
            into: step.into.as_ref().map(|refit| refit.back(&before)),
        };
        let lane = step.into.as_ref().map(|refit| refit.stand().name());
        let to_name = match lane {
            Some(lane) if changes => format!("{}, {lane}", to.name),
            Some(lane) => lane,
            None => to.name,
        };
        let pending = Pending {
            id: self.next_number(),
            step,
            patch,
            back: back_allowed.then_some((back, before.resolution)),
            to_name,
            before,
        };
        self.pending.update(|list| list.push(pending.clone()));
        self.queue.update_value(|queue| queue.push_back(pending));
        if !self.running.get_value() {
            self.running.set_value(true);
            spawn_local(self.drain());
        }
    }

    fn next_number(self) -> u64 {
        let number = self.next.get_value();
        self.next.set_value(number.wrapping_add(1));
        number
    }

    fn place_of(self, spot: Spot) -> Option<Place> {
        match spot {
            Spot::Before(card) => Some(Place::Before(self.key(card))),
            Spot::After(card) => Some(Place::After(self.key(card))),
            Spot::Top => Some(Place::Top),
            Spot::Bottom => Some(Place::Bottom),
            Spot::Kept => None,
        }
    }

    /// Sends it. The labels of an issue are changed as a whole: they are read first, so that none that
    /// somebody adds meanwhile is lost.
    async fn ask(self, key: &str, next: &Pending) -> Result<Tagged<Issue>, ApiError> {
        let Some(refit @ Refit::Labels { .. }) = &next.step.into else {
            return api::issues::update(key, None, &next.patch).await;
        };
        let now = api::issues::show(key).await?;
        let mut patch = next.patch.clone();
        refit.write(&mut patch, &now.value.labels);
        api::issues::update(key, now.etag, &patch).await
    }

    async fn drain(self) {
        while let Some(next) = self.queue.try_update_value(VecDeque::pop_front).flatten() {
            let key = self.key(next.step.card);
            let answer = self.ask(&key, &next).await;
            // The page may be gone while the answer was on its way; then there is nobody to tell.
            if self.base.try_with_untracked(|_| ()).is_none() {
                return;
            }
            match answer {
                Ok(answer) => {
                    self.base.update(|base| base.apply(&next.step));
                    self.pending
                        .update(|list| list.retain(|one| one.id != next.id));
                    self.set_row(row_of(answer.value));
                    self.report(&key, next);
                }
                Err(error) => {
                    self.pending
                        .update(|list| list.retain(|one| one.id != next.id));
                    if next.step.into.is_some() {
                        self.set_row(next.before.clone());
                    }
                    self.complain(&key, &next, &error);
                }
            }
            // What others did meanwhile, in the order that all of us see.
            self.loaded.reload();
        }
        let _ = self.running.try_set_value(false);
    }

    fn report(self, key: &str, done: Pending) {
        let closed = done.patch.resolution.is_some();
        if closed {
            self.closed.set(Some(done.step.card));
        }
        let words = if done.patch.status.is_some() || done.step.into.is_some() {
            format!("{key} moved to {}.", done.to_name)
        } else {
            format!("{key} has another place in {}.", done.to_name)
        };
        match done.back {
            Some((back, resolution)) => {
                self.messages
                    .undo(words, move || self.send(back.clone(), resolution));
            }
            None => self.messages.done(words),
        }
    }

    fn complain(self, key: &str, failed: &Pending, error: &ApiError) {
        let what = format!("{key} was not moved to {}.", failed.to_name);
        self.said.set(format!("{what} It is back in its place."));
        if error.may_pass() {
            let (step, resolution) = (failed.step.clone(), failed.patch.resolution);
            self.messages
                .retry(&what, error, move || self.send(step.clone(), resolution));
            return;
        }
        let allowed = match error {
            ApiError::Problem(problem) if problem.is(Code::TransitionNotAllowed) => {
                problem.allowed.clone().unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let names: Vec<String> = self.shown.with_untracked(|shown| {
            let name = |slug: &String| shown.column(slug).map_or(slug.clone(), |c| c.name.clone());
            allowed.iter().map(name).collect()
        });
        let more = match names.as_slice() {
            [] => String::new(),
            names => format!(" From where it is now: {}.", names.join(", ")),
        };
        self.messages
            .refused(format!("{what} {}{more}", error.sentence()));
    }

    /// Says how a closed card ended.
    pub fn resolve(self, card: Uuid, resolution: Resolution) {
        let patch = IssuePatch {
            resolution: Some(resolution),
            ..IssuePatch::default()
        };
        self.patch(card, patch, "The resolution was not changed.", move |row| {
            row.resolution = Some(resolution)
        });
    }

    /// Makes the reader the card's assignee, or nobody when they are it already; says why not.
    pub fn assign_me(self, card: Uuid) {
        let Some(row) = self.row(card).map(|row| row.get_untracked()) else {
            return;
        };
        let Some(me) = untrack(|| self.session.user()).map(|user| user.reference()) else {
            return;
        };
        if let Err(why) = untrack(|| self.may_take(&row)) {
            self.messages.refused(why);
            return;
        }
        let whom = (!self.is_mine(&row)).then_some(me);
        let patch = IssuePatch {
            assignee: Some(whom.as_ref().map(|user| user.username.clone())),
            ..IssuePatch::default()
        };
        let key = row.key.clone();
        let (said, failed) = match whom {
            Some(_) => ("is assigned to you", "was not assigned to you"),
            None => ("is assigned to nobody", "is still assigned to you"),
        };
        self.said.set(format!("{key} {said}."));
        let failed = format!("{key} {failed}.");
        self.patch(card, patch, &failed, move |row| row.assignee = whom);
    }

    /// Whether the card is assigned to the reader. Untracked.
    pub fn is_mine(self, row: &domain::issue::IssueRow) -> bool {
        let me = untrack(|| self.session.user_id());
        me.is_some() && me == row.assignee.as_ref().map(|user| user.id)
    }

    /// Whether the reader may make themselves the assignee, and why not. Tracked.
    pub fn may_take(self, row: &domain::issue::IssueRow) -> Result<(), String> {
        if self.is_past() {
            return Err(crate::model::moment::READ_ONLY.into());
        }
        let reader = self.reader(row);
        if reader.archived {
            return crate::model::rules::may_move(reader);
        }
        decide(reader.role, Action::AssignOthers, reader.ground)
            .or_else(|_| decide(reader.role, Action::TakeIssue, reader.ground))
            .map_err(|denied| denied.sentence())
    }

    fn patch(
        self,
        card: Uuid,
        patch: IssuePatch,
        what: &str,
        preview: impl FnOnce(&mut domain::issue::IssueRow),
    ) {
        let Some(before) = self.row(card).map(|row| row.get_untracked()) else {
            return;
        };
        let mut after = before.clone();
        preview(&mut after);
        self.set_row(after);
        let what = what.to_owned();
        spawn_local(async move {
            match api::issues::update(&before.key, None, &patch).await {
                Ok(answer) => self.set_row(row_of(answer.value)),
                Err(error) => {
                    self.set_row(before);
                    self.messages.failed(&what, &error);
                }
            }
        });
    }
}
