//! The event log of the connection, and the diagnostic report.

use std::fmt::Write;

use tallylight_core::{
    Code, Error, Reason,
    connection::{Closed, ConnectionStatus, Input, Refusal},
    diagnostics::name,
};
use tallylight_view::StatusView;

use super::context::Context;

impl Context {
    /// Adds an entry to the event log.
    pub(super) fn note(&mut self, message: impl Into<String>) {
        let at = self.now().wall;
        self.diagnostics.note(at, message);
    }

    /// Adds an error to the event log: with its message for the user, and without it for the report.
    pub(super) fn note_error(&mut self, what: &str, error: &Error) {
        let at = self.now().wall;
        let public = format!("{what}: {}", name(&error.code));
        self.diagnostics.record_private(at, format!("{what}: {}", error.message), public);
    }

    pub(super) fn note_dropped(&mut self, code: Code, message: &str) {
        let at = self.now().wall;
        self.diagnostics.dropped(at, code, message);
    }

    /// Adds an input of the connection to the event log, where it is worth an entry.
    pub(super) fn note_connection_input(&mut self, input: &Input) {
        match input {
            Input::Opened(_) => {
                self.diagnostics.count().opened += 1;
                self.note("WebSocket connected");
            }
            Input::Refused(_, Refusal::NoToken) => self.note("Waiting for an access token"),
            Input::Refused(_, Refusal::Auth) | Input::Closed(_, Closed::Auth) => {
                self.note_dropped(Code::SocketRefused, "Access token rejected");
            }
            Input::Closed(_, Closed::Replaced) => {
                self.note_dropped(Code::Replaced, "Live updates moved to another window or computer");
            }
            Input::Refused(_, Refusal::NoSocket(error) | Refusal::Failed(error, _))
            | Input::Closed(_, Closed::Lost(error)) => self.note_dropped(error.code, &error.message),
            Input::NetworkChanged => {
                self.diagnostics.count().network_changes += 1;
                tracing::info!("the network changed");
                self.note("Network changed");
            }
            Input::Reconnect => self.note("Reconnect requested"),
            Input::EndpointChanged => self.note("Studio URL changed"),
            Input::SignedIn
            | Input::SignedOut
            | Input::Message(_)
            | Input::OtherFrame(_)
            | Input::Unreadable(..)
            | Input::Accepted(_)
            | Input::Heartbeat(..)
            | Input::Pong(_)
            | Input::Watch(_)
            | Input::Unwatch(_)
            | Input::Fetched
            | Input::FetchFailed(..)
            | Input::TokenRefreshed
            | Input::TokenDelayed(_)
            | Input::RefreshSoon
            | Input::Refresh
            | Input::Tick => {}
        }
    }

    pub(super) fn note_connection(&mut self, status: &ConnectionStatus) {
        let at = self.now().wall;
        let words = |why: fn(&Reason) -> String| {
            let reason = status.reason.as_ref().map(|reason| format!(": {}", why(reason))).unwrap_or_default();
            connection_text(status) + &reason
        };
        let (message, public) = (words(|reason| reason.message.clone()), words(|reason| name(&reason.code)));
        self.diagnostics.record_private(at, message, public);
    }
}

/// Returns a report for support, which names no account, address or title.
pub(super) fn report(status: &StatusView, context: &Context) -> String {
    head(status, context.now().wall, context.monotonic()) + &context.diagnostics.view().report()
}

fn connection_text(status: &ConnectionStatus) -> String {
    let mut words = name(&status.state);
    if let Some(wait) = status.retry_in {
        let _ = write!(words, ", retrying in {}.{} s", wait.as_secs(), wait.subsec_millis() / 100);
    }
    words
}

fn head(status: &StatusView, now: jiff::Timestamp, uptime: std::time::Duration) -> String {
    let counts = status.counts;
    let lines = [
        format!("Tallylight {} on {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH),
        format!("{now:.0}, running for {} s", uptime.as_secs()),
        format!("connection       {}", name(&status.connection.state)),
        format!("session          {}", name(&status.session.state)),
        format!(
            "jobs             {} queued, {} processing, {} ready, {} failed",
            counts.pending, counts.processing, counts.completed, counts.failed
        ),
        status.server_ahead_ms.map_or_else(String::new, |ahead| {
            let word = if ahead < 0 { "behind" } else { "ahead" };
            format!("server's clock   {} ms {word}", ahead.unsigned_abs())
        }),
    ];
    lines.join("\n") + "\n"
}
