//! The names in a filter and the ids behind them, in one statement. A name that does not exist for
//! the caller matches nothing.

use crate::access::Scope;
use crate::db::Conn;
use crate::error::Result;
use diesel::RunQueryDsl;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use domain::filter::{Expr, Field, Kind, Term, Test, Value};
use domain::key::IssueRef;
use std::collections::HashMap;
use uuid::Uuid;

statement! {
    /// Ids by kind and name, in small letters; issues as far as they exist for the caller.
    Look {
        people: Vec<String> => Array<Text>,
        person_ids: Vec<Uuid> => Array<SqlUuid>,
        labels: Vec<String> => Array<Text>,
        versions: Vec<String> => Array<Text>,
        statuses: Vec<String> => Array<Text>,
        categories: Vec<String> => Array<Text>,
        keys: Vec<String> => Array<Text>,
        issue_keys: Vec<String> => Array<Text>,
        issue_numbers: Vec<i64> => Array<BigInt>,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
    } -> (Text, Text, SqlUuid) :
    "select 'person', lower(username), id from account where lower(username) = any({people})
     union all
     select 'person', id::text, id from account where id = any({person_ids})
     union all
     select 'label', lower(name), id from label
     where project_id = any({all} || {own}) and lower(name) = any({labels})
     union all
     select 'version', lower(name), id from project_version
     where project_id = any({all} || {own}) and lower(name) = any({versions})
     union all
     select 'status', slug, id from status where project_id = any({all} || {own}) and slug = any({statuses})
     union all
     select 'category', category, id from status
     where project_id = any({all} || {own}) and category = any({categories})
     union all
     select 'project', key, id from project where id = any({all} || {own}) and key = any({keys})
     union all
     select 'issue', p.key || '-' || i.number, i.id
     from unnest({issue_keys}, {issue_numbers}) as asked(key, number)
     join project p on p.key = asked.key
     join issue i on i.project_id = p.id and i.number = asked.number
     where p.id = any({all}) or (p.id = any({own}) and i.reporter_id = {me})
     union all
     select 'issue', asked.key || '-' || asked.number, i.id
     from unnest({issue_keys}, {issue_numbers}) as asked(key, number)
     join project p on p.key = asked.key
     join former_key f on f.project_id = p.id and f.number = asked.number
     join issue i on i.id = f.issue_id
     where i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me})"
}

/// Ids by kind and name.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<(&'static str, String), Vec<Uuid>>);

/// The kinds as the statement tells them.
const KINDS: &[&str] = &[
    "person", "label", "version", "status", "category", "project", "issue",
];

impl Names {
    /// Looks up whatever the filter names; no statement when it names nothing.
    pub(super) fn look_up(conn: &mut Conn, scope: &Scope, expr: &Expr) -> Result<Self> {
        let mut ask = Look {
            people: Vec::new(),
            person_ids: Vec::new(),
            labels: Vec::new(),
            versions: Vec::new(),
            statuses: Vec::new(),
            categories: Vec::new(),
            keys: Vec::new(),
            issue_keys: Vec::new(),
            issue_numbers: Vec::new(),
            all: scope.all.clone(),
            own: scope.own.clone(),
            me: scope.me,
        };
        let mut any = false;
        expr.visit(&mut |term| match term {
            Term::Field(field, tests) | Term::Was(field, tests) => {
                for test in tests {
                    if let Test::Is(value) = test {
                        any |= ask.name(*field, value);
                    }
                }
            }
            Term::Word(word) => {
                if let Ok(IssueRef::Key { project, number }) = word.parse() {
                    ask.issue_keys.push(project);
                    ask.issue_numbers.push(number);
                    any = true;
                }
            }
            Term::Is(_) | Term::Has(_) | Term::Changed(_) | Term::Phrase(_) => {}
        });
        let mut names = Self::default();
        if any {
            for (kind, name, id) in ask.load::<(String, String, Uuid)>(conn.pg())? {
                if let Some(kind) = KINDS.iter().find(|k| **k == kind) {
                    names.0.entry((kind, name)).or_default().push(id);
                }
            }
        }
        Ok(names)
    }

    fn ids(&self, kind: &'static str, name: &str) -> Vec<Uuid> {
        let key = (kind, name.to_string());
        self.0.get(&key).cloned().unwrap_or_default()
    }

    /// Statuses of a slug or a category.
    pub(super) fn statuses(&self, test: &Test) -> Vec<Uuid> {
        match test {
            Test::Is(Value::Status(slug)) => self.ids("status", slug),
            Test::Is(Value::Category(category)) => self.ids("category", category.slug()),
            _ => Vec::new(),
        }
    }

    /// People, and whoever asks.
    pub(super) fn people(&self, test: &Test, me: Uuid) -> Vec<Uuid> {
        match test {
            Test::Is(Value::Me) => vec![me],
            Test::Is(Value::Person(name)) => self.ids("person", name),
            _ => Vec::new(),
        }
    }

    /// Labels of a name, one in each project that has it.
    pub(super) fn labels(&self, test: &Test) -> Vec<Uuid> {
        match test {
            Test::Is(Value::Name(name)) => self.ids("label", &name.to_lowercase()),
            _ => Vec::new(),
        }
    }

    /// Versions of a name.
    pub(super) fn versions(&self, test: &Test) -> Vec<Uuid> {
        match test {
            Test::Is(Value::Name(name)) => self.ids("version", &name.to_lowercase()),
            _ => Vec::new(),
        }
    }

    /// The project of a key.
    pub(super) fn projects(&self, test: &Test) -> Vec<Uuid> {
        match test {
            Test::Is(Value::Project(key)) => self.ids("project", key),
            _ => Vec::new(),
        }
    }

    /// The issue of a key.
    pub(super) fn issues(&self, test: &Test) -> Vec<Uuid> {
        match test {
            Test::Is(Value::Issue { project, number }) => self.issue(project, *number),
            _ => Vec::new(),
        }
    }

    /// The same, by its parts.
    pub(super) fn issue(&self, project: &str, number: i64) -> Vec<Uuid> {
        self.ids("issue", &domain::key::issue_key(project, number))
    }
}

impl Look {
    /// Adds what a value names; whether it names anything.
    fn name(&mut self, field: Field, value: &Value) -> bool {
        match value {
            Value::Person(name) => match Uuid::try_parse(name) {
                Ok(id) => self.person_ids.push(id),
                Err(_) => self.people.push(name.clone()),
            },
            Value::Name(name) if field.kind() == Kind::Label => {
                self.labels.push(name.to_lowercase());
            }
            Value::Name(name) if field.kind() == Kind::Version => {
                self.versions.push(name.to_lowercase());
            }
            Value::Status(slug) => self.statuses.push(slug.clone()),
            Value::Category(category) => self.categories.push(category.slug().into()),
            Value::Project(key) => self.keys.push(key.clone()),
            Value::Issue { project, number } => {
                self.issue_keys.push(project.clone());
                self.issue_numbers.push(*number);
            }
            _ => return false,
        }
        true
    }
}
