//! Files that nobody can reach any more go, and no others; rows that are over too.

use crate::{job, worker};
use bytes::Bytes;
use chrono::{Duration, Utc};
use futures_util::stream;
use std::convert::Infallible;
use std::path::PathBuf;
use store::attachments::{self, Becomes, Contents};
use store::blobs::Blobs;
use store::{Db, Error};
use testkit::{Cast, TestDb, cast, sql, work};
use uuid::Uuid;
use worker::runner::Outcome;

struct Stage {
    test: TestDb,
    db: Db,
    cast: Cast,
    issue: Uuid,
    folder: PathBuf,
    blobs: Blobs,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn stage() -> Stage {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let issue = work::issue(&db, cast.app, &cast.reporter, "With files").id;
    let folder = std::env::temp_dir().join(format!("iit-sweep-{}", Uuid::new_v4()));
    let blobs = Blobs::open(&format!("file:{}", folder.display())).unwrap();
    Stage {
        test,
        db,
        cast,
        issue,
        folder,
        blobs,
    }
}

impl Stage {
    /// A row of that age with its bytes; gives its id and where the bytes are.
    fn upload(&self, age: Duration) -> (Uuid, PathBuf) {
        let pending = self
            .db
            .write(|tx| {
                tx.pretend_it_is(Utc::now() - age);
                attachments::begin(tx, self.cast.reporter.id, "a.txt")
            })
            .unwrap();
        let bytes = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"text"))]);
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(self.blobs.put(&pending.storage_key, bytes, 100))
            .unwrap();
        let path = self.folder.join(&pending.storage_key);
        assert!(path.is_file());
        (pending.id, path)
    }

    fn finish(&self, id: Uuid, age: Duration, becomes: Becomes) {
        let contents = Contents {
            media_type: "text/plain".into(),
            size: 4,
            sha256: "hash".into(),
        };
        self.db
            .write(|tx| {
                tx.pretend_it_is(Utc::now() - age);
                attachments::finish(tx, id, &contents, becomes)
            })
            .unwrap();
    }

    fn file(&self, age: Duration) -> (Uuid, PathBuf) {
        let uploaded = self.upload(age);
        self.finish(uploaded.0, age, Becomes::FileOf(self.issue));
        uploaded
    }

    fn delete(&self, id: Uuid) {
        self.db.write(|tx| attachments::delete(tx, id)).unwrap();
    }

    fn sweep(&self) -> Outcome {
        worker(&self.db, self.blobs.clone()).run(job("sweep"), true)
    }

    fn rows(&self) -> Vec<String> {
        sql::rows(
            &mut self.test.superuser(),
            "select id from attachment order by id",
        )
    }
}

#[test]
fn deleted_files_and_stale_uploads_lose_their_bytes_and_nothing_else_does() {
    let stage = stage();
    let hours = Duration::hours;
    let ready = stage.file(hours(1000));
    let uploading = stage.upload(hours(23));
    let stale = stage.upload(hours(25));
    let deleted = stage.file(hours(0));
    stage.delete(deleted.0);
    assert_eq!(stage.sweep(), Outcome::Ran(2));
    assert!(ready.1.is_file() && uploading.1.is_file());
    assert!(!stale.1.exists() && !deleted.1.exists());
    let mut expected = [ready.0.to_string(), uploading.0.to_string()];
    expected.sort();
    assert_eq!(stage.rows(), expected);
    assert_eq!(stage.sweep(), Outcome::Ran(0));
}

#[test]
fn drafts_that_were_never_sent_go_after_a_day() {
    let stage = stage();
    let draft = |hours, becomes| {
        let uploaded = stage.upload(Duration::hours(hours));
        stage.finish(uploaded.0, Duration::hours(hours), becomes);
        uploaded
    };
    let fresh = draft(23, Becomes::DraftOf(stage.issue));
    let old = draft(25, Becomes::DraftOf(stage.issue));
    let of_project = draft(25, Becomes::DraftIn(stage.cast.app));
    assert_eq!(stage.sweep(), Outcome::Ran(2));
    assert!(fresh.1.is_file() && !old.1.exists() && !of_project.1.exists());
    assert_eq!(stage.rows(), [fresh.0.to_string()]);
}

#[test]
fn what_an_upload_left_behind_goes_when_it_is_old() {
    let stage = stage();
    let kept = stage.file(Duration::zero());
    // As the storage names what it puts together, and cut off.
    let leaving = |name: &str, hours: u64| {
        let path = kept.1.with_file_name(name);
        let file = std::fs::File::create(&path).unwrap();
        let at = std::time::SystemTime::now() - std::time::Duration::from_secs(hours * 3600);
        file.set_modified(at).unwrap();
        path
    };
    let fresh = leaving("0123456789abcdef0123456789abcdef#1", 23);
    let old = leaving("0123456789abcdef0123456789abcdef#12", 25);
    let other = leaving("0123456789abcdef0123456789abcdef#a", 25);
    assert_eq!(stage.sweep(), Outcome::Ran(1));
    assert!(fresh.exists() && other.exists() && !old.exists() && kept.1.exists());
}

