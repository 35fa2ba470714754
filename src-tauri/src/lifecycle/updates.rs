//! Updates: checked once a day, downloaded on the user's request, and installed when nothing is in progress. Only
//! builds with an update URL do so, and not those that a package manager installed.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tallylight_client::Handle;
use tallylight_core::{
    Code, Error,
    view::{ReasonView, UpdateView},
};
use tauri::{AppHandle, Emitter, Manager, Url};
use tauri_plugin_updater::{Update, UpdaterExt};

use crate::lifecycle::shutdown;

/// The Tauri event that reports a changed update state to the window.
const CHANGED: &str = "update";
/// The interval between checks.
const CHECK_INTERVAL: Duration = Duration::from_hours(24);
/// The delay of the first check, so that it does not slow down the start.
const FIRST_CHECK_DELAY: Duration = Duration::from_mins(1);

/// How long a check may take.
const CHECK_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a download may take: enough for a slow line, but not forever on a dead one.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_hours(1);

/// The state of the update.
pub struct Updates {
    view: Mutex<UpdateView>,
    /// The update that was found, and its bytes once they are downloaded and their signature is verified.
    found: tokio::sync::Mutex<Option<(Update, Option<Vec<u8>>)>>,
}

impl Default for Updates {
    fn default() -> Self {
        let view = if source().is_some() { UpdateView::Unknown } else { UpdateView::Absent };
        Self { view: Mutex::new(view), found: tokio::sync::Mutex::default() }
    }
}

/// The update URL, and the public key that verifies the signatures.
struct Source {
    address: Url,
    key: String,
}

/// Returns the update source of this build; `None` if it does not update itself.
fn source() -> Option<Source> {
    // An AppImage replaces its own file. Any other program on Linux was installed by a package manager.
    if cfg!(target_os = "linux") && std::env::var_os("APPIMAGE").is_none() {
        return None;
    }
    let built_in = option_env!("TALLYLIGHT_UPDATE_URL").zip(option_env!("TALLYLIGHT_UPDATE_KEY"));
    let built_in = built_in.map(|(address, key)| (address.to_owned(), key.to_owned()));
    // A development build reads the environment, so that a test can provide the update server.
    let given = || std::env::var("TALLYLIGHT_UPDATE_URL").ok().zip(std::env::var("TALLYLIGHT_UPDATE_KEY").ok());
    let (address, key) = built_in.or_else(|| if cfg!(debug_assertions) { given() } else { None })?;
    Some(Source { address: Url::parse(&address).ok()?, key })
}

/// Starts the daily check, in builds that update themselves.
pub fn begin(app: &AppHandle) {
    if source().is_none() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(FIRST_CHECK_DELAY).await;
        loop {
            check(&app).await;
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
    });
}

/// Returns the state of the update.
pub fn view(app: &AppHandle) -> UpdateView {
    app.state::<Updates>().view.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Checks whether there is an update. Does nothing if one is already downloaded.
pub async fn check(app: &AppHandle) {
    let (Some(source), updates) = (source(), app.state::<Updates>()) else { return };
    let mut found = updates.found.lock().await;
    if found.as_ref().is_some_and(|(_, bytes)| bytes.is_some()) {
        return;
    }
    show(app, UpdateView::Checking);
    let asked = async {
        let builder = app.updater_builder().timeout(CHECK_TIMEOUT).pubkey(source.key);
        builder.endpoints(vec![source.address])?.build()?.check().await
    };
    match asked.await {
        Ok(Some(mut update)) => {
            update.timeout = Some(DOWNLOAD_TIMEOUT);
            show(app, UpdateView::Available { version: update.version.clone() });
            *found = Some((update, None));
        }
        Ok(None) => show(app, UpdateView::Current),
        Err(error) => failed(app, &error),
    }
}

/// Downloads the update that was found, and verifies its signature.
pub async fn fetch(app: &AppHandle) {
    let updates = app.state::<Updates>();
    let mut found = updates.found.lock().await;
    let Some((update, bytes)) = found.as_mut().filter(|(_, bytes)| bytes.is_none()) else { return };
    let version = update.version.clone();
    show(app, UpdateView::Downloading { version: version.clone(), percent: None });
    let (mut got, mut shown) = (0_u64, None);
    let on_chunk = |chunk: usize, total: Option<u64>| {
        got += chunk as u64;
        let percent = total.filter(|total| *total > 0).and_then(|total| u8::try_from(got * 100 / total).ok());
        if percent != shown {
            shown = percent;
            show(app, UpdateView::Downloading { version: version.clone(), percent });
        }
    };
    match update.download(on_chunk, || ()).await {
        Ok(fetched) => {
            *bytes = Some(fetched);
            show(app, UpdateView::Ready { version: update.version.clone() });
        }
        Err(error) => failed(app, &error),
    }
}

/// Restarts into the downloaded version.
///
/// # Errors
/// [`Code::Conflict`] if an upload is in progress or an edit is unsaved.
pub async fn restart(app: &AppHandle) -> Result<(), Error> {
    ensure_nothing_is_lost(app).await?;
    // On Windows, the installer ends the program at once, so it is started when everything is saved.
    if !cfg!(windows) {
        if let Err(error) = install(app) {
            failed(app, &error);
            return Ok(());
        }
        // An upload or edit may have begun during the installation.
        ensure_nothing_is_lost(app).await?;
    }
    shutdown::restart(app);
    Ok(())
}

async fn ensure_nothing_is_lost(app: &AppHandle) -> Result<(), Error> {
    let handle = app.state::<Handle>();
    if handle.is_uploading().await? {
        return Err(Error::new(Code::Conflict, "Uploads are in progress. Restart when they are complete."));
    }
    if handle.rows().await?.iter().any(|row| row.unsaved) {
        return Err(Error::new(Code::Conflict, "You have unsaved changes. Save or discard them, then restart."));
    }
    Ok(())
}

/// Installs the downloaded update, if there is one.
///
/// # Errors
/// The update could not be installed; it has to be downloaded again.
pub fn install(app: &AppHandle) -> Result<(), tauri_plugin_updater::Error> {
    // If the lock is held, a check or a download is still running: there is nothing to install, and shutdown must not
    // wait for the network.
    let found = app.state::<Updates>().found.try_lock().ok().and_then(|mut found| found.take());
    match found {
        Some((update, Some(bytes))) => update.install(bytes),
        _ => Ok(()),
    }
}

fn failed(app: &AppHandle, error: &tauri_plugin_updater::Error) {
    tracing::warn!(%error, "the update failed");
    let words = format!("Couldn't download the update ({error}). Try again later.");
    show(app, UpdateView::Failed { reason: ReasonView { code: Code::ServerError, message: words } });
}

fn show(app: &AppHandle, view: UpdateView) {
    *app.state::<Updates>().view.lock().unwrap_or_else(PoisonError::into_inner) = view.clone();
    if let Err(error) = app.emit(CHANGED, view) {
        tracing::warn!(%error, "the update state could not be sent to the window");
    }
}
