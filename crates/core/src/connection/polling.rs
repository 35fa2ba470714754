//! When the job list is fetched: after every connect, and again and again while there is no socket.

use std::time::Duration;

use crate::{
    Now,
    error::Error,
    view::{ConnectionState, ReasonView},
};

/// How often the list is fetched while there is no socket, ± 10 %.
const POLL_INTERVAL: Duration = Duration::from_secs(10);
/// How often the list is fetched beside a socket that brings nothing readable, ± 10 %.
const BESIDE_INTERVAL: Duration = Duration::from_secs(30);
/// How long a list that many messages ask for waits.
const SOON_DELAY: Duration = Duration::from_secs(2);
/// The slowest that polling becomes while it fails.
const POLL_LIMIT: Duration = Duration::from_mins(1);

/// Tells why the list is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// It is not.
    #[default]
    Idle,
    /// Once, until it succeeds.
    Once,
    /// Every half minute, beside a socket that brings nothing readable.
    Beside,
    /// Every few seconds.
    Polling,
}

/// Tells what came before an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recovery {
    /// Failures.
    Recovered,
    /// Other answers, or nothing.
    Well,
}

/// Is the timing of the list's fetches.
#[derive(Debug, Default)]
pub(super) struct Polling {
    mode: Mode,
    next: Option<Duration>,
    in_flight: bool,
    failures: u32,
    answered: bool,
    /// When the list was had the last time.
    answered_at: Option<Duration>,
    /// Why the list could not be had the last time.
    problem: Option<ReasonView>,
    /// What the backend's `Retry-After` asks of us; only the person may look earlier.
    not_before: Duration,
}

impl Polling {
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.next.filter(|_| !self.in_flight)
    }

    /// Tells whether to fetch now, and counts it as begun.
    pub(super) fn due(&mut self, now: Now) -> bool {
        let due = self.deadline().is_some_and(|next| now.monotonic >= next);
        if due {
            self.in_flight = true;
            self.next = None;
        }
        due
    }

    /// The socket opened: fetch what was missed. Polling goes on until that is done.
    pub(super) fn opened(&mut self, now: Now) {
        self.want(now);
        self.apply_retry_after();
    }

    /// The list is wanted now.
    pub(super) fn want(&mut self, now: Now) {
        if self.mode == Mode::Idle {
            self.mode = Mode::Once;
        }
        self.next = Some(now.monotonic);
    }

    /// The list is wanted for what messages told of many jobs; while they go on it is not had all the time.
    pub(super) fn want_soon(&mut self, now: Now) {
        if self.mode == Mode::Idle {
            self.mode = Mode::Once;
        }
        let soon = now.monotonic + SOON_DELAY;
        self.next = Some(self.next.map_or(soon, |next| next.min(soon)));
        self.apply_retry_after();
    }

    /// REST is to judge a token: its answer alone counts.
    pub(super) fn ask(&mut self) {
        if self.mode == Mode::Idle {
            self.mode = Mode::Once;
        }
        self.next = Some(Duration::ZERO);
    }

    pub(super) fn poll(&mut self, now: Now) {
        if self.mode != Mode::Polling {
            self.mode = Mode::Polling;
            // What an answer of long ago says of the backend now is nothing.
            self.answered = self.answered_at == Some(now.monotonic);
            // The answer that is on its way does for the first.
            self.next = (!self.in_flight).then_some(now.monotonic);
            self.apply_retry_after();
        }
    }

    /// The socket is open and brings nothing readable.
    pub(super) fn poll_beside(&mut self, now: Now) {
        if matches!(self.mode, Mode::Idle | Mode::Once) {
            self.mode = Mode::Beside;
            if !self.in_flight {
                self.next.get_or_insert(now.monotonic);
            }
            self.apply_retry_after();
        }
    }

    /// The socket is enough again.
    pub(super) fn end_beside(&mut self) {
        if self.mode == Mode::Beside {
            // What was missed before may be on its way, or fail and be asked for again.
            self.mode = Mode::Once;
        }
    }

    /// The socket is gone: what was to be fetched because of it is no longer due.
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

    /// Looks at once if anything is to be looked at.
    pub(super) fn reschedule_now(&mut self, now: Now) {
        if self.mode != Mode::Idle {
            self.next = Some(now.monotonic);
            self.apply_retry_after();
        }
    }

    /// Notes an answer, and tells whether it came after failures.
    pub(super) fn succeeded(&mut self, now: Now, live: bool) -> Recovery {
        let recovery = if self.problem.take().is_some() { Recovery::Recovered } else { Recovery::Well };
        self.in_flight = false;
        self.failures = 0;
        self.not_before = Duration::ZERO;
        self.answered = true;
        self.answered_at = Some(now.monotonic);
        self.plan_next(now, live);
        recovery
    }

    fn plan_next(&mut self, now: Now, live: bool) {
        // A fetch that was asked for meanwhile stays due.
        if self.next.is_some() {
            return;
        }
        match self.mode {
            Mode::Beside => self.next = Some(now.monotonic + jittered(BESIDE_INTERVAL, now.draw)),
            Mode::Polling if !live => self.next = Some(now.monotonic + jittered(POLL_INTERVAL, now.draw)),
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
        // A fetch that was asked for meanwhile stays due: a new connection's, say.
        let later = now.monotonic + jittered(doubled.min(POLL_LIMIT), now.draw).min(POLL_LIMIT);
        self.next.get_or_insert(later);
        self.apply_retry_after();
    }

    /// Returns why the list could not be had the last time.
    pub(super) fn problem(&self) -> Option<&ReasonView> {
        self.problem.as_ref()
    }

    fn apply_retry_after(&mut self) {
        self.next = self.next.map(|next| next.max(self.not_before));
    }

    /// Returns what stands in for the socket while it is not there.
    pub(super) fn fallback(&self) -> Option<ConnectionState> {
        match (self.mode, self.answered, self.failures) {
            (Mode::Polling | Mode::Beside, true, _) => Some(ConnectionState::Polling),
            (Mode::Polling | Mode::Beside, false, 1..) => Some(ConnectionState::Offline),
            (Mode::Idle | Mode::Once | Mode::Polling | Mode::Beside, ..) => None,
        }
    }
}

fn jittered(interval: Duration, draw: f64) -> Duration {
    interval.mul_f64(0.9 + 0.2 * draw.clamp(0.0, 1.0))
}
