//! Who may do what: the one table.
//!
//! A [`Rule`] says for each [`Action`] the smallest role that suffices: on anything, on one's own
//! thing (its author), on an issue assigned to oneself, and on an issue nobody has taken. Server,
//! browser and stream ask [`decide`]; nothing else in the product compares roles.

use crate::problem::Missing;
use crate::project::{ReportersSee, Visibility};
use crate::token::Scope;
use crate::user::Role;
use serde::{Deserialize, Serialize};

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// See a project, its issues, comments, history and statistics.
    SeeProject,
    /// See internal notes.
    SeeInternalNotes,
    /// See deleted issues.
    SeeDeleted,
    /// Report an issue.
    CreateIssue,
    /// Comment.
    Comment,
    /// Add a file.
    Attach,
    /// Hear of what happens to an issue.
    Watch,
    /// Say that an issue matters to oneself.
    Vote,
    /// Write an internal note.
    WriteInternalNote,
    /// Change title, description or priority of an open issue.
    EditIssueText,
    /// Change the other fields.
    EditIssue,
    /// Move an issue through the workflow.
    MoveIssue,
    /// Take an issue, or give it back.
    TakeIssue,
    /// Assign an issue to somebody else.
    AssignOthers,
    /// Report for somebody else.
    ReportOnBehalf,
    /// Labels and versions of a project.
    ManageLabels,
    /// Views that a project shares.
    ManageSharedViews,
    /// Change many issues at once.
    BulkEdit,
    /// Merge a duplicate into the issue it repeats, and take that back; it takes the right on both.
    MergeIssues,
    /// Move an issue to another project; it takes the right in both.
    MoveToProject,
    /// Change a comment.
    EditComment,
    /// Delete a comment.
    DeleteComment,
    /// Remove a file.
    DeleteAttachment,
    /// Delete an issue.
    DeleteIssue,
    /// Bring a deleted issue back.
    RestoreIssue,
    /// Members of a project.
    ManageMembers,
    /// Settings and archiving of a project.
    EditProject,
    /// Statuses and steps of a project.
    EditWorkflow,
    /// Take everything of a project out as one document.
    ExportProject,
    /// Read what comments said before they were edited or deleted.
    SeeFormerTexts,
    /// Make a project.
    CreateProject,
    /// Remove an archived project for good.
    PurgeProject,
    /// Read, export and purge the audit log.
    SeeAudit,
    /// See the policy table as data.
    SeePolicy,
    /// Accounts.
    ManageAccounts,
}

/// One line of the table. `None` means: nobody on that ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What.
    pub action: Action,
    /// Its name in problems and on the policy page.
    pub name: &'static str,
    /// For people: "You may not …".
    pub phrase: &'static str,
    /// Smallest role on anything.
    pub any: Option<Role>,
    /// Smallest role on one's own thing.
    pub own: Option<Role>,
    /// Smallest role on an issue assigned to oneself.
    pub assigned: Option<Role>,
    /// Smallest role on an issue nobody has taken.
    pub unassigned: Option<Role>,
    /// The scope that a token needs for it, beside its owner's role.
    pub scope: Scope,
}

const V: Option<Role> = Some(Role::Viewer);
const R: Option<Role> = Some(Role::Reporter);
const D: Option<Role> = Some(Role::Developer);
const M: Option<Role> = Some(Role::Maintainer);
const L: Option<Role> = Some(Role::Lead);
const A: Option<Role> = Some(Role::Admin);
const NO: Option<Role> = None;

const READ: Scope = Scope::Read;
const ISSUES: Scope = Scope::IssuesWrite;
const COMMENTS: Scope = Scope::CommentsWrite;
const BEHALF: Scope = Scope::OnBehalfOf;
const ADMIN: Scope = Scope::Admin;

const fn rule(
    action: Action,
    name: &'static str,
    phrase: &'static str,
    grounds: [Option<Role>; 4],
    scope: Scope,
) -> Rule {
    let [any, own, assigned, unassigned] = grounds;
    Rule {
        action,
        name,
        phrase,
        any,
        own,
        assigned,
        unassigned,
        scope,
    }
}

