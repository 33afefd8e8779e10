//! Files on their way. They belong to the browser, not to a page: leaving the page does not stop
//! them.

use crate::api::{self, ApiError};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{File, XmlHttpRequest};

/// How a file is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// This share of it is sent, 0 to 1.
    Sending(f64),
    /// It failed, and can be tried again.
    Failed(ApiError),
}

/// One file on its way.
#[derive(Clone)]
pub struct Upload {
    /// Tells them apart.
    pub id: u32,
    /// Key of the issue.
    pub issue: String,
    /// The file.
    pub file: File,
    /// How it is doing.
    pub progress: RwSignal<Progress>,
    request: StoredValue<Option<XmlHttpRequest>, LocalStorage>,
}

/// The files on their way, in the context of every component.
#[derive(Clone, Copy)]
pub struct Uploads {
    list: RwSignal<Vec<Upload>, LocalStorage>,
    next: StoredValue<u32>,
    owner: StoredValue<Owner>,
}

impl Uploads {
    /// Makes the place for them.
    pub fn provide() -> Self {
        let uploads = Self {
            list: RwSignal::new_local(Vec::new()),
            next: StoredValue::new(0),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        };
        provide_context(uploads);
        uploads
    }

    /// Those of one issue.
    #[must_use]
    pub fn of(self, issue: &str) -> Vec<Upload> {
        self.list.with(|list| {
            list.iter()
                .filter(|upload| upload.issue == issue)
                .cloned()
                .collect()
        })
    }

    /// Sends files to an issue; `done` is called after each one that arrived.
    pub fn send(self, issue: &str, files: Vec<File>, done: UnsyncCallback<()>) {
        for file in files {
            let id = self.next.get_value();
            self.next.set_value(id.wrapping_add(1));
            // The signals must outlive the page that began them.
            let upload = self.owner.get_value().with(|| Upload {
                id,
                issue: issue.to_owned(),
                file,
                progress: RwSignal::new(Progress::Sending(0.0)),
                request: StoredValue::new_local(None),
            });
            self.list.update(|list| list.push(upload.clone()));
            self.begin(&upload, done);
        }
    }

    /// Sends one again.
    pub fn retry(self, id: u32, done: UnsyncCallback<()>) {
        let upload = self
            .list
            .with_untracked(|list| list.iter().find(|upload| upload.id == id).cloned());
        if let Some(upload) = upload {
            upload.progress.set(Progress::Sending(0.0));
            self.begin(&upload, done);
        }
    }

    /// Stops one and forgets it.
    pub fn cancel(self, id: u32) {
        let upload = self
            .list
            .with_untracked(|list| list.iter().find(|upload| upload.id == id).cloned());
        self.forget(id);
        if let Some(request) = upload.and_then(|upload| upload.request.get_value()) {
            let _ = request.abort();
        }
    }

    fn begin(self, upload: &Upload, done: UnsyncCallback<()>) {
        let (id, progress) = (upload.id, upload.progress);
        let tell = move |share| progress.set(Progress::Sending(share));
        match api::attachments::upload(&upload.issue, &upload.file, tell) {
            Ok((request, ended)) => {
                upload.request.set_value(Some(request));
                spawn_local(async move {
                    match ended.await {
                        Ok(()) => {
                            self.forget(id);
                            let _ = done.try_run(());
                        }
                        Err(error) => progress.set(Progress::Failed(error)),
                    }
                });
            }
            Err(error) => progress.set(Progress::Failed(error)),
        }
    }

    fn forget(self, id: u32) {
        self.list
            .update(|list| list.retain(|upload| upload.id != id));
    }
}
