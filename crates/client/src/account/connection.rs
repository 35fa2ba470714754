//! The connection of an account: the state machine of the core, and the socket that it opens.

use std::time::Duration;

use jiff::Timestamp;
use tallylight_core::{
    Code, ConnId, Error, auth,
    connection::{self, Closed, Connection as Machine, Effect, Refusal},
    discovery::{self, Server, WsToken},
    protocol::{Change, Frame, Rejected, RejectedKind},
};
use tallylight_view::Event;

use super::{
    context::Context,
    message::{ConnectionInput, FetchRequest, FetcherInput, JobsInput, PublisherInput, RecheckReason},
};
use crate::net::socket::{AccessToken, ReceivedFrame, Socket, SocketEvent, Transport};

mod realtime;

/// The setting that holds how a backend is known to take the token on the socket.
const WS_TOKEN_SETTING: &str = "token_way";
/// How often both clocks are compared while signed in: timers stop while the machine sleeps.
const CLOCK_CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// The connection and its socket.
#[derive(Debug, Default)]
pub(super) struct Connection {
    machine: Machine,
    socket: Option<Socket>,
    /// When the last frame of the socket arrived.
    last_frame: Option<Timestamp>,
    clock_checked: Duration,
    realtime: realtime::Session,
}

impl Connection {
    pub(super) fn handle(&mut self, input: ConnectionInput, context: &mut Context) {
        match input {
            ConnectionInput::Machine(input) => self.machine_input(input, context),
            ConnectionInput::Socket(conn, event) => self.socket_event(conn, event, context),
            ConnectionInput::SetEndpoint => self.set_endpoint(context),
        }
    }

    pub(super) fn deadline(&self, context: &Context) -> Option<Duration> {
        [self.machine.deadline(), self.clock_check_at(context)].into_iter().flatten().min()
    }

    pub(super) fn tick(&mut self, now: Duration, context: &mut Context) {
        if self.deadline(context).is_some_and(|due| now >= due) {
            self.clock_checked = now;
            self.machine_input(connection::Input::Tick, context);
        }
    }

    /// Returns the state machine, for reading.
    pub(super) fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Closes the socket at the end of the program.
    pub(super) fn close(&mut self, context: &mut Context) {
        if self.machine.is_live() {
            context.set_known_at(context.now().wall);
        }
        self.socket = None;
    }

    fn clock_check_at(&self, context: &Context) -> Option<Duration> {
        context.access.is_signed_in.then_some(self.clock_checked + CLOCK_CHECK_INTERVAL)
    }

    fn machine_input(&mut self, input: connection::Input, context: &mut Context) {
        let now = context.now();
        context.note_connection_input(&input);
        if matches!(input, connection::Input::TokenRefreshed) {
            self.renew_token(context);
        } else if matches!(input, connection::Input::SignedOut | connection::Input::EndpointChanged) {
            self.realtime = realtime::Session::default();
        }
        let was_live = self.machine.is_live();
        let effects = self.machine.on(input, now);
        if was_live && !self.machine.is_live() {
            // Not now: the machine may have slept since the last frame.
            context.set_known_at(self.last_frame.unwrap_or(now.wall));
        }
        for effect in effects {
            self.perform(effect, context);
        }
    }

    fn perform(&mut self, effect: Effect, context: &mut Context) {
        match effect {
            Effect::Connect(conn) => self.open_socket(conn, context),
            Effect::Disconnect(conn) => self.drop_socket(conn, context),
            Effect::Send(conn, message) => self.on_socket(conn, context, |socket| socket.send(message)),
            Effect::Ping(conn) => self.on_socket(conn, context, Socket::ping),
            Effect::RefreshToken => context.send(auth::Input::AccessRefused),
            Effect::FetchJobs => {
                context.diagnostics.count().polls += 1;
                context.send(FetcherInput::Fetch(FetchRequest::list()));
            }
            Effect::StoreTokenMethod(ws_token) => {
                if let Some(server) = context.server() {
                    let known = (server.key().to_owned(), ws_token);
                    context.store.set_value(WS_TOKEN_SETTING, &known);
                }
            }
            Effect::SignOut(reason) => context.send(auth::Input::SignOut(Some(reason))),
            Effect::StatusChanged(status) => {
                let reason = status.reason.as_ref().map(|reason| reason.code);
                tracing::info!(state = ?status.state, attempt = status.attempt, ?reason, "connection");
                context.note_connection(&status);
                context.publish(Event::Connection(status.into()));
                context.send(PublisherInput::Tray);
            }
        }
    }

    fn socket_event(&mut self, conn: ConnId, event: SocketEvent, context: &mut Context) {
        // Events of an earlier socket are dropped.
        if self.socket.as_ref().is_none_or(|socket| socket.conn != conn) {
            return;
        }
        match event {
            SocketEvent::Opened(date) => {
                context.send(JobsInput::ObserveDate(date));
                self.last_frame = Some(context.now().wall);
                self.machine_input(connection::Input::Opened(conn), context);
            }
            SocketEvent::Refused(refusal) => {
                self.socket = None;
                self.machine_input(connection::Input::Refused(conn, refusal), context);
            }
            SocketEvent::Closed(closed) => self.socket_closed(conn, closed, context),
            SocketEvent::Pong => self.machine_input(connection::Input::Pong(conn), context),
            SocketEvent::Received(frames, _room) => self.frames(conn, frames, context),
            SocketEvent::TablesRefused(reason) => {
                tracing::warn!(reason, "the backend does not report changed rows");
                self.realtime.tables_refused(context.monotonic());
            }
        }
    }

