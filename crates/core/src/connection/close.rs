//! The meaning of refused upgrades and close codes.

use std::time::Duration;

use crate::{Code, error::Error};

/// The reason why an upgrade failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The token was refused.
    Auth,
    /// No token was available.
    NoToken,
    /// The address offers no socket, a captive portal intercepts it, or the server's certificate is not trusted: a
    /// quick retry would not help.
    NoSocket(Error),
    /// Any other failure: to be retried later, and not before `Retry-After`.
    Failed(Error, Option<Duration>),
}

impl Refusal {
    /// Returns the refusal for the HTTP status of a response that was no upgrade. Source:
    /// docs/protocol.md#close-codes-and-refused-upgrades.
    pub fn from_status(status: u16, retry_after: Option<Duration>) -> Self {
        match status {
            // A server that closes the connection before accepting it appears as 403.
            401 | 403 => Self::Auth,
            404 | 501 | 200 | 300..=399 => Self::NoSocket(Error::new(
                Code::NoSocket,
                format!("Live updates aren't available (status {status}). Checking for changes every few seconds."),
            )),
            _ => {
                let words = format!("The studio rejected live updates (status {status}).");
                Self::Failed(Error::new(Code::ServerError, words), retry_after)
            }
        }
    }
}

/// The reaction that a closed socket requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The token was refused.
    Auth,
    /// Another connection of this account replaced this one.
    Replaced,
    /// The connection was lost; retry later.
    Lost(Error),
}

impl Closed {
    /// Returns the reaction to a close code; `None` if the connection ended without one. Source:
    /// docs/protocol.md#close-codes-and-refused-upgrades.
    pub fn from_code(code: Option<u16>) -> Self {
        match code {
            Some(1008 | 3000 | 4001 | 4003 | 4401 | 4403) => Self::Auth,
            Some(4409) => Self::Replaced,
            Some(1013) => Self::Lost(Error::new(Code::Closed, "The studio is too busy for live updates (code 1013).")),
            Some(1001 | 1012) => Self::Lost(Error::new(Code::Closed, "The studio is restarting.")),
            Some(code) => {
                Self::Lost(Error::new(Code::Closed, format!("The studio closed the connection (code {code}).")))
            }
            None => Self::Lost(Error::new(Code::Closed, "Connection lost.")),
        }
    }
}
