//! Templates, and changes of the texts of many videos.

use std::collections::BTreeMap;

use tallylight_core::{
    JobId,
    model::job::{Content, Field},
    templates::{Template, TextChange, VideoTexts},
};
use tallylight_view::TextChangeView;

use super::{Answer, App};

/// Returns the templates of the account, in the order in which they were made.
#[tauri::command]
pub async fn templates(app: App<'_>) -> Answer<Vec<Template>> {
    app.client().templates().await
}

/// Stores a template, new (with the id 0) or changed, and returns it as it is stored.
#[tauri::command]
pub async fn save_template(app: App<'_>, template: Template) -> Answer<Template> {
    app.client().save_template(template).await
}

/// Deletes a template.
#[tauri::command]
pub async fn delete_template(app: App<'_>, template_id: u32) -> Answer<()> {
    app.client().delete_template(template_id).await
}

/// Returns what a template or a batch edit would make of videos, at most 500. Nothing is saved: `edit` does that.
#[tauri::command]
pub async fn text_changes(app: App<'_>, change: TextChange, job_ids: Vec<JobId>) -> Answer<Vec<TextChangeView>> {
    app.client().text_changes(change, job_ids).await
}

/// Returns the fields that a template or a batch edit makes of texts that are not saved.
#[tauri::command]
pub async fn change_texts(_app: App<'_>, change: TextChange, texts: VideoTexts) -> Answer<BTreeMap<Field, Content>> {
    change.apply(&texts)
}
