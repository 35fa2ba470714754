//! Newer versions: asked for once a day, fetched when the person wants, and installed when nothing is under way. Only
//! builds that were told where to ask, and that no package manager owns, do so.

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

/// The window hears of it under this name.
const CHANGED: &str = "update";
/// How often it is asked.
const ASK_EVERY: Duration = Duration::from_hours(24);
/// How long after the start it is asked first: the start itself is for other things.
const FIRST: Duration = Duration::from_mins(1);

/// How long an answer may take.
const ASK_LIMIT: Duration = Duration::from_secs(30);
/// How long fetching may take: slow lines are no reason to give up, dead ones are.
const FETCH_LIMIT: Duration = Duration::from_hours(1);

/// Holds how it stands with a newer version.
pub struct Updates {
    view: Mutex<UpdateView>,
    /// What was found, and its bytes once they are fetched and their signature is right.
    found: tokio::sync::Mutex<Option<(Update, Option<Vec<u8>>)>>,
}

impl Default for Updates {
    fn default() -> Self {
        let view = if source().is_some() { UpdateView::Unknown } else { UpdateView::Absent };
        Self { view: Mutex::new(view), found: tokio::sync::Mutex::default() }
    }
}

/// Is where to ask, and the key that signs the answers.
struct Source {
    address: Url,
    key: String,
}

/// Returns where this build asks; none where it does not.
fn source() -> Option<Source> {
    // The file of an AppImage is its own; anything else on Linux was installed by a package manager.
    if cfg!(target_os = "linux") && std::env::var_os("APPIMAGE").is_none() {
        return None;
    }
    let built_in = option_env!("TALLYLIGHT_UPDATE_URL").zip(option_env!("TALLYLIGHT_UPDATE_KEY"));
    let built_in = built_in.map(|(address, key)| (address.to_owned(), key.to_owned()));
    // A build for development takes them from its surroundings, so that a test can be the other side.
    let given = || std::env::var("TALLYLIGHT_UPDATE_URL").ok().zip(std::env::var("TALLYLIGHT_UPDATE_KEY").ok());
    let (address, key) = built_in.or_else(|| if cfg!(debug_assertions) { given() } else { None })?;
    Some(Source { address: Url::parse(&address).ok()?, key })
}

/// Asks once a day.
pub fn begin(app: &AppHandle) {
    if source().is_none() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(FIRST).await;
        loop {
            check(&app).await;
            tokio::time::sleep(ASK_EVERY).await;
        }
    });
}

/// Returns how it stands.
pub fn view(app: &AppHandle) -> UpdateView {
    app.state::<Updates>().view.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Asks whether there is a newer version.
pub async fn check(app: &AppHandle) {
    let (Some(source), updates) = (source(), app.state::<Updates>()) else { return };
    let mut found = updates.found.lock().await;
    if found.as_ref().is_some_and(|(_, bytes)| bytes.is_some()) {
        return;
    }
    show(app, UpdateView::Checking);
    let asked = async {
        let builder = app.updater_builder().timeout(ASK_LIMIT).pubkey(source.key);
        builder.endpoints(vec![source.address])?.build()?.check().await
    };
    match asked.await {
        Ok(Some(mut update)) => {
            update.timeout = Some(FETCH_LIMIT);
            show(app, UpdateView::Available { version: update.version.clone() });
            *found = Some((update, None));
        }
        Ok(None) => show(app, UpdateView::Current),
        Err(error) => failed(app, &error),
    }
}

/// Fetches what was found, and checks its signature.
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

/// Starts anew, into the version that was fetched.
///
/// # Errors
/// Says what is under way and would be cut off.
pub async fn restart(app: &AppHandle) -> Result<(), Error> {
    nothing_is_lost(app).await?;
    // The installer of Windows ends the program at once: there it is started when everything is saved.
    if !cfg!(windows) {
        if let Err(error) = install(app) {
            failed(app, &error);
            return Ok(());
        }
        // Something may have begun meanwhile.
        nothing_is_lost(app).await?;
    }
    shutdown::restart(app);
    Ok(())
}

async fn nothing_is_lost(app: &AppHandle) -> Result<(), Error> {
    let handle = app.state::<Handle>();
    if handle.is_uploading().await? {
        return Err(Error::new(Code::Conflict, "Uploads are in progress. Restart when they are complete."));
    }
    if handle.rows().await?.iter().any(|row| row.unsaved) {
        return Err(Error::new(Code::Conflict, "You have unsaved changes. Save or discard them, then restart."));
    }
    Ok(())
}

/// Installs what was fetched, if anything.
///
/// # Errors
/// Says why it could not be installed; it is fetched again then.
pub fn install(app: &AppHandle) -> Result<(), tauri_plugin_updater::Error> {
    // Whoever holds it is still asking or fetching, so there is nothing to install, and the end waits for no network.
    let found = app.state::<Updates>().found.try_lock().ok().and_then(|mut found| found.take());
    match found {
        Some((update, Some(bytes))) => update.install(bytes),
        _ => Ok(()),
    }
}

fn failed(app: &AppHandle, error: &tauri_plugin_updater::Error) {
    tracing::warn!(%error, "no newer version could be had");
    let words = format!("Couldn't download the update ({error}). Try again later.");
    show(app, UpdateView::Failed { reason: ReasonView { code: Code::ServerError, message: words } });
}

fn show(app: &AppHandle, view: UpdateView) {
    *app.state::<Updates>().view.lock().unwrap_or_else(PoisonError::into_inner) = view.clone();
    if let Err(error) = app.emit(CHANGED, view) {
        tracing::warn!(%error, "the window did not hear of the update");
    }
}
