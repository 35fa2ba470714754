//! What the actor talks to: a window, or a terminal.

use std::time::Duration;

use tallylight_core::{
    JobId,
    locale::Locale,
    model::job::Status,
    view::{ConnectionState, Counts, Event, NotificationStatus, NotificationView, ReasonView},
};

/// The length of a display frame: a window has no use for more.
pub const FRAME: Duration = Duration::from_millis(16);

/// Shows what changed. Calls come from the actor's own task and must not block. They are few, and go through a table: the
/// actor is compiled once, for speed, and not with every shell.
pub trait Shell: Send + 'static {
    /// Shows a batch of what changed.
    fn emit(&self, event: Event);
    /// Tells the person something.
    fn notify(&self, notice: NotificationView);
    /// Shows the state at a glance.
    fn tray(&self, tray: TrayView);
    /// Tells whether a notification would reach somebody. While none would, it waits, over a restart if need be.
    fn accepts_notifications(&self) -> bool {
        true
    }
    /// Tells whether the system wants nobody to be disturbed. While it does, what happens is held for one digest.
    fn is_busy(&self) -> bool {
        false
    }
    /// Tells whether batches of changes carry transcripts.
    fn transcripts(&self) -> Transcripts {
        Transcripts::Told
    }
    /// Tells how often it is shown what changed at most. A change after a quiet time is shown at once.
    fn frame(&self) -> Duration {
        FRAME
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayView {
    /// The connection.
    pub connection: ConnectionState,
    /// Why it is not live.
    pub reason: Option<ReasonView>,
    /// How many jobs there are.
    pub counts: Counts,
    /// How many of them somebody must look at.
    pub attention: u32,
    /// How far those have come that are worked on, on average, 0–100; none where none is.
    pub percent: Option<u8>,
    /// The jobs that matter most, that one first.
    pub jobs: Vec<TrayJob>,
    /// Whether videos can be uploaded.
    pub can_upload: bool,
    /// How it stands with what the person is told.
    pub news: NotificationStatus,
    /// What speaks the person's language.
    pub locale: Locale,
}

/// Is a job at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayJob {
    /// Which job it is.
    pub job_id: JobId,
    /// Its title, or what stands for it.
    pub name: String,
    /// How far it has come.
    pub status: Status,
    /// 0–100; none where the backend does not say.
    pub percent: Option<u8>,
    /// Whether something of it wants to be looked at.
    pub attention: bool,
}
