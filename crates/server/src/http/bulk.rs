//! One change of many issues.

use super::body::{self, Body};
use super::reply;
use crate::app::{App, Caller, Error, issues};
use actix_web::{HttpRequest, HttpResponse, post, web};
use domain::bulk::{Bulk, BulkReport};

/// Change, delete or merge many issues: all of them or none.
///
/// `issues` (keys or ids) or `q` (the filter language, with `project`) says which, at most 500; `patch` is
/// that of one issue, and the same rules decide; `add_labels` and `remove_labels` leave each its other labels.
/// `action` says what else is done than to change them: `delete`, taken back by `restore`, or `merge` as
/// duplicates into the issue that `into` names, taken back by `unmerge`; each needs the right that it takes for
/// one issue, too. With `versions` whatever was changed meanwhile is refused, which is how a change is taken
/// back. With `dry_run` nothing is written, and each entry says what would change or why not. When one cannot
/// change, the answer is 409 with the reason of each. Every entry has `undo`, the patch that takes a change back.
#[utoipa::path(
    tag = "issues",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request answer like the first")),
    request_body = Bulk,
    responses((status = 200, body = BulkReport))
)]
#[post("/issues/bulk")]
pub async fn bulk_edit(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    body: Body<Bulk>,
) -> Result<HttpResponse, Error> {
    let once = body::once(&req, &body)?;
    let asked = body.value.check()?;
    let answer = app
        .make(&caller, once, move |tx, actor| {
            reply::told(&issues::bulk(tx, actor, &asked)?)
        })
        .await?;
    Ok(reply::answer(answer))
}
