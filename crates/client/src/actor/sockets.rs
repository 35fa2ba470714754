//! What the link wants done, and what the socket tells.

use tallylight_core::{
    ConnId,
    link::{Closed, Effect, Input, Refusal},
    protocol::{self, Frame},
    session,
    view::{Event, RejectedView},
};

use super::{Actor, Report, calls::Call};
use crate::{
    shell::Shell,
    socket::{self, Socket},
};

impl<S: Shell> Actor<S> {
    /// Gives the link an input, and does what it asks for.
    pub(super) fn link_input(&mut self, input: Input) {
        let now = self.now();
        for effect in self.link.on(input, now) {
            match effect {
                Effect::Connect(conn) => self.open_socket(conn),
                Effect::Disconnect(conn) => drop(self.socket.take_if(|socket| socket.conn == conn)),
                Effect::Send(conn, message) => {
                    if let Some(socket) = self.socket.as_ref().filter(|socket| socket.conn == conn) {
                        socket.send(message);
                    }
                }
                Effect::RefreshToken => self.session_input(session::Input::AccessRefused),
                Effect::FetchJobs => self.call(Call::list()),
                Effect::SignOut(reason) => self.session_input(session::Input::SignOut(Some(reason))),
                Effect::Show(view) => {
                    tracing::info!(state = ?view.state, attempt = view.attempt, reason = ?view.reason, "connection");
                    self.shell.emit(Event::Connection(view));
                    self.show_tray();
                }
            }
        }
    }

    pub(super) fn socket_report(&mut self, conn: ConnId, report: socket::Report) {
        // What an earlier connection still delivers is dropped.
        if self.socket.as_ref().is_none_or(|socket| socket.conn != conn) {
            return;
        }
        match report {
            socket::Report::Opened => self.link_input(Input::Opened(conn)),
            socket::Report::Refused(refusal) => self.link_input(Input::Refused(conn, refusal)),
            socket::Report::Closed(closed) => self.socket_closed(conn, closed),
            socket::Report::Message(text) => match protocol::decode(&text) {
                Ok(Frame::Heartbeat(kind)) => self.link_input(Input::Heartbeat(conn, kind)),
                Ok(Frame::Event(event)) => {
                    self.link_input(Input::Message(conn));
                    let changes = self.cache.apply(event, self.now());
                    self.changed(changes);
                }
                Err(rejected) => self.reject(conn, rejected.reason, rejected.sample),
            },
            socket::Report::Unreadable(length) => {
                self.reject(conn, format!("not UTF-8: a binary frame of {length} bytes"), String::new());
            }
        }
    }

    fn socket_closed(&mut self, conn: ConnId, closed: Closed) {
        self.socket = None;
        self.link_input(Input::Closed(conn, closed));
    }

    fn reject(&mut self, conn: ConnId, reason: String, sample: String) {
        tracing::warn!(reason, sample, "a message was skipped");
        self.link_input(Input::Noise(conn));
        self.shell.emit(Event::Rejected(RejectedView { reason, sample }));
    }

    fn open_socket(&mut self, conn: ConnId) {
        let (Some(server), Some(token)) = (&self.server, self.session.access_token()) else {
            // Without a token the backend would refuse us: say so, and the link asks for one.
            self.socket = None;
            return self.link_input(Input::Refused(conn, Refusal::Auth));
        };
        let reports = self.reports.clone();
        self.socket = Some(Socket::open(conn, server, token, move |conn, report| {
            let reports = reports.clone();
            async move { drop(reports.send(Report::Socket(conn, report)).await) }
        }));
    }
}
