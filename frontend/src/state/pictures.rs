//! Which attachments the texts of a page may show as pictures: those that exist for the reader.

use super::Loaded;
use crate::api;
use domain::attachment::Attachment;
use leptos::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Those attachments, in the context of what shows texts. Without it there are none.
#[derive(Clone, Copy, Default)]
pub struct Pictures(Signal<BTreeSet<Uuid>>);

impl Pictures {
    /// Makes them known below: these, and what is known here already.
    pub fn provide(files: Signal<Vec<Attachment>>) {
        let above = use_context::<Self>().unwrap_or_default();
        provide_context(Self(Signal::derive(move || {
            let here = files.with(|files| files.iter().map(|file| file.id).collect());
            above.0.with(|above| above.union(&here).copied().collect())
        })));
    }

    /// The same for an issue whose files are not read otherwise: only when that text has pictures.
    pub fn provide_for(issue: String, text: Signal<String>) {
        let wanted =
            Memo::new(move |_| text.with(|text| !domain::markdown::pictures(text).is_empty()));
        let files = Loaded::keep(
            move || wanted.get(),
            move |wanted| {
                let issue = issue.clone();
                async move {
                    if wanted {
                        api::attachments::list(&issue).await
                    } else {
                        Ok(Vec::new())
                    }
                }
            },
        );
        Self::provide(Signal::derive(move || {
            files.value.get().unwrap_or_default()
        }));
    }

    /// Whether one of them is that one. Tracked.
    #[must_use]
    pub fn shows(self, id: Uuid) -> bool {
        self.0.with(|known| known.contains(&id))
    }
}
