//! Moving an issue to another project.
//!
//! The issue stays itself: its id, comments, files and whole history go with it. What belongs to a
//! project is looked up by name in the new one, or is lost; the answer says which. Whoever sees the
//! issue where it is now sees all of its past, and whoever does not sees none of it any more.

use super::create::status_fact;
use super::{by, for_change, lost_race, names};
use crate::app::{Error, Precondition, Result, merges, projects as project_use_case};
use domain::issue::Resolution;
use domain::key::{IssueRef, ProjectRef, issue_key};
use domain::policy::Action;
use domain::problem::FieldError;
use domain::project::{ReportersSee, Visibility};
use domain::relocation::{Relocate, Relocation, RelocationNote};
use domain::workflow::{Category, Status, Workflow};
use serde_json::{Value, json};
use store::access::{self, Actor, IssueAccess, ProjectAccess};
use store::accounts;
use store::db::Tx;
use store::events::NewEvent;
use store::issues::{self, Change, Closing, Dates, Home, IssueFields, Updated};
use store::{labels, projects};
use uuid::Uuid;

/// Moves an issue to another project, or says what would happen.
///
/// # Errors
/// 403 naming the right that is missing here or there, 404, 409 when either project is archived or the
/// issue is deleted, 412, 422 for a project that does not exist for the caller or is the same.
pub fn relocate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    asked: &Relocate,
    seen: Precondition,
) -> Result<Relocation> {
    let found = for_change(tx, actor, which, seen)?;
    found.allow(Action::MoveToProject)?;
    let target = target(tx, actor, &found, &asked.project)?;
    access::hold_all(tx, &mut [&found.access, &target])?;
    let run = |tx: &mut Tx<'_>| {
        moved(tx, actor, &found, &target, asked.dry_run)
            .map_err(|error| on_race(tx, actor, which, seen, error))
    };
    if asked.dry_run {
        tx.trial(run)
    } else {
        run(tx)
    }
}

fn on_race(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    seen: Precondition,
    error: Error,
) -> Error {
    match error {
        Error::Store(error) => lost_race(tx, actor, which, seen, error),
        other => other,
    }
}

/// The project to move to, in which the mover has the same right.
fn target(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    word: &str,
) -> Result<ProjectAccess> {
    let unknown = || FieldError::at("project", "unknown_value", "There is no such project.");
    let which: ProjectRef = word.trim().parse().map_err(|_| unknown())?;
    let target = match access::project(tx, actor, &which, Action::SeeProject) {
        Ok(target) => target,
        Err(store::Error::NotFound) => return Err(unknown().into()),
        Err(error) => return Err(error.into()),
    };
    if target.project.id == found.issue.project_id {
        let detail = "The issue is in that project already.";
        return Err(FieldError::at("project", "same_project", detail).into());
    }
    if let Err(error) = target.allow(Action::MoveToProject) {
        let mut problem = Error::from(error).problem();
        let why = problem.detail.unwrap_or_default();
        problem.detail = Some(format!("In {}: {why}", target.project.key));
        return Err(problem.into());
    }
    target.writable()?;
    Ok(target)
}

/// What a move takes along, changes and loses.
struct Luggage<'a> {
    found: &'a IssueAccess,
    target: &'a ProjectAccess,
    fields: IssueFields,
    changes: Vec<Change>,
    notes: Vec<RelocationNote>,
}

impl Luggage<'_> {
    fn put(&mut self, field: &'static str, old: Value, new: Value) {
        if old != new {
            self.changes.push((field, old, new));
        }
    }

    fn note(&mut self, field: &str, lost: bool, text: String) {
        self.notes.push(RelocationNote {
            field: field.into(),
            lost,
            text,
        });
    }
}

