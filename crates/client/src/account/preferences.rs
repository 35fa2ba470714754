//! What a person chose, as it takes effect.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tallylight_core::{
    Code, Error, connection, locale::Locale, notifications::NotificationPreferences, settings::Settings,
};

use super::{dispatch, runtime::Actor};
use crate::net::connector::NetworkConnector;

/// How often it is looked at whether a person may be disturbed again: timers stand still while the machine sleeps.
const RETRY_INTERVAL: Duration = Duration::from_secs(30);
/// How often what is too old is taken off the disk.
const PRUNE_INTERVAL: Duration = Duration::from_hours(24);
/// How often a system is asked that wants nobody to be disturbed.
const BUSY_CHECK_INTERVAL: Duration = Duration::from_secs(1);

impl Actor {
    /// Lets settings take effect.
    ///
    /// # Errors
    /// Says which of them could not; the others do.
    pub(super) fn apply(&mut self, settings: Settings) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.settings, settings);
        let now = self.now().monotonic;
        if before.data != self.settings.data {
            self.prune_old(now);
        }
        if before.notifications != self.settings.notifications {
            self.notifications.reschedule_now(now);
        }
        // It speaks the language, too.
        self.update_tray();
        if before.network == self.settings.network { Ok(()) } else { self.take_route() }
    }

    fn take_route(&mut self) -> Result<(), Error> {
        let found = NetworkConnector::new(&self.settings.network);
        self.connector = found
            .as_ref()
            .map_or_else(|_| NetworkConnector::without_certificates(&self.settings.network), NetworkConnector::clone);
        if let Some(server) = self.server.clone() {
            self.clients = Some(self.clients_of(&server)?);
        }
        self.connection_input(connection::Input::EndpointChanged);
        found.map(drop)
    }

    /// Takes finished jobs off the disk that need not be kept any longer; those with unsaved words stay. The backend has
    /// them, and the window shows them for as long as the program runs.
    pub(super) fn prune_old(&mut self, now: Duration) {
        self.pruned = now;
        dispatch::keep_for(&mut self.store, self.clock.now(), self.settings.data.retention_days);
        let (mut old, mut shelved) = (Vec::new(), Vec::new());
        for job in self.library.jobs().filter(|job| !self.is_kept(job)) {
            old.push(job.job_id.clone());
            if job.is_transcript_evicted() {
                shelved.push(job.job_id.clone());
            }
        }
        self.restore_transcript(&shelved);
        self.store.forget(&old);
    }

    /// Returns when that is done again.
    pub(super) fn prune_at(&self) -> Duration {
        self.pruned + PRUNE_INTERVAL
    }

    /// Returns how a person wants to be told.
    pub(super) fn notification_preferences(&self) -> NotificationPreferences {
        NotificationPreferences { wanted: self.settings.notifications, locale: self.locale() }
    }

    pub(super) fn locale(&self) -> Locale {
        Locale::new(self.settings.appearance.language, &self.system_language)
    }

    /// Returns when to look again, where nobody wants to be disturbed now.
    pub(super) fn quiet(&self) -> Option<Duration> {
        let now = self.now();
        let hours = self.settings.notifications.quiet_until(&now.wall.to_zoned(self.clock.zone()));
        let ends = [self.paused_until, hours].into_iter().flatten().filter(|end| *end > now.wall).max();
        match ends {
            Some(end) => Some(now.monotonic + until(end, now.wall)),
            None => self.shell.is_busy().then_some(now.monotonic + BUSY_CHECK_INTERVAL),
        }
    }

    /// Stops to tell anything, or goes on.
    pub(super) fn pause(&mut self, pause: Pause) -> Result<(), Error> {
        let now = self.now();
        self.paused_until = match pause {
            Pause::Hour => now.wall.checked_add(SignedDuration::from_hours(1)).ok(),
            Pause::Tomorrow => {
                let morning = now
                    .wall
                    .to_zoned(self.clock.zone())
                    .tomorrow()
                    .and_then(|day| day.with().hour(MORNING).minute(0).second(0).subsec_nanosecond(0).build());
                let never = |error| Error::new(Code::ServerError, format!("Couldn't determine tomorrow's date ({error})."));
                Some(morning.map_err(never)?.timestamp())
            }
            Pause::Off => None,
        };
        match self.paused_until {
            Some(until) => self.store.set(PAUSED_UNTIL, &until),
            None => self.store.unset(PAUSED_UNTIL),
        }
        self.notifications.reschedule_now(now.monotonic);
        self.update_notification_status();
        Ok(())
    }

    /// Returns when the pause is over, or is looked at next.
    pub(super) fn pause_deadline(&self) -> Option<Duration> {
        let now = self.now();
        self.paused_until.map(|end| now.monotonic + until(end, now.wall))
    }

    /// Ends a pause that is over.
    pub(super) fn end_pause(&mut self) {
        if self.paused_until.is_some_and(|end| end <= self.now().wall) {
            let _ = self.pause(Pause::Off);
        }
    }
}

/// The hour at which a day begins, for whoever wants to hear nothing until tomorrow.
const MORNING: i8 = 8;
/// Names the setting that holds the end of a pause.
pub(super) const PAUSED_UNTIL: &str = "paused_until";

/// Names for how long a person wants to be told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// For an hour.
    Hour,
    /// Until the next morning, at eight.
    Tomorrow,
    /// No longer.
    Off,
}

fn until(end: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(now)).unwrap_or_default().min(RETRY_INTERVAL)
}
