//! Automation tasks that are not done (docs/adr/0022-history-and-automation.md).

use jiff::Timestamp;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use tallylight_core::{JobId, model::outcome::Outcome, settings::Automation};
use uuid::Uuid;

use super::Store;

/// An automation to be run at the end of a run. It is stored on disk until it is done, so that it runs at least once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationTask {
    /// The id of the delivery, the same for every attempt: a receiver recognizes a repetition by it.
    pub id: String,
    /// When the run ended.
    pub at: Timestamp,
    /// The job that ended.
    pub job_id: JobId,
    /// How the run ended.
    pub outcome: Outcome,
    /// The command or the webhook.
    pub automation: Automation,
}

impl AutomationTask {
    /// Returns a task with a new id.
    pub fn new(at: Timestamp, job_id: JobId, outcome: Outcome, automation: Automation) -> Self {
        Self { id: Uuid::new_v4().to_string(), at, job_id, outcome, automation }
    }
}

impl Store {
    /// Returns the pending automation tasks.
    pub fn tasks(&self) -> Vec<AutomationTask> {
        self.rows("SELECT body FROM automation_task")
    }

    /// Deletes a completed automation task.
    pub fn forget_task(&mut self, id: &str) {
        let written = self.disk.lend().execute("DELETE FROM automation_task WHERE id = ?1", [id]);
        self.record_result("completed tasks", written);
    }
}

pub(super) fn insert(transaction: &Transaction, task: &AutomationTask) -> rusqlite::Result<()> {
    let body = serde_json::to_string(task).unwrap_or_default();
    transaction.execute("INSERT INTO automation_task (id, body) VALUES (?1, ?2)", (&task.id, body)).map(drop)
}
