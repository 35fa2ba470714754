//! What the link wants done, and what the socket tells.

use tallylight_core::{
    Code, ConnId, Error, Now, auth,
    connection::{Closed, Effect, Input, Refusal},
    diagnostics::Attention,
    discovery::{self, Server, WsToken},
    protocol::{self, Frame, Rejected, RejectedKind},
    view::{Event, RejectedView},
};

use super::{
    fetcher::{Call, Urgency},
    runtime::{Actor, TaskEvent},
};
use crate::net::socket::{self, ReceivedFrame, Socket};

/// Names the setting that holds the way in which a backend was seen to take the token.
const WS_TOKEN_SETTING: &str = "token_way";

impl Actor {
    /// Gives the link an input, and does what it asks for.
    pub(super) fn connection_input(&mut self, input: Input) {
        let now = self.now();
        self.note_input(&input);
        let was_live = self.connection.is_live();
        let effects = self.connection.on(input, now);
        if was_live && !self.connection.is_live() {
            // Not now: the machine may have slept since.
            self.known_at(self.frames_received.unwrap_or(now.wall));
        }
        for effect in effects {
            match effect {
                Effect::Connect(conn) => self.open_socket(conn),
                Effect::Disconnect(conn) => self.drop_socket(conn),
                Effect::Send(conn, message) => self.send_on_socket(conn, |socket| socket.send(message)),
                Effect::Ping(conn) => self.send_on_socket(conn, Socket::ping),
                Effect::RefreshToken => self.auth_input(auth::Input::AccessRefused),
                Effect::FetchJobs => {
                    self.diagnostics.count().polls += 1;
                    self.call(Call::list());
                }
                Effect::Remember(way) => self.remember_ws_token(way),
                Effect::SignOut(reason) => self.auth_input(auth::Input::SignOut(Some(reason))),
                Effect::Show(view) => {
                    let reason = view.reason.as_ref().map(|reason| reason.code);
                    tracing::info!(state = ?view.state, attempt = view.attempt, ?reason, "connection");
                    self.note_connection(&view);
                    self.tell(Event::Connection(view));
                    self.update_tray();
                }
            }
        }
    }

    pub(super) fn socket_report(&mut self, conn: ConnId, report: socket::SocketEvent) {
        // What an earlier connection still delivers is dropped.
        if self.socket.as_ref().is_none_or(|socket| socket.conn != conn) {
            return;
        }
        match report {
            socket::SocketEvent::Opened(date) => {
                self.observe(date);
                self.frames_received = Some(self.now().wall);
                self.connection_input(Input::Opened(conn));
            }
            socket::SocketEvent::Refused(refusal) => {
                self.socket = None;
                self.connection_input(Input::Refused(conn, refusal));
            }
            socket::SocketEvent::Closed(closed) => self.socket_closed(conn, closed),
            socket::SocketEvent::Pong => self.connection_input(Input::Pong(conn)),
            socket::SocketEvent::ReceivedFrame(frames_received, _room) => self.frames_received(conn, frames_received),
        }
    }

    /// Takes in what arrived together.
    fn frames_received(&mut self, conn: ConnId, frames_received: Vec<ReceivedFrame>) {
        let now = self.now();
        self.frames_received = Some(now.wall);
        let is_event = |frames_received: &ReceivedFrame| matches!(frames_received.frame, Ok(Frame::Event(_)));
        // A sign of life is one, however often it is given.
        let life = if frames_received.iter().any(is_event) { Input::Message(conn) } else { Input::OtherFrame(conn) };
        self.connection_input(life);
        if let count @ 1.. = frames_received.iter().filter(|frames_received| frames_received.frame.is_err()).count() {
            self.connection_input(Input::Unreadable(conn, u32::try_from(count).unwrap_or(u32::MAX)));
        }
        let arrival = self.library.server_time(now);
        for ReceivedFrame { length, frame } in frames_received {
            self.diagnostics.frame(length);
            match frame {
                Ok(Frame::Heartbeat(kind)) => {
                    self.diagnostics.count().heartbeats += 1;
                    self.connection_input(Input::Heartbeat(conn, kind));
                }
                Ok(Frame::Accepted) => self.connection_input(Input::Accepted(conn)),
                Ok(Frame::Event(event)) => {
                    self.diagnostics.lost_fields(event.lost);
                    if let Some(at) = event.at {
                        let late = arrival.duration_since(at).as_millis();
                        self.diagnostics.latency(i64::try_from(late).unwrap_or(i64::MAX));
                    }
                    // What is not dated is dated now, each later than the last.
                    let now = if event.at.is_none() { self.now() } else { now };
                    self.event(event, now);
                }
                Err(rejected) => self.reject(rejected),
            }
        }
    }

