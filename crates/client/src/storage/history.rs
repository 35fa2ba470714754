//! The history: each outcome of a run once, with its pending automation tasks
//! (docs/adr/0022-history-and-automation.md).

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use tallylight_core::{
    JobId,
    library::record::FaultSummary,
    notifications::{HistoryEntry, NotificationKind, OutcomeKey},
    protocol::json,
};

use super::{
    Store,
    automation_tasks::{self, AutomationTask},
};

/// The setting with the id of the newest entry that was there when the user last looked at the window.
pub(super) const SEEN_UP_TO: &str = "seen_up_to";
/// How many entries are stored.
const MAX_ENTRIES: u32 = 200;
/// How many recorded keys are kept in memory, to avoid a query.
const MAX_KNOWN_KEYS: usize = 10_000;

/// An outcome of a run in the history.
#[derive(Clone, Debug)]
pub struct HistoryRecord {
    /// The key of the outcome.
    pub key: OutcomeKey,
    /// The entry that is shown.
    pub entry: HistoryEntry,
    /// The automation tasks of the outcome.
    pub tasks: Vec<AutomationTask>,
}

/// The body of a row. What it has no field for has a column of its own.
#[derive(Serialize, Deserialize)]
struct EntryBody {
    at: Timestamp,
    job_id: JobId,
    kind: NotificationKind,
    name: String,
    fault: Option<FaultSummary>,
}

impl From<HistoryEntry> for EntryBody {
    fn from(entry: HistoryEntry) -> Self {
        let HistoryEntry { entry_id: _, at, job_id, kind, name, fault, read: _ } = entry;
        Self { at, job_id, kind, name, fault }
    }
}

impl EntryBody {
    fn into_entry(self, entry_id: i64, read: bool) -> HistoryEntry {
        let Self { at, job_id, kind, name, fault } = self;
        HistoryEntry { entry_id, at, job_id, kind, name, fault, read }
    }
}

impl Store {
    /// Returns whether an outcome is known to be recorded; false does not mean that it is not.
    pub fn has_recorded(&self, key: &OutcomeKey) -> bool {
        self.recorded.contains(key)
    }

    /// Stores outcomes and their tasks, unless they are stored already. Returns the new ones.
    pub fn record(&mut self, mut records: Vec<HistoryRecord>) -> Vec<HistoryRecord> {
        if self.recorded.len() >= MAX_KNOWN_KEYS {
            self.recorded.clear();
        }
        // Keys in memory make an outcome count once even if the disk cannot be written.
        records.retain(|record| self.recorded.insert(record.key.clone()));
        let mut known = BTreeSet::new();
        let written = self.insert(&records, &mut known);
        self.record_result("history", written);
        records.retain(|record| !known.contains(&record.key));
        records
    }

    /// Inserts records, and adds those that are stored already to `known`.
    fn insert(&mut self, records: &[HistoryRecord], known: &mut BTreeSet<OutcomeKey>) -> rusqlite::Result<()> {
        let mut disk = self.disk.lend();
        let transaction = disk.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT OR IGNORE INTO history (job_id, run, outcome, body, read) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for HistoryRecord { key, entry, tasks } in records {
                let outcome = serde_json::to_string(&key.outcome).unwrap_or_default();
                let body = serde_json::to_string(&EntryBody::from(entry.clone())).unwrap_or_default();
                if insert.execute((key.job_id.as_str(), key.run, outcome, body, entry.read))? == 0 {
                    known.insert(key.clone());
                    continue;
                }
                for task in tasks {
                    automation_tasks::insert(&transaction, task)?;
                }
            }
        }
        transaction.execute("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?1", [MAX_ENTRIES])?;
        transaction.commit()
    }

    /// Returns the history, newest first.
    pub fn history(&self) -> Vec<HistoryEntry> {
        let read = || -> rusqlite::Result<Vec<HistoryEntry>> {
            let disk = self.disk.lend();
            let mut statement = disk.prepare("SELECT id, body, read FROM history ORDER BY id DESC")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
            let entries = rows.flatten().filter_map(|(entry_id, body, read)| {
                let body: EntryBody = json::from_stored(&body).ok()?;
                Some(body.into_entry(entry_id, read))
            });
            Ok(entries.collect())
        };
        read().unwrap_or_else(|error| {
            tracing::warn!(%error, "the history could not be read");
            Vec::new()
        })
    }

    /// Returns the number of unread entries.
    pub fn unread(&self) -> u32 {
        let sql = "SELECT count(*) FROM history WHERE NOT read";
        self.disk.lend().query_row(sql, [], |row| row.get(0)).optional().ok().flatten().unwrap_or_default()
    }

    /// Returns the number of unseen entries: unread ones that were added since the user last looked at the window. This
    /// is the only rule of what the badge and the tray count.
    pub fn unseen(&self) -> u32 {
        let seen_up_to: i64 = self.value(SEEN_UP_TO).unwrap_or_default();
        // The ids begin anew where the history was lost and the setting was not.
        let sql = "SELECT count(*) FROM history \
            WHERE NOT read AND (id > ?1 OR ?1 > (SELECT coalesce(max(id), 0) FROM history))";
        self.disk.lend().query_row(sql, [seen_up_to], |row| row.get(0)).optional().ok().flatten().unwrap_or_default()
    }

    /// Records that the user looks at the window. Returns whether any entry was unseen.
    pub fn mark_seen(&mut self) -> bool {
        if self.unseen() == 0 {
            return false;
        }
        let newest = self.disk.lend().query_row("SELECT max(id) FROM history", [], |row| row.get::<_, i64>(0));
        if let Ok(newest) = newest {
            self.set_value(SEEN_UP_TO, &newest);
        }
        true
    }

    /// Marks the entries of a job as read. Returns whether any was unread.
    pub fn mark_job_read(&mut self, job_id: &JobId) -> bool {
        let sql = "UPDATE history SET read = 1 WHERE NOT read AND job_id = ?1";
        let marked = self.disk.lend().execute(sql, [job_id.as_str()]);
        self.marked(marked)
    }

    /// Marks the entries up to and including an id as read. Returns whether any was unread.
    pub fn mark_read_up_to(&mut self, entry_id: i64) -> bool {
        let marked = self.disk.lend().execute("UPDATE history SET read = 1 WHERE NOT read AND id <= ?1", [entry_id]);
        self.marked(marked)
    }

    fn marked(&mut self, marked: rusqlite::Result<usize>) -> bool {
        let any = marked.as_ref().is_ok_and(|marked| *marked > 0);
        self.record_result("read entries", marked) && any
    }
}
