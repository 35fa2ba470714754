//! A shell that records all events, notifications and tray states.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use tallylight_client::{Shell, TrayView};
use tallylight_core::{JobId, notifications::Notification};
use tallylight_view::{Event, JobChange, JobView};

/// Everything that a shell received.
#[derive(Debug, Default)]
pub struct Seen {
    /// The events, in order.
    pub events: Vec<Event>,
    /// The notifications, in order.
    pub notices: Vec<Notification>,
    /// The last tray state.
    pub tray: Option<TrayView>,
}

impl Seen {
    /// Returns the number of jobs in all notifications.
    pub fn told(&self) -> usize {
        self.notices.iter().map(|notice| notice.job_ids.len()).sum()
    }

    /// Returns every emitted version of every job, in order.
    pub fn shown(&self) -> impl DoubleEndedIterator<Item = &JobView> {
        self.events.iter().flat_map(changed_by).map(|change| &change.job)
    }

    /// Returns the last emitted version of a job.
    pub fn job(&self, job_id: &str) -> Option<&JobView> {
        self.shown().rfind(|job| job.row.job_id.as_str() == job_id)
    }

    /// Returns the number of reported messages that could not be read.
    pub fn rejected(&self) -> usize {
        self.events.iter().filter(|event| matches!(event, Event::Rejected(_))).count()
    }

    /// Returns whether the removal of a job was emitted.
    pub fn has_removed(&self, job_id: &str) -> bool {
        self.events.iter().flat_map(removed_by).any(|removed| removed.as_str() == job_id)
    }

    /// Returns every emitted version of a job, by its file name.
    pub fn versions(&self, filename: &str) -> Vec<&JobView> {
        let changed = self.events.iter().filter_map(|event| match event {
            Event::Jobs { changed, .. } => Some(changed),
            Event::Connection(_)
            | Event::Session(_)
            | Event::Upload(_)
            | Event::List(_)
            | Event::Edit(_)
            | Event::Storage(_)
            | Event::Notifications(_)
            | Event::Rejected(_) => None,
        });
        changed
            .flatten()
            .map(|change| &change.job)
            .filter(|job| job.row.filename.as_deref() == Some(filename))
            .collect()
    }
}

fn changed_by(event: &Event) -> &[JobChange] {
    if let Event::Jobs { changed, .. } = event { changed } else { &[] }
}

fn removed_by(event: &Event) -> &[JobId] {
    if let Event::Jobs { removed, .. } = event { removed } else { &[] }
}

/// A recording shell. Copies share their records.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    seen: Arc<Mutex<Seen>>,
    stall: Arc<Switch>,
    busy: Arc<Switch>,
    refusing: Arc<Switch>,
}

impl Recorder {
    /// Returns the switch that makes the shell hang.
    pub fn stall(&self) -> &Switch {
        &self.stall
    }

    /// Returns the switch that makes the system report "do not disturb".
    pub fn busy(&self) -> &Switch {
        &self.busy
    }

    /// Returns the switch that makes the shell reject notifications.
    pub fn refusing(&self) -> &Switch {
        &self.refusing
    }

    /// Returns the records.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shell for Recorder {
    fn emit(&self, event: Event) {
        self.seen().events.push(event);
    }

    fn notify(&self, notice: Notification) {
        self.seen().notices.push(notice);
    }

    fn tray(&self, tray: TrayView) {
        self.seen().tray = Some(tray);
    }

    fn accepts_notifications(&self) -> bool {
        !self.refusing.is_on()
    }

    fn is_do_not_disturb(&self) -> bool {
        self.busy.is_on()
    }

    fn is_ready(&self) -> bool {
        !self.stall.is_on()
    }
}

/// A switch that makes a shell hang, be busy or refuse.
#[derive(Debug, Default)]
pub struct Switch(AtomicBool);

impl Switch {
    /// Turns the switch on or off.
    pub fn set(&self, on: impl Into<bool>) {
        self.0.store(on.into(), Ordering::SeqCst);
    }

    /// Returns whether the switch is on.
    fn is_on(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
