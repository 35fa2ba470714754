//! Reconnecting after sleep, after a network change, or when an obstacle is gone.

use super::{Connection, Effect, Open, PROBE_LIMIT, State};
use crate::{Code, Now, error::Error};

impl Connection {
    /// Renews everything after sleep, because neither open connections nor timers can be trusted.
    pub(super) fn wake(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.renew(Error::new(Code::Slept, "This computer was asleep. Reconnecting."), now, effects);
    }

    /// Probes an open connection after a network change, because it may be dead without notice or still work.
    pub(super) fn probe(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if let State::Open(open) = &mut self.state {
            if open.probe.is_none() {
                open.probe = Some(now.monotonic + PROBE_LIMIT);
                effects.push(Effect::Ping(open.conn));
            }
        } else {
            self.renew(Error::new(Code::NetworkChanged, "The network changed. Reconnecting."), now, effects);
        }
    }

    /// Restarts the attempt, the wait or the connection that is current.
    fn renew(&mut self, why: Error, now: Now, effects: &mut Vec<Effect>) {
        match self.state {
            State::Open(_) | State::Connecting { .. } => self.replace(why, now, effects),
            State::Waiting { .. } => self.reschedule_now(now),
            State::SignedOut | State::AwaitingToken | State::AskingRest | State::Stopped => {}
        }
        self.polling.reschedule_now(now);
    }

    /// Replaces a connection at once, without backoff, because the backend did not fail.
    pub(super) fn replace(&mut self, why: Error, now: Now, effects: &mut Vec<Effect>) {
        if let State::Open(Open { conn, .. }) | State::Connecting { conn, .. } = self.state {
            effects.push(Effect::Disconnect(conn));
        }
        self.polling.lost();
        self.reason = Some(why.into());
        self.connect(now, effects);
    }

    /// Reschedules the next attempt to now, or to the earliest time that the backend's `Retry-After` allows.
    pub(super) fn reschedule_now(&mut self, now: Now) {
        if let State::Waiting { until, not_before } = &mut self.state {
            *until = now.monotonic.max(*not_before).min(*until);
        }
    }
}
