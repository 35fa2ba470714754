//! What becomes of a change: a batch for the window, a row on disk, a notification.

use super::{
    Actor, BTreeMap, BTreeSet, Counts, Duration, Event, FRAME, JobId, SAVE_EVERY, Scope, TrayView, calls::Call, link,
    view,
};
use crate::shell::Shell;
use tallylight_core::{
    cache::{Change, Witnessed},
    view::{JobChange, NoticeView},
};

/// Is what changed and was not shown or saved yet; each job at most once, so it never grows beyond the jobs.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    unseen: BTreeMap<JobId, Scope>,
    removed: BTreeSet<JobId>,
    unsaved: BTreeSet<JobId>,
    /// What is told once the window knows the job that it is about.
    notices: Vec<NoticeView>,
    flush_at: Option<Duration>,
    save_at: Option<Duration>,
    flushed: Duration,
}

impl Dirty {
    pub(super) fn deadline(&self) -> Option<Duration> {
        [self.flush_at, self.save_at].into_iter().flatten().min()
    }

    pub(super) fn flush_due(&self, now: Duration) -> bool {
        self.flush_at.is_some_and(|due| now >= due)
    }

    pub(super) fn save_due(&self, now: Duration) -> bool {
        self.save_at.is_some_and(|due| now >= due)
    }

    /// The first change after a quiet time is shown at once, the next ones a frame later.
    fn mark(&mut self, job_id: JobId, scope: Scope, now: Duration) {
        self.unsaved.insert(job_id.clone());
        let held = self.unseen.entry(job_id).or_insert(scope);
        *held = scope.max(*held);
        self.flush_at.get_or_insert(now.max(self.flushed + FRAME));
        self.save_at.get_or_insert(now + SAVE_EVERY);
    }

    fn mark_removed(&mut self, job_id: JobId, now: Duration) {
        self.unseen.remove(&job_id);
        self.unsaved.remove(&job_id);
        self.removed.insert(job_id);
        self.flush_at.get_or_insert(now.max(self.flushed + FRAME));
    }
}

impl<S: Shell> Actor<S> {
    pub(super) fn changed(&mut self, changes: Vec<Change>) {
        let now = self.now().monotonic;
        for change in changes {
            match change {
                Change::Job(job_id, scope) => self.dirty.mark(job_id, scope, now),
                Change::Removed(job_id) => {
                    self.store.remove(&job_id);
                    self.link_input(link::Input::Unwatch(job_id.clone()));
                    self.dirty.mark_removed(job_id, now);
                }
                Change::Ended(ending) => {
                    self.link_input(link::Input::Unwatch(ending.job_id.clone()));
                    self.ended(&ending);
                    // Messages carry no sizes or durations: the whole job is worth one look at its end.
                    if ending.witnessed == Witnessed::Yes {
                        self.call(Call::job(ending.job_id));
                    }
                }
                Change::Discovered(job_id) => {
                    self.link_input(link::Input::Watch(vec![job_id.clone()]));
                    self.call(Call::job(job_id));
                }
                Change::Doubted(job_id) => self.call(Call::deciding(job_id)),
            }
        }
    }

    fn ended(&mut self, ending: &tallylight_core::cache::Ending) {
        let Some(job) = self.cache.job(&ending.job_id) else { return };
        let Some((delivered, notice)) = self.notices.decide(ending, job) else { return };
        // On disk before it is told: a crash in between costs a notification rather than doubling it.
        self.store.deliver(&delivered);
        self.dirty.notices.extend(notice);
    }

    /// Shows what changed.
    pub(super) fn flush(&mut self) {
        self.dirty.flush_at = None;
        self.dirty.flushed = self.now().monotonic;
        let unseen = std::mem::take(&mut self.dirty.unseen);
        let removed: Vec<JobId> = std::mem::take(&mut self.dirty.removed).into_iter().collect();
        let changed: Vec<JobChange> = unseen
            .into_iter()
            .filter_map(|(job_id, scope)| Some(JobChange { job: view::job(self.cache.job(&job_id)?), scope }))
            .collect();
        if !changed.is_empty() || !removed.is_empty() {
            self.shell.emit(Event::Jobs { changed, removed });
            self.show_tray();
        }
        for notice in std::mem::take(&mut self.dirty.notices) {
            self.shell.notify(notice);
        }
    }

    /// Writes what changed to disk.
    pub(super) fn save(&mut self) {
        self.dirty.save_at = None;
        let unsaved = std::mem::take(&mut self.dirty.unsaved);
        self.store.save(unsaved.iter().filter_map(|job_id| self.cache.job(job_id)));
    }

    /// Forgets every job, here and on disk.
    pub(super) fn forget_jobs(&mut self) {
        let now = self.now().monotonic;
        let job_ids: Vec<JobId> = self.cache.jobs().map(|job| job.job_id.clone()).collect();
        self.cache.clear();
        self.notices.clear();
        self.store.clear();
        self.dirty.save_at = None;
        for job_id in job_ids {
            self.dirty.mark_removed(job_id, now);
        }
        self.flush();
    }

    /// Shows the state at a glance, where it changed.
    pub(super) fn show_tray(&mut self) {
        let tray = TrayView { connection: self.link.view(self.now()).state, counts: Counts::of(self.cache.jobs()) };
        if self.tray.replace(tray) != Some(tray) {
            self.shell.tray(tray);
        }
    }
}