    /// Handles frames that arrived together.
    fn frames(&mut self, conn: ConnId, mut frames: Vec<ReceivedFrame>, context: &mut Context) {
        let now = context.now();
        self.last_frame = Some(now.wall);
        let is_event = |received: &ReceivedFrame| matches!(received.frame, Ok(Frame::Event(_) | Frame::Changed(_)));
        // One sign of life is enough, however many frames there are.
        let last_seen = if frames.iter().any(is_event) {
            connection::Input::Message(conn)
        } else {
            connection::Input::OtherFrame(conn)
        };
        self.machine_input(last_seen, context);
        if let count @ 1.. = frames.iter().filter(|received| received.frame.is_err()).count() {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            self.machine_input(connection::Input::Unreadable(conn, count), context);
        }
        frames.retain(|received| received.id.as_deref().is_none_or(|id| self.realtime.is_new(id)));
        let mut events = Vec::with_capacity(frames.len());
        for ReceivedFrame { length, frame, .. } in frames {
            context.diagnostics.frame(length);
            match frame {
                Ok(Frame::Heartbeat(kind)) => {
                    context.diagnostics.count().heartbeats += 1;
                    self.machine_input(connection::Input::Heartbeat(conn, kind), context);
                }
                Ok(Frame::Accepted) => self.machine_input(connection::Input::Accepted(conn), context),
                Ok(Frame::Event(event)) => events.push(event),
                Ok(Frame::Changed(Change::Job(job_id))) => {
                    context.send(FetcherInput::Recheck(job_id, RecheckReason::RowChanged));
                }
                Ok(Frame::Changed(Change::List)) => self.machine_input(connection::Input::RefreshSoon, context),
                Err(rejected) => context.reject(rejected),
            }
        }
        if !events.is_empty() {
            context.send(JobsInput::Events(events, now));
        }
    }

    fn socket_closed(&mut self, conn: ConnId, closed: Closed, context: &mut Context) {
        self.socket = None;
        if let Closed::Lost(error) = &closed
            && error.code == Code::MessageTooLarge
        {
            let reason = error.message.clone();
            let rejected = Rejected { kind: RejectedKind::TooLarge, reason, sample: String::new(), job_id: None };
            context.reject(rejected);
        }
        self.machine_input(connection::Input::Closed(conn, closed), context);
    }

    fn open_socket(&mut self, conn: ConnId, context: &mut Context) {
        let Some((endpoint, token)) = context.authorized() else {
            // The state machine asks for a token.
            self.socket = None;
            return context.send(connection::Input::Refused(conn, Refusal::NoToken));
        };
        context.diagnostics.count().connects += 1;
        let (messages, connector) = (context.tasks.messages.clone(), context.connector.clone());
        let transport = self.transport(&endpoint.server, context);
        let access = AccessToken { token, user_id: context.access.user_id.clone() };
        self.socket = Some(Socket::open(conn, &endpoint.server, access, transport, connector, move |conn, event| {
            let messages = messages.clone();
            async move { drop(messages.send(ConnectionInput::Socket(conn, event).into()).await) }
        }));
    }

    /// Returns what is spoken over the next socket.
    fn transport(&self, server: &Server, context: &Context) -> Transport {
        match &server.transport {
            discovery::Transport::Socket => Transport::Socket(self.machine.ws_token()),
            discovery::Transport::Realtime(realtime) => {
                Transport::Realtime(self.realtime.channel(realtime, self.last_frame, context.monotonic()))
            }
        }
    }

    /// Hands a fresh access token to an open channel.
    fn renew_token(&mut self, context: &mut Context) {
        let Some(conn) = self.socket.as_ref().map(|socket| socket.conn) else { return };
        if let Some(token) = context.access.token.clone() {
            self.on_socket(conn, context, |socket| socket.renew_token(token));
        }
    }

    /// Gives the state machine the URL of the socket, and the way that is known to send the token.
    fn set_endpoint(&mut self, context: &Context) {
        let Some(server) = context.server() else { return };
        let known = context.store.value::<(String, WsToken)>(WS_TOKEN_SETTING);
        let proven = known.and_then(|(key, ws_token)| (key == server.key()).then_some(ws_token));
        let ws_token = match server.transport {
            discovery::Transport::Socket => server.ws_token,
            // The token is in the join.
            discovery::Transport::Realtime(_) => WsToken::Message,
        };
        self.machine.set_endpoint(discovery::shown(&server.ws_url), ws_token, proven);
    }

    fn drop_socket(&mut self, conn: ConnId, context: &mut Context) {
        if self.socket.take_if(|socket| socket.conn == conn).is_some() {
            let why = self.machine.reason().cloned();
            let (code, text) =
                why.map_or((Code::Requested, "as asked".to_owned()), |reason| (reason.code, reason.message));
            context.note_dropped(code, &text);
        }
    }

    fn on_socket(&mut self, conn: ConnId, context: &mut Context, send: impl FnOnce(&Socket) -> Result<(), Error>) {
        let outcome = self.socket.as_ref().filter(|socket| socket.conn == conn).map_or(Ok(()), send);
        if let Err(error) = outcome {
            self.socket_closed(conn, Closed::Lost(error), context);
        }
    }
}

#[cfg(test)]
mod tests;
