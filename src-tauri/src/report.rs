//! Saving a report for whoever helps with a connection.

use tallylight_core::{Code, Error};
use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;

/// Lets the person choose where the report goes, and returns where it went; none when they think better of it.
pub fn save(app: &AppHandle, report: String) -> Result<Option<String>, Error> {
    let dialog = app.dialog().file().set_file_name("tallylight-report.txt").add_filter("Text", &["txt"]);
    let Some(path) = dialog.blocking_save_file().and_then(|file| file.into_path().ok()) else { return Ok(None) };
    let shown = path.display().to_string();
    std::fs::write(&path, report).map_err(|error| {
        Error::new(Code::File, format!("{shown} cannot be written ({error}): choose another folder"))
    })?;
    Ok(Some(shown))
}
