//! Looking up is authorizing: what somebody may not see does not exist for them.

use chrono::Duration;
use domain::key::{IssueRef, ProjectRef};
use domain::policy::Action;
use domain::project::ProjectPatch;
use domain::user::Role;
use store::access::{self, Actor, IssueAccess, ProjectAccess, Scope};
use store::accounts::{self, AccountChange};
use store::issues::IssueFields;
use store::{Db, Error, Result, projects};
use testkit::{Cast, TestDb, cast, sql, work};
use uuid::Uuid;

fn stage() -> (TestDb, Db, Cast) {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    (test, db, cast)
}

fn project(db: &Db, who: &Actor, which: &str, action: Action) -> Result<ProjectAccess> {
    let which: ProjectRef = which.parse().unwrap();
    db.read(|conn| access::project(conn, who, &which, action))
}

fn issue(db: &Db, who: &Actor, which: &str, action: Action) -> Result<IssueAccess> {
    let which: IssueRef = which.parse().unwrap();
    db.read(|conn| access::issue(conn, who, &which, action))
}

#[test]
fn standings_say_what_everybody_is_where() {
    let (_test, db, cast) = stage();
    let standings = |who: &Actor| -> Vec<String> {
        let standings = db.read(|conn| access::standings(conn, who)).unwrap();
        standings
            .iter()
            .map(|s| {
                format!(
                    "{} {}{}",
                    s.project,
                    s.role,
                    if s.own_only { " own" } else { "" }
                )
            })
            .collect()
    };
    let table: [(&Actor, &[&str]); 7] = [
        (
            &cast.admin,
            &[
                "APP admin",
                "ENG admin",
                "HELP admin",
                "OPS admin",
                "SEC admin",
            ],
        ),
        (
            &cast.lead,
            &["APP lead", "ENG lead", "HELP lead", "OPS lead", "SEC lead"],
        ),
        (
            &cast.developer,
            &[
                "APP developer",
                "ENG developer",
                "HELP developer",
                "OPS developer",
                "SEC developer",
            ],
        ),
        (
            &cast.maintainer,
            &[
                "APP maintainer",
                "ENG maintainer",
                "HELP maintainer",
                "OPS maintainer",
            ],
        ),
        (
            &cast.viewer,
            &["APP viewer", "ENG viewer", "HELP viewer", "OPS viewer"],
        ),
        (
            &cast.reporter,
            &[
                "APP reporter own",
                "ENG reporter",
                "HELP reporter own",
                "OPS reporter",
            ],
        ),
        (
            &cast.reporter2,
            &[
                "APP reporter own",
                "ENG reporter",
                "HELP reporter own",
                "OPS reporter",
            ],
        ),
    ];
    for (who, expected) in table {
        assert_eq!(standings(who), expected, "{}", who.username);
    }
}

#[test]
fn a_private_project_does_not_exist_for_others() {
    let (_test, db, cast) = stage();
    let hidden = work::issue(&db, cast.sec, &cast.lead, "Leak");
    let see = Action::SeeProject;
    for who in [&cast.maintainer, &cast.viewer, &cast.reporter] {
        for name in ["SEC".to_string(), "sec".into(), cast.sec.to_string()] {
            let same = project(&db, who, &name, see);
            assert!(matches!(same, Err(Error::NotFound)), "{name}");
        }
        for name in ["SEC-1".to_string(), hidden.id.to_string()] {
            // Not even as a refusal.
            for action in [see, Action::DeleteIssue] {
                assert!(matches!(
                    issue(&db, who, &name, action),
                    Err(Error::NotFound)
                ));
            }
        }
        let scope = db.read(|conn| access::list_scope(conn, who, Some("SEC")));
        assert!(matches!(scope, Err(Error::NotFound)));
    }
    for who in [&cast.admin, &cast.lead, &cast.developer] {
        assert_eq!(project(&db, who, "SEC", see).unwrap().project.id, cast.sec);
        assert_eq!(
            issue(&db, who, "sec-0001", see).unwrap().issue.id,
            hidden.id
        );
        let found = issue(&db, who, &hidden.id.to_string(), see).unwrap();
        assert_eq!(found.issue.number, 1);
    }
    let absent = project(&db, &cast.admin, "NONE", see);
    assert!(matches!(absent, Err(Error::NotFound)));
    let absent = issue(&db, &cast.admin, &Uuid::new_v4().to_string(), see);
    assert!(matches!(absent, Err(Error::NotFound)));
    let nonsense = db.read(|conn| access::list_scope(conn, &cast.admin, Some("no key at all")));
    assert!(matches!(nonsense, Err(Error::NotFound)));
}

