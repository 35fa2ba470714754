//! The data folder of the studio: its database, its files, and the disk space that they use.

use std::path::{Path, PathBuf};

pub mod database;
pub mod leftovers;
pub mod usage;

/// A stored video.
#[derive(Clone, Debug)]
pub struct StoredVideo {
    /// Its id.
    pub id: String,
    /// The path of the video file.
    pub source: PathBuf,
    /// Whether its processing has finished with success, so that the file is no longer needed.
    pub is_finished: bool,
}

/// Returns the folder of a video's files.
pub fn video_folder(data_dir: &Path, video_id: &str) -> PathBuf {
    data_dir.join("videos").join(video_id)
}
