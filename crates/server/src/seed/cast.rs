//! Who appears in the demo data, and where.

use crate::app::{App, Error, accounts as account_cases, labels, members, projects};
use anyhow::Context;
use chrono::{DateTime, Duration, Utc};
use domain::key::ProjectRef;
use domain::label::{NewLabel, NewVersion};
use domain::project::{NewMember, NewProject, ReportersSee, Visibility};
use domain::user::{Kind, NewUser, Role};
use domain::workflow::Template;
use store::access::Actor;
use store::accounts;
use uuid::Uuid;

/// User name, display name, role of the account.
const PEOPLE: &[(&str, &str, Role)] = &[
    ("admin", "Ada Admin", Role::Admin),
    ("maintainer", "Maria Maintainer", Role::Maintainer),
    ("lead", "Leo Lead", Role::Developer),
    ("developer", "Dana Developer", Role::Developer),
    ("reporter", "Rita Reporter", Role::Reporter),
    ("reporter2", "Ravi Reporter", Role::Reporter),
    ("viewer", "Vera Viewer", Role::Viewer),
];

/// A project of the demo data.
pub struct Setting {
    /// Key.
    pub key: &'static str,
    name: &'static str,
    description: &'static str,
    template: Template,
    visibility: Visibility,
    reporters_see: ReportersSee,
    labels: &'static [(&'static str, &'static str)],
    /// Names of its versions.
    pub versions: &'static [&'static str],
    /// Who reports there.
    pub reporters: &'static [&'static str],
    /// Who works there.
    pub staff: &'static [&'static str],
}

impl Setting {
    /// Names of its labels.
    pub fn label_names(&self) -> Vec<&'static str> {
        self.labels.iter().map(|l| l.0).collect()
    }
}

/// The projects of the demo data.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "APP",
        name: "Fieldbook App",
        description: "What customers tell us about the Fieldbook app for technicians on the road.",
        template: Template::Feedback,
        visibility: Visibility::Internal,
        reporters_see: ReportersSee::Own,
        labels: &[
            ("billing", "#b45309"),
            ("mobile", "#0f766e"),
            ("calendar", "#4338ca"),
            ("wishlist", "#64748b"),
        ],
        versions: &["4.1", "4.2"],
        reporters: &["reporter", "reporter2", "maintainer"],
        staff: &["maintainer", "lead", "developer"],
    },
    Setting {
        key: "ENG",
        name: "Engineering",
        description: "Building Fieldbook: the backlog and the board of the team.",
        template: Template::Software,
        visibility: Visibility::Internal,
        reporters_see: ReportersSee::All,
        labels: &[
            ("api", "#1d4ed8"),
            ("performance", "#be123c"),
            ("security", "#7c3aed"),
            ("debt", "#64748b"),
        ],
        versions: &["4.1", "4.2", "5.0"],
        reporters: &["developer", "lead", "maintainer", "reporter"],
        staff: &["developer", "lead", "maintainer"],
    },
    Setting {
        key: "HELP",
        name: "Help desk",
        description: "Questions and requests of customers and colleagues.",
        template: Template::Helpdesk,
        visibility: Visibility::Internal,
        reporters_see: ReportersSee::Own,
        labels: &[
            ("account", "#0369a1"),
            ("printer", "#a16207"),
            ("training", "#15803d"),
        ],
        versions: &[],
        reporters: &["reporter", "reporter2"],
        staff: &["maintainer", "lead"],
    },
    Setting {
        key: "OPS",
        name: "Operations",
        description: "What our services report about themselves, and what we do about it.",
        template: Template::Service,
        visibility: Visibility::Internal,
        reporters_see: ReportersSee::All,
        labels: &[
            ("alert", "#b91c1c"),
            ("backup", "#0f766e"),
            ("network", "#4338ca"),
        ],
        versions: &[],
        reporters: &["developer", "maintainer"],
        staff: &["developer", "maintainer", "lead"],
    },
    Setting {
        key: "SEC",
        name: "Security reviews",
        description: "Findings that are nobody else's business until they are mended.",
        template: Template::Software,
        visibility: Visibility::Private,
        reporters_see: ReportersSee::All,
        labels: &[("audit", "#7c3aed"), ("dependency", "#64748b")],
        versions: &[],
        reporters: &["lead", "developer"],
        staff: &["lead", "developer"],
    },
];

