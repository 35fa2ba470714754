//! The starts of the captions that backends send beside a transcript, so that a search can tell when something is said.

use rusqlite::{Connection, OptionalExtension};
use tallylight_core::{JobId, protocol::snapshot::Caption, search::whole_seconds};

use super::Store;

impl Store {
    /// Stores the starts of the captions of jobs, in place of those that they had. A job may have none any more.
    pub fn set_captions(&mut self, jobs: &[(JobId, Vec<Caption>)]) {
        if jobs.is_empty() {
            return;
        }
        let written = self.disk.lend().transaction().and_then(|transaction| {
            // Lists repeat what is known: that writes nothing.
            let sql = "INSERT INTO caption_start (job_id, seconds) VALUES (?1, ?2) ON CONFLICT (job_id) \
                DO UPDATE SET seconds = excluded.seconds WHERE seconds <> excluded.seconds";
            for (job_id, captions) in jobs {
                if captions.is_empty() {
                    let sql = "DELETE FROM caption_start WHERE job_id = ?1";
                    transaction.prepare_cached(sql)?.execute([job_id.as_str()])?;
                    continue;
                }
                let seconds: Vec<u32> = captions.iter().map(|caption| whole_seconds(caption.start)).collect();
                let seconds = serde_json::to_string(&seconds).unwrap_or_default();
                transaction.prepare_cached(sql)?.execute((job_id.as_str(), seconds))?;
            }
            transaction.commit()
        });
        self.record_result("the times of transcripts", written);
    }
}

/// Returns the starts of the captions of a job, in seconds; none if they are not known.
///
/// # Errors
/// The error of SQLite.
pub(super) fn of(connection: &Connection, job_id: &JobId) -> rusqlite::Result<Vec<u32>> {
    let mut statement = connection.prepare_cached("SELECT seconds FROM caption_start WHERE job_id = ?1")?;
    let seconds = statement.query_row([job_id.as_str()], |row| row.get::<_, String>(0)).optional()?;
    Ok(seconds.and_then(|seconds| serde_json::from_str(&seconds).ok()).unwrap_or_default())
}