#[test]
fn where_reporters_see_their_own_other_peoples_issues_do_not_exist() {
    let (_test, db, cast) = stage();
    work::issue(&db, cast.app, &cast.reporter, "Mine");
    work::issue(&db, cast.app, &cast.reporter2, "Theirs");
    let see = Action::SeeProject;
    let mine = issue(&db, &cast.reporter, "APP-1", see).unwrap();
    assert!(mine.access.own_only && mine.ground.own && mine.ground.unassigned);
    assert!(!mine.sees_internal());
    assert!(matches!(
        issue(&db, &cast.reporter, "APP-2", see),
        Err(Error::NotFound)
    ));
    assert!(issue(&db, &cast.viewer, "APP-2", see).is_ok());
    assert!(
        issue(&db, &cast.maintainer, "APP-2", see)
            .unwrap()
            .sees_internal()
    );
}

#[test]
fn a_role_that_does_not_suffice_is_named_in_the_refusal() {
    let (_test, db, cast) = stage();
    work::issue(&db, cast.app, &cast.reporter, "Mine");
    let refused = issue(&db, &cast.reporter, "APP-1", Action::MoveIssue).unwrap_err();
    let Error::Denied(denied) = refused else {
        panic!("{refused}")
    };
    assert_eq!(
        (denied.action, denied.needs),
        (Action::MoveIssue, Role::Maintainer)
    );
    assert!(Error::from(denied).to_string().contains("move_issue"));
    let refused = project(&db, &cast.viewer, "APP", Action::CreateIssue);
    assert!(matches!(refused, Err(Error::Denied(_))));
    // Their relation to the issue counts.
    assert!(issue(&db, &cast.reporter, "APP-1", Action::EditIssueText).is_ok());
    assert!(issue(&db, &cast.developer, "APP-1", Action::TakeIssue).is_ok());
    assert!(issue(&db, &cast.developer, "APP-1", Action::MoveIssue).is_err());
    let one = work::load(
        &db,
        issue(&db, &cast.admin, "APP-1", Action::SeeProject)
            .unwrap()
            .issue
            .id,
    );
    work::change(&db, None, &cast.lead, one.issue.id, |f| {
        f.assignee_id = Some(cast.developer.id);
    })
    .unwrap();
    let taken = issue(&db, &cast.developer, "APP-1", Action::MoveIssue).unwrap();
    assert!(taken.ground.assigned && !taken.ground.unassigned);
}

#[test]
fn deleted_issues_exist_for_leads_only_and_take_no_changes() {
    let (_test, db, cast) = stage();
    let made = work::issue(&db, cast.eng, &cast.reporter, "Spam");
    assert!(work::load(&db, made.id).writable().is_ok());
    work::delete_or_restore(&db, None, &cast.lead, &work::load(&db, made.id)).unwrap();
    let see = Action::SeeProject;
    for who in [&cast.reporter, &cast.maintainer, &cast.developer] {
        assert!(matches!(
            issue(&db, who, "ENG-1", see),
            Err(Error::NotFound)
        ));
    }
    let found = issue(&db, &cast.lead, "ENG-1", see).unwrap();
    assert!(matches!(found.writable(), Err(Error::Deleted)));
    work::delete_or_restore(&db, None, &cast.lead, &found).unwrap();
    assert!(issue(&db, &cast.reporter, "ENG-1", see).is_ok());
}

