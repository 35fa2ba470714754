//! The data folder and what it contains.

use std::path::{Path, PathBuf};

/// The data folder.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Creates it from its path.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the folder of the app's own state, which is separate from that of the embedded studio.
    pub fn desktop(&self) -> PathBuf {
        tallylight_client::desktop_dir(&self.0)
    }

    /// Returns the folder of the log files.
    pub fn logs(&self) -> PathBuf {
        self.desktop().join("logs")
    }

    /// Returns the folder in which the webview keeps its data.
    pub fn webview(&self) -> PathBuf {
        self.desktop().join("webview")
    }

    /// Returns the data folder of the embedded studio.
    pub fn studio(&self) -> PathBuf {
        self.0.join("studio")
    }
}
