//! What happened while nobody looked: a history on disk, with marks of what was not seen yet.

use tallylight_core::{
    JobId,
    cache::{Ending, Outcome, Witnessed},
    notice::{self, Delivered},
    view::{Event, HistoryEntry, NewsView},
};

use super::Actor;
use crate::shell::Shell;

impl<S: Shell> Actor<S> {
    /// Keeps that something happened, once, and does what is to be done then.
    pub(super) fn happened(&mut self, ending: &Ending) {
        if ending.witnessed == Witnessed::FirstLook {
            return;
        }
        let Some(job) = self.cache.job(&ending.job_id) else { return };
        let entry = HistoryEntry {
            entry_id: 0,
            at: self.now().wall,
            job_id: ending.job_id.clone(),
            kind: notice::kind(ending.outcome),
            name: notice::name(job, self.words_of_tongue()),
            fault: notice::fault(ending.outcome, job),
            // What a person does not want to be told of asks for nothing.
            read: !self.settings.notifications.wants(ending.outcome),
        };
        if self.store.record(&Delivered::from(ending), &entry) {
            if ending.outcome != Outcome::Warned {
                self.automate(&ending.job_id, ending.outcome);
            }
            self.show_news();
        }
    }

    /// Marks what happened to a job as seen, or everything.
    pub(super) fn mark_read(&mut self, job_id: Option<&JobId>) {
        if self.store.mark_read(job_id) {
            self.show_news();
        }
    }

    pub(super) fn news(&self) -> NewsView {
        NewsView { unread: self.store.unread(), paused_until: self.paused_until }
    }

    pub(super) fn show_news(&mut self) {
        let news = self.news();
        self.tell(Event::News(news));
        self.show_tray();
    }
}
