//! The complete state without the jobs.

use jiff::Timestamp;
use serde::Serialize;
use tallylight_core::{Reason, library::Counts, model::job::Status};

use crate::{ConnectionView, NotificationStatus, RememberedView, ServerView, SessionView};

/// The complete state without the jobs, for a window that opens.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StatusView {
    /// The backend, if one is chosen.
    pub server: Option<ServerView>,
    /// Values that the user entered before.
    pub remembered: RememberedView,
    /// The session.
    pub session: SessionView,
    /// The connection.
    pub connection: ConnectionView,
    /// The number of jobs by status.
    pub counts: Counts,
    /// The missing parts of the job list.
    pub list: ListView,
    /// The number of jobs with unconfirmed edits.
    pub pending_jobs: u32,
    /// The state of the local storage.
    pub storage: StorageView,
    /// The state of notifications.
    #[serde(rename = "news")]
    pub notifications: NotificationStatus,
    /// The time at which the jobs were last in sync with the backend; none if they never were.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub known_at: Option<Timestamp>,
    /// How far the backend's clock is ahead of the local one, in milliseconds; none before its first response.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub server_ahead_ms: Option<i64>,
}

/// The state of the local storage; empty if there is no problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StorageView {
    /// The reason why changes cannot be stored; none if they can.
    pub trouble: Option<Reason>,
    /// Data that was lost or set aside when the application started, if any.
    pub incident: Option<Reason>,
}

/// The parts of the job list that the backend did not send, or that were unreadable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ListView {
    /// The number of newest jobs to which the backend limits the list; none if it sends all jobs.
    pub newest: Option<u32>,
    /// The statuses whose jobs could not be fetched.
    pub missing: Vec<Status>,
    /// The number of unreadable jobs.
    pub unreadable: u32,
}
