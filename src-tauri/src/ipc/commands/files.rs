//! Thumbnails, texts that are saved to files, and repeated uploads of files.

use tallylight_core::{JobId, ThumbnailId};

use super::{Answer, App};
use crate::dialogs;

/// Saves a text to a file that the user chooses; returns its path, or null if they cancelled.
#[tauri::command]
pub async fn save_text(app: App<'_>, name: String, text: String) -> Answer<Option<String>> {
    let title = app.locale().one_of("Save", "Speichern", "Guardar");
    dialogs::save_text(app.app(), title, &name, text).await
}

/// Saves a thumbnail to a file that the user chooses; returns its path, or null if they cancelled.
#[tauri::command]
pub async fn save_picture(app: App<'_>, job_id: JobId, thumbnail_id: ThumbnailId) -> Answer<Option<String>> {
    let title = app.locale().one_of("Save the thumbnail", "Vorschaubild speichern", "Guardar la miniatura");
    app.thumbnails().save(app.app(), title, job_id, thumbnail_id).await
}

/// Returns the file URL of a thumbnail, for dragging it to another program.
#[tauri::command]
pub async fn picture_file(app: App<'_>, job_id: JobId, thumbnail_id: ThumbnailId) -> Answer<String> {
    app.thumbnails().file_url(job_id, thumbnail_id).await
}

/// Starts dragging a thumbnail out of the window, on platforms where the page cannot do it.
#[tauri::command]
pub async fn drag_picture(app: App<'_>, job_id: JobId, thumbnail_id: ThumbnailId) -> Answer<()> {
    app.thumbnails().drag(app.app(), job_id, thumbnail_id).await
}

/// Uploads the file of a job once more; the upload arrives as events.
#[tauri::command]
pub async fn upload_again(app: App<'_>, job_id: JobId) -> Answer<()> {
    app.upload_again(job_id);
    Ok(())
}
