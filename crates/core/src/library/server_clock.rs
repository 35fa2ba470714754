//! The server's clock, estimated from the `Date` headers of its responses.

use jiff::{SignedDuration, Timestamp};

use crate::Now;

/// A `Date` header has whole seconds and takes some time to arrive. Differences up to this value are ignored, because
/// following them would make the clock run backwards now and then.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// An estimate of the server's time between its responses.
///
/// It advances with the monotonic clock, so that changing the wall clock of this computer does not affect it. If the
/// wall clock ran ahead, the machine most likely slept while the monotonic clock stood still: then the wall clock
/// counts, until the next connect brings a new response.
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
    /// Adjusts the estimate to the `Date` header of a response that just arrived.
    pub fn observe(&mut self, date: Timestamp, now: Now) {
        let off = date.duration_since(self.at(now)).abs();
        if self.last.is_none() || off > TOLERANCE {
            self.last = Some(Reading { shown: date, at: now });
        }
    }

    /// Returns the server's time at a given reading, or the local wall clock if there was no response yet.
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

    /// Returns how far the server's clock is ahead of the local wall clock; none before the first response.
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
    fn changing_the_local_clock_does_not_affect_the_estimate() {
        let mut clock = ServerClock::default();
        let start = now(0, "2026-01-01T12:00:00Z");
        assert_eq!((clock.at(start), clock.ahead(start)), (start.wall, None));
        clock.observe(time("2026-01-01T13:00:00Z"), start);
        let set_back = now(10, "2026-01-01T11:00:00Z");
        assert_eq!(clock.at(set_back), time("2026-01-01T13:00:10Z"));
        assert_eq!(clock.ahead(set_back), Some(SignedDuration::from_secs(2 * 3600 + 10)));
    }

    #[test]
    fn estimate_advances_during_sleep() {
        let mut clock = ServerClock::default();
        clock.observe(time("2026-01-01T12:00:00Z"), now(0, "2026-01-01T12:00:00Z"));
        assert_eq!(clock.at(now(5, "2026-01-01T20:00:05Z")), time("2026-01-01T20:00:05Z"));
    }

    #[test]
    fn date_without_fraction_does_not_turn_the_clock_back() {
        let mut clock = ServerClock::default();
        clock.observe(time("2026-01-01T12:00:00Z"), now(0, "2026-01-01T12:00:00Z"));
        clock.observe(time("2026-01-01T12:00:09Z"), now(10, "2026-01-01T12:00:10Z"));
        assert_eq!(clock.at(now(10, "2026-01-01T12:00:10Z")), time("2026-01-01T12:00:10Z"));
        clock.observe(time("2026-01-01T12:00:00Z"), now(20, "2026-01-01T12:00:20Z"));
        assert_eq!(clock.at(now(20, "2026-01-01T12:00:20Z")), time("2026-01-01T12:00:00Z"), "the clock was set");
    }
}
