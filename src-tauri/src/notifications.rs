//! Native notifications: one for each outcome, with the thumbnail and actions. A newer notification about a video
//! replaces the earlier one.
//!
//! `notify-rust` reports clicks and actions on every system; only Linux has been tested.

use notify_rust::{Notification, Timeout};
use tallylight_core::{JobId, locale::Locale, notifications as core, notifications::NotificationKind};

#[cfg(all(unix, not(target_os = "macos")))]
mod linux;
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod macos_windows;

/// A notification to show, with everything it needs.
#[derive(Debug)]
pub struct NotificationRequest {
    /// Its title, text and subject.
    pub notification: core::Notification,
    /// The file of the thumbnail.
    pub picture: Option<std::path::PathBuf>,
    /// Whether it plays a sound.
    pub sound: Sound,
    /// Whether the file of a failed video can be uploaded again.
    pub upload_again: UploadAgain,
    /// The language of its actions.
    pub locale: Locale,
}

/// Whether a notification plays a sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// It plays the sound of its kind.
    On,
    /// It is silent.
    Off,
}

/// Whether a file can be uploaded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadAgain {
    /// The file still exists.
    Offered,
    /// The path of the file is not known, or the file is gone.
    NotOffered,
}

/// The action that the user chose in a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotificationAction {
    /// Open the job, or the history if the notification is about several.
    Open(Option<JobId>),
    /// Copy the title of a job to the clipboard.
    CopyTitle(JobId, String),
    /// Upload the file again.
    UploadAgain(JobId),
    /// Dismiss the job's error or warning.
    Dismiss(JobId),
}

/// A choice in a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the user chose.
    pub action: NotificationAction,
    /// The token with which the window may come to the front on Wayland.
    #[cfg(target_os = "linux")]
    pub activation_token: Option<String>,
}

/// Shows a notification, and calls `on_act` with the user's choice.
///
/// Showing and waiting block, so each notification has its own thread until it is closed.
pub fn show(request: NotificationRequest, on_act: impl FnOnce(Choice) + Send + 'static) {
    let spawned = std::thread::Builder::new().name("notification".to_owned()).spawn(move || deliver(&request, on_act));
    if let Err(error) = spawned {
        tracing::warn!(%error, "the notification could not be shown");
    }
}

fn deliver(request: &NotificationRequest, on_act: impl FnOnce(Choice)) {
    let mut notification = Notification::new();
    notification.appname("Tallylight").summary(&request.notification.title).timeout(Timeout::Default);
    if request.sound == Sound::On {
        notification.sound_name(sound(request.notification.kind));
    }
    #[cfg(all(unix, not(target_os = "macos")))]
    linux::deliver(notification, request, on_act);
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    macos_windows::deliver(notification, request, on_act);
}

/// Returns the actions of a notification: id, label and meaning.
fn actions(request: &NotificationRequest) -> Vec<(&'static str, &'static str, NotificationAction)> {
    let core::Notification { kind, job_ids, subject, .. } = &request.notification;
    let locale: Locale = request.locale;
    let open = locale.one_of("Open", "Öffnen", "Abrir");
    let (Some(job_id), Some(subject)) = (job_ids.first(), subject) else {
        return vec![("default", "", NotificationAction::Open(None)), ("open", open, NotificationAction::Open(None))];
    };
    let show = || NotificationAction::Open(Some(job_id.clone()));
    // The click on the notification itself, and the same action as a button: some desktops show only one of them, and
    // XFCE shows every action with a label as a button.
    let mut actions = vec![("default", "", show()), ("open", open, show())];
    match kind {
        NotificationKind::Completed | NotificationKind::Summary => {
            let copy = locale.one_of("Copy title", "Titel kopieren", "Copiar título");
            actions.push(("copy", copy, NotificationAction::CopyTitle(job_id.clone(), subject.name.clone())));
        }
        NotificationKind::Failed | NotificationKind::Warning => {
            if *kind == NotificationKind::Failed && request.upload_again == UploadAgain::Offered {
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
    use tallylight_core::notifications::NotificationSubject;

    fn names(kind: NotificationKind, upload_again: UploadAgain, subject: bool) -> Vec<&'static str> {
        let subject = subject.then(|| NotificationSubject { name: "A".to_owned(), cover_id: None });
        let (title, body, job_ids) = (String::new(), String::new(), vec![JobId::new("7")]);
        let notification = core::Notification { kind, job_ids, title, body, subject };
        let request = NotificationRequest {
            notification,
            picture: None,
            sound: Sound::Off,
            upload_again,
            locale: Locale::default(),
        };
        actions(&request).into_iter().map(|(name, ..)| name).collect()
    }

    #[test]
    fn each_kind_has_its_actions() {
        assert_eq!(names(NotificationKind::Completed, UploadAgain::Offered, true), ["default", "open", "copy"]);
        assert_eq!(
            names(NotificationKind::Failed, UploadAgain::Offered, true),
            ["default", "open", "again", "dismiss"]
        );
        assert_eq!(names(NotificationKind::Failed, UploadAgain::NotOffered, true), ["default", "open", "dismiss"]);
        assert_eq!(names(NotificationKind::Warning, UploadAgain::Offered, true), ["default", "open", "dismiss"]);
        assert_eq!(names(NotificationKind::Summary, UploadAgain::Offered, false), ["default", "open"]);
    }
}
