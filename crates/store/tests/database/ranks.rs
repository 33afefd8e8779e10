//! The order that people make: whoever places what, and however many at once, it is one order.

use domain::board::Place;
use domain::rank;
use std::thread;
use store::Error;
use testkit::{Cast, Dice, TestDb, cast, sql, work};
use uuid::Uuid;

struct World {
    test: TestDb,
    db: store::Db,
    cast: Cast,
    issues: Vec<Uuid>,
}

fn world(issues: usize) -> World {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let issues = (0..issues)
        .map(|n| work::issue(&db, cast.eng, &cast.lead, &format!("Issue {n}")).id)
        .collect();
    World {
        test,
        db,
        cast,
        issues,
    }
}

impl World {
    /// Numbers of the project's issues, by rank.
    fn order(&self) -> Vec<String> {
        let mut conn = self.test.superuser();
        sql::rows(&mut conn, "select number from issue order by rank")
    }

    fn place(&self, at: usize, place: &Place) -> bool {
        let issue = self.issues[at];
        work::place(&self.db, None, &self.cast.lead, issue, place).unwrap()
    }

    fn before(&self, at: usize) -> Place {
        Place::Before(self.issues[at].to_string())
    }

    fn after(&self, at: usize) -> Place {
        Place::After(self.issues[at].to_string())
    }
}

#[test]
fn a_new_issue_stands_last_with_the_rank_of_its_number() {
    let world = world(3);
    let mut conn = world.test.superuser();
    let ranks = sql::rows(&mut conn, "select rank from issue order by number");
    assert_eq!(ranks, [1, 2, 3].map(rank::initial));
    assert!(world.place(0, &Place::Bottom));
    work::issue(&world.db, world.cast.eng, &world.cast.lead, "Newer");
    assert_eq!(world.order(), ["2", "3", "1", "4"]);
}

#[test]
fn an_issue_goes_exactly_where_it_was_put() {
    let world = world(5);
    assert!(world.place(4, &world.before(1)));
    assert_eq!(world.order(), ["1", "5", "2", "3", "4"]);
    assert!(world.place(0, &world.after(2)));
    assert_eq!(world.order(), ["5", "2", "3", "1", "4"]);
    assert!(world.place(3, &Place::Top));
    assert_eq!(world.order(), ["4", "5", "2", "3", "1"]);
    assert!(world.place(1, &Place::Bottom));
    assert_eq!(world.order(), ["4", "5", "3", "1", "2"]);
}

#[test]
fn what_stands_there_already_is_not_changed() {
    let world = world(3);
    for (at, place) in [
        (0, Place::Top),
        (2, Place::Bottom),
        (0, world.before(1)),
        (1, world.after(0)),
        (1, world.before(1)),
        (1, world.after(1)),
    ] {
        assert!(!world.place(at, &place), "{at} {place:?}");
    }
    let mut conn = world.test.superuser();
    let changes = "select count(*) from event where kind = 'issue.updated'";
    assert_eq!(sql::number(&mut conn, changes), 0);
}

#[test]
fn many_who_drag_and_report_at_once_make_one_order_without_equals() {
    let world = world(8);
    thread::scope(|scope| {
        for n in 0..4_u64 {
            let world = &world;
            scope.spawn(move || {
                let mut dice = Dice::new(n);
                for turn in 0..40 {
                    if turn % 8 == 7 {
                        work::issue(&world.db, world.cast.eng, &world.cast.lead, "Meanwhile");
                    }
                    let issue = *dice.pick(&world.issues);
                    // All aim at the same few gaps.
                    let other = dice.pick(&world.issues[..2]).to_string();
                    let place = match dice.below(4) {
                        0 => Place::Top,
                        1 => Place::Bottom,
                        2 => Place::Before(other),
                        _ => Place::After(other),
                    };
                    match work::place(&world.db, None, &world.cast.lead, issue, &place) {
                        Ok(_) | Err(Error::Stale) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    let mut conn = world.test.superuser();
    let count = |conn: &mut _, what: &str| sql::number(conn, &format!("select {what} from issue"));
    assert_eq!(count(&mut conn, "count(*)"), 28);
    assert_eq!(count(&mut conn, "count(distinct rank)"), 28);
    assert!(count(&mut conn, "max(length(rank))") < 40);
    let untold = "select count(*) from issue i where rank <> (
         select new #>> '{}' from event e where e.issue_id = i.id and field = 'rank' order by version desc limit 1)";
    assert_eq!(sql::number(&mut conn, untold), 0);
}
