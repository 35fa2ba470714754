//! The clock: the only module that reads the time and draws random numbers. The core gets both as [`Now`].

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tallylight_core::Now;
use tokio::{sync::watch, time::Instant};

/// The monotonic clock and the wall clock.
#[derive(Clone, Debug)]
pub struct Clock {
    start: Instant,
    shift: watch::Receiver<Shift>,
    /// The time zone in a test; otherwise the system's.
    zone: Option<TimeZone>,
}

/// Moves a clock, so that a test can skip a minute or simulate a night of sleep.
#[derive(Debug)]
pub struct ClockController(watch::Sender<Shift>);

#[derive(Clone, Copy, Debug, Default)]
struct Shift {
    monotonic: Duration,
    wall: SignedDuration,
}

impl Clock {
    /// Creates the system's clock; its monotonic time starts at zero.
    pub fn system() -> Self {
        Self { zone: None, ..Self::adjustable().0 }
    }

    /// Creates a clock that runs like the system's, in UTC, and can be moved.
    pub fn adjustable() -> (Self, ClockController) {
        let (controller, shift) = watch::channel(Shift::default());
        (Self { start: Instant::now(), shift, zone: Some(TimeZone::UTC) }, ClockController(controller))
    }

    /// Reads both clocks and draws a random number.
    #[expect(clippy::disallowed_methods, reason = "the only reader of the wall clock")]
    pub fn now(&self) -> Now {
        let shift = *self.shift.borrow();
        let wall = Timestamp::now().checked_add(shift.wall).unwrap_or(Timestamp::MAX);
        Now { monotonic: self.monotonic(), wall, draw: rand::random() }
    }

    /// Reads only the monotonic clock, which is cheaper.
    pub fn monotonic(&self) -> Duration {
        self.start.elapsed() + self.shift.borrow().monotonic
    }

    /// Returns the current time zone, which changes when the user travels.
    pub fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or_else(TimeZone::system)
    }

    /// Returns the instant at which the monotonic clock reaches a time, unless the clock is moved before.
    pub fn instant(&self, monotonic: Duration) -> Instant {
        self.start + monotonic.saturating_sub(self.shift.borrow().monotonic)
    }

    /// Waits until the clock is moved; forever if nothing can move it.
    pub async fn moved(&mut self) {
        if self.shift.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl ClockController {
    /// Moves both clocks forward.
    pub fn advance(&self, time: Duration) {
        self.0.send_modify(|shift| {
            shift.monotonic += time;
            shift.wall += SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        });
    }

    /// Moves only the wall clock, as a sleep of the machine, a time server or the user does.
    pub fn move_wall(&self, by: SignedDuration) {
        self.0.send_modify(|shift| shift.wall += by);
    }
}

/// Returns the system's time for the modification time of a file.
#[expect(clippy::disallowed_methods, reason = "file times need the wall clock")]
pub fn system_time() -> std::time::SystemTime {
    std::time::SystemTime::now()
}
