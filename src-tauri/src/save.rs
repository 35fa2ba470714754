//! Files that the person wants to see or to have: a text where they want it, and the folder of everything.

use std::path::Path;

use tallylight_core::{Code, Error};
use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;
use tauri_plugin_opener::OpenerExt;

use crate::app;

/// Lets the person choose where a text goes, and returns where it went; none when they think better of it.
pub fn text(app: &AppHandle, name: &str, text: String) -> Result<Option<String>, Error> {
    let kind = Path::new(name).extension().and_then(|kind| kind.to_str()).unwrap_or("txt").to_owned();
    let dialog = app.dialog().file().set_file_name(name).add_filter(kind.to_uppercase(), &[kind.as_str()]);
    let Some(path) = dialog.blocking_save_file().and_then(|file| file.into_path().ok()) else { return Ok(None) };
    let shown = path.display().to_string();
    std::fs::write(&path, text).map_err(|error| {
        Error::new(Code::File, format!("{shown} cannot be written ({error}): choose another folder"))
    })?;
    Ok(Some(shown))
}

/// Shows the folder of everything in the system's file manager.
pub fn open_folder(app: &AppHandle) -> Result<(), Error> {
    let folder = app::data_dir(app).display().to_string();
    app.opener().open_path(&folder, None::<&str>).map_err(|error| {
        Error::new(Code::File, format!("{folder} cannot be shown here ({error}): open it in your file manager"))
    })
}
