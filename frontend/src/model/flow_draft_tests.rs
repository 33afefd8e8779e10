//! What editing a workflow must never lose.

use super::flow_draft::*;
use domain::workflow::{Category, Status, Template, Workflow};
use std::collections::BTreeSet;

/// Whether the two are the same workflow; the order of steps says nothing.
fn same(a: &Workflow, b: &Workflow) -> bool {
    let steps = |workflow: &Workflow| -> BTreeSet<(String, String)> {
        let pairs = workflow.transitions.iter();
        pairs.map(|t| (t.from.clone(), t.to.clone())).collect()
    };
    let statuses: &[Status] = &a.statuses;
    statuses == b.statuses && steps(a) == steps(b)
}

fn feedback() -> (Workflow, FlowDraft) {
    let now = Workflow::template(Template::Feedback);
    let draft = FlowDraft::of(&now);
    (now, draft)
}

fn id(draft: &FlowDraft, name: &str) -> RowId {
    draft.rows.iter().find(|row| row.name == name).unwrap().id
}

#[test]
fn untouched_it_is_the_workflow_itself() {
    for template in Template::ALL {
        let now = Workflow::template(*template);
        let input = FlowDraft::of(&now).check(&now).unwrap();
        assert!(same(&input.check(&now).unwrap().workflow, &now));
        assert!(input.moves.is_empty());
        assert!(FlowDraft::of(&now).advice().is_empty());
    }
}

#[test]
fn a_renamed_and_moved_status_keeps_its_slug_and_steps() {
    let (now, mut draft) = feedback();
    let triaged = id(&draft, "Triaged");
    draft.edit(triaged, |row| row.name = "Accepted".into());
    assert_eq!(draft.shift(triaged, 1), Some(3));
    assert_eq!(draft.shift(triaged, 1), Some(4));
    assert_eq!(draft.shift(triaged, 1), None);
    let plan = draft.check(&now).unwrap().check(&now).unwrap();
    assert_eq!(plan.workflow.statuses[3].slug, "triaged");
    assert_eq!(plan.workflow.statuses[3].name, "Accepted");
    assert_eq!(plan.workflow.next("triaged").len(), 3);
}

#[test]
fn a_new_status_has_neighbours_and_a_slug_of_its_own() {
    let (now, mut draft) = feedback();
    draft.add(" Done ", Category::Waiting);
    let new = draft.rows[3].clone();
    assert_eq!((new.name.as_str(), new.slug), ("Done", None));
    draft.edit(new.id, |row| row.name = "Done, waiting".into());
    draft.add("Done waiting", Category::Waiting);
    let input = draft.check(&now).unwrap();
    let slugs: Vec<_> = input
        .statuses
        .iter()
        .filter_map(|s| s.slug.clone())
        .collect();
    assert_eq!(slugs[3..], ["done_waiting", "done_waiting_2", "done"]);
    assert!(draft.advice().is_empty());
}

#[test]
fn issues_of_removed_statuses_end_where_the_last_target_is() {
    let (now, mut draft) = feedback();
    let (open, triaged, active) = (
        id(&draft, "Open"),
        id(&draft, "Triaged"),
        id(&draft, "In progress"),
    );
    draft.remove(triaged, active);
    draft.remove(active, open);
    let input = draft.check(&now).unwrap();
    assert_eq!(input.moves["triaged"], "open");
    assert_eq!(input.moves["in_progress"], "open");
    draft.restore(active);
    draft.restore(triaged);
    let plan = draft.check(&now).unwrap().check(&now).unwrap();
    assert!(same(&plan.workflow, &now));
}

#[test]
fn mistakes_stand_at_their_status() {
    let (now, mut draft) = feedback();
    let (open, triaged) = (id(&draft, "Open"), id(&draft, "Triaged"));
    draft.edit(triaged, |row| row.limit = "many".into());
    draft.edit(open, |row| row.category = Category::Done);
    let places: Vec<_> = draft
        .check(&now)
        .unwrap_err()
        .into_iter()
        .map(|m| m.at)
        .collect();
    assert!(places.contains(&Some((triaged, "wip_limit".into()))));
    assert!(places.contains(&Some((open, "category".into()))));
}

#[test]
fn others_additions_come_in_and_own_edits_stay() {
    let (now, mut draft) = feedback();
    let open = id(&draft, "Open");
    draft.edit(open, |row| row.name = "New".into());
    draft.toggle(open, id(&draft, "In progress"));
    let mut theirs = FlowDraft::of(&now);
    theirs.add("Blocked", Category::Waiting);
    let theirs = theirs.check(&now).unwrap().check(&now).unwrap().workflow;
    draft.rebase(&now, &theirs);
    let mine = draft.check(&theirs).unwrap().check(&theirs).unwrap();
    assert!(mine.removed.is_empty());
    assert_eq!(mine.workflow.status("open").unwrap().name, "New");
    assert!(mine.workflow.step("open", "in_progress").is_ok());
    assert!(mine.workflow.step("blocked", "done").is_ok());
}

#[test]
fn a_status_nobody_reaches_is_pointed_out() {
    let (_, mut draft) = feedback();
    let triaged = id(&draft, "Triaged");
    draft
        .steps
        .retain(|(from, to)| *from != triaged && *to != triaged);
    assert_eq!(draft.advice().len(), 2);
}
