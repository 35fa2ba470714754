//! The embedded studio and language models.

use tallylight_core::{JobId, text_suggestions::TextSuggestions};
use tallylight_view::{ComputerView, SuggestionRequestView};

use super::{Answer, App};
use crate::{dialogs, ipc::arguments::Secret, suggestions};

/// Returns the state of speech recognition on this computer, and the disk space of its videos.
#[tauri::command]
pub async fn computer(app: App<'_>) -> Answer<ComputerView> {
    Ok(app.studio().view().await)
}

/// Makes a sample video on this computer, and uploads it.
#[tauri::command]
pub async fn upload_sample(app: App<'_>) -> Answer<()> {
    app.upload_sample().await
}

/// Starts or resumes the download of a speech model.
#[tauri::command]
pub async fn download_model(app: App<'_>, id: String) -> Answer<()> {
    app.studio().download_model(&id)
}

/// Stops a download; what has been received is kept.
#[tauri::command]
pub async fn stop_model_download(app: App<'_>, id: String) -> Answer<()> {
    app.studio().stop_download(&id);
    Ok(())
}

/// Deletes a speech model from this computer.
#[tauri::command]
pub async fn delete_model(app: App<'_>, id: String) -> Answer<()> {
    app.studio().delete_model(&id)
}

/// Returns the path of a model file that the user chooses, or null if they cancelled.
#[tauri::command]
pub async fn choose_model_file(app: App<'_>) -> Answer<Option<String>> {
    let title = app.locale().one_of("Choose a speech model", "Sprachmodell auswählen", "Elegir un modelo de voz");
    Ok(dialogs::choose_file(app.app(), title).await)
}

/// Deletes the copies of finished videos; originals, texts and thumbnails are kept.
#[tauri::command]
pub async fn delete_finished_copies(app: App<'_>) -> Answer<()> {
    app.studio().delete_finished_copies().await;
    Ok(())
}

/// Stores the API key of the language model in the keychain.
#[tauri::command]
pub async fn set_language_model_key(app: App<'_>, key: Secret) -> Answer<()> {
    suggestions::set_key(&app.settings(), key.0).await
}

/// Returns the request that would be sent to the language model about a video.
#[tauri::command]
pub async fn prepare_suggestions(app: App<'_>, job_id: JobId) -> Answer<SuggestionRequestView> {
    suggestions::prepare(app.client(), &app.settings(), job_id).await
}

/// Sends the prepared request; returns the suggestions of the language model.
#[tauri::command]
pub async fn suggest_texts(app: App<'_>, job_id: JobId, body: String) -> Answer<TextSuggestions> {
    suggestions::send(app.client(), &app.settings(), job_id, body).await
}
