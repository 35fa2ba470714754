//! Trying anew: after a sleep, a change of the network, or when whatever stood in the way is gone.

use super::{Connection, Effect, Open, PROBE_LIMIT, State};
use crate::{Code, Now, error::Error};

impl Connection {
    /// After a sleep nothing that was open or timed can be trusted: look at once.
    pub(super) fn wake(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.renew(Error::new(Code::Slept, "This computer was asleep. Reconnecting."), now, effects);
    }

    /// After a change of the network a connection may be dead without a word, or as good as before: ask.
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

    /// Tries anew whatever is under way or waited for.
    fn renew(&mut self, why: Error, now: Now, effects: &mut Vec<Effect>) {
        match self.state {
            State::Open(_) | State::Connecting { .. } => self.replace(why, now, effects),
            State::Waiting { .. } => self.reschedule_now(now),
            State::SignedOut | State::AwaitingToken | State::AskingRest | State::Stopped => {}
        }
        self.polling.reschedule_now(now);
    }

    /// Gives a connection up for another, at once: it is not the backend that failed.
    pub(super) fn replace(&mut self, why: Error, now: Now, effects: &mut Vec<Effect>) {
        if let State::Open(Open { conn, .. }) | State::Connecting { conn, .. } = self.state {
            effects.push(Effect::Disconnect(conn));
        }
        self.polling.lost();
        self.reason = Some(why.into());
        self.connect(now, effects);
    }

    /// Connects now, or as soon as the backend allows.
    pub(super) fn reschedule_now(&mut self, now: Now) {
        if let State::Waiting { until, not_before } = &mut self.state {
            *until = now.monotonic.max(*not_before).min(*until);
        }
    }
}
