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
    /// Measures from a time on, when so many bytes were sent already.
    pub(super) fn from(at: Duration, bytes: u64) -> Self {
        Self { at, bytes, ..Self::default() }
    }

    /// Takes in how many bytes are sent by now.
    #[expect(clippy::cast_precision_loss, reason = "a speed")]
    pub(super) fn measure(&mut self, now: Duration, bytes: u64) {
        let passed = now.saturating_sub(self.at);
        if passed >= MEASURE {
            let measured = bytes.saturating_sub(self.bytes) as f64 / passed.as_secs_f64();
            let before = self.per_second.unwrap_or(measured);
            self.per_second = Some(before + WEIGHT * (measured - before));
            (self.at, self.bytes) = (now, bytes);
        }
    }

    /// Returns how many bytes are sent in a second; none before it is known.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a speed")]
    pub(super) fn per_second(&self) -> Option<u64> {
        self.per_second.map(|speed| speed.round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_told_once_it_is_known_and_follows_slowly() {
        let mut speed = Speed::from(Duration::from_secs(10), 500);
        for (milliseconds, bytes, expected) in [
            (10_100, 1500, None),
            (11_000, 1500, Some(1000)),
            (11_100, 5500, Some(1000)),
            (12_000, 3500, Some(1300)),
            // A line that stands still.
            (13_000, 3500, Some(910)),
        ] {
            speed.measure(Duration::from_millis(milliseconds), bytes);
            assert_eq!(speed.per_second(), expected, "{milliseconds}");
        }
    }
}
