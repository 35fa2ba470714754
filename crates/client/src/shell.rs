//! The interface to a window or a terminal.

use std::time::Duration;

use tallylight_core::{
    JobId, Reason, connection::ConnectionState, library::Counts, locale::Locale, model::job::Status,
    notifications::Notification,
};
use tallylight_view::{Event, NotificationStatus};

/// The length of a display frame, the default of [`Shell::frame`].
pub const FRAME: Duration = Duration::from_millis(16);

/// Shows what an account emits: events, notifications and the tray's content. Calls come from the runtime's task and
/// must not block. The trait is used as a trait object: calls are rare, and the runtime is compiled once instead of
/// once per shell.
pub trait Shell: Send + 'static {
    /// Shows a batch of changes.
    fn emit(&self, event: Event);
    /// Shows a notification.
    fn notify(&self, notice: Notification);
    /// Shows the tray's content.
    fn tray(&self, tray: TrayView);
    /// Returns whether a notification would reach the user. While it would not, notifications wait, even over a
    /// restart.
    fn accepts_notifications(&self) -> bool {
        true
    }
    /// Returns whether the system's "do not disturb" is on. While it is, outcomes are collected for one digest.
    fn is_do_not_disturb(&self) -> bool {
        false
    }
    /// Returns whether the user looks at the window. Outcomes that are recorded meanwhile are seen at once.
    fn is_watched(&self) -> bool {
        false
    }
    /// Returns whether batches of changes contain transcripts.
    fn transcripts(&self) -> Transcripts {
        Transcripts::Included
    }
    /// Returns the minimum time between two batches. A change after a quiet time is emitted at once.
    fn frame(&self) -> Duration {
        FRAME
    }
    /// Returns whether the shell can take another batch. While it cannot, changes are merged.
    fn is_ready(&self) -> bool {
        true
    }
}

/// Whether batches of changes contain transcripts, which are long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transcripts {
    /// Each change of a job contains its transcript.
    Included,
    /// The shell fetches the job when it shows its transcript.
    OnRequest,
}

/// The content of the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayView {
    /// The state of the connection.
    pub connection: ConnectionState,
    /// The reason why the connection is not live.
    pub reason: Option<Reason>,
    /// The number of jobs by status.
    pub counts: Counts,
    /// The number of jobs that need review.
    pub attention: u32,
    /// The mean progress of the jobs in progress, 0 to 100; `None` if there are none.
    pub percent: Option<u8>,
    /// The most important jobs, in order of importance.
    pub jobs: Vec<TrayJob>,
    /// Whether videos can be uploaded.
    pub can_upload: bool,
    /// The number of outcomes that the user has not seen, because the window was hidden or in the background.
    pub unseen: u32,
    /// The unread count and the pause of notifications.
    pub notifications: NotificationStatus,
    /// The locale of the user's language.
    pub locale: Locale,
}

/// A job in the tray's menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayJob {
    /// The id of the job.
    pub job_id: JobId,
    /// The title, or the file name if there is none.
    pub name: String,
    /// The status of the job.
    pub status: Status,
    /// The progress, 0 to 100; `None` if the backend reports none.
    pub percent: Option<u8>,
    /// Whether the job needs review.
    pub attention: bool,
}