#[rustfmt::skip] // It is a table.
/// The table.                                                                                        any own asg free    token's scope
pub const TABLE: &[Rule] = &[
    rule(Action::SeeProject,        "see_project",        "see this project",                           [V, V, V, V],      READ),
    rule(Action::SeeInternalNotes,  "see_internal_notes", "see internal notes",                         [D, D, D, D],      READ),
    rule(Action::SeeDeleted,        "see_deleted",        "see deleted issues",                         [L, L, L, L],      READ),
    rule(Action::CreateIssue,       "create_issue",       "report issues here",                         [R, R, R, R],      ISSUES),
    rule(Action::Comment,           "comment",            "comment here",                               [R, R, R, R],      COMMENTS),
    rule(Action::Attach,            "attach",             "add files here",                             [R, R, R, R],      ISSUES),
    rule(Action::Watch,             "watch",              "watch this issue",                           [R, R, R, R],      ISSUES),
    rule(Action::Vote,              "vote",               "vote for this issue",                        [R, R, R, R],      ISSUES),
    rule(Action::WriteInternalNote, "write_internal_note","write internal notes",                       [D, D, D, D],      COMMENTS),
    rule(Action::EditIssueText,     "edit_issue_text",    "edit the text of this issue",                [M, R, D, D],      ISSUES),
    rule(Action::EditIssue,         "edit_issue",         "edit this issue",                            [M, D, D, NO],     ISSUES),
    rule(Action::MoveIssue,         "move_issue",         "move this issue",                            [M, D, D, NO],     ISSUES),
    rule(Action::TakeIssue,         "take_issue",         "take this issue",                            [M, NO, D, D],     ISSUES),
    rule(Action::AssignOthers,      "assign_others",      "assign issues to others",                    [M, M, M, M],      ISSUES),
    rule(Action::ReportOnBehalf,    "report_on_behalf",   "report for somebody else",                   [M, M, M, M],      BEHALF),
    rule(Action::ManageLabels,      "manage_labels",      "change labels and versions",                 [M, M, M, M],      ADMIN),
    rule(Action::ManageSharedViews, "manage_shared_views","change the views that this project shares",  [M, M, M, M],      ADMIN),
    rule(Action::BulkEdit,          "bulk_edit",          "change many issues at once",                 [M, M, M, M],      ISSUES),
    rule(Action::MergeIssues,       "merge_issues",       "merge issues",                               [M, M, M, M],      ISSUES),
    rule(Action::MoveToProject,     "move_to_project",    "move issues to or from this project",        [M, M, M, M],      ISSUES),
    rule(Action::EditComment,       "edit_comment",       "edit this comment",                          [NO, V, NO, NO],   COMMENTS),
    rule(Action::DeleteComment,     "delete_comment",     "delete this comment",                        [L, R, NO, NO],    COMMENTS),
    rule(Action::DeleteAttachment,  "delete_attachment",  "remove this file",                           [L, R, NO, NO],    ISSUES),
    rule(Action::DeleteIssue,       "delete_issue",       "delete issues",                              [L, L, L, L],      ISSUES),
    rule(Action::RestoreIssue,      "restore_issue",      "restore issues",                             [L, L, L, L],      ISSUES),
    rule(Action::ManageMembers,     "manage_members",     "change the members of this project",         [L, L, L, L],      ADMIN),
    rule(Action::EditProject,       "edit_project",       "change the settings of this project",        [L, L, L, L],      ADMIN),
    rule(Action::EditWorkflow,      "edit_workflow",      "change the workflow of this project",        [L, L, L, L],      ADMIN),
    rule(Action::ExportProject,     "export_project",     "export this project",                        [L, L, L, L],      READ),
    rule(Action::SeeFormerTexts,    "see_former_texts",   "see former texts of comments",               [L, L, L, L],      READ),
    rule(Action::CreateProject,     "create_project",     "create projects",                            [D, D, D, D],      ADMIN),
    rule(Action::PurgeProject,      "purge_project",      "purge projects",                             [A, A, A, A],      ADMIN),
    rule(Action::SeeAudit,          "see_audit",          "see the audit log",                          [A, A, A, A],      ADMIN),
    rule(Action::SeePolicy,         "see_policy",         "see the policy table",                       [A, A, A, A],      ADMIN),
    rule(Action::ManageAccounts,    "manage_accounts",    "manage accounts",                            [A, A, A, A],      ADMIN),
];

