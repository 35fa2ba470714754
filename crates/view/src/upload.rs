//! Uploads for display.

use serde::Serialize;
use tallylight_core::{JobId, Reason};

/// An upload from this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct UploadView {
    /// The id of the upload.
    pub upload_id: u32,
    /// The place in the queue: smaller ones are sent first.
    pub position: u32,
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
    /// Whether the upload continues where it was interrupted; otherwise it starts again.
    pub is_resumable: bool,
    /// The id of the created job.
    pub job_id: Option<JobId>,
    /// The reason of a failure, or of waiting.
    pub error: Option<Reason>,
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
    /// Interrupted; it continues when the backend answers.
    Waiting,
    /// Sent completely, as far as is known; whether it arrived is being checked.
    Verifying,
    /// Paused by the user.
    Paused,
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
        matches!(self, Self::Queued | Self::Sending | Self::Waiting | Self::Verifying)
    }
}
