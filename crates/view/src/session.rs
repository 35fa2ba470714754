//! The session for display.

use serde::Serialize;
use tallylight_core::{
    Reason,
    auth::{SessionState, SessionStatus},
};

/// The session for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SessionView {
    /// The state of the session.
    pub state: SessionState,
    /// The email of the account.
    pub email: Option<String>,
    /// The reason for the state.
    pub reason: Option<Reason>,
    /// A problem of a working session: it cannot be stored.
    pub warning: Option<Reason>,
}

impl From<SessionStatus> for SessionView {
    fn from(status: SessionStatus) -> Self {
        let SessionStatus { state, email, reason, warning } = status;
        Self { state, email, reason, warning }
    }
}
