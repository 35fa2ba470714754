//! The shell of a terminal: it hands everything on to whoever prints.

use tallylight_client::{Shell, TrayView};
use tallylight_core::view::{Event, NotificationView};
use tokio::sync::mpsc;

/// Is what the client told.
#[derive(Debug)]
pub enum Told {
    /// A batch of changes.
    Event(Event),
    /// A notification.
    Notice(NotificationView),
}

/// How many batches may wait to be printed. A reader that stops reading costs changes in between, not memory.
const WAITING: usize = 8;
/// How much room is left for what cannot be made one: notifications.
const ROOM: usize = 120;

/// Hands on what the client tells.
#[derive(Debug)]
pub struct Terminal(Option<mpsc::Sender<Told>>);

impl Terminal {
    /// Makes a terminal that hands on to the receiver.
    pub fn new() -> (Self, mpsc::Receiver<Told>) {
        let (sender, receiver) = mpsc::channel(WAITING + ROOM);
        (Self(Some(sender)), receiver)
    }

    /// Makes a terminal for a command that only asks.
    pub fn quiet() -> Self {
        Self(None)
    }

    fn tell(&self, told: Told) {
        if let Some(sender) = &self.0 {
            let _ = sender.try_send(told);
        }
    }
}

impl Shell for Terminal {
    fn emit(&self, event: Event) {
        self.tell(Told::Event(event));
    }

    fn notify(&self, notice: NotificationView) {
        self.tell(Told::Notice(notice));
    }

    fn tray(&self, _tray: TrayView) {}

    fn accepts_notifications(&self) -> bool {
        self.0.as_ref().is_some_and(|sender| sender.capacity() > 0)
    }

    fn is_ready(&self) -> bool {
        self.0.as_ref().is_none_or(|sender| sender.is_closed() || sender.capacity() > ROOM)
    }
}
