//! `iit`: issues from a terminal and from scripts.
//!
//! Filters are parsed here before anything is asked, and rights are explained here, by the functions
//! that the server itself uses.

mod arguments;
mod failure;
mod fields;
mod rights;
mod show;
mod text;

pub use arguments::{Arguments, Command};
pub use failure::Failure;

use client::{Client, ListOf};
use domain::bulk::{Bulk, BulkAction};
use domain::comment::{Comment, NewComment};
use domain::filter;
use domain::page::{LIMIT_MAX, Page, Total};
use domain::relocation::Relocate;
use domain::view::View;
use serde::Serialize;

/// How standard input is read, when a command takes a text from it.
pub type Input<'a> = &'a mut dyn FnMut(&mut String) -> std::io::Result<()>;

/// Does what was asked, and gives what to print; for people when that goes to a terminal.
///
/// # Errors
/// [`Failure`], for people, with an exit code.
pub async fn run(
    arguments: Arguments,
    terminal: bool,
    input: Input<'_>,
) -> Result<String, Failure> {
    let subject = arguments.command.subject().map(ToString::to_string);
    answer(arguments, terminal, input)
        .await
        .map_err(|failure| failure.about(subject.as_deref()))
}

async fn answer(arguments: Arguments, terminal: bool, input: Input<'_>) -> Result<String, Failure> {
    let Arguments {
        url,
        token,
        command,
    } = arguments;
    if let Command::Policy(policy) = &command {
        return Ok(match policy.json {
            true => json(&domain::policy::as_data()),
            false => rights::policy(policy.role, terminal),
        });
    }
    let client = || Client::new(&url, token.as_deref());
    match command {
        Command::List(list) => {
            // Before anything is asked: a mistake needs no server.
            let of = list_of(&list)?;
            let client = client()?;
            let of = match &list.view {
                Some(name) => seen_through(&client, name, &list, of).await?,
                None => of,
            };
            if list.csv {
                return Ok(client.issues_csv(&of).await?);
            }
            let (rows, total) = pages(&client, of, list.limit).await?;
            Ok(match list.json {
                true => json(&rows),
                false => {
                    let list = show::issues(&rows, terminal);
                    show::listed(list, rows.len(), total, terminal)
                }
            })
        }
        Command::Search(wanted) => {
            let client = client()?;
            let words = wanted.words.join(" ");
            let (hits, total) = upto(wanted.limit, async |limit, cursor| {
                let project = wanted.project.as_deref();
                client
                    .search(&words, project, limit, cursor.as_deref())
                    .await
            })
            .await?;
            Ok(match wanted.json {
                true => json(&hits),
                false => {
                    let list = show::found(&hits, terminal);
                    show::listed(list, hits.len(), total, terminal)
                }
            })
        }
        Command::Show(wanted) => {
            let client = client()?;
            let issue = client.issue(&wanted.issue, wanted.as_of.as_deref()).await?;
            let comments = if wanted.comments {
                let page = async |cursor: Option<String>| {
                    client.comments(&wanted.issue, cursor.as_deref()).await
                };
                Some(all(page).await?)
            } else {
                None
            };
            if wanted.json {
                return Ok(json(&Whole { issue, comments }));
            }
            Ok(show::issue(&issue) + &comments.map_or_else(String::new, |c| show::comments(&c)))
        }
        Command::Create(wanted) => {
            let client = client()?;
            let me = who(&client, &wanted.fields).await?;
            let mut more = vec![("project", wanted.project), ("title", wanted.title)];
            if wanted.stdin {
                more.push(("description", read(input)?));
            }
            let draft = fields::read(&wanted.fields, &more, me.as_deref())?;
            changed(&client.create(&draft).await?, wanted.json)
        }
        Command::Set(wanted) => {
            let client = client()?;
            let me = who(&client, &wanted.fields).await?;
            let patch = fields::read(&wanted.fields, &[], me.as_deref())?;
            changed(&client.change(&wanted.issue, &patch).await?, wanted.json)
        }
        Command::Bulk(wanted) => {
            let query = filter::parse_surely(&wanted.query)
                .map_err(|mistake| Failure::filter(&wanted.query, &mistake))?;
            if query.expr.is_none() {
                let text = "which issues? For example: iit bulk \"is:open label:ui\" priority=2";
                return Err(Failure::usage(text));
            }
            let client = client()?;
            let me = who(&client, &wanted.fields).await?;
            let (labels, fields) = fields::labels_beside(&wanted.fields);
            let asked = Bulk {
                issues: None,
                q: Some(wanted.query),
                versions: None,
                action: BulkAction::Change,
                into: None,
                project: wanted.project,
                patch: fields::read(&fields, &[], me.as_deref())?,
                add_labels: labels.add,
                remove_labels: labels.remove,
                dry_run: wanted.dry_run,
            };
            let report = client.bulk(&asked).await?;
            Ok(match wanted.json {
                true => json(&report),
                false => show::bulk(&report, terminal),
            })
        }
        Command::Move(wanted) => {
            let asked = Relocate {
                project: wanted.project,
                dry_run: wanted.dry_run,
            };
            let moved = client()?.relocate(&wanted.issue, &asked).await?;
            Ok(match wanted.json {
                true => json(&moved),
                false => show::moved(&moved, terminal),
            })
        }
        Command::Views(wanted) => {
            let views = views(&client()?, wanted.project.as_deref()).await?;
            Ok(match wanted.json {
                true => json(&views),
                false => show::views(&views, terminal),
            })
        }
        Command::Me(wanted) => {
            let me = client()?.me().await?;
            Ok(match wanted.json {
                true => json(&me),
                false => show::me(&me, terminal),
            })
        }
        Command::Comment(wanted) => {
            let body = match wanted.body {
                Some(body) => body,
                None => read(input)?,
            };
            let comment = NewComment {
                body,
                internal: wanted.internal,
                ..NewComment::default()
            };
            let made = client()?.comment(&wanted.issue, &comment).await?;
            Ok(format!("{}\n", made.issue))
        }
        Command::History(wanted) => {
            let client = client()?;
            let page = async |cursor: Option<String>| {
                client.history(&wanted.issue, cursor.as_deref()).await
            };
            let entries = all(page).await?;
            Ok(match wanted.json {
                true => json(&entries),
                false => show::history(&entries, terminal),
            })
        }
        Command::Why(wanted) => {
            let client = client()?;
            let (me, issue) = (client.me().await?, client.issue(&wanted.issue, None).await?);
            let rights = rights::of_issue(&me, &issue);
            if !wanted.json {
                return Ok(rights::why(&rights, terminal));
            }
            let rows: Vec<_> = rights
                .iter()
                .map(|(action, decided)| {
                    serde_json::json!({
                        "action": action.rule().name,
                        "allowed": decided.is_ok(),
                        "missing": decided.as_ref().err().map(rights::missing),
                    })
                })
                .collect();
            Ok(json(&rows))
        }
        Command::Policy(_) => Ok(String::new()),
    }
}

