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
    /// Show an issue: `iit show APP-12`
    Show(Show),
    /// Report an issue: `iit create APP "It does not start" severity=high`
    Create(Create),
    /// Change fields of an issue: `iit set APP-12 status=done priority=1 assignee=@me due_date=none`
    Set(Set),
    /// Comment on an issue: `iit comment APP-12 "Seen again"`
    Comment(Comment),
    /// What happened to an issue
    History(Issue),
    /// What you may do with an issue, and why not
    Why(Issue),
    /// Who may do what: the policy table; needs no server
    Policy(Policy),
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
    /// How many at most
    #[arg(long, short = 'n', default_value_t = 50, value_name = "NUMBER")]
    pub limit: usize,
    /// As it was at an instant (RFC 3339)
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
    /// JSON, an array of issues
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// CSV (RFC 4180), all issues
    #[arg(long)]
    pub csv: bool,
}

/// `iit show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Key or id
    pub issue: String,
    /// As it was at an instant (RFC 3339)
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
    /// With its comments
    #[arg(long)]
    pub comments: bool,
    /// JSON, as the API gives it
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
