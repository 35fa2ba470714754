//! Native notifications: one for each outcome, with the thumbnail and what can be done about it. A newer one about the
//! same video takes the place of the one before.
//!
//! Linux tells us of clicks and actions. On macOS and Windows a click opens the app by itself, and `notify-rust` does
//! not tell which notification it was.

use notify_rust::{Notification, Timeout};
use tallylight_core::{
    JobId,
    view::{NoticeKind, NoticeView},
    words::Words,
};

#[cfg(all(unix, not(target_os = "macos")))]
mod linux;

/// Is a notification, with everything that its look needs.
#[derive(Debug)]
pub struct Told {
    /// What it says.
    pub notice: NoticeView,
    /// The file of its thumbnail.
    pub picture: Option<std::path::PathBuf>,
    /// Whether it makes a sound.
    pub sound: Sound,
    /// Whether the file of a video that failed can be sent again.
    pub again: Again,
    /// The language of its actions.
    pub words: Words,
}

/// Tells whether a notification is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// Tells whether a file can be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It is still there.
    Possible,
    /// Nobody knows where it is.
    Impossible,
}

/// Is what a person does with a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Wants to see the job, or all of them.
    Open(Option<JobId>),
    /// Wants the title on the clipboard.
    CopyTitle(String),
    /// Wants the file sent again.
    UploadAgain(JobId),
    /// Has seen the trouble and wants to hear no more of it.
    Dismiss(JobId),
}

/// Tells the person something, and hands on what they do.
///
/// Showing and waiting block, so each notification has a thread of its own until it is closed.
pub fn show(told: Told, on_act: impl FnOnce(Act) + Send + 'static) {
    let spawned = std::thread::Builder::new().name("notification".to_owned()).spawn(move || deliver(&told, on_act));
    if let Err(error) = spawned {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

fn deliver(told: &Told, on_act: impl FnOnce(Act)) {
    let mut notification = Notification::new();
    notification.appname("Tallylight").summary(&told.notice.title).timeout(Timeout::Default);
    if told.sound == Sound::On {
        notification.sound_name(sound(told.notice.kind));
    }
    #[cfg(all(unix, not(target_os = "macos")))]
    linux::deliver(notification, told, on_act);
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    {
        drop(on_act);
        notification.body(&told.notice.body);
        #[cfg(windows)]
        if let Some(picture) = &told.picture {
            notification.image_path(&picture.to_string_lossy());
        }
        if let Err(error) = notification.show() {
            tracing::warn!(%error, "a notification could not be shown");
        }
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn sound(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Completed | NoticeKind::Summary => "complete",
        NoticeKind::Failed => "dialog-error",
        NoticeKind::Warning => "dialog-warning",
    }
}

#[cfg(target_os = "macos")]
fn sound(_: NoticeKind) -> &'static str {
    "default"
}

#[cfg(windows)]
fn sound(_: NoticeKind) -> &'static str {
    "Default"
}
