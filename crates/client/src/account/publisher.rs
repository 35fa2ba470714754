//! What the shell is to be told: at once while it keeps up, and made one of each kind while it does not.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use tallylight_core::{
    JobId,
    model::job::Field,
    view::{
        ConnectionView, EditView, Event, ListView, NotificationStatus, RejectedView, SessionView, StorageView,
        UploadView,
    },
};

use super::runtime::Actor;

/// How often a shell that does not keep up is looked at.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);
/// How many skipped messages are held back; more are only counted.
const REJECTED_LIMIT: usize = 50;

/// Is what is held back. Changes of jobs are not in it: they are held as names of jobs.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    session: Option<SessionView>,
    connection: Option<ConnectionView>,
    uploads: BTreeMap<u32, UploadView>,
    edits: BTreeMap<(JobId, Field), EditView>,
    storage: Option<StorageView>,
    notification_status: Option<NotificationStatus>,
    list: Option<ListView>,
    rejected: VecDeque<RejectedView>,
    clock_check_at: Option<Duration>,
}

impl Outbox {
    /// Returns when the shell is looked at again.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.clock_check_at
    }

    /// Forgets what was about jobs and files: another person may look at it next.
    pub(super) fn forget_messages(&mut self) {
        self.uploads.clear();
        self.edits.clear();
        self.rejected.clear();
    }

    fn hold(&mut self, event: Event) {
        match event {
            Event::Session(session) => self.session = Some(session),
            Event::Connection(connection) => self.connection = Some(connection),
            Event::Upload(upload) => drop(self.uploads.insert(upload.upload_id, upload)),
            Event::Edit(edit) => drop(self.edits.insert((edit.job_id.clone(), edit.field), edit)),
            Event::Storage(storage) => self.storage = Some(storage),
            Event::News(notification_status) => self.notification_status = Some(notification_status),
            Event::List(list) => self.list = Some(list),
            Event::Rejected(rejected) if self.rejected.len() < REJECTED_LIMIT => self.rejected.push_back(rejected),
            // Batches of jobs are never handed to a shell that does not keep up.
            Event::Rejected(_) | Event::Jobs { .. } => {}
        }
    }

    fn take(&mut self) -> impl Iterator<Item = Event> + use<> {
        let Self { session, connection, uploads, edits, storage, notification_status, list, rejected, .. } =
            std::mem::take(self);
        let first = session.map(Event::Session).into_iter().chain(connection.map(Event::Connection));
        let uploads = uploads.into_values().map(Event::Upload);
        let told = storage
            .map(Event::Storage)
            .into_iter()
            .chain(notification_status.map(Event::News))
            .chain(list.map(Event::List));
        let words = told.chain(edits.into_values().map(Event::Edit));
        first.chain(uploads).chain(words).chain(rejected.into_iter().map(Event::Rejected))
    }
}

impl Actor {
    /// Tells the shell of something other than jobs.
    pub(super) fn tell(&mut self, event: Event) {
        if self.shell_keeps_up() {
            self.shell.emit(event);
        } else {
            self.outbox.hold(event);
        }
    }

    /// Tells whether the shell may be told something now. Otherwise it is looked at again soon.
    pub(super) fn shell_keeps_up(&mut self) -> bool {
        let ready = self.outbox.clock_check_at.is_none() && self.shell.is_ready();
        if !ready {
            let soon = self.now().monotonic + RETRY_INTERVAL;
            self.outbox.clock_check_at.get_or_insert(soon);
        }
        ready
    }

    /// Tells the shell what was held back, if it keeps up again.
    pub(super) fn release(&mut self) {
        if self.shell.is_ready() {
            let held = self.outbox.take();
            held.for_each(|event| self.shell.emit(event));
        } else {
            self.outbox.clock_check_at = Some(self.now().monotonic + RETRY_INTERVAL);
        }
    }
}
