//! Dialogs in which the user chooses a file, and opening a folder.
//!
//! On Linux the desktop's own dialog is shown, by its portal: it also works in a sandbox. Without a portal, and on other
//! systems, the dialog is the toolkit's.

use std::path::{Path, PathBuf};

use tallylight_core::{Code, Error};
use tauri::{AppHandle, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tauri_plugin_opener::OpenerExt;

#[cfg(target_os = "linux")]
mod portal;

/// Shows a file dialog and returns the path that the user chooses; `None` if the user cancels.
pub async fn choose_file(app: &AppHandle, title: &str) -> Option<String> {
    #[cfg(target_os = "linux")]
    if let Ok(chosen) = portal::open(app, title, portal::Count::One).await {
        return chosen.first().map(|path| path.display().to_string());
    }
    let chosen: Option<FilePath> = answer(|answer| own(app, title).pick_file(answer)).await;
    chosen.and_then(|file| Some(file.into_path().ok()?.display().to_string()))
}

/// Shows a file dialog, and returns the paths that the user chooses; none if the user cancels.
pub async fn choose_files(app: &AppHandle, title: &str) -> Vec<PathBuf> {
    #[cfg(target_os = "linux")]
    if let Ok(chosen) = portal::open(app, title, portal::Count::Any).await {
        return chosen;
    }
    let chosen = answer(|answer| own(app, title).pick_files(answer)).await;
    chosen.into_iter().flatten().filter_map(|file| file.into_path().ok()).collect()
}

/// Saves a text where the user chooses, and returns its path; `None` if the user cancels.
///
/// # Errors
/// [`Code::File`] if the file cannot be written.
pub async fn save_text(app: &AppHandle, title: &str, name: &str, text: String) -> Result<Option<String>, Error> {
    save_with(app, title, name, |path| std::fs::write(path, text)).await
}

/// Shows a save dialog with a suggested name, calls `write` with the chosen path and returns it; `None` if the user
/// cancels.
///
/// # Errors
/// [`Code::File`] if `write` fails.
pub async fn save_with(
    app: &AppHandle,
    title: &str,
    name: &str,
    write: impl FnOnce(&Path) -> std::io::Result<()>,
) -> Result<Option<String>, Error> {
    let Some(path) = choose_target(app, title, name).await else { return Ok(None) };
    let shown = path.display().to_string();
    write(&path).map_err(|error| {
        Error::new(Code::File, format!("Couldn't save {shown} ({error}). Choose another folder.")).caused_by(error)
    })?;
    Ok(Some(shown))
}

async fn choose_target(app: &AppHandle, title: &str, name: &str) -> Option<PathBuf> {
    let kind = Path::new(name).extension().and_then(|kind| kind.to_str()).unwrap_or("txt");
    #[cfg(target_os = "linux")]
    if let Ok(chosen) = portal::save(app, title, name, kind).await {
        return chosen;
    }
    let dialog = own(app, title).set_file_name(name).add_filter(kind.to_uppercase(), &[kind]);
    answer(|answer| dialog.save_file(answer)).await?.into_path().ok()
}

/// Returns a dialog of the toolkit.
fn own(app: &AppHandle, title: &str) -> FileDialogBuilder<Wry> {
    app.dialog().file().set_title(title)
}

/// Waits for the user's choice in a dialog, which may take long, without blocking a thread.
async fn answer<T: Send + 'static>(ask: impl FnOnce(Box<dyn FnOnce(Option<T>) + Send>)) -> Option<T> {
    let (sender, chosen) = tokio::sync::oneshot::channel();
    ask(Box::new(move |file| drop(sender.send(file))));
    chosen.await.ok().flatten()
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
