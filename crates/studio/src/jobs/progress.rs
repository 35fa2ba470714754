//! How far a job or a stage has come, and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Is how far a job or a stage has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It waits.
    Pending,
    /// It is worked on.
    Processing,
    /// It ended well.
    Completed,
    /// It ended badly.
    Failed,
}

impl Status {
    /// Tells whether it ended.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// Is the progress of a job or a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// How far it has come.
    pub status: Status,
    /// 0–100.
    pub progress_percent: f64,
    /// Why it failed.
    pub error_message: Option<String>,
}

impl Progress {
    /// Makes a progress without an error.
    pub fn new(status: Status, progress_percent: f64) -> Self {
        Self { status, progress_percent, error_message: None }
    }
}

/// Tells when a stage was worked on, in its newest run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// When the work began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

impl Times {
    pub(super) fn note(&mut self, at: Timestamp, status: Status) {
        match status {
            Status::Pending => *self = Self::default(),
            Status::Processing if self.started_at.is_some() && self.completed_at.is_none() => {}
            Status::Processing => *self = Self { started_at: Some(at), completed_at: None },
            Status::Completed | Status::Failed => self.completed_at = Some(at),
        }
    }
}