/// An issue with its comments, when they were asked for.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    issue: domain::issue::Issue,
    #[serde(skip_serializing_if = "Option::is_none")]
    comments: Option<Vec<Comment>>,
}

fn check(query: &str) -> Result<filter::Query, Failure> {
    filter::parse(query).map_err(|mistake| Failure::filter(query, &mistake))
}

fn list_of(list: &arguments::List) -> Result<ListOf, Failure> {
    let query = match list.query.join(" ") {
        none if none.is_empty() && list.view.is_none() => "is:open".to_string(),
        query => query,
    };
    check(&query)?;
    Ok(ListOf {
        query,
        project: list.project.clone(),
        limit: None,
        cursor: None,
        as_of: list.as_of.clone(),
    })
}

/// The same within what a saved view finds: its query and, unless another is named, its project.
async fn seen_through(
    client: &Client,
    name: &str,
    list: &arguments::List,
    of: ListOf,
) -> Result<ListOf, Failure> {
    let all = views(client, list.project.as_deref()).await?;
    let same = |view: &&View| view.name.to_lowercase() == name.to_lowercase();
    let mut named = all.iter().filter(same);
    let view = match (named.next(), named.next()) {
        (Some(view), None) => view,
        (Some(_), Some(_)) => {
            let text = format!("there are several views “{name}”: say of which project, with -p");
            return Err(Failure::usage(text));
        }
        (None, _) => {
            let known: Vec<&str> = all.iter().map(|view| view.name.as_str()).collect();
            let text = match known.is_empty() {
                true => format!("there is no view “{name}”, nor any other"),
                false => format!("there is no view “{name}”; there are: {}", known.join(", ")),
            };
            return Err(Failure::refused(text));
        }
    };
    let theirs = check(&view.query)?;
    let ours = check(&of.query)?;
    // What is asked here narrows the view, and its order wins.
    let expr = match (theirs.expr, ours.expr) {
        (Some(theirs), Some(ours)) => Some(filter::Expr::And(vec![theirs, ours])),
        (theirs, ours) => theirs.or(ours),
    };
    let sort = match ours.sort.is_empty() {
        true => theirs.sort,
        false => ours.sort,
    };
    Ok(ListOf {
        query: filter::Query { expr, sort }.to_string(),
        project: of.project.or_else(|| view.project.clone()),
        ..of
    })
}

