//! The filter language in SQL finds exactly what the same filter finds in memory: random filters over
//! random issues with a past, now and at instants of the past, for people who see more and less.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::filter::{
    Asking, Changed, Expr, Facts, Field, Flag, Kind, Op, Reason, Snapshot, Term, Test, Thing, Unit,
    Value, evaluate, parse,
};
use domain::issue::{IssueType, Priority, Resolution, Severity};
use domain::label::{NewLabel, NewVersion};
use domain::relation::RelationKind;
use domain::workflow::Category;
use serde_json::json;
use std::collections::BTreeMap;
use store::access::{self, Actor};
use store::attachments::{Becomes, Taker};
use store::events::NewEvent;
use store::issues::{IssueFields, StoredIssue, matching};
use store::{Db, Error, attachments, comments, labels, personal, relations};
use testkit::{Cast, Dice, TestDb, cast, work};
use uuid::Uuid;

/// Filters per run and seed.
const FILTERS: usize = 150;

/// A comment or file with its span of life.
struct Thrown {
    text: String,
    internal: bool,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

/// Everything about an issue that a filter can ask.
struct Story {
    versions: Vec<StoredIssue>,
    comments: Vec<Thrown>,
    files: Vec<Thrown>,
    watchers: Vec<Uuid>,
    voters: Vec<Uuid>,
}

/// A relation, in the direction in which it is kept, with its span of life.
struct Tie {
    kind: RelationKind,
    from: Uuid,
    to: Uuid,
    begin: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

struct World {
    _test: TestDb,
    db: Db,
    cast: Cast,
    keys: BTreeMap<Uuid, &'static str>,
    stories: Vec<Story>,
    ties: Vec<Tie>,
    begin: DateTime<Utc>,
}

const TEXTS: &[&str] = &[
    "",
    "Invoice is blank",
    "The invoice_total of APP-3 is wrong",
    "50% discount (again)",
    "\u{c4}rger mit der Rechnung",
    "log.txt of the big-endian host",
];

fn maybe<T: Copy>(dice: &mut Dice, all: &[T]) -> Option<T> {
    (!dice.one_in(3)).then(|| *dice.pick(all))
}

fn day(dice: &mut Dice) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + Duration::days(dice.below(12) as i64)
}

struct Place {
    project: Uuid,
    statuses: Vec<Uuid>,
    labels: Vec<Uuid>,
    versions: Vec<Uuid>,
}

fn place(db: &Db, project: Uuid) -> Place {
    let (labels, versions) = db
        .write(|tx| {
            let mut ids = (Vec::new(), Vec::new());
            for name in ["ui", "Needs design"] {
                let new = NewLabel {
                    name: name.into(),
                    colour: None,
                    description: None,
                };
                ids.0.push(labels::insert_label(tx, project, &new)?.id);
            }
            for name in ["1.0", "Next"] {
                let new = NewVersion {
                    name: name.into(),
                    released_on: None,
                };
                ids.1.push(labels::insert_version(tx, project, &new)?.id);
            }
            Ok::<_, Error>(ids)
        })
        .unwrap();
    Place {
        project,
        statuses: work::workflow(db, project).ids,
        labels,
        versions,
    }
}

fn edit(dice: &mut Dice, place: &Place, people: &[Uuid], parents: &[Uuid], f: &mut IssueFields) {
    f.status_id = *dice.pick(&place.statuses);
    if dice.one_in(2) {
        f.title = (*dice.pick(&TEXTS[1..])).to_string();
        f.description = (*dice.pick(TEXTS)).to_string();
        f.type_ = *dice.pick(IssueType::ALL);
    }
    f.severity = *dice.pick(Severity::ALL);
    f.priority = *dice.pick(Priority::ALL);
    f.story_points = maybe(dice, &[0, 1, 3, 8]);
    f.affected_version_id = maybe(dice, &place.versions);
    f.fixed_version_id = maybe(dice, &place.versions);
    f.assignee_id = maybe(dice, people);
    f.label_ids = place.labels.clone();
    f.label_ids.retain(|_| dice.one_in(2));
    f.due_date = (!dice.one_in(3)).then(|| day(dice));
    f.start_date = (!dice.one_in(3)).then(|| day(dice));
    if !parents.is_empty() && dice.one_in(3) {
        f.parent_id = Some(*dice.pick(parents));
    }
}

fn throw(dice: &mut Dice, after: DateTime<Utc>) -> Thrown {
    let from = after + Duration::hours(dice.below(90) as i64);
    Thrown {
        text: (*dice.pick(&TEXTS[1..])).to_string(),
        internal: dice.one_in(2),
        from,
        until: dice
            .one_in(3)
            .then(|| from + Duration::hours(1 + dice.below(90) as i64)),
    }
}

fn say(db: &Db, who: &Actor, issue: Uuid, comment: &Thrown) {
    let id = db.write(|tx| {
        tx.pretend_it_is(comment.from);
        comments::insert(tx, issue, who.id, None, &comment.text, comment.internal)
    });
    if let Some(until) = comment.until {
        db.write(|tx| {
            tx.pretend_it_is(until);
            let was = comments::by_id(tx, id.unwrap())?;
            comments::delete(tx, &was)
        })
        .unwrap();
    }
}

fn add_file(db: &Db, who: &Actor, project: Uuid, issue: Uuid, file: &Thrown) {
    let event = |kind, id: Uuid| {
        NewEvent::new(kind, Some(who.id))
            .project(project)
            .issue(issue)
            .internal(file.internal)
            .is(json!({"id": id}))
            .was(json!({"id": id}))
    };
    let id = db
        .write(|tx| {
            tx.pretend_it_is(file.from);
            let begun = attachments::begin(tx, who.id, &file.text)?;
            let contents = attachments::Contents {
                media_type: "text/plain".into(),
                size: 1,
                sha256: String::new(),
            };
            if !file.internal {
                attachments::finish(tx, begun.id, &contents, Becomes::FileOf(issue))?;
            } else {
                // A file of a note that says nothing, and which nobody finds otherwise.
                attachments::finish(tx, begun.id, &contents, Becomes::DraftOf(issue))?;
                let id = comments::insert(tx, issue, who.id, None, "", true)?;
                let was = comments::by_id(tx, id)?;
                comments::delete(tx, &was)?;
                let taker = Taker::Comment {
                    id,
                    issue,
                    internal: true,
                };
                attachments::take(tx, who.id, &[begun.id], taker)?;
            }
            tx.record(event(domain::event::EventKind::AttachmentCreated, begun.id));
            Ok::<_, Error>(begun.id)
        })
        .unwrap();
    if let Some(until) = file.until {
        db.write(|tx| {
            tx.pretend_it_is(until);
            attachments::delete(tx, id)?;
            tx.record(event(domain::event::EventKind::AttachmentDeleted, id));
            Ok::<_, Error>(())
        })
        .unwrap();
    }
}

/// Who of those that ask watches an issue, and who votes for it, whatever they did before.
fn take_sides(db: &Db, dice: &mut Dice, askers: &[&Actor], story: &mut Story) {
    let issue = story.versions[0].id;
    for who in askers {
        let (watching, vote) = (dice.one_in(2), dice.one_in(2));
        db.write(|tx| {
            personal::set_watching(tx, issue, who.id, watching)?;
            personal::set_vote(tx, issue, who.id, vote)
        })
        .unwrap();
        if watching {
            story.watchers.push(who.id);
        }
        if vote {
            story.voters.push(who.id);
        }
    }
}

fn tie(db: &Db, dice: &mut Dice, by: &Actor, begin: DateTime<Utc>, among: &[Story]) -> Option<Tie> {
    let (one, other) = (dice.pick(among), dice.pick(among));
    let (one, other) = (one.versions[0].id, other.versions[0].id);
    if one == other {
        return None;
    }
    let (from, to, kind) = relations::kept(one, *dice.pick(RelationKind::ALL), other);
    let begin = begin + Duration::hours(dice.below(200) as i64);
    let until = dice
        .one_in(2)
        .then(|| begin + Duration::hours(1 + dice.below(90) as i64));
    let made = db.write(|tx| {
        tx.pretend_it_is(begin);
        relations::insert(tx, by.id, from, kind, to)
    });
    // The same pair twice, which the table refuses.
    let id = made.ok()?;
    if let Some(until) = until {
        db.write(|tx| {
            tx.pretend_it_is(until);
            relations::end(tx, id)
        })
        .unwrap();
    }
    Some(Tie {
        kind,
        from,
        to,
        begin,
        until,
    })
}

fn world(seed: u64) -> World {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let mut dice = Dice::new(seed);
    let keys = BTreeMap::from([(cast.app, "APP"), (cast.eng, "ENG"), (cast.sec, "SEC")]);
    let places = [cast.app, cast.eng, cast.sec].map(|p| place(&db, p));
    let people = [cast.lead.id, cast.developer.id, cast.maintainer.id];
    let begin: DateTime<Utc> = "2026-03-01T06:30:00Z".parse().unwrap();
    let mut made: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    let mut stories: Vec<Story> = (0..70)
        .map(|_| {
            let place = dice.pick(&places);
            let reporter = *dice.pick(&[&cast.reporter, &cast.reporter2, &cast.lead]);
            let mut at = begin + Duration::hours(dice.below(150) as i64);
            let siblings = made.entry(place.project).or_default();
            let title: &&str = dice.pick(&TEXTS[1..]);
            let mut f = work::plain(place.statuses[0], title);
            edit(&mut dice, place, &people, siblings, &mut f);
            let workflow = work::workflow(&db, place.project);
            let first = workflow.ids.iter().position(|id| *id == f.status_id);
            if !workflow.workflow.statuses[first.unwrap()]
                .category
                .is_open()
            {
                f.resolution = Some(*dice.pick(Resolution::ALL));
            }
            let id = work::insert(&db, Some(at), place.project, reporter, &f)
                .unwrap()
                .id;
            let mut versions = vec![work::load(&db, id).issue];
            for _ in 0..dice.below(4) {
                at += Duration::hours(1 + dice.below(60) as i64);
                let was = work::load(&db, id);
                let changed = if dice.one_in(9) {
                    work::delete_or_restore(&db, Some(at), &cast.lead, &was)
                } else {
                    work::change(&db, Some(at), &cast.lead, id, |f| {
                        edit(&mut dice, place, &people, siblings, f);
                        f.external_ref = Some(Uuid::new_v4().to_string());
                    })
                };
                changed.unwrap();
                versions.push(work::load(&db, id).issue);
            }
            siblings.push(id);
            let mut story = Story {
                versions,
                comments: Vec::new(),
                files: Vec::new(),
                watchers: Vec::new(),
                voters: Vec::new(),
            };
            if dice.one_in(3) {
                story.comments.push(throw(&mut dice, begin));
                say(&db, &cast.lead, id, &story.comments[0]);
            }
            if dice.one_in(3) {
                story.files.push(throw(&mut dice, begin));
                add_file(&db, &cast.lead, place.project, id, &story.files[0]);
            }
            story
        })
        .collect();
    let askers = [&cast.lead, &cast.admin, &cast.reporter, &cast.maintainer];
    for story in &mut stories {
        take_sides(&db, &mut dice, &askers, story);
    }
    let ties = (0..150)
        .filter_map(|_| tie(&db, &mut dice, &cast.lead, begin, &stories))
        .collect();
    World {
        ties,
        _test: test,
        db,
        cast,
        keys,
        stories,
        begin,
    }
}

fn changes(versions: &[StoredIssue]) -> Vec<Changed> {
    versions
        .windows(2)
        .flat_map(|pair| {
            let (was, now) = (IssueFields::from(&pair[0]), IssueFields::from(&pair[1]));
            work::changes(&was, &now)
        })
        .filter_map(|(field, ..)| field.parse().ok())
        .collect()
}

fn snapshot(i: &StoredIssue) -> Snapshot {
    Snapshot {
        title: i.title.clone(),
        status: i.status.slug.clone(),
        category: i.status.category,
        type_: i.type_,
        severity: i.severity,
        priority: i.priority,
        resolution: i.resolution,
        assignee: i.assignee.clone().map(Into::into),
        labels: i.labels.iter().map(|l| l.name.clone()).collect(),
        affected: Some(i.affected_version.clone()),
        fixed: Some(i.fixed_version.clone()),
        points: i.story_points,
        due: i.due_date,
        start: Some(i.start_date),
    }
}

impl World {
    /// What somebody may know of an issue at an instant; nothing when it does not exist then or for
    /// them.
    fn facts(&self, story: &Story, who: &Actor, at: Option<DateTime<Utc>>) -> Option<Facts> {
        let until = |t: DateTime<Utc>| at.is_none_or(|at| t <= at);
        let past: Vec<&StoredIssue> = story
            .versions
            .iter()
            .filter(|v| until(v.updated_at))
            .collect();
        let i = *past.last()?;
        let staff = !who.username.starts_with("reporter");
        let own_only = !staff && i.project_id == self.cast.app;
        let sees = self.sees(i, who);
        // What is deleted today did not exist in the past either, but for leads.
        let gone = story.versions.last()?.deleted_at.is_some()
            && !matches!(who.username.as_str(), "lead" | "admin");
        if !sees || gone || i.deleted_at.is_some() {
            return None;
        }
        let known: Vec<StoredIssue> = past.iter().map(|v| (*v).clone()).collect();
        let parent = i.parent_id.and_then(|id| {
            let parent = &self
                .stories
                .iter()
                .find(|s| s.versions[0].id == id)?
                .versions[0];
            let exists = !own_only || parent.reporter.username == who.username;
            exists.then(|| format!("{}-{}", self.keys[&parent.project_id], parent.number))
        });
        let there = |t: &&Thrown| {
            (staff || !t.internal) && until(t.from) && t.until.is_none_or(|end| !until(end))
        };
        let last = |id: Uuid| self.stories.iter().find(|s| s.versions[0].id == id);
        // A partner or a part that is deleted today is none, not even for those who see it.
        let here = |story: &Story| {
            let last = story.versions.last();
            last.is_some_and(|v| v.deleted_at.is_none() && self.sees(v, who))
        };
        let then = |story: &'_ Story| -> Option<StoredIssue> {
            let mut versions = story.versions.iter();
            versions.rfind(|v| until(v.updated_at)).cloned()
        };
        let ties: Vec<(RelationKind, &Story)> = self
            .ties
            .iter()
            .filter(|t| until(t.begin) && t.until.is_none_or(|end| !until(end)))
            .filter_map(|t| match i.id {
                id if id == t.from => Some((t.kind, last(t.to)?)),
                id if id == t.to => Some((t.kind.inverse(), last(t.from)?)),
                _ => None,
            })
            .filter(|(_, other)| here(other))
            .collect();
        let key = |i: &StoredIssue| format!("{}-{}", self.keys[&i.project_id], i.number);
        let blocked = ties.iter().any(|(kind, other)| {
            *kind == RelationKind::BlockedBy
                && then(other).is_some_and(|o| o.resolved_at.is_none() && o.deleted_at.is_none())
        });
        let has_parts = self.stories.iter().filter(|s| here(s)).any(|s| {
            then(s).is_some_and(|part| part.parent_id == Some(i.id) && part.deleted_at.is_none())
        });
        let texts = |t: &Thrown| t.text.clone();
        Some(Facts {
            project: self.keys[&i.project_id].into(),
            number: i.number,
            reporter: i.reporter.clone().into(),
            parent: Some(parent),
            occurrences: Some(i.occurrences),
            watching: story.watchers.contains(&who.id),
            voted: story.voters.contains(&who.id),
            votes: story.voters.len() as i32,
            has_parts,
            blocked,
            relations: Some(
                ties.iter()
                    .map(|(kind, other)| (*kind, key(&other.versions[0])))
                    .collect(),
            ),
            created: i.created_at,
            updated: i.updated_at,
            resolved: i.resolved_at,
            now: snapshot(i),
            past: Some(known.iter().map(snapshot).collect()),
            changed: Some(changes(&known)),
            description: Some(i.description.clone()),
            comments: Some(story.comments.iter().filter(there).map(texts).collect()),
            files: Some(story.files.iter().filter(there).map(texts).collect()),
        })
    }

