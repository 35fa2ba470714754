//! The [`Shell`] of a terminal: passes events and notifications to the command that prints them.

use tallylight_client::{Shell, TrayView};
use tallylight_core::notifications::Notification;
use tallylight_view::Event;
use tokio::sync::mpsc;

/// An event or a notification from the client.
#[derive(Debug)]
pub enum ShellMessage {
    /// A batch of changes.
    Event(Event),
    /// A notification.
    Notice(Notification),
}

/// How many events may wait to be printed. A slow reader misses intermediate states instead of using more memory.
const MAX_QUEUED_EVENTS: usize = 8;
/// How much of the channel is reserved for notifications, which cannot be merged.
const RESERVED_FOR_NOTIFICATIONS: usize = 120;

/// The [`Shell`] of a terminal.
#[derive(Debug)]
pub struct Terminal(Option<mpsc::Sender<ShellMessage>>);

impl Terminal {
    /// Creates a terminal and the receiver of its events and notifications.
    pub fn new() -> (Self, mpsc::Receiver<ShellMessage>) {
        let (sender, receiver) = mpsc::channel(MAX_QUEUED_EVENTS + RESERVED_FOR_NOTIFICATIONS);
        (Self(Some(sender)), receiver)
    }

    /// Creates a terminal that discards everything, for commands that only send requests.
    pub fn quiet() -> Self {
        Self(None)
    }

    fn send(&self, update: ShellMessage) {
        if let Some(sender) = &self.0 {
            let _ = sender.try_send(update);
        }
    }
}

impl Shell for Terminal {
    fn emit(&self, event: Event) {
        self.send(ShellMessage::Event(event));
    }

    fn notify(&self, notice: Notification) {
        self.send(ShellMessage::Notice(notice));
    }

    fn tray(&self, _tray: TrayView) {}

    fn accepts_notifications(&self) -> bool {
        self.0.as_ref().is_some_and(|sender| sender.capacity() > 0)
    }

    fn is_ready(&self) -> bool {
        self.0.as_ref().is_none_or(|sender| sender.is_closed() || sender.capacity() > RESERVED_FOR_NOTIFICATIONS)
    }
}