async fn views(client: &Client, project: Option<&str>) -> Result<Vec<View>, Failure> {
    all(async |cursor: Option<String>| client.views(project, cursor.as_deref()).await).await
}

/// Issues up to that number, page by page, and how many there are.
async fn pages(
    client: &Client,
    of: ListOf,
    most: usize,
) -> Result<(Vec<domain::issue::IssueRow>, Total), Failure> {
    upto(most, async |limit, cursor| {
        let of = ListOf {
            limit: Some(limit),
            cursor,
            ..of.clone()
        };
        client.issues(&of).await
    })
    .await
}

/// Things of a list up to that number, page by page, and how many there are.
async fn upto<T>(
    most: usize,
    page: impl AsyncFn(u32, Option<String>) -> Result<Page<T>, client::Error>,
) -> Result<(Vec<T>, Total), Failure> {
    let mut items = Vec::new();
    let mut cursor = None;
    loop {
        let missing = u32::try_from(most.saturating_sub(items.len())).unwrap_or(LIMIT_MAX);
        // Whoever wants none wants to know how many there are.
        let got = page(missing.clamp(1, LIMIT_MAX), cursor).await?;
        items.extend(got.items);
        items.truncate(most);
        cursor = got.next_cursor;
        if cursor.is_none() || items.len() >= most {
            return Ok((items, got.total));
        }
    }
}

/// Everything of a list, page by page.
async fn all<T>(
    page: impl AsyncFn(Option<String>) -> Result<Page<T>, client::Error>,
) -> Result<Vec<T>, Failure> {
    let mut items = Vec::new();
    let mut cursor = None;
    loop {
        let page = page(cursor).await?;
        items.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(items);
        }
    }
}

/// The caller's user name, when a field asks for it.
async fn who(client: &Client, fields: &[String]) -> Result<Option<String>, Failure> {
    if !fields::name_me(fields) {
        return Ok(None);
    }
    Ok(Some(client.me().await?.user.username))
}

fn changed(issue: &domain::issue::Issue, as_json: bool) -> Result<String, Failure> {
    Ok(match as_json {
        true => json(issue),
        false => format!("{}\n", issue.key),
    })
}

fn read(input: Input<'_>) -> Result<String, Failure> {
    let mut text = String::new();
    input(&mut text).map_err(|e| Failure::usage(format!("standard input: {e}")))?;
    Ok(text)
}

fn json<T: Serialize>(value: &T) -> String {
    // Types of the API always become JSON.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
