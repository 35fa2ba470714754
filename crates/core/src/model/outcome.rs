//! How a run of a job ended.

use serde::{Deserialize, Serialize};

/// The kind of outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Outcome {
    /// The run succeeded.
    Completed,
    /// The run failed.
    Failed,
}
