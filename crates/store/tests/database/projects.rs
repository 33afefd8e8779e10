//! Projects, their workflow and their members.

use domain::key::ProjectRef;
use domain::policy::Action;
use domain::project::{NewProject, ProjectPatch, ReportersSee, Visibility};
use domain::user::Role;
use domain::workflow::{Template, Workflow};
use std::sync::Barrier;
use std::thread;
use store::access::{self, ProjectAccess};
use store::{Db, Error, projects};
use testkit::{Cast, TestDb, cast, work};
use uuid::Uuid;

fn stage() -> (TestDb, Db, Cast) {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    (test, db, cast)
}

fn access(db: &Db, cast: &Cast, key: &str) -> ProjectAccess {
    let which: ProjectRef = key.parse().unwrap();
    db.read(|conn| access::project(conn, &cast.lead, &which, Action::SeeProject))
        .unwrap()
}

#[test]
fn a_project_begins_with_its_templates_workflow_and_its_maker_as_lead() {
    let (_test, db, cast) = stage();
    for (key, template) in [
        ("T1", Template::Feedback),
        ("T2", Template::Service),
        ("T3", Template::Software),
        ("T4", Template::Helpdesk),
    ] {
        let new = NewProject {
            key: key.into(),
            name: "Of a template".into(),
            description: Some("*Text*".into()),
            visibility: Some(Visibility::Private),
            reporters_see: Some(ReportersSee::Own),
            template: Some(template),
        };
        let id = db
            .write(|tx| projects::insert(tx, &new, cast.lead.id))
            .unwrap();
        let stored = work::workflow(&db, id);
        let expected = Workflow::template(template);
        assert_eq!(stored.workflow.statuses, expected.statuses);
        let pairs = |workflow: &Workflow| {
            let mut pairs: Vec<_> = workflow
                .transitions
                .iter()
                .map(|t| (t.from.clone(), t.to.clone()))
                .collect();
            pairs.sort();
            pairs
        };
        assert_eq!(pairs(&stored.workflow), pairs(&expected), "{template}");
        assert_eq!(stored.id("open"), stored.ids.first().copied());
        assert_eq!(stored.id("nowhere"), None);
        let members = db.read(|conn| projects::members(conn, id)).unwrap();
        assert_eq!(members.len(), 1);
        assert_eq!(
            (members[0].user.id, members[0].role),
            (cast.lead.id, Role::Lead)
        );
        let shown = access(&db, &cast, key).project.render(Role::Lead, 3);
        assert_eq!(
            (shown.key.as_str(), shown.template, shown.open_issues),
            (key, template, 3)
        );
        assert_eq!((shown.description.as_str(), shown.version), ("*Text*", 1));
    }
    // What is left out has a default.
    let bare = NewProject {
        key: "BARE".into(),
        name: "Bare".into(),
        description: None,
        visibility: None,
        reporters_see: None,
        template: None,
    };
    db.write(|tx| projects::insert(tx, &bare, cast.lead.id))
        .unwrap();
    let project = access(&db, &cast, "BARE").project;
    assert_eq!(
        (project.visibility, project.reporters_see, project.template),
        (Visibility::Internal, ReportersSee::All, Template::Software)
    );
    let again = db.write(|tx| projects::insert(tx, &bare, cast.lead.id));
    assert!(matches!(again, Err(Error::Constraint(name)) if name == "project_key_key"));
}

#[test]
fn settings_change_from_the_version_that_was_read() {
    let (_test, db, cast) = stage();
    let was = access(&db, &cast, "APP");
    let patch = ProjectPatch {
        name: Some("Billing".into()),
        description: Some("New".into()),
        visibility: Some(Visibility::Private),
        reporters_see: Some(ReportersSee::All),
        landing: Some(domain::project::Landing::Issues),
        archived: Some(true),
    };
    db.write(|tx| projects::update(tx, &was, &patch)).unwrap();
    let again = db.write(|tx| projects::update(tx, &was, &patch));
    assert!(matches!(again, Err(Error::Stale)));
    let now = access(&db, &cast, "APP");
    let project = &now.project;
    assert_eq!((project.name.as_str(), project.version), ("Billing", 2));
    assert_eq!(project.visibility, Visibility::Private);
    let archived_at = project.archived_at;
    assert!(archived_at.is_some());
    // Archived again, it is archived since then; brought back, it is not.
    for (archived, expected) in [
        (Some(true), archived_at),
        (None, archived_at),
        (Some(false), None),
    ] {
        let patch = ProjectPatch {
            archived,
            ..ProjectPatch::default()
        };
        let was = access(&db, &cast, "APP");
        db.write(|tx| projects::update(tx, &was, &patch)).unwrap();
        assert_eq!(access(&db, &cast, "APP").project.archived_at, expected);
    }
    assert_eq!(access(&db, &cast, "APP").project.name, "Billing");
}

