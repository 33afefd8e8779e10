//! A random history, and what the statistics of it must be, counted one by one.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::issue::Resolution;
use domain::stats::DailyStat;
use store::Db;
use store::projects::StoredWorkflow;
use testkit::{Cast, Dice, work};
use uuid::Uuid;

/// From an instant on, an issue was so.
struct Was {
    at: DateTime<Utc>,
    status: Uuid,
    deleted: bool,
    /// It closed at that instant.
    closed: bool,
}

/// One issue's life.
pub struct Told {
    pub issue: Uuid,
    project: Uuid,
    reporter: Uuid,
    lives: Vec<Was>,
}

/// Tells a history of issues in APP, ENG and OPS between two instants.
pub fn tell(
    db: &Db,
    cast: &Cast,
    seed: u64,
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Vec<Told> {
    let mut dice = Dice::new(seed);
    let projects = [cast.app, cast.eng, cast.ops].map(|p| (p, work::workflow(db, p)));
    let minutes = usize::try_from((end - begin).num_minutes()).unwrap();
    let offset = |dice: &mut Dice, below: usize| {
        Duration::minutes(i64::try_from(dice.below(below.max(1))).unwrap())
    };
    (0..40)
        .map(|n| {
            let (project, workflow) = dice.pick(&projects);
            let reporter = *dice.pick(&[&cast.reporter, &cast.reporter2]);
            let place = if dice.one_in(4) {
                dice.below(workflow.ids.len())
            } else {
                0
            };
            let open = |place: usize| workflow.workflow.statuses[place].category.is_open();
            let mut fields = work::plain(workflow.ids[place], &format!("Told {n}"));
            fields.resolution = (!open(place)).then_some(Resolution::Complete);
            let mut at = begin + offset(&mut dice, minutes - 10);
            let issue = work::insert(db, Some(at), *project, reporter, &fields)
                .unwrap()
                .id;
            let mut lives = vec![Was {
                at,
                status: workflow.ids[place],
                deleted: false,
                closed: !open(place),
            }];
            let mut place = place;
            loop {
                at += Duration::minutes(1) + offset(&mut dice, minutes / 4);
                if at >= end {
                    break;
                }
                let deleted = lives.last().unwrap().deleted;
                if deleted || dice.one_in(7) {
                    let was = work::load(db, issue);
                    work::delete_or_restore(db, Some(at), &cast.lead, &was).unwrap();
                    lives.push(Was {
                        at,
                        status: workflow.ids[place],
                        deleted: !deleted,
                        closed: false,
                    });
                    continue;
                }
                let next = dice.below(workflow.ids.len());
                if next == place {
                    continue;
                }
                work::change(db, Some(at), &cast.lead, issue, |f| {
                    f.status_id = workflow.ids[next];
                })
                .unwrap();
                lives.push(Was {
                    at,
                    status: workflow.ids[next],
                    deleted: false,
                    closed: open(place) && !open(next),
                });
                place = next;
            }
            Told {
                issue,
                project: *project,
                reporter: reporter.id,
                lives,
            }
        })
        .collect()
}

/// A project's key, id and workflow.
pub type Project = (&'static str, Uuid, StoredWorkflow);

/// All five, by key.
pub fn projects(db: &Db, cast: &Cast) -> Vec<Project> {
    [
        ("APP", cast.app),
        ("ENG", cast.eng),
        ("HELP", cast.help),
        ("OPS", cast.ops),
        ("SEC", cast.sec),
    ]
    .map(|(key, id)| (key, id, work::workflow(db, id)))
    .into()
}

/// The statistics of days, counted issue by issue, as far as the reader's eyes go.
pub fn counted(
    told: &[Told],
    projects: &[Project],
    days: (NaiveDate, NaiveDate),
    sees: impl Fn(&Told) -> bool,
) -> Vec<DailyStat> {
    let mut items = Vec::new();
    for day in days.0.iter_days().take_while(|day| *day <= days.1) {
        let end = (day + Duration::days(1))
            .and_hms_opt(0, 0, 0)
            .unwrap()
            .and_utc();
        for (key, project, workflow) in projects {
            for (status, id) in workflow.workflow.statuses.iter().zip(&workflow.ids) {
                let mut item = DailyStat {
                    day,
                    project: (*key).into(),
                    status: status.slug.clone(),
                    name: status.name.clone(),
                    category: status.category,
                    count: 0,
                    created: 0,
                    resolved: 0,
                };
                for one in told.iter().filter(|t| t.project == *project && sees(t)) {
                    let on_the_day = |was: &Was| was.at.date_naive() == day && was.status == *id;
                    let last = one.lives.iter().rfind(|was| was.at < end);
                    item.count += i64::from(last.is_some_and(|w| w.status == *id && !w.deleted));
                    item.created += i64::from(on_the_day(&one.lives[0]));
                    let closed = one.lives.iter().filter(|w| w.closed && on_the_day(w));
                    item.resolved += i64::try_from(closed.count()).unwrap();
                }
                items.push(item);
            }
        }
    }
    items
}

impl Told {
    /// Whether that person reported it.
    pub fn is_of(&self, who: Uuid) -> bool {
        self.reporter == who
    }

    /// Whether it is in that project.
    pub fn is_in(&self, project: Uuid) -> bool {
        self.project == project
    }
}
