//! The method by which the token is sent to the socket, and what was tried after a refusal.

use std::time::Duration;

use super::{CLOSED_SOCKET_RETRY, Connection, Effect, State, open::TokenEvidence};
use crate::{Code, Now, discovery::WsToken, error::Error};

/// The known facts about how the socket accepts the token.
#[derive(Debug)]
pub(super) struct TokenTransport {
    /// The methods of sending the token, in the order in which they are tried.
    methods: Vec<WsToken>,
    /// The index of the current method in `methods`.
    current: usize,
    /// The method that worked.
    proven: Option<WsToken>,
    method_trial: MethodTrial,
    trial: TokenTrial,
    /// The time at which the token was last refreshed because of a refusal.
    refreshed_at: Option<Duration>,
    /// Whether the token was refreshed since the last connect, or since the last check with REST.
    renewed: bool,
    /// The method used by the connection that is open or being opened.
    in_use: WsToken,
    /// The address of the socket, for messages to the user.
    address: String,
}

/// The progress of trying one method after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MethodTrial {
    /// No method was refused.
    Untried,
    /// A method was refused, and REST is being asked whether it accepts the same token.
    AskingRest,
    /// REST accepts the token, so the method is wrong.
    Accepted,
}

/// The measures already taken after a refusal of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenTrial {
    Untried,
    /// The token was refreshed; it is not refreshed again before the socket has accepted a token.
    Refreshed,
}

impl Default for TokenTransport {
    fn default() -> Self {
        Self::new(WsToken::Header, None, String::new())
    }
}

impl TokenTransport {
    fn new(method: WsToken, proven: Option<WsToken>, address: String) -> Self {
        let mut methods = if method == WsToken::Auto { WsToken::METHODS.to_vec() } else { vec![method] };
        // The method that worked last time is tried first.
        methods.sort_by_key(|method| Some(*method) != proven);
        let in_use = methods[0];
        let (method_trial, trial) = (MethodTrial::Untried, TokenTrial::Untried);
        Self { methods, current: 0, proven, method_trial, trial, refreshed_at: None, renewed: false, in_use, address }
    }

    /// Returns the initial state for a new session, with the proven method.
    fn restarted(&self) -> Self {
        let method = if self.methods.len() > 1 { WsToken::Auto } else { self.methods[0] };
        Self::new(method, self.proven, self.address.clone())
    }

    fn refused(&self) -> Error {
        let Self { address, .. } = self;
        let message = format!("Live updates aren't available at {address}. Checking for changes every few seconds.");
        Error::new(Code::SocketRefused, message)
    }
}

impl Connection {
    /// Sets the address of the socket, the method of sending its token, and the method that worked earlier.
    pub fn set_endpoint(&mut self, address: String, ws_token: WsToken, proven: Option<WsToken>) {
        let is_auto = self.token_transport.methods.len() > 1;
        let is_as_before =
            is_auto == (ws_token == WsToken::Auto) && (is_auto || self.token_transport.methods[0] == ws_token);
        // Setting the same endpoint again keeps the state.
        if self.token_transport.address != address || !is_as_before {
            self.token_transport = TokenTransport::new(ws_token, proven, address);
        }
    }

    /// Returns the method by which the next connect sends the token.
    pub fn ws_token(&self) -> WsToken {
        self.token_transport.methods[self.token_transport.current]
    }

    /// Returns the initial state for the next session.
    pub(super) fn restart_token_transport(&mut self) -> TokenTransport {
        self.token_transport.restarted()
    }

    /// Handles a refusal of the token. If the method of sending it may be wrong, REST is asked whether it accepts the
    /// same token, and the next method is tried. If the method is known to be right, the token is refreshed once; if it
    /// is refused again, REST decides whether the session is still valid. Source: docs/protocol.md#sending-the-token.
    pub(super) fn token_refused(&mut self, evidence: TokenEvidence, now: Now, effects: &mut Vec<Effect>) {
        let is_auto = self.token_transport.methods.len() > 1;
        match (self.token_transport.method_trial, self.token_transport.trial) {
            (MethodTrial::Untried | MethodTrial::AskingRest, _) if is_auto && evidence == TokenEvidence::None => {
                self.token_transport.method_trial = MethodTrial::AskingRest;
                self.ask_rest();
            }
            (MethodTrial::Accepted, _) if is_auto && evidence == TokenEvidence::None => {
                self.next_ws_token(now, effects);
            }
            // The token was refreshed since it was sent, so the refusal concerns the old one.
            _ if evidence == TokenEvidence::Accepted && self.token_transport.renewed => self.connect(now, effects),
            (_, TokenTrial::Untried) => {
                self.token_transport.trial = TokenTrial::Refreshed;
                self.token_transport.refreshed_at = Some(now.monotonic);
                self.await_token(effects);
            }
            (_, TokenTrial::Refreshed) => self.ask_rest(),
        }
    }

