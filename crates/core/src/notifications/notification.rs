//! A notification and its parts.

use serde::{Deserialize, Serialize};

use crate::{JobId, ThumbnailId, settings::Notifications};

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The kind of notification.
    pub kind: NotificationKind,
    /// The jobs concerned.
    pub job_ids: Vec<JobId>,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// The video, if there is only one.
    pub subject: Option<NotificationSubject>,
}

/// The video of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationSubject {
    /// The title of the video, or its substitute.
    pub name: String,
    /// The id of its cover thumbnail.
    pub cover_id: Option<ThumbnailId>,
}

/// The kind of notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum NotificationKind {
    /// A job is ready.
    Completed,
    /// A job has failed.
    Failed,
    /// A job is ready, with a warning.
    Warning,
    /// Several jobs ended.
    Summary,
}

impl NotificationKind {
    /// Returns whether the user wants notifications of this kind. A video that is ready with a warning is ready, too.
    pub fn is_wanted(self, wanted: &Notifications) -> bool {
        match self {
            Self::Completed => wanted.completed,
            Self::Failed => wanted.failed,
            Self::Warning => wanted.completed || wanted.warning,
            Self::Summary => true,
        }
    }
}
