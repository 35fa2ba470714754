//! Notifications on macOS and Windows. Nobody has seen them yet.

use notify_rust::{Notification, NotificationResponse};

use super::{Choice, NotificationRequest, actions};

/// Shows the notification, and waits until it is closed or the user chooses an action.
pub fn deliver(mut notification: Notification, request: &NotificationRequest, on_act: impl FnOnce(Choice)) {
    notification.body(&request.notification.body);
    if let Some(picture) = &request.picture {
        notification.image_path(&picture.to_string_lossy());
    }
    // The id under which the installer registers the app. Without it, Windows shows the toast as one of PowerShell's.
    #[cfg(windows)]
    notification.app_id("tv.tallylight.app");
    // A click on the notification is the first action, so it needs no button.
    for (name, label, _) in actions(request).into_iter().filter(|(name, ..)| !matches!(*name, "default" | "open")) {
        notification.action(name, label);
    }
    let handle = match notification.show() {
        Ok(handle) => handle,
        Err(error) => return tracing::warn!(%error, "the notification could not be shown"),
    };
    let mut chosen = None;
    let waited = handle.wait_for_response(|response: &NotificationResponse| {
        chosen = match response {
            NotificationResponse::Default => Some("default".to_owned()),
            NotificationResponse::Action(named) => Some(named.clone()),
            NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => None,
        };
    });
    if let Err(error) = waited {
        tracing::warn!(%error, "the response to the notification could not be read");
    }
    // Windows reports the action's id, macOS its label.
    let is_chosen = |name: &str, label: &str| chosen.as_deref().is_some_and(|chosen| chosen == name || chosen == label);
    if let Some((.., action)) = actions(request).into_iter().find(|(name, label, _)| is_chosen(name, label)) {
        on_act(Choice { action });
    }
}
