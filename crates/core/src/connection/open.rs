//! A connection that is open: when it must be looked at, and whether what it brings can be read.

use std::time::Duration;

use super::{Connection, SETTLED_AFTER, SILENCE_LIMIT};
use crate::{Code, ConnId, Now, error::Error};

/// An open socket over which nothing readable came for so long is not enough.
const MUTE_AFTER: Duration = Duration::from_mins(1);
/// So many frames in a row that cannot be read tell that there will be no others.
const UNREADABLE_LIMIT: u32 = 3;

/// A connection that is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Open {
    pub(super) conn: ConnId,
    pub(super) since: Duration,
    /// When the last frame arrived.
    pub(super) last_seen: Duration,
    /// Whether it has been open for [`SETTLED_AFTER`].
    pub(super) settled: bool,
    /// When a probe must have been answered.
    pub(super) probe: Option<Duration>,
    pub(super) heard: Readable,
}

/// What could be read of what an open connection brought.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Readable {
    /// Whether anything could: a message, a heartbeat, or the word that the token is accepted.
    pub(super) any: bool,
    /// Whether a heartbeat came.
    pub(super) heartbeats: bool,
    /// When the last message about a job came.
    job: Option<Duration>,
    /// How many frames since then could not be read.
    unreadable: u32,
}

impl Open {
    pub(super) fn new(conn: ConnId, now: Now) -> Self {
        let since = now.monotonic;
        Self { conn, since, last_seen: since, settled: false, probe: None, heard: Readable::default() }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        let settled = (!self.settled).then_some(self.since + SETTLED_AFTER);
        [Some(self.last_seen + SILENCE_LIMIT), settled, self.probe].into_iter().flatten().min()
    }

    /// Returns when it is mute if nothing readable comes until then.
    fn mute_at(&self) -> Option<Duration> {
        (!self.heard.any).then_some(self.since + MUTE_AFTER)
    }

    /// Tells whether what it brings cannot be read.
    fn is_mute(&self, now: Now) -> bool {
        let Readable { job, unreadable, .. } = self.heard;
        let nothing = self.mute_at().is_some_and(|at| now.monotonic >= at);
        let only_unreadable = unreadable >= UNREADABLE_LIMIT && job.is_none_or(|at| now.monotonic >= at + MUTE_AFTER);
        nothing || only_unreadable
    }
}

impl Connection {
    /// Notes frames that could not be read.
    pub(super) fn unreadable(&mut self, conn: ConnId, count: u32) {
        if let super::State::Open(open) = &mut self.state
            && open.conn == conn
        {
            open.heard.unreadable = open.heard.unreadable.saturating_add(count);
        }
    }

    /// Notes a message about a job: the socket is enough again.
    pub(super) fn job_heard(&mut self, conn: ConnId, now: Now) {
        if let super::State::Open(open) = &mut self.state
            && open.conn == conn
        {
            open.heard = Readable { any: true, job: Some(now.monotonic), unreadable: 0, ..open.heard };
            self.mute = false;
        }
    }

    /// Polls beside an open socket as long as what it brings cannot be read and a job has not ended.
    pub(super) fn listen(&mut self, now: Now) {
        let super::State::Open(open) = &self.state else { return };
        self.mute |= open.is_mute(now);
        if self.is_not_enough() {
            self.polling.poll_beside(now);
        } else {
            self.polling.end_beside();
        }
    }

    /// Returns when an open socket must be looked at for that.
    pub(super) fn mute_deadline(&self) -> Option<Duration> {
        let super::State::Open(open) = &self.state else { return None };
        open.mute_at().filter(|_| !self.mute && !self.watched.is_empty())
    }

    /// Tells whether an open socket is not enough.
    pub(super) fn is_not_enough(&self) -> bool {
        self.mute && !self.watched.is_empty()
    }
}

/// Says why a socket that is open is not enough.
pub(super) fn nothing_readable() -> Error {
    let message = "Live updates are unreadable. Checking for changes every 30 seconds.";
    Error::new(Code::NothingReadable, message)
}
