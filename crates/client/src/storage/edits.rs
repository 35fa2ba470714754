//! Edits and drafts that the backend does not have. They are on the disk, synced, before they are shown
//! (docs/adr/0019-edits.md).

use std::collections::BTreeSet;

use rusqlite::Transaction;
use tallylight_core::{
    JobId,
    edits::{Draft, Edit, Effect, OpId},
    library::record::Record,
};

use super::{Store, owned, write_job};

impl Store {
    /// Returns the pending edits of an account, in their order.
    pub fn edits(&self, owner: &str) -> Vec<Edit> {
        owned(&self.disk.lend(), "SELECT body FROM edit WHERE owner = ?1 ORDER BY id", owner)
    }

    /// Returns the drafts of an account.
    pub fn drafts(&self, owner: &str) -> Vec<Draft> {
        owned(&self.disk.lend(), "SELECT body FROM draft WHERE owner = ?1", owner)
    }

    /// Returns all jobs with edits or drafts, of any account.
    pub fn jobs_with_edits(&self) -> BTreeSet<JobId> {
        let sql = "SELECT job_id FROM draft UNION SELECT json_extract(body, '$.job_id') FROM edit";
        let read = || -> rusqlite::Result<BTreeSet<JobId>> {
            let disk = self.disk.lend();
            let mut statement = disk.prepare(sql)?;
            let ids = statement.query_map([], |row| row.get::<_, String>(0))?;
            Ok(ids.flatten().map(JobId::new).collect())
        };
        read().unwrap_or_default()
    }

    /// Returns the highest id of an edit, of any account.
    pub fn last_edit(&self) -> OpId {
        let sql = "SELECT COALESCE(MAX(id), 0) FROM edit";
        OpId(self.disk.lend().query_row(sql, [], |row| row.get(0)).unwrap_or_default())
    }

    /// Stores an account's changed edits and drafts together with the jobs that they change, in one transaction.
    ///
    /// Returns whether the write succeeded.
    pub fn save_edits<'a>(&mut self, owner: &str, effects: &[Effect], jobs: impl Iterator<Item = &'a Record>) -> bool {
        self.durably("edits", |transaction| {
            for effect in effects {
                write_effect(transaction, owner, effect)?;
            }
            jobs.into_iter().try_for_each(|job| write_job(transaction, job))?;
            fail::fail_point!("edits_half_written");
            Ok(())
        })
    }

    /// Stores all edits and drafts of an account again, after earlier writes failed. Returns whether the write
    /// succeeded.
    pub fn save_all_edits(&mut self, owner: &str, edits: Vec<Edit>, drafts: Vec<Draft>) -> bool {
        let all: Vec<Effect> =
            edits.into_iter().map(Effect::PersistEdit).chain(drafts.into_iter().map(Effect::PersistDraft)).collect();
        self.durably("edits", |transaction| {
            forget(transaction, owner)?;
            all.iter().try_for_each(|effect| write_effect(transaction, owner, effect))
        })
    }

    /// Deletes the edits and drafts of an account, at the user's request.
    pub fn delete_edits(&mut self, owner: &str) {
        self.durably("deleted edits", |transaction| forget(transaction, owner));
    }
}

fn forget(transaction: &Transaction, owner: &str) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM edit WHERE owner = ?1", [owner])?;
    transaction.execute("DELETE FROM draft WHERE owner = ?1", [owner]).map(drop)
}

fn write_effect(transaction: &Transaction, owner: &str, effect: &Effect) -> rusqlite::Result<()> {
    match effect {
        Effect::PersistEdit(edit) => {
            let sql = "INSERT INTO edit (id, owner, body) VALUES (?1, ?2, ?3) \
                ON CONFLICT (id) DO UPDATE SET body = excluded.body";
            transaction.execute(sql, (edit.op_id.0, owner, serde_json::to_string(edit).unwrap_or_default()))
        }
        Effect::DeleteEdit(op_id) => transaction.execute("DELETE FROM edit WHERE id = ?1", [op_id.0]),
        Effect::PersistDraft(draft) => {
            let sql = "INSERT INTO draft (owner, job_id, field, body) VALUES (?1, ?2, ?3, ?4) \
                ON CONFLICT (owner, job_id, field) DO UPDATE SET body = excluded.body";
            let body = serde_json::to_string(draft).unwrap_or_default();
            transaction.execute(sql, (owner, draft.job_id.as_str(), draft.field.as_str(), body))
        }
        Effect::DeleteDraft(job_id, field) => {
            let sql = "DELETE FROM draft WHERE owner = ?1 AND job_id = ?2 AND field = ?3";
            transaction.execute(sql, (owner, job_id.as_str(), field.as_str()))
        }
        Effect::Confirm(_)
        | Effect::Merge(_)
        | Effect::Check(..)
        | Effect::Send(_)
        | Effect::RefreshToken
        | Effect::Changed(_)
        | Effect::Publish(_) => Ok(0),
    }
    .map(drop)
}
