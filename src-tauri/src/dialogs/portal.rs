//! File dialogs of the desktop's portal (<https://flatpak.github.io/xdg-desktop-portal/>).

use std::{path::PathBuf, time::Duration};

use ashpd::{
    WindowIdentifier,
    desktop::file_chooser::{FileChooserProxy, FileFilter, SelectedFiles},
};
use tauri::AppHandle;
use url::Url;

use crate::window::parent::{self, Parent};

/// How long the portal may take to say that it is there; it may have to be started.
const PORTAL_TIME: Duration = Duration::from_secs(5);

/// How many files may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// One.
    One,
    /// As many as the user likes.
    Any,
}

/// Lets the user choose files; none if the user cancels.
///
/// # Errors
/// There is no portal, or it failed.
pub async fn open(app: &AppHandle, title: &str, count: Count) -> ashpd::Result<Vec<PathBuf>> {
    available().await?;
    let parent = parent::of_main_window(app).await;
    let request = SelectedFiles::open_file()
        .identifier(identifier(parent.as_ref()))
        .title(title)
        .modal(true)
        .multiple(count == Count::Any);
    chosen(request.send().await.and_then(|request| request.response()))
}

/// Lets the user choose where a file of a kind, such as "txt", is saved; `None` if the user cancels.
///
/// # Errors
/// There is no portal, or it failed.
pub async fn save(app: &AppHandle, title: &str, name: &str, kind: &str) -> ashpd::Result<Option<PathBuf>> {
    available().await?;
    let parent = parent::of_main_window(app).await;
    let request = SelectedFiles::save_file()
        .identifier(identifier(parent.as_ref()))
        .title(title)
        .modal(true)
        .current_name(name)
        .filter(FileFilter::new(&kind.to_uppercase()).glob(&format!("*.{kind}")));
    Ok(chosen(request.send().await.and_then(|request| request.response()))?.into_iter().next())
}

/// Fails unless a portal shows file dialogs.
async fn available() -> ashpd::Result<()> {
    match tokio::time::timeout(PORTAL_TIME, FileChooserProxy::new()).await {
        Ok(Ok(portal)) if portal.version() > 0 => Ok(()),
        Ok(Ok(_)) | Err(_) => Err(ashpd::Error::NoResponse),
        Ok(Err(error)) => Err(error),
    }
}

fn identifier(parent: Option<&Parent>) -> Option<WindowIdentifier> {
    Some(match parent? {
        Parent::X11(window) => WindowIdentifier::from_xid(*window),
        Parent::Wayland(exported) => WindowIdentifier::from_xdg_foreign_exported(exported.handle().to_owned()),
    })
}

fn chosen(response: ashpd::Result<SelectedFiles>) -> ashpd::Result<Vec<PathBuf>> {
    match response {
        Ok(files) => {
            let paths = files.uris().iter().filter_map(|uri| Url::parse(uri.as_str()).ok()?.to_file_path().ok());
            Ok(paths.collect())
        }
        // "Cancelled", or "Other" if the dialog's window was closed.
        Err(ashpd::Error::Response(_)) => Ok(Vec::new()),
        Err(error) => {
            tracing::warn!(%error, "the desktop's file dialog failed; the toolkit's is shown");
            Err(error)
        }
    }
}
