//! The filter language as SQL: one condition over the alias `i`, which is the relation of issues of now
//! or of an instant of the past.
//!
//! Names are looked up first, in one statement ([`names`]); the condition then compares ids and
//! needs no join. Every field of the language's table has its arm in [`Compiler::tests`].

mod names;
mod text;

use crate::access::Scope;
use crate::accounts::escape_like;
use crate::columns::severity_number;
use crate::db::Conn;
use crate::error::Result;
use crate::issues::relation::{in_scope, not_deleted, relation, still_theirs};
use crate::relations;
use crate::statement::{Fragment, Value as Sql};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::Uuid as SqlUuid;
use domain::filter::{Day, Expr, Field, Flag, Op, Term, Test, Thing, Value};
use domain::relation::RelationKind;
use names::Names;
pub(crate) use text::asks_for_words;
use uuid::Uuid;

/// How issues are read that pass a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// In the order of their last change, or to be counted: by an index that holds what is asked for most.
    Walked,
    /// In another order.
    Sought,
    /// In the order of a list, one after the other, until a page is full.
    Passed,
}

impl Reading {
    /// What follows a comparison with labels. Their own index finds rows all over the table, and the
    /// planner takes a label for a tenth as common as it is in its project; this keeps it from that index.
    pub(crate) const fn of_labels(self) -> &'static str {
        match self {
            Self::Walked | Self::Passed => " is true",
            Self::Sought => "",
        }
    }

    /// What follows a question for words, which the planner always takes for rare.
    const fn of_words(self) -> &'static str {
        match self {
            Self::Walked | Self::Sought => "",
            Self::Passed => " is true",
        }
    }
}

/// A filter whose names are looked up, to be written as a condition.
pub(crate) struct Condition<'a> {
    compiler: Compiler<'a>,
    expr: &'a Expr,
}

impl<'a> Condition<'a> {
    /// Looks up names in at most one statement. Of the issues of a scope, of now or of an instant; all
    /// of them of that state, if one is named.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) fn look_up(
        conn: &mut Conn,
        scope: &'a Scope,
        expr: &'a Expr,
        as_of: Option<DateTime<Utc>>,
        open: Option<bool>,
    ) -> Result<Self> {
        let names = Names::look_up(conn, scope, expr)?;
        Ok(Self {
            compiler: Compiler {
                scope,
                marks: text::marks(scope, expr, &names, open),
                names,
                as_of,
                reading: Reading::Walked,
                today: as_of.unwrap_or_else(Utc::now).date_naive(),
            },
            expr,
        })
    }

    /// The condition, with no word in front.
    pub(crate) fn read(&mut self, reading: Reading) -> Fragment {
        self.compiler.reading = reading;
        let mut f = Fragment::default();
        self.compiler.expr(&mut f, self.expr, false);
        f
    }
}

/// Ids of the issues of a scope that match, now or at an instant, at most `limit`, in order of id.
///
/// # Errors
/// When the database is away.
pub fn matching(
    conn: &mut Conn,
    scope: &Scope,
    expr: Option<&Expr>,
    as_of: Option<DateTime<Utc>>,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let asked = expr
        .map(|expr| Condition::look_up(conn, scope, expr, as_of, None))
        .transpose()?
        .map(|mut condition| condition.read(Reading::Walked));
    let mut f = Fragment::default();
    f.sql("select i.id from ");
    relation(&mut f, as_of);
    f.sql(" where ");
    in_scope(&mut f, scope);
    not_deleted(&mut f, scope, as_of);
    still_theirs(&mut f, scope, as_of);
    if let Some(asked) = asked {
        f.sql(" and (").append(&asked).sql(")");
    }
    f.sql(" order by 1 limit ").bind(Sql::Big(limit));
    Ok(f.query::<SqlUuid>().load(conn.pg())?)
}

/// What is known while the condition is written.
struct Compiler<'a> {
    scope: &'a Scope,
    names: Names,
    /// What all that matches has in the text index beside words.
    marks: Option<String>,
    as_of: Option<DateTime<Utc>>,
    reading: Reading,
    today: NaiveDate,
}

/// The alias that fields are read from.
#[derive(Clone, Copy)]
enum Row {
    Asked,
    Version,
}

macro_rules! column {
    ($row:expr, $name:literal) => {
        match $row {
            Row::Asked => concat!("i.", $name),
            Row::Version => concat!("w.", $name),
        }
    };
}

