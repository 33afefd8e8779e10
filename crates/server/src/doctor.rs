//! Whether rows and stored files still agree: for `iit-server doctor`. Reads only, also beside a server that
//! runs: what was written or removed while it looked is looked at again before it is told.

use crate::app::{App, Error};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use store::attachments::Contents;
use store::claims::{self, Claim};
use uuid::Uuid;

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A row names bytes that are not there.
    Missing(Uuid, String),
    /// They are there, but are not as many as the row says.
    Length(Uuid, String),
    /// They are as many, but others.
    Digest(Uuid, String),
    /// Bytes that no row names.
    Unknown(String),
}

impl fmt::Display for Finding {
    /// One line with tabs between: what, where the bytes are or should be, and the file's id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(id, key) => write!(f, "missing\t{key}\t{id}"),
            Self::Length(id, key) => write!(f, "wrong length\t{key}\t{id}"),
            Self::Digest(id, key) => write!(f, "wrong digest\t{key}\t{id}"),
            Self::Unknown(key) => write!(f, "without a row\t{key}\t"),
        }
    }
}

/// Everything that was looked at.
#[derive(Debug, Default)]
pub struct Report {
    /// Rows that name bytes.
    pub rows: usize,
    /// Stored files.
    pub files: usize,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Compares all rows with all stored files, one folder at a time; with `digests` also by reading every
/// file.
///
/// # Errors
/// When database or storage are away.
pub async fn examine(app: &App, digests: bool) -> Result<Report, Error> {
    let mut report = Report::default();
    let (stored, beside) = app.blobs.folders().await?;
    let named = app
        .system(|db| db.read(|conn| Ok(claims::folders(conn)?)))
        .await?;
    let folders: BTreeSet<String> = stored.into_iter().chain(named).collect();
    for file in beside {
        report.files += 1;
        report.findings.push(Finding::Unknown(file));
    }
    for folder in folders {
        let files: BTreeMap<String, u64> = app.blobs.list(&folder).await?.into_iter().collect();
        let claimed = app
            .system(move |db| db.read(|conn| Ok(claims::in_folder(conn, &folder)?)))
            .await?;
        report.files += files.len();
        let known: BTreeSet<&str> = claimed.iter().map(|c| c.storage_key.as_str()).collect();
        for key in files.keys().filter(|key| !known.contains(key.as_str())) {
            report.findings.extend(unknown(app, key).await?);
        }
        for claim in &claimed {
            report.rows += usize::from(claim.contents.is_some());
            let size = files.get(&claim.storage_key).copied();
            report
                .findings
                .extend(wrong(app, claim, size, digests).await?);
        }
    }
    Ok(report)
}

/// What the row says now.
async fn again(app: &App, key: &str) -> Result<Option<Claim>, Error> {
    let key = key.to_string();
    app.system(move |db| db.read(|conn| Ok(claims::at(conn, &key)?)))
        .await
}

async fn unknown(app: &App, key: &str) -> Result<Option<Finding>, Error> {
    // The row comes before the bytes and goes after them, so only what is still there is unknown.
    let named = again(app, key).await?.is_some();
    let there = app.blobs.size(key).await?.is_some();
    Ok((there && !named).then(|| Finding::Unknown(key.to_string())))
}

async fn wrong(
    app: &App,
    claim: &Claim,
    size: Option<u64>,
    digests: bool,
) -> Result<Option<Finding>, Error> {
    let (Some(id), Some(contents)) = (claim.id, &claim.contents) else {
        return Ok(None);
    };
    let key = claim.storage_key.clone();
    let fits = |size: Option<u64>| size.and_then(|s| i64::try_from(s).ok()) == Some(contents.size);
    if fits(size) && !digests {
        return Ok(None);
    }
    let size = if fits(size) {
        size
    } else {
        app.blobs.size(&key).await?
    };
    let finding = match size {
        None => Finding::Missing(id, key),
        Some(_) if !fits(size) => Finding::Length(id, key),
        Some(_) if digests => match digest(app, contents, &key).await? {
            Some(true) => return Ok(None),
            Some(false) => Finding::Digest(id, key),
            None => Finding::Missing(id, key),
        },
        Some(_) => return Ok(None),
    };
    // It may have been removed while we looked.
    let now = again(app, &claim.storage_key).await?;
    let still = now.is_some_and(|now| now.contents.is_some());
    Ok(still.then_some(finding))
}

/// Whether the bytes are those of the row; nothing when they are gone.
async fn digest(app: &App, contents: &Contents, key: &str) -> Result<Option<bool>, Error> {
    match app.blobs.digest(key).await {
        Ok(digest) => Ok(Some(digest == contents.sha256)),
        Err(store::Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