    /// Records the method used by a connection that begins.
    pub(super) fn begin_token_transport(&mut self) {
        self.token_transport.in_use = self.ws_token();
        self.token_transport.renewed = false;
    }

    /// Requests a fresh token and connects once it is available.
    pub(super) fn await_token(&mut self, effects: &mut Vec<Effect>) {
        self.state = State::AwaitingToken;
        effects.push(Effect::RefreshToken);
    }

    fn ask_rest(&mut self) {
        self.token_transport.renewed = false;
        self.state = State::AskingRest;
        self.polling.ask();
    }

    /// Records that the token was refreshed.
    pub(super) fn token_renewed(&mut self) {
        // A connection that is still being opened sends the current token anyway.
        self.token_transport.renewed |= matches!(self.state, State::Open(_) | State::AskingRest);
    }

    /// Allows another refresh, because the last one could not be carried out.
    pub(super) fn token_delayed(&mut self) {
        self.token_transport.trial = TokenTrial::Untried;
    }

    /// Continues after REST accepted the token that the socket refused.
    pub(super) fn token_accepted(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if self.token_transport.method_trial != MethodTrial::AskingRest {
            return self.unavailable_for_all_methods(now);
        }
        self.token_transport.method_trial = MethodTrial::Accepted;
        if self.token_transport.renewed {
            // The old token was refused, not the method.
            self.connect(now, effects);
        } else {
            self.next_ws_token(now, effects);
        }
    }

    fn next_ws_token(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.token_transport.current += 1;
        if self.token_transport.current < self.token_transport.methods.len() {
            return self.connect(now, effects);
        }
        self.token_transport.current = 0;
        self.token_transport.method_trial = MethodTrial::Untried;
        self.unavailable_for_all_methods(now);
    }

    fn unavailable_for_all_methods(&mut self, now: Now) {
        let error = self.token_transport.refused();
        self.socket_unavailable(error, now);
    }

    /// Records that the socket accepted the token: this method is tried first from now on.
    pub(super) fn confirm_ws_token(&mut self, effects: &mut Vec<Effect>) {
        let method = self.token_transport.in_use;
        self.token_transport.method_trial = MethodTrial::Untried;
        if self.token_transport.proven == Some(method) || self.token_transport.methods.len() == 1 {
            return;
        }
        self.token_transport.proven = Some(method);
        self.token_transport.methods.sort_by_key(|other| *other != method);
        self.token_transport.current = 0;
        effects.push(Effect::StoreTokenMethod(method));
    }

    /// Evaluates a connection that has been open for [`super::SETTLED_AFTER`].
    pub(super) fn settle(&mut self, evidence: TokenEvidence, now: Now, effects: &mut Vec<Effect>) {
        // A server that expects the token in a message sends nothing before it, so an open socket proves nothing. If
        // another method was refused just before, it proves nothing either: a server that refuses late would be tried
        // for ever.
        let is_open_for_us = self.token_transport.in_use != WsToken::Message
            && self.token_transport.method_trial == MethodTrial::Untried;
        if evidence == TokenEvidence::Accepted || is_open_for_us {
            self.confirm_ws_token(effects);
        }
        // Only after some time: a backend that sends a message and then refuses the token would be tried for ever.
        let is_long_ago = |at: Duration| now.monotonic >= at + CLOSED_SOCKET_RETRY;
        if evidence == TokenEvidence::Accepted && self.token_transport.refreshed_at.is_none_or(is_long_ago) {
            self.token_transport.trial = TokenTrial::Untried;
        }
    }
}
