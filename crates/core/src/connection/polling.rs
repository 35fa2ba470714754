//! The timing of job list fetches: after every connect, and periodically while there is no socket.

use std::time::Duration;

use super::ConnectionState;
use crate::{
    Now,
    error::{Error, Reason},
};

/// The polling interval while there is no socket, ± 10 %.
const POLL_INTERVAL: Duration = Duration::from_secs(10);
/// The polling interval beside a socket that delivers nothing readable, ± 10 %.
const ALONGSIDE_INTERVAL: Duration = Duration::from_secs(30);
/// The delay of a fetch that messages about many jobs require.
const SOON_DELAY: Duration = Duration::from_secs(2);
/// The longest polling interval while fetches fail.
const POLL_LIMIT: Duration = Duration::from_mins(1);

/// Whether the socket is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Socket {
    /// Open.
    Open,
    /// Not open.
    Closed,
}

/// The reason for fetching the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// No fetch is needed.
    #[default]
    Idle,
    /// One successful fetch is needed.
    Once,
    /// Periodic fetches beside a socket that delivers nothing readable.
    AlongsideSocket,
    /// Periodic fetches while there is no socket.
    Polling,
}

/// Whether a successful fetch followed failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recovery {
    /// The fetch before had failed.
    Recovered,
    /// The fetch before had succeeded, or this is the first one.
    Well,
}

/// The schedule of job list fetches.
#[derive(Debug, Default)]
pub(super) struct Polling {
    mode: Mode,
    next: Option<Duration>,
    in_flight: bool,
    failures: u32,
    answered: bool,
    /// The time of the last successful fetch.
    answered_at: Option<Duration>,
    /// The error of the last fetch, if it failed.
    problem: Option<Reason>,
    /// The time until which the backend's `Retry-After` forbids fetches; only a request by the user ignores it.
    not_before: Duration,
}

