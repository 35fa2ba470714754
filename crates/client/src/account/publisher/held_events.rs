//! Events that a shell was not ready for: the last one of each kind.

use std::collections::{BTreeMap, VecDeque};

use tallylight_core::{JobId, model::job::Field};
use tallylight_view::{
    ConnectionView, EditView, Event, ListView, NotificationStatus, RejectedView, SessionView, StorageView, UploadView,
};

/// The most unreadable messages that are held; more are only counted.
const REJECTED_LIMIT: usize = 50;

/// The events that are held. Changed jobs are not among them: the batcher holds their ids.
#[derive(Debug, Default)]
pub(super) struct HeldEvents {
    session: Option<SessionView>,
    connection: Option<ConnectionView>,
    uploads: BTreeMap<u32, UploadView>,
    edits: BTreeMap<(JobId, Field), EditView>,
    storage: Option<StorageView>,
    notification_status: Option<NotificationStatus>,
    list: Option<ListView>,
    rejected: VecDeque<RejectedView>,
}

impl HeldEvents {
    /// Drops what is about jobs and files: another user may look at the shell next.
    pub(super) fn forget_messages(&mut self) {
        self.uploads.clear();
        self.edits.clear();
        self.rejected.clear();
    }

    pub(super) fn hold(&mut self, event: Event) {
        match event {
            Event::Session(session) => self.session = Some(session),
            Event::Connection(connection) => self.connection = Some(connection),
            Event::Upload(upload) => drop(self.uploads.insert(upload.upload_id, upload)),
            Event::Edit(edit) => drop(self.edits.insert((edit.job_id.clone(), edit.field), edit)),
            Event::Storage(storage) => self.storage = Some(storage),
            Event::Notifications(notification_status) => self.notification_status = Some(notification_status),
            Event::List(list) => self.list = Some(list),
            Event::Rejected(rejected) if self.rejected.len() < REJECTED_LIMIT => self.rejected.push_back(rejected),
            // Batches of jobs are never handed to a shell that does not keep up.
            Event::Rejected(_) | Event::Jobs { .. } => {}
        }
    }

    pub(super) fn take(&mut self) -> impl Iterator<Item = Event> + use<> {
        let Self { session, connection, uploads, edits, storage, notification_status, list, rejected } =
            std::mem::take(self);
        let first = session.map(Event::Session).into_iter().chain(connection.map(Event::Connection));
        let uploads = uploads.into_values().map(Event::Upload);
        let states = storage
            .map(Event::Storage)
            .into_iter()
            .chain(notification_status.map(Event::Notifications))
            .chain(list.map(Event::List));
        let rest = states.chain(edits.into_values().map(Event::Edit));
        first.chain(uploads).chain(rest).chain(rejected.into_iter().map(Event::Rejected))
    }
}
