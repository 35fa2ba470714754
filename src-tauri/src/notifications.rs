//! Native notifications. A click opens the window on the job, where the platform tells us of clicks.

use notify_rust::{Notification, Timeout};
use tallylight_core::{
    JobId,
    view::{NoticeKind, NoticeView},
};

/// Tells the person something, and hands on the job when they click; none for a summary of many.
///
/// Showing and waiting block, so each notification has a thread of its own until it is closed.
pub fn show(notice: NoticeView, on_click: impl FnOnce(Option<JobId>) + Send + 'static) {
    let spawned = std::thread::Builder::new().name("notification".to_owned()).spawn(move || deliver(&notice, on_click));
    if let Err(error) = spawned {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

fn deliver(notice: &NoticeView, on_click: impl FnOnce(Option<JobId>)) {
    let mut notification = Notification::new();
    notification
        .appname("Tallylight")
        .summary(&notice.title)
        .body(&plain(&notice.body))
        .icon("tallylight")
        .timeout(Timeout::Default);
    #[cfg(all(unix, not(target_os = "macos")))]
    {
        use notify_rust::{Hint, Urgency};
        notification.action("default", "Open").hint(Hint::DesktopEntry("tallylight".to_owned()));
        notification.urgency(if notice.kind == NoticeKind::Failed { Urgency::Critical } else { Urgency::Normal });
    }
    match notification.show() {
        #[cfg(all(unix, not(target_os = "macos")))]
        Ok(shown) => shown.wait_for_action(|action| {
            if action == "default" {
                on_click(notice.job_ids.first().filter(|_| notice.kind != NoticeKind::Summary).cloned());
            }
        }),
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        Ok(_) => drop((on_click, notice.kind == NoticeKind::Failed)),
        Err(error) => tracing::warn!(%error, "a notification could not be shown"),
    }
}

/// Returns a text as the freedesktop notification body wants it: it may hold markup, and ours holds none.
fn plain(text: &str) -> String {
    if cfg!(all(unix, not(target_os = "macos"))) {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn a_body_is_text_and_not_markup() {
        assert_eq!(plain("<b>Q&A</b>"), "&lt;b&gt;Q&amp;A&lt;/b&gt;");
    }
}
