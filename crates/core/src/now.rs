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

impl Now {
    /// Returns the same draw at a later time, with both clocks moved alike.
    #[must_use]
    pub fn after(self, elapsed: Duration) -> Self {
        let wall = self.wall.checked_add(elapsed).unwrap_or(Timestamp::MAX);
        Self { monotonic: self.monotonic.saturating_add(elapsed), wall, ..self }
    }
}
