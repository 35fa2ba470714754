//! Values, inputs and effects of the upload queue.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{Error, JobId, Reason, VideoId};

/// A video file on its way to a backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The id, which is unique on this computer.
    pub upload_id: u32,
    /// The place in the queue: smaller ones are sent first.
    pub position: u32,
    /// The file.
    pub file: VideoFile,
    /// What the backend has of the file.
    pub transfer: Transfer,
    /// When this file was first sent, by the backend's clock: a job that was created since may be of it.
    #[serde(default)]
    pub first_sent_at: Option<Timestamp>,
    /// The state.
    pub status: UploadStatus,
    /// How many bytes the backend has confirmed, and will not need again.
    pub confirmed_bytes: u64,
    /// How many bytes were sent.
    #[serde(skip)]
    pub sent_bytes: u64,
}

/// A file as it was when it was added to the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoFile {
    /// The absolute path.
    #[serde(with = "stored_path")]
    pub path: PathBuf,
    /// The size in bytes.
    pub size: u64,
    /// The time of the last change; none if the file system has none.
    pub modified: Option<Timestamp>,
    /// A hash of parts of the content: two files with the same size, time and hash are the same video.
    pub fingerprint: String,
}

impl VideoFile {
    /// Returns whether both are the same video: the same file, or a copy or a link with the same name.
    pub fn is_same_video(&self, other: &Self) -> bool {
        self.path.file_name() == other.path.file_name() && self.is_same_content(other)
    }

    /// Returns the file of a path that cannot be read.
    pub fn unreadable(path: PathBuf) -> Self {
        Self { path, size: 0, modified: None, fingerprint: String::new() }
    }

    /// Returns whether both have the same content.
    pub fn is_same_content(&self, other: &Self) -> bool {
        !self.fingerprint.is_empty()
            && (self.size, self.modified, &self.fingerprint) == (other.size, other.modified, &other.fingerprint)
    }
}

/// What the backend has of a file. It decides how an interrupted upload continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Transfer {
    /// Nothing.
    None,
    /// All or nothing: the file is sent in one request.
    OneRequest {
        /// When sending began, by the backend's clock.
        begun_at: Timestamp,
    },
    /// A part, whose size the backend says at this URL (tus).
    Resumable {
        /// The URL of the upload.
        url: Url,
        /// When sending began, by the backend's clock.
        begun_at: Timestamp,
    },
    /// All bytes, in its storage. It may not have been told so.
    Stored {
        /// The video.
        video_id: VideoId,
        /// The body of the request that tells the backend so.
        completion: Value,
        /// When sending began, by the backend's clock.
        begun_at: Timestamp,
    },
    /// The whole video. Only the id of its job is not known.
    Accepted {
        /// The video, if the backend named it.
        video_id: Option<VideoId>,
        /// When sending began, by the backend's clock.
        begun_at: Timestamp,
    },
}

/// The state of an upload. Stored are only those that hold after a restart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredStatus", into = "StoredStatus")]
pub enum UploadStatus {
    /// Waits for other uploads.
    Queued,
    /// Sent at this moment, or as soon as there is an access token.
    Sending(TokenNeed),
    /// Failed for now, and is sent again.
    Waiting(Wait),
    /// May be complete: the list of jobs says whether the backend made a job of it.
    Verifying(Verification),
    /// Paused by the user.
    Paused,
    /// Failed for good: it is sent again only if the user says so.
    Failed(Reason),
}

impl UploadStatus {
    /// Returns the state after a restart.
    pub(super) fn after_restart(self) -> Self {
        StoredStatus::from(self).into()
    }
}

/// When an upload is sent again. Times are monotonic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The latest time.
    pub until: Duration,
    /// The earliest time, if the backend answers some request before.
    pub not_before: Duration,
    /// Why it failed.
    pub reason: Option<Reason>,
}

/// Which lists of jobs decide whether an upload arrived. Times are monotonic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verification {
    /// A list that was requested before may lack the job although the upload arrived.
    pub since: Duration,
    /// When the next list is fetched for it.
    pub fetch_at: Duration,
}

/// Whether an upload needs another access token than it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenNeed {
    /// Its token was not refused.
    Met,
    /// It waits for a fresh token.
    Awaited,
    /// It was sent again with a fresh token. If that is refused as well, the upload fails.
    Renewed,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "state", content = "reason", rename_all = "snake_case")]
enum StoredStatus {
    Queued,
    Paused,
    Failed(Reason),
}

