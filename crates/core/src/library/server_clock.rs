//! The server's clock, as the `Date` of its answers tells it.

use jiff::{SignedDuration, Timestamp};

use crate::Now;

/// A `Date` has whole seconds and takes a while to arrive: a smaller difference is no news, and following it would
/// make the clock run backwards now and then.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// Tells the server's time between its answers.
///
/// It runs on the monotonic clock: when somebody sets the wall clock of this computer back, the server's stays as it was.
/// Where the wall clock ran ahead, the machine most likely slept, and the monotonic clock stood still: then the wall clock
/// counts, until the connect that follows brings a new answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerClock {
    last: Option<Reading>,
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    shown: Timestamp,
    at: Now,
}

impl ServerClock {
    /// Learns it from an answer that just arrived.
    pub fn observe(&mut self, date: Timestamp, now: Now) {
        let off = date.duration_since(self.at(now)).abs();
        if self.last.is_none() || off > TOLERANCE {
            self.last = Some(Reading { shown: date, at: now });
        }
    }

    /// Returns what it shows at a time, or our own wall clock while no answer told.
    pub fn at(&self, now: Now) -> Timestamp {
        let Some(last) = self.last else { return now.wall };
        let shown = if now.monotonic >= last.at.monotonic {
            let awake = now.monotonic.saturating_sub(last.at.monotonic);
            last.shown.checked_add(now.slept_since(last.at).unwrap_or(awake))
        } else {
            last.shown.checked_sub(last.at.monotonic.saturating_sub(now.monotonic))
        };
        shown.unwrap_or(last.shown)
    }

    /// Returns how far it is ahead of ours, once an answer told.
    pub fn ahead(&self, now: Now) -> Option<SignedDuration> {
        self.last.map(|_| self.at(now).duration_since(now.wall))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn now(monotonic: u64, wall: &str) -> Now {
        Now { monotonic: Duration::from_secs(monotonic), wall: wall.parse().expect("a time"), draw: 0.5 }
    }

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn it_runs_on_whatever_somebody_does_to_our_clock() {
        let mut clock = ServerClock::default();
        let start = now(0, "2026-01-01T12:00:00Z");
        assert_eq!((clock.at(start), clock.ahead(start)), (start.wall, None));
        clock.observe(time("2026-01-01T13:00:00Z"), start);
        let set_back = now(10, "2026-01-01T11:00:00Z");
        assert_eq!(clock.at(set_back), time("2026-01-01T13:00:10Z"));
        assert_eq!(clock.ahead(set_back), Some(SignedDuration::from_secs(2 * 3600 + 10)));
    }

    #[test]
    fn it_goes_on_while_the_machine_sleeps() {
        let mut clock = ServerClock::default();
        clock.observe(time("2026-01-01T12:00:00Z"), now(0, "2026-01-01T12:00:00Z"));
        assert_eq!(clock.at(now(5, "2026-01-01T20:00:05Z")), time("2026-01-01T20:00:05Z"));
    }

    #[test]
    fn it_does_not_run_backwards_for_the_missing_fraction_of_a_date() {
        let mut clock = ServerClock::default();
        clock.observe(time("2026-01-01T12:00:00Z"), now(0, "2026-01-01T12:00:00Z"));
        clock.observe(time("2026-01-01T12:00:09Z"), now(10, "2026-01-01T12:00:10Z"));
        assert_eq!(clock.at(now(10, "2026-01-01T12:00:10Z")), time("2026-01-01T12:00:10Z"));
        clock.observe(time("2026-01-01T12:00:00Z"), now(20, "2026-01-01T12:00:20Z"));
        assert_eq!(clock.at(now(20, "2026-01-01T12:00:20Z")), time("2026-01-01T12:00:00Z"), "set by its owner");
    }
}
