//! Files that go along with a text that is not sent yet. On the server they are drafts, there for their
//! uploader alone; which they are survives a reload beside the text.

use super::clock::device_time;
use super::uploads::Destination;
use super::{Draft, Pictures, Uploads, drafts};
use crate::api;
use crate::model::enclosed::{mention, put_in, rename, take_out};
use chrono::Duration;
use domain::attachment::{Attachment, DRAFT_HOURS};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlTextAreaElement};

/// A draft, and the project of an issue that is still to be reported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    project: Option<String>,
    file: Attachment,
}

/// The files of one text.
#[derive(Clone, Copy)]
pub struct Enclosed {
    /// The list, as JSON.
    kept: Draft,
    text: RwSignal<String>,
    text_name: StoredValue<String>,
    editor: &'static str,
    to: Signal<Option<Destination>>,
    uploads: Uploads,
}

/// The name under which the files of a draft of that name are kept.
#[must_use]
pub fn name_of(text: &str) -> String {
    format!("{text}:files")
}

fn read(json: &str) -> Vec<Kept> {
    serde_json::from_str(json).unwrap_or_default()
}

fn write(list: &[Kept]) -> String {
    if list.is_empty() {
        return String::new();
    }
    serde_json::to_string(list).unwrap_or_default()
}

/// Writes words into the text of the field of that id, where its caret is. The page may be gone.
fn write_in(editor: &str, text: RwSignal<String>, words: &str) {
    let field = document().get_element_by_id(editor);
    let field = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok());
    let caret = field
        .as_ref()
        .and_then(|field| field.selection_end().ok().flatten());
    let Some((now, caret)) = text.try_with_untracked(|text| put_in(text, caret, words)) else {
        return;
    };
    text.set(now);
    // The browser puts the caret at the end of a text that is set.
    if let Some(field) = field {
        request_animation_frame(move || {
            let _ = field.set_selection_range(caret, caret);
        });
    }
}

/// Adds files to an issue at once, for everybody who sees it, and names each in the text of the field of
/// that id: for texts that are themselves the issue's.
pub fn add_named(
    uploads: Uploads,
    issue: &str,
    files: Vec<File>,
    editor: &'static str,
    text: RwSignal<String>,
) {
    let arrived = move |file: Attachment| write_in(editor, text, &mention(&file));
    let to = Destination::Issue(issue.to_owned());
    uploads.send(&to, files, Rc::new(arrived));
}

impl Enclosed {
    /// Those of the draft of that name, written in the text field of that id; its preview shows them.
    #[must_use]
    pub fn open(
        name: &str,
        text: RwSignal<String>,
        editor: &'static str,
        to: Signal<Option<Destination>>,
    ) -> Self {
        let kept = Draft::open(&name_of(name), "");
        // The server forgets drafts after a day.
        let limit = device_time() - Duration::hours(DRAFT_HOURS);
        let all = read(&kept.text.get_untracked());
        let young: Vec<_> = all.iter().filter(|k| k.file.created_at > limit).collect();
        if young.len() < all.len() {
            let young: Vec<_> = young.into_iter().cloned().collect();
            kept.text.set(write(&young));
        }
        let to = Memo::new(move |_| to.get());
        let enclosed = Self {
            kept,
            text,
            text_name: StoredValue::new(name.to_owned()),
            editor,
            to: to.into(),
            uploads: expect_context(),
        };
        Pictures::provide(Signal::derive(move || enclosed.files()));
        Effect::watch(move || to.get(), move |_, _, _| enclosed.follow(), false);
        enclosed
    }

    /// The files. Tracked.
    #[must_use]
    pub fn files(self) -> Vec<Attachment> {
        let list = self.kept.text.with(|json| read(json));
        list.into_iter().map(|kept| kept.file).collect()
    }

    /// What to name when the text is sent.
    #[must_use]
    pub fn ids(self) -> Vec<Uuid> {
        let list = self.kept.text.with_untracked(|json| read(json));
        list.into_iter().map(|kept| kept.file.id).collect()
    }

    /// Where they go. Tracked.
    #[must_use]
    pub fn destination(self) -> Option<Destination> {
        self.to.get()
    }

    /// Whether some are on their way; until then the text waits. Tracked.
    #[must_use]
    pub fn on_the_way(self) -> bool {
        let to = self.to.get();
        to.is_some_and(|to| self.uploads.are_sending(&to))
    }

