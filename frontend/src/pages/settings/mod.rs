//! One's own account: profile, look, password, sessions, tokens.

mod look;
mod password;
mod profile;
mod sessions;

use crate::components::Page;
use crate::pages::tokens::TokenPanel;
use domain::paths::page;
use leptos::prelude::*;
use look::LookSection;
use password::PasswordSection;
use profile::ProfileSection;
use sessions::SessionList;

/// The pages as a row of links.
#[component]
fn SettingsFrame(title: &'static str, current: &'static str, children: Children) -> impl IntoView {
    let links = [
        (page::PROFILE, "Profile and password"),
        (page::SESSIONS, "Sessions"),
        (page::TOKENS, "Tokens"),
    ];
    view! {
        <Page title>
            <nav aria-label="Your account" class="tabs tabs-border border-b border-base-300 px-2 lg:px-4">
                {links
                    .into_iter()
                    .map(|(href, label)| {
                        view! { <a class="tab" href=href aria-current=(href == current).then_some("page")>{label}</a> }
                    })
                    .collect_view()}
            </nav>
            <div class="flex flex-col px-4 lg:px-6">{children()}</div>
        </Page>
    }
}

/// A part of a settings page: what it is about at the left, its controls at the right.
#[component]
fn Section(title: &'static str, text: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="grid gap-x-10 gap-y-4 border-b border-base-300 py-6 last:border-0 lg:grid-cols-[240px_minmax(0,420px)]">
            <div class="flex flex-col gap-1">
                <h2 class="text-sm">{title}</h2>
                <p class="text-xs text-ink-2">{text}</p>
            </div>
            <div class="min-w-0">{children()}</div>
        </section>
    }
}

/// Name, address, time zone, look, password.
#[component]
pub fn ProfilePage() -> impl IntoView {
    view! {
        <SettingsFrame title="Your profile" current=page::PROFILE>
            <Section title="Profile" text="How others see you, and where you are.">
                <ProfileSection />
            </Section>
            <Section title="Look" text="The theme follows you to other browsers; accent and contrast stay in this one.">
                <LookSection />
            </Section>
            <Section title="Password" text="A new one ends all your other sessions and revokes your tokens.">
                <PasswordSection />
            </Section>
        </SettingsFrame>
    }
}

/// Where one is signed in.
#[component]
pub fn SessionsPage() -> impl IntoView {
    view! {
        <SettingsFrame title="Your sessions" current=page::SESSIONS>
            <SessionList />
        </SettingsFrame>
    }
}

/// What one's programs come with.
#[component]
pub fn TokensPage() -> impl IntoView {
    view! {
        <SettingsFrame title="Your tokens" current=page::TOKENS>
            <p class="max-w-2xl pt-6 pb-4 text-sm text-ink-2">
                "A program sends a token instead of your password, and may what you may, cut by the token’s scopes and project. "
                <a class="link" href="/api/docs/" rel="external">"What the API can do"</a>
            </p>
            <TokenPanel />
        </SettingsFrame>
    }
}
