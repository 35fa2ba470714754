//! Dialogs in which the user chooses a file, and opening a folder.

use std::path::{Path, PathBuf};

use tallylight_core::{Code, Error};
use tauri::{AppHandle, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tauri_plugin_opener::OpenerExt;

/// Shows a file dialog and returns the path that the user chooses; `None` if the user cancels.
pub async fn choose_file(app: &AppHandle) -> Option<String> {
    let chosen = answer(|answer| app.dialog().file().pick_file(answer)).await;
    chosen.map(|path| path.display().to_string())
}

/// Shows a file dialog, and calls `on_choice` with the paths that the user chooses; with none if the user cancels.
pub fn choose_files(app: &AppHandle, on_choice: impl FnOnce(Vec<PathBuf>) + Send + 'static) {
    app.dialog().file().pick_files(move |chosen| {
        let files = chosen.unwrap_or_default().into_iter();
        on_choice(files.filter_map(|file| file.into_path().ok()).collect());
    });
}

/// Saves a text where the user chooses, and returns its path; `None` if the user cancels.
///
/// # Errors
/// [`Code::File`] if the file cannot be written.
pub async fn save_text(app: &AppHandle, name: &str, text: String) -> Result<Option<String>, Error> {
    let kind = Path::new(name).extension().and_then(|kind| kind.to_str()).unwrap_or("txt").to_owned();
    let dialog = app.dialog().file().set_file_name(name).add_filter(kind.to_uppercase(), &[kind.as_str()]);
    save_with(dialog, |path| std::fs::write(path, text)).await
}

/// Shows a save dialog, calls `write` with the chosen path and returns it; `None` if the user cancels.
///
/// # Errors
/// [`Code::File`] if `write` fails.
pub async fn save_with(
    dialog: FileDialogBuilder<Wry>,
    write: impl FnOnce(&Path) -> std::io::Result<()>,
) -> Result<Option<String>, Error> {
    let Some(path) = answer(|answer| dialog.save_file(answer)).await else { return Ok(None) };
    let shown = path.display().to_string();
    write(&path).map_err(|error| {
        Error::new(Code::File, format!("Couldn't save {shown} ({error}). Choose another folder.")).caused_by(error)
    })?;
    Ok(Some(shown))
}

/// Waits for the user's choice in a dialog, which may take long, without blocking a thread.
async fn answer(ask: impl FnOnce(Box<dyn FnOnce(Option<FilePath>) + Send>)) -> Option<PathBuf> {
    let (sender, chosen) = tokio::sync::oneshot::channel();
    ask(Box::new(move |file| drop(sender.send(file))));
    chosen.await.ok().flatten()?.into_path().ok()
}

/// Opens a folder in the system's file manager.
///
/// # Errors
/// [`Code::File`] if the system cannot open it.
pub fn open_folder(app: &AppHandle, folder: &Path) -> Result<(), Error> {
    let folder = folder.display().to_string();
    app.opener().open_path(&folder, None::<&str>).map_err(|error| {
        Error::new(Code::File, format!("Couldn't open {folder} ({error}). Open it in your file manager."))
    })
}

/// Shows a file in the system's file manager.
///
/// # Errors
/// [`Code::File`] if the system cannot show it.
pub async fn show_file(app: &AppHandle, path: PathBuf) -> Result<(), Error> {
    let opener = app.clone();
    let shown = path.clone();
    // It waits for an answer of the file manager.
    let outcome = tauri::async_runtime::spawn_blocking(move || opener.opener().reveal_item_in_dir(path)).await;
    let cause = match outcome {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    // Without a file manager that can select a file, its folder may still be opened.
    match shown.parent() {
        Some(folder) => open_folder(app, folder),
        None => Err(Error::new(Code::File, format!("Couldn't show {} ({cause}).", shown.display()))),
    }
}
