//! The outcomes that were notified, so that each is shown only once.

use tallylight_core::notifications::OutcomeKey;

use super::Store;

impl Store {
    /// Returns the outcomes that were notified.
    pub fn delivered(&self) -> Vec<OutcomeKey> {
        self.rows("SELECT body FROM delivered")
    }

    /// Stores outcomes as notified, before the notification is shown, so that each is shown only once.
    pub fn mark_notified(&mut self, delivered: &[OutcomeKey]) {
        if delivered.is_empty() {
            return;
        }
        let kept = self.disk.lend().transaction().and_then(|transaction| {
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
        self.record_result("notified outcomes", kept);
    }

    /// Stores that outcomes are to be notified again.
    pub fn forget_notified(&mut self, outcomes: &[OutcomeKey]) {
        let written = self.disk.lend().transaction().and_then(|transaction| {
            for outcome in outcomes {
                let body = serde_json::to_string(outcome).unwrap_or_default();
                transaction.execute("DELETE FROM delivered WHERE body = ?1", [body])?;
            }
            transaction.commit()
        });
        self.record_result("notified outcomes", written);
    }
}
