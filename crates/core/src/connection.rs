//! The connection as a state machine: `on(input, now)` returns the effects to perform.
//!
//! It decides when to connect, how to react to a refusal, when a silent peer counts as lost, when to fetch the job list
//! and when to fall back to polling. It performs no I/O: the client performs each [`Effect`] and reports the result as
//! an [`Input`]. [`Connection::deadline`] returns when the next [`Input::Tick`] is due.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    Code, ConnId, JobId, Now,
    backoff::Backoff,
    error::{Error, Reason},
};

pub mod channel;
mod close;
mod heartbeat;
mod io;
mod open;
mod polling;
mod reconnect;
mod status;
mod subscriptions;
mod token_transport;

pub use close::{Closed, Refusal};
pub use io::{Effect, Input};
use open::{Open, TokenEvidence};
use polling::{Polling, Recovery, Socket};
pub use status::{ConnectionState, ConnectionStatus};
use subscriptions::subscribe;
use token_transport::TokenTransport;

/// The time without a frame after which a connection counts as lost. Source: docs/protocol.md#heartbeats.
pub const SILENCE_LIMIT: Duration = Duration::from_mins(1);
/// The limit for the whole handshake: DNS, TCP, TLS and upgrade.
pub const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// The time in which a peer must answer a probe; afterwards its connection counts as lost.
pub const PROBE_LIMIT: Duration = Duration::from_secs(5);
/// The time after which an open connection counts as successful even without a message.
const SETTLED_AFTER: Duration = Duration::from_secs(5);
/// The interval between attempts to open a socket that is refused although REST works.
const CLOSED_SOCKET_RETRY: Duration = Duration::from_mins(5);
/// The longest `Retry-After` that is accepted.
const RETRY_AFTER_LIMIT: Duration = Duration::from_mins(5);
/// The number of consecutive failures after which polling begins.
const POLL_AFTER_FAILURES: u32 = 3;

#[derive(Clone, Debug, Default, PartialEq)]
enum State {
    #[default]
    SignedOut,
    Connecting {
        conn: ConnId,
        since: Duration,
    },
    Open(Open),
    /// Waits until the next attempt. Before `not_before` (from `Retry-After`), only the user can start one.
    Waiting {
        until: Duration,
        not_before: Duration,
    },
    AwaitingToken,
    AskingRest,
    Stopped,
}

/// The state machine of the connection of one account.
#[derive(Debug, Default)]
pub struct Connection {
    state: State,
    next_conn: u64,
    backoff: Backoff,
    token_transport: TokenTransport,
    reason: Option<Reason>,
    polling: Polling,
    watched: BTreeSet<JobId>,
    /// Whether sockets deliver nothing readable; kept across reconnects.
    mute: bool,
    /// The last reading of both clocks, to detect that the machine slept.
    last: Option<Now>,
    reported: Option<ConnectionStatus>,
}

impl Connection {
    /// Applies one input and returns the effects to perform, in order.
    pub fn on(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.slept(now) {
            self.wake(now, &mut effects);
        }
        self.handle_input(input, now, &mut effects);
        self.tick(now, &mut effects);
        effects.extend(self.changed_status(now).map(Effect::StatusChanged));
        effects
    }

    /// Returns whether live updates arrive over the socket.
    pub fn is_live(&self) -> bool {
        self.reported.as_ref().is_some_and(|reported| reported.state == ConnectionState::Live)
    }

