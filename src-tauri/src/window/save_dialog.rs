//! Files that the person wants to see or to have: a text where they want it, and the folder of everything.

use std::path::{Path, PathBuf};

use tallylight_core::{Code, Error};
use tauri::{AppHandle, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tauri_plugin_opener::OpenerExt;

use crate::app;

/// Lets the person choose where a text goes, and returns where it went; none when they think better of it.
pub async fn text(app: &AppHandle, name: &str, text: String) -> Result<Option<String>, Error> {
    let kind = Path::new(name).extension().and_then(|kind| kind.to_str()).unwrap_or("txt").to_owned();
    let dialog = app.dialog().file().set_file_name(name).add_filter(kind.to_uppercase(), &[kind.as_str()]);
    to_chosen(dialog, |path| std::fs::write(path, text)).await
}

/// Lets the person choose in a dialog where something goes, and returns where it went; none when they think better of it.
pub async fn to_chosen(
    dialog: FileDialogBuilder<Wry>,
    write: impl FnOnce(&Path) -> std::io::Result<()>,
) -> Result<Option<String>, Error> {
    let Some(path) = asked(|answer| dialog.save_file(answer)).await else { return Ok(None) };
    let shown = path.display().to_string();
    write(&path).map_err(|error| {
        Error::new(Code::File, format!("Couldn't save {shown} ({error}). Choose another folder."))
    })?;
    Ok(Some(shown))
}

/// Waits for what a person chooses in a dialog, which may be long, without holding up a thread.
pub async fn asked(ask: impl FnOnce(Box<dyn FnOnce(Option<FilePath>) + Send>)) -> Option<PathBuf> {
    let (sender, chosen) = tokio::sync::oneshot::channel();
    ask(Box::new(move |file| drop(sender.send(file))));
    chosen.await.ok().flatten()?.into_path().ok()
}

/// Shows the folder of everything in the system's file manager.
pub fn open_folder(app: &AppHandle) -> Result<(), Error> {
    let folder = app::data_dir(app).display().to_string();
    app.opener().open_path(&folder, None::<&str>).map_err(|error| {
        Error::new(Code::File, format!("Couldn't open {folder} ({error}). Open it in your file manager."))
    })
}
