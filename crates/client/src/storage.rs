//! The database of an account: the backend, the jobs as last seen, edits and drafts, the history and the outcomes that
//! were notified (docs/adr/0020-local-storage.md).

use std::{
    borrow::Borrow,
    collections::BTreeSet,
    num::NonZero,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction};
use serde::{Serialize, de::DeserializeOwned};
use tallylight_core::{
    Code, Error, JobId, Reason,
    discovery::{Identity, Server},
    library::record::Record,
    notifications::OutcomeKey,
    protocol::json,
};
use tallylight_view::StorageView;
use url::Url;

use crate::platform::crash_marker::CrashMarker;

mod automation_tasks;
mod caption_starts;
mod database;
mod edits;
mod history;
mod migrations;
mod notified;
mod open;
mod templates;
pub mod thumbnail_cache;
mod transcript_index;
mod uploads;

pub use automation_tasks::AutomationTask;
pub use history::HistoryRecord;

/// How many rows are read at a time. Fewer rows are not worth another thread.
const BATCH_SIZE: usize = 8192;

/// The database of an account. Its calls are short and made only by the account's runtime; jobs, of which there are
/// many, can be written in the background.
#[derive(Debug)]
pub struct Store {
    disk: database::Database,
    view: StorageView,
    /// Whether a database in memory replaces a disk that cannot be used.
    medium: Medium,
    /// Finished jobs last changed before this time are not stored.
    kept_from: Option<Timestamp>,
    /// Keys of records that are known to be in the history; not all of them.
    recorded: BTreeSet<OutcomeKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Medium {
    Database,
    Memory,
}

/// The result of writing jobs in the background.
#[derive(Debug)]
pub struct Saved(rusqlite::Result<()>);

impl Saved {
    /// Returns the result of a background task that did not finish.
    pub fn aborted() -> Self {
        Self(Err(rusqlite::Error::InvalidQuery))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        open::close(&self.disk.lend());
    }
}

impl Store {
    /// Opens the database of a data folder. A file that cannot be read is set aside and replaced by a new one; if that
    /// fails too, the database is in memory. Either way, [`Self::view`] reports it.
    pub fn open(data_dir: &Path) -> Self {
        Self::of(open::open(data_dir))
    }

    /// Opens the database like [`Self::open`]. After repeated crashes, the file is set aside first, and edits, drafts
    /// and settings are carried over to a new one.
    pub fn open_after(run: &CrashMarker, data_dir: &Path) -> Self {
        if run.follows_crashes() { Self::of(open::open_replaced(data_dir)) } else { Self::open(data_dir) }
    }

    fn of(opened: open::Opened) -> Self {
        let open::Opened { connection, incident, trouble } = opened;
        let medium = if trouble.is_some() { Medium::Memory } else { Medium::Database };
        let view = StorageView { trouble: trouble.map(Reason::from), incident: incident.map(Reason::from) };
        Self { disk: database::Database::new(connection), view, medium, kept_from: None, recorded: BTreeSet::new() }
    }

    /// Returns the state of the disk for the user.
    pub fn view(&self) -> &StorageView {
        &self.view
    }

    /// Sets the time of the last change before which finished jobs are not stored.
    pub fn set_retention(&mut self, time: Timestamp) {
        self.kept_from = Some(time);
    }

    /// Writes with `synchronous = FULL`, so that a power failure cannot undo the write.
    fn durably(&mut self, what: &str, write: impl FnOnce(&Transaction) -> rusqlite::Result<()>) -> bool {
        let mut disk = self.disk.lend();
        let written = disk.pragma_update(None, "synchronous", "FULL").and_then(|()| {
            let transaction = disk.transaction()?;
            write(&transaction)?;
            transaction.commit()
        });
        let _ = disk.pragma_update(None, "synchronous", "NORMAL");
        drop(disk);
        self.record_result(what, written)
    }

    /// Returns the value of a setting.
    pub fn value<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        value_of(&self.disk.lend(), name)
    }

    /// Stores the value of a setting.
    pub fn set_value<T: Serialize>(&mut self, name: &str, value: &T) {
        let text = serde_json::to_string(value).unwrap_or_default();
        let sql =
            "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let written = self.disk.lend().execute(sql, (name, text));
        self.record_result("a setting", written);
    }

    /// Deletes a setting.
    pub fn remove_value(&mut self, name: &str) {
        let written = self.disk.lend().execute("DELETE FROM setting WHERE name = ?1", [name]);
        self.record_result("a setting", written);
    }

