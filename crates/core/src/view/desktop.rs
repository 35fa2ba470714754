//! What the window of the desktop app sees of its shell: settings, updates, and what it is asked to show.

use serde::Serialize;

use super::{ReasonView, RowView, StatusView};
use crate::settings::Settings;

/// Is what the window's first picture shows, told at once: asked for one after the other, its parts would hold it up.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct InitialState {
    /// What the window was sent before this was true; one that begins to listen after more has missed something.
    pub sent: SentView,
    /// What holds.
    pub settings: SettingsView,
    /// The state of everything but the jobs.
    pub status: StatusView,
    /// The list; empty while nobody is signed in.
    pub rows: Vec<RowView>,
}

/// Counts the batches of events that the window was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SentView {
    /// All of them.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub batches: u64,
    /// Those of jobs.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub of_jobs: u64,
}

/// Is what a person chose, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SettingsView {
    /// What holds.
    pub settings: Settings,
    /// Why the file cannot be read, or something in it cannot take effect; what held before still does.
    pub trouble: Option<ReasonView>,
    /// Which version runs.
    pub version: String,
    /// Where the file is.
    pub file: String,
    /// Where everything is kept.
    pub folder: String,
    /// Whether a tray brings the window back.
    pub tray: Tray,
    /// Whether the app can be started when the person logs in.
    pub login: Login,
}

/// Tells whether this desktop has a tray.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Tray {
    /// It does.
    Present,
    /// It does not.
    Absent,
}

/// Tells whether the system starts programs when a person logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Login {
    /// It does.
    Offered,
    /// This start has a data folder of its own, which a start by the system would not have.
    OtherFolder,
}

/// Names what the window is asked to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Show {
    /// The settings.
    Settings,
    /// What happened.
    History,
    /// The question whether closing the window should hide it or quit.
    Closing,
    /// The question whether to quit although videos are being uploaded.
    Quitting,
    /// That there is no tray here, once.
    NoTray,
    /// That there is nobody to upload for.
    SignInFirst,
}

/// Is how it stands with a newer version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum UpdateView {
    /// This build does not update itself: it has nowhere to ask, or a package manager owns it.
    Absent,
    /// Nobody has asked yet.
    Unknown,
    /// It is being asked.
    Checking,
    /// There is none.
    Current,
    /// There is one.
    Available {
        /// Its version.
        version: String,
    },
    /// It is being fetched.
    Downloading {
        /// Its version.
        version: String,
        /// 0–100; none where the size is not known.
        percent: Option<u8>,
    },
    /// It is installed, and runs from the next start on.
    Ready {
        /// Its version.
        version: String,
    },
    /// It could not be asked or fetched.
    Failed {
        /// Why.
        reason: ReasonView,
    },
}

/// Is what a version brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ReleaseView {
    /// Its version, or `Unreleased`.
    pub version: String,
    /// Its day, as `2026-11-25`.
    pub date: Option<String>,
    /// Its changes, by kind.
    pub changes: Vec<ChangesView>,
}

/// Are changes of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ChangesView {
    /// The kind: `Added`, `Changed`, `Fixed`.
    pub kind: String,
    /// One sentence or a few for each.
    pub changes: Vec<String>,
}
