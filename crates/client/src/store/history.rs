//! What happened to jobs, each outcome of a run once, and what is to be done at it.

use rusqlite::OptionalExtension;
use tallylight_core::{JobId, notice::Delivered, view::HistoryEntry};

use super::Store;
use crate::automation::Deed;

/// How many entries are kept.
const KEPT: u32 = 200;

impl Store {
    /// Keeps what happened and what is to be done at it, unless it was kept before. Returns whether it is new.
    pub fn record(&mut self, key: &Delivered, entry: &HistoryEntry, deeds: &[Deed]) -> bool {
        let outcome = serde_json::to_string(&key.outcome).unwrap_or_default();
        let body = serde_json::to_string(entry).unwrap_or_default();
        let insert = "INSERT OR IGNORE INTO history (job_id, run, outcome, body, read) VALUES (?1, ?2, ?3, ?4, ?5)";
        let prune = "DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?1";
        let written = self.connection.transaction().and_then(|transaction| {
            let inserted = transaction.execute(insert, (key.job_id.as_str(), key.run, outcome, body, entry.read))?;
            if inserted > 0 {
                for deed in deeds {
                    let body = serde_json::to_string(deed).unwrap_or_default();
                    transaction.execute("INSERT INTO deed (id, body) VALUES (?1, ?2)", (&deed.id, body))?;
                }
                transaction.execute(prune, [KEPT])?;
            }
            transaction.commit().map(|()| inserted)
        });
        // On a disk that takes nothing it happens all the same.
        let is_new = written.as_ref().map_or(true, |inserted| *inserted > 0);
        self.wrote("what happened", written);
        is_new
    }

    /// Returns what is still to be done at what happened.
    pub fn deeds(&self) -> Vec<Deed> {
        self.rows("SELECT body FROM deed")
    }

    /// Forgets something that is done.
    pub fn forget_deed(&mut self, id: &str) {
        let written = self.connection.execute("DELETE FROM deed WHERE id = ?1", [id]);
        self.wrote("what was done", written);
    }

    /// Returns what happened, newest first.
    pub fn history(&self) -> Vec<HistoryEntry> {
        let read = || -> rusqlite::Result<Vec<HistoryEntry>> {
            let mut statement = self.connection.prepare("SELECT id, body, read FROM history ORDER BY id DESC")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
            let entries = rows.flatten().filter_map(|(entry_id, body, read)| {
                let entry: HistoryEntry = serde_json::from_str(&body).ok()?;
                Some(HistoryEntry { entry_id, read, ..entry })
            });
            Ok(entries.collect())
        };
        read().unwrap_or_else(|error| {
            tracing::warn!(%error, "the history could not be read");
            Vec::new()
        })
    }

    /// Returns how much of it nobody has seen.
    pub fn unread(&self) -> u32 {
        let sql = "SELECT count(*) FROM history WHERE NOT read";
        self.connection.query_row(sql, [], |row| row.get(0)).optional().ok().flatten().unwrap_or_default()
    }

    /// Marks as seen what happened to a job. Returns whether anything was not.
    pub fn mark_job_read(&mut self, job_id: &JobId) -> bool {
        let sql = "UPDATE history SET read = 1 WHERE NOT read AND job_id = ?1";
        let marked = self.connection.execute(sql, [job_id.as_str()]);
        self.marked(marked)
    }

    /// Marks as seen what happened up to an entry, and this. Returns whether anything was not.
    pub fn mark_read_up_to(&mut self, entry_id: i64) -> bool {
        let marked = self.connection.execute("UPDATE history SET read = 1 WHERE NOT read AND id <= ?1", [entry_id]);
        self.marked(marked)
    }

    fn marked(&mut self, marked: rusqlite::Result<usize>) -> bool {
        let any = marked.as_ref().is_ok_and(|marked| *marked > 0);
        self.wrote("what was seen", marked) && any
    }
}
