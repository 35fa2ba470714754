//! The tray icon: its image and tooltip show the overall state. Its menu holds every action, because not every desktop
//! reports clicks on the icon.

use std::sync::Arc;

use jiff::civil::Date;
use tallylight_client::{Pause, TrayView};
use tallylight_core::JobId;
use tauri::AppHandle;

mod icon;
mod menu;
#[cfg(target_os = "linux")]
mod status_notifier;
#[cfg(not(target_os = "linux"))]
mod system;
mod texts;

use icon::Icon;
use menu::Entry;
#[cfg(target_os = "linux")]
use status_notifier as system;

/// The tray icon. The app also runs on a desktop without one.
#[derive(Default)]
pub struct Tray(system::Tray);

/// What the user requests in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrayAction {
    /// Bring the window to the front.
    Open,
    /// Open a job in the window.
    OpenJob(JobId),
    /// Choose videos and upload them.
    Upload,
    /// Show the history of notifications.
    ShowHistory,
    /// Show the settings.
    ShowSettings,
    /// Pause notifications, or resume them.
    Pause(Pause),
    /// Quit the app.
    Quit,
}

/// A click in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Click {
    /// What the user requests.
    pub action: TrayAction,
    /// The activation token of the click, on Wayland.
    pub activation_token: Option<String>,
}

/// Receives the clicks, on the main thread.
type OnClick = Arc<dyn Fn(Click) + Send + Sync>;

/// What the tray shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    icon: Icon,
    /// The text beside the icon.
    status_line: String,
    entries: Vec<Entry>,
}

impl Shown {
    fn new(view: &TrayView, today: Date) -> Self {
        let status_line = texts::status_line(view);
        let entries = menu::entries(view, &status_line, today);
        Self { icon: Icon::of(view), status_line, entries }
    }
}

impl Tray {
    /// Builds the tray icon, and calls `on_click` for each click. Must be called on the main thread.
    pub fn build(&self, app: &AppHandle, on_click: impl Fn(Click) + Send + Sync + 'static) {
        self.0.build(app, Arc::new(on_click));
    }

    /// Shows a state in the icon, the tooltip and the menu. Must be called on the main thread.
    pub fn show(&self, app: &AppHandle, view: &TrayView) {
        self.0.show(app, &Shown::new(view, jiff::Zoned::now().date()));
    }
}
