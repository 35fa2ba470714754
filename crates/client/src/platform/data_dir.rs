//! The folders in which the programs store their data.

use std::path::{Path, PathBuf};

/// Returns the data folder: the one that the user chose, or `tallylight` in the system's folder for application data.
pub fn data_dir(chosen: Option<&Path>) -> Option<PathBuf> {
    chosen.map(Path::to_owned).or_else(|| dirs::data_dir().map(|folder| folder.join("tallylight")))
}

/// Returns the desktop app's part of a data folder, which also has the settings file.
pub fn desktop_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("desktop")
}

/// Returns the part of a data folder that belongs to `tally`.
pub fn cli_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("cli")
}
