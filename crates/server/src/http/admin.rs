//! What only admins ask for.

use super::reply;
use crate::app::{App, Caller, Error};
use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::policy::{self, Action, PolicyTable};

/// Admin: who may do what, as data.
#[utoipa::path(tag = "admin", responses((status = 200, body = PolicyTable), (status = 304)))]
#[get("/admin/policy")]
pub async fn policy_table(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Error> {
    app.read(&caller, |_, actor| Ok(actor.allow(Action::SeePolicy)?))
        .await?;
    reply::tagged(&req, 0, &policy::as_data())
}
