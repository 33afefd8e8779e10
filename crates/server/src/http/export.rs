//! A project as one document, sent while it is read.

use super::extract;
use crate::app::{App, Caller, Error, export as use_case};
use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::key::ProjectRef;
use futures_util::stream;
use uuid::Uuid;

enum Step {
    Issues(i64),
    Events(Option<(DateTime<Utc>, Uuid)>),
    Over,
}

struct Export {
    app: web::Data<App>,
    caller: Caller,
    project: Uuid,
    step: Step,
    issues: i64,
    /// Events that the document holds, and all that it went past.
    told: i64,
    events: i64,
}

fn text<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    super::reply::text(value)
}

/// Entries after a comma, but for the very first.
fn listed<T: serde::Serialize>(items: &[T], before: i64) -> Result<String, Error> {
    let mut out = String::new();
    for (i, item) in items.iter().enumerate() {
        if i > 0 || before > 0 {
            out.push(',');
        }
        out.push_str(&text(item)?);
    }
    Ok(out)
}

impl Export {
    /// The next piece of text; `None` at the end.
    async fn next(&mut self) -> Result<Option<String>, Error> {
        let id = self.project;
        match self.step {
            Step::Issues(after) => {
                let part = self
                    .app
                    .report(&self.caller, move |conn, actor| {
                        use_case::issues_after(conn, actor, id, after)
                    })
                    .await?;
                let Some(last) = part.last().map(|p| p.0) else {
                    self.step = Step::Events(None);
                    return Ok(Some("],\"events\":[".into()));
                };
                let items: Vec<_> = part.into_iter().map(|p| p.1).collect();
                let out = listed(&items, self.issues)?;
                self.issues += i64::try_from(items.len()).unwrap_or_default();
                self.step = Step::Issues(last);
                Ok(Some(out))
            }
            Step::Events(after) => {
                let part = self
                    .app
                    .report(&self.caller, move |conn, actor| {
                        use_case::events_after(conn, actor, id, after)
                    })
                    .await?;
                if let Some(last) = part.last {
                    let out = listed(&part.entries, self.told)?;
                    self.step = Step::Events(Some(last));
                    self.told += i64::try_from(part.entries.len()).unwrap_or_default();
                    self.events += i64::try_from(part.events).unwrap_or_default();
                    return Ok(Some(out));
                }
                let (issues, events) = (self.issues, self.events);
                self.app
                    .write(&self.caller, move |tx, actor| {
                        use_case::finish(tx, actor, id, issues, events)
                    })
                    .await?;
                self.step = Step::Over;
                Ok(Some("]}".into()))
            }
            Step::Over => Ok(None),
        }
    }
}

/// Everything of a project as one JSON document.
///
/// Settings, workflow, members, labels, versions, issues with comments and the metadata of files,
/// and the whole log, former texts and internal notes too; without relations to issues that do not
/// exist for the caller. Sent in parts: when it breaks off, it does
/// not end as JSON and does not count as exported. The audit log says who took it.
#[utoipa::path(tag = "projects", params(("project" = String, Path, description = "Key or id")), responses((status = 200, description = "One JSON object", content_type = "application/json", body = Object)))]
#[get("/projects/{project}/export")]
pub async fn export_project(
    app: web::Data<App>,
    caller: Caller,
    project: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let which: ProjectRef = extract::address(&project)?;
    let (id, key, head) = app
        .write(&caller, move |tx, actor| use_case::begin(tx, actor, &which))
        .await?;
    let head = text(&head)?;
    let head = format!("{},\"issues\":[", head.strip_suffix('}').unwrap_or(&head));
    let export = Export {
        app,
        caller,
        project: id,
        step: Step::Issues(0),
        issues: 0,
        told: 0,
        events: 0,
    };
    let parts = stream::try_unfold((export, Some(head)), |(mut export, head)| async move {
        let piece = match head {
            Some(head) => Some(head),
            None => export.next().await?,
        };
        Ok::<_, Error>(piece.map(|piece| (Bytes::from(piece), (export, None))))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{key}.json\""),
        ))
        .streaming(parts))
}
