//! Storage of files, behind `object_store`, streamed in both directions.

use crate::error::{Error, Result};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Where files are.
#[derive(Debug, Clone)]
pub struct Blobs(Arc<dyn ObjectStore>);

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
        Ok(Self(Arc::new(local)))
    }

    /// Storage in memory, for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self(Arc::new(object_store::memory::InMemory::new()))
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
            .0
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

    /// Reads a file as a stream.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Storage`].
    pub async fn get(&self, key: &str) -> Result<impl Stream<Item = Result<Bytes>> + use<>> {
        let found = self.0.get(&Path::from(key)).await?;
        Ok(found.into_stream().map(|chunk| chunk.map_err(Error::from)))
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.0.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// Whether the storage takes and gives bytes, for readiness.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn check(&self) -> Result<()> {
        let path = Path::from("readiness");
        self.0.put(&path, PutPayload::from_static(b"ok")).await?;
        self.0.get(&path).await?;
        Ok(())
    }

    /// Whether it gives bytes, without writing any; only right after [`Blobs::check`].
    ///
    /// # Errors
    /// [`Error::Storage`], [`Error::NotFound`].
    pub async fn check_reading(&self) -> Result<()> {
        self.0.head(&Path::from("readiness")).await?;
        Ok(())
    }
}
