//! Notifications as freedesktop.org specifies them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use notify_rust::{Hint, Notification, Urgency};
use tallylight_core::{JobId, view::NotificationKind};

use super::{NotificationAction, NotificationRequest, actions};

/// The notification of each job that is on the screen; the next one about it takes its place, and its number.
static SHOWN: Mutex<BTreeMap<JobId, Shown>> = Mutex::new(BTreeMap::new());

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shown {
    /// The daemon's number.
    id: u32,
    /// Counts those that had this number: whoever waits for an earlier one hears of the same click.
    use_count: u64,
}

/// Shows it, and waits until it is closed or something is done with it.
pub fn deliver(mut popup: Notification, request: &NotificationRequest, on_act: impl FnOnce(NotificationAction)) {
    let notification = &request.notification;
    popup
        .body(&plain(&notification.body))
        .icon("tallylight")
        .hint(Hint::DesktopEntry("tallylight".to_owned()))
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
            let mine = job_id.as_ref().map(|job_id| remember(job_id, handle.id()));
            handle.wait_for_action(|action| {
                let act = actions(request).into_iter().find(|(name, ..)| *name == action).map(|(.., act)| act);
                let is_mine = job_id.as_ref().is_none_or(|job_id| shown(job_id) == mine);
                if let Some(act) = act.filter(|_| is_mine) {
                    on_act(act);
                }
            });
            forget(job_id.as_ref(), mine);
        }
        Err(error) => tracing::warn!(%error, "a notification could not be shown"),
    }
}

fn category(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Completed | NotificationKind::Summary => "transfer.complete",
        NotificationKind::Failed => "transfer.error",
        NotificationKind::Warning => "transfer",
    }
}

/// Escapes a text for the body of a notification, which may hold markup; Tallylight sends none.
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

/// Forgets one that was closed, unless another took its place.
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
    fn a_click_is_for_the_one_that_is_shown_now() {
        let job_id = JobId::new("clicked");
        let (first, second) = (remember(&job_id, 5), remember(&job_id, 5));
        assert_ne!(first, second);
        forget(Some(&job_id), Some(first));
        assert_eq!(shown(&job_id), Some(second), "the end of the first is none of the second");
        forget(Some(&job_id), Some(second));
        assert_eq!(shown(&job_id), None);
    }

    #[test]
    fn a_body_is_text_and_not_markup() {
        assert_eq!(plain("<b>Q&A</b>"), "&lt;b&gt;Q&amp;A&lt;/b&gt;");
    }
}
