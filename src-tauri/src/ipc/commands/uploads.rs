//! Uploads.

use tallylight_view::UploadView;

use super::{Answer, App};

/// Uploads videos that the user chooses; their progress arrives as events.
#[tauri::command]
pub async fn choose_videos(app: App<'_>) -> Answer<()> {
    app.choose_videos();
    Ok(())
}

/// Returns the uploads that are in progress, queued or failed.
#[tauri::command]
pub async fn uploads(app: App<'_>) -> Answer<Vec<UploadView>> {
    app.client().uploads().await
}

/// Cancels an upload, or removes a failed one from the list.
#[tauri::command]
pub async fn cancel_upload(app: App<'_>, upload_id: u32) -> Answer<()> {
    app.client().cancel_upload(upload_id).await
}

/// Sends a failed upload again.
#[tauri::command]
pub async fn retry_upload(app: App<'_>, upload_id: u32) -> Answer<()> {
    app.client().retry_upload(upload_id).await
}