    /// Whether an issue exists for somebody, deleted or not.
    fn sees(&self, i: &StoredIssue, who: &Actor) -> bool {
        let own_only = who.username.starts_with("reporter") && i.project_id == self.cast.app;
        match self.keys[&i.project_id] {
            "SEC" => matches!(who.username.as_str(), "lead" | "developer" | "admin"),
            _ => !own_only || i.reporter.username == who.username,
        }
    }

    /// Every issue that the filter finds in memory.
    fn expected(&self, expr: &Expr, who: &Actor, at: Option<DateTime<Utc>>) -> Vec<Uuid> {
        let asking = Asking {
            me: who.username.clone(),
            today: at.unwrap_or_else(Utc::now).date_naive(),
        };
        let mut ids: Vec<Uuid> = self
            .stories
            .iter()
            .filter(|story| {
                self.facts(story, who, at).is_some_and(|mut facts| {
                    // In the past words are looked for in title and text alone.
                    let mut expr = expr.clone();
                    if at.is_some() {
                        hide_words(&mut expr, &mut facts, &asking);
                    }
                    evaluate(&expr, &facts, &asking).unwrap()
                })
            })
            .map(|story| story.versions[0].id)
            .collect();
        ids.sort_unstable();
        ids
    }

    fn found(&self, expr: &Expr, who: &Actor, at: Option<DateTime<Utc>>) -> Vec<Uuid> {
        self.db
            .read(|conn| {
                let scope = access::scope(conn, who)?;
                matching(conn, &scope, Some(expr), at, 1000)
            })
            .unwrap()
    }
}

