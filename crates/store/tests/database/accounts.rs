//! Accounts, sign-ins and sessions.

use chrono::Duration;
use domain::user::{Kind, Role, Theme};
use store::access::Circle;
use store::accounts::{self, AccountChange, NewAccount, StoredAccount};
use store::attempts;
use store::{Db, Error};
use testkit::{Cast, TestDb, cast, sql};
use uuid::Uuid;

fn stage() -> (TestDb, Db, Cast) {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage_with(&db, Some("$2b$04$hash"));
    (test, db, cast)
}

fn find(db: &Db, word: &str) -> Option<StoredAccount> {
    db.read(|conn| accounts::find(conn, word)).unwrap()
}

#[test]
fn somebody_is_found_by_address_name_or_id_whatever_the_case() {
    let (_test, db, cast) = stage();
    for word in [
        "reporter",
        "Reporter",
        " reporter ",
        "reporter@example.com",
        "REPORTER@EXAMPLE.COM",
        &cast.reporter.id.to_string(),
    ] {
        assert_eq!(find(&db, word).unwrap().id, cast.reporter.id, "{word}");
    }
    let long = "x".repeat(400);
    for word in ["", "  ", "nobody", "repor", "%", "_eporter", "a\0b", &long] {
        assert!(find(&db, word).is_none(), "{word:?}");
    }
    let absent = db.read(|conn| accounts::by_id(conn, Uuid::new_v4()));
    assert!(matches!(absent, Err(Error::NotFound)));
}

#[test]
fn names_and_addresses_are_taken_once_whatever_the_case() {
    let (_test, db, _cast) = stage();
    let insert = |username: &str, email: &str| {
        db.write(|tx| {
            accounts::insert(
                tx,
                &NewAccount {
                    username,
                    email,
                    display_name: "Somebody",
                    role: Role::Reporter,
                    kind: Kind::Service,
                    awaits_admin: false,
                    password_hash: None,
                },
            )
        })
    };
    let refused = |result: store::Result<Uuid>| match result {
        Err(Error::Constraint(name)) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(insert("REPORTER", "new@example.com")),
        "account_username_key"
    );
    assert_eq!(
        refused(insert("new", "reporter@example.com")),
        "account_email_key"
    );
    assert!(insert("new", "new@example.com").is_ok());
}

#[test]
fn admins_see_everything_about_an_account_and_others_its_names() {
    let (_test, db, cast) = stage();
    let account = find(&db, "maintainer").unwrap();
    let user = account.render().unwrap();
    assert_eq!(user.email.as_deref(), Some("maintainer@example.com"));
    assert_eq!(user.role, Some(Role::Maintainer));
    assert_eq!((user.kind, user.active), (Kind::Human, true));
    assert!(user.created_at.is_some() && user.last_login_at.is_none());
    let public = account.render_public().unwrap();
    assert_eq!(public.username, "maintainer");
    assert_eq!((public.email, public.role), (None, None));
    assert_eq!((public.created_at, public.last_login_at), (None, None));
    assert_eq!(account.password_hash.as_deref(), Some("$2b$04$hash"));
    let names = db
        .read(|conn| accounts::names(conn, vec![cast.lead.id, cast.lead.id, Uuid::new_v4()]))
        .unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!(names[&cast.lead.id].display_name, "Lead");
    let nobody = db.read(|conn| accounts::names(conn, Vec::new())).unwrap();
    assert!(nobody.is_empty());
}

#[test]
fn a_change_touches_what_it_names_and_counts() {
    let (_test, db, cast) = stage();
    let mut change = AccountChange {
        display_name: Some("R. Porter"),
        locale: Some("de"),
        timezone: Some("Europe/Vienna"),
        ..AccountChange::default()
    };
    change.theme(Some(Theme::Dark));
    db.write(|tx| accounts::update(tx, cast.reporter.id, &change))
        .unwrap();
    let now = find(&db, "reporter").unwrap();
    assert_eq!((now.version, now.role().unwrap()), (2, Role::Reporter));
    assert_eq!(now.render().unwrap().display_name, "R. Porter");
    let preferences = now.preferences().unwrap();
    assert_eq!(
        (
            preferences.locale.as_str(),
            preferences.timezone.as_str(),
            preferences.theme
        ),
        ("de", "Europe/Vienna", Theme::Dark)
    );
    let taken = AccountChange {
        email: Some("lead@example.com"),
        ..AccountChange::default()
    };
    let refused = db.write(|tx| accounts::update(tx, cast.reporter.id, &taken));
    assert!(matches!(refused, Err(Error::Constraint(name)) if name == "account_email_key"));
    let absent = db.write(|tx| accounts::update(tx, Uuid::new_v4(), &change));
    assert!(matches!(absent, Err(Error::NotFound)));
}

