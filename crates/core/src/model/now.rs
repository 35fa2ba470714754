//! The time, as the rules of this crate are told it.

use std::time::Duration;

use jiff::Timestamp;

/// Is one reading of both clocks, with a fresh random draw for whatever is jittered at this moment.
///
/// The draw travels with the time because this crate has no random source: a test states it, the driver rolls it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// Time since an arbitrary start; never goes back and may stand still while the machine sleeps.
    pub monotonic: Duration,
    /// The wall clock, which a person or a time server may move.
    pub wall: Timestamp,
    /// A uniform draw from `[0, 1)`.
    pub draw: f64,
}

/// The wall clock running ahead of the monotonic one by more than this means that the machine slept.
const SLEEP_GAP: Duration = Duration::from_secs(5);

impl Now {
    /// Returns how long ago an earlier reading was by the wall clock, where the machine slept in between: there the
    /// monotonic clock may have stood still.
    pub fn slept_since(self, earlier: Self) -> Option<Duration> {
        let wall = Duration::try_from(self.wall.duration_since(earlier.wall)).unwrap_or_default();
        let awake = self.monotonic.saturating_sub(earlier.monotonic);
        (wall > awake + SLEEP_GAP).then_some(wall)
    }

    /// Returns the same draw at a later time, with both clocks moved alike.
    #[must_use]
    pub fn after(self, elapsed: Duration) -> Self {
        let wall = self.wall.checked_add(elapsed).unwrap_or(Timestamp::MAX);
        Self { monotonic: self.monotonic.saturating_add(elapsed), wall, ..self }
    }
}
