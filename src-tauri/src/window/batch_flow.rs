//! Flow control of the batches that are sent to the page.

use std::sync::atomic::{AtomicU64, Ordering};

use tallylight_view::{Event, SentView};

/// How many batches may be unacknowledged. Tauri queues events without a limit, so a window that hangs would otherwise
/// use more and more memory.
const MAX_UNACKNOWLEDGED: u64 = 16;

/// The number of batches that were sent to the page, and of those that it has acknowledged.
#[derive(Debug, Default)]
pub struct BatchFlowControl {
    sent: AtomicU64,
    sent_job_batches: AtomicU64,
    ack: AtomicU64,
}

impl BatchFlowControl {
    /// Counts a batch that is being sent, and returns its number, from 1.
    pub fn send(&self, event: &Event) -> u64 {
        if matches!(event, Event::Jobs { .. }) {
            self.sent_job_batches.fetch_add(1, Ordering::Relaxed);
        }
        self.sent.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Records that the page has received every batch up to and including `number`.
    pub fn ack(&self, number: u64) {
        self.ack.fetch_max(number, Ordering::Relaxed);
    }

    /// Resets the count of unacknowledged batches: the page was just opened or reloaded, so that earlier batches are
    /// lost. Returns how much was sent before.
    pub fn restart(&self) -> SentView {
        let sent = self.sent();
        self.ack(sent.batches);
        sent
    }

    /// Returns how many batches were sent since the start of the app.
    pub fn sent(&self) -> SentView {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SentView { batches: count(&self.sent), of_jobs: count(&self.sent_job_batches) }
    }

    /// Returns whether another batch may be sent.
    pub fn has_capacity(&self) -> bool {
        let ack = self.ack.load(Ordering::Relaxed);
        self.sent().batches.saturating_sub(ack) < MAX_UNACKNOWLEDGED
    }
}

#[cfg(test)]
mod tests {
    use tallylight_view::NotificationStatus;

    use super::*;

    fn jobs() -> Event {
        Event::Jobs { changed: Vec::new(), removed: Vec::new() }
    }

    #[test]
    fn unacknowledged_batches_stop_sending_until_the_page_acknowledges() {
        let batch_flow = BatchFlowControl::default();
        for _ in 0..MAX_UNACKNOWLEDGED {
            batch_flow.send(&jobs());
        }
        assert!(!batch_flow.has_capacity());
        batch_flow.ack(1);
        assert!(batch_flow.has_capacity());
        batch_flow.send(&jobs());
        assert!(!batch_flow.has_capacity());
        batch_flow.restart();
        assert!(batch_flow.has_capacity(), "a reloaded page receives batches again");
    }

    #[test]
    fn restart_returns_how_much_was_sent_before() {
        let batch_flow = BatchFlowControl::default();
        let news = Event::Notifications(NotificationStatus { unread: 0, paused_until: None });
        batch_flow.send(&jobs());
        batch_flow.send(&news);
        assert_eq!(batch_flow.restart(), SentView { batches: 2, of_jobs: 1 });
        assert_eq!(batch_flow.sent(), SentView { batches: 2, of_jobs: 1 }, "a restart keeps the counts");
    }
}
