//! What the actor talks to: a window, or a terminal.

use serde::Serialize;
use tallylight_core::view::{ConnectionState, Counts, Event, NoticeView};

/// Shows what changed. Calls come from the actor's own task and must not block.
pub trait Shell: Send + 'static {
    /// Shows a batch of what changed.
    fn emit(&self, event: Event);
    /// Tells the person something.
    fn notify(&self, notice: NoticeView);
    /// Shows the state at a glance.
    fn tray(&self, tray: TrayView);
    /// Tells whether a notification would reach somebody. While none would, it waits, over a restart if need be.
    fn takes_notices(&self) -> bool {
        true
    }
    /// Tells whether batches of changes carry transcripts.
    fn transcripts(&self) -> Transcripts {
        Transcripts::Told
    }
    /// Tells whether it keeps up. While it does not, changes are held back and become one.
    fn is_ready(&self) -> bool {
        true
    }
}

/// Tells whether a shell is told of transcripts, which are long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transcripts {
    /// With every change of the job.
    Told,
    /// It asks for the job when it shows one.
    Asked,
}

/// Is the state at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrayView {
    /// The connection.
    pub connection: ConnectionState,
    /// Why it is not live, in words for a person.
    pub reason: Option<String>,
    /// How many jobs there are.
    pub counts: Counts,
}
