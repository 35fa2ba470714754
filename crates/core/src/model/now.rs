//! The current time, passed into every state machine of this crate.

use std::time::Duration;

use jiff::Timestamp;

/// A reading of both clocks, with a fresh random draw for every jittered delay that is computed at this time.
///
/// The draw is passed together with the time because this crate has no random source: a test sets it, the client draws
/// it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// The time since an arbitrary start. It never goes back, and may stand still while the machine sleeps.
    pub monotonic: Duration,
    /// The wall clock, which the user or a time server may set.
    pub wall: Timestamp,
    /// A uniform random draw from `[0, 1)`.
    pub draw: f64,
}

/// The gap between both clocks above which the machine is taken to have slept.
const SLEEP_GAP: Duration = Duration::from_secs(5);

impl Now {
    /// Returns the wall-clock time since an earlier reading if the machine slept in between, else none. The monotonic
    /// clock may have stood still during the sleep.
    pub fn slept_since(self, earlier: Self) -> Option<Duration> {
        let wall = Duration::try_from(self.wall.duration_since(earlier.wall)).unwrap_or_default();
        let awake = self.monotonic.saturating_sub(earlier.monotonic);
        (wall > awake + SLEEP_GAP).then_some(wall)
    }

    /// Returns a reading with both clocks advanced by `elapsed` and the same draw.
    #[must_use]
    pub fn after(self, elapsed: Duration) -> Self {
        let wall = self.wall.checked_add(elapsed).unwrap_or(Timestamp::MAX);
        Self { monotonic: self.monotonic.saturating_add(elapsed), wall, ..self }
    }
}