/// Counts a guess; the seconds that it must wait, 0 when it may be looked at.
fn guess(db: &Db, key: attempts::Key) -> u32 {
    let counted = db.write_one(|tx| attempts::count(tx, key)).unwrap();
    counted.err().unwrap_or(0)
}

#[test]
fn after_five_guesses_each_further_one_doubles_the_wait_up_to_a_quarter_of_an_hour() {
    let (test, db, _) = stage();
    let mut conn = test.superuser();
    let key = [7; 32];
    let passes = "update sign_in_attempt set free_at = free_at - interval '1 hour'";
    for free in 1..=5 {
        assert_eq!(guess(&db, key), 0, "{free}");
    }
    for further in 0..14 {
        let wait = (1 << further.min(20)).min(900);
        // Waiting moves nothing, however often somebody tries.
        for _ in 0..3 {
            let told = guess(&db, key);
            assert!((wait - 1..=wait).contains(&told), "{further}: {told}");
        }
        sql::run(&mut conn, passes).unwrap();
        assert_eq!(guess(&db, key), 0, "{further}");
    }
    let counted = sql::number(&mut conn, "select attempts from sign_in_attempt");
    assert_eq!(counted, 5 + 14 * 4);
    assert_eq!(guess(&db, [8; 32]), 0, "others do not wait");
    // A day of rest begins anew, and so does a right guess.
    assert!(guess(&db, key) > 0);
    let rest = "update sign_in_attempt set last_at = last_at - interval '25 hours'";
    sql::run(&mut conn, rest).unwrap();
    for free in 1..=5 {
        assert_eq!(guess(&db, key), 0, "{free}");
    }
    assert!(guess(&db, key) > 0);
    db.write_one(|tx| attempts::forget(tx, key)).unwrap();
    assert_eq!(guess(&db, key), 0);
    sql::run(&mut conn, rest).unwrap();
    db.write(store::jobs::prune).unwrap();
    assert_eq!(
        sql::number(&mut conn, "select count(*) from sign_in_attempt"),
        0
    );
}

#[test]
fn of_many_guesses_at_once_each_is_counted_and_few_are_looked_at() {
    let (test, db, _) = stage();
    let passed: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| (0..10).filter(|_| guess(&db, [7; 32]) == 0).count()))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    // Another may pass where the first wait ends while they are counted.
    assert!((5..=6).contains(&passed), "{passed}");
    let mut conn = test.superuser();
    assert_eq!(
        sql::number(&mut conn, "select attempts from sign_in_attempt"),
        100
    );
}

#[test]
fn a_good_sign_in_is_noted() {
    let (_test, db, cast) = stage();
    db.write_one(|tx| accounts::signed_in(tx, cast.reporter.id))
        .unwrap();
    let now = find(&db, "reporter").unwrap();
    assert!(now.render().unwrap().last_login_at.is_some());
}

#[test]
fn sessions_are_listed_and_ended_one_by_one_or_all() {
    let (_test, db, cast) = stage();
    let me = cast.reporter.id;
    let begin = |agent: &str, lasts| {
        db.write(|tx| accounts::begin_session(tx, me, agent, "::1", lasts))
            .unwrap()
    };
    let day = Duration::days(1);
    let phone = begin("Phone\u{7}\n/1.0", day);
    let tablet = begin(&"T".repeat(1000), day);
    begin("Long over", -day);
    let list = |current| {
        db.read(|conn| accounts::sessions(conn, me, current))
            .unwrap()
    };
    let sessions = list(phone);
    assert_eq!(sessions.len(), 3, "the one of the cast and two more");
    assert_eq!(sessions[0].user_agent, "T".repeat(300), "newest first, cut");
    assert_eq!(
        (sessions[1].user_agent.as_str(), sessions[1].ip.as_str()),
        ("Phone/1.0", "::1")
    );
    assert_eq!(sessions.iter().filter(|s| s.current).count(), 1);

    let end = |account, id| db.write(|tx| accounts::revoke_session(tx, account, id));
    assert!(
        matches!(end(cast.lead.id, phone), Err(Error::NotFound)),
        "not theirs"
    );
    end(me, phone).unwrap();
    assert!(
        matches!(end(me, phone), Err(Error::NotFound)),
        "ended already"
    );
    let live = |ids| db.read(|conn| accounts::live_sessions(conn, ids)).unwrap();
    assert_eq!(
        live(vec![phone, tablet, Uuid::new_v4()]),
        [(tablet, me, Role::Reporter)]
    );
    let ended = db
        .write(|tx| accounts::revoke_sessions(tx, me, Some(tablet)))
        .unwrap();
    assert_eq!(ended, 2, "that of the cast and the one long over");
    assert_eq!(list(tablet).len(), 1);
    db.write(|tx| accounts::revoke_sessions(tx, me, None))
        .unwrap();
    assert!(list(tablet).is_empty());
    assert_eq!(
        live(vec![cast.lead.session]).len(),
        1,
        "others are not touched"
    );
}