fn moved(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    target: &ProjectAccess,
    dry_run: bool,
) -> Result<Relocation> {
    let was = &found.issue;
    let from = issue_key(&found.access.project.key, was.number);
    let mut bag = Luggage {
        found,
        target,
        fields: IssueFields::from(was),
        changes: Vec::new(),
        notes: Vec::new(),
    };
    history(tx, &mut bag)?;
    let dates = status(tx, &mut bag)?;
    let number = issues::take_number(tx, target.project.id)?;
    // First itself: from then on nothing comes to stand below it.
    issues::lock_home(tx, was.id)?;
    let children = issues::children_of(tx, was.id)?;
    issues::lock(tx, &children)?;

    let project =
        |access: &ProjectAccess| json!({"id": access.project.id, "name": access.project.key});
    bag.put("project", project(&found.access), project(target));
    let to = issue_key(&target.project.key, number);
    bag.put("key", json!(from), json!(to));
    labels(tx, &mut bag)?;
    versions(tx, &mut bag)?;
    assignee(tx, &mut bag)?;
    parent(&mut bag);
    let rank = domain::rank::initial(number);
    bag.put("rank", json!(was.rank), json!(rank));
    bag.fields.rank = rank;
    orphan(tx, actor, &mut bag, children)?;

    let home = Home {
        project: target.project.id,
        number,
    };
    issues::relocate(tx, was, home, &bag.fields, dates, by(actor), bag.changes)?;
    // Those who see only the project that it left are told that it went, and no more.
    tx.record(
        NewEvent::new(domain::event::EventKind::IssueLeft, Some(actor.id))
            .project(was.project_id)
            .concerning(was.reporter.id)
            .was(json!({"name": from, "number": was.number})),
    );
    // A duplicate goes by its key where it is shown, and that is another one now.
    merges::tell_above(tx, actor, was.id, false)?;
    let now = access::issue(tx, actor, &IssueRef::Id(was.id), Action::SeeProject)?;
    Ok(Relocation {
        dry_run,
        from,
        issue: now.render(),
        notes: bag.notes,
    })
}

/// Who will see what was said so far: the mover is told before.
fn history(tx: &mut Tx<'_>, bag: &mut Luggage<'_>) -> Result<()> {
    let project = &bag.target.project;
    let key = &project.key;
    let who = match (project.visibility, project.reporters_see) {
        (Visibility::Internal, ReportersSee::All) => "Everybody with an account".to_string(),
        (Visibility::Internal, ReportersSee::Own) => {
            "Everybody with an account, reporters only when it is theirs,".to_string()
        }
        (Visibility::Private, _) => format!("The members of {key}"),
    };
    let text = format!(
        "{who} will see the issue with its whole history, comments and files; internal notes stay with those who may see them in {key}. Whoever sees only {} will see none of it any more.",
        bag.found.access.project.key
    );
    bag.note("history", false, text);
    let reporter = accounts::by_id(tx, bag.found.issue.reporter.id)?;
    if !project_use_case::exists_for(tx, bag.target, &reporter)? && reporter.active {
        let text = format!(
            "{} reported it and will not see it any more.",
            bag.found.issue.reporter.display_name
        );
        bag.note("reporter", true, text);
    }
    Ok(())
}

/// The status of the same name, else the first that means the same, else the first of all.
fn matching<'w>(workflow: &'w Workflow, slug: &str, category: Category) -> Option<&'w Status> {
    let same = workflow.statuses.iter().find(|s| s.slug == slug);
    let alike = || workflow.statuses.iter().find(|s| s.category == category);
    same.or_else(alike).or_else(|| workflow.first())
}

fn status(tx: &mut Tx<'_>, bag: &mut Luggage<'_>) -> Result<Dates> {
    let was = &bag.found.issue;
    let s = &was.status;
    let workflow = projects::workflow(tx, bag.target.project.id)?;
    let entered = matching(&workflow.workflow, &s.slug, s.category)
        .ok_or_else(|| Error::internal("a project without statuses"))?;
    let (name, category) = (entered.name.clone(), entered.category);
    let id = workflow
        .id(&entered.slug)
        .ok_or_else(|| Error::internal("a status without id"))?;
    let old = json!({"id": s.id, "slug": s.slug, "name": s.name, "category": s.category});
    bag.put("status", old, status_fact(&workflow, id));
    bag.fields.status_id = id;
    if name != s.name {
        let text = format!("The status {} becomes {name}.", s.name);
        bag.note("status", false, text);
    }
    let closing = match (s.category.is_open(), category.is_open()) {
        (true, false) => Closing::Close,
        (false, true) => Closing::Reopen,
        _ => Closing::Keep,
    };
    bag.fields.resolution = match closing {
        Closing::Close => Some(Resolution::Complete),
        Closing::Reopen => None,
        Closing::Keep => was.resolution,
    };
    bag.put(
        "resolution",
        json!(was.resolution),
        json!(bag.fields.resolution),
    );
    Ok(Dates {
        enters: Some(category).filter(|c| *c != s.category),
        closing,
        ..Dates::KEEP
    })
}