    /// Returns the stored jobs, and deletes expired ones except those in `wanted`.
    pub fn jobs(&mut self, wanted: &BTreeSet<JobId>) -> Vec<Record> {
        let jobs: Vec<Record> = self.rows("SELECT body FROM job");
        let is_kept = |job: &Record| !self.is_expired(job) || wanted.contains(&job.job_id);
        let (kept, expired): (Vec<_>, Vec<_>) = jobs.into_iter().partition(is_kept);
        self.forget(&expired.into_iter().map(|job| job.job_id).collect::<Vec<_>>());
        kept
    }

    /// Returns the transcript of a job.
    pub fn transcript(&self, job_id: &JobId) -> Option<String> {
        let sql = "SELECT text FROM transcript WHERE job_id = ?1";
        self.disk.lend().query_row(sql, [job_id.as_str()], |row| row.get(0)).optional().unwrap_or_else(|error| {
            tracing::warn!(%error, "a transcript could not be read");
            None
        })
    }

    /// Returns the path of the local file that a job was uploaded from.
    pub fn source(&self, job_id: &JobId) -> Option<PathBuf> {
        let sql = "SELECT path FROM source WHERE job_id = ?1";
        let path = self.disk.lend().query_row(sql, [job_id.as_str()], |row| row.get::<_, String>(0));
        let path = path.ok()?;
        let named = Url::parse(&path).ok().filter(|url| url.scheme() == "file").and_then(|url| url.to_file_path().ok());
        Some(named.unwrap_or_else(|| path.into()))
    }

    /// Stores jobs, except expired ones that are not `wanted`. Returns whether the write succeeded.
    pub fn save<J: Borrow<Record>>(&mut self, jobs: impl Iterator<Item = J>, wanted: impl Fn(&JobId) -> bool) -> bool {
        let is_kept = |job: &Record| !self.is_expired(job) || wanted(&job.job_id);
        let kept = jobs.filter(|job| is_kept(job.borrow()));
        let saved = database::write_jobs(&mut self.disk.lend(), kept);
        self.record_result("jobs", saved)
    }

    /// Stores jobs in the background: the returned closure writes and indexes them on any thread that may block, and its
    /// result goes to [`Self::saved`]. Later writes happen after these jobs are written.
    pub fn save_in_background(&mut self, jobs: Vec<Arc<Record>>) -> impl FnOnce() -> Saved + Send + use<> {
        self.disk.queue_write(jobs);
        let disk = self.disk.clone();
        move || {
            let saved = disk.write();
            transcript_index::start_indexing(&disk);
            Saved(saved)
        }
    }

    /// Records the result of a background write, and returns whether it succeeded.
    pub fn saved(&mut self, Saved(saved): Saved) -> bool {
        self.record_result("jobs", saved)
    }

    /// Deletes jobs with their transcripts, sources and notified outcomes.
    pub fn forget(&mut self, job_ids: &[JobId]) {
        if job_ids.is_empty() {
            return;
        }
        // In one statement per table, because deleting outcomes scans the whole table.
        let list = serde_json::to_string(job_ids).unwrap_or_default();
        let written = self.disk.lend().transaction().and_then(|transaction| {
            transcript_index::forget(&transaction, &list)?;
            for (table, id) in [
                ("job", "id"),
                ("transcript", "job_id"),
                ("caption_start", "job_id"),
                ("source", "job_id"),
                ("delivered", "json_extract(body, '$.job_id')"),
            ] {
                let sql = format!("DELETE FROM {table} WHERE {id} IN (SELECT value FROM json_each(?1))");
                transaction.execute(&sql, [&list])?;
            }
            transaction.commit()
        });
        self.record_result("deleted jobs", written);
    }

    /// Deletes the jobs and everything about them, for a sign-out.
    pub fn clear(&mut self) {
        self.recorded.clear();
        self.empty(&["job", "transcript", "caption_start", "delivered", "history", "source", "automation_task"]);
        // The ids of the next history begin anew.
        self.remove_value(history::SEEN_UP_TO);
    }

    /// Deletes only what the backend can provide again: jobs and transcripts.
    pub fn clear_jobs(&mut self) {
        self.empty(&["job", "transcript", "caption_start"]);
    }

    /// Empties tables, and the index of the transcripts, so that neither the file nor its write-ahead log contains their
    /// data any longer.
    fn empty(&mut self, tables: &[&str]) {
        let emptied = self.disk.lend().transaction().and_then(|transaction| {
            for table in tables {
                transaction.execute(&format!("DELETE FROM {table}"), ())?;
            }
            transcript_index::clear(&transaction)?;
            transaction.commit()
        });
        let written = emptied.and_then(|()| self.disk.lend().execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);"));
        self.record_result("cleared tables", written);
    }

