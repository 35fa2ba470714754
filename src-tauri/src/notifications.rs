//! Native notifications: one for each outcome, with the thumbnail and what can be done about it. A newer one about the
//! same video takes the place of the one before.
//!
//! `notify-rust` tells of clicks and actions on every system; only Linux has been tried.

use notify_rust::{Notification, Timeout};
use tallylight_core::{
    JobId,
    locale::Words,
    view::{NoticeKind, NoticeView},
};

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod elsewhere;
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
    elsewhere::deliver(notification, told, on_act);
}

/// Returns what can be done: its name, its label and what it means.
fn actions(told: &Told) -> Vec<(&'static str, &'static str, Act)> {
    let NoticeView { kind, job_ids, subject, .. } = &told.notice;
    let words: Words = told.words;
    let open = words.one_of("Open", "Öffnen", "Abrir");
    let (Some(job_id), Some(subject)) = (job_ids.first(), subject) else {
        return vec![("default", open, Act::Open(None))];
    };
    let show = || Act::Open(Some(job_id.clone()));
    // A click anywhere, and the same as a button: some desktops show one of the two.
    let mut actions = vec![("default", open, show()), ("open", open, show())];
    match kind {
        NoticeKind::Completed | NoticeKind::Summary => {
            let copy = words.one_of("Copy title", "Titel kopieren", "Copiar el título");
            actions.push(("copy", copy, Act::CopyTitle(subject.name.clone())));
        }
        NoticeKind::Failed | NoticeKind::Warning => {
            if *kind == NoticeKind::Failed && told.again == Again::Possible {
                let again = words.one_of("Upload again", "Noch einmal hochladen", "Subir otra vez");
                actions.push(("again", again, Act::UploadAgain(job_id.clone())));
            }
            let dismiss = words.one_of("Dismiss", "Ausblenden", "Descartar");
            actions.push(("dismiss", dismiss, Act::Dismiss(job_id.clone())));
        }
    }
    actions
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

#[cfg(test)]
mod tests {
    use super::*;
    use tallylight_core::view::NoticeSubject;

    fn names(kind: NoticeKind, again: Again, subject: bool) -> Vec<&'static str> {
        let subject = subject.then(|| NoticeSubject { name: "A".to_owned(), cover_id: None });
        let (title, body, job_ids) = (String::new(), String::new(), vec![JobId::new("7")]);
        let notice = NoticeView { kind, job_ids, title, body, subject };
        let told = Told { notice, picture: None, sound: Sound::Off, again, words: Words::default() };
        actions(&told).into_iter().map(|(name, ..)| name).collect()
    }

    #[test]
    fn each_kind_has_what_can_be_done_about_it() {
        assert_eq!(names(NoticeKind::Completed, Again::Possible, true), ["default", "open", "copy"]);
        assert_eq!(names(NoticeKind::Failed, Again::Possible, true), ["default", "open", "again", "dismiss"]);
        assert_eq!(names(NoticeKind::Failed, Again::Impossible, true), ["default", "open", "dismiss"]);
        assert_eq!(names(NoticeKind::Warning, Again::Possible, true), ["default", "open", "dismiss"]);
        assert_eq!(names(NoticeKind::Summary, Again::Possible, false), ["default"]);
    }
}