/// A line of the table as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyRule {
    /// The right's name, as problems say it.
    pub action: String,
    /// For people, after "You may not …".
    pub phrase: String,
    /// Smallest role on anything; `null`: nobody.
    pub any: Option<Role>,
    /// Smallest role on one's own thing.
    pub own: Option<Role>,
    /// Smallest role on an issue assigned to oneself.
    pub assigned: Option<Role>,
    /// Smallest role on an issue nobody has taken.
    pub unassigned: Option<Role>,
    /// Who can give the right.
    pub granted_by: String,
    /// The scope that a token needs for it, beside its owner's role.
    pub scope: Scope,
}

/// The answer of `GET /admin/policy`: the table as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyTable {
    /// Roles, the smallest first; each may whatever the ones before it may.
    pub roles: Vec<Role>,
    /// One line for each right.
    pub rules: Vec<PolicyRule>,
}

/// The table as data.
#[must_use]
pub fn as_data() -> PolicyTable {
    PolicyTable {
        roles: Role::ALL.to_vec(),
        rules: TABLE
            .iter()
            .map(|rule| PolicyRule {
                action: rule.name.into(),
                phrase: rule.phrase.into(),
                any: rule.any,
                own: rule.own,
                assigned: rule.assigned,
                unassigned: rule.unassigned,
                granted_by: rule.action.granted_by().into(),
                scope: rule.scope,
            })
            .collect(),
    }
}

/// How the caller stands to the thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ground {
    /// They wrote or reported it.
    pub own: bool,
    /// It is assigned to them.
    pub assigned: bool,
    /// It is assigned to nobody.
    pub unassigned: bool,
}

impl Ground {
    /// No special relation.
    pub const NONE: Ground = Ground {
        own: false,
        assigned: false,
        unassigned: false,
    };
    /// Their own.
    pub const OWN: Ground = Ground {
        own: true,
        assigned: false,
        unassigned: false,
    };
}

/// A refusal: the right that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied {
    /// What was wanted.
    pub action: Action,
    /// The smallest role that may do it on anything (or on one's own, when nobody may on anything).
    pub needs: Role,
}

impl Denied {
    /// As problems carry it.
    #[must_use]
    pub fn missing(self) -> Missing {
        Missing {
            action: self.action.rule().name.into(),
            role: self.needs.slug().into(),
            granted_by: self.granted_by().into(),
        }
    }

    /// Who can help.
    #[must_use]
    pub const fn granted_by(self) -> &'static str {
        self.action.granted_by()
    }

    /// The sentence for people.
    #[must_use]
    pub fn sentence(self) -> String {
        format!(
            "You may not {}. It takes the role {}, which {} can give.",
            self.action.rule().phrase,
            self.needs,
            self.granted_by()
        )
    }
}

impl Action {
    /// Who can give the right to it.
    #[must_use]
    pub const fn granted_by(self) -> &'static str {
        match self {
            Action::ManageAccounts
            | Action::CreateProject
            | Action::PurgeProject
            | Action::SeeAudit
            | Action::SeePolicy => "an admin",
            _ => "a lead of the project or an admin",
        }
    }

    /// The line of the table. A test proves that every action has exactly one.
    #[must_use]
    pub fn rule(self) -> &'static Rule {
        let mut i = 0;
        while let Some(rule) = TABLE.get(i) {
            if rule.action == self {
                return rule;
            }
            i += 1;
        }
        // Unreachable by test; the strictest rule is the safe answer.
        const STRICTEST: &Rule = &rule(
            Action::ManageAccounts,
            "manage_accounts",
            "do this",
            [A, NO, NO, NO],
            ADMIN,
        );
        STRICTEST
    }
}

