//! What survives a restart: the chosen backend, the jobs as last seen, and the outcomes that were told.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};
use serde::{Serialize, de::DeserializeOwned};
use tallylight_core::{
    JobId,
    discovery::{Identity, Server},
    notice::Delivered,
    record::Record,
};

/// Each entry takes the schema one version further; `user_version` counts how many were taken.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE job (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
    CREATE TABLE delivered (body TEXT PRIMARY KEY) STRICT;
"];

/// Keeps state on disk. Its calls are short, and made by the actor alone.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
}

impl Store {
    /// Opens the store of a data folder. A file that cannot be read is set aside, and the program goes on without;
    /// where even that fails, it goes on from memory.
    pub fn open(data_dir: &Path) -> Self {
        let file = data_dir.join("tallylight.db");
        let opened = crate::private_folder(data_dir).map_err(|error| error.to_string()).and_then(|()| {
            open(&file)
                .or_else(|error| {
                    tracing::error!(%error, file = %file.display(), "the store is unreadable and set aside");
                    set_aside(&file);
                    open(&file)
                })
                .map_err(|error| error.to_string())
        });
        let connection = opened.or_else(|error| {
            tracing::error!(%error, folder = %data_dir.display(), "nothing can be kept on disk: going on from memory");
            Connection::open_in_memory().and_then(migrated).map_err(|error| error.to_string())
        });
        match connection {
            Ok(connection) => Self { connection },
            // SQLite without a file needs nothing that could be missing.
            Err(error) => unreachable!("SQLite cannot even work in memory: {error}"),
        }
    }

    /// Returns a setting.
    pub fn setting<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let text: Option<String> = self
            .connection
            .query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0))
            .optional()
            .unwrap_or_default();
        text.and_then(|text| serde_json::from_str(&text).ok())
    }

    /// Keeps a setting.
    pub fn set<T: Serialize>(&self, name: &str, value: &T) {
        let text = serde_json::to_string(value).unwrap_or_default();
        let sql =
            "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.attempt("a setting", |connection| connection.execute(sql, (name, text)).map(drop));
    }

    /// Forgets a setting.
    pub fn unset(&self, name: &str) {
        let sql = "DELETE FROM setting WHERE name = ?1";
        self.attempt("a setting", |connection| connection.execute(sql, [name]).map(drop));
    }

    /// Returns the jobs as last seen.
    pub fn jobs(&self) -> Vec<Record> {
        self.rows("SELECT body FROM job")
    }

    /// Returns the outcomes that were told.
    pub fn delivered(&self) -> Vec<Delivered> {
        self.rows("SELECT body FROM delivered")
    }

    /// Keeps jobs as they are now.
    pub fn save<'a>(&mut self, jobs: impl Iterator<Item = &'a Record>) {
        let sql = "INSERT INTO job (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = excluded.body";
        let saved = self.connection.transaction().and_then(|transaction| {
            {
                let mut statement = transaction.prepare_cached(sql)?;
                for job in jobs {
                    statement.execute((job.job_id.as_str(), serde_json::to_string(job).unwrap_or_default()))?;
                }
            }
            transaction.commit()
        });
        if let Err(error) = saved {
            tracing::warn!(%error, "jobs could not be kept on disk");
        }
    }

    /// Forgets a job.
    pub fn remove(&self, job_id: &JobId) {
        let sql = "DELETE FROM job WHERE id = ?1";
        self.attempt("a removal", |connection| connection.execute(sql, [job_id.as_str()]).map(drop));
        let sql = "DELETE FROM delivered WHERE json_extract(body, '$.job_id') = ?1";
        self.attempt("a removal", |connection| connection.execute(sql, [job_id.as_str()]).map(drop));
    }

    /// Remembers outcomes as told, before they are.
    pub fn deliver(&mut self, delivered: &[Delivered]) {
        if delivered.is_empty() {
            return;
        }
        let kept = self.connection.transaction().and_then(|transaction| {
            {
                let mut statement = transaction.prepare_cached("INSERT OR IGNORE INTO delivered (body) VALUES (?1)")?;
                let earlier = "DELETE FROM delivered WHERE json_extract(body, '$.job_id') = ?1 \
                    AND json_extract(body, '$.run') < ?2";
                for outcome in delivered {
                    if outcome.run > 0 {
                        transaction.execute(earlier, (outcome.job_id.as_str(), outcome.run))?;
                    }
                    statement.execute([serde_json::to_string(outcome).unwrap_or_default()])?;
                }
            }
            transaction.commit()
        });
        if let Err(error) = kept {
            tracing::warn!(%error, "told outcomes could not be kept on disk");
        }
    }

    /// Forgets the jobs and the outcomes, as a sign-out must: no page of the file and no log beside it holds them on.
    pub fn clear(&self) {
        let sql = "BEGIN; DELETE FROM job; DELETE FROM delivered; COMMIT; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);";
        self.attempt("the clearing", |connection| connection.execute_batch(sql));
    }

    fn rows<T: DeserializeOwned>(&self, sql: &str) -> Vec<T> {
        let read = || -> rusqlite::Result<Vec<T>> {
            let mut statement = self.connection.prepare(sql)?;
            let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
            // A row of another version costs only itself: the backend has the job.
            Ok(texts.flatten().filter_map(|text| serde_json::from_str(&text).ok()).collect())
        };
        read().unwrap_or_else(|error| {
            tracing::warn!(%error, "the store could not be read");
            Vec::new()
        })
    }

    fn attempt(&self, what: &str, write: impl FnOnce(&Connection) -> rusqlite::Result<()>) {
        if let Err(error) = write(&self.connection) {
            tracing::warn!(%error, what, "could not be kept on disk");
        }
    }
}