impl From<StoredStatus> for UploadStatus {
    fn from(stored: StoredStatus) -> Self {
        match stored {
            StoredStatus::Queued => Self::Queued,
            StoredStatus::Paused => Self::Paused,
            StoredStatus::Failed(reason) => Self::Failed(reason),
        }
    }
}

impl From<UploadStatus> for StoredStatus {
    fn from(status: UploadStatus) -> Self {
        match status {
            UploadStatus::Paused => Self::Paused,
            UploadStatus::Failed(reason) => Self::Failed(reason),
            UploadStatus::Queued | UploadStatus::Sending(_) | UploadStatus::Waiting(_) | UploadStatus::Verifying(_) => {
                Self::Queued
            }
        }
    }
}

/// An input of the queue.
#[derive(Clone, Debug)]
pub enum Input {
    /// A file was checked and is to be sent, in this place.
    Add(VideoFile, u32),
    /// A file cannot be sent as it is. It is shown with the reason, and can be retried.
    AddFailed(VideoFile, u32, Error),
    /// The user cancels an upload.
    Cancel(u32),
    /// The file of an upload that is not being sent has another content now, and is to be sent as it is.
    Replace(u32, VideoFile),
    /// The user pauses an upload.
    Pause(u32),
    /// The user continues a paused upload.
    Resume(u32),
    /// The user pauses all uploads.
    PauseAll,
    /// The user continues all paused uploads.
    ResumeAll,
    /// The user sends a failed upload again; its file was checked anew.
    Retry(u32, VideoFile),
    /// The user sends a failed upload again, and its file still cannot be sent.
    RetryFailed(u32, Error),
    /// The user moves an upload before another one, or to the end.
    Move(u32, Option<u32>),
    /// So many bytes were sent.
    Progress(u32, u64),
    /// The backend has this much of an upload.
    Transferred(u32, Transfer, u64),
    /// The backend does not know the part of an upload that it had.
    PartLost(u32),
    /// The backend has the video, and made this job of it.
    Done(u32, JobId),
    /// Sending failed.
    Failed(u32, SendFailure),
    /// A list of jobs, requested at this monotonic time, lacks the job of this upload.
    NotListed(u32, Duration),
    /// There is a fresh access token.
    TokenReady,
    /// There will be no fresh access token for now.
    TokenDelayed(Error),
    /// The backend has just answered some request.
    Reachable,
    /// Time has passed.
    Tick,
}

/// Why sending ended without a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendFailure {
    /// The error.
    pub error: Error,
    /// What follows from it.
    pub kind: FailureKind,
    /// The backend's `Retry-After`.
    pub retry_after: Option<Duration>,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The access token was refused.
    Unauthorized,
    /// The network or the backend failed, and the video did not arrive: it is sent again.
    Temporary,
    /// The network or the backend failed, and the video may have arrived.
    Uncertain,
    /// The backend or the file forbids it.
    Final,
}

/// An effect to be performed by the client. Those on disk come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Store an upload, replacing the one with the same id.
    Persist(Upload),
    /// Delete an upload that is over.
    Delete(u32),
    /// Send an upload in the way of its `transfer`; none is to be chosen by what the backend offers.
    Send(Upload),
    /// Stop sending.
    Abort(u32),
    /// Tell the backend that it may delete the part that it has.
    Terminate(Url),
    /// Refresh the access token.
    RefreshToken,
    /// Fetch the list of jobs.
    FetchList,
    /// The upload for display changed.
    Changed(u32),
    /// The upload is complete.
    Completed(Upload, JobId),
    /// The upload was cancelled.
    Cancelled(Upload),
    /// An attempt failed, and the video did not arrive; the upload stays in the queue.
    AttemptFailed(u32, Error),
}

/// Paths in JSON: as text where they are plain UTF-8, else as the numbers of the system.
mod stored_path {
    use serde::{Deserializer, Serializer};

    use super::{Deserialize, OsString, PathBuf, Serialize};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Text(String),
        Raw(OsString),
    }

    pub(super) fn serialize<S: Serializer>(path: &std::path::Path, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = || Stored::Raw(path.as_os_str().to_owned());
        // Texts lose control characters when they are read.
        let text = path.to_str().filter(|text| !text.chars().any(char::is_control));
        text.map_or_else(raw, |text| Stored::Text(text.to_owned())).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        Ok(match Stored::deserialize(deserializer)? {
            Stored::Text(text) => text.into(),
            Stored::Raw(raw) => raw.into(),
        })
    }
}
