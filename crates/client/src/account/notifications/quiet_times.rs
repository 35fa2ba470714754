//! When no notification is shown: a pause, quiet hours, and do not disturb of the system.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tallylight_core::{Code, Error};

use super::Notifications;
use crate::{account::context::Context, command::Pause};

/// How often the wall clock is compared with the end of a quiet time: timers stop while the machine sleeps.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);
/// How often a system is asked whether it is still in do not disturb.
const BUSY_CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The hour at which a pause until tomorrow ends.
const MORNING: i8 = 8;
/// The setting that holds the end of a pause.
pub(super) const PAUSED_UNTIL: &str = "paused_until";

impl Notifications {
    /// Holds the notifications back if this is a quiet time, and returns whether it is.
    pub(super) fn hold_in_quiet_time(&mut self, context: &Context) -> bool {
        let check = self.next_quiet_check(context);
        if let Some(until) = check {
            self.scheduler.hold(until);
        }
        check.is_some()
    }

    /// If notifications are held now, returns when to check again.
    fn next_quiet_check(&self, context: &Context) -> Option<Duration> {
        let now = context.now();
        let hours = context.settings.notifications.quiet_until(&now.wall.to_zoned(context.clock.zone()));
        let ends = [self.paused_until, hours].into_iter().flatten().filter(|end| *end > now.wall).max();
        match ends {
            Some(end) => Some(now.monotonic + until(end, now.wall)),
            None => context.shell.is_do_not_disturb().then_some(now.monotonic + BUSY_CHECK_INTERVAL),
        }
    }

    /// Pauses notifications, or resumes them.
    ///
    /// # Errors
    /// `Code::Internal` where the calendar has no tomorrow.
    pub(in crate::account) fn pause(&mut self, pause: Pause, context: &mut Context) -> Result<(), Error> {
        let now = context.now();
        self.paused_until = match pause {
            Pause::Hour => now.wall.checked_add(SignedDuration::from_hours(1)).ok(),
            Pause::Tomorrow => {
                let morning = now
                    .wall
                    .to_zoned(context.clock.zone())
                    .tomorrow()
                    .and_then(|day| day.with().hour(MORNING).minute(0).second(0).subsec_nanosecond(0).build());
                let unknown = |error| {
                    Error::new(Code::Internal, format!("Couldn't calculate when tomorrow begins: {error}."))
                        .caused_by(error)
                };
                Some(morning.map_err(unknown)?.timestamp())
            }
            Pause::Off => None,
        };
        match self.paused_until {
            Some(until) => context.store.set_value(PAUSED_UNTIL, &until),
            None => context.store.remove_value(PAUSED_UNTIL),
        }
        self.scheduler.reschedule_now(now.monotonic);
        self.publish_status(context);
        Ok(())
    }

    /// Returns when the pause is over, or checked next.
    pub(super) fn pause_deadline(&self, context: &Context) -> Option<Duration> {
        let now = context.now();
        self.paused_until.map(|end| now.monotonic + until(end, now.wall))
    }

    /// Ends a pause that is over.
    pub(super) fn end_pause(&mut self, context: &mut Context) {
        if self.paused_until.is_some_and(|end| end <= context.now().wall) {
            let _ = self.pause(Pause::Off, context);
        }
    }
}

fn until(end: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(now)).unwrap_or_default().min(CHECK_INTERVAL)
}
