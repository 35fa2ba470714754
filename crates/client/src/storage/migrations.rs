//! The migrations of the database. `user_version` is the number of applied ones.

use rusqlite::Transaction;
use rusqlite_migration::{HookResult, M, Migrations};

/// The migrations of earlier releases and of this one. Released ones never change.
const SQL: [&str; 9] = [
    "
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE job (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
    CREATE TABLE delivered (body TEXT PRIMARY KEY) STRICT;
    ",
    // Edits and drafts belong to an account, and are kept when another account replaces the jobs.
    "
    CREATE TABLE edit (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE TABLE draft (owner TEXT NOT NULL, job_id TEXT NOT NULL, field TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (owner, job_id, field)) STRICT;
    CREATE TABLE transcript (job_id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
    ",
    // The history, once for each outcome of a run; and the files that jobs were uploaded from, to upload them again.
    "
    CREATE TABLE history (id INTEGER PRIMARY KEY, job_id TEXT NOT NULL, run INTEGER NOT NULL, outcome TEXT NOT NULL,
        body TEXT NOT NULL, read INTEGER NOT NULL, UNIQUE (job_id, run, outcome)) STRICT;
    CREATE TABLE source (job_id TEXT PRIMARY KEY, path TEXT NOT NULL) STRICT;
    ",
    // Pending automation tasks.
    "
    CREATE TABLE deed (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
    ",
    "
    ALTER TABLE deed RENAME TO automation_task;
    ",
    // An index of the terms of the transcripts, by an id that outlives VACUUM. It holds no texts, and is given only terms
    // and spaces: all other characters are parts of terms. It is filled later, in the background; the transcripts stay as
    // they are, so that this needs little space and time.
    "
    CREATE TABLE indexed_transcript (id INTEGER PRIMARY KEY, job_id TEXT NOT NULL UNIQUE,
        is_indexed INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE INDEX transcript_not_indexed ON indexed_transcript (id) WHERE NOT is_indexed;
    INSERT INTO indexed_transcript (job_id) SELECT job_id FROM transcript;
    CREATE VIRTUAL TABLE transcript_terms USING fts5 (terms, content = '', contentless_delete = 1,
        tokenize = \"unicode61 remove_diacritics 2 categories 'L* M* N* P* S* C*'\");
    ",
    // The upload queue. Uploads belong to an account, as edits do.
    "
    CREATE TABLE upload (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, body TEXT NOT NULL) STRICT;
    ",
    // The starts of the captions of transcripts, which tell when something is said. They are fetched again with the jobs.
    "
    CREATE TABLE caption_start (job_id TEXT PRIMARY KEY, seconds TEXT NOT NULL) STRICT;
    ",
    // Templates. The id of a deleted one is not given to another, so that the deletion can be undone.
    "
    CREATE TABLE template (id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, body TEXT NOT NULL) STRICT;
    ",
];

/// Returns the migrations. All that a database lacks are applied in one transaction.
pub(super) fn all() -> Migrations<'static> {
    let pausing = |_: &Transaction| -> HookResult {
        fail::fail_point!("migration_is_half_done");
        Ok(())
    };
    SQL.into_iter().map(|sql| M::up_with_hook(sql, pausing)).collect()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use rusqlite::Connection;
    use tallylight_core::{
        JobId,
        library::record::Record,
        model::outcome::Outcome,
        settings::{Automation, WebhookFormat},
    };
    use tallylight_view::StorageView;

    use super::*;
    use crate::storage::{AutomationTask, Store};

    /// Makes a database as releases before this one did: a transaction for each migration.
    fn make_earlier(folder: &Path, version: usize) -> Connection {
        let mut file = Connection::open(folder.join("tallylight.db")).expect("a file");
        for (next, migration) in (1_i64..).zip(SQL).take(version) {
            let transaction = file.transaction().expect("a transaction");
            transaction.execute_batch(migration).expect("migrated");
            transaction.pragma_update(None, "user_version", next).expect("a version");
            transaction.commit().expect("committed");
        }
        file
    }

    fn task() -> AutomationTask {
        let run = Some(vec!["true".to_owned()]);
        let automation = Automation {
            enabled: true,
            when: vec![Outcome::Failed],
            run,
            webhook: None,
            format: WebhookFormat::default(),
        };
        AutomationTask::new(jiff::Timestamp::UNIX_EPOCH, JobId::new("7"), Outcome::Failed, automation)
    }

    #[test]
    fn databases_of_every_earlier_version_are_opened_with_their_data() {
        let (job, task) = (Record::new(JobId::new("7")), task());
        for version in 1..=4 {
            let folder = tempfile::tempdir().expect("a folder");
            let file = make_earlier(folder.path(), version);
            file.execute("INSERT INTO job VALUES ('7', ?1)", [serde_json::to_string(&job).expect("text")])
                .expect("a job");
            if version >= 2 {
                file.execute("INSERT INTO transcript VALUES ('7', 'spoken words')", ()).expect("a transcript");
            }
            if version >= 3 {
                let body = r#"{"entry_id":0,"at":"1970-01-01T00:00:00Z","job_id":"7","kind":"warning","name":"a",
                    "fault":{"code":"SLOW","message":"slow","stage_id":"TRANSCRIPTION","at":null},"read":false}"#;
                let sql = "INSERT INTO history VALUES (5, '7', 0, '\"warned\"', ?1, 1)";
                file.execute(sql, [body]).expect("an entry");
            }
            if version >= 4 {
                let body = serde_json::to_string(&task).expect("text");
                file.execute("INSERT INTO deed VALUES (?1, ?2)", (&task.id, body)).expect("a task");
            }
            drop(file);
            let mut store = Store::open(folder.path());
            assert_eq!(store.view(), &StorageView::default(), "{version}");
            assert_eq!(store.jobs(&BTreeSet::new()), std::slice::from_ref(&job), "{version}");
            let transcript = store.transcript(&job.job_id);
            assert_eq!(transcript.as_deref(), (version >= 2).then_some("spoken words"), "{version}");
            let history = store.history();
            let entry = history.first().map(|entry| (entry.entry_id, entry.read, entry.name.as_str()));
            assert_eq!(entry, (version >= 3).then_some((5, true, "a")), "{version}");
            let fault = history.first().and_then(|entry| entry.fault.as_ref());
            assert_eq!(fault.map(|fault| fault.code.as_str()), (version >= 3).then_some("SLOW"), "{version}");
            let tasks = if version >= 4 { std::slice::from_ref(&task) } else { &[] };
            assert_eq!(store.tasks(), tasks, "{version}");
            store.forget_task(&task.id);
            assert_eq!(store.tasks(), [], "{version}");
        }
    }

    #[test]
    fn the_number_of_applied_migrations_is_the_version_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Store::open(folder.path()));
        let file = Connection::open(folder.path().join("tallylight.db")).expect("a file");
        let version: u32 = file.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version");
        assert_eq!(usize::try_from(version), Ok(SQL.len()));
    }
}
