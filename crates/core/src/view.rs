//! Exactly what a window or `tally --json` may see. TypeScript declarations are generated from here.

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
pub use edit::{DraftKind, DraftView, EditOutcome, EditView, UnreadyView};
pub use job::{FaultView, JobView, MetadataView, StageView, error, job};
pub(crate) use job::{NO_REASON, fault};
pub use row::{Attention, RowView, attention, cover_id, name, row};

/// Is the state of the connection as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ConnectionView {
    /// Which state it is in.
    pub state: ConnectionState,
    /// Which attempt in a row this is; 0 while all is well.
    pub attempt: u32,
    /// How long until the next attempt, in milliseconds.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub retry_in_ms: Option<u64>,
    /// Why it is so.
    pub reason: Option<ReasonView>,
}

/// Names a state of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum ConnectionState {
    /// Nobody is signed in.
    SignedOut,
    /// The socket is being opened.
    Connecting,
    /// The socket is open.
    Live,
    /// The last attempt failed; the next is timed.
    Backoff,
    /// Updates come from asking every few seconds.
    Polling,
    /// Neither the socket nor asking works.
    Offline,
    /// Another connection took over; only the person can take it back.
    Stopped,
}

/// Is a stable code with words for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ReasonView {
    /// The code.
    pub code: Code,
    /// The words.
    pub message: String,
}

impl From<Error> for ReasonView {
    fn from(error: Error) -> Self {
        Self { code: error.code, message: error.message }
    }
}

/// Is a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct NotificationView {
    /// What it tells.
    pub kind: NotificationKind,
    /// The jobs that it is about.
    pub job_ids: Vec<JobId>,
    /// Its headline.
    pub title: String,
    /// Its text.
    pub body: String,
    /// What it is about, where that is one video; for the shell of this computer alone.
    #[serde(skip)]
    pub subject: Option<NotificationSubject>,
}

/// Is the video that a notification is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationSubject {
    /// Its title, or what stands for it.
    pub name: String,
    /// The thumbnail that stands for it.
    pub cover_id: Option<ThumbnailId>,
}

/// Names what a notification tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum NotificationKind {
    /// A job is done.
    Completed,
    /// A job has failed.
    Failed,
    /// Something went wrong with a job without stopping it.
    Warning,
    /// Many jobs have ended at once.
    Summary,
}

/// Is something that happened to a video while it was watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct HistoryEntry {
    /// Which entry it is; later ones are higher.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub entry_id: i64,
    /// When it was heard of.
    #[cfg_attr(feature = "bindings", ts(type = "string"))]
    pub at: Timestamp,
    /// Which job it happened to.
    pub job_id: JobId,
    /// What happened.
    pub kind: NotificationKind,
    /// The video's title, or what stands for it.
    pub name: String,
    /// Why, where something went wrong.
    pub fault: Option<FaultView>,
    /// Whether a person has seen it.
    pub read: bool,
}

/// Is how it stands with what a person is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct NotificationStatus {
    /// How many entries of the history nobody has seen.
    pub unread: u32,
    /// Until when the person wants to be told nothing.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub paused_until: Option<Timestamp>,
}

/// Is one upload from this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct UploadView {
    /// Which upload it is; counts up from 1 in every run of the program.
    pub upload_id: u32,
    /// The file's name.
    pub filename: String,
    /// How many bytes are sent.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub sent_bytes: u64,
    /// How many bytes the file has.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub total_bytes: u64,
    /// How many bytes are sent in a second; none where that is not known.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub bytes_per_second: Option<u64>,
    /// How far it has come.
    pub state: UploadState,
    /// The job that it became.
    pub job_id: Option<JobId>,
    /// Why it failed.
    pub error: Option<ReasonView>,
}

/// Names a state of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum UploadState {
    /// Waiting for others to be sent.
    Queued,
    /// On its way.
    Sending,
    /// There, and a job.
    Sent,
    /// Not there; it can be tried again.
    Failed,
    /// The person wants it no more.
    Cancelled,
}

