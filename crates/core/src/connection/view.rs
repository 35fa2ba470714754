//! The connection for display.

use super::{Connection, Effect, State, open::nothing_readable};
use crate::{
    Now,
    view::{ConnectionState, ConnectionView, ReasonView},
};

impl Connection {
    /// Returns the connection for display.
    pub fn view(&self, now: Now) -> ConnectionView {
        let attempt = self.backoff.failures();
        let (state, retry_in) = match &self.state {
            State::SignedOut => (ConnectionState::SignedOut, None),
            State::Stopped => (ConnectionState::Stopped, None),
            State::Open { .. } if self.is_not_enough() => {
                (self.polling.fallback().unwrap_or(ConnectionState::Polling), None)
            }
            State::Open { .. } => (ConnectionState::Live, None),
            State::Waiting { until, .. } => {
                let fallback = self.polling.fallback();
                (fallback.unwrap_or(ConnectionState::Backoff), Some(until.saturating_sub(now.monotonic)))
            }
            State::Connecting { .. } | State::AwaitingToken | State::AskingRest => {
                (self.polling.fallback().unwrap_or(ConnectionState::Connecting), None)
            }
        };
        let quiet = matches!(state, ConnectionState::Live) || (state == ConnectionState::Connecting && attempt == 0);
        ConnectionView {
            state,
            attempt,
            retry_in_ms: retry_in.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            reason: if quiet { None } else { self.why(state) },
        }
    }

    /// Returns the reason to show. While the list cannot be fetched either, the error of the fetch is shown; the error
    /// of the socket may be old.
    fn why(&self, state: ConnectionState) -> Option<ReasonView> {
        let of_list = self.polling.problem().filter(|_| state == ConnectionState::Offline);
        if matches!(self.state, State::Open(_)) {
            return Some(of_list.cloned().unwrap_or_else(|| nothing_readable().into()));
        }
        of_list.or(self.reason.as_ref()).cloned()
    }

    /// Returns why the last connection was lost or given up, whether or not it is shown.
    pub fn reason(&self) -> Option<&ReasonView> {
        self.reason.as_ref()
    }

    pub(super) fn show(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let view = self.view(now);
        // The remaining time alone is no change: it is sent only together with another change.
        let same = |shown: &ConnectionView| {
            (shown.state, shown.attempt, &shown.reason) == (view.state, view.attempt, &view.reason)
                && shown.retry_in_ms.is_some() == view.retry_in_ms.is_some()
        };
        if !self.shown.as_ref().is_some_and(same) {
            self.shown = Some(view.clone());
            effects.push(Effect::Show(view));
        }
    }
}