#[test]
fn an_archived_project_can_be_read_and_takes_no_changes() {
    let (_test, db, cast) = stage();
    work::issue(&db, cast.eng, &cast.reporter, "Old");
    let access = project(&db, &cast.lead, "ENG", Action::EditProject).unwrap();
    assert!(access.writable().is_ok());
    let patch = ProjectPatch {
        archived: Some(true),
        ..ProjectPatch::default()
    };
    db.write(|tx| projects::update(tx, &access, &patch))
        .unwrap();
    let found = issue(&db, &cast.reporter, "ENG-1", Action::SeeProject).unwrap();
    assert!(matches!(found.writable(), Err(Error::Archived)));
    assert!(matches!(found.access.writable(), Err(Error::Archived)));
}

#[test]
fn a_parent_that_does_not_exist_for_the_reader_is_left_out() {
    let (_test, db, cast) = stage();
    let parent = work::issue(&db, cast.app, &cast.lead, "Epic");
    let own = work::issue(&db, cast.app, &cast.reporter, "Own epic");
    for (title, parent) in [("Under the lead's", parent.id), ("Under their own", own.id)] {
        let fields = IssueFields {
            parent_id: Some(parent),
            ..work::fields(&db, cast.app, title)
        };
        work::insert(&db, None, cast.app, &cast.reporter, &fields).unwrap();
    }
    let parent_of = |who: &Actor, key: &str| {
        let found = issue(&db, who, key, Action::SeeProject).unwrap();
        found.render().parent
    };
    assert_eq!(parent_of(&cast.lead, "APP-3").as_deref(), Some("APP-1"));
    assert_eq!(parent_of(&cast.reporter, "APP-3"), None);
    assert_eq!(parent_of(&cast.reporter, "APP-4").as_deref(), Some("APP-2"));
}

#[test]
fn an_event_is_told_to_those_for_whom_its_issue_exists() {
    let (_test, db, cast) = stage();
    let scope = |who: &Actor| -> Scope { db.read(|conn| access::scope(conn, who)).unwrap() };
    let reporter = scope(&cast.reporter);
    let own = Some(cast.reporter.id);
    let other = Some(cast.reporter2.id);
    assert!(reporter.may_hear(cast.app, own, false));
    assert!(!reporter.may_hear(cast.app, other, false));
    assert!(
        reporter.may_hear(cast.app, None, false),
        "about the project itself"
    );
    assert!(!reporter.may_hear(cast.app, own, true), "internal");
    assert!(reporter.may_hear(cast.eng, other, false));
    assert!(!reporter.may_hear(cast.sec, own, false));
    let developer = scope(&cast.developer);
    assert!(developer.may_hear(cast.sec, other, true));
    assert!(!scope(&cast.maintainer).may_hear(cast.sec, None, false));
}

#[test]
fn a_session_holds_until_it_is_revoked_over_or_its_account_is_deactivated() {
    let (test, db, cast) = stage();
    let actor = |who: &Actor| {
        db.read(|conn| access::actor(conn, who.session, who.id))
            .unwrap()
    };
    assert_eq!(actor(&cast.reporter).as_ref(), Some(&cast.reporter));
    // Somebody else's session is none of theirs.
    let mixed = db.read(|conn| access::actor(conn, cast.admin.session, cast.reporter.id));
    assert_eq!(mixed.unwrap(), None);

    db.write(|tx| accounts::revoke_session(tx, cast.reporter.id, cast.reporter.session))
        .unwrap();
    assert_eq!(actor(&cast.reporter), None);

    let off = AccountChange {
        active: Some(false),
        ..AccountChange::default()
    };
    db.write(|tx| accounts::update(tx, cast.viewer.id, &off))
        .unwrap();
    assert_eq!(actor(&cast.viewer), None);

    let mut conn = test.superuser();
    let lead = cast.lead.session;
    sql::run(
        &mut conn,
        &format!("update session set expires_at = now() - interval '1 second' where id = '{lead}'"),
    )
    .unwrap();
    assert_eq!(actor(&cast.lead), None);

    // The role is what it is now, not what it was at sign-in.
    let promoted = AccountChange {
        role: Some("maintainer"),
        ..AccountChange::default()
    };
    db.write(|tx| accounts::update(tx, cast.reporter2.id, &promoted))
        .unwrap();
    assert_eq!(actor(&cast.reporter2).unwrap().role, Role::Maintainer);
}

