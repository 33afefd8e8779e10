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
use domain::comment::NewComment;
use domain::filter;
use domain::page::{LIMIT_MAX, Page};
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
            if list.csv {
                return Ok(client()?.issues_csv(&of).await?);
            }
            let rows = pages(&client()?, of, list.limit).await?;
            Ok(match list.json {
                true => json(&rows),
                false => show::issues(&rows, terminal),
            })
        }
        Command::Show(wanted) => {
            let client = client()?;
            let issue = client.issue(&wanted.issue, wanted.as_of.as_deref()).await?;
            if wanted.json {
                return Ok(json(&issue));
            }
            let mut out = show::issue(&issue);
            if wanted.comments {
                let page = async |cursor: Option<String>| {
                    client.comments(&wanted.issue, cursor.as_deref()).await
                };
                out.push_str(&show::comments(&all(page).await?));
            }
            Ok(out)
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
        Command::Comment(wanted) => {
            let body = match wanted.body {
                Some(body) => body,
                None => read(input)?,
            };
            let comment = NewComment {
                body,
                internal: wanted.internal,
                parent: None,
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
                        "missing": decided.err().map(domain::policy::Denied::missing),
                    })
                })
                .collect();
            Ok(json(&rows))
        }
        Command::Policy(_) => Ok(String::new()),
    }
}

fn list_of(list: &arguments::List) -> Result<ListOf, Failure> {
    let query = match list.query.join(" ") {
        none if none.is_empty() => "is:open".to_string(),
        query => query,
    };
    filter::parse(&query).map_err(|mistake| Failure::filter(&query, &mistake))?;
    Ok(ListOf {
        query,
        project: list.project.clone(),
        limit: None,
        cursor: None,
        as_of: list.as_of.clone(),
    })
}

/// Issues up to that number, page by page.
async fn pages(
    client: &Client,
    mut of: ListOf,
    most: usize,
) -> Result<Vec<domain::issue::IssueRow>, Failure> {
    let mut rows = Vec::new();
    while rows.len() < most {
        let missing = u32::try_from(most - rows.len()).unwrap_or(LIMIT_MAX);
        of.limit = Some(missing.min(LIMIT_MAX));
        let page = client.issues(&of).await?;
        rows.extend(page.items);
        of.cursor = page.next_cursor;
        if of.cursor.is_none() {
            break;
        }
    }
    Ok(rows)
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