    /// Returns whether a job is expired: finished, last changed before the retention period, and not snoozed.
    pub fn is_expired(&self, job: &Record) -> bool {
        if job.snoozed_until().is_some() {
            return false;
        }
        let is_old = |from: Timestamp| job.updated_at.is_some_and(|at| at < from.into());
        job.overall.status().is_final() && self.kept_from.is_some_and(is_old)
    }

    /// Reads all rows in batches, so that their texts need little memory.
    fn rows<T: DeserializeOwned + Send>(&self, sql: &str) -> Vec<T> {
        let read = || -> rusqlite::Result<Vec<T>> {
            let disk = self.disk.lend();
            let mut statement = disk.prepare(sql)?;
            let mut texts = statement.query_map([], |row| row.get::<_, String>(0))?.flatten();
            let mut read = Vec::new();
            loop {
                let batch: Vec<String> = texts.by_ref().take(BATCH_SIZE).collect();
                if batch.is_empty() {
                    return Ok(read);
                }
                read.extend(read_all(&batch));
            }
        };
        read().unwrap_or_else(|error| {
            tracing::warn!(%error, "the database could not be read");
            Vec::new()
        })
    }

    /// Records the result of a write in [`Self::view`], and returns whether it succeeded.
    fn record_result<T>(&mut self, what: &str, written: rusqlite::Result<T>) -> bool {
        match written {
            Ok(_) => {
                if self.medium == Medium::Database {
                    self.view.trouble = None;
                }
                true
            }
            Err(error) => {
                tracing::warn!(%error, what, "could not be written to the database");
                self.view.trouble = Some(storage_error(&error).into());
                false
            }
        }
    }
}

/// Parses texts on all cores, so that the first window does not wait for 100,000 jobs one by one. A text of another
/// format version is skipped: the backend still has the job.
fn read_all<T: DeserializeOwned + Send>(texts: &[String]) -> Vec<T> {
    let read = |texts: &[String]| texts.iter().filter_map(|text| json::from_stored(text).ok()).collect::<Vec<T>>();
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    if texts.len() < BATCH_SIZE || cores == 1 {
        return read(texts);
    }
    std::thread::scope(|scope| {
        let tasks: Vec<_> =
            texts.chunks(texts.len().div_ceil(cores)).map(|chunk| scope.spawn(move || read(chunk))).collect();
        tasks.into_iter().flat_map(|task| task.join().unwrap_or_default()).collect()
    })
}

fn write_job(transaction: &Transaction, job: &Record) -> rusqlite::Result<()> {
    let sql = "INSERT INTO job (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = excluded.body";
    let id = job.job_id.as_str();
    // The transcript is stored separately, so that reading the jobs does not load it.
    let body = match job.transcript() {
        None => serde_json::to_string(job),
        Some(text) => {
            transcript_index::write_transcript(transaction, id, text)?;
            let mut job = job.clone();
            job.evict_transcript();
            serde_json::to_string(&job)
        }
    };
    transaction.prepare_cached(sql)?.execute((id, body.unwrap_or_default())).map(drop)
}

fn storage_error(error: &rusqlite::Error) -> Error {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) {
        let words = "Not enough disk space. Free up space to keep your changes after quitting.";
        return Error::new(Code::DiskFull, words);
    }
    let words = "Couldn't save to disk";
    Error::new(Code::Storage, format!("{words} ({error}). Changes will be lost when Tallylight quits."))
}

/// Returns the text of a path in the database; one that is not UTF-8 is stored as a `file:` URL.
fn path_text(path: &Path) -> Option<String> {
    path.to_str().map(str::to_owned).or_else(|| Url::from_file_path(path).map(String::from).ok())
}

/// Returns the values of an account. Those that cannot be read are left out.
fn owned<T: DeserializeOwned>(connection: &Connection, sql: &str, owner: &str) -> Vec<T> {
    let read = || -> rusqlite::Result<Vec<T>> {
        let mut statement = connection.prepare(sql)?;
        let texts = statement.query_map([owner], |row| row.get::<_, String>(0))?;
        Ok(texts.flatten().filter_map(|text| json::from_stored(&text).ok()).collect())
    };
    read().unwrap_or_else(|error| {
        tracing::warn!(%error, "values of an account could not be read");
        Vec::new()
    })
}

fn value_of<T: DeserializeOwned>(connection: &Connection, name: &str) -> Option<T> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
    let text: Option<String> = connection.query_row(sql, [name], |row| row.get(0)).optional().unwrap_or_default();
    text.and_then(|text| json::from_stored(&text).ok())
}

/// Returns what kind of backend the last run of a data folder used, without starting a client.
pub fn last_identity(data_dir: &Path) -> Option<Identity> {
    let file = data_dir.join("tallylight.db");
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    value_of::<Server>(&connection, "server").map(|server| server.identity)
}

#[cfg(test)]
mod tests;
