//! Notifications of macOS and Windows. Compiled by the release workflow only.

use notify_rust::{Notification, NotificationResponse};

use super::{NotificationAction, NotificationRequest, actions};

/// Shows it, and waits until it is closed or something is done with it.
pub fn deliver(mut notification: Notification, request: &NotificationRequest, on_act: impl FnOnce(NotificationAction)) {
    notification.body(&request.notification.body);
    if let Some(picture) = &request.picture {
        notification.image_path(&picture.to_string_lossy());
    }
    // The name under which the installer registers the app; without it the toast would be PowerShell's.
    #[cfg(windows)]
    notification.app_id("tv.tallylight.app");
    // A click is the first of them, and needs no button.
    for (name, label, _) in actions(request).into_iter().filter(|(name, ..)| !matches!(*name, "default" | "open")) {
        notification.action(name, label);
    }
    let handle = match notification.show() {
        Ok(handle) => handle,
        Err(error) => return tracing::warn!(%error, "a notification could not be shown"),
    };
    let mut chosen = None;
    let answered = handle.wait_for_response(|response: &NotificationResponse| {
        chosen = match response {
            NotificationResponse::Default => Some("default".to_owned()),
            NotificationResponse::Action(named) => Some(named.clone()),
            NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => None,
        };
    });
    if let Err(error) = answered {
        tracing::warn!(%error, "what was done with a notification is not known");
    }
    // Windows names the action, macOS its label.
    let is_it = |name: &str, label: &str| chosen.as_deref().is_some_and(|chosen| chosen == name || chosen == label);
    if let Some((.., act)) = actions(request).into_iter().find(|(name, label, _)| is_it(name, label)) {
        on_act(act);
    }
}
