//! The route map and how a server is put together.

pub mod accept;
pub mod address;
pub mod admin;
pub mod attachments;
pub mod audit;
pub mod auth;
pub mod board;
pub mod body;
pub mod bulk;
pub mod comments;
pub mod connection;
pub mod csv;
pub mod download;
pub mod export;
pub mod extract;
pub mod form;
pub mod gate;
pub mod health;
pub mod identity;
pub mod issues;
pub mod json;
pub mod labels;
pub mod limits;
pub mod me;
pub mod merges;
pub mod middleware;
pub mod moments;
pub mod names;
pub mod openapi;
pub mod operations;
pub mod params;
pub mod patience;
pub mod problem;
pub mod problem_pages;
pub mod projects;
pub mod relations;
pub mod reply;
pub mod reports;
pub mod search;
pub mod spa;
pub mod stream;
pub mod tokens;
pub mod users;
pub mod views;

use crate::app::App;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web;
use limits::Limiter;
use utoipa_actix_web::service_config::ServiceConfig;

/// Every route of `/api/v1`, in the order of the API's page.
pub fn v1(routes: &mut ServiceConfig) {
    routes
        .service(auth::register)
        .service(auth::login)
        .service(auth::logout)
        .service(auth::create_token)
        .service(me::get_me)
        .service(me::update_me)
        .service(me::change_password)
        .service(me::sessions)
        .service(me::revoke_session)
        .service(tokens::my_tokens)
        .service(tokens::create_my_token)
        .service(tokens::my_token)
        .service(tokens::revoke_my_token)
        .service(users::list_users)
        .service(users::create_user)
        .service(users::get_user)
        .service(users::update_user)
        .service(users::deactivate_user)
        .service(tokens::tokens_of)
        .service(tokens::create_token_of)
        .service(tokens::token_of)
        .service(tokens::revoke_token_of)
        .service(projects::list_projects)
        .service(projects::create_project)
        .service(projects::get_project)
        .service(projects::update_project)
        .service(projects::archive_project)
        .service(projects::list_members)
        .service(projects::add_member)
        .service(projects::get_member)
        .service(projects::update_member)
        .service(projects::remove_member)
        .service(projects::get_workflow)
        .service(board::get_board)
        .service(projects::replace_workflow)
        .service(export::export_project)
        .service(labels::list_labels)
        .service(labels::create_label)
        .service(labels::get_label)
        .service(labels::update_label)
        .service(labels::delete_label)
        .service(labels::list_versions)
        .service(labels::create_version)
        .service(labels::get_version)
        .service(labels::update_version)
        .service(labels::delete_version)
        .service(labels::release_notes)
        .service(issues::create_issue_in_project)
        .service(issues::create_issue)
        .service(issues::list_issues)
        // Before the route of one issue, whose key it would be.
        .service(search::similar_issues)
        .service(search::search)
        .service(names::list_names)
        .service(bulk::bulk_edit)
        .service(views::list_views)
        .service(views::create_view)
        .service(views::get_view)
        .service(views::update_view)
        .service(views::delete_view)
        .service(issues::get_issue)
        .service(issues::update_issue)
        .service(issues::delete_issue)
        .service(issues::restore_issue)
        .service(issues::move_issue)
        .service(merges::get_merge)
        .service(merges::merge_issue)
        .service(merges::unmerge_issue)
        .service(issues::issue_history)
        .service(issues::put_issue_label)
        .service(issues::delete_issue_label)
        .service(relations::list_relations)
        .service(relations::create_relation)
        .service(relations::get_relation)
        .service(relations::delete_relation)
        .service(relations::watch_issue)
        .service(relations::unwatch_issue)
        .service(relations::vote_for_issue)
        .service(relations::take_vote_back)
        .service(comments::list_comments)
        .service(comments::create_comment)
        .service(comments::get_comment)
        .service(comments::comment_history)
        .service(comments::update_comment)
        .service(comments::delete_comment)
        .service(attachments::list_attachments)
        .service(attachments::add_attachments)
        .service(attachments::add_draft_attachments)
        .service(attachments::download_attachment)
        .service(attachments::delete_attachment)
        .service(reports::open_by)
        .service(reports::daily_stats)
        .service(moments::changes)
        .service(moments::moments)
        .service(reports::activity)
        .service(stream::live_stream)
        .service(stream::poll_events)
        .service(audit::list_audit)
        .service(audit::purge_audit)
        .service(admin::policy_table);
}

/// What does not change while a server runs.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The server's parts.
    pub app: web::Data<App>,
    /// Its limits.
    pub limiter: web::Data<Limiter>,
    /// Its browser app.
    pub spa: web::Data<spa::Spa>,
    /// Its API, as a document and as a table of addresses.
    pub api: web::Data<openapi::Api>,
    /// When the storage was last seen to take bytes.
    pub probe: web::Data<health::Probe>,
}

impl Shared {
    /// Puts the parts together.
    #[must_use]
    pub fn new(app: App) -> Self {
        let limiter = Limiter::new(app.config.limits);
        Self {
            app: web::Data::new(app),
            limiter: web::Data::new(limiter),
            spa: web::Data::new(spa::Spa::default()),
            api: web::Data::new(openapi::Api::new()),
            probe: web::Data::default(),
        }
    }
}

/// A whole application, the same for the binary and for tests.
pub fn application(
    shared: &Shared,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    use utoipa_actix_web::AppExt;
    let (app, _) = actix_web::App::new()
        .into_utoipa_app()
        .service(utoipa_actix_web::scope("/api/v1").configure(v1))
        .split_for_parts();
    app.app_data(shared.app.clone())
        .app_data(shared.limiter.clone())
        .app_data(shared.spa.clone())
        .app_data(shared.api.clone())
        .app_data(shared.probe.clone())
        .configure(health::routes)
        .configure(openapi::routes)
        .service(problem_pages::all)
        .service(problem_pages::one)
        .default_service(web::to(spa::fallback))
        .wrap(from_fn(patience::around))
        .wrap(from_fn(middleware::around))
}
