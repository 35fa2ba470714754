//! Updates: checked once a day, downloaded on the user's request, and installed when nothing is in progress. Only
//! builds with an update URL do so, and not those that a package manager installed.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tallylight_core::{Code, Reason};
use tallylight_view::UpdateView;
use tauri::{AppHandle, Url};
use tauri_plugin_updater::{Update, UpdaterExt};

use crate::page_events::UPDATE;

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
    app: AppHandle,
    view: Mutex<UpdateView>,
    /// The update that was found, and its bytes once they are downloaded and their signature is verified.
    found: tokio::sync::Mutex<Option<(Update, Option<Vec<u8>>)>>,
}

impl Updates {
    /// Creates it, without checking yet.
    pub fn new(app: AppHandle) -> Self {
        let view = if source().is_some() { UpdateView::Unknown } else { UpdateView::Absent };
        Self { app, view: Mutex::new(view), found: tokio::sync::Mutex::default() }
    }

    /// Checks once a day, in builds that update themselves. Returns at once in others.
    pub async fn check_daily(&self) {
        if source().is_none() {
            return;
        }
        tokio::time::sleep(FIRST_CHECK_DELAY).await;
        loop {
            self.check().await;
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
    }

    /// Returns the state of the update.
    pub fn view(&self) -> UpdateView {
        self.view.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks whether there is an update. Does nothing if one is already downloaded.
    pub async fn check(&self) {
        let Some(source) = source() else { return };
        let mut found = self.found.lock().await;
        if found.as_ref().is_some_and(|(_, bytes)| bytes.is_some()) {
            return;
        }
        self.show(UpdateView::Checking);
        let asked = async {
            let builder = self.app.updater_builder().timeout(CHECK_TIMEOUT).pubkey(source.key);
            builder.endpoints(vec![source.address])?.build()?.check().await
        };
        match asked.await {
            Ok(Some(mut update)) => {
                update.timeout = Some(DOWNLOAD_TIMEOUT);
                self.show(UpdateView::Available { version: update.version.clone() });
                *found = Some((update, None));
            }
            Ok(None) => self.show(UpdateView::Current),
            Err(error) => self.failed(&error),
        }
    }

    /// Downloads the update that was found, and verifies its signature.
    pub async fn fetch(&self) {
        let mut found = self.found.lock().await;
        let Some((update, bytes)) = found.as_mut().filter(|(_, bytes)| bytes.is_none()) else { return };
        let version = update.version.clone();
        self.show(UpdateView::Downloading { version: version.clone(), percent: None });
        let (mut got, mut shown) = (0_u64, None);
        let on_chunk = |chunk: usize, total: Option<u64>| {
            got += chunk as u64;
            let percent = total.filter(|total| *total > 0).and_then(|total| u8::try_from(got * 100 / total).ok());
            if percent != shown {
                shown = percent;
                self.show(UpdateView::Downloading { version: version.clone(), percent });
            }
        };
        match update.download(on_chunk, || ()).await {
            Ok(fetched) => {
                *bytes = Some(fetched);
                self.show(UpdateView::Ready { version: update.version.clone() });
            }
            Err(error) => self.failed(&error),
        }
    }

    /// Installs the downloaded update, if there is one.
    ///
    /// # Errors
    /// The update could not be installed; it has to be downloaded again.
    pub fn install(&self) -> Result<(), tauri_plugin_updater::Error> {
        // If the lock is held, a check or a download is still running: there is nothing to install, and shutdown must
        // not wait for the network.
        let found = self.found.try_lock().ok().and_then(|mut found| found.take());
        match found {
            Some((update, Some(bytes))) => update.install(bytes),
            _ => Ok(()),
        }
    }

    /// Shows that the update failed.
    pub fn failed(&self, error: &tauri_plugin_updater::Error) {
        tracing::warn!(%error, "the update failed");
        let words = format!("Couldn't download the update ({error}). Try again later.");
        self.show(UpdateView::Failed { reason: Reason { code: Code::ServerError, message: words } });
    }

    fn show(&self, view: UpdateView) {
        *self.view.lock().unwrap_or_else(PoisonError::into_inner) = view.clone();
        UPDATE.send(&self.app, view);
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
