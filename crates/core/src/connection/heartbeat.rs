//! Heartbeats, and every other frame that proves that the peer is alive: an open connection without any for
//! [`SILENCE_LIMIT`](super::SILENCE_LIMIT) counts as lost. Source: docs/protocol.md#heartbeats.

use super::{Connection, Effect, State};
use crate::{
    Code, ConnId, Now,
    error::Error,
    protocol::{ClientMessage, Heartbeat},
};

impl Connection {
    /// Handles a readable message about a job.
    pub(super) fn message_arrived(&mut self, conn: ConnId, now: Now, effects: &mut Vec<Effect>) {
        self.last_seen(conn, now);
        self.token_confirmed(conn, effects);
        self.job_message_arrived(conn, now);
    }

    /// Answers a heartbeat of the peer on its own connection.
    pub(super) fn heartbeat_arrived(&mut self, conn: ConnId, kind: Heartbeat, now: Now, effects: &mut Vec<Effect>) {
        self.last_seen(conn, now);
        self.token_confirmed(conn, effects);
        if let Some(open) = self.open_mut(conn) {
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
    pub(super) fn last_seen(&mut self, conn: ConnId, now: Now) {
        if let Some(open) = self.open_mut(conn) {
            open.last_seen = now.monotonic;
            open.probe = None;
        }
    }

    /// Records that a readable frame arrived, which means that the token is accepted.
    pub(super) fn token_confirmed(&mut self, conn: ConnId, effects: &mut Vec<Effect>) {
        if let Some(open) = self.open_mut(conn) {
            open.readable.any = true;
            self.confirm_ws_token(effects);
            self.mark_healthy();
        }
    }

    /// Ends the probe: the peer's WebSocket library answered, so the network path works.
    pub(super) fn probe_answered(&mut self, conn: ConnId) {
        if let Some(open) = self.open_mut(conn) {
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