    /// Takes files in, and names each in the text when it has arrived.
    pub fn add(self, files: Vec<File>) {
        let Some(to) = self.to.get_untracked() else {
            return;
        };
        let name = self.text_name.get_value();
        let project = to.project();
        let arrived = move |file: Attachment| {
            let words = mention(&file);
            let kept = Kept {
                project: project.clone(),
                file,
            };
            if !self.keep(kept.clone(), None) {
                // The page is gone: they wait for the next visit, as the text does.
                let mut list = read(&drafts::kept(&name_of(&name)).unwrap_or_default());
                list.push(kept);
                drafts::put(&name_of(&name), &write(&list));
                let text = drafts::kept(&name).unwrap_or_default();
                drafts::put(&name, &put_in(&text, None, &words).0);
                return;
            }
            write_in(self.editor, self.text, &words);
        };
        self.uploads.send(&to, files, Rc::new(arrived));
    }

    /// Takes one away, also from the text.
    pub fn remove(self, file: &Attachment) {
        self.drop_from_list(file.id);
        self.text.update(|text| *text = take_out(text, file));
        let id = file.id;
        spawn_local(async move {
            // Without an answer the server forgets it by itself.
            let _ = api::attachments::delete(id).await;
        });
    }

    /// Forgets the list: nothing waits for them any more.
    pub fn clear(self) {
        self.kept.clear();
    }

    /// Forgets those that went with the text; what came meanwhile stays. The page may be gone by now, hence
    /// the name of the text.
    pub fn sent(self, name: &str, ids: &[Uuid]) {
        let rest = |json: &str| {
            let mut list = read(json);
            list.retain(|one| !ids.contains(&one.file.id));
            write(&list)
        };
        let here = self.kept.text.try_update(|json| *json = rest(json));
        if here.is_none() {
            drafts::forget(&name_of(name));
        }
    }

    /// The list as it is kept, to be offered back with its text.
    #[must_use]
    pub fn as_kept(self) -> Option<(String, String)> {
        let json = self.kept.text.get_untracked();
        let name = self.text_name.with_value(|name| name_of(name));
        (!json.is_empty()).then_some((name, json))
    }

    /// Takes the list of [`Enclosed::as_kept`] back; where the page is gone it waits for the next visit.
    pub fn take_back(self, kept: Option<(String, String)>) {
        if let Some((name, json)) = kept {
            drafts::put(&name, &json);
            let _ = self.kept.text.try_set(json);
        }
    }

    /// False when the page is gone.
    fn keep(self, kept: Kept, instead: Option<Uuid>) -> bool {
        let kept = self.kept.text.try_update(move |json| {
            let mut list = read(json);
            list.retain(|one| Some(one.file.id) != instead);
            list.push(kept);
            *json = write(&list);
        });
        kept.is_some()
    }

    fn drop_from_list(self, id: Uuid) {
        self.kept.text.update(|json| {
            let mut list = read(json);
            list.retain(|one| one.file.id != id);
            *json = write(&list);
        });
    }

    /// A draft belongs to its project. When another one is chosen, its bytes are sent there.
    fn follow(self) {
        let Some(to) = self.to.get_untracked() else {
            return;
        };
        let project = to.project();
        let list = self.kept.text.with_untracked(|json| read(json));
        for old in list.into_iter().filter(|kept| kept.project != project) {
            let (to, project) = (to.clone(), project.clone());
            spawn_local(async move {
                let Ok(bytes) = api::attachments::bytes(old.file.id).await else {
                    return;
                };
                let Some(file) = api::attachments::file_of(&old.file.file_name, &bytes) else {
                    return;
                };
                let arrived = move |file: Attachment| {
                    let (before, now) = (old.file.id, file.id);
                    let kept = Kept {
                        project: project.clone(),
                        file,
                    };
                    if !self.keep(kept, Some(before)) {
                        return;
                    }
                    let text = self.text;
                    let _ = text.try_update(|text| *text = rename(text, before, now));
                    // Another project may have been chosen meanwhile.
                    self.follow();
                    spawn_local(async move {
                        let _ = api::attachments::delete(before).await;
                    });
                };
                self.uploads.send(&to, vec![file], Rc::new(arrived));
            });
        }
    }
}
