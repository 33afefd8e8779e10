//! What somebody uploads in a day is counted as a whole, also when they do so at once.

use store::Db;
use store::uploads::{self, Counted};
use testkit::{Cast, TestDb, cast, sql};
use uuid::Uuid;

const QUOTA: i64 = 1000;

fn stage() -> (TestDb, Db, Cast) {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    (test, db, cast)
}

fn count(db: &Db, account: Uuid, bytes: i64) -> (Uuid, Counted) {
    let id = Uuid::now_v7();
    let counted = db.write(|tx| uploads::count(tx, account, id, bytes, QUOTA));
    (id, counted.unwrap())
}

#[test]
fn what_fits_counts_and_what_does_not_says_when_it_will() {
    let (test, db, cast) = stage();
    let lead = cast.lead.id;
    let mut conn = test.superuser();
    for (bytes, hours) in [(500, 20), (300, 10), (200, 1)] {
        let (id, counted) = count(&db, lead, bytes);
        assert_eq!(counted, Counted::Fits);
        let past =
            format!("update upload set at = at - interval '{hours} hours' where id = '{id}'");
        sql::run(&mut conn, &past).unwrap();
    }
    assert_eq!(db.read(|conn| uploads::used(conn, lead)).unwrap(), QUOTA);
    for (bytes, hours) in [
        (1, 4),
        (500, 4),
        (501, 14),
        (800, 14),
        (801, 23),
        (1000, 23),
    ] {
        let (_, counted) = count(&db, lead, bytes);
        let Counted::Later(seconds) = counted else {
            panic!("{bytes}: {counted:?}");
        };
        let full = hours * 3600;
        assert!((full - 60..=full).contains(&seconds), "{bytes}: {seconds}");
    }
    assert_eq!(count(&db, lead, 1001).1, Counted::Never);
    assert_eq!(count(&db, lead, 0).1, Counted::Fits);
    assert_eq!(count(&db, cast.developer.id, QUOTA).1, Counted::Fits);
    let old = "update upload set at = at - interval '5 hours' where bytes = 500";
    sql::run(&mut conn, old).unwrap();
    let (id, counted) = count(&db, lead, 500);
    assert_eq!(counted, Counted::Fits);
    db.write(|tx| uploads::uncount(tx, id)).unwrap();
    assert_eq!(db.read(|conn| uploads::used(conn, lead)).unwrap(), 500);
    assert_eq!(db.write(uploads::prune).unwrap(), 1);
}

#[test]
fn together_they_never_exceed_it() {
    let (_test, db, cast) = stage();
    let fits = |_| {
        let (db, account) = (db.clone(), cast.lead.id);
        move || {
            let all = (0..20).map(|_| count(&db, account, 30).1);
            all.filter(|counted| *counted == Counted::Fits).count()
        }
    };
    let taken: usize = std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(fits).map(|f| scope.spawn(f)).collect();
        all.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert_eq!(taken, 33);
    let used = db.read(|conn| uploads::used(conn, cast.lead.id)).unwrap();
    assert_eq!(used, 990);
}
