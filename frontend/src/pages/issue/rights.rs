//! What the reader may do with this issue, and why not.

use crate::components::shell::Place;
use crate::model::moment::READ_ONLY;
use crate::model::refusal::Refusal;
use crate::state::{Session, session};
use domain::issue::Issue;
use domain::policy::{Action, Ground, decide};
use domain::user::Role;
use leptos::prelude::*;
use uuid::Uuid;

/// Allowed, or why not.
pub type Right = Result<(), Refusal>;

/// The reader's rights, following both the role and the issue.
#[derive(Clone, Copy)]
pub struct Rights {
    session: Session,
    project: Memo<String>,
    role: Memo<Role>,
    ground: Memo<Ground>,
    open: Memo<bool>,
    archived: Memo<bool>,
    past: Signal<bool>,
    /// The reader.
    pub me: Memo<Option<Uuid>>,
}

impl Rights {
    /// On that issue, as it is or as it was.
    #[must_use]
    pub fn on(issue: Signal<Issue>, past: Signal<bool>) -> Self {
        let session = session();
        let place = expect_context::<Place>();
        let me = Memo::new(move |_| session.user_id());
        let project = Memo::new(move |_| issue.with(|issue| issue.project.clone()));
        Self {
            session,
            project,
            role: Memo::new(move |_| {
                let standing = project.with(|project| session.standing(project));
                standing.map_or(Role::Viewer, |standing| standing.role)
            }),
            ground: Memo::new(move |_| {
                let me = me.get();
                issue.with(|issue| Ground {
                    own: me == Some(issue.reporter.id),
                    assigned: me.is_some() && me == issue.assignee.as_ref().map(|user| user.id),
                    unassigned: issue.assignee.is_none(),
                })
            }),
            open: Memo::new(move |_| issue.with(|issue| issue.status.category.is_open())),
            archived: Memo::new(move |_| {
                let project = project.get();
                place.projects.value.with(|projects| {
                    projects
                        .iter()
                        .flatten()
                        .any(|p| p.key == project && p.archived_at.is_some())
                })
            }),
            past,
            me,
        }
    }

    /// Whether the action is allowed on the issue. Tracked.
    pub fn may(self, action: Action) -> Right {
        self.on_ground(action, self.ground.get())
    }

    /// Whether the action is allowed on something of that author. Tracked.
    pub fn may_on(self, action: Action, author: Uuid) -> Right {
        let own = self.me.get() == Some(author);
        self.on_ground(
            action,
            Ground {
                own,
                ..Ground::NONE
            },
        )
    }

    /// The same on something of another issue that is shown with this one because it is merged into it: its
    /// own project decides. Tracked.
    pub fn may_on_of(self, issue: &str, action: Action, author: Uuid) -> Right {
        let project = issue.rsplit_once('-').map_or(issue, |(project, _)| project);
        if self.project.with(|here| here == project) {
            return self.may_on(action, author);
        }
        if self.past.get() {
            return Err(Refusal::plain(READ_ONLY));
        }
        let Some(standing) = self.session.standing(project) else {
            let words = "It belongs to a project that does not exist for you: it can be read here, but not changed.";
            return Err(Refusal::plain(words));
        };
        let own = self.me.get() == Some(author);
        let ground = Ground {
            own,
            ..Ground::NONE
        };
        decide(standing.role, action, ground)
            .map_err(|denied| Refusal::of(denied).in_project(project))
    }

    /// Title, description and priority: their own rule while the issue is open. Tracked.
    pub fn may_text(self) -> Right {
        if self.open.get() && self.may(Action::EditIssueText).is_ok() {
            return Ok(());
        }
        self.may(Action::EditIssue)
    }

    /// Whether somebody, or nobody, may be made the assignee. Tracked.
    pub fn may_assign(self, whom: Option<Uuid>) -> Right {
        if self.may(Action::AssignOthers).is_ok() {
            return Ok(());
        }
        let me = self.me.get();
        let mine = self.ground.get().assigned;
        match whom {
            Some(_) if whom == me => self.may(Action::TakeIssue),
            None if mine => self.may(Action::TakeIssue),
            _ => self.may(Action::AssignOthers),
        }
    }

    /// Whether anything about the assignee may be changed. Tracked.
    pub fn may_assign_any(self) -> Right {
        self.may_assign(self.me.get())
            .or_else(|_| self.may_assign(None))
    }

    fn on_ground(self, action: Action, ground: Ground) -> Right {
        let only_reads = matches!(action, Action::SeeInternalNotes | Action::SeeFormerTexts);
        if self.past.get() && !only_reads {
            return Err(Refusal::plain(READ_ONLY));
        }
        if self.archived.get() && !only_reads {
            return Err(Refusal::plain(
                "The project is archived: it can be read, but not changed.",
            ));
        }
        decide(self.role.get(), action, ground)
            .map_err(|denied| self.project.with(|key| Refusal::of(denied).in_project(key)))
    }
}
