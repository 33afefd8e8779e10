//! The browser's half of Issues & Insights.

mod api;
mod app;
mod components;
mod model;
mod pages;
mod state;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
