//! The delays between attempts to connect.

use std::time::Duration;

/// The specification's sequence: from one second, doubled, to at most thirty.
const BASE_SECONDS: [u64; 6] = [1, 2, 4, 8, 16, 30];

/// Counts failures in a row and turns them into delays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Counts one failure and returns how long to wait, uniform in [0.75, 1] × base for a `draw` from `[0, 1)`.
    ///
    /// The jitter only ever shortens, so that no delay exceeds what the specification allows while a fleet of
    /// clients spreads out after a server's restart.
    pub fn fail(&mut self, draw: f64) -> Duration {
        let step = usize::try_from(self.failures).unwrap_or(usize::MAX).min(BASE_SECONDS.len() - 1);
        self.failures = self.failures.saturating_add(1);
        Duration::from_secs(BASE_SECONDS[step]).mul_f64(0.75 + 0.25 * draw.clamp(0.0, 1.0))
    }

    /// Forgets the failures, after a success.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Returns how many attempts failed in a row.
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
    fn success_starts_again_at_one_second() {
        let mut backoff = Backoff::default();
        for _ in 0..5 {
            backoff.fail(0.3);
        }
        backoff.reset();
        assert_eq!(backoff.fail(1.0), Duration::from_secs(1));
        assert_eq!(backoff.failures(), 1);
    }
}
