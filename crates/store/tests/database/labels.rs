//! Labels and versions of a project.

use chrono::NaiveDate;
use domain::label::{Label, LabelPatch, NewLabel, NewVersion, Version, VersionPatch};
use store::{Db, Error, Result, labels};
use testkit::{Cast, TestDb, cast, work};
use uuid::Uuid;

fn stage() -> (TestDb, Db, Cast) {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    (test, db, cast)
}

fn add(db: &Db, project: Uuid, name: &str) -> Result<Label> {
    let new = NewLabel {
        name: name.into(),
        colour: None,
        description: None,
    };
    db.write(|tx| labels::insert_label(tx, project, &new))
}

fn release(db: &Db, project: Uuid, name: &str, on: Option<NaiveDate>) -> Result<Version> {
    let new = NewVersion {
        name: name.into(),
        released_on: on,
    };
    db.write(|tx| labels::insert_version(tx, project, &new))
}

#[test]
fn a_label_is_found_by_name_or_id_in_its_own_project() {
    let (_test, db, cast) = stage();
    let ui = add(&db, cast.app, "UI").unwrap();
    assert_eq!(ui.colour, domain::label::COLOUR_DEFAULT);
    add(&db, cast.app, "api").unwrap();
    let find = |project, word: &str| db.read(|conn| labels::label(conn, project, word));
    for word in ["UI", "ui", &ui.id.to_string()] {
        assert_eq!(find(cast.app, word).unwrap(), ui);
        assert!(matches!(find(cast.eng, word), Err(Error::NotFound)));
    }
    for word in ["", "u", "u\0i"] {
        assert!(
            matches!(find(cast.app, word), Err(Error::NotFound)),
            "{word:?}"
        );
    }
    let all = db.read(|conn| labels::labels(conn, cast.app)).unwrap();
    let names: Vec<&str> = all.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["api", "UI"], "by name, whatever the case");
}

#[test]
fn a_labels_name_is_taken_once_per_project() {
    let (_test, db, cast) = stage();
    let ui = add(&db, cast.app, "ui").unwrap();
    add(&db, cast.app, "api").unwrap();
    add(&db, cast.eng, "ui").unwrap();
    let taken = |result: Result<Label>| matches!(result, Err(Error::Constraint(name)) if name == "label_project_id_name_key");
    assert!(taken(add(&db, cast.app, "UI")));
    let rename = |name: &str| {
        let patch = LabelPatch {
            name: Some(name.into()),
            colour: Some("#0f766e".into()),
            description: None,
        };
        db.write(|tx| labels::update_label(tx, &ui, &patch))
    };
    assert!(taken(rename("Api")));
    let renamed = rename("UX").unwrap();
    assert_eq!((renamed.id, renamed.colour.as_str()), (ui.id, "#0f766e"));
    db.write(|tx| labels::delete_label(tx, ui.id)).unwrap();
    let gone = db.write(|tx| labels::delete_label(tx, ui.id));
    assert!(matches!(gone, Err(Error::NotFound)));
}

#[test]
fn names_become_labels_all_or_none() {
    let (_test, db, cast) = stage();
    add(&db, cast.app, "ui").unwrap();
    add(&db, cast.app, "API").unwrap();
    add(&db, cast.eng, "elsewhere").unwrap();
    let by_names = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        db.read(|conn| labels::by_names(conn, cast.app, &names))
            .unwrap()
            .map(|found| found.into_iter().map(|l| l.name).collect::<Vec<_>>())
    };
    assert_eq!(
        by_names(&["UI", "api", "ui"]),
        Ok(vec!["API".into(), "ui".into()])
    );
    assert_eq!(by_names(&[]), Ok(Vec::new()));
    assert_eq!(by_names(&["ui", "elsewhere"]), Err("elsewhere".into()));
}

#[test]
fn versions_are_listed_unreleased_first_then_newest() {
    let (_test, db, cast) = stage();
    let day = |d| NaiveDate::from_ymd_opt(2026, 1, d);
    release(&db, cast.app, "1.0", day(1)).unwrap();
    release(&db, cast.app, "1.1", day(20)).unwrap();
    let next = release(&db, cast.app, "2.0", None).unwrap();
    let names = || -> Vec<String> {
        let all = db.read(|conn| labels::versions(conn, cast.app)).unwrap();
        all.into_iter().map(|v| v.name).collect()
    };
    assert_eq!(names(), ["2.0", "1.1", "1.0"]);
    let find = |project, word: &str| db.read(|conn| labels::version(conn, project, word));
    assert_eq!(find(cast.app, "2.0").unwrap().id, next.id);
    assert_eq!(find(cast.app, &next.id.to_string()).unwrap().name, "2.0");
    assert!(matches!(find(cast.eng, "2.0"), Err(Error::NotFound)));
    assert!(matches!(find(cast.app, "2\0"), Err(Error::NotFound)));
    let change = |was: &Version, name: Option<&str>, released_on| {
        let patch = VersionPatch {
            name: name.map(Into::into),
            released_on,
        };
        db.write(|tx| labels::update_version(tx, was, &patch))
    };
    let out = change(&next, None, Some(day(10))).unwrap();
    assert_eq!((out.name.as_str(), out.released_on), ("2.0", day(10)));
    assert_eq!(names(), ["1.1", "2.0", "1.0"]);
    let back = change(&out, Some("2.1"), Some(None)).unwrap();
    assert_eq!((back.name.as_str(), back.released_on), ("2.1", None));
    let taken = change(&back, Some("1.0"), None);
    assert!(
        matches!(taken, Err(Error::Constraint(name)) if name == "project_version_project_id_name_key")
    );
    assert!(release(&db, cast.app, "1.0", None).is_err());
}

#[test]
fn a_version_that_an_issue_still_names_cannot_go() {
    let (_test, db, cast) = stage();
    let used = release(&db, cast.app, "1.0", None).unwrap().id;
    let unused = release(&db, cast.app, "2.0", None).unwrap().id;
    let mut fields = work::fields(&db, cast.app, "Seen in 1.0");
    fields.affected_version_id = Some(used);
    work::insert(&db, None, cast.app, &cast.reporter, &fields).unwrap();
    let delete = |id| db.write(|tx| labels::delete_version(tx, id));
    assert!(
        matches!(delete(used), Err(Error::Constraint(name)) if name == "issue_affected_version_id_fkey")
    );
    delete(unused).unwrap();
    assert!(matches!(delete(unused), Err(Error::NotFound)));
}
