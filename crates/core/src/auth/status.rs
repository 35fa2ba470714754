//! The state of the session as it is reported.

use serde::Serialize;

use crate::error::Reason;

/// The state of the session, its account and its problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionStatus {
    /// The state of the session.
    pub state: SessionState,
    /// The email of the account.
    pub email: Option<String>,
    /// The reason for the state.
    pub reason: Option<Reason>,
    /// A problem of a working session: it cannot be stored.
    pub warning: Option<Reason>,
}

/// The state of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum SessionState {
    /// No user is signed in.
    SignedOut,
    /// The keychain is being read for a stored session.
    Restoring,
    /// The sign-in request is under way.
    SigningIn,
    /// A user is signed in.
    SignedIn,
    /// A user is signed in, and the access token was just refreshed.
    Refreshed,
}