impl UploadState {
    /// Tells whether it would be cut off by the end of the program.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Queued | Self::Sending)
    }
}

/// Is the backend as a window sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ServerView {
    /// What it calls itself.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Ways to sign in.
    pub auth_providers: Vec<String>,
    /// Metadata that may be edited.
    pub editable: Vec<Field>,
    /// Further abilities.
    pub features: Vec<String>,
    /// Whether it is the studio of this computer.
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

/// Is what a person typed before and need not type again; never a password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RememberedView {
    /// The address of the studio that was used last, other than that of this computer.
    pub address: Option<String>,
    /// The email that was used last at the chosen backend.
    pub email: Option<String>,
}

/// Is everything but the jobs, for a window that opens.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StatusView {
    /// The backend, once one is chosen.
    pub server: Option<ServerView>,
    /// What was typed before.
    pub remembered: RememberedView,
    /// Who is signed in.
    pub session: SessionView,
    /// The connection.
    pub connection: ConnectionView,
    /// How many jobs there are.
    pub counts: Counts,
    /// What is missing of the job list.
    pub list: ListView,
    /// How many jobs have edits that the backend does not have yet.
    pub pending_jobs: u32,
    /// How it stands with what is kept on disk.
    pub storage: StorageView,
    /// How it stands with what the person is told.
    pub news: NotificationStatus,
    /// When the jobs were last known to be as the backend has them; none before they ever were.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub known_at: Option<Timestamp>,
    /// How far the backend's clock is ahead of ours, in milliseconds; none before it answered.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub server_ahead_ms: Option<i64>,
}

/// Is a batch of what changed, at most one a display frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Event {
    /// Jobs that changed, each at most once.
    Jobs {
        /// The jobs as they are now.
        changed: Vec<JobChange>,
        /// The jobs that are gone.
        removed: Vec<JobId>,
    },
    /// The connection changed.
    Connection(ConnectionView),
    /// The session changed.
    Session(SessionView),
    /// An upload went on.
    Upload(UploadView),
    /// What is missing of the job list changed.
    List(ListView),
    /// An edit went on.
    Edit(EditView),
    /// What is kept on disk is, or no longer is, as it should be; nothing where all is well.
    Storage(StorageView),
    /// Something happened, was seen, or is told no longer.
    News(NotificationStatus),
    /// A message was skipped.
    Rejected(RejectedView),
}

/// Tells how it stands with what is kept on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StorageView {
    /// Why what happens now cannot be kept; none while it is.
    pub trouble: Option<ReasonView>,
    /// What was lost or set aside when the program started; none if nothing was.
    pub incident: Option<ReasonView>,
}

/// What of the job list the backend did not give, or gave unreadably.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ListView {
    /// It gives only so many of the newest; none where it gives all.
    pub newest: Option<u32>,
    /// It failed when it was asked for jobs of these statuses.
    pub missing: Vec<Status>,
    /// So many jobs could not be read.
    pub unreadable: u32,
}

/// Is a job that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobChange {
    /// The job as it is now.
    pub job: JobView,
    /// How much of it changed.
    pub scope: Scope,
}

/// Is a message that was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RejectedView {
    /// Why.
    pub reason: String,
    /// Its beginning, without tokens.
    pub sample: String,
}

/// Counts jobs by their status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Counts {
    /// Waiting.
    pub pending: u32,
    /// Being worked on.
    pub processing: u32,
    /// Done.
    pub completed: u32,
    /// Failed.
    pub failed: u32,
}

impl Counts {
    /// Counts the jobs of a cache.
    pub fn of(library: &Library) -> Self {
        let mut counts = Self::default();
        library.summaries().for_each(|(_, brief)| counts.add(brief.status));
        counts
    }

    /// Counts one more.
    pub fn add(&mut self, status: Status) {
        *match status {
            Status::Pending => &mut self.pending,
            Status::Processing => &mut self.processing,
            Status::Completed => &mut self.completed,
            Status::Failed => &mut self.failed,
        } += 1;
    }
}
