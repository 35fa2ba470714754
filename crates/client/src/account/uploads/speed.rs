//! How fast an upload is.

use std::time::Duration;

/// How long is measured before a speed is believed.
const MEASURE: Duration = Duration::from_millis(500);
/// How much a new measurement counts: the number must be steady enough to be read.
const WEIGHT: f64 = 0.3;

/// Measures bytes over time.
#[derive(Debug, Default)]
pub(super) struct Speed {
    at: Duration,
    bytes: u64,
    per_second: Option<f64>,
}

impl Speed {
    /// Measures from a time on.
    pub(super) fn from(at: Duration) -> Self {
        Self { at, ..Self::default() }
    }

    /// Takes in how many bytes are sent by now, and returns how many are in a second.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a speed")]
    pub(super) fn at(&mut self, now: Duration, bytes: u64) -> Option<u64> {
        let passed = now.saturating_sub(self.at);
        if passed >= MEASURE {
            let measured = bytes.saturating_sub(self.bytes) as f64 / passed.as_secs_f64();
            let before = self.per_second.unwrap_or(measured);
            self.per_second = Some(before + WEIGHT * (measured - before));
            (self.at, self.bytes) = (now, bytes);
        }
        self.per_second.map(|speed| speed.round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_told_once_it_is_known_and_follows_slowly() {
        let mut speed = Speed::from(Duration::from_secs(10));
        assert_eq!(speed.at(Duration::from_millis(10_100), 1000), None);
        assert_eq!(speed.at(Duration::from_secs(11), 1000), Some(1000));
        assert_eq!(speed.at(Duration::from_millis(11_100), 5000), Some(1000));
        assert_eq!(speed.at(Duration::from_secs(12), 3000), Some(1300));
        assert_eq!(speed.at(Duration::from_secs(13), 3000), Some(910), "a line that stands still");
    }
}
