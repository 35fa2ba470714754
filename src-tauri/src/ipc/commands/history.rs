//! The history of notifications.

use tallylight_client::{MarkRead, Pause};
use tallylight_core::{notifications::HistoryEntry, statistics::Statistics};

use super::{Answer, App};

/// Returns the history, newest first.
#[tauri::command]
pub async fn history(app: App<'_>) -> Answer<Vec<HistoryEntry>> {
    app.client().history().await
}

/// Returns the statistics of the last weeks.
#[tauri::command]
pub async fn statistics(app: App<'_>) -> Answer<Statistics> {
    app.client().statistics().await
}

/// Marks records of the history as read.
#[tauri::command]
pub async fn mark_read(app: App<'_>, read: MarkRead) -> Answer<()> {
    app.client().mark_read(read).await
}

/// Pauses notifications, or resumes them.
#[tauri::command]
pub async fn pause(app: App<'_>, pause: Pause) -> Answer<()> {
    app.client().pause(pause).await
}
