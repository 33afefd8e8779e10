//! The pages and their addresses.

use crate::components::shell::Shell;
use crate::components::toast_stack::ToastStack;
use crate::pages::activity::ActivityPage;
use crate::pages::audit::AuditPage;
use crate::pages::board::BoardPage;
use crate::pages::dashboard::DashboardPage;
use crate::pages::issue::IssuePage;
use crate::pages::issue_list::IssueListPage;
use crate::pages::login::LoginPage;
use crate::pages::my_work::MyWorkPage;
use crate::pages::new_issue::NewIssuePage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::policy::PolicyPage;
use crate::pages::project_home::ProjectHomePage;
use crate::pages::project_settings::ProjectSettingsPage;
use crate::pages::projects::ProjectsPage;
use crate::pages::register::RegisterPage;
use crate::pages::search::SearchPage;
use crate::pages::settings::{ProfilePage, SessionsPage, TokensPage};
use crate::pages::triage::TriagePage;
use crate::pages::user::UserPage;
use crate::pages::users::UsersPage;
use crate::state::{Clock, Keys, Live, Look, Session, Toasts, Uploads, profile_theme};
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

/// The application.
#[component]
pub fn App() -> impl IntoView {
    Clock::provide();
    let look = Look::provide();
    let toasts = Toasts::provide();
    Keys::provide();
    Uploads::provide();
    let session = Session::provide();
    Live::provide(session);
    profile_theme::follow(session, look, toasts);
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/login") view=LoginPage />
                <Route path=path!("/register") view=RegisterPage />
                <ParentRoute path=path!("") view=Shell>
                    <Route path=path!("/") view=DashboardPage />
                    <Route path=path!("/my") view=MyWorkPage />
                    <Route path=path!("/search") view=SearchPage />
                    <Route path=path!("/issues") view=IssueListPage />
                    <Route path=path!("/issues/:key") view=IssuePage />
                    <Route path=path!("/new") view=NewIssuePage />
                    <Route path=path!("/projects/:key/board") view=BoardPage />
                    <Route path=path!("/projects/:key/issues") view=IssueListPage />
                    <Route path=path!("/projects/:key/activity") view=ActivityPage />
                    <Route path=path!("/projects") view=ProjectsPage />
                    <Route path=path!("/projects/:key") view=ProjectHomePage />
                    <Route path=path!("/projects/:key/triage") view=TriagePage />
                    <Route path=path!("/projects/:key/settings") view=ProjectSettingsPage />
                    <Route path=path!("/settings/profile") view=ProfilePage />
                    <Route path=path!("/settings/sessions") view=SessionsPage />
                    <Route path=path!("/settings/tokens") view=TokensPage />
                    <Route path=path!("/users") view=UsersPage />
                    <Route path=path!("/users/:name") view=UserPage />
                    <Route path=path!("/admin/audit") view=AuditPage />
                    <Route path=path!("/admin/policy") view=PolicyPage />
                    <Route path=path!("*any") view=NotFoundPage />
                </ParentRoute>
            </Routes>
        </Router>
        <ToastStack />
    }
}