    fn event(&mut self, event: protocol::Event, now: Now) {
        if !self.library.has_room_for(&event.job_id) {
            let reason = "there are too many jobs: this one is left out".to_owned();
            let sample = protocol::sample(event.job_id.as_str());
            return self.reject(Rejected { kind: RejectedKind::TooManyJobs, reason, sample, job_id: None });
        }
        let changes = self.library.apply(event, now);
        self.changed_at(now.monotonic, changes);
    }

    fn socket_closed(&mut self, conn: ConnId, closed: Closed) {
        self.socket = None;
        if let Closed::Lost(error) = &closed
            && error.code == Code::MessageTooLarge
        {
            let reason = error.message.clone();
            self.reject(Rejected { kind: RejectedKind::TooLarge, reason, sample: String::new(), job_id: None });
        }
        self.connection_input(Input::Closed(conn, closed));
    }

    fn reject(&mut self, rejected: Rejected) {
        let at = self.now().wall;
        let Rejected { kind, reason, sample, job_id } = rejected;
        if let Some(job_id) = job_id {
            // What it said may be the end.
            self.recheck(job_id, Urgency::Unread);
        }
        let [reason, sample] = [reason, sample].map(|words| self.session.without_tokens(&words));
        let rejected = Rejected { kind, reason, sample, job_id: None };
        if self.diagnostics.rejected(at, &rejected) == Attention::Count {
            return;
        }
        let Rejected { kind, reason, sample, .. } = rejected;
        tracing::warn!(?kind, "a message was skipped");
        tracing::debug!(reason, sample, "it was this one");
        self.tell(Event::Rejected(RejectedView { reason, sample }));
    }

    fn open_socket(&mut self, conn: ConnId) {
        let (Some(server), Some(token)) = (&self.server, self.session.access_token()) else {
            // The link asks for one.
            self.socket = None;
            return self.connection_input(Input::Refused(conn, Refusal::NoToken));
        };
        self.diagnostics.count().connects += 1;
        let (task_events, connector) = (self.task_events.clone(), self.connector.clone());
        let way = self.connection.ws_token();
        self.socket = Some(Socket::open(conn, server, token, way, connector, move |conn, report| {
            let task_events = task_events.clone();
            async move { drop(task_events.send(TaskEvent::Socket(conn, report)).await) }
        }));
    }

    /// Remembers for the next start how this backend takes the token.
    fn remember_ws_token(&mut self, way: WsToken) {
        if let Some(server) = &self.server {
            let known = (server.key().to_owned(), way);
            self.store.set(WS_TOKEN_SETTING, &known);
        }
    }

    /// Says to the link where the socket of the backend is, and which way of sending the token is known to work.
    pub(super) fn set_endpoint(&mut self, server: &Server) {
        let known = self.store.setting::<(String, WsToken)>(WS_TOKEN_SETTING);
        let proven = known.and_then(|(key, way)| (key == server.key()).then_some(way));
        self.connection.set_endpoint(discovery::shown(&server.ws_url), server.ws_token, proven);
    }

    fn drop_socket(&mut self, conn: ConnId) {
        if self.socket.take_if(|socket| socket.conn == conn).is_some() {
            let why = self.connection.reason().cloned();
            let (code, words) =
                why.map_or((Code::Requested, "as asked".to_owned()), |reason| (reason.code, reason.message));
            self.note_dropped(code, &words);
        }
    }

    fn send_on_socket(&mut self, conn: ConnId, speak: impl FnOnce(&Socket) -> Result<(), Error>) {
        let spoken = self.socket.as_ref().filter(|socket| socket.conn == conn).map_or(Ok(()), speak);
        if let Err(error) = spoken {
            self.socket_closed(conn, Closed::Lost(error));
        }
    }
}