impl Compiler<'_> {
    /// Under a negation what is null must count as false, not as unknown; elsewhere both do the
    /// same, and the plain comparison can use an index.
    fn expr(&self, f: &mut Fragment, expr: &Expr, negated: bool) {
        match expr {
            Expr::And(parts) => self.joined(f, parts, " and ", negated),
            Expr::Or(parts) => self.joined(f, parts, " or ", negated),
            Expr::Not(inner) => {
                f.sql("not ");
                self.expr(f, inner, true);
            }
            Expr::Term(term) => {
                f.sql("(");
                self.term(f, term);
                f.sql(if negated { ") is true" } else { ")" });
            }
        }
    }

    fn joined(&self, f: &mut Fragment, parts: &[Expr], with: &'static str, negated: bool) {
        f.sql("(");
        for (n, part) in parts.iter().enumerate() {
            if n > 0 {
                f.sql(with);
            }
            f.sql("(");
            self.expr(f, part, negated);
            f.sql(")");
        }
        f.sql(")");
    }

    fn term(&self, f: &mut Fragment, term: &Term) {
        match term {
            Term::Is(flag) => self.is(f, *flag),
            Term::Has(things) => {
                for (n, thing) in things.iter().enumerate() {
                    f.sql(if n > 0 { " or " } else { "" });
                    self.has(f, *thing);
                }
            }
            Term::Changed(fields) => {
                let names = fields.iter().map(|x| x.slug().to_string()).collect();
                f.sql("exists (select from event e where e.issue_id = i.id and e.kind = 'issue.updated' and e.field = any(")
                    .bind(Sql::Texts(names))
                    .sql(")");
                self.until(f, " and e.at <= ");
                f.sql(")");
            }
            Term::Field(field, tests) => self.tests(f, Row::Asked, *field, tests),
            Term::Was(field, tests) => {
                f.sql("exists (select from issue_version w where w.issue_id = i.id");
                self.until(f, " and w.valid_from <= ");
                f.sql(" and (");
                self.tests(f, Row::Version, *field, tests);
                f.sql("))");
            }
            Term::Word(word) => self.word(f, word),
            Term::Phrase(phrase) => self.words(f, &text::query(phrase, false)),
        }
    }

    /// Only what was so at the instant asked about.
    fn until(&self, f: &mut Fragment, condition: &'static str) {
        if let Some(at) = self.as_of {
            f.sql(condition).bind(Sql::At(at));
        }
    }

    fn is(&self, f: &mut Fragment, flag: Flag) {
        match flag {
            Flag::Open => f.sql("i.resolved_at is null"),
            Flag::Closed => f.sql("i.resolved_at is not null"),
            Flag::Overdue => f
                .sql("i.resolved_at is null and i.due_date < ")
                .bind(Sql::Day(self.today)),
            Flag::Unassigned => f.sql("i.assignee_id is null"),
            Flag::Mine => f.sql("i.assignee_id = ").bind(Sql::Uuid(self.scope.me)),
            // Of today whatever instant is asked about: neither is in the log.
            Flag::Watching => f
                .sql("i.id in (select w.issue_id from watch w where w.watching and w.account_id = ")
                .bind(Sql::Uuid(self.scope.me))
                .sql(")"),
            Flag::Voted => f
                .sql("i.id in (select x.issue_id from vote x where x.account_id = ")
                .bind(Sql::Uuid(self.scope.me))
                .sql(")"),
            Flag::Blocked => {
                relations::blocked(f, self.scope, self.as_of);
                f
            }
        };
    }

    fn has(&self, f: &mut Fragment, thing: Thing) {
        match thing {
            Thing::Attachment => self.has_attachment(f),
            Thing::Comment => {
                f.sql("exists (select from comment c where c.issue_id = i.id");
                self.readable_comment(f);
                match self.as_of {
                    None => f.sql(" and c.deleted_at is null)"),
                    Some(at) => f
                        .sql(" and c.created_at <= ")
                        .bind(Sql::At(at))
                        .sql(" and (c.deleted_at is null or c.deleted_at > ")
                        .bind(Sql::At(at))
                        .sql("))"),
                };
            }
            Thing::Description => {
                f.sql("i.description <> ''");
            }
            Thing::Label => {
                f.sql("cardinality(i.label_ids) > 0");
            }
            Thing::Parent => self.parent_exists(f),
            Thing::Assignee => {
                f.sql("i.assignee_id is not null");
            }
            Thing::Due => {
                f.sql("i.due_date is not null");
            }
            Thing::Points => {
                f.sql("i.story_points is not null");
            }
            Thing::Relation => relations::related(f, self.scope, self.as_of, None, None),
            Thing::SubIssue => {
                f.sql("exists (select from ");
                relations::parts(f, self.as_of);
                f.sql(" and (u.project_id = any(")
                    .bind(Sql::Uuids(self.scope.all.clone()))
                    .sql(") or u.reporter_id = ")
                    .bind(Sql::Uuid(self.scope.me))
                    .sql("))");
            }
            Thing::Version => {
                f.sql("i.affected_version_id is not null or i.fixed_version_id is not null");
            }
        }
    }

    /// Internal notes exist for staff alone.
    fn readable_comment(&self, f: &mut Fragment) {
        f.sql(" and (not c.internal or i.project_id = any(")
            .bind(Sql::Uuids(self.scope.staff.clone()))
            .sql("))");
    }

    /// The row does not say when a file went: the log does. Files of internal notes exist for staff alone.
    fn has_attachment(&self, f: &mut Fragment) {
        let Some(at) = self.as_of else {
            f.sql(
                "exists (select from attachment a where a.state = 'ready' and a.issue_id = i.id
                   and (not a.internal or i.project_id = any(",
            )
            .bind(Sql::Uuids(self.scope.staff.clone()))
            .sql(")))");
            return;
        };
        f.sql("exists (select from event e where e.kind = 'attachment.created' and e.issue_id = i.id and e.at <= ")
            .bind(Sql::At(at))
            .sql(" and (not e.internal or i.project_id = any(")
            .bind(Sql::Uuids(self.scope.staff.clone()))
            .sql(
                ")) and not exists (select from event gone where gone.issue_id = e.issue_id
                   and gone.kind = 'attachment.deleted' and gone.old->'id' = e.new->'id' and gone.at <= ",
            )
            .bind(Sql::At(at))
            .sql("))");
    }

    /// A parent that does not exist for the caller is no parent.
    fn parent_exists(&self, f: &mut Fragment) {
        if self.scope.own.is_empty() {
            f.sql("i.parent_id is not null");
            return;
        }
        f.sql("exists (select from issue parent where parent.id = i.parent_id and (parent.project_id = any(")
            .bind(Sql::Uuids(self.scope.all.clone()))
            .sql(") or parent.reporter_id = ")
            .bind(Sql::Uuid(self.scope.me))
            .sql("))");
    }

    /// Any of the values of a field.
    fn tests(&self, f: &mut Fragment, row: Row, field: Field, tests: &[Test]) {
        for (n, test) in tests.iter().enumerate() {
            f.sql(if n > 0 { " or " } else { "" });
            self.test(f, row, field, test);
        }
    }

    fn test(&self, f: &mut Fragment, row: Row, field: Field, test: &Test) {
        match field {
            Field::Status | Field::Category => {
                self.one_of(f, column!(row, "status_id"), self.names.statuses(test));
            }
            Field::Type => plain(f, column!(row, "type"), test, |f, v| match v {
                Value::Type(word) => f.bind(Sql::Text(word.slug().into())),
                _ => f.sql("null"),
            }),
            Field::Severity => plain(f, column!(row, "severity"), test, |f, v| match v {
                Value::Severity(severity) => f.bind(Sql::Small(severity_number(*severity))),
                _ => f.sql("null"),
            }),
            Field::Priority => plain(f, column!(row, "priority"), test, |f, v| match v {
                Value::Priority(priority) => f.bind(Sql::Small(priority.number())),
                _ => f.sql("null"),
            }),
            Field::Resolution => plain(f, column!(row, "resolution"), test, |f, v| match v {
                Value::Resolution(word) => f.bind(Sql::Text(word.slug().into())),
                _ => f.sql("null"),
            }),
            Field::Points => plain(f, column!(row, "story_points"), test, number),
            Field::Votes => plain(f, "i.votes", test, number),
            Field::Occurrences => plain(f, column!(row, "occurrences"), test, number),
            Field::Assignee => self.person(f, column!(row, "assignee_id"), test),
            Field::Reporter => self.person(f, column!(row, "reporter_id"), test),
            Field::Label => match test {
                Test::None => {
                    f.sql("cardinality(")
                        .sql(column!(row, "label_ids"))
                        .sql(") = 0");
                }
                test => {
                    f.sql("(")
                        .sql(column!(row, "label_ids"))
                        .sql(" && ")
                        .bind(Sql::Uuids(self.names.labels(test)))
                        .sql(")")
                        .sql(self.reading.of_labels());
                }
            },
            Field::Version => self.either_version(f, row, test),
            Field::Affected => {
                self.version(f, column!(row, "affected_version_id"), test);
            }
            Field::Fixed => self.version(f, column!(row, "fixed_version_id"), test),
            Field::Project => self.one_of(f, column!(row, "project_id"), self.names.projects(test)),
            Field::Blocks => self.related(f, Some(RelationKind::Blocks), test),
            Field::BlockedBy => self.related(f, Some(RelationKind::BlockedBy), test),
            Field::Related => self.related(f, None, test),
            Field::Key => self.one_of(f, "i.id", self.names.issues(test)),
            Field::Parent => match test {
                Test::None => {
                    f.sql("not (");
                    self.parent_exists(f);
                    f.sql(")");
                }
                test => self.one_of(f, column!(row, "parent_id"), self.names.issues(test)),
            },
            Field::Title => {
                let part = match test {
                    Test::Is(Value::Name(part)) => format!("%{}%", escape_like(part)),
                    _ => String::new(),
                };
                f.sql(column!(row, "title"))
                    .sql(" ilike ")
                    .bind(Sql::Text(part));
            }
            Field::Created => self.instant(f, column!(row, "created_at"), test),
            Field::Updated => self.instant(f, column!(row, "updated_at"), test),
            Field::Resolved => self.instant(f, column!(row, "resolved_at"), test),
            Field::Due => self.day(f, column!(row, "due_date"), test),
            Field::Start => self.day(f, column!(row, "start_date"), test),
        }
    }

    fn related(&self, f: &mut Fragment, kind: Option<RelationKind>, test: &Test) {
        let to = self.names.issues(test);
        relations::related(f, self.scope, self.as_of, kind, Some(&to));
    }

    /// One of one is compared, so that its index can be read in the order of the list.
    fn one_of(&self, f: &mut Fragment, column: &'static str, ids: Vec<Uuid>) {
        if let [one] = ids.as_slice() {
            f.sql(column).sql(" = ").bind(Sql::Uuid(*one));
            return;
        }
        f.sql(column).sql(" = any(").bind(Sql::Uuids(ids)).sql(")");
    }

    fn person(&self, f: &mut Fragment, column: &'static str, test: &Test) {
        match test {
            Test::None => {
                f.sql(column).sql(" is null");
            }
            test => self.one_of(f, column, self.names.people(test, self.scope.me)),
        }
    }

    fn version(&self, f: &mut Fragment, column: &'static str, test: &Test) {
        match test {
            Test::None => {
                f.sql(column).sql(" is null");
            }
            test => self.one_of(f, column, self.names.versions(test)),
        }
    }

    fn either_version(&self, f: &mut Fragment, row: Row, test: &Test) {
        let with = match test {
            Test::None => " and ",
            _ => " or ",
        };
        f.sql("(");
        self.version(f, column!(row, "affected_version_id"), test);
        f.sql(with);
        self.version(f, column!(row, "fixed_version_id"), test);
        f.sql(")");
    }

    fn day(&self, f: &mut Fragment, column: &'static str, test: &Test) {
        plain(f, column, test, |f, v| match v {
            Value::Day(day) => f.bind(Sql::Day(day.date(self.today))),
            _ => f.sql("null"),
        });
    }

    /// Days compared with instants: a day is everything from its midnight to the next (UTC).
    fn instant(&self, f: &mut Fragment, column: &'static str, test: &Test) {
        let begin = |value: &Value| self.midnight(value, 0);
        let end = |value: &Value| self.midnight(value, 1);
        let mut compare = |op: &'static str, at: DateTime<Utc>| {
            f.sql(column).sql(op).bind(Sql::At(at));
        };
        let (from, to) = match test {
            Test::None => {
                f.sql(column).sql(" is null");
                return;
            }
            Test::Compare(Op::Less, v) => return compare(" < ", begin(v)),
            Test::Compare(Op::AtMost, v) => return compare(" < ", end(v)),
            Test::Compare(Op::Greater, v) => return compare(" >= ", end(v)),
            Test::Compare(Op::AtLeast, v) => return compare(" >= ", begin(v)),
            Test::Is(v) => (v, v),
            Test::Range(from, to) => (from, to),
        };
        compare(" >= ", begin(from));
        f.sql(" and ").sql(column).sql(" < ").bind(Sql::At(end(to)));
    }

    fn midnight(&self, value: &Value, later: i64) -> DateTime<Utc> {
        let day = match value {
            Value::Day(day) => day.date(self.today),
            _ => Day::From(0, domain::filter::Unit::Day).date(self.today),
        };
        let day = day
            .checked_add_signed(chrono::Duration::days(later))
            .unwrap_or(day);
        day.and_time(NaiveTime::MIN).and_utc()
    }
}

fn number<'f>(f: &'f mut Fragment, value: &Value) -> &'f mut Fragment {
    match value {
        Value::Number(number) => f.bind(Sql::Big(*number)),
        _ => f.sql("null"),
    }
}

/// A column whose values are compared as they are.
fn plain(
    f: &mut Fragment,
    column: &'static str,
    test: &Test,
    put: impl for<'f> Fn(&'f mut Fragment, &Value) -> &'f mut Fragment,
) {
    f.sql(column);
    match test {
        Test::None => {
            f.sql(" is null");
        }
        Test::Is(value) => {
            f.sql(" = ");
            put(f, value);
        }
        Test::Compare(op, value) => {
            f.sql(" ").sql(op.sign()).sql(" ");
            put(f, value);
        }
        Test::Range(from, to) => {
            f.sql(" between ");
            put(f, from);
            f.sql(" and ");
            put(f, to);
        }
    }
}
