//! The state of the desktop shell for display: settings, updates, and what the window is requested to show.

use serde::Serialize;

use tallylight_core::{
    Reason,
    settings::{Settings, WindowMode},
};

use crate::{RowView, StatusView};

/// The initial state of a window in one response, because requesting its parts one after another would delay the first
/// paint.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct InitialState {
    /// The number of batches sent to the window before this state. A window that has received fewer has missed some.
    pub sent: SentView,
    /// The settings.
    pub settings: SettingsView,
    /// The complete state without the jobs.
    pub status: StatusView,
    /// The rows of the job list; empty while no user is signed in.
    pub rows: Vec<RowView>,
}

/// The number of event batches sent to the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SentView {
    /// All batches.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub batches: u64,
    /// Batches of job changes.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub of_jobs: u64,
}

/// The settings for display, with problems and properties of this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SettingsView {
    /// The effective settings.
    pub settings: Settings,
    /// The reason why the settings file cannot be read or applied; the previous settings then stay in effect.
    pub trouble: Option<Reason>,
    /// The version of the application.
    pub version: String,
    /// The path of the settings file.
    pub file: String,
    /// The path of the data folder.
    pub folder: String,
    /// Whether a tray icon can restore the window.
    pub tray: Tray,
    /// Whether the application can be started at login.
    pub login: Login,
    /// The window.
    pub window: WindowView,
}

/// What is in effect of the window's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct WindowView {
    /// The form of the window. It differs from the setting while the settings file cannot be written.
    pub mode: WindowMode,
    /// Whether the desktop keeps a window above others on request.
    pub stacking: Stacking,
    /// The state of the shortcut that shows or hides the window.
    pub shortcut: ShortcutState,
}

/// Whether the desktop keeps a window above others on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Stacking {
    /// It does.
    Supported,
    /// Wayland has no such request: the user sets it in the window's menu, if the desktop has one.
    Wayland,
}

/// The state of the shortcut that shows or hides the window from any program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum ShortcutState {
    /// None is set.
    #[default]
    Off,
    /// It works.
    Active,
    /// Another program has it.
    Taken,
    /// The keyboard has no such key.
    NoSuchKey,
    /// The desktop passes no shortcuts to programs in the background, as on Wayland.
    Unsupported,
}

/// Whether the desktop has a tray.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Tray {
    /// The desktop has a tray.
    Present,
    /// The desktop has no tray.
    Absent,
}

/// Whether the application can be started at login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Login {
    /// It can.
    Offered,
    /// It cannot, because this instance uses a data folder of its own, which a start at login would not use.
    OtherFolder,
}

/// What the window is requested to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Show {
    /// The settings.
    Settings,
    /// The history.
    History,
    /// The question whether closing the window should hide it or quit the application.
    Closing,
    /// The question whether to quit while videos are being uploaded.
    Quitting,
    /// The hint that there is no tray, shown once.
    NoTray,
    /// The hint to sign in before uploading.
    SignInFirst,
}

/// The state of software updates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum UpdateView {
    /// This build does not update itself: it has no update server, or is managed by a package manager.
    Absent,
    /// Not checked yet.
    Unknown,
    /// Checking.
    Checking,
    /// Up to date.
    Current,
    /// A newer version is available.
    Available {
        /// The new version.
        version: String,
    },
    /// The new version is being downloaded.
    Downloading {
        /// The new version.
        version: String,
        /// The progress, 0–100; none if the size is unknown.
        percent: Option<u8>,
    },
    /// The new version is installed and will run after a restart.
    Ready {
        /// The new version.
        version: String,
    },
    /// The check or download failed.
    Failed {
        /// The reason.
        reason: Reason,
    },
}

/// The release notes of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ReleaseView {
    /// The version, or `Unreleased`.
    pub version: String,
    /// The date, as `2026-11-25`.
    pub date: Option<String>,
    /// The changes, grouped by kind.
    pub changes: Vec<ChangesView>,
}

/// The changes of one kind in a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ChangesView {
    /// The kind: `Added`, `Changed`, `Fixed`.
    pub kind: String,
    /// One or a few sentences for each change.
    pub changes: Vec<String>,
}