/// Replaces words by their answer from title and text, so that comments and files still answer
/// `has:`.
fn hide_words(expr: &mut Expr, facts: &mut Facts, asking: &Asking) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => {
            parts.iter_mut().for_each(|p| hide_words(p, facts, asking));
        }
        Expr::Not(inner) => hide_words(inner, facts, asking),
        Expr::Term(Term::Word(_) | Term::Phrase(_)) => {
            let mut bare = facts.clone();
            bare.comments = Some(Vec::new());
            bare.files = Some(Vec::new());
            let yes = evaluate(expr, &bare, asking).unwrap();
            let is_so = Expr::Term(Term::Field(
                Field::Project,
                vec![Test::Is(Value::Project(facts.project.clone()))],
            ));
            *expr = if yes { is_so } else { is_so.negated() };
        }
        Expr::Term(_) => {}
    }
}

fn value(dice: &mut Dice, field: Field) -> Value {
    let name = |name: &&str| Value::Name((*name).to_string());
    match field.kind() {
        Kind::Status => {
            Value::Status((*dice.pick(&["open", "done", "assigned", "nowhere"])).into())
        }
        Kind::Category => Value::Category(*dice.pick(Category::ALL)),
        Kind::Type => Value::Type(*dice.pick(IssueType::ALL)),
        Kind::Severity => Value::Severity(*dice.pick(Severity::ALL)),
        Kind::Priority => Value::Priority(*dice.pick(Priority::ALL)),
        Kind::Resolution => Value::Resolution(*dice.pick(Resolution::ALL)),
        Kind::Person if dice.one_in(3) => Value::Me,
        Kind::Person => {
            Value::Person((*dice.pick(&["lead", "developer", "reporter", "nobody"])).into())
        }
        Kind::Label => name(dice.pick(&["UI", "needs design", "unheard of"])),
        Kind::Version => name(dice.pick(&["1.0", "next", "2.0"])),
        Kind::Text => name(dice.pick(&["INVOICE", "50%", "e_t", "g", "\\"])),
        Kind::Project => Value::Project((*dice.pick(&["APP", "ENG", "SEC", "NONE"])).into()),
        Kind::Issue => Value::Issue {
            project: (*dice.pick(&["APP", "ENG", "SEC"])).into(),
            number: 1 + dice.below(12) as i64,
        },
        Kind::Number => Value::Number(*dice.pick(&[-1, 0, 1, 2, 3, 8])),
        Kind::Day | Kind::Instant if dice.one_in(3) => {
            let amount = dice.below(15) as i32 - 7;
            let unit = if amount == 0 {
                Unit::Day
            } else {
                *dice.pick(Unit::ALL)
            };
            Value::Day(domain::filter::Day::From(amount, unit))
        }
        Kind::Day | Kind::Instant => Value::Day(domain::filter::Day::On(day(dice))),
    }
}