#[test]
fn the_directory_is_searched_and_paged_by_user_name() {
    let (_test, db, cast) = stage();
    let list = |text: Option<&str>, active_only, after: Option<&str>, limit| -> Vec<String> {
        let found = db
            .read(|conn| accounts::list(conn, &Circle::Everybody, text, active_only, after, limit))
            .unwrap();
        found
            .into_iter()
            .map(|a| a.render().unwrap().username)
            .collect()
    };
    let count = |text, active| {
        db.read(|conn| accounts::count(conn, &Circle::Everybody, text, active))
            .unwrap()
    };
    let all = [
        "admin",
        "developer",
        "lead",
        "maintainer",
        "reporter",
        "reporter2",
        "viewer",
    ];
    assert_eq!(list(None, false, None, 100), all);
    assert_eq!(list(None, false, None, 3), all[..3]);
    assert_eq!(list(None, false, Some("LEAD"), 100), all[3..]);
    assert_eq!(
        list(Some("Report"), false, None, 100),
        ["reporter", "reporter2"]
    );
    for nothing in ["%", "_", "\\", "example.com"] {
        assert!(
            list(Some(nothing), false, None, 100).is_empty(),
            "{nothing}"
        );
        assert_eq!(count(Some(nothing), false), 0);
    }
    let off = AccountChange {
        active: Some(false),
        ..AccountChange::default()
    };
    db.write(|tx| accounts::update(tx, cast.reporter2.id, &off))
        .unwrap();
    assert_eq!(list(Some("report"), true, None, 100), ["reporter"]);
    assert_eq!((count(None, false), count(None, true)), (7, 6));
}

#[test]
fn admins_are_counted_while_active_and_human() {
    let (_test, db, cast) = stage();
    let count = || db.read(accounts::count_active_admins).unwrap();
    assert_eq!(count(), 1);
    db.write(|tx| {
        let robot = NewAccount {
            username: "robot",
            email: "robot@example.com",
            display_name: "Robot",
            role: Role::Admin,
            kind: Kind::Service,
            awaits_admin: false,
            password_hash: None,
        };
        accounts::insert(tx, &robot)
    })
    .unwrap();
    assert_eq!(count(), 1, "a program cannot be the last one in charge");
    let off = AccountChange {
        active: Some(false),
        ..AccountChange::default()
    };
    db.write(|tx| {
        tx.lock(store::db::Lock::Admins)?;
        let locked = accounts::by_id_for_update(tx, cast.admin.id)?;
        assert!(locked.active);
        accounts::update(tx, cast.admin.id, &off)
    })
    .unwrap();
    assert_eq!(count(), 0);
}

#[test]
fn whether_there_is_anybody_and_who_has_a_demo_password() {
    let test = TestDb::new();
    let db = test.db();
    assert!(!db.read(accounts::any).unwrap());
    let cast = cast::stage_with(&db, Some("$2b$04$demo"));
    assert!(db.read(accounts::any).unwrap());
    let off = AccountChange {
        active: Some(false),
        ..AccountChange::default()
    };
    let moved = AccountChange {
        email: Some("lead@company.test"),
        ..AccountChange::default()
    };
    db.write(|tx| {
        accounts::update(tx, cast.viewer.id, &off)?;
        accounts::update(tx, cast.lead.id, &moved)
    })
    .unwrap();
    let hashes = db.read(accounts::demo_hashes).unwrap();
    let names: Vec<&str> = hashes.iter().map(|h| h.0.as_str()).collect();
    assert_eq!(
        names,
        ["admin", "maintainer", "reporter", "reporter2", "developer"]
    );
    assert!(hashes.iter().all(|h| h.1 == "$2b$04$demo"));
}
