//! How speech recognition stands: the engine, the models and their downloads.

use std::path::PathBuf;

use super::{Model, Trouble};

/// What recognises speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The engine of this program.
    BuiltIn,
    /// A program that the environment names.
    Program,
    /// None: this program was built without one, or the processor is too old for it.
    None,
}

/// A download as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Download {
    /// How many bytes have arrived.
    pub received: u64,
    /// What it does.
    pub state: DownloadState,
}

/// What a download does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownloadState {
    /// Bytes arrive.
    Running,
    /// The checksum is computed.
    Checking,
    /// It was stopped, and can go on.
    Stopped,
    /// It failed, and can be tried anew.
    Failed(Trouble),
}

/// A model of the list, and what of it is on this computer.
#[derive(Clone, Debug)]
pub struct ModelState {
    /// The model.
    pub model: Model,
    /// Where its file is, or will be.
    pub file: PathBuf,
    /// Whether its file is here.
    pub is_here: bool,
    /// Its download, where there is one that is not complete.
    pub download: Option<Download>,
    /// How many seconds ten seconds of sound took, where that was measured.
    pub seconds_for_ten: Option<f64>,
}

/// A model that was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Its file.
    pub file: PathBuf,
    /// Whether the file is there.
    pub is_here: bool,
    /// How many seconds ten seconds of sound take, where that was measured.
    pub seconds_for_ten: Option<f64>,
}

impl Download {
    /// Tells whether it goes on by itself.
    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, DownloadState::Running | DownloadState::Checking)
    }
}