#[test]
fn use_of_a_session_is_noted_to_the_minute() {
    let (test, db, cast) = stage();
    let session = cast.developer.session;
    let mut conn = test.superuser();
    let seen = format!("select last_seen_at from session where id = '{session}'");
    let use_it = || {
        db.read(|conn| access::actor(conn, session, cast.developer.id))
            .unwrap()
            .unwrap()
    };
    let before = sql::value(&mut conn, &seen);
    use_it();
    assert_eq!(sql::value(&mut conn, &seen), before, "within the minute");
    sql::run(
        &mut conn,
        &format!(
            "update session set last_seen_at = now() - interval '2 minutes' where id = '{session}'"
        ),
    )
    .unwrap();
    use_it();
    let ago = format!(
        "select extract(epoch from now() - last_seen_at) < 60 from session where id = '{session}'"
    );
    assert_eq!(sql::value(&mut conn, &ago), "true");
    // Renewing lets it last on.
    let lasts = format!(
        "select expires_at > now() + interval '29 days' from session where id = '{session}'"
    );
    sql::run(
        &mut conn,
        &format!("update session set expires_at = now() + interval '1 day' where id = '{session}'"),
    )
    .unwrap();
    assert_eq!(sql::value(&mut conn, &lasts), "false");
    db.write(|tx| accounts::renew_session(tx, session)).unwrap();
    assert_eq!(sql::value(&mut conn, &lasts), "true");
    assert!(Duration::days(accounts::SESSION_DAYS) > Duration::days(29));
}

#[test]
fn changes_of_the_project_itself_reach_every_issue_of_it_also_deleted_ones() {
    let (_test, db, cast) = stage();
    let gone = work::issue(&db, cast.eng, &cast.reporter, "Deleted").id;
    work::delete_or_restore(&db, None, &cast.lead, &work::load(&db, gone)).unwrap();
    let elsewhere = work::issue(&db, cast.app, &cast.reporter, "In another project").id;
    let access = project(&db, &cast.maintainer, "ENG", Action::ManageLabels).unwrap();
    let find = |id| db.read(|conn| access::any_issue(conn, &access, id));
    assert_eq!(find(gone).unwrap().issue.title, "Deleted");
    for id in [elsewhere, Uuid::new_v4()] {
        assert!(matches!(find(id), Err(Error::NotFound)));
    }
}

#[test]
fn without_a_named_project_a_list_is_about_all_that_exist() {
    let (_test, db, cast) = stage();
    let named = db.read(|conn| access::list_scope(conn, &cast.viewer, None));
    let all = db.read(|conn| access::scope(conn, &cast.viewer));
    assert_eq!(named.unwrap(), all.unwrap());
}

#[test]
fn parents_and_assignments_are_known() {
    let (_test, db, cast) = stage();
    let parent = work::issue(&db, cast.app, &cast.lead, "Epic").id;
    let fields = IssueFields {
        parent_id: Some(parent),
        assignee_id: Some(cast.developer.id),
        ..work::fields(&db, cast.app, "Part of it")
    };
    let child = work::insert(&db, None, cast.app, &cast.lead, &fields)
        .unwrap()
        .id;
    let parent_of = |id| db.read(|conn| store::issues::parent_of(conn, id));
    assert_eq!(parent_of(child).unwrap(), Some(parent));
    assert_eq!(parent_of(parent).unwrap(), None);
    assert!(matches!(parent_of(Uuid::new_v4()), Err(Error::NotFound)));
}
