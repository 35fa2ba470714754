//! How the token travels to the socket, and what was tried against a refusal.

use std::time::Duration;

use super::{CLOSED_SOCKET_RETRY, Connection, Effect, State};
use crate::{Code, Now, discovery::WsToken, error::Error};

/// What is known of how the socket takes the token.
#[derive(Debug)]
pub(super) struct Access {
    /// The ways to send it, in the order in which they are tried.
    ways: Vec<WsToken>,
    /// The place of the way in use among them.
    place: usize,
    /// The way that worked.
    proven: Option<WsToken>,
    round: Round,
    trial: TokenTrial,
    /// When a refresh was last spent on a refusal.
    refreshed_at: Option<Duration>,
    /// Whether the token was refreshed since the last connect, or since REST was asked about it.
    renewed: bool,
    /// How the token was sent with the connection that is open or under way.
    in_use: WsToken,
    /// The address of the socket, for a person.
    address: String,
}

/// Tells how far trying one way after the other has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    /// No way was refused.
    Untried,
    /// One was refused, and REST is asked whether it takes the same token.
    AskingRest,
    /// REST takes the token: it is the way that is wrong.
    Accepted,
}

/// Tells what was already tried against a refusal of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenTrial {
    Untried,
    /// A refresh was spent on it; none is again before the socket has taken a token.
    Refreshed,
}

impl Default for Access {
    fn default() -> Self {
        Self::new(WsToken::Header, None, String::new())
    }
}

impl Access {
    fn new(way: WsToken, proven: Option<WsToken>, address: String) -> Self {
        let mut ways = if way == WsToken::Auto { WsToken::WAYS.to_vec() } else { vec![way] };
        // What worked at the last visit is tried first.
        ways.sort_by_key(|way| Some(*way) != proven);
        let in_use = ways[0];
        let (round, trial) = (Round::Untried, TokenTrial::Untried);
        Self { ways, place: 0, proven, round, trial, refreshed_at: None, renewed: false, in_use, address }
    }

    /// As for a session that has just begun.
    fn restarted(&self) -> Self {
        let way = if self.ways.len() > 1 { WsToken::Auto } else { self.ways[0] };
        Self::new(way, self.proven, self.address.clone())
    }

    fn refused(&self) -> Error {
        let Self { address, .. } = self;
        let message = format!(
            "Live updates aren't available at {address}. Checking for changes every few seconds."
        );
        Error::new(Code::SocketRefused, message)
    }
}

impl Connection {
    /// Says where the socket is, how its token is sent, and which way worked at an earlier visit.
    pub fn set_endpoint(&mut self, address: String, ws_token: WsToken, proven: Option<WsToken>) {
        let is_auto = self.access.ways.len() > 1;
        let is_as_before = is_auto == (ws_token == WsToken::Auto) && (is_auto || self.access.ways[0] == ws_token);
        // Whoever is told the same again goes on where it is.
        if self.access.address != address || !is_as_before {
            self.access = Access::new(ws_token, proven, address);
        }
    }

    /// Returns how the token is sent with the next connect.
    pub fn ws_token(&self) -> WsToken {
        self.access.ways[self.access.place]
    }

    /// Forgets what was tried for the session that is over.
    pub(super) fn forget_access(&mut self) -> Access {
        self.access.restarted()
    }

    /// The token was refused. Where the way of sending it may be wrong, REST is asked whether it takes the same one, and the
    /// next way tried; where the way is known to be right, one refresh is spent, and then REST judges.
    pub(super) fn token_refused(&mut self, was_valid: bool, now: Now, effects: &mut Vec<Effect>) {
        let is_auto = self.access.ways.len() > 1;
        match (self.access.round, self.access.trial) {
            (Round::Untried | Round::AskingRest, _) if is_auto && !was_valid => {
                self.access.round = Round::AskingRest;
                self.ask_rest();
            }
            (Round::Accepted, _) if is_auto && !was_valid => self.next_ws_token(now, effects),
            // The one that it was refused with is not the one that holds now.
            _ if was_valid && self.access.renewed => self.connect(now, effects),
            (_, TokenTrial::Untried) => {
                self.access.trial = TokenTrial::Refreshed;
                self.access.refreshed_at = Some(now.monotonic);
                self.await_token(effects);
            }
            (_, TokenTrial::Refreshed) => self.ask_rest(),
        }
    }

    /// Notes how the token is sent with a connection that begins.
    pub(super) fn begin_access(&mut self) {
        self.access.in_use = self.ws_token();
        self.access.renewed = false;
    }

    /// Connects as soon as there is a token.
    pub(super) fn await_token(&mut self, effects: &mut Vec<Effect>) {
        self.state = State::AwaitingToken;
        effects.push(Effect::RefreshToken);
    }

    fn ask_rest(&mut self) {
        self.access.renewed = false;
        self.state = State::AskingRest;
        self.polling.ask();
    }

    /// The token is another one now.
    pub(super) fn token_renewed(&mut self) {
        // A connection that is under way takes the token of now.
        self.access.renewed |= matches!(self.state, State::Open(_) | State::AskingRest);
    }

    /// The token could not be refreshed: that says nothing of what it was to be refreshed for.
    pub(super) fn token_delayed(&mut self) {
        self.access.trial = TokenTrial::Untried;
    }

    /// REST takes the token that the socket refused.
    pub(super) fn token_accepted(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.access.round != Round::AskingRest {
            return self.refused_for_good(now);
        }
        self.access.round = Round::Accepted;
        if self.access.renewed {
            // It was the token, and not the way.
            self.connect(now, effects);
        } else {
            self.next_ws_token(now, effects);
        }
    }

    fn next_ws_token(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.access.place += 1;
        if self.access.place < self.access.ways.len() {
            return self.connect(now, effects);
        }
        self.access.place = 0;
        self.access.round = Round::Untried;
        self.refused_for_good(now);
    }

    fn refused_for_good(&mut self, now: Now) {
        let error = self.access.refused();
        self.closed_to_us(error, now);
    }

    /// The socket has taken the token: this way is tried first from now on.
    pub(super) fn confirm_ws_token(&mut self, effects: &mut Vec<Effect>) {
        let way = self.access.in_use;
        self.access.round = Round::Untried;
        if self.access.proven == Some(way) || self.access.ways.len() == 1 {
            return;
        }
        self.access.proven = Some(way);
        self.access.ways.sort_by_key(|other| *other != way);
        self.access.place = 0;
        effects.push(Effect::Remember(way));
    }

    /// The connection has been open for a while.
    pub(super) fn settle(&mut self, was_valid: bool, now: Now, effects: &mut Vec<Effect>) {
        // A server that waits for the token in a message says nothing before it, and is open all the same. And where another
        // way was refused just now, being open proves nothing: one that refuses late would be tried for ever.
        let is_open_for_us = self.access.in_use != WsToken::Message && self.access.round == Round::Untried;
        if was_valid || is_open_for_us {
            self.confirm_ws_token(effects);
        }
        // Neither with the first message nor soon: a backend that says something and then refuses would be asked for ever.
        let is_long_ago = |at: Duration| now.monotonic >= at + CLOSED_SOCKET_RETRY;
        if was_valid && self.access.refreshed_at.is_none_or(is_long_ago) {
            self.access.trial = TokenTrial::Untried;
        }
    }
}
