//! The upload queue on disk (docs/adr/0055-upload-queue.md).

use rusqlite::Transaction;
use tallylight_core::upload_queue::{Effect, Upload};

use super::{Store, owned, path_text};

impl Store {
    /// Returns the uploads of an account.
    pub fn uploads(&self, owner: &str) -> Vec<Upload> {
        owned(&self.disk.lend(), "SELECT body FROM upload WHERE owner = ?1 ORDER BY id", owner)
    }

    /// Returns the highest id of an upload, of any account.
    pub fn last_upload(&self) -> u32 {
        let sql = "SELECT COALESCE(MAX(id), 0) FROM upload";
        self.disk.lend().query_row(sql, [], |row| row.get(0)).unwrap_or_default()
    }

    /// Stores an account's changed uploads, in one transaction. A complete upload becomes the source of its job.
    ///
    /// Returns whether the write succeeded.
    pub fn save_uploads(&mut self, owner: &str, effects: &[Effect]) -> bool {
        fail::fail_point!("uploads_before_write");
        let written = self.durably("uploads", |transaction| {
            effects.iter().try_for_each(|effect| write_effect(transaction, owner, effect))
        });
        fail::fail_point!("uploads_written");
        written
    }

    /// Stores all uploads of an account again, after earlier writes failed. Returns whether the write succeeded.
    pub fn save_all_uploads(&mut self, owner: &str, uploads: impl IntoIterator<Item = Upload>) -> bool {
        let all: Vec<Effect> = uploads.into_iter().map(Effect::Persist).collect();
        self.durably("uploads", |transaction| {
            forget(transaction, owner)?;
            all.iter().try_for_each(|effect| write_effect(transaction, owner, effect))
        })
    }

    /// Deletes the uploads of an account, at the user's request.
    pub fn delete_uploads(&mut self, owner: &str) {
        self.durably("deleted uploads", |transaction| forget(transaction, owner));
    }
}

fn forget(transaction: &Transaction, owner: &str) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM upload WHERE owner = ?1", [owner]).map(drop)
}

fn write_effect(transaction: &Transaction, owner: &str, effect: &Effect) -> rusqlite::Result<()> {
    match effect {
        Effect::Persist(upload) => {
            let sql = "INSERT INTO upload (id, owner, body) VALUES (?1, ?2, ?3) \
                ON CONFLICT (id) DO UPDATE SET body = excluded.body";
            transaction.execute(sql, (upload.upload_id, owner, serde_json::to_string(upload).unwrap_or_default()))
        }
        Effect::Delete(upload_id) => transaction.execute("DELETE FROM upload WHERE id = ?1", [upload_id]),
        Effect::Completed(upload, job_id) => {
            let Some(path) = path_text(&upload.file.path) else { return Ok(()) };
            let sql = "INSERT OR REPLACE INTO source (job_id, path) VALUES (?1, ?2)";
            transaction.execute(sql, (job_id.as_str(), path))
        }
        Effect::Send(_)
        | Effect::Abort(_)
        | Effect::Terminate(_)
        | Effect::RefreshToken
        | Effect::FetchList
        | Effect::Changed(_)
        | Effect::Cancelled(_)
        | Effect::AttemptFailed(..) => Ok(0),
    }
    .map(drop)
}
