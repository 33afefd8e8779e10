//! Many issues of every kind, and the truth about them to compare lists and reports with.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::issue::{IssueType, Priority, Resolution, Severity};
use domain::label::NewLabel;
use store::issues::StoredIssue;
use store::{Db, Error, labels, personal};
use testkit::{Cast, Dice, TestDb, cast, work};
use uuid::Uuid;

pub struct World {
    /// Removed at the end, not before.
    pub _test: TestDb,
    pub db: Db,
    pub cast: Cast,
    /// Every issue, deleted ones included.
    pub truth: Vec<StoredIssue>,
}

const TITLES: &[&str] = &[
    "Invoice is blank",
    "invoice is BLANK",
    "A 50% discount is 50 %",
    "under_score",
    "underXscore",
    "\u{c4}rger mit Umlauten",
    "\u{e4}rger mit Umlauten",
    "zebra",
    "Back\\slash",
    "7 of 9",
];

/// 160 issues in APP, ENG and SEC; many values occur more than once, instants too.
pub fn world(seed: u64) -> World {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let mut dice = Dice::new(seed);
    let projects = [cast.app, cast.eng, cast.sec].map(|project| {
        let labels: Vec<Uuid> = db
            .write(|tx| {
                let mut ids = Vec::new();
                for name in ["ui", "API", "later"] {
                    let new = NewLabel {
                        name: name.into(),
                        colour: Some("#112233".into()),
                        description: None,
                    };
                    ids.push(labels::insert_label(tx, project, &new)?.id);
                }
                Ok::<_, Error>(ids)
            })
            .unwrap();
        (project, work::workflow(&db, project), labels)
    });
    let mut votes = Dice::new(seed + 1);
    let begin: DateTime<Utc> = "2026-02-01T00:00:00Z".parse().unwrap();
    let truth = (0..160)
        .map(|_| {
            let (project, workflow, labels) = dice.pick(&projects);
            let place = dice.below(workflow.ids.len());
            let title: &&str = dice.pick(TITLES);
            let mut f = work::plain(workflow.ids[place], title);
            if !workflow.workflow.statuses[place].category.is_open() {
                f.resolution = Some(*dice.pick(Resolution::ALL));
            }
            f.type_ = *dice.pick(IssueType::ALL);
            f.severity = *dice.pick(Severity::ALL);
            f.priority = *dice.pick(Priority::ALL);
            f.story_points = (!dice.one_in(3)).then(|| *dice.pick(&[0, 1, 2, 3, 1000]));
            let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
            f.due_date = (!dice.one_in(3)).then(|| day + Duration::days(dice.below(9) as i64));
            f.label_ids = labels.clone();
            f.label_ids.retain(|_| dice.one_in(2));
            let people = [&cast.lead, &cast.developer, &cast.maintainer];
            f.assignee_id = (!dice.one_in(3)).then(|| dice.pick(&people).id);
            let reporters = [&cast.reporter, &cast.reporter2, &cast.lead];
            let reporter = *dice.pick(&reporters);
            let at = begin + Duration::hours(dice.below(40) as i64);
            let made = work::insert(&db, Some(at), *project, reporter, &f).unwrap();
            let later = at + Duration::hours(dice.below(4) as i64);
            if dice.one_in(3) {
                work::change(&db, Some(later), &cast.lead, made.id, |f| {
                    f.description.push('!');
                })
                .unwrap();
            }
            if dice.one_in(8) {
                let was = work::load(&db, made.id);
                work::delete_or_restore(&db, Some(later), &cast.lead, &was).unwrap();
            }
            db.write(|tx| {
                for voter in reporters.iter().take(votes.below(4)) {
                    personal::set_vote(tx, made.id, voter.id, true)?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
            work::load(&db, made.id).issue
        })
        .collect();
    World {
        _test: test,
        db,
        cast,
        truth,
    }
}
