//! What a person wrote and the backend does not have. It is on the disk, in truth, before anybody sees it.

use std::collections::BTreeSet;

use rusqlite::{Connection, Transaction};
use serde::de::DeserializeOwned;
use tallylight_core::{
    JobId,
    edits::{Draft, Edit, Effect, OpId},
    library::record::Record,
    protocol::json,
};

use super::{Store, write_job};

impl Store {
    /// Returns the edits of an account that the backend has not confirmed.
    pub fn edits(&self, owner: &str) -> Vec<Edit> {
        owned(&self.disk.lend(), "SELECT body FROM edit WHERE owner = ?1 ORDER BY id", owner)
    }

    /// Returns the drafts of an account.
    pub fn drafts(&self, owner: &str) -> Vec<Draft> {
        owned(&self.disk.lend(), "SELECT body FROM draft WHERE owner = ?1", owner)
    }

    /// Returns every job with words that a backend does not have, whosever they are.
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

    /// Returns the highest id of an edit, whosever it is.
    pub fn last_edit(&self) -> OpId {
        let sql = "SELECT COALESCE(MAX(id), 0) FROM edit";
        OpId(self.disk.lend().query_row(sql, [], |row| row.get(0)).unwrap_or_default())
    }

    /// Keeps what became of an account's words, and the jobs that hold them now: all of it or nothing.
    ///
    /// Returns whether the disk has it.
    pub fn save_edits<'a>(&mut self, owner: &str, effects: &[Effect], jobs: impl Iterator<Item = &'a Record>) -> bool {
        self.durably("what you wrote", |transaction| {
            for effect in effects {
                keep(transaction, owner, effect)?;
            }
            jobs.into_iter().try_for_each(|job| write_job(transaction, job))?;
            fail::fail_point!("words_are_half_kept");
            Ok(())
        })
    }

    /// Puts all of an account's words on the disk, after it could not take them for a while.
    pub fn save_all_edits(&mut self, owner: &str, edits: Vec<Edit>, drafts: Vec<Draft>) -> bool {
        let all: Vec<Effect> =
            edits.into_iter().map(Effect::PersistEdit).chain(drafts.into_iter().map(Effect::PersistDraft)).collect();
        self.durably("what you wrote", |transaction| {
            forget(transaction, owner)?;
            all.iter().try_for_each(|effect| keep(transaction, owner, effect))
        })
    }

    /// Forgets the words of an account, because the person said so.
    pub fn delete_edits(&mut self, owner: &str) {
        self.durably("what was thrown away", |transaction| forget(transaction, owner));
    }

    /// Writes so that not even a power failure undoes it.
    fn durably(&mut self, what: &str, write: impl FnOnce(&Transaction) -> rusqlite::Result<()>) -> bool {
        let mut disk = self.disk.lend();
        let written = disk.pragma_update(None, "synchronous", "FULL").and_then(|()| {
            let transaction = disk.transaction()?;
            write(&transaction)?;
            transaction.commit()
        });
        let _ = disk.pragma_update(None, "synchronous", "NORMAL");
        drop(disk);
        self.written(what, written)
    }
}

fn forget(transaction: &Transaction, owner: &str) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM edit WHERE owner = ?1", [owner])?;
    transaction.execute("DELETE FROM draft WHERE owner = ?1", [owner]).map(drop)
}

fn keep(transaction: &Transaction, owner: &str, effect: &Effect) -> rusqlite::Result<()> {
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

fn owned<T: DeserializeOwned>(connection: &Connection, sql: &str, owner: &str) -> Vec<T> {
    let read = || -> rusqlite::Result<Vec<T>> {
        let mut statement = connection.prepare(sql)?;
        let texts = statement.query_map([owner], |row| row.get::<_, String>(0))?;
        Ok(texts.flatten().filter_map(|text| json::from_stored(&text).ok()).collect())
    };
    read().unwrap_or_else(|error| {
        tracing::warn!(%error, "what was written could not be read");
        Vec::new()
    })
}
