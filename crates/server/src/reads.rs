//! Notes who read which issue, where the instance wants that: beside the requests, never in their way.
//!
//! A bounded queue and one thread. When more is read than can be noted, entries are dropped, with a
//! warning; what still waits at the very moment the server ends is lost.

use domain::audit::AuditKind;
use serde_json::json;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use store::Db;
use store::access::{Actor, IssueAccess};
use store::audit::{NewEntry, Origin};

/// `IIT_AUDIT_READS`: which reads of issues are audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditReads {
    /// None.
    Off,
    /// Those of issues in private projects.
    Private,
    /// All.
    All,
}

impl AuditReads {
    /// The setting of that name.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        match text {
            "off" => Some(Self::Off),
            "private" => Some(Self::Private),
            "all" => Some(Self::All),
            _ => None,
        }
    }
}

/// Entries that wait at most.
const WAITING_MAX: usize = 10_000;

/// Takes notes of reads. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reads {
    which: AuditReads,
    queue: Option<SyncSender<(Origin, NewEntry)>>,
}

impl Reads {
    /// Starts taking notes, if any are wanted.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(which: AuditReads, db: Db) -> std::io::Result<Self> {
        if which == AuditReads::Off {
            return Ok(Self { which, queue: None });
        }
        let (queue, waiting) = sync_channel::<(Origin, NewEntry)>(WAITING_MAX);
        std::thread::Builder::new()
            .name("reads".to_string())
            .spawn(move || {
                for (origin, entry) in waiting {
                    let written = db.write(|tx| {
                        tx.comes_from(origin);
                        tx.audit(entry);
                        Ok::<_, store::Error>(())
                    });
                    if let Err(error) = written {
                        tracing::warn!(%error, "a read could not be noted");
                    }
                }
            })?;
        Ok(Self {
            which,
            queue: Some(queue),
        })
    }

    /// Notes that somebody read an issue.
    pub fn note(&self, actor: &Actor, found: &IssueAccess, origin: &Origin) {
        let Some(queue) = &self.queue else {
            return;
        };
        let project = &found.access.project;
        let private = project.visibility == domain::project::Visibility::Private;
        if self.which == AuditReads::Private && !private {
            return;
        }
        let key = domain::key::issue_key(&project.key, found.issue.number);
        let entry = NewEntry::new(AuditKind::Read, Some(actor.id))
            .project(project.id, &project.key)
            .detail(json!({"issue": key}));
        if let Err(TrySendError::Full(_)) = queue.try_send((origin.clone(), entry)) {
            tracing::warn!("more is read than can be noted; a note of a read is lost");
        }
    }
}
