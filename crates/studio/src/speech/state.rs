//! The state of speech recognition: the engine, the models and their downloads.

use std::path::PathBuf;

use super::{DownloadError, Model};

/// The kind of speech recognition engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The built-in engine.
    BuiltIn,
    /// A program named by the environment.
    Program,
    /// No engine: the program was built without one, or the processor is too old for it.
    None,
}

/// The state of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Download {
    /// The number of received bytes.
    pub received: u64,
    /// The current activity.
    pub state: DownloadState,
}

/// The activity of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownloadState {
    /// Bytes are being received.
    Running,
    /// The checksum is being computed.
    Checking,
    /// The download was stopped and can be continued.
    Stopped,
    /// The download failed and can be retried.
    Failed(DownloadError),
}

/// A model of the list with its state on this computer.
#[derive(Clone, Debug)]
pub struct ModelState {
    /// The model.
    pub model: Model,
    /// The path of its file, whether or not it exists.
    pub file: PathBuf,
    /// Whether the model is installed.
    pub is_here: bool,
    /// Its download, if it is not complete.
    pub download: Option<Download>,
    /// How many seconds ten seconds of audio take, if that was measured.
    pub seconds_for_ten: Option<f64>,
}

/// The chosen model.
#[derive(Clone, Debug, PartialEq)]
pub struct ChosenModel {
    /// The path of its file.
    pub file: PathBuf,
    /// Whether the file exists.
    pub is_here: bool,
    /// How many seconds ten seconds of audio take, if that was measured.
    pub seconds_for_ten: Option<f64>,
}

impl Download {
    /// Returns whether the download is active.
    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, DownloadState::Running | DownloadState::Checking)
    }
}
