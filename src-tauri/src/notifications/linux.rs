//! Notifications by the freedesktop.org Desktop Notifications Specification.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use notify_rust::{Hint, Notification, Urgency};
use tallylight_core::{JobId, notifications::NotificationKind};

use super::{Choice, NotificationRequest, actions};
use crate::desktop::{APP_ID, activation};

/// The notification of each job that is on the screen. The job's next notification replaces it, and takes over its id.
static SHOWN: Mutex<BTreeMap<JobId, Shown>> = Mutex::new(BTreeMap::new());

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shown {
    /// The id that the notification server gave it.
    id: u32,
    /// How many earlier notifications had this id. Every thread that waits for the id receives the click; only the
    /// latest may act on it.
    use_count: u64,
}

/// Shows the notification, and waits until it is closed or the user chooses an action.
pub fn deliver(mut popup: Notification, request: &NotificationRequest, on_act: impl FnOnce(Choice)) {
    let notification = &request.notification;
    popup
        .body(&plain(&notification.body))
        .icon(APP_ID)
        .hint(Hint::DesktopEntry(APP_ID.to_owned()))
        .hint(Hint::Category(category(notification.kind).to_owned()))
        .urgency(if notification.kind == NotificationKind::Failed { Urgency::Critical } else { Urgency::Normal });
    if let Some(picture) = &request.picture {
        popup.hint(Hint::ImagePath(picture.to_string_lossy().into_owned()));
    }
    for (name, label, _) in actions(request) {
        popup.action(name, label);
    }
    let job_id = notification.subject.is_some().then(|| notification.job_ids.first().cloned()).flatten();
    if let Some(before) = job_id.as_ref().and_then(shown) {
        popup.id(before.id);
    }
    match popup.show() {
        Ok(handle) => {
            let id = handle.id();
            let mine = job_id.as_ref().map(|job_id| remember(job_id, id));
            handle.wait_for_action(|action| {
                let chosen = actions(request).into_iter().find(|(name, ..)| *name == action).map(|(.., action)| action);
                let is_mine = job_id.as_ref().is_none_or(|job_id| shown(job_id) == mine);
                if let Some(action) = chosen.filter(|_| is_mine) {
                    on_act(Choice { action, activation_token: activation::of_click(id) });
                }
            });
            forget(job_id.as_ref(), mine);
        }
        Err(error) => tracing::warn!(%error, "the notification could not be shown"),
    }
}

fn category(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Completed | NotificationKind::Summary => "transfer.complete",
        NotificationKind::Failed => "transfer.error",
        NotificationKind::Warning => "transfer",
    }
}

/// Escapes a text for the body of a notification, in which servers read markup; Tallylight sends none.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn shown(job_id: &JobId) -> Option<Shown> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner).get(job_id).copied()
}

fn remember(job_id: &JobId, id: u32) -> Shown {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let use_count = shown.get(job_id).map_or(0, |before| before.use_count + 1);
    let mine = Shown { id, use_count };
    shown.insert(job_id.clone(), mine);
    mine
}

/// Forgets a notification that was closed, unless a newer one has replaced it.
fn forget(job_id: Option<&JobId>, mine: Option<Shown>) {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(job_id) = job_id
        && shown.get(job_id).copied() == mine
    {
        shown.remove(job_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_applies_to_the_latest_notification_only() {
        let job_id = JobId::new("clicked");
        let (first, second) = (remember(&job_id, 5), remember(&job_id, 5));
        assert_ne!(first, second);
        forget(Some(&job_id), Some(first));
        assert_eq!(shown(&job_id), Some(second), "closing the first keeps the second");
        forget(Some(&job_id), Some(second));
        assert_eq!(shown(&job_id), None);
    }

    #[test]
    fn markup_in_a_body_is_escaped() {
        assert_eq!(plain("<b>Q&A</b>"), "&lt;b&gt;Q&amp;A&lt;/b&gt;");
    }
}
