//! The reasons why a run of a tool failed.

use std::{io, time::Duration};

/// The reason why a run of a tool failed. Its text names the program and holds the program's own messages.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The program could not be started.
    #[error("{program}: {source}")]
    NotStarted {
        /// The program.
        program: String,
        /// The reason.
        source: io::Error,
    },
    /// The run exceeded its time limit.
    #[error("{program}: stopped after {} s", limit.as_secs())]
    TimedOut {
        /// The program.
        program: String,
        /// The limit.
        limit: Duration,
    },
    /// The run reported no progress for too long.
    #[error("{program}: no progress for {} s", limit.as_secs())]
    Stalled {
        /// The program.
        program: String,
        /// The limit.
        limit: Duration,
    },
    /// The run exceeded its memory limit.
    #[error("{program}: memory limit exceeded")]
    OutOfMemory {
        /// The program.
        program: String,
    },
    /// The run exceeded its limit of output or CPU time.
    #[error("{program}: output or CPU time limit exceeded")]
    LimitExceeded {
        /// The program.
        program: String,
    },
    /// The program exited with an error.
    #[error("{program}: {}", messages.trim())]
    Failed {
        /// The program.
        program: String,
        /// The last lines of its standard error.
        messages: String,
    },
}
