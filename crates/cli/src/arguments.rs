//! What can be said on the command line.

use clap::{Args, Parser, Subcommand};
use domain::user::Role;

/// Issues from a terminal and from scripts.
///
/// Asks the server at IIT_URL as the account of IIT_TOKEN (an API token, made under Settings,
/// Tokens). On a terminal it prints for people; into a pipe it prints one line per issue with tabs
/// between, or JSON with --json. Exit codes: 0 done, 1 refused by the server or not found, 2 wrong
/// command line, 3 no answer.
#[derive(Debug, Parser)]
#[command(name = "iit", version)]
pub struct Arguments {
    /// Address of the server.
    #[arg(
        long,
        env = "IIT_URL",
        default_value = "http://127.0.0.1:8080",
        global = true
    )]
    pub url: String,
    /// Token; only from the environment, where other users of the machine cannot read it.
    #[arg(
        long,
        env = "IIT_TOKEN",
        hide = true,
        hide_env_values = true,
        global = true
    )]
    pub token: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List issues: `iit list is:open assignee:@me sort:-priority`
    List(List),
    /// Find issues by words, the best first: `iit search invoice total`
    Search(Search),
    /// Show an issue: `iit show APP-12`
    Show(Show),
    /// Report an issue: `iit create APP "It does not start" severity=high`
    Create(Create),
    /// Change fields of an issue: `iit set APP-12 status=done priority=1 assignee=@me due_date=none`
    Set(Set),
    /// Change many issues, all or none: `iit bulk "is:open label:ui" priority=2 labels+=later --dry-run`
    Bulk(Bulk),
    /// Move an issue to another project: `iit move APP-12 ENG --dry-run`
    Move(Move),
    /// Comment on an issue: `iit comment APP-12 "Seen again"`
    Comment(Comment),
    /// What happened to an issue
    History(Issue),
    /// What you may do with an issue, and why not
    Why(Issue),
    /// Saved views; `iit list --view NAME` lists what one finds
    Views(Views),
    /// Who you are here, what your token may do, and your role in each project
    Me(Me),
    /// Who may do what: the policy table; needs no server
    Policy(Policy),
}

impl Command {
    /// What has to be there for it: the key of an issue or a project.
    pub(crate) fn subject(&self) -> Option<&str> {
        match self {
            Self::List(List { project, .. })
            | Self::Search(Search { project, .. })
            | Self::Bulk(Bulk { project, .. })
            | Self::Views(Views { project, .. }) => project.as_deref(),
            Self::Create(Create { project, .. }) => Some(project),
            Self::Show(Show { issue, .. })
            | Self::Set(Set { issue, .. })
            | Self::Move(Move { issue, .. })
            | Self::Comment(Comment { issue, .. })
            | Self::History(Issue { issue, .. })
            | Self::Why(Issue { issue, .. }) => Some(issue),
            Self::Me(_) | Self::Policy(_) => None,
        }
    }
}

/// `iit list`.
#[derive(Debug, Args)]
pub struct List {
    /// Filter, as in the search field of a list; is:open unless given
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Only this project
    #[arg(long, short, value_name = "KEY")]
    pub project: Option<String>,
    /// What this saved view finds; a QUERY narrows it
    #[arg(long, value_name = "NAME")]
    pub view: Option<String>,
    /// How many at most
    #[arg(long, short = 'n', default_value_t = 50, value_name = "NUMBER")]
    pub limit: usize,
    /// As it was at an instant (RFC 3339)
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub as_of: Option<String>,
    /// JSON, an array of issues
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// CSV (RFC 4180), all issues
    #[arg(long)]
    pub csv: bool,
}

