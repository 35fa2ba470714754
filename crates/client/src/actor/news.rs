//! What happened while nobody looked: a history on disk, with marks of what was not seen yet.

use tallylight_core::{
    JobId,
    cache::{Ending, Witnessed},
    notice::{self, Delivered},
    view::{Event, HistoryEntry, NewsView},
};

use super::Actor;
use crate::shell::Shell;

/// Names what a person has seen of what happened.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Read {
    /// Everything about some jobs.
    Jobs(Vec<JobId>),
    /// Everything up to an entry, and this: what came later was not shown.
    UpTo(i64),
}

impl<S: Shell> Actor<S> {
    /// Keeps what happened, each once, and does what is to be done then.
    pub(super) fn happened(&mut self, endings: &[Ending]) {
        let mut is_news = false;
        for ending in endings.iter().filter(|ending| ending.witnessed == Witnessed::Yes) {
            is_news |= self.keep(ending);
        }
        // Once for all of them: a glance looks at every job.
        if is_news {
            self.tell_news();
            self.show_tray_soon();
        }
    }

    /// Keeps one of them, and tells whether it is new.
    fn keep(&mut self, ending: &Ending) -> bool {
        let Some(job) = self.cache.job(&ending.job_id) else { return false };
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
        let deeds = self.deeds(ending);
        let is_new = self.store.record(&Delivered::from(ending), &entry, &deeds);
        if is_new {
            self.automate(deeds);
        }
        is_new
    }

    /// Marks what happened as seen.
    pub(super) fn mark_read(&mut self, read: &Read) {
        let any = match read {
            // Each of them, and not only until one was new.
            Read::Jobs(jobs) => jobs.iter().filter(|job_id| self.store.mark_job_read(job_id)).count() > 0,
            Read::UpTo(entry_id) => self.store.mark_read_up_to(*entry_id),
        };
        if any {
            self.show_news();
        }
    }

    pub(super) fn news(&self) -> NewsView {
        NewsView { unread: self.store.unread(), paused_until: self.paused_until }
    }

    pub(super) fn show_news(&mut self) {
        self.tell_news();
        self.show_tray();
    }

    fn tell_news(&mut self) {
        let news = self.news();
        self.tell(Event::News(news));
    }
}
