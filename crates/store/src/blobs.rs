//! Storage of files, behind `object_store`, streamed in both directions.

use crate::error::{Error, Result};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use sha2::{Digest, Sha256};
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What readiness writes and reads.
const READINESS: &str = "readiness";

/// Where files are.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// The folder, when it is one on this machine.
    folder: Option<PathBuf>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// The first bytes, to tell what kind of file it is.
    pub head: Vec<u8>,
}

/// Why a file was not taken.
#[derive(Debug)]
pub enum PutError<E> {
    /// More bytes than allowed.
    TooLarge,
    /// The sender stopped.
    Source(E),
    /// The storage failed.
    Storage(Error),
}

impl Blobs {
    /// Opens `file:<folder>`; the folder is made when it is missing.
    ///
    /// # Errors
    /// When the folder cannot be made, or the address is of another kind.
    pub fn open(address: &str) -> Result<Self> {
        let Some(folder) = address.strip_prefix("file:") else {
            return Err(Error::Storage(format!(
                "IIT_STORAGE: no such kind of storage: {address}"
            )));
        };
        std::fs::create_dir_all(folder).map_err(|e| Error::Storage(format!("{folder}: {e}")))?;
        let local = object_store::local::LocalFileSystem::new_with_prefix(folder)?
            .with_automatic_cleanup(true);
        Ok(Self {
            store: Arc::new(local),
            folder: Some(folder.into()),
        })
    }

    /// Storage in memory, for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            store: Arc::new(object_store::memory::InMemory::new()),
            folder: None,
        }
    }

    /// Writes a stream of bytes; on any failure nothing stays.
    ///
    /// # Errors
    /// [`PutError`].
    pub async fn put<S, E>(
        &self,
        key: &str,
        mut bytes: S,
        limit: u64,
    ) -> Result<Written, PutError<E>>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let storage = |e: object_store::Error| PutError::Storage(e.into());
        let upload = self
            .store
            .put_multipart(&Path::from(key))
            .await
            .map_err(storage)?;
        let mut writer = WriteMultipart::new(upload);
        let mut size = 0_u64;
        let mut hash = Sha256::new();
        let mut head = Vec::new();
        while let Some(chunk) = bytes.next().await {
            let failed = match chunk {
                Ok(chunk) => {
                    size += chunk.len() as u64;
                    if size > limit {
                        PutError::TooLarge
                    } else {
                        hash.update(&chunk);
                        if head.len() < 512 {
                            head.extend(chunk.iter().take(512 - head.len()));
                        }
                        if let Err(e) = writer.wait_for_capacity(2).await {
                            PutError::Storage(e.into())
                        } else {
                            writer.put(chunk);
                            continue;
                        }
                    }
                }
                Err(e) => PutError::Source(e),
            };
            if let Err(e) = writer.abort().await {
                tracing::warn!(error = %e, "an upload could not be taken back; the worker sweeps it");
            }
            return Err(failed);
        }
        writer.finish().await.map_err(storage)?;
        Ok(Written {
            size,
            sha256: hex::encode(hash.finalize()),
            head,
        })
    }

    /// Reads a file as a stream, all of it or a part. `size` is how long it must be.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or of another length, or [`Error::Storage`].
    pub async fn get(
        &self,
        key: &str,
        size: u64,
        part: Option<Range<u64>>,
    ) -> Result<impl Stream<Item = Result<Bytes>> + use<>> {
        // A storage that has less of it answers a part behind its end in its own words.
        if part.is_some() && self.size(key).await? != Some(size) {
            return Err(Error::NotFound);
        }
        let options = GetOptions {
            range: part.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&Path::from(key), options).await?;
        if found.meta.size != size {
            return Err(Error::NotFound);
        }
        Ok(found.into_stream().map(|chunk| chunk.map_err(Error::from)))
    }

    /// How long a file is, without reading it; nothing when it is not there.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn size(&self, key: &str) -> Result<Option<u64>> {
        match self.store.head(&Path::from(key)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// SHA-256 of a file, hexadecimal, read as a stream.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Storage`].
    pub async fn digest(&self, key: &str) -> Result<String> {
        let found = self.store.get(&Path::from(key)).await?;
        let mut bytes = found.into_stream();
        let mut hash = Sha256::new();
        while let Some(chunk) = bytes.next().await {
            hash.update(&chunk?);
        }
        Ok(hex::encode(hash.finalize()))
    }

    /// The folders that hold files, and the files that stand beside them.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn folders(&self) -> Result<(Vec<String>, Vec<String>)> {
        let top = self.store.list_with_delimiter(None).await?;
        let folders = top.common_prefixes.into_iter().map(String::from).collect();
        let files = top.objects.into_iter().map(|o| String::from(o.location));
        Ok((folders, files.filter(|name| name != READINESS).collect()))
    }

    /// The files of a folder and how long they are.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn list(&self, folder: &str) -> Result<Vec<(String, u64)>> {
        let mut found = Vec::new();
        let mut files = self.store.list(Some(&Path::from(folder)));
        while let Some(file) = files.next().await {
            let file = file?;
            found.push((file.location.into(), file.size));
        }
        Ok(found)
    }

    /// Removes what uploads left behind that were cut off with the program, and says how many. Blocks.
    ///
    /// # Errors
    /// [`Error::Storage`] when nothing of it can be removed.
    pub fn remove_unfinished(&self, older_than: Duration) -> Result<usize> {
        let mut removed = 0;
        let mut failure = None;
        for path in self.unfinished(older_than) {
            match fs::remove_file(&path) {
                Ok(()) => removed += 1,
                Err(e) => failure = Some(Error::Storage(format!("{}: {e}", path.display()))),
            }
        }
        match failure {
            Some(error) if removed == 0 => Err(error),
            _ => Ok(removed),
        }
    }

    /// Such leavings: the storage puts a file together beside its place, under the same name with `#` and
    /// a number behind, and moves it there when it is whole. Blocks.
    fn unfinished(&self, older_than: Duration) -> Vec<PathBuf> {
        let Some(root) = &self.folder else {
            return Vec::new();
        };
        let entries =
            |folder: &std::path::Path| fs::read_dir(folder).into_iter().flatten().flatten();
        let folders = entries(root).map(|entry| entry.path());
        let files = folders.flat_map(|folder| entries(&folder).collect::<Vec<_>>());
        let is_leaving = |name: &str| {
            let number = name.rsplit_once('#').map(|(_, number)| number);
            number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        };
        let is_old = |entry: &fs::DirEntry| {
            let changed = entry.metadata().and_then(|meta| meta.modified());
            let age = changed.ok().and_then(|at| at.elapsed().ok());
            age.is_some_and(|age| age >= older_than)
        };
        files
            .filter(|file| is_leaving(&file.file_name().to_string_lossy()) && is_old(file))
            .map(|file| file.path())
            .collect()
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.store.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// Whether the storage takes and gives bytes, for readiness.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn check(&self) -> Result<()> {
        let path = Path::from(READINESS);
        self.store
            .put(&path, PutPayload::from_static(b"ok"))
            .await?;
        self.store.get(&path).await?;
        Ok(())
    }

    /// Whether it gives bytes, without writing any; only right after [`Blobs::check`].
    ///
    /// # Errors
    /// [`Error::Storage`], [`Error::NotFound`].
    pub async fn check_reading(&self) -> Result<()> {
        self.store.head(&Path::from(READINESS)).await?;
        Ok(())
    }
}
