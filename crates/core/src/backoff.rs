//! The delays between connection attempts.

use std::time::Duration;

/// The sequence of the specification: one second, doubled up to thirty seconds.
const BASE_SECONDS: [u64; 6] = [1, 2, 4, 8, 16, 30];

/// A counter of consecutive failures that determines the delay before the next attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Counts a failure and returns the delay, uniform in [0.75, 1] × base for a `draw` from `[0, 1)`.
    ///
    /// The jitter only shortens the delay, so that no delay exceeds the specification while a fleet of clients spreads
    /// out after a restart of the server.
    pub fn fail(&mut self, draw: f64) -> Duration {
        let step = usize::try_from(self.failures).unwrap_or(usize::MAX).min(BASE_SECONDS.len() - 1);
        self.failures = self.failures.saturating_add(1);
        Duration::from_secs(BASE_SECONDS[step]).mul_f64(0.75 + 0.25 * draw.clamp(0.0, 1.0))
    }

    /// Resets the counter after a success.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Returns the number of consecutive failures.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_follow_the_specification_and_never_exceed_it() {
        for (draw, factor) in [(0.0, 0.75), (0.5, 0.875), (1.0, 1.0)] {
            let mut backoff = Backoff::default();
            let delays: Vec<f64> = (0..8).map(|_| backoff.fail(draw).as_secs_f64()).collect();
            let expected = [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0].map(|base| base * factor);
            assert_eq!(delays, expected);
        }
    }

    #[test]
    fn reset_starts_again_at_one_second() {
        let mut backoff = Backoff::default();
        for _ in 0..5 {
            backoff.fail(0.3);
        }
        backoff.reset();
        assert_eq!(backoff.fail(1.0), Duration::from_secs(1));
        assert_eq!(backoff.failures(), 1);
    }
}
