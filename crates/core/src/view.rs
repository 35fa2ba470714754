//! The data that a window or `tally --json` may see. The TypeScript declarations are generated from these types.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Code, Error, JobId, ThumbnailId,
    discovery::{Identity, Server},
    library::{Library, Scope},
    model::job::{Field, Status},
};

mod computer;
mod desktop;
mod edit;
mod job;
mod row;

pub use crate::auth::{SessionState, SessionView};
pub use computer::{
    ComputerView, DownloadState, DownloadView, OwnModelView, SpeechEngine, SpeechModelView, SuggestionRequestView,
    VideosView,
};
pub use desktop::{ChangesView, InitialState, Login, ReleaseView, SentView, SettingsView, Show, Tray, UpdateView};
pub use edit::{DraftKind, DraftView, EditOutcome, EditView, NotEditableYetView};
pub use job::{FaultView, JobView, MetadataView, StageView, error, job};
pub(crate) use job::{NO_REASON, fault};
pub use row::{Attention, RowView, attention, cover_id, name, row};

/// The state of the connection for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ConnectionView {
    /// The state.
    pub state: ConnectionState,
    /// The number of consecutive failed attempts; 0 while connected.
    pub attempt: u32,
    /// The time until the next attempt, in milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub retry_in_ms: Option<u64>,
    /// The reason for the state.
    pub reason: Option<ReasonView>,
}

/// The state of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum ConnectionState {
    /// No user is signed in.
    SignedOut,
    /// The socket is being opened.
    Connecting,
    /// The socket is open.
    Live,
    /// The last attempt failed and the next one is scheduled.
    Backoff,
    /// Updates are polled every few seconds.
    Polling,
    /// Neither the socket nor polling works.
    Offline,
    /// Another connection replaced this one; only the user can reconnect.
    Stopped,
}

/// A stable code with a message for the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ReasonView {
    /// The code.
    pub code: Code,
    /// The message.
    pub message: String,
}

impl From<Error> for ReasonView {
    fn from(error: Error) -> Self {
        Self { code: error.code, message: error.message }
    }
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct NotificationView {
    /// The kind of notification.
    pub kind: NotificationKind,
    /// The jobs concerned.
    pub job_ids: Vec<JobId>,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// The video, if there is only one; for the shell of this computer only.
    #[serde(skip)]
    pub subject: Option<NotificationSubject>,
}

/// The video of a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationSubject {
    /// The title of the video, or its substitute.
    pub name: String,
    /// The id of its cover thumbnail.
    pub cover_id: Option<ThumbnailId>,
}

/// The kind of notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum NotificationKind {
    /// A job is ready.
    Completed,
    /// A job has failed.
    Failed,
    /// A job has a warning.
    Warning,
    /// Several jobs ended.
    Summary,
}

/// A record of the history: an outcome of a video that was observed live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct HistoryEntry {
    /// The id of the entry; ids increase.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub entry_id: i64,
    /// The time at which the outcome was observed.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub at: Timestamp,
    /// The id of the job.
    pub job_id: JobId,
    /// The kind of outcome.
    pub kind: NotificationKind,
    /// The title of the video, or its substitute.
    pub name: String,
    /// The fault, if something went wrong.
    pub fault: Option<FaultView>,
    /// Whether the user has read the entry.
    pub read: bool,
}

/// The state of notifications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct NotificationStatus {
    /// The number of unread entries in the history.
    pub unread: u32,
    /// The time until which notifications are paused.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub paused_until: Option<Timestamp>,
}

/// An upload from this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct UploadView {
    /// The id of the upload; counts from 1 in every run of the application.
    pub upload_id: u32,
    /// The name of the file.
    pub filename: String,
    /// The number of bytes sent.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub sent_bytes: u64,
    /// The size of the file in bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub total_bytes: u64,
    /// The transfer rate in bytes per second; none if unknown.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub bytes_per_second: Option<u64>,
    /// The state.
    pub state: UploadState,
    /// The id of the created job.
    pub job_id: Option<JobId>,
    /// The reason of a failure.
    pub error: Option<ReasonView>,
}

/// The state of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum UploadState {
    /// Waiting for other uploads.
    Queued,
    /// Being sent.
    Sending,
    /// Complete; a job was created.
    Sent,
    /// Failed; it can be retried.
    Failed,
    /// Cancelled by the user.
    Cancelled,
}

impl UploadState {
    /// Returns whether quitting the application would interrupt the upload.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Queued | Self::Sending)
    }
}

/// The backend for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ServerView {
    /// The name of the backend.
    pub name: String,
    /// The URL of the backend.
    pub address: String,
    /// The sign-in methods.
    pub auth_providers: Vec<String>,
    /// The metadata fields that can be edited.
    pub editable: Vec<Field>,
    /// The optional features.
    pub features: Vec<String>,
    /// Whether it is the studio embedded in this application.
    pub identity: Identity,
}

impl From<&Server> for ServerView {
    fn from(server: &Server) -> Self {
        Self {
            name: server.name.clone(),
            address: server.address.to_string(),
            auth_providers: server.auth_providers.clone(),
            editable: server.editable.clone(),
            features: server.features.clone(),
            identity: server.identity,
        }
    }
}

/// Values that the user entered before, to be suggested again; never a password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RememberedView {
    /// The URL of the last used studio, other than the embedded one.
    pub address: Option<String>,
    /// The last used email at the chosen backend.
    pub email: Option<String>,
}

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
    pub news: NotificationStatus,
    /// The time at which the jobs were last in sync with the backend; none if they never were.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub known_at: Option<Timestamp>,
    /// How far the backend's clock is ahead of the local one, in milliseconds; none before its first response.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub server_ahead_ms: Option<i64>,
}

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
    News(NotificationStatus),
    /// A message was skipped.
    Rejected(RejectedView),
}

/// The state of the local storage; empty if there is no problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StorageView {
    /// The reason why changes cannot be stored; none if they can.
    pub trouble: Option<ReasonView>,
    /// Data that was lost or set aside when the application started, if any.
    pub incident: Option<ReasonView>,
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

/// The number of jobs by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Counts {
    /// Queued.
    pub pending: u32,
    /// Processing.
    pub processing: u32,
    /// Ready.
    pub completed: u32,
    /// Failed.
    pub failed: u32,
}

impl Counts {
    /// Counts the jobs of a library.
    pub fn of(library: &Library) -> Self {
        let mut counts = Self::default();
        library.summaries().for_each(|(_, summary)| counts.add(summary.status));
        counts
    }

    /// Adds one to the count of a status.
    pub fn add(&mut self, status: Status) {
        *match status {
            Status::Pending => &mut self.pending,
            Status::Processing => &mut self.processing,
            Status::Completed => &mut self.completed,
            Status::Failed => &mut self.failed,
        } += 1;
    }
}
