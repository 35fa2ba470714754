//! Notifications for display.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tallylight_core::{
    JobId,
    notifications::{Notification, NotificationKind},
};

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct NotificationView {
    /// The kind of notification.
    pub kind: NotificationKind,
    /// The jobs concerned.
    pub job_ids: Vec<JobId>,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
}

impl From<Notification> for NotificationView {
    fn from(notification: Notification) -> Self {
        let Notification { kind, job_ids, title, body, subject: _ } = notification;
        Self { kind, job_ids, title, body }
    }
}

/// The state of notifications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct NotificationStatus {
    /// The number of unread entries in the history.
    pub unread: u32,
    /// The time until which notifications are paused.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub paused_until: Option<Timestamp>,
}