fn tests(dice: &mut Dice, field: Field) -> Vec<Test> {
    (0..=dice.below(2))
        .map(|_| {
            let row = field.row();
            match dice.below(4) {
                0 if row.none => Test::None,
                1 if row.kind.ordered() => Test::Compare(*dice.pick(Op::ALL), value(dice, field)),
                2 if row.kind.ordered() => Test::Range(value(dice, field), value(dice, field)),
                _ => Test::Is(value(dice, field)),
            }
        })
        .collect()
}

fn term(dice: &mut Dice) -> Term {
    match dice.below(12) {
        0 => Term::Is(*dice.pick(Flag::ALL)),
        1 => Term::Has(vec![*dice.pick(Thing::ALL)]),
        2 => Term::Changed(vec![*dice.pick(Changed::ALL), *dice.pick(Changed::ALL)]),
        3 | 4 => {
            let field = *dice.pick(Field::ALL);
            let tests = tests(dice, field);
            if field.row().was {
                Term::Was(field, tests)
            } else {
                Term::Field(field, tests)
            }
        }
        5 => {
            let words = [
                "invo", "again", "RECHNUNG", "app-3", "ENG-2", "log.t", "total", "wrong",
            ];
            Term::Word((*dice.pick(&words)).into())
        }
        6 => {
            let phrases = [
                "invoice total",
                "is blank",
                "big endian",
                "Invo",
                "blank the",
                "50",
            ];
            Term::Phrase((*dice.pick(&phrases)).into())
        }
        _ => {
            let field = *dice.pick(Field::ALL);
            Term::Field(field, tests(dice, field))
        }
    }
}

