//! The shell of a terminal: it hands everything on to whoever prints.

use tallylight_client::{Shell, TrayView};
use tallylight_core::view::{Event, NoticeView};
use tokio::sync::mpsc;

/// Is what the client told.
#[derive(Debug)]
pub enum Told {
    /// A batch of changes.
    Event(Event),
    /// A notification.
    Notice(NoticeView),
}

/// Hands on what the client tells.
#[derive(Debug)]
pub struct Terminal(Option<mpsc::UnboundedSender<Told>>);

impl Terminal {
    /// Makes a terminal that hands on to the receiver.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Told>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(Some(sender)), receiver)
    }

    /// Makes a terminal for a command that only asks.
    pub fn quiet() -> Self {
        Self(None)
    }

    fn tell(&self, told: Told) {
        if let Some(sender) = &self.0 {
            let _ = sender.send(told);
        }
    }
}

impl Shell for Terminal {
    fn emit(&self, event: Event) {
        self.tell(Told::Event(event));
    }

    fn notify(&self, notice: NoticeView) {
        self.tell(Told::Notice(notice));
    }

    fn tray(&self, _tray: TrayView) {}
}
