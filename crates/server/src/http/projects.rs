//! Projects, their members and their workflow.

use super::body::{self, Body};
use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, members, projects as use_case, workflow};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put, web};
use domain::key::ProjectRef;
use domain::page::Page;
use domain::paths::api;
use domain::project::{Member, MemberPatch, NewMember, NewProject, Project, ProjectPatch};
use domain::workflow::{Workflow, WorkflowInput};

/// List the projects that exist for me, by key.
#[utoipa::path(
    tag = "projects",
    params(("archived" = Option<bool>, Query, description = "Archived projects too"), ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"), ("cursor" = Option<String>, Query, description = "From `next_cursor`")),
    responses((status = 200, body = Page<Project>))
)]
#[get("/projects")]
pub async fn list_projects(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let archived = params.read("archived", "true or false")?.unwrap_or(false);
    let asked = params.paging()?;
    let projects = app
        .read(&caller, move |conn, actor| {
            use_case::list(conn, actor, archived)
        })
        .await?;
    reply::part(&req, &asked, projects, |p| p.key.clone())
}

/// Create a project; I become its lead.
#[utoipa::path(tag = "projects", request_body = NewProject, responses((status = 201, body = Project)))]
#[post("/projects")]
pub async fn create_project(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    body: Body<NewProject>,
) -> Result<HttpResponse, Error> {
    let once = body::once(&req, &body)?;
    let new = body.value.check()?;
    let answer = app
        .make(&caller, once, move |tx, actor| {
            let project = use_case::create(tx, actor, &new)?;
            reply::made(api::project(&project.key), Some(project.version), &project)
        })
        .await?;
    Ok(reply::answer(answer))
}

/// One project, by key or id.
#[utoipa::path(tag = "projects", params(("project" = String, Path, description = "Key or id")), responses((status = 200, body = Project), (status = 304)))]
#[get("/projects/{project}")]
pub async fn get_project(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let which: ProjectRef = extract::address(&project)?;
    let project = app
        .read(&caller, move |conn, actor| {
            use_case::one(conn, actor, &which)
        })
        .await?;
    reply::tagged(&req, project.version, &project)
}

/// Change a project's settings.
#[utoipa::path(
    tag = "projects",
    params(("project" = String, Path, description = "Key or id"), ("If-Match" = Option<String>, Header, description = "ETag of the version to change")),
    request_body = ProjectPatch,
    responses((status = 200, body = Project))
)]
#[patch("/projects/{project}")]
pub async fn update_project(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    body: Body<ProjectPatch>,
) -> Result<HttpResponse, Error> {
    let which: ProjectRef = extract::address(&project)?;
    let expected = extract::if_match(&req)?;
    let patch = body.value.check()?;
    let project = app
        .write(&caller, move |tx, actor| {
            use_case::update(tx, actor, &which, &patch, expected)
        })
        .await?;
    reply::tagged(&req, project.version, &project)
}

/// Archive a project: it stays readable and takes no more changes. Or, as an admin, purge it.
///
/// With `purge=true` a project that is archived, and was exported as it is, goes for good, with its
/// history and its files. The audit log says who did it and how much went.
#[utoipa::path(tag = "projects", params(("If-Match" = Option<String>, Header, description = "ETag of the version to change"), ("project" = String, Path, description = "Key or id"), ("purge" = Option<bool>, Query, description = "Admins: remove for good")), responses((status = 204)))]
#[delete("/projects/{project}")]
pub async fn archive_project(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let which: ProjectRef = extract::address(&project)?;
    let seen = extract::if_match(&req)?;
    let purge = params.read("purge", "true or false")?.unwrap_or(false);
    params.end()?;
    if purge {
        app.write(&caller, move |tx, actor| use_case::purge(tx, actor, &which))
            .await?;
        return Ok(reply::done());
    }
    let patch = ProjectPatch {
        archived: Some(true),
        ..ProjectPatch::default()
    };
    app.write(&caller, move |tx, actor| {
        use_case::update(tx, actor, &which, &patch, seen).map(|_| ())
    })
    .await?;
    Ok(reply::done())
}

/// List a project's members, by user name.
///
/// Whoever sees only their own issues meets no other reporter here.
#[utoipa::path(tag = "members", params(("project" = String, Path, description = "Key or id"), ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"), ("cursor" = Option<String>, Query, description = "From `next_cursor`")), responses((status = 200, body = Page<Member>)))]
#[get("/projects/{project}/members")]
pub async fn list_members(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let asked = params.paging()?;
    let which: ProjectRef = extract::address(&project)?;
    let members = app
        .read(&caller, move |conn, actor| {
            members::list(conn, actor, &which)
        })
        .await?;
    reply::part(&req, &asked, members, |m| m.user.id.to_string())
}

