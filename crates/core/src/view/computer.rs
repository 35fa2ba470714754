//! What the window sees of the studio of this computer: its speech models and what it keeps on the disk.

use serde::Serialize;

/// Speech recognition on this computer, and the disk space that videos take.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ComputerView {
    /// What recognises speech.
    pub engine: SpeechEngine,
    /// The models that can be downloaded, from small to large.
    pub models: Vec<SpeechModelView>,
    /// A file that was chosen in place of a model of the list.
    pub own_model: Option<OwnModelView>,
    /// How much space is left, in bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub free_bytes: Option<u64>,
    /// What its videos take.
    pub videos: VideosView,
}

/// Names what recognises speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum SpeechEngine {
    /// The app itself.
    BuiltIn,
    /// A program that the environment names.
    Program,
    /// Nothing: the app was built without it, or the processor is too old.
    None,
}

/// A speech model that can be downloaded.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SpeechModelView {
    /// Its name, such as `base`.
    pub id: String,
    /// The size of its file in bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub size_bytes: u64,
    /// How many languages it recognises.
    pub languages: u32,
    /// Whether its file is on this computer.
    pub is_here: bool,
    /// Its download, where there is one that is not complete.
    pub download: Option<DownloadView>,
    /// How many seconds ten seconds of sound take on this computer, where that was measured.
    pub seconds_for_ten: Option<f64>,
}

/// A model's file that a person chose.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct OwnModelView {
    /// Its path.
    pub file: String,
    /// Whether it is there.
    pub is_here: bool,
    /// How many seconds ten seconds of sound take on this computer, where that was measured.
    pub seconds_for_ten: Option<f64>,
}

/// A download that is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DownloadView {
    /// How many bytes have arrived.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub received_bytes: u64,
    /// What it does.
    pub state: DownloadState,
}

/// Names what a download does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum DownloadState {
    /// Bytes arrive.
    Running,
    /// The checksum is computed.
    Checking,
    /// It was stopped, and can go on.
    Stopped,
    /// The disk has not enough space.
    NoSpace,
    /// The disk cannot be written to.
    Disk,
    /// The server cannot be reached, or broke off.
    Network,
    /// The server does not have the file.
    Missing,
    /// What arrived is not the file that was expected.
    Damaged,
}

/// What the videos of this computer take on its disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct VideosView {
    /// All files of all videos, in bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    /// The copies of videos that are finished, in bytes: they are no longer needed.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub finished_bytes: u64,
    /// How many such copies there are.
    pub finished: u32,
}

/// What is sent to a language model, before it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SuggestionRequestView {
    /// Where it is sent.
    pub address: String,
    /// The body, exactly as it is sent.
    pub body: String,
}
