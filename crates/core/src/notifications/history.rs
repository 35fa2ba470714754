//! The history of outcomes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::NotificationKind;
use crate::{JobId, library::record::FaultSummary};

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
    pub fault: Option<FaultSummary>,
    /// Whether the user has read the entry.
    pub read: bool,
}
