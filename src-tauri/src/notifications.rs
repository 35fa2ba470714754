//! Native notifications: one for each outcome, with the thumbnail and what can be done about it. A newer one about the
//! same video takes the place of the one before.
//!
//! `notify-rust` tells of clicks and actions on every system; only Linux has been tried.

use notify_rust::{Notification, Timeout};
use tallylight_core::{
    JobId,
    locale::Locale,
    view::{NotificationKind, NotificationView},
};

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod elsewhere;
#[cfg(all(unix, not(target_os = "macos")))]
mod linux;

/// Is a notification, with everything that its look needs.
#[derive(Debug)]
pub struct NotificationRequest {
    /// What it says.
    pub notification: NotificationView,
    /// The file of its thumbnail.
    pub picture: Option<std::path::PathBuf>,
    /// Whether it makes a sound.
    pub sound: Sound,
    /// Whether the file of a video that failed can be sent again.
    pub retry: RetryAction,
    /// The language of its actions.
    pub locale: Locale,
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
pub enum RetryAction {
    /// It is still there.
    Possible,
    /// Nobody knows where it is.
    Impossible,
}

/// Is what a person does with a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotificationAction {
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
pub fn show(request: NotificationRequest, on_act: impl FnOnce(NotificationAction) + Send + 'static) {
    let spawned = std::thread::Builder::new().name("notification".to_owned()).spawn(move || deliver(&request, on_act));
    if let Err(error) = spawned {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

fn deliver(request: &NotificationRequest, on_act: impl FnOnce(NotificationAction)) {
    let mut notification = Notification::new();
    notification.appname("Tallylight").summary(&request.notification.title).timeout(Timeout::Default);
    if request.sound == Sound::On {
        notification.sound_name(sound(request.notification.kind));
    }
    #[cfg(all(unix, not(target_os = "macos")))]
    linux::deliver(notification, request, on_act);
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    elsewhere::deliver(notification, request, on_act);
}

/// Returns what can be done: its name, its label and what it means.
fn actions(request: &NotificationRequest) -> Vec<(&'static str, &'static str, NotificationAction)> {
    let NotificationView { kind, job_ids, subject, .. } = &request.notification;
    let locale: Locale = request.locale;
    let open = locale.one_of("Open", "Öffnen", "Abrir");
    let (Some(job_id), Some(subject)) = (job_ids.first(), subject) else {
        return vec![("default", open, NotificationAction::Open(None))];
    };
    let show = || NotificationAction::Open(Some(job_id.clone()));
    // A click anywhere, and the same as a button: some desktops show one of the two.
    let mut actions = vec![("default", open, show()), ("open", open, show())];
    match kind {
        NotificationKind::Completed | NotificationKind::Summary => {
            let copy = locale.one_of("Copy title", "Titel kopieren", "Copiar título");
            actions.push(("copy", copy, NotificationAction::CopyTitle(subject.name.clone())));
        }
        NotificationKind::Failed | NotificationKind::Warning => {
            if *kind == NotificationKind::Failed && request.retry == RetryAction::Possible {
                let retry = locale.one_of("Upload again", "Erneut hochladen", "Subir de nuevo");
                actions.push(("again", retry, NotificationAction::UploadAgain(job_id.clone())));
            }
            let dismiss = locale.one_of("Dismiss", "Ausblenden", "Descartar");
            actions.push(("dismiss", dismiss, NotificationAction::Dismiss(job_id.clone())));
        }
    }
    actions
}

#[cfg(all(unix, not(target_os = "macos")))]
fn sound(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Completed | NotificationKind::Summary => "complete",
        NotificationKind::Failed => "dialog-error",
        NotificationKind::Warning => "dialog-warning",
    }
}

#[cfg(target_os = "macos")]
fn sound(_: NotificationKind) -> &'static str {
    "default"
}

#[cfg(windows)]
fn sound(_: NotificationKind) -> &'static str {
    "Default"
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallylight_core::view::NotificationSubject;

    fn names(kind: NotificationKind, retry: RetryAction, subject: bool) -> Vec<&'static str> {
        let subject = subject.then(|| NotificationSubject { name: "A".to_owned(), cover_id: None });
        let (title, body, job_ids) = (String::new(), String::new(), vec![JobId::new("7")]);
        let notification = NotificationView { kind, job_ids, title, body, subject };
        let request =
            NotificationRequest { notification, picture: None, sound: Sound::Off, retry, locale: Locale::default() };
        actions(&request).into_iter().map(|(name, ..)| name).collect()
    }

    #[test]
    fn each_kind_has_what_can_be_done_about_it() {
        assert_eq!(names(NotificationKind::Completed, RetryAction::Possible, true), ["default", "open", "copy"]);
        assert_eq!(
            names(NotificationKind::Failed, RetryAction::Possible, true),
            ["default", "open", "again", "dismiss"]
        );
        assert_eq!(names(NotificationKind::Failed, RetryAction::Impossible, true), ["default", "open", "dismiss"]);
        assert_eq!(names(NotificationKind::Warning, RetryAction::Possible, true), ["default", "open", "dismiss"]);
        assert_eq!(names(NotificationKind::Summary, RetryAction::Possible, false), ["default"]);
    }
}