/// “a”, “b” and “c”, for a sentence.
fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn labels(tx: &mut Tx<'_>, bag: &mut Luggage<'_>) -> Result<()> {
    let was = &bag.found.issue.labels;
    if was.is_empty() {
        return Ok(());
    }
    let target = bag.target.project.id;
    let there = labels::labels(tx, target)?;
    let same = |name: &str| {
        let name = name.to_lowercase();
        there.iter().find(|l| l.name.to_lowercase() == name)
    };
    let names: Vec<String> = was
        .iter()
        .filter_map(|l| same(&l.name))
        .map(|l| l.name.clone())
        .collect();
    let missing: Vec<&str> = was
        .iter()
        .map(|l| l.name.as_str())
        .filter(|name| same(name).is_none())
        .collect();
    let new = names::label_list(tx, bag.target, &names)?;
    if !missing.is_empty() {
        let (which, verb) = if missing.len() == 1 {
            ("The label", "is")
        } else {
            ("The labels", "are")
        };
        let key = &bag.target.project.key;
        let text = format!(
            "{which} {} {verb} dropped: {key} does not have {}.",
            quoted(&missing),
            if missing.len() == 1 { "it" } else { "them" }
        );
        bag.note("labels", true, text);
    }
    bag.put(
        "labels",
        names::label_facts(was.iter().map(|l| (l.id, l.name.as_str()))),
        names::label_facts(new.iter().map(|l| (l.id, l.name.as_str()))),
    );
    bag.fields.label_ids = new.iter().map(|l| l.id).collect();
    Ok(())
}

fn versions(tx: &mut Tx<'_>, bag: &mut Luggage<'_>) -> Result<()> {
    let was = &bag.found.issue;
    let fact = |id: Option<Uuid>, name: &Option<String>| {
        json!(id.map(|id| json!({"id": id, "name": name})))
    };
    for (field, id, name) in [
        (
            "affected_version",
            was.affected_version_id,
            &was.affected_version,
        ),
        ("fixed_version", was.fixed_version_id, &was.fixed_version),
    ] {
        let Some(word) = name else { continue };
        let target = bag.target.project.id;
        let new = match labels::version(tx, target, word) {
            Ok(version) => Some(version),
            Err(store::Error::NotFound) => None,
            Err(error) => return Err(error.into()),
        };
        if new.is_none() {
            let key = &bag.target.project.key;
            let text = format!("The version “{word}” is dropped: {key} does not have it.");
            bag.note(field, true, text);
        }
        let (new_id, new_name) = (new.as_ref().map(|v| v.id), new.map(|v| v.name));
        bag.put(field, fact(id, name), fact(new_id, &new_name));
        match field {
            "affected_version" => bag.fields.affected_version_id = new_id,
            _ => bag.fields.fixed_version_id = new_id,
        }
    }
    Ok(())
}

fn assignee(tx: &mut Tx<'_>, bag: &mut Luggage<'_>) -> Result<()> {
    let Some(person) = &bag.found.issue.assignee else {
        return Ok(());
    };
    let account = accounts::by_id(tx, person.id)?;
    if project_use_case::exists_for(tx, bag.target, &account)? {
        return Ok(());
    }
    let text = format!(
        "{} is unassigned: {} does not exist for them.",
        person.display_name, bag.target.project.key
    );
    bag.put(
        "assignee",
        names::person_fact(person.id, &person.username),
        Value::Null,
    );
    bag.fields.assignee_id = None;
    bag.note("assignee", true, text);
    Ok(())
}

/// A parent is of the same project, so it stays behind.
fn parent(bag: &mut Luggage<'_>) {
    let was = &bag.found.issue;
    let Some((id, number)) = was.parent_id.zip(was.parent_number) else {
        return;
    };
    let key = issue_key(&bag.found.access.project.key, number);
    bag.put("parent", json!({"id": id, "name": key}), Value::Null);
    bag.fields.parent_id = None;
    bag.note(
        "parent",
        true,
        format!("It is no longer below {key}, which stays where it is."),
    );
}

/// So are the issues below it: they stay, without a parent.
fn orphan(
    tx: &mut Tx<'_>,
    actor: &Actor,
    bag: &mut Luggage<'_>,
    children: Vec<Uuid>,
) -> Result<()> {
    if children.is_empty() {
        return Ok(());
    }
    let key = issue_key(&bag.found.access.project.key, bag.found.issue.number);
    let mut staying = 0;
    for child in children {
        let child = access::any_issue(tx, &bag.found.access, child)?;
        if child.issue.deleted_at.is_none() {
            staying += 1;
        }
        let mut fields = IssueFields::from(&child.issue);
        fields.parent_id = None;
        let old = json!({"id": bag.found.issue.id, "name": key});
        let what = Updated::Fields(vec![("parent", old, Value::Null)]);
        let decided = child.access.at_revision();
        issues::update(
            tx,
            decided,
            &child.issue,
            &fields,
            Dates::KEEP,
            by(actor),
            what,
        )?;
    }
    let text = match staying {
        0 => return Ok(()),
        1 => "The issue below it stays where it is, without a parent.".to_string(),
        n => format!("The {n} issues below it stay where they are, without a parent."),
    };
    bag.note("children", true, text);
    Ok(())
}
