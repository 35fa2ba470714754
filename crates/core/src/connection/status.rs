//! The state of the connection as it is reported.

use std::time::Duration;

use serde::Serialize;

use super::{Connection, State, open::nothing_readable};
use crate::{Now, error::Reason};

/// The state of the connection, with the next attempt and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionStatus {
    /// The state.
    pub state: ConnectionState,
    /// The number of consecutive failed attempts; 0 while connected.
    pub attempt: u32,
    /// The time until the next attempt.
    pub retry_in: Option<Duration>,
    /// The reason for the state.
    pub reason: Option<Reason>,
}

/// The state of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum ConnectionState {
    /// No user is signed in.
    SignedOut,
    /// The socket is being opened.
    Connecting,
    /// The socket is open.
    Live,
    /// The last attempt failed and the next one is scheduled.
    Backoff,
    /// Updates are polled every few seconds.
    Polling,
    /// Neither the socket nor polling works.
    Offline,
    /// Another connection replaced this one; only the user can reconnect.
    Stopped,
}

impl Connection {
    /// Returns the state of the connection.
    pub fn status(&self, now: Now) -> ConnectionStatus {
        let attempt = self.backoff.failures();
        let (state, retry_in) = match &self.state {
            State::SignedOut => (ConnectionState::SignedOut, None),
            State::Stopped => (ConnectionState::Stopped, None),
            State::Open { .. } if self.is_not_enough() => {
                (self.polling.fallback().unwrap_or(ConnectionState::Polling), None)
            }
            State::Open { .. } => (ConnectionState::Live, None),
            State::Waiting { until, .. } => {
                let fallback = self.polling.fallback();
                (fallback.unwrap_or(ConnectionState::Backoff), Some(until.saturating_sub(now.monotonic)))
            }
            State::Connecting { .. } | State::AwaitingToken | State::AskingRest => {
                (self.polling.fallback().unwrap_or(ConnectionState::Connecting), None)
            }
        };
        let quiet = matches!(state, ConnectionState::Live) || (state == ConnectionState::Connecting && attempt == 0);
        ConnectionStatus { state, attempt, retry_in, reason: if quiet { None } else { self.why(state) } }
    }

    /// Returns the reason to show. While the list cannot be fetched either, the error of the fetch is shown; the error
    /// of the socket may be old.
    fn why(&self, state: ConnectionState) -> Option<Reason> {
        let of_list = self.polling.problem().filter(|_| state == ConnectionState::Offline);
        if matches!(self.state, State::Open(_)) {
            return Some(of_list.cloned().unwrap_or_else(|| nothing_readable().into()));
        }
        of_list.or(self.reason.as_ref()).cloned()
    }

    /// Returns why the last connection was lost or given up, whether or not it is shown.
    pub fn reason(&self) -> Option<&Reason> {
        self.reason.as_ref()
    }

    /// Returns the state of the connection if it changed since the last call.
    pub(super) fn changed_status(&mut self, now: Now) -> Option<ConnectionStatus> {
        let status = self.status(now);
        // The remaining time alone is no change: it is reported only together with another change.
        let same = |reported: &ConnectionStatus| {
            (reported.state, reported.attempt, &reported.reason) == (status.state, status.attempt, &status.reason)
                && reported.retry_in.is_some() == status.retry_in.is_some()
        };
        if self.reported.as_ref().is_some_and(same) {
            return None;
        }
        self.reported = Some(status.clone());
        Some(status)
    }
}
