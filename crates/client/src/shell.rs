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
}

/// Is the state at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TrayView {
    /// The connection.
    pub connection: ConnectionState,
    /// How many jobs there are.
    pub counts: Counts,
}
