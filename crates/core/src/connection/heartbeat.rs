//! Heartbeats, and every other frame that proves that the peer is alive: an open connection without any for
//! [`SILENCE_LIMIT`](super::SILENCE_LIMIT) counts as lost. Source: docs/protocol.md#heartbeats.

use super::{Connection, Effect, Input, State};
use crate::{
    Code, ConnId, Now,
    error::Error,
    protocol::{ClientMessage, Heartbeat},
};

impl Connection {
    /// Handles a frame of the socket, or what became of it.
    pub(super) fn handle_frame(&mut self, input: &Input, now: Now, effects: &mut Vec<Effect>) {
        match *input {
            Input::Message(conn) => {
                self.last_seen(conn, now);
                self.token_confirmed(conn, effects);
                self.job_message_arrived(conn, now);
            }
            Input::OtherFrame(conn) => self.last_seen(conn, now),
            Input::Unreadable(conn, count) => self.unreadable(conn, count),
            Input::Accepted(conn) => self.token_confirmed(conn, effects),
            Input::Heartbeat(conn, kind) => {
                self.last_seen(conn, now);
                self.token_confirmed(conn, effects);
                self.answer_heartbeat(conn, kind, now, effects);
            }
            Input::Pong(conn) if self.is_open(conn) => self.probe_answered(),
            // A pong of an earlier connection; the other inputs are no frames.
            Input::Pong(_)
            | Input::SignedIn
            | Input::SignedOut
            | Input::Opened(_)
            | Input::Refused(..)
            | Input::Closed(..)
            | Input::NetworkChanged
            | Input::Watch(_)
            | Input::Unwatch(_)
            | Input::Fetched
            | Input::FetchFailed(..)
            | Input::TokenRefreshed
            | Input::TokenDelayed(_)
            | Input::Reconnect
            | Input::EndpointChanged
            | Input::Refresh
            | Input::RefreshSoon
            | Input::Tick => {}
        }
    }

    /// Answers a heartbeat of the peer on its own connection.
    fn answer_heartbeat(&mut self, conn: ConnId, kind: Heartbeat, now: Now, effects: &mut Vec<Effect>) {
        if let State::Open(open) = &mut self.state
            && open.conn == conn
        {
            open.readable.heartbeats = true;
            let timestamp = now.wall;
            let answer = match kind {
                Heartbeat::Heartbeat => ClientMessage::Heartbeat { timestamp },
                Heartbeat::Ping => ClientMessage::Pong { timestamp },
            };
            effects.push(Effect::Send(conn, answer));
        }
    }

    /// Records that a frame arrived, and ends the probe.
    fn last_seen(&mut self, conn: ConnId, now: Now) {
        if let State::Open(open) = &mut self.state
            && open.conn == conn
        {
            open.last_seen = now.monotonic;
            open.probe = None;
        }
    }

    /// Records that a readable frame arrived, which means that the token is accepted.
    fn token_confirmed(&mut self, conn: ConnId, effects: &mut Vec<Effect>) {
        if let State::Open(open) = &mut self.state
            && open.conn == conn
        {
            open.readable.any = true;
            self.confirm_ws_token(effects);
            self.mark_healthy();
        }
    }

    /// Ends the probe: the peer's WebSocket library answered, so the network path works.
    fn probe_answered(&mut self) {
        if let State::Open(open) = &mut self.state {
            open.probe = None;
        }
    }

    /// Gives up an open connection from which no frame arrived for too long.
    pub(super) fn give_up_silent_peer(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let State::Open(open) = &self.state else { return };
        effects.push(Effect::Disconnect(open.conn));
        let why = if open.readable.any && !open.readable.heartbeats {
            "No response from the studio for a minute. It sends no heartbeats."
        } else {
            "No response from the studio for a minute."
        };
        self.mute |= !open.readable.any;
        self.retry_later(Error::new(Code::Silent, why), None, now);
    }
}