#[test]
fn archived_projects_are_listed_when_asked_for() {
    let (_test, db, cast) = stage();
    let was = access(&db, &cast, "OPS");
    let patch = ProjectPatch {
        archived: Some(true),
        ..ProjectPatch::default()
    };
    db.write(|tx| projects::update(tx, &was, &patch)).unwrap();
    let keys = |archived| -> Vec<String> {
        let ids = vec![cast.ops, cast.app, cast.eng, Uuid::new_v4()];
        let found = db
            .read(|conn| projects::by_ids(conn, ids, archived))
            .unwrap();
        found.into_iter().map(|p| p.key).collect()
    };
    assert_eq!(keys(false), ["APP", "ENG"]);
    assert_eq!(keys(true), ["APP", "ENG", "OPS"]);
}

#[test]
fn members_join_change_and_leave() {
    let (_test, db, cast) = stage();
    let (project, who) = (cast.app, cast.reporter.id);
    let roles = || -> Vec<String> {
        let members = db.read(|conn| projects::members(conn, project)).unwrap();
        members
            .iter()
            .map(|m| format!("{} {}", m.user.username, m.role))
            .collect()
    };
    db.write(|tx| projects::add_member(tx, project, who, Role::Viewer))
        .unwrap();
    assert_eq!(roles(), ["lead lead", "reporter viewer"]);
    let twice = db.write(|tx| projects::add_member(tx, project, who, Role::Viewer));
    let Err(Error::Constraint(name)) = twice else {
        panic!("{twice:?}")
    };
    assert_eq!(store::error::meaning(&name).unwrap().1, "taken");
    db.write(|tx| projects::set_member_role(tx, project, who, Role::Maintainer))
        .unwrap();
    assert_eq!(roles(), ["lead lead", "reporter maintainer"]);
    db.write(|tx| projects::remove_member(tx, project, who))
        .unwrap();
    assert_eq!(roles(), ["lead lead"]);
    let gone = db.write(|tx| projects::remove_member(tx, project, who));
    assert!(matches!(gone, Err(Error::NotFound)));
    let gone = db.write(|tx| projects::set_member_role(tx, project, who, Role::Viewer));
    assert!(matches!(gone, Err(Error::NotFound)));
}

#[test]
fn two_leads_who_leave_at_once_leave_one_behind() {
    for _ in 0..10 {
        let (_test, db, cast) = stage();
        let project = cast.app;
        db.write(|tx| projects::add_member(tx, project, cast.developer.id, Role::Lead))
            .unwrap();
        let together = Barrier::new(2);
        thread::scope(|scope| {
            for who in [cast.lead.id, cast.developer.id] {
                let (db, together, cast) = (&db, &together, &cast);
                scope.spawn(move || {
                    together.wait();
                    let leave = |tx: &mut store::Tx<'_>| {
                        let which = domain::key::ProjectRef::Id(project);
                        let action = domain::policy::Action::SeeProject;
                        let mut access = store::access::project(tx, &cast.admin, &which, action)?;
                        access.claim(tx)?;
                        let members = projects::roles(tx, project)?;
                        let others = members
                            .iter()
                            .filter(|(id, role)| *role == Role::Lead && *id != who);
                        if others.count() == 0 {
                            return Err(Error::LastOne);
                        }
                        projects::remove_member(tx, project, who)
                    };
                    // Whoever comes second finds another revision and looks again.
                    let left = loop {
                        match db.write(leave) {
                            Err(Error::Stale) => {}
                            left => break left,
                        }
                    };
                    assert!(matches!(left, Ok(()) | Err(Error::LastOne)));
                });
            }
        });
        let members = db.read(|conn| projects::members(conn, project)).unwrap();
        assert_eq!(members.len(), 1);
    }
}
