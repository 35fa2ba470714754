//! File dialogs: saving texts and other files where the user chooses, and opening the data folder.

use std::path::{Path, PathBuf};

use tallylight_core::{Code, Error};
use tauri::{AppHandle, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tauri_plugin_opener::OpenerExt;

use crate::app;

/// Saves a text where the user chooses, and returns its path; `None` if the user cancels.
///
/// # Errors
/// [`Code::File`] if the file cannot be written.
pub async fn text(app: &AppHandle, name: &str, text: String) -> Result<Option<String>, Error> {
    let kind = Path::new(name).extension().and_then(|kind| kind.to_str()).unwrap_or("txt").to_owned();
    let dialog = app.dialog().file().set_file_name(name).add_filter(kind.to_uppercase(), &[kind.as_str()]);
    to_chosen(dialog, |path| std::fs::write(path, text)).await
}

/// Shows a save dialog, calls `write` with the chosen path and returns it; `None` if the user cancels.
///
/// # Errors
/// [`Code::File`] if `write` fails.
pub async fn to_chosen(
    dialog: FileDialogBuilder<Wry>,
    write: impl FnOnce(&Path) -> std::io::Result<()>,
) -> Result<Option<String>, Error> {
    let Some(path) = asked(|answer| dialog.save_file(answer)).await else { return Ok(None) };
    let shown = path.display().to_string();
    write(&path)
        .map_err(|error| Error::new(Code::File, format!("Couldn't save {shown} ({error}). Choose another folder.")))?;
    Ok(Some(shown))
}

/// Waits for the user's choice in a dialog, which may take long, without blocking a thread.
pub async fn asked(ask: impl FnOnce(Box<dyn FnOnce(Option<FilePath>) + Send>)) -> Option<PathBuf> {
    let (sender, chosen) = tokio::sync::oneshot::channel();
    ask(Box::new(move |file| drop(sender.send(file))));
    chosen.await.ok().flatten()?.into_path().ok()
}

/// Opens the data folder in the system's file manager.
///
/// # Errors
/// [`Code::File`] if the system cannot open it.
pub fn open_folder(app: &AppHandle) -> Result<(), Error> {
    let folder = app::data_dir(app).display().to_string();
    app.opener().open_path(&folder, None::<&str>).map_err(|error| {
        Error::new(Code::File, format!("Couldn't open {folder} ({error}). Open it in your file manager."))
    })
}
