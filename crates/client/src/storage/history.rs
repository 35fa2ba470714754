//! What happened to jobs, each outcome of a run once, and what is to be done at it.

use std::collections::BTreeSet;

use rusqlite::OptionalExtension;
use tallylight_core::{JobId, notifications::OutcomeKey, protocol::json, view::HistoryEntry};

use super::Store;
use crate::account::automation_task::AutomationTask;

/// How many entries are kept.
const KEPT: u32 = 200;
/// How many of those that were kept need not be asked for.
const KNOWN: usize = 10_000;

/// Is something that happened to a job.
#[derive(Clone, Debug)]
pub struct HistoryRecord {
    /// Names it.
    pub key: OutcomeKey,
    /// What is told of it.
    pub entry: HistoryEntry,
    /// What is to be done at it.
    pub tasks: Vec<AutomationTask>,
}

impl Store {
    /// Tells whether something is known to have been kept. Not of everything that was kept.
    pub fn has_recorded(&self, key: &OutcomeKey) -> bool {
        self.recorded.contains(key)
    }

    /// Keeps what happened and what is to be done at it, unless it was kept before. Returns what of it is new.
    pub fn record(&mut self, mut happenings: Vec<HistoryRecord>) -> Vec<HistoryRecord> {
        if self.recorded.len() >= KNOWN {
            self.recorded.clear();
        }
        // On a disk that takes nothing it happens all the same, once.
        happenings.retain(|happening| self.recorded.insert(happening.key.clone()));
        let mut known = BTreeSet::new();
        let written = self.insert(&happenings, &mut known);
        self.written("what happened", written);
        happenings.retain(|happening| !known.contains(&happening.key));
        happenings
    }

    /// Notes in `known` what was kept before.
    fn insert(&mut self, happenings: &[HistoryRecord], known: &mut BTreeSet<OutcomeKey>) -> rusqlite::Result<()> {
        let mut disk = self.disk.lend();
        let transaction = disk.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT OR IGNORE INTO history (job_id, run, outcome, body, read) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for HistoryRecord { key, entry, tasks } in happenings {
                let outcome = serde_json::to_string(&key.outcome).unwrap_or_default();
                let body = serde_json::to_string(entry).unwrap_or_default();
                if insert.execute((key.job_id.as_str(), key.run, outcome, body, entry.read))? == 0 {
                    known.insert(key.clone());
                    continue;
                }
                for task in tasks {
                    let body = serde_json::to_string(task).unwrap_or_default();
                    transaction.execute("INSERT INTO deed (id, body) VALUES (?1, ?2)", (&task.id, body))?;
                }
            }
        }
        transaction.execute("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?1", [KEPT])?;
        transaction.commit()
    }

    /// Returns what is still to be done at what happened.
    pub fn tasks(&self) -> Vec<AutomationTask> {
        self.rows("SELECT body FROM deed")
    }

    /// Forgets something that is done.
    pub fn forget_task(&mut self, id: &str) {
        let written = self.disk.lend().execute("DELETE FROM deed WHERE id = ?1", [id]);
        self.written("what was done", written);
    }

    /// Returns what happened, newest first.
    pub fn history(&self) -> Vec<HistoryEntry> {
        let read = || -> rusqlite::Result<Vec<HistoryEntry>> {
            let disk = self.disk.lend();
            let mut statement = disk.prepare("SELECT id, body, read FROM history ORDER BY id DESC")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
            let entries = rows.flatten().filter_map(|(entry_id, body, read)| {
                let entry: HistoryEntry = json::from_stored(&body).ok()?;
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
        self.disk.lend().query_row(sql, [], |row| row.get(0)).optional().ok().flatten().unwrap_or_default()
    }

    /// Marks as seen what happened to a job. Returns whether anything was not.
    pub fn mark_job_read(&mut self, job_id: &JobId) -> bool {
        let sql = "UPDATE history SET read = 1 WHERE NOT read AND job_id = ?1";
        let marked = self.disk.lend().execute(sql, [job_id.as_str()]);
        self.marked(marked)
    }

    /// Marks as seen what happened up to an entry, and this. Returns whether anything was not.
    pub fn mark_read_up_to(&mut self, entry_id: i64) -> bool {
        let marked = self.disk.lend().execute("UPDATE history SET read = 1 WHERE NOT read AND id <= ?1", [entry_id]);
        self.marked(marked)
    }

    fn marked(&mut self, marked: rusqlite::Result<usize>) -> bool {
        let any = marked.as_ref().is_ok_and(|marked| *marked > 0);
        self.written("what was seen", marked) && any
    }
}
