//! What happened to jobs, each outcome of a run once.

use rusqlite::OptionalExtension;
use tallylight_core::{JobId, notice::Delivered, view::HistoryEntry};

use super::Store;

/// How many entries are kept.
const KEPT: u32 = 200;

impl Store {
    /// Keeps what happened, unless it was kept before. Returns whether it is new.
    pub fn record(&mut self, key: &Delivered, entry: &HistoryEntry) -> bool {
        let outcome = serde_json::to_string(&key.outcome).unwrap_or_default();
        let body = serde_json::to_string(entry).unwrap_or_default();
        let insert = "INSERT OR IGNORE INTO history (job_id, run, outcome, body, read) VALUES (?1, ?2, ?3, ?4, ?5)";
        let prune = "DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?1";
        let written = self
            .connection
            .execute(insert, (key.job_id.as_str(), key.run, outcome, body, entry.read))
            .and_then(|inserted| {
                self.connection.execute(prune, [KEPT])?;
                Ok(inserted)
            });
        let is_new = written.as_ref().is_ok_and(|inserted| *inserted > 0);
        // On a disk that takes nothing it happens all the same.
        self.wrote("what happened", written) && is_new || self.view().trouble.is_some()
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

    /// Marks what happened to a job as seen, or everything. Returns whether anything was not.
    pub fn mark_read(&mut self, job_id: Option<&JobId>) -> bool {
        let sql = "UPDATE history SET read = 1 WHERE NOT read AND (?1 IS NULL OR job_id = ?1)";
        let written = self.connection.execute(sql, [job_id.map(JobId::as_str)]);
        let marked = written.as_ref().is_ok_and(|marked| *marked > 0);
        self.wrote("what was seen", written) && marked
    }
}