/// The people and projects, as they are in the database.
pub struct Cast {
    /// People, in the order of the list.
    pub people: Vec<Actor>,
    /// Ids of the projects, in the order of the settings.
    pub projects: Vec<Uuid>,
}

fn on<T>(
    app: &App,
    at: DateTime<Utc>,
    f: impl FnOnce(&mut store::Tx<'_>) -> Result<T, Error>,
) -> anyhow::Result<T> {
    app.db
        .write(|tx| {
            tx.pretend_it_is(at);
            f(tx)
        })
        .map_err(|e| anyhow::anyhow!("{}", e.problem()))
}

impl Cast {
    /// Makes everybody and every project, as of a year ago.
    pub fn make(app: &App, hash: &str) -> anyhow::Result<Self> {
        let began = Utc::now() - Duration::days(super::story::DAYS + 1);
        let mut people = Vec::new();
        for (username, display_name, role) in PEOPLE {
            let new = NewUser {
                username: Some((*username).to_string()),
                email: format!("{username}@example.com"),
                password: None,
                display_name: Some((*display_name).to_string()),
                role: *role,
                kind: Kind::Human,
            };
            let id = on(app, began, |tx| account_cases::insert(tx, &new, Some(hash)))?;
            people.push(Actor {
                id,
                username: (*username).to_string(),
                display_name: (*display_name).to_string(),
                role: *role,
                session: Uuid::nil(),
                token: None,
            });
        }
        let mut cast = Self {
            people,
            projects: Vec::new(),
        };
        for setting in SETTINGS {
            let id = cast.make_project(app, began, setting)?;
            cast.projects.push(id);
        }
        Ok(cast)
    }

    fn make_project(
        &self,
        app: &App,
        at: DateTime<Utc>,
        setting: &Setting,
    ) -> anyhow::Result<Uuid> {
        let lead = self.person("lead")?;
        let new = NewProject {
            key: setting.key.to_string(),
            name: setting.name.to_string(),
            description: Some(setting.description.to_string()),
            visibility: Some(setting.visibility),
            reporters_see: Some(setting.reporters_see),
            template: Some(setting.template),
        };
        on(app, at, |tx| {
            let id = projects::create(tx, lead, &new)?.id;
            let which = ProjectRef::Id(id);
            if setting.visibility == Visibility::Private {
                let member = NewMember {
                    identifier: "developer".to_string(),
                    role: Role::Developer,
                };
                members::add(tx, lead, &which, &member)?;
            }
            for (name, colour) in setting.labels {
                let label = NewLabel {
                    name: (*name).to_string(),
                    colour: Some((*colour).to_string()),
                    description: None,
                };
                labels::create(tx, lead, &which, &label.check()?)?;
            }
            for name in setting.versions {
                let version = NewVersion {
                    name: (*name).to_string(),
                    released_on: None,
                };
                labels::create_version(tx, lead, &which, &version)?;
            }
            Ok(id)
        })
    }

    /// Finds the demo data of an earlier run.
    pub fn find(app: &App) -> anyhow::Result<Self> {
        let mut people = Vec::new();
        for (username, ..) in PEOPLE {
            let account = app
                .db
                .read(|conn| accounts::find(conn, username))?
                .context("an account of the demo data is missing")?;
            let user = account.render()?;
            people.push(Actor {
                id: user.id,
                username: user.username,
                display_name: user.display_name,
                role: account.role()?,
                session: Uuid::nil(),
                token: None,
            });
        }
        let mut cast = Self {
            people,
            projects: Vec::new(),
        };
        for setting in SETTINGS {
            let lead = cast.person("lead")?;
            let which = ProjectRef::Key(setting.key.to_string());
            let project = app
                .db
                .read(|conn| projects::one(conn, lead, &which))
                .map_err(|_| {
                    anyhow::anyhow!("the project {} of the demo data is missing", setting.key)
                })?;
            cast.projects.push(project.id);
        }
        Ok(cast)
    }

    /// Somebody by user name.
    pub fn person(&self, username: &str) -> anyhow::Result<&Actor> {
        self.people
            .iter()
            .find(|p| p.username == username)
            .context("nobody of that name in the cast")
    }
}
