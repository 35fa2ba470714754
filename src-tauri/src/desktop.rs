//! The desktop environment: whether it shows a tray, whether "do not disturb" is on, and progress and a count on the
//! app's icon in the dock or taskbar.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tallylight_client::TrayView;
use tallylight_core::view::Show;
use tauri::{AppHandle, Manager};

#[cfg(target_os = "linux")]
mod bus;
#[cfg(target_os = "linux")]
mod gnome;
#[cfg(target_os = "linux")]
mod launcher;

use crate::window::{self, navigation};

/// How long a tray may take to start after the user logs in.
const TRAY_LIMIT: Duration = Duration::from_secs(5);
/// A file in the data folder that exists once the user has seen the message that there is no tray.
const NOTIFIED: &str = "no-tray.told";

/// The state of the desktop environment. Copies share it.
#[derive(Clone, Default)]
pub struct Desktop {
    /// Whether a program shows tray icons.
    tray: Arc<AtomicBool>,
    /// Whether "do not disturb" is on, for each source.
    busy: Arc<[AtomicBool; 3]>,
    /// What the dock or taskbar icon shows: progress in percent, and the number of unread outcomes. Kept for a window
    /// that is built later.
    #[cfg(not(target_os = "linux"))]
    badge: Arc<std::sync::Mutex<(Option<u64>, i64)>>,
}

impl Desktop {
    /// Returns whether "do not disturb" is on in any source.
    pub fn is_busy(&self) -> bool {
        self.busy.iter().any(|busy| busy.load(Ordering::Relaxed))
    }

    #[cfg(target_os = "linux")]
    fn set_busy(&self, source: BusySource, busy: bool) {
        self.busy[source as usize].store(busy, Ordering::Relaxed);
    }
}

/// A source of "do not disturb".
#[cfg(target_os = "linux")]
#[derive(Clone, Copy, Debug)]
enum BusySource {
    /// The notification server, for example KDE's.
    Server,
    /// dunst, which has its own property for it.
    Dunst,
    /// GNOME's settings.
    Gnome,
}

/// Returns whether the desktop has a tray, from which a hidden window can be opened again.
pub fn has_tray(app: &AppHandle) -> bool {
    app.state::<Desktop>().tray.load(Ordering::Relaxed)
}

/// Shows the message that there is no tray, once per data folder. Waits for a tray that is about to start, and until
/// the window is visible.
pub fn notify_missing_tray(app: &AppHandle, folder: &Path) {
    let (app, notified) = (app.clone(), folder.join(NOTIFIED));
    if notified.exists() {
        return;
    }
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(TRAY_LIMIT).await;
        let is_seen = || navigation::is_page_ready(&app) && window::is_shown(&app);
        while !(has_tray(&app) || is_seen()) {
            tokio::time::sleep(TRAY_LIMIT).await;
        }
        if !has_tray(&app) {
            navigation::tell(&app, Show::NoTray);
            if let Err(error) = std::fs::write(notified, "") {
                tracing::warn!(%error, "could not record that the no-tray message was shown");
            }
        }
    });
}

/// Starts watching the desktop. When it returns, [`has_tray`] gives a reliable answer.
#[cfg(target_os = "linux")]
pub fn listen(app: &AppHandle) {
    let desktop = app.state::<Desktop>().inner().clone();
    let tray = bus::has_tray();
    desktop.tray.store(tray, Ordering::Relaxed);
    gnome::listen(&desktop);
    tauri::async_runtime::spawn(bus::listen(desktop));
}

/// Records that there is a tray: macOS and Windows always have one. They also apply "do not disturb" to notifications
/// themselves, so it is not watched.
#[cfg(not(target_os = "linux"))]
pub fn listen(app: &AppHandle) {
    app.state::<Desktop>().tray.store(true, Ordering::Relaxed);
}

/// Shows progress and the unread count on the icon in the dock or taskbar, where there is one.
#[cfg(target_os = "linux")]
pub fn badge(view: &TrayView) {
    launcher::show(view.percent, view.news.unread);
}

/// Shows progress and the unread count on the icon in the dock or taskbar, where there is one.
#[cfg(not(target_os = "linux"))]
pub fn badge(app: &AppHandle, view: &TrayView) {
    let shown = (view.percent.map(u64::from), i64::from(view.news.unread));
    *app.state::<Desktop>().badge.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = shown;
    restore_badge(app);
}

/// Shows the last progress and count again, on the icon of a window that was just built.
#[cfg(not(target_os = "linux"))]
pub fn restore_badge(app: &AppHandle) {
    use tauri::window::{ProgressBarState, ProgressBarStatus};
    let Some(window) = app.get_webview_window("main") else { return };
    let desktop = app.state::<Desktop>();
    let (percent, unread) = *desktop.badge.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let status = if percent.is_some() { ProgressBarStatus::Normal } else { ProgressBarStatus::None };
    let progress = ProgressBarState { status: Some(status), progress: percent };
    let unread = Some(unread).filter(|unread| *unread > 0);
    if let Err(error) = window.set_progress_bar(progress).and_then(|()| window.set_badge_count(unread)) {
        tracing::debug!(%error, "the taskbar icon could not be changed");
    }
}
