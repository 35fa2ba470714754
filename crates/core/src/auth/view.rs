//! The session as a person sees it.

use serde::Serialize;

use crate::view::ReasonView;

/// Is the session as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SessionView {
    /// Which state it is in.
    pub state: SessionState,
    /// The email of the account.
    pub email: Option<String>,
    /// Why it is so.
    pub reason: Option<ReasonView>,
    /// What a person should know although all is well: the session cannot be kept.
    pub warning: Option<ReasonView>,
}

/// Names a state of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum SessionState {
    /// Nobody is signed in.
    SignedOut,
    /// The keychain is being asked whether somebody is.
    Restoring,
    /// The backend is being asked.
    SigningIn,
    /// Somebody is signed in.
    SignedIn,
    /// Somebody is signed in, and the access token was just renewed.
    Refreshed,
}