/// `iit search`.
#[derive(Debug, Args)]
pub struct Search {
    /// Beginnings of words in titles, texts, comments and names of files; or a key
    #[arg(value_name = "WORD", required = true)]
    pub words: Vec<String>,
    /// Only this project
    #[arg(long, short, value_name = "KEY")]
    pub project: Option<String>,
    /// How many at most
    #[arg(long, short = 'n', default_value_t = 20, value_name = "NUMBER")]
    pub limit: usize,
    /// JSON, an array of what was found
    #[arg(long)]
    pub json: bool,
}

/// `iit bulk`.
#[derive(Debug, Args)]
pub struct Bulk {
    /// Which issues, as for `iit list`; at most 500
    pub query: String,
    /// Fields as for `iit set`; labels+=a,b and labels-=c change labels beside those that each has
    #[arg(value_name = "FIELD=VALUE", required = true)]
    pub fields: Vec<String>,
    /// Only in this project
    #[arg(long, short, value_name = "KEY")]
    pub project: Option<String>,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    /// JSON, as the API gives it
    #[arg(long)]
    pub json: bool,
}

/// `iit move`.
#[derive(Debug, Args)]
pub struct Move {
    /// Key or id
    pub issue: String,
    /// Key of the project to move to
    pub project: String,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    /// JSON, as the API gives it
    #[arg(long)]
    pub json: bool,
}

/// `iit views`.
#[derive(Debug, Args)]
pub struct Views {
    /// Only those of this project
    #[arg(long, short, value_name = "KEY")]
    pub project: Option<String>,
    /// JSON, as the API gives it
    #[arg(long)]
    pub json: bool,
}

/// `iit me`.
#[derive(Debug, Args)]
pub struct Me {
    /// JSON, as the API gives it
    #[arg(long)]
    pub json: bool,
}

/// `iit show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Key or id
    pub issue: String,
    /// As it was at an instant (RFC 3339)
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub as_of: Option<String>,
    /// With its comments
    #[arg(long)]
    pub comments: bool,
    /// JSON, as the API gives it; comments in a field of that name
    #[arg(long)]
    pub json: bool,
}

/// `iit create`.
#[derive(Debug, Args)]
pub struct Create {
    /// Key of the project
    pub project: String,
    /// Title
    pub title: String,
    /// Other fields: type, severity, priority, status, labels (a,b), assignee, description, …
    #[arg(value_name = "FIELD=VALUE")]
    pub fields: Vec<String>,
    /// Read the description from standard input
    #[arg(long)]
    pub stdin: bool,
    /// JSON, as the API gives it
    #[arg(long)]
    pub json: bool,
}

/// `iit set`.
#[derive(Debug, Args)]
pub struct Set {
    /// Key or id
    pub issue: String,
    /// Fields: status, resolution, type, severity, priority, story_points, labels (a,b), assignee
    /// (@me, none), parent, title, description, start_date, due_date, affected_version, fixed_version
    #[arg(value_name = "FIELD=VALUE", required = true)]
    pub fields: Vec<String>,
    /// JSON, as the API gives it
    #[arg(long)]
    pub json: bool,
}

/// `iit comment`.
#[derive(Debug, Args)]
pub struct Comment {
    /// Key or id
    pub issue: String,
    /// Markdown; from standard input when left out
    pub body: Option<String>,
    /// For staff only
    #[arg(long)]
    pub internal: bool,
}

/// `iit history` and `iit why`.
#[derive(Debug, Args)]
pub struct Issue {
    /// Key or id
    pub issue: String,
    /// JSON
    #[arg(long)]
    pub json: bool,
}

/// `iit policy`.
#[derive(Debug, Args)]
pub struct Policy {
    /// Only what this role may do: viewer, reporter, developer, maintainer, lead, admin
    pub role: Option<Role>,
    /// JSON
    #[arg(long)]
    pub json: bool,
}

/// An instant as the API takes it.
fn instant(text: &str) -> Result<String, String> {
    match chrono::DateTime::parse_from_rfc3339(text) {
        Ok(_) => Ok(text.to_string()),
        Err(_) => Err("expected an instant such as 2026-01-31T12:00:00Z".into()),
    }
}
