//! The people and projects of the demo data, as tests need them.

use chrono::{DateTime, Utc};
use domain::project::{NewProject, ReportersSee, Visibility};
use domain::user::{Kind, Role};
use domain::workflow::Template;
use store::access::Actor;
use store::accounts::{self, NewAccount};
use store::{Db, Tx, projects};
use uuid::Uuid;

/// Everybody and everything that [`stage`] puts into a database.
#[derive(Debug, Clone)]
pub struct Cast {
    /// Account role `admin`.
    pub admin: Actor,
    /// Account role `maintainer`.
    pub maintainer: Actor,
    /// Account role `reporter`.
    pub reporter: Actor,
    /// Another reporter.
    pub reporter2: Actor,
    /// Account role `developer`; leads every project.
    pub lead: Actor,
    /// Account role `developer`; a member of SEC.
    pub developer: Actor,
    /// Account role `viewer`.
    pub viewer: Actor,
    /// APP: feedback, internal; reporters see their own.
    pub app: Uuid,
    /// ENG: software, internal; reporters see all.
    pub eng: Uuid,
    /// HELP: helpdesk, internal; reporters see their own.
    pub help: Uuid,
    /// OPS: service, internal; reporters see all.
    pub ops: Uuid,
    /// SEC: software, private; of lead and developer alone.
    pub sec: Uuid,
}

impl Cast {
    /// All people.
    #[must_use]
    pub fn people(&self) -> [&Actor; 7] {
        [
            &self.admin,
            &self.maintainer,
            &self.reporter,
            &self.reporter2,
            &self.lead,
            &self.developer,
            &self.viewer,
        ]
    }

    /// All projects.
    #[must_use]
    pub fn projects(&self) -> [Uuid; 5] {
        [self.app, self.eng, self.help, self.ops, self.sec]
    }
}

/// Puts the cast into an empty database. Nobody has a password; each has a session that holds.
///
/// # Panics
/// When the database is away or not empty.
#[must_use]
pub fn stage(db: &Db) -> Cast {
    put(db, None, None)
}

/// The same, everything made at an instant of the past.
///
/// # Panics
/// When the database is away or not empty.
#[must_use]
pub fn stage_since(db: &Db, at: DateTime<Utc>) -> Cast {
    put(db, None, Some(at))
}

/// The same, everybody with the password behind that hash.
///
/// # Panics
/// When the database is away or not empty.
#[must_use]
pub fn stage_with(db: &Db, password_hash: Option<&str>) -> Cast {
    put(db, password_hash, None)
}

fn put(db: &Db, password_hash: Option<&str>, at: Option<DateTime<Utc>>) -> Cast {
    db.write(|tx| {
        if let Some(at) = at {
            tx.pretend_it_is(at);
        }
        let mut person = |name: &str, role| self::person(tx, name, role, password_hash);
        let admin = person("admin", Role::Admin)?;
        let maintainer = person("maintainer", Role::Maintainer)?;
        let reporter = person("reporter", Role::Reporter)?;
        let reporter2 = person("reporter2", Role::Reporter)?;
        let lead = person("lead", Role::Developer)?;
        let developer = person("developer", Role::Developer)?;
        let viewer = person("viewer", Role::Viewer)?;
        use ReportersSee::{All, Own};
        use Template::{Feedback, Helpdesk, Service, Software};
        use Visibility::{Internal, Private};
        let mut project = |key: &str, name: &str, template, visibility, see| {
            let new = NewProject {
                key: key.into(),
                name: name.into(),
                description: Some(String::new()),
                visibility: Some(visibility),
                reporters_see: Some(see),
                template: Some(template),
            };
            projects::insert(tx, &new, lead.id)
        };
        let app = project("APP", "Invoicing", Feedback, Internal, Own)?;
        let eng = project("ENG", "Engine", Software, Internal, All)?;
        let help = project("HELP", "Help desk", Helpdesk, Internal, Own)?;
        let ops = project("OPS", "Operations", Service, Internal, All)?;
        let sec = project("SEC", "Security", Software, Private, All)?;
        projects::add_member(tx, sec, developer.id, Role::Developer)?;
        Ok::<_, store::Error>(Cast {
            admin,
            maintainer,
            reporter,
            reporter2,
            lead,
            developer,
            viewer,
            app,
            eng,
            help,
            ops,
            sec,
        })
    })
    .expect("the cast")
}

/// Makes an account (`name@example.com`) with a session.
///
/// # Errors
/// When the name is taken.
pub fn person(
    tx: &mut Tx<'_>,
    name: &str,
    role: Role,
    password_hash: Option<&str>,
) -> store::Result<Actor> {
    let display_name = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let new = NewAccount {
        awaits_admin: false,
        username: name,
        email: &format!("{name}@example.com"),
        display_name: &display_name,
        role,
        kind: Kind::Human,
        password_hash,
    };
    let id = accounts::insert(tx, &new)?;
    let lasts = chrono::Duration::days(accounts::SESSION_DAYS);
    let session = accounts::begin_session(tx, id, "test", "127.0.0.1", lasts)?;
    Ok(Actor {
        id,
        username: name.into(),
        display_name,
        role,
        session,
        token: None,
    })
}