/// Make somebody a member, by user name or e-mail address.
#[utoipa::path(
    tag = "members",
    params(("project" = String, Path, description = "Key or id")),
    request_body = NewMember,
    responses((status = 201, body = Member))
)]
#[post("/projects/{project}/members")]
pub async fn add_member(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    body: Body<NewMember>,
) -> Result<HttpResponse, Error> {
    let which: ProjectRef = extract::address(&project)?;
    let once = body::once(&req, &body)?;
    let new = body.value;
    let answer = app
        .make(&caller, once, move |tx, actor| {
            let member = members::add(tx, actor, &which, &new)?;
            reply::made(
                api::in_project(&project, "members", &member.user.username),
                None,
                &member,
            )
        })
        .await?;
    Ok(reply::answer(answer))
}

/// One member.
#[utoipa::path(
    tag = "members",
    params(("project" = String, Path, description = "Key or id"), ("user" = String, Path, description = "User name or id")),
    responses((status = 200, body = Member), (status = 304))
)]
#[get("/projects/{project}/members/{user}")]
pub async fn get_member(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Params,
) -> Result<HttpResponse, Error> {
    params.end()?;
    let (project, user) = path.into_inner();
    let which: ProjectRef = extract::address(&project)?;
    let member = app
        .read(&caller, move |conn, actor| {
            members::one(conn, actor, &which, &user)
        })
        .await?;
    reply::tagged(&req, 0, &member)
}

/// Change a member's role.
#[utoipa::path(
    tag = "members",
    params(("If-Match" = Option<String>, Header, description = "ETag of the version to change"), ("project" = String, Path, description = "Key or id"), ("user" = String, Path, description = "User name or id")),
    request_body = MemberPatch,
    responses((status = 200, body = Member))
)]
#[patch("/projects/{project}/members/{user}")]
pub async fn update_member(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
    body: Body<MemberPatch>,
) -> Result<HttpResponse, Error> {
    let (project, user) = path.into_inner();
    let which: ProjectRef = extract::address(&project)?;
    let seen = extract::if_match(&req)?;
    let role = body.value.role;
    let member = app
        .write(&caller, move |tx, actor| {
            members::update(tx, actor, &which, &user, role, seen)
        })
        .await?;
    reply::tagged(&req, 0, &member)
}

/// End a membership; issues assigned to them become unassigned. Members may leave by themselves.
#[utoipa::path(
    tag = "members",
    params(("If-Match" = Option<String>, Header, description = "ETag of the version to change"), ("project" = String, Path, description = "Key or id"), ("user" = String, Path, description = "User name or id")),
    responses((status = 204))
)]
#[delete("/projects/{project}/members/{user}")]
pub async fn remove_member(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (project, user) = path.into_inner();
    let which: ProjectRef = extract::address(&project)?;
    let seen = extract::if_match(&req)?;
    app.write(&caller, move |tx, actor| {
        members::remove(tx, actor, &which, &user, seen)
    })
    .await?;
    Ok(reply::done())
}

/// A project's statuses in order, and the steps between them.
#[utoipa::path(tag = "projects", params(("project" = String, Path, description = "Key or id")), responses((status = 200, body = Workflow), (status = 304)))]
#[get("/projects/{project}/workflow")]
pub async fn get_workflow(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let which: ProjectRef = extract::address(&project)?;
    let (workflow, version) = app
        .read(&caller, move |conn, actor| {
            use_case::workflow(conn, actor, &which)
        })
        .await?;
    reply::tagged(&req, version, &workflow)
}

/// Replace a project's workflow.
///
/// Statuses are told apart by their slugs: one that is named keeps its issues and may get another
/// name; one that is not named is removed, and `moves` says which status takes its issues.
#[utoipa::path(
    tag = "projects",
    params(("project" = String, Path, description = "Key or id"), ("If-Match" = Option<String>, Header, description = "ETag of the workflow to change")),
    request_body = WorkflowInput,
    responses((status = 200, body = Workflow))
)]
#[put("/projects/{project}/workflow")]
pub async fn replace_workflow(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    body: Body<WorkflowInput>,
) -> Result<HttpResponse, Error> {
    let which: ProjectRef = extract::address(&project)?;
    let seen = extract::if_match(&req)?;
    let input = body.value;
    let (workflow, version) = app
        .write(&caller, move |tx, actor| {
            workflow::replace(tx, actor, &which, &input, seen)
        })
        .await?;
    reply::tagged(&req, version, &workflow)
}
