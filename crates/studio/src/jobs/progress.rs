//! The progress of a job or a stage, and its times.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The status of a job or a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Queued.
    Pending,
    /// In progress.
    Processing,
    /// Finished with success.
    Completed,
    /// Finished with an error.
    Failed,
}

impl Status {
    /// Returns whether the job or stage has finished.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// The progress of a job or a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The status.
    pub status: Status,
    /// The percentage, 0 to 100.
    pub progress_percent: f64,
    /// The reason of a failure.
    pub error_message: Option<String>,
}

impl Progress {
    /// Returns a progress without an error.
    pub fn new(status: Status, progress_percent: f64) -> Self {
        Self { status, progress_percent, error_message: None }
    }
}

/// When a stage was processed, in its newest run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// When it finished.
    pub completed_at: Option<Timestamp>,
}

impl Times {
    /// Records the time of a new status.
    pub(super) fn record(&mut self, at: Timestamp, status: Status) {
        match status {
            Status::Pending => *self = Self::default(),
            Status::Processing if self.started_at.is_some() && self.completed_at.is_none() => {}
            Status::Processing => *self = Self { started_at: Some(at), completed_at: None },
            Status::Completed | Status::Failed => self.completed_at = Some(at),
        }
    }
}
