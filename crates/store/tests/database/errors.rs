//! What the database says becomes one of a few meanings.

use diesel::result::{DatabaseErrorKind, Error as Diesel};
use store::Error;
use store::db::Lock;
use store::error::meaning;
use testkit::{TestDb, sql};

fn told(kind: DatabaseErrorKind, message: &str) -> Error {
    Error::from(Diesel::DatabaseError(kind, Box::new(message.to_string())))
}

#[test]
fn what_passes_may_be_tried_again_and_what_does_not_is_our_fault() {
    for message in [
        "canceling statement due to statement timeout",
        "canceling statement due to lock timeout",
        "terminating connection due to administrator command",
        "the database system is starting up",
        "server closed the connection unexpectedly",
        "sorry, too many clients already",
    ] {
        let error = told(DatabaseErrorKind::Unknown, message);
        assert!(matches!(error, Error::Unavailable(_)), "{message}");
    }
    let deadlock = told(DatabaseErrorKind::Unknown, "deadlock detected");
    assert!(matches!(deadlock, Error::Deadlock));
    for kind in [
        DatabaseErrorKind::ClosedConnection,
        DatabaseErrorKind::UnableToSendCommand,
        DatabaseErrorKind::SerializationFailure,
    ] {
        assert!(matches!(told(kind, "x"), Error::Unavailable(_)));
    }
    assert!(matches!(
        Error::from(Diesel::BrokenTransactionManager),
        Error::Unavailable(_)
    ));
    let fault = told(DatabaseErrorKind::Unknown, "column \"x\" does not exist");
    assert!(matches!(fault, Error::Database(_)));
    assert!(matches!(
        Error::from(Diesel::AlreadyInTransaction),
        Error::Database(_)
    ));
    assert!(matches!(Error::from(Diesel::NotFound), Error::NotFound));
    let nameless = told(DatabaseErrorKind::UniqueViolation, "x");
    assert!(matches!(nameless, Error::Constraint(name) if name == "unknown"));
}

#[test]
fn of_two_who_wait_for_each_other_one_is_told_to_try_again() {
    let test = TestDb::new();
    let db = test.db();
    let both = std::sync::Barrier::new(2);
    let take = |first: Lock, second: Lock| {
        db.write(|tx| {
            tx.lock(first)?;
            both.wait();
            tx.lock(second)
        })
    };
    let (a, b) = std::thread::scope(|scope| {
        let other = scope.spawn(|| take(Lock::Seed, Lock::Admins));
        (take(Lock::Admins, Lock::Seed), other.join().unwrap())
    });
    let (well, told): (Vec<_>, Vec<_>) = [a, b].into_iter().partition(Result::is_ok);
    assert_eq!((well.len(), told.len()), (1, 1));
    assert!(matches!(told[0], Err(Error::Deadlock)), "{told:?}");
}

#[test]
fn every_constraint_with_a_meaning_exists() {
    let test = TestDb::new();
    let mut conn = test.superuser();
    let names = sql::rows(
        &mut conn,
        "select conname::text from pg_constraint
         union select indexname::text from pg_indexes where schemaname = 'public'",
    );
    let with_meaning: Vec<&String> = names.iter().filter(|n| meaning(n).is_some()).collect();
    assert_eq!(with_meaning.len(), 11, "{with_meaning:?}");
    assert_eq!(meaning("issue_parent_check").unwrap().0, "parent");
    assert_eq!(meaning("issue_status_id_fkey"), None);
}

#[test]
fn an_error_reads_as_one_line() {
    for (error, text) in [
        (Error::NotFound, "not found"),
        (Error::Stale, "stale version"),
        (Error::Archived, "archived"),
        (Error::Deleted, "deleted"),
        (Error::LastOne, "last one"),
        (Error::Constraint("x".into()), "constraint x"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
