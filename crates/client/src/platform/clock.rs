//! The only reader of the clocks and the only roller of dice.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tallylight_core::Now;
use tokio::{sync::watch, time::Instant};

/// Reads both clocks.
#[derive(Clone, Debug)]
pub struct Clock {
    start: Instant,
    shift: watch::Receiver<Shift>,
    /// Where it hangs, in a test.
    zone: Option<TimeZone>,
}

/// Moves a clock, so that a test can wait a minute or sleep for a night without doing so.
#[derive(Debug)]
pub struct ClockController(watch::Sender<Shift>);

#[derive(Clone, Copy, Debug, Default)]
struct Shift {
    monotonic: Duration,
    wall: SignedDuration,
}

impl Clock {
    /// Starts the monotonic clock of this system at zero.
    pub fn system() -> Self {
        Self { zone: None, ..Self::adjustable().0 }
    }

    /// Starts a clock that runs like the system's in UTC, and can be moved.
    pub fn adjustable() -> (Self, ClockController) {
        let (hand, shift) = watch::channel(Shift::default());
        (Self { start: Instant::now(), shift, zone: Some(TimeZone::UTC) }, ClockController(hand))
    }

    /// Reads both clocks, with a fresh draw.
    #[expect(clippy::disallowed_methods, reason = "the driver")]
    pub fn now(&self) -> Now {
        let shift = *self.shift.borrow();
        let wall = Timestamp::now().checked_add(shift.wall).unwrap_or(Timestamp::MAX);
        Now { monotonic: self.monotonic(), wall, draw: rand::random() }
    }

    /// Reads the monotonic clock alone, where there is much to be done.
    pub fn monotonic(&self) -> Duration {
        self.start.elapsed() + self.shift.borrow().monotonic
    }

    /// Returns the time zone, which a traveller takes along.
    pub fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or_else(TimeZone::system)
    }

    /// Returns the instant at which the monotonic clock shows a time, unless it is moved before.
    pub fn instant(&self, monotonic: Duration) -> Instant {
        self.start + monotonic.saturating_sub(self.shift.borrow().monotonic)
    }

    /// Waits until the clock is moved; for ever where nobody can.
    pub async fn moved(&mut self) {
        if self.shift.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl ClockController {
    /// Lets time pass.
    pub fn advance(&self, time: Duration) {
        self.0.send_modify(|shift| {
            shift.monotonic += time;
            shift.wall += SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        });
    }

    /// Moves the wall clock alone: what a sleep of the machine does, a time server, or a person.
    pub fn move_wall(&self, by: SignedDuration) {
        self.0.send_modify(|shift| shift.wall += by);
    }
}