/// Whether that role may do it on that ground.
///
/// # Errors
/// [`Denied`] names the missing right.
pub fn decide(role: Role, action: Action, ground: Ground) -> Result<(), Denied> {
    let rule = action.rule();
    let suffices = |least: Option<Role>| least.is_some_and(|least| role >= least);
    let allowed = suffices(rule.any)
        || (ground.own && suffices(rule.own))
        || (ground.assigned && suffices(rule.assigned))
        || (ground.unassigned && suffices(rule.unassigned));
    if allowed {
        return Ok(());
    }
    let needs = rule.any.or(rule.own).unwrap_or(Role::Admin);
    Err(Denied { action, needs })
}

/// The role that counts in a project, or nothing when the project does not exist for the account.
///
/// `account` is the account's role, `membership` that of a membership when there is one.
#[must_use]
pub fn standing(account: Role, membership: Option<Role>, visibility: Visibility) -> Option<Role> {
    match (account, membership, visibility) {
        (Role::Admin, ..) => Some(Role::Admin),
        (_, Some(role), _) => Some(role),
        (role, None, Visibility::Internal) => Some(role),
        (_, None, Visibility::Private) => None,
    }
}

/// Whether only their own issues exist for somebody with that role there.
#[must_use]
pub fn own_only(role: Role, reporters_see: ReportersSee) -> bool {
    role == Role::Reporter && reporters_see == ReportersSee::Own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_exactly_one_line_and_it_is_its_own() {
        let mut actions: Vec<Action> = TABLE.iter().map(|r| r.action).collect();
        actions.sort();
        let lines = actions.len();
        actions.dedup();
        assert_eq!(actions.len(), lines);
        for rule in TABLE {
            assert_eq!(rule.action.rule(), rule);
        }
        // Exhaustive: a new action without a line does not compile here or fails above.
        assert_eq!(lines, Action::ManageAccounts as usize + 1);
    }

    #[test]
    fn a_higher_role_may_whatever_a_lower_one_may() {
        let grounds = [
            Ground::NONE,
            Ground::OWN,
            Ground {
                assigned: true,
                ..Ground::NONE
            },
            Ground {
                unassigned: true,
                ..Ground::NONE
            },
        ];
        for rule in TABLE {
            for ground in grounds {
                for pair in Role::ALL.windows(2) {
                    if decide(pair[0], rule.action, ground).is_ok() {
                        assert!(
                            decide(pair[1], rule.action, ground).is_ok(),
                            "{} {}",
                            rule.name,
                            pair[1]
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn nobody_edits_another_persons_comment() {
        for role in Role::ALL {
            assert!(decide(*role, Action::EditComment, Ground::NONE).is_err());
        }
        assert!(decide(Role::Viewer, Action::EditComment, Ground::OWN).is_ok());
    }

    #[test]
    fn standing_follows_membership_before_account() {
        use Visibility::{Internal, Private};
        assert_eq!(
            standing(Role::Reporter, None, Internal),
            Some(Role::Reporter)
        );
        assert_eq!(
            standing(Role::Maintainer, Some(Role::Viewer), Internal),
            Some(Role::Viewer)
        );
        assert_eq!(standing(Role::Maintainer, None, Private), None);
        assert_eq!(standing(Role::Admin, None, Private), Some(Role::Admin));
        assert!(own_only(Role::Reporter, ReportersSee::Own));
        assert!(!own_only(Role::Viewer, ReportersSee::Own));
    }

    #[test]
    fn a_refusal_names_the_right_and_who_grants_it() {
        let denied = decide(Role::Reporter, Action::MoveIssue, Ground::OWN).unwrap_err();
        assert_eq!(denied.missing().action, "move_issue");
        assert_eq!(denied.missing().role, "maintainer");
        assert!(denied.sentence().contains("a lead of the project"));
    }
}
