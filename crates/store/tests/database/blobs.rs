//! Bytes of files: all of them or none.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use store::Error;
use store::blobs::{Blobs, PutError};
use uuid::Uuid;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("iit-blobs-{}", Uuid::new_v4())))
    }

    fn blobs(&self) -> Blobs {
        Blobs::open(&format!("file:{}", self.0.display())).unwrap()
    }

    /// Every file below.
    fn files(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.push(path);
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.0, &mut found);
        found
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

type Chunks = Vec<Result<Bytes, Infallible>>;

fn chunks(of: &[&'static [u8]]) -> Chunks {
    of.iter().map(|part| Ok(Bytes::from_static(part))).collect()
}

async fn read(blobs: &Blobs, key: &str) -> store::Result<Vec<u8>> {
    let size = blobs.size(key).await?.unwrap_or(0);
    read_part(blobs, key, size, None).await
}

async fn read_part(
    blobs: &Blobs,
    key: &str,
    size: u64,
    part: Option<std::ops::Range<u64>>,
) -> store::Result<Vec<u8>> {
    let mut parts = blobs.get(key, size, part).await?;
    let mut whole = Vec::new();
    while let Some(part) = parts.next().await {
        whole.extend(part?);
    }
    Ok(whole)
}

#[tokio::test]
async fn what_was_put_is_got_with_its_size_hash_and_beginning() {
    let folder = Folder::new();
    for blobs in [folder.blobs(), Blobs::in_memory()] {
        let parts = chunks(&[b"hello ", b"", b"world"]);
        let written = blobs.put("ab/cd", stream::iter(parts), 11).await.unwrap();
        assert_eq!(written.size, 11);
        assert_eq!(
            written.sha256,
            "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
        );
        assert_eq!(written.head, b"hello world");
        assert_eq!(read(&blobs, "ab/cd").await.unwrap(), b"hello world");
        blobs.delete("ab/cd").await.unwrap();
        assert!(matches!(read(&blobs, "ab/cd").await, Err(Error::NotFound)));
        blobs.delete("ab/cd").await.unwrap();
    }
    assert!(folder.files().is_empty());
}

#[tokio::test]
async fn a_part_is_got_of_what_is_as_long_as_it_must_be() {
    let folder = Folder::new();
    for blobs in [folder.blobs(), Blobs::in_memory()] {
        let put = blobs.put("ab/cd", stream::iter(chunks(&[b"0123456789"])), 10);
        let written = put.await.unwrap();
        let part = |size, range| read_part(&blobs, "ab/cd", size, range);
        assert_eq!(part(10, Some(2..5)).await.unwrap(), b"234");
        assert_eq!(part(10, Some(9..10)).await.unwrap(), b"9");
        for range in [None, Some(2..5)] {
            assert!(matches!(part(11, range).await, Err(Error::NotFound)));
        }
        assert_eq!(blobs.size("ab/cd").await.unwrap(), Some(10));
        assert_eq!(blobs.size("ab/ef").await.unwrap(), None);
        assert_eq!(blobs.digest("ab/cd").await.unwrap(), written.sha256);
        assert_eq!(blobs.list("ab").await.unwrap(), [("ab/cd".to_string(), 10)]);
        blobs.check().await.unwrap();
        let (folders, beside) = blobs.folders().await.unwrap();
        assert_eq!(folders, ["ab"]);
        assert!(beside.is_empty(), "{beside:?}");
    }
}

#[tokio::test]
async fn a_large_file_is_streamed_in_parts_and_only_its_beginning_is_kept() {
    let folder = Folder::new();
    let blobs = folder.blobs();
    let part = Bytes::from(vec![7_u8; 1_000_000]);
    let parts: Chunks = (0..12).map(|_| Ok(part.clone())).collect();
    let written = blobs
        .put("large", stream::iter(parts), 12_000_000)
        .await
        .unwrap();
    assert_eq!((written.size, written.head.len()), (12_000_000, 512));
    let whole = read(&blobs, "large").await.unwrap();
    assert!(whole.len() == 12_000_000 && whole.iter().all(|b| *b == 7));
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_and_leaves_nothing() {
    let folder = Folder::new();
    for blobs in [folder.blobs(), Blobs::in_memory()] {
        let parts = chunks(&[b"12345", b"67890", b"1"]);
        let refused = blobs.put("ab/over", stream::iter(parts), 10).await;
        assert!(matches!(refused, Err(PutError::TooLarge)));
        assert!(matches!(
            read(&blobs, "ab/over").await,
            Err(Error::NotFound)
        ));
    }
    assert!(folder.files().is_empty(), "{:?}", folder.files());
}

#[tokio::test]
async fn a_sender_that_stops_halfway_leaves_nothing() {
    let folder = Folder::new();
    let blobs = folder.blobs();
    // More than one part, so that some of it was on disk already.
    let mut parts: Vec<Result<Bytes, &str>> = (0..7)
        .map(|_| Ok(Bytes::from(vec![1_u8; 1_000_000])))
        .collect();
    parts.push(Err("the line went dead"));
    let broken = blobs.put("ab/half", stream::iter(parts), 100_000_000).await;
    assert!(matches!(
        broken,
        Err(PutError::Source("the line went dead"))
    ));
    assert!(matches!(
        read(&blobs, "ab/half").await,
        Err(Error::NotFound)
    ));
    assert!(folder.files().is_empty(), "{:?}", folder.files());
}

#[tokio::test]
async fn readiness_writes_and_reads() {
    let folder = Folder::new();
    let blobs = folder.blobs();
    blobs.check().await.unwrap();
    std::fs::remove_dir_all(&folder.0).unwrap();
    std::fs::write(&folder.0, "a file where the folder was").unwrap();
    let broken = blobs.check().await;
    assert!(matches!(broken, Err(Error::Storage(_))), "{broken:?}");
    std::fs::remove_file(&folder.0).unwrap();
}

#[test]
fn an_address_of_another_kind_is_refused_by_name() {
    let Err(Error::Storage(why)) = Blobs::open("ftp://somewhere") else {
        panic!("accepted")
    };
    assert!(why.contains("IIT_STORAGE"), "{why}");
    let _ = Blobs::open("file:/proc/nowhere/x").unwrap_err();
}