fn expr(dice: &mut Dice, depth: usize) -> Expr {
    if depth == 0 || dice.one_in(3) {
        return Expr::Term(term(dice));
    }
    let parts = |dice: &mut Dice| {
        (0..2 + dice.below(2))
            .map(|_| expr(dice, depth - 1))
            .collect()
    };
    match dice.below(3) {
        0 => Expr::all(parts(dice)).unwrap(),
        1 => Expr::any(parts(dice)).unwrap(),
        _ => expr(dice, depth - 1).negated(),
    }
}

#[test]
fn sql_finds_what_the_filter_means() {
    for seed in [11, 12] {
        let world = world(seed);
        let mut dice = Dice::new(seed * 1000);
        let (mut some, mut not_all) = (0, 0);
        for n in 0..FILTERS {
            let asked = expr(&mut dice, 3);
            let cast = &world.cast;
            let who = *dice.pick(&[&cast.lead, &cast.admin, &cast.reporter, &cast.maintainer]);
            let at = (!dice.one_in(2))
                .then(|| world.begin + Duration::minutes(dice.below(60 * 24 * 12) as i64));
            let expected = world.expected(&asked, who, at);
            let found = world.found(&asked, who, at);
            assert_eq!(
                found, expected,
                "seed {seed}, filter {n}: {asked} for {} at {at:?}",
                who.username
            );
            some += usize::from(!found.is_empty());
            not_all += usize::from(found.len() < 40);
            // As it is written, it means the same; only a range without days cannot be written.
            match parse(&asked.to_string()) {
                Ok(query) => assert_eq!(query.expr.as_ref(), Some(&asked)),
                Err(mistake) => assert_eq!(mistake.reason, Reason::EmptyRange),
            }
        }
        assert!(
            some > FILTERS / 3 && not_all > FILTERS / 3,
            "{some} {not_all}"
        );
    }
}

#[test]
fn every_field_flag_and_thing_alone_finds_what_it_means() {
    let world = world(13);
    let mut dice = Dice::new(13);
    let lead = &world.cast.lead;
    let mut terms: Vec<Term> = Flag::ALL.iter().map(|f| Term::Is(*f)).collect();
    terms.extend(Thing::ALL.iter().map(|t| Term::Has(vec![*t])));
    terms.extend(Changed::ALL.iter().map(|c| Term::Changed(vec![*c])));
    for field in Field::ALL {
        for _ in 0..4 {
            terms.push(Term::Field(*field, tests(&mut dice, *field)));
            if field.row().was {
                terms.push(Term::Was(*field, tests(&mut dice, *field)));
            }
        }
        if field.row().none {
            terms.push(Term::Field(*field, vec![Test::None]));
        }
    }
    let then = world.begin + Duration::days(4);
    for term in terms {
        for asked in [Expr::Term(term.clone()), Expr::Term(term).negated()] {
            for at in [None, Some(then)] {
                let expected = world.expected(&asked, lead, at);
                assert_eq!(world.found(&asked, lead, at), expected, "{asked} at {at:?}");
            }
        }
    }
}
