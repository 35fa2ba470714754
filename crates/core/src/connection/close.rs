//! What a refused upgrade and a closed socket mean.

use std::time::Duration;

use crate::{Code, error::Error};

/// Tells why an upgrade did not come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The token was refused.
    Auth,
    /// There was no token to try it with.
    NoToken,
    /// There is no socket at this address, a captive portal stands before it, or who answers cannot be trusted: nothing
    /// that a quick retry would mend.
    NoSocket(Error),
    /// Anything else: worth another try later, and not before `Retry-After`.
    Failed(Error, Option<Duration>),
}

impl Refusal {
    /// Reads the HTTP status of an answer that was no upgrade.
    pub fn from_status(status: u16, retry_after: Option<Duration>) -> Self {
        match status {
            // A server that closes before it accepts shows as 403.
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

/// Tells what a closed socket asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The token was refused.
    Auth,
    /// Another connection of this account took over.
    Replaced,
    /// Try again later.
    Lost(Error),
}

impl Closed {
    /// Reads the close code; none where the connection just ended.
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
