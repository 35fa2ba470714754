//! Playing a video, here or in the system's player.

use tallylight_core::{JobId, ThumbnailId};

use super::{Answer, App};
use crate::videos;

/// Asks the studio where a video can be played now; null if it no longer has the file.
#[tauri::command]
pub async fn playback_url(app: App<'_>, job_id: JobId) -> Answer<Option<String>> {
    Ok(app.client().playback(job_id).await?.map(String::from))
}

/// Returns the path of the file that a video was uploaded from; null if it is not known or no longer there.
#[tauri::command]
pub async fn video_file(app: App<'_>, job_id: JobId) -> Answer<Option<String>> {
    Ok(app.client().source_file(job_id).await.map(|path| path.display().to_string()))
}

/// Has the studio take the frame at a time as a thumbnail, and returns its id once the video has it.
#[tauri::command]
pub async fn take_thumbnail(app: App<'_>, job_id: JobId, seconds: f64) -> Answer<ThumbnailId> {
    app.client().take_thumbnail(job_id, seconds).await
}

/// Opens a video in the system's player if its file is on this computer, or else in the browser.
#[tauri::command]
pub async fn open_video(app: App<'_>, job_id: JobId) -> Answer<()> {
    videos::open(app.app(), app.client(), job_id).await
}

/// Shows the file that a video was uploaded from in the system's file manager.
#[tauri::command]
pub async fn show_video_file(app: App<'_>, job_id: JobId) -> Answer<()> {
    videos::show_file(app.app(), app.client(), job_id).await
}
