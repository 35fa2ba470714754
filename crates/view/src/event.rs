//! Events for the window.

use serde::Serialize;
use tallylight_core::{JobId, library::Scope};

use crate::{ConnectionView, EditView, JobView, ListView, NotificationStatus, SessionView, StorageView, UploadView};

/// An event for the window. Changes of jobs are batched, at most once per display frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Event {
    /// Jobs that changed, each at most once.
    Jobs {
        /// The changed jobs.
        changed: Vec<JobChange>,
        /// The removed jobs.
        removed: Vec<JobId>,
    },
    /// The connection changed.
    Connection(ConnectionView),
    /// The session changed.
    Session(SessionView),
    /// An upload changed.
    Upload(UploadView),
    /// The missing parts of the job list changed.
    List(ListView),
    /// An edit changed.
    Edit(EditView),
    /// The state of the local storage changed.
    Storage(StorageView),
    /// The state of notifications changed.
    #[serde(rename = "news")]
    Notifications(NotificationStatus),
    /// A message was skipped.
    Rejected(RejectedView),
}

/// A changed job.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobChange {
    /// The current state of the job.
    pub job: JobView,
    /// The extent of the change.
    pub scope: Scope,
}

/// A message that was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RejectedView {
    /// The reason.
    pub reason: String,
    /// The beginning of the message, without tokens.
    pub sample: String,
}
