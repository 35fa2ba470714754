//! What the desktop around the app offers and wants: whether it has a tray, whether it wants to be left alone, and the
//! icon on its dock or taskbar.

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

/// How long a tray may take to start when a person logs in.
const TRAY_LIMIT: Duration = Duration::from_secs(5);
/// Stands in the data folder once a person was told that there is none.
const TOLD: &str = "no-tray.told";

/// Is what is known of the desktop; its copies share it.
#[derive(Clone, Default)]
pub struct Desktop {
    /// Whether somebody shows tray icons.
    tray: Arc<AtomicBool>,
    /// Whether notifications should wait, as each of those who may say so says.
    busy: Arc<[AtomicBool; 3]>,
    /// What the icon shows: progress in percent, and how much nobody has seen. A window that is built later shows it, too.
    #[cfg(not(target_os = "linux"))]
    badge: Arc<std::sync::Mutex<(Option<u64>, i64)>>,
}

impl Desktop {
    /// Tells whether nobody wants to be disturbed.
    pub fn is_busy(&self) -> bool {
        self.busy.iter().any(|busy| busy.load(Ordering::Relaxed))
    }

    #[cfg(target_os = "linux")]
    fn set_busy(&self, who: Who, busy: bool) {
        self.busy[who as usize].store(busy, Ordering::Relaxed);
    }
}

/// Names those who may say that nobody wants to be disturbed.
#[cfg(target_os = "linux")]
#[derive(Clone, Copy, Debug)]
enum Who {
    /// The notification server, such as that of KDE.
    Server,
    /// dunst, which has a word of its own for it.
    Dunst,
    /// GNOME, in its settings.
    Gnome,
}

/// Tells whether something brings a hidden window back.
pub fn has_tray(app: &AppHandle) -> bool {
    app.state::<Desktop>().tray.load(Ordering::Relaxed)
}

/// Says once, ever, that a hidden window would not come back by a tray. One that is about to start is waited for, and so
/// is a window that somebody can see.
pub fn notify_missing_tray(app: &AppHandle, folder: &Path) {
    let (app, told) = (app.clone(), folder.join(TOLD));
    if told.exists() {
        return;
    }
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(TRAY_LIMIT).await;
        let is_seen = || navigation::is_page_listening(&app) && window::is_shown(&app);
        while !(has_tray(&app) || is_seen()) {
            tokio::time::sleep(TRAY_LIMIT).await;
        }
        if !has_tray(&app) {
            navigation::tell(&app, Show::NoTray);
            if let Err(error) = std::fs::write(told, "") {
                tracing::warn!(%error, "it will be said again that there is no tray");
            }
        }
    });
}

/// Begins to listen to the desktop, and returns once it is known whether it has a tray.
#[cfg(target_os = "linux")]
pub fn listen(app: &AppHandle) {
    let desktop = app.state::<Desktop>().inner().clone();
    let tray = bus::has_tray();
    desktop.tray.store(tray, Ordering::Relaxed);
    gnome::listen(&desktop);
    tauri::async_runtime::spawn(bus::listen(desktop));
}

/// Begins to listen to the desktop: these always have a tray, and keep notifications by themselves while nobody wants to
/// be disturbed.
#[cfg(not(target_os = "linux"))]
pub fn listen(app: &AppHandle) {
    app.state::<Desktop>().tray.store(true, Ordering::Relaxed);
}

/// Shows progress and a number on the icon of the dock or the taskbar, where there is one.
#[cfg(target_os = "linux")]
pub fn badge(view: &TrayView) {
    launcher::show(view.percent, view.news.unread);
}

/// Shows progress and a number on the icon of the dock or the taskbar, where there is one.
#[cfg(not(target_os = "linux"))]
pub fn badge(app: &AppHandle, view: &TrayView) {
    let shown = (view.percent.map(u64::from), i64::from(view.news.unread));
    *app.state::<Desktop>().badge.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = shown;
    badge_again(app);
}

/// Shows it on the icon of a window that was just built.
#[cfg(not(target_os = "linux"))]
pub fn badge_again(app: &AppHandle) {
    use tauri::window::{ProgressBarState, ProgressBarStatus};
    let Some(window) = app.get_webview_window("main") else { return };
    let desktop = app.state::<Desktop>();
    let (percent, unread) = *desktop.badge.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let status = if percent.is_some() { ProgressBarStatus::Normal } else { ProgressBarStatus::None };
    let progress = ProgressBarState { status: Some(status), progress: percent };
    let unread = Some(unread).filter(|unread| *unread > 0);
    if let Err(error) = window.set_progress_bar(progress).and_then(|()| window.set_badge_count(unread)) {
        tracing::debug!(%error, "the icon of the taskbar did not change");
    }
}