/// Returns what kind of backend the last run of a data folder used, without starting a client.
pub fn last_identity(data_dir: &Path) -> Option<Identity> {
    if !data_dir.join("tallylight.db").exists() {
        return None;
    }
    Store::open(data_dir).setting::<Server>("server").map(|server| server.identity)
}

fn open(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    migrated(connection)
}

fn migrated(mut connection: Connection) -> rusqlite::Result<Connection> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (next, migration) in (1_i64..).zip(MIGRATIONS).filter(|(next, _)| *next > version) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", next)?;
        transaction.commit()?;
    }
    Ok(connection)
}

fn set_aside(file: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut from = file.as_os_str().to_owned();
        from.push(suffix);
        let mut to = file.as_os_str().to_owned();
        to.push(".unreadable");
        to.push(suffix);
        if let Err(error) = std::fs::rename(PathBuf::from(&from), PathBuf::from(&to))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, file = %PathBuf::from(from).display(), "could not be set aside");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallylight_core::cache::Outcome;

    #[test]
    fn what_is_kept_is_there_after_a_restart_and_gone_after_a_clearing() {
        let folder = tempfile::tempdir().expect("a folder");
        let job = Record { filename: Some("a.mp4".to_owned()), ..Record::new(JobId::new("7")) };
        let told = Delivered { job_id: JobId::new("7"), run: 1, outcome: Outcome::Failed };
        let mut store = Store::open(folder.path());
        store.save([&job].into_iter());
        store.deliver(&[told.clone(), told.clone()]);
        store.set("server", &"x");
        drop(store);
        let store = Store::open(folder.path());
        assert_eq!((store.jobs(), store.delivered()), (vec![job], vec![told]));
        assert_eq!(store.setting::<String>("server").as_deref(), Some("x"));
        store.clear();
        assert_eq!((store.jobs().len(), store.delivered().len()), (0, 0));
        assert!(store.setting::<String>("server").is_some());
    }

    #[test]
    fn nothing_of_a_job_stays_on_the_disk_after_a_clearing() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(folder.path());
        let job = Record { filename: Some("canary.mp4".to_owned()), ..Record::new(JobId::new("7")) };
        let holds = || {
            let files = std::fs::read_dir(folder.path()).expect("files").filter_map(Result::ok);
            files
                .filter(|file| {
                    std::fs::read(file.path()).is_ok_and(|bytes| bytes.windows(10).any(|ten| ten == b"canary.mp4"))
                })
                .count()
        };
        store.save([&job].into_iter());
        assert!(holds() > 0, "it is looked for where it would be");
        store.clear();
        assert_eq!(holds(), 0);
    }

    #[test]
    fn a_corrupt_file_is_set_aside_and_the_program_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("tallylight.db"), "not a database ".repeat(100)).expect("a file");
        let mut store = Store::open(folder.path());
        store.save([&Record::new(JobId::new("7"))].into_iter());
        assert_eq!(store.jobs().len(), 1);
        assert!(folder.path().join("tallylight.db.unreadable").exists());
    }

    #[test]
    fn without_a_folder_it_goes_on_from_memory() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a-file");
        std::fs::write(&file, "x").expect("a file");
        let mut store = Store::open(&file.join("below"));
        store.save([&Record::new(JobId::new("7"))].into_iter());
        assert_eq!(store.jobs().len(), 1);
    }
}