impl Polling {
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.next.filter(|_| !self.in_flight)
    }

    /// Returns whether to fetch now, and marks the fetch as begun.
    pub(super) fn due(&mut self, now: Now) -> bool {
        let due = self.deadline().is_some_and(|next| now.monotonic >= next);
        if due {
            self.in_flight = true;
            self.next = None;
        }
        due
    }

    /// Schedules the fetch of missed changes after the socket opened. Polling continues until it succeeds.
    pub(super) fn opened(&mut self, now: Now) {
        self.want(now);
        self.apply_retry_after();
    }

    /// Schedules a fetch for now, regardless of `Retry-After`.
    pub(super) fn want(&mut self, now: Now) {
        if self.mode == Mode::Idle {
            self.mode = Mode::Once;
        }
        self.next = Some(now.monotonic);
    }

    /// Schedules a fetch soon, because messages about many jobs require one. The delay limits the rate while they
    /// continue.
    pub(super) fn want_soon(&mut self, now: Now) {
        if self.mode == Mode::Idle {
            self.mode = Mode::Once;
        }
        let soon = now.monotonic + SOON_DELAY;
        self.next = Some(self.next.map_or(soon, |next| next.min(soon)));
        self.apply_retry_after();
    }

    /// Schedules a fetch for now, whose result decides whether the token is valid.
    pub(super) fn ask(&mut self) {
        if self.mode == Mode::Idle {
            self.mode = Mode::Once;
        }
        self.next = Some(Duration::ZERO);
    }

    pub(super) fn poll(&mut self, now: Now) {
        if self.mode != Mode::Polling {
            self.mode = Mode::Polling;
            // An old response says nothing about the current state of the backend.
            self.answered = self.answered_at == Some(now.monotonic);
            // A fetch that is already under way counts as the first one.
            self.next = (!self.in_flight).then_some(now.monotonic);
            self.apply_retry_after();
        }
    }

    /// Starts polling beside a socket that is open but delivers nothing readable.
    pub(super) fn poll_alongside(&mut self, now: Now) {
        if matches!(self.mode, Mode::Idle | Mode::Once) {
            self.mode = Mode::AlongsideSocket;
            if !self.in_flight {
                self.next.get_or_insert(now.monotonic);
            }
            self.apply_retry_after();
        }
    }

    /// Ends polling beside the socket, which is sufficient again.
    pub(super) fn end_alongside(&mut self) {
        if self.mode == Mode::AlongsideSocket {
            // The fetch of missed changes may still be under way, or fail and need a retry.
            self.mode = Mode::Once;
        }
    }

    /// Drops a single fetch that was scheduled because the socket opened: the socket is gone.
    pub(super) fn lost(&mut self) {
        if self.mode == Mode::Once {
            self.mode = Mode::Idle;
            self.next = None;
        }
    }

    pub(super) fn stop(&mut self) {
        self.mode = Mode::Idle;
        self.next = None;
    }

    /// Reschedules a pending fetch to now, or to the earliest time that `Retry-After` allows.
    pub(super) fn reschedule_now(&mut self, now: Now) {
        if self.mode != Mode::Idle {
            self.next = Some(now.monotonic);
            self.apply_retry_after();
        }
    }

    /// Records a successful fetch and returns whether it followed failures.
    pub(super) fn succeeded(&mut self, now: Now, socket: Socket) -> Recovery {
        let recovery = if self.problem.take().is_some() { Recovery::Recovered } else { Recovery::Well };
        self.in_flight = false;
        self.failures = 0;
        self.not_before = Duration::ZERO;
        self.answered = true;
        self.answered_at = Some(now.monotonic);
        self.plan_next(now, socket);
        recovery
    }

    fn plan_next(&mut self, now: Now, socket: Socket) {
        // A fetch that was requested in the meantime stays due.
        if self.next.is_some() {
            return;
        }
        match self.mode {
            Mode::AlongsideSocket => self.next = Some(now.monotonic + jittered(ALONGSIDE_INTERVAL, now.draw)),
            Mode::Polling if socket == Socket::Closed => {
                self.next = Some(now.monotonic + jittered(POLL_INTERVAL, now.draw));
            }
            Mode::Idle | Mode::Once | Mode::Polling => self.stop(),
        }
    }

    pub(super) fn failed(&mut self, error: Error, retry_after: Option<Duration>, now: Now) {
        self.in_flight = false;
        self.problem = Some(error.into());
        self.not_before = now.monotonic + retry_after.unwrap_or_default();
        self.failures = self.failures.saturating_add(1);
        self.answered = false;
        if self.mode == Mode::Idle {
            return;
        }
        let doubled = POLL_INTERVAL * (1 << self.failures.min(3));
        // A fetch that was requested in the meantime stays due, such as the one after a new connect.
        let later = now.monotonic + jittered(doubled.min(POLL_LIMIT), now.draw).min(POLL_LIMIT);
        self.next.get_or_insert(later);
        self.apply_retry_after();
    }

    /// Returns why the last fetch failed, if it did.
    pub(super) fn problem(&self) -> Option<&Reason> {
        self.problem.as_ref()
    }

    fn apply_retry_after(&mut self) {
        self.next = self.next.map(|next| next.max(self.not_before));
    }

    /// Returns the state to show while there is no sufficient socket; none if polling has no result yet.
    pub(super) fn fallback(&self) -> Option<ConnectionState> {
        match (self.mode, self.answered, self.failures) {
            (Mode::Polling | Mode::AlongsideSocket, true, _) => Some(ConnectionState::Polling),
            (Mode::Polling | Mode::AlongsideSocket, false, 1..) => Some(ConnectionState::Offline),
            (Mode::Idle | Mode::Once | Mode::Polling | Mode::AlongsideSocket, ..) => None,
        }
    }
}

fn jittered(interval: Duration, draw: f64) -> Duration {
    interval.mul_f64(0.9 + 0.2 * draw.clamp(0.0, 1.0))
}
