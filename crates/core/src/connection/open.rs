//! The state of an open connection: its deadlines, and whether its messages are readable.

use std::time::Duration;

use super::{Connection, SETTLED_AFTER, SILENCE_LIMIT};
use crate::{Code, ConnId, Now, error::Error};

/// The time after which an open socket without a readable message is not sufficient.
const MUTE_AFTER: Duration = Duration::from_mins(1);
/// The number of consecutive unreadable frames after which no readable ones are expected.
const UNREADABLE_LIMIT: u32 = 3;

/// An open connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Open {
    pub(super) conn: ConnId,
    pub(super) since: Duration,
    /// When the last frame arrived.
    pub(super) last_seen: Duration,
    /// Whether it has been open for [`SETTLED_AFTER`].
    pub(super) settled: bool,
    /// The time by which a probe must be answered.
    pub(super) probe: Option<Duration>,
    pub(super) readable: Readable,
}

/// What was readable among the frames of an open connection.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Readable {
    /// Whether any frame was readable: a message, a heartbeat, or the confirmation of the token.
    pub(super) any: bool,
    /// Whether a heartbeat arrived.
    pub(super) heartbeats: bool,
    /// The time of the last message about a job.
    job: Option<Duration>,
    /// The number of unreadable frames since that message.
    unreadable: u32,
}

/// Whether the peer is known to have accepted the token of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenEvidence {
    /// A readable frame arrived.
    Accepted,
    /// No readable frame arrived.
    None,
}

impl Open {
    pub(super) fn new(conn: ConnId, now: Now) -> Self {
        let since = now.monotonic;
        Self { conn, since, last_seen: since, settled: false, probe: None, readable: Readable::default() }
    }

    /// Returns whether the peer accepted the token of this connection. Without a readable message that is unknown, however
    /// long the connection stayed open.
    pub(super) fn token_evidence(&self) -> TokenEvidence {
        if self.readable.any { TokenEvidence::Accepted } else { TokenEvidence::None }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        let settled = (!self.settled).then_some(self.since + SETTLED_AFTER);
        [Some(self.last_seen + SILENCE_LIMIT), settled, self.probe].into_iter().flatten().min()
    }

    /// Returns when the connection counts as mute if nothing readable arrives before.
    fn mute_at(&self) -> Option<Duration> {
        (!self.readable.any).then_some(self.since + MUTE_AFTER)
    }

    /// Returns whether the frames of this connection are unreadable or missing.
    fn is_mute(&self, now: Now) -> bool {
        let Readable { job, unreadable, .. } = self.readable;
        let nothing = self.mute_at().is_some_and(|at| now.monotonic >= at);
        let only_unreadable = unreadable >= UNREADABLE_LIMIT && job.is_none_or(|at| now.monotonic >= at + MUTE_AFTER);
        nothing || only_unreadable
    }
}

impl Connection {
    /// Counts frames that could not be read.
    pub(super) fn unreadable(&mut self, conn: ConnId, count: u32) {
        if let Some(open) = self.open_mut(conn) {
            open.readable.unreadable = open.readable.unreadable.saturating_add(count);
        }
    }

    /// Records a message about a job: the socket is sufficient again.
    pub(super) fn job_message_arrived(&mut self, conn: ConnId, now: Now) {
        if let Some(open) = self.open_mut(conn) {
            open.readable = Readable { any: true, job: Some(now.monotonic), unreadable: 0, ..open.readable };
            self.mute = false;
        }
    }

    /// Polls beside an open socket while its frames are unreadable and a job has not ended. Source:
    /// docs/protocol.md#an-open-socket-without-readable-messages.
    pub(super) fn check_readable(&mut self, now: Now) {
        let super::State::Open(open) = &self.state else { return };
        self.mute |= open.is_mute(now);
        if self.is_not_enough() {
            self.polling.poll_alongside(now);
        } else {
            self.polling.end_alongside();
        }
    }

    /// Returns when an open socket must be checked for readable messages.
    pub(super) fn mute_deadline(&self) -> Option<Duration> {
        let super::State::Open(open) = &self.state else { return None };
        open.mute_at().filter(|_| !self.mute && !self.watched.is_empty())
    }

    /// Returns whether polling is needed in addition to the open socket.
    pub(super) fn is_not_enough(&self) -> bool {
        self.mute && !self.watched.is_empty()
    }
}

/// Returns the reason for polling beside an open socket.
pub(super) fn nothing_readable() -> Error {
    let message = "Live updates are unreadable. Checking for changes every 30 seconds.";
    Error::new(Code::NothingReadable, message)
}
