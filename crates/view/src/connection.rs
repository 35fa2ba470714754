//! The connection for display.

use serde::Serialize;
use tallylight_core::{
    Reason,
    connection::{ConnectionState, ConnectionStatus},
};

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
    pub reason: Option<Reason>,
}

impl From<ConnectionStatus> for ConnectionView {
    fn from(status: ConnectionStatus) -> Self {
        let ConnectionStatus { state, attempt, retry_in, reason } = status;
        let retry_in_ms = retry_in.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        Self { state, attempt, retry_in_ms, reason }
    }
}
