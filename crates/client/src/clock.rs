//! The only reader of the clocks and the only roller of dice.

use jiff::Timestamp;
use tallylight_core::Now;
use tokio::time::Instant;

/// Reads both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// Starts the monotonic clock at zero.
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Reads both clocks, with a fresh draw.
    #[expect(clippy::disallowed_methods, reason = "the driver")]
    pub fn now(self) -> Now {
        Now { monotonic: self.start.elapsed(), wall: Timestamp::now(), draw: rand::random() }
    }

    /// Returns the instant at which the monotonic clock shows a time.
    pub fn instant(self, monotonic: std::time::Duration) -> Instant {
        self.start + monotonic
    }
}