    /// Returns when an [`Input::Tick`] is due at the latest, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        let own = match &self.state {
            State::Open(open) => open.deadline(),
            State::Connecting { since, .. } => Some(*since + HANDSHAKE_LIMIT),
            State::Waiting { until, .. } => Some(*until),
            State::SignedOut | State::AwaitingToken | State::AskingRest | State::Stopped => None,
        };
        [own, self.mute_deadline(), self.polling.deadline()].into_iter().flatten().min()
    }

    fn handle_input(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) {
        match input {
            Input::SignedIn if self.state == State::SignedOut => {
                self.connect(now, effects);
                // The list does not wait for the socket, which the backend may not even offer.
                self.polling.want(now);
            }
            Input::SignedOut => self.sign_out(effects),
            Input::Message(conn) => self.message_arrived(conn, now, effects),
            Input::OtherFrame(conn) => self.last_seen(conn, now),
            Input::Unreadable(conn, count) => self.unreadable(conn, count),
            Input::Accepted(conn) => self.token_confirmed(conn, effects),
            Input::Heartbeat(conn, kind) => self.heartbeat_arrived(conn, kind, now, effects),
            Input::Pong(conn) => self.probe_answered(conn),
            Input::Opened(conn) if !self.is_open(conn) => self.opened(conn, now, effects),
            Input::Refused(conn, refusal) if self.is_connecting(conn) => {
                self.refused(refusal, now, effects);
            }
            Input::Closed(conn, closed) if self.is_open(conn) => self.closed(closed, now, effects),
            Input::NetworkChanged => self.probe(now, effects),
            Input::Watch(job_ids) => self.watch(job_ids, effects),
            Input::Unwatch(job_id) => {
                self.watched.remove(&job_id);
            }
            Input::Fetched => self.fetched(now, effects),
            Input::FetchFailed(error, retry_after) => self.fetch_failed(error, retry_after, now, effects),
            Input::TokenRefreshed if self.state == State::AwaitingToken => self.connect(now, effects),
            Input::TokenRefreshed => self.token_renewed(),
            Input::TokenDelayed(error) if self.state == State::AwaitingToken => {
                self.token_delayed();
                self.retry_later(error, None, now);
            }
            Input::Reconnect => self.reconnect(now, effects),
            Input::EndpointChanged => self.endpoint_changed(now, effects),
            Input::Refresh if self.state != State::SignedOut => self.polling.want(now),
            Input::RefreshSoon if self.state != State::SignedOut => self.polling.want_soon(now),
            // The input arrived too late, or changes nothing in this state.
            Input::SignedIn
            | Input::Tick
            | Input::Opened(_)
            | Input::Refused(..)
            | Input::Closed(..)
            | Input::TokenDelayed(_)
            | Input::RefreshSoon
            | Input::Refresh => {}
        }
    }

    fn tick(&mut self, now: Now, effects: &mut Vec<Effect>) {
        match &mut self.state {
            State::Open(open) if open.probe.is_some_and(|due| now.monotonic >= due) => {
                self.replace(Error::new(Code::NetworkChanged, "The network changed. Reconnecting."), now, effects);
            }
            State::Open(open) if now.monotonic >= open.last_seen + SILENCE_LIMIT => {
                self.give_up_silent_peer(now, effects);
            }
            State::Open(open) if !open.settled && now.monotonic >= open.since + SETTLED_AFTER => {
                open.settled = true;
                let evidence = open.token_evidence();
                self.settle(evidence, now, effects);
                self.mark_healthy();
            }
            State::Connecting { conn, since } if now.monotonic >= *since + HANDSHAKE_LIMIT => {
                effects.push(Effect::Disconnect(*conn));
                let late = Error::new(Code::HandshakeTimeout, "The studio didn't respond within 10 seconds.");
                self.retry_later(late, None, now);
            }
            State::Waiting { until, .. } if now.monotonic >= *until => self.connect(now, effects),
            State::Open(_)
            | State::Waiting { .. }
            | State::SignedOut
            | State::Connecting { .. }
            | State::AwaitingToken
            | State::AskingRest
            | State::Stopped => {}
        }
        self.check_readable(now);
        if self.polling.due(now) {
            effects.push(Effect::FetchJobs);
        }
    }

    fn connect(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.begin_token_transport();
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        self.state = State::Connecting { conn, since: now.monotonic };
        effects.push(Effect::Connect(conn));
    }

    fn opened(&mut self, conn: ConnId, now: Now, effects: &mut Vec<Effect>) {
        if !self.is_connecting(conn) {
            effects.push(Effect::Disconnect(conn));
            return;
        }
        self.state = State::Open(Open::new(conn, now));
        let watched: Vec<JobId> = self.watched.iter().cloned().collect();
        subscribe(conn, &watched, effects);
        // Subscribe before the fetch, so that no change is missed between the two.
        self.polling.opened(now);
    }

    fn refused(&mut self, refusal: Refusal, now: Now, effects: &mut Vec<Effect>) {
        match refusal {
            Refusal::Auth => self.token_refused(TokenEvidence::None, now, effects),
            Refusal::NoToken => self.await_token(effects),
            Refusal::NoSocket(error) => self.socket_unavailable(error, now),
            Refusal::Failed(error, retry_after) => self.retry_later(error, retry_after, now),
        }
    }

    fn closed(&mut self, closed: Closed, now: Now, effects: &mut Vec<Effect>) {
        self.polling.lost();
        let evidence = match &self.state {
            State::Open(open) => open.token_evidence(),
            State::SignedOut
            | State::Connecting { .. }
            | State::Waiting { .. }
            | State::AwaitingToken
            | State::AskingRest
            | State::Stopped => TokenEvidence::None,
        };
        match closed {
            Closed::Auth => self.token_refused(evidence, now, effects),
            Closed::Replaced => {
                self.state = State::Stopped;
                self.polling.stop();
                self.reason = Some(Reason {
                    code: Code::Replaced,
                    message: "Live updates moved to another window or computer. Reconnect to move them here."
                        .to_owned(),
                });
            }
            Closed::Lost(error) => self.retry_later(error, None, now),
        }
    }

    fn fetched(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let socket = if matches!(self.state, State::Open(_)) { Socket::Open } else { Socket::Closed };
        let recovery = self.polling.succeeded(now, socket);
        if self.state == State::AskingRest {
            self.token_accepted(now, effects);
        } else if recovery == Recovery::Recovered && self.is_barred() {
            // The obstacle to all requests is gone, such as the sign-in page of a Wi-Fi network.
            self.reschedule_now(now);
        }
    }

    /// Returns whether the next attempt is minutes away because the address seemed to offer no socket.
    fn is_barred(&self) -> bool {
        let barred = [Code::NoSocket, Code::CaptivePortal, Code::UntrustedCertificate];
        self.reason.as_ref().is_some_and(|reason| barred.contains(&reason.code))
    }

    fn fetch_failed(&mut self, error: Error, retry_after: Option<Duration>, now: Now, effects: &mut Vec<Effect>) {
        let refused = error.code == Code::SessionExpired;
        self.polling.failed(error.clone(), retry_after.map(|wait| wait.min(RETRY_AFTER_LIMIT)), now);
        if refused {
            self.sign_out(effects);
            effects.push(Effect::SignOut(error));
        } else if self.state == State::AskingRest {
            self.retry_later(error, retry_after, now);
        }
    }

    /// Starts polling and retries the socket every five minutes, because the socket is refused although REST works.
    fn socket_unavailable(&mut self, error: Error, now: Now) {
        self.backoff.fail(now.draw);
        self.reason = Some(error.into());
        self.state = State::Waiting { until: now.monotonic + CLOSED_SOCKET_RETRY, not_before: now.monotonic };
        self.polling.poll(now);
    }

    fn retry_later(&mut self, error: Error, retry_after: Option<Duration>, now: Now) {
        let not_before = now.monotonic + retry_after.unwrap_or_default().min(RETRY_AFTER_LIMIT);
        let until = (now.monotonic + self.backoff.fail(now.draw)).max(not_before);
        self.reason = Some(error.into());
        self.state = State::Waiting { until, not_before };
        self.polling.lost();
        if self.backoff.failures() >= POLL_AFTER_FAILURES {
            self.polling.poll(now);
        }
    }

    fn reconnect(&mut self, now: Now, effects: &mut Vec<Effect>) {
        match self.state {
            State::Waiting { .. } | State::Stopped => self.connect(now, effects),
            State::Open(Open { conn, .. }) => {
                effects.push(Effect::Disconnect(conn));
                self.polling.lost();
                self.connect(now, effects);
            }
            State::SignedOut | State::Connecting { .. } | State::AwaitingToken | State::AskingRest => {}
        }
    }

    /// Reconnects after the endpoint changed, and also abandons an attempt to connect to the old endpoint.
    fn endpoint_changed(&mut self, now: Now, effects: &mut Vec<Effect>) {
        match self.state {
            State::Connecting { conn, .. } => {
                effects.push(Effect::Disconnect(conn));
                self.connect(now, effects);
            }
            // The connection that replaced this one still exists.
            State::Stopped => {}
            State::AskingRest => self.connect(now, effects),
            State::Waiting { .. } | State::Open(_) | State::SignedOut | State::AwaitingToken => {
                self.reconnect(now, effects);
            }
        }
    }

    fn sign_out(&mut self, effects: &mut Vec<Effect>) {
        if let State::Open(Open { conn, .. }) | State::Connecting { conn, .. } = self.state {
            effects.push(Effect::Disconnect(conn));
        }
        let next_conn = self.next_conn;
        let (reported, token_transport) = (self.reported.take(), self.restart_token_transport());
        *self = Self { next_conn, reported, token_transport, last: self.last, ..Self::default() };
    }

    /// Resets the backoff after the connection proved useful.
    fn mark_healthy(&mut self) {
        self.backoff.reset();
        self.reason = None;
    }

    fn is_connecting(&self, conn: ConnId) -> bool {
        matches!(self.state, State::Connecting { conn: connecting, .. } if connecting == conn)
    }

    fn is_open(&self, conn: ConnId) -> bool {
        matches!(self.state, State::Open(open) if open.conn == conn)
    }

    /// Returns the open connection, if it is this one: frames of earlier ones are dropped.
    fn open_mut(&mut self, conn: ConnId) -> Option<&mut Open> {
        match &mut self.state {
            State::Open(open) if open.conn == conn => Some(open),
            State::Open(_)
            | State::SignedOut
            | State::Connecting { .. }
            | State::Waiting { .. }
            | State::AwaitingToken
            | State::AskingRest
            | State::Stopped => None,
        }
    }

    fn slept(&mut self, now: Now) -> bool {
        self.last.replace(now).is_some_and(|last| now.slept_since(last).is_some())
    }
}

#[cfg(test)]
mod tests;
