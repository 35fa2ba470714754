//! The studio embedded in this application, for display: its speech models and disk usage.

use serde::Serialize;

/// Speech recognition on this computer, and the disk space that videos take.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ComputerView {
    /// The speech recognition engine.
    pub engine: SpeechEngine,
    /// The models that can be downloaded, from small to large.
    pub models: Vec<SpeechModelView>,
    /// The model file chosen by the user instead of a model of the list.
    pub own_model: Option<OwnModelView>,
    /// The free disk space, in bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub free_bytes: Option<u64>,
    /// The disk usage of the videos.
    pub videos: VideosView,
}

/// The speech recognition engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum SpeechEngine {
    /// Built into the application.
    BuiltIn,
    /// A program named by an environment variable.
    Program,
    /// None: the application was built without one, or the processor is too old.
    None,
}

/// A speech model that can be downloaded.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SpeechModelView {
    /// The id of the model, such as `base`.
    pub id: String,
    /// The size of the file in bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub size_bytes: u64,
    /// The number of languages that the model recognises.
    pub languages: u32,
    /// Whether the file is on this computer.
    pub is_here: bool,
    /// The incomplete download, if there is one.
    pub download: Option<DownloadView>,
    /// The measured time to recognise ten seconds of audio on this computer, in seconds.
    pub seconds_for_ten: Option<f64>,
}

/// A model file chosen by the user.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct OwnModelView {
    /// The path of the file.
    pub file: String,
    /// Whether the file exists.
    pub is_here: bool,
    /// The measured time to recognise ten seconds of audio on this computer, in seconds.
    pub seconds_for_ten: Option<f64>,
}

/// An incomplete download.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DownloadView {
    /// The number of received bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub received_bytes: u64,
    /// The state.
    pub state: DownloadState,
}

/// The state of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum DownloadState {
    /// Downloading.
    Running,
    /// Verifying the checksum.
    Checking,
    /// Stopped; it can be resumed.
    Stopped,
    /// Stopped because the disk is full.
    NoSpace,
    /// Stopped because the disk cannot be written to.
    Disk,
    /// Stopped because the server cannot be reached, or closed the connection.
    Network,
    /// Failed because the server does not have the file.
    Missing,
    /// Failed because the checksum does not match.
    Damaged,
}

/// The disk usage of the videos on this computer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct VideosView {
    /// The size of all files of all videos, in bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub bytes: u64,
    /// The size of the copies of finished videos, in bytes; they are no longer needed.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub finished_bytes: u64,
    /// The number of these copies.
    pub finished: u32,
}

/// A request to a language model, shown before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SuggestionRequestView {
    /// The URL to which it is sent.
    pub address: String,
    /// The body, exactly as it is sent.
    pub body: String,
}
