//! Files on their way. They belong to the browser, not to a page: leaving the page does not stop
//! them.

use crate::api::{self, ApiError};
use domain::attachment::Attachment;
use domain::paths::{api as address, with_query};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
use web_sys::{File, XmlHttpRequest};

/// Where a file goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To an issue, by its key, for everybody who sees it.
    Issue(String),
    /// Along with a text on an issue that is not sent yet.
    Text {
        /// Tells the texts apart.
        name: String,
        /// Key of the issue.
        issue: String,
    },
    /// Along with an issue that is still to be reported, by the key of its project.
    NewIssue(String),
}

impl Destination {
    /// The address that takes it.
    fn address(&self) -> String {
        match self {
            Self::Issue(key) => address::of_issue(key, "attachments"),
            Self::Text { issue, .. } => {
                let path = address::of_issue(issue, "attachments");
                with_query(&path, &[("draft", "true".to_owned())])
            }
            Self::NewIssue(project) => address::of_project(project, "attachments"),
        }
    }

    /// The project of an issue that is still to be reported.
    #[must_use]
    pub fn project(&self) -> Option<String> {
        match self {
            Self::NewIssue(project) => Some(project.clone()),
            Self::Issue(_) | Self::Text { .. } => None,
        }
    }
}

/// What is done with a file that arrived.
pub type Arrived = Rc<dyn Fn(Attachment)>;

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
    /// Where it goes.
    pub to: Destination,
    /// The file.
    pub file: File,
    /// How it is doing.
    pub progress: RwSignal<Progress>,
    arrived: StoredValue<Arrived, LocalStorage>,
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

    /// Those that go there. Tracked.
    #[must_use]
    pub fn of(self, to: &Destination) -> Vec<Upload> {
        self.list.with(|list| {
            list.iter()
                .filter(|upload| upload.to == *to)
                .cloned()
                .collect()
        })
    }

    /// Whether any is being sent there, and has not failed. Tracked.
    #[must_use]
    pub fn are_sending(self, to: &Destination) -> bool {
        let sending = |upload: &Upload| matches!(upload.progress.get(), Progress::Sending(_));
        self.of(to).iter().any(sending)
    }

    /// Sends files; `arrived` is called with each one that did.
    pub fn send(self, to: &Destination, files: Vec<File>, arrived: Arrived) {
        for file in files {
            let id = self.next.get_value();
            self.next.set_value(id.wrapping_add(1));
            // The signals must outlive the page that began them.
            let upload = self.owner.get_value().with(|| Upload {
                id,
                to: to.clone(),
                file,
                progress: RwSignal::new(Progress::Sending(0.0)),
                arrived: StoredValue::new_local(arrived.clone()),
                request: StoredValue::new_local(None),
            });
            self.list.update(|list| list.push(upload.clone()));
            self.begin(&upload);
        }
    }

    /// Sends one again.
    pub fn retry(self, id: u32) {
        let upload = self
            .list
            .with_untracked(|list| list.iter().find(|upload| upload.id == id).cloned());
        if let Some(upload) = upload {
            upload.progress.set(Progress::Sending(0.0));
            self.begin(&upload);
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

    fn begin(self, upload: &Upload) {
        let (id, progress) = (upload.id, upload.progress);
        let tell = move |share| progress.set(Progress::Sending(share));
        let arrived = upload.arrived.get_value();
        match api::attachments::upload(&upload.to.address(), &upload.file, tell) {
            Ok((request, ended)) => {
                upload.request.set_value(Some(request));
                spawn_local(async move {
                    match ended.await {
                        Ok(files) => {
                            files.into_iter().for_each(|file| arrived(file));
                            self.forget(id);
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
