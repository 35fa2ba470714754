//! The clock: the only module of the studio that reads it.

use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

/// Returns the current time.
#[expect(clippy::disallowed_methods, reason = "the clock of the studio")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Returns the current time, or a time just after `last`: a job's timestamps rise even if the clock is set back.
pub fn now_after(last: Timestamp) -> Timestamp {
    let now = now();
    if now > last { now } else { last + Duration::from_micros(1) }
}

/// Returns how long ago a time was; `None` if it is in the future.
#[expect(clippy::disallowed_methods, reason = "the clock of the studio")]
pub fn elapsed_since(time: SystemTime) -> Option<Duration> {
    SystemTime::now().duration_since(time).ok()
}

/// A measurement of elapsed time.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts a measurement.
    #[expect(clippy::disallowed_methods, reason = "the clock of the studio")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns the time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_rise_if_the_clock_was_set_back() {
        let later = now() + Duration::from_hours(1);
        assert!(now_after(later) > later);
        assert!(now_after(Timestamp::UNIX_EPOCH) > Timestamp::UNIX_EPOCH);
    }
}