#[test]
fn bytes_that_are_gone_already_are_no_reason_to_keep_the_row() {
    let stage = stage();
    let stale = stage.upload(Duration::hours(25));
    std::fs::remove_file(&stale.1).unwrap();
    assert_eq!(stage.sweep(), Outcome::Ran(1));
    assert!(stage.rows().is_empty());
}

#[test]
fn a_file_that_cannot_be_removed_holds_up_no_other() {
    let stage = stage();
    let stuck = stage.upload(Duration::hours(25));
    let other = stage.upload(Duration::hours(25));
    // What stands there now is no file and cannot be removed like one.
    std::fs::remove_file(&stuck.1).unwrap();
    std::fs::create_dir_all(stuck.1.join("not/a/file")).unwrap();
    assert_eq!(stage.sweep(), Outcome::Ran(1));
    assert!(!other.1.exists());
    assert_eq!(stage.rows(), [stuck.0.to_string()]);
    // When nothing at all can be removed it is the storage, and the run has failed.
    assert!(matches!(stage.sweep(), Outcome::Failed(_)));
    assert_eq!(stage.rows(), [stuck.0.to_string()], "not forgotten");
}

#[test]
fn keys_and_sessions_that_are_long_over_are_forgotten() {
    let stage = stage();
    stage
        .db
        .write(|tx| {
            work::keep_answer(tx, stage.cast.lead.id, "old")?;
            work::keep_answer(tx, stage.cast.lead.id, "new")?;
            for _ in 0..2 {
                store::uploads::count(tx, stage.cast.lead.id, Uuid::now_v7(), 10, 1000)?;
            }
            Ok::<_, Error>(())
        })
        .unwrap();
    let mut conn = stage.test.superuser();
    sql::run(
        &mut conn,
        "update idempotency_key set created_at = now() - interval '25 hours' where key = 'old';
         update session set expires_at = now() - interval '91 days'
         where account_id = (select id from account where username = 'viewer');
         update upload set at = now() - interval '25 hours' where id = (select id from upload limit 1)",
    )
    .unwrap();
    let worker = worker(&stage.db, stage.blobs.clone());
    assert_eq!(worker.run(job("prune"), true), Outcome::Ran(3));
    assert_eq!(sql::number(&mut conn, "select count(*) from upload"), 1);
    assert_eq!(
        sql::rows(&mut conn, "select key from idempotency_key"),
        ["new"]
    );
    assert_eq!(sql::number(&mut conn, "select count(*) from session"), 6);
}

#[test]
fn files_of_a_purged_project_lose_their_bytes() {
    let stage = stage();
    let kept = stage.file(Duration::zero());
    let orphan = stage.upload(Duration::zero());
    sql::run(
        &mut stage.test.superuser(),
        "with gone as (delete from attachment where state = 'pending' returning storage_key)
         insert into orphan_file (storage_key) select storage_key from gone",
    )
    .unwrap();
    assert_eq!(stage.sweep(), Outcome::Ran(1));
    assert!(kept.1.is_file() && !orphan.1.exists());
    assert_eq!(stage.sweep(), Outcome::Ran(0));
}

#[test]
fn the_audit_log_is_kept_as_long_as_the_instance_says() {
    let stage = stage();
    let mut conn = stage.test.superuser();
    sql::run(
        &mut conn,
        "insert into audit_entry (id, kind, at)
         select gen_random_uuid(), 'sign_out', now() - days * interval '1 day' from unnest(array[10, 89, 91, 400]) days",
    )
    .unwrap();
    let left = |conn: &mut _| {
        sql::number(
            conn,
            "select count(*) from audit_entry where kind = 'sign_out'",
        )
    };
    let keeping = |days| {
        let worker = worker(&stage.db, stage.blobs.clone()).keeping_audit(days);
        worker.run(job("audit"), true)
    };
    assert_eq!(keeping(None), Outcome::Ran(0));
    assert_eq!(left(&mut conn), 4, "for ever, unless told otherwise");
    assert_eq!(keeping(Some(90)), Outcome::Ran(2));
    assert_eq!(left(&mut conn), 2);
    assert_eq!(keeping(Some(90)), Outcome::Ran(0));
    let told = "select count(*) from audit_entry where kind = 'audit.purged' and actor_id is null";
    assert_eq!(sql::number(&mut conn, told), 1, "itself an entry");
}
