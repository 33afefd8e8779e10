//! What the palette offers.

use super::Place;
use crate::api;
use crate::components::icon_paths::IconName;
use crate::model::saved::href;
use crate::model::search::{begins, matches};
use crate::state::{Keys, recents};
use domain::filter::words_of;
use domain::paths::{page, with_query};
use domain::search::{SearchHit, Segment};
use domain::shortcuts::{Place as Where, TABLE};
use domain::user::User;
use domain::workflow::Category;
use leptos::prelude::*;

/// What happens when it is chosen.
#[derive(Clone, PartialEq)]
pub enum Deed {
    /// Goes there.
    Go(String),
    /// Does what a key does.
    Run(&'static str),
}

/// One line.
#[derive(Clone, PartialEq)]
pub struct Item {
    /// The heading above its kind.
    pub group: &'static str,
    /// What happens.
    pub deed: Deed,
    /// A status, for issues.
    pub status: Option<(Category, String)>,
    /// An icon, for the others.
    pub icon: IconName,
    /// The key of an issue or a project.
    pub key: Option<String>,
    /// The words, with what was typed marked.
    pub text: Vec<Segment>,
    /// The keys that do the same, or a word for what it is.
    pub side: Vec<&'static str>,
}

fn plain(text: impl Into<String>) -> Vec<Segment> {
    vec![Segment {
        text: text.into(),
        hit: false,
    }]
}

/// An issue that was found or looked at.
#[derive(Clone, PartialEq)]
pub struct Known {
    key: String,
    status: (Category, String),
    title: Vec<Segment>,
}

impl Known {
    /// Whether the typed words are in its key or title.
    #[must_use]
    pub fn fits(&self, typed: &str) -> bool {
        let title: String = self.title.iter().map(|piece| piece.text.as_str()).collect();
        matches(&format!("{} {title}", self.key), typed)
    }
}

impl From<SearchHit> for Known {
    fn from(hit: SearchHit) -> Self {
        Self {
            key: hit.key,
            status: (hit.status.category, hit.status.name),
            title: hit.title,
        }
    }
}

/// Issues for the typed words; without any, those looked at last.
pub async fn issues(typed: String) -> Result<Vec<Known>, api::ApiError> {
    if !words_of(&typed).is_empty() {
        let page = api::search::find(&typed, None, 6, None).await?;
        return Ok(page.items.into_iter().map(Known::from).collect());
    }
    let keys = recents::keys();
    if keys.is_empty() || !typed.trim().is_empty() {
        return Ok(Vec::new());
    }
    let listing = crate::model::listing::Listing::read(
        None,
        &[("q".to_owned(), format!("key:{}", keys.join(",")))],
    );
    let page = api::issues::list(&listing.filter, 20, None, None).await?;
    let rows = page.items;
    let found = keys
        .iter()
        .filter_map(|key| rows.iter().find(|row| row.key == *key));
    Ok(found
        .take(6)
        .map(|row| Known {
            key: row.key.clone(),
            status: (row.status.category, row.status.name.clone()),
            title: plain(row.title.clone()),
        })
        .collect())
}

/// People for the typed words.
pub async fn people(typed: String) -> Result<Vec<User>, api::ApiError> {
    if typed.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let mut found = api::directory::find(&typed).await?;
    found.truncate(4);
    Ok(found)
}

/// Pages that have no key of their own, by name. Tracked.
fn pages(place: Place, is_admin: bool) -> Vec<(String, String)> {
    let mut all = vec![
        ("Search".to_owned(), page::SEARCH.to_owned()),
        ("Profile and password".to_owned(), page::PROFILE.to_owned()),
        ("Sessions".to_owned(), page::SESSIONS.to_owned()),
        ("Tokens".to_owned(), page::TOKENS.to_owned()),
    ];
    if is_admin {
        all.push(("Users".to_owned(), page::USERS.to_owned()));
        all.push(("Audit log".to_owned(), page::AUDIT.to_owned()));
        all.push(("Roles and rights".to_owned(), page::POLICY.to_owned()));
    }
    let projects = place.projects.value.get().unwrap_or_default();
    let here = place.here();
    if let Some(project) = projects.into_iter().find(|p| Some(&p.key) == here.as_ref()) {
        let settings = page::project_settings(&project.key);
        let of = |what: &str| format!("{what} of {}", project.name);
        all.push((of("Activity"), page::project_activity(&project.key)));
        all.push((of("Settings"), settings.clone()));
        for (tab, what) in [
            ("members", "Members"),
            ("labels", "Labels"),
            ("versions", "Versions and release notes"),
            ("workflow", "Workflow"),
        ] {
            all.push((of(what), with_query(&settings, &[("tab", tab.to_owned())])));
        }
    }
    all
}

/// All lines in their order. Tracked.
#[must_use]
pub fn items(
    typed: &str,
    known: Vec<Known>,
    people: Vec<User>,
    place: Place,
    keys: Keys,
    is_admin: bool,
) -> Vec<Item> {
    let mut all = Vec::new();
    let recent = typed.trim().is_empty();
    all.extend(known.into_iter().map(|issue| Item {
        group: if recent { "Looked at last" } else { "Issues" },
        deed: Deed::Go(page::issue(&issue.key)),
        status: Some(issue.status),
        icon: IconName::List,
        key: Some(issue.key),
        text: issue.title,
        side: Vec::new(),
    }));
    let does = |shortcut: &&domain::shortcuts::Shortcut| {
        !matches!(
            shortcut.command,
            "palette" | "close" | "open" | "next" | "previous"
        ) && shortcut.place != Where::Editor
            && keys.can(shortcut.command)
            && matches(shortcut.label, typed)
    };
    let mut actions: Vec<_> = TABLE.iter().filter(does).collect();
    // "board" means the board before the dashboard.
    actions.sort_by_key(|shortcut| !begins(shortcut.label, typed));
    all.extend(
        actions
            .into_iter()
            .take(if recent { 40 } else { 8 })
            .map(|shortcut| Item {
                group: match shortcut.place {
                    Where::Anywhere => "Do",
                    _ => "Do here",
                },
                deed: Deed::Run(shortcut.command),
                status: None,
                icon: IconName::Keyboard,
                key: None,
                text: plain(shortcut.label),
                side: shortcut.keys.to_vec(),
            }),
    );
    let views = place.views.value.get().unwrap_or_default();
    let named = |view: &domain::view::View| matches(&format!("view {}", view.name), typed);
    all.extend(views.into_iter().filter(named).take(5).map(|view| Item {
        group: "Views",
        deed: Deed::Go(href(&view)),
        status: None,
        icon: IconName::Bookmark,
        key: view.project.clone(),
        text: plain(view.name),
        side: vec!["view"],
    }));
    if !recent {
        all.extend(
            pages(place, is_admin)
                .into_iter()
                .filter_map(|(name, href)| {
                    matches(&name, typed).then(|| Item {
                        group: "Pages",
                        deed: Deed::Go(href),
                        status: None,
                        icon: IconName::FileText,
                        key: None,
                        text: plain(name),
                        side: vec!["page"],
                    })
                }),
        );
        let projects = place.projects.value.get().unwrap_or_default();
        let fits = |p: &domain::project::Project| matches(&format!("{} {}", p.key, p.name), typed);
        all.extend(
            projects
                .into_iter()
                .filter(fits)
                .take(4)
                .map(|project| Item {
                    group: "Projects",
                    deed: Deed::Go(page::project_issues(&project.key)),
                    status: None,
                    icon: IconName::FolderKanban,
                    key: Some(project.key),
                    text: plain(project.name),
                    side: vec!["project"],
                }),
        );
        all.extend(people.into_iter().map(|user| {
            let query = format!("is:open assignee:{}", user.username);
            Item {
                group: "People",
                deed: Deed::Go(with_query(page::ISSUES, &[("q", query)])),
                status: None,
                icon: IconName::User,
                key: None,
                text: plain(format!("{}, open issues", user.display_name)),
                side: vec!["person"],
            }
        }));
    }
    if !words_of(typed).is_empty() {
        all.push(Item {
            group: "Search",
            deed: Deed::Go(with_query(page::SEARCH, &[("q", typed.trim().to_owned())])),
            status: None,
            icon: IconName::Search,
            key: None,
            text: plain(format!("Everything about “{}”", typed.trim())),
            side: Vec::new(),
        });
    }
    // Lines of one kind stand together.
    let order: Vec<&'static str> = all.iter().map(|item| item.group).collect();
    all.sort_by_key(|item| order.iter().position(|group| *group == item.group));
    all
}
