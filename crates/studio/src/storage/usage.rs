//! Disk usage of the videos, and deletion of the copies of finished videos, which are no longer needed.

use std::{fs, path::Path};

use super::{StoredVideo, video_folder};

/// The disk usage of a studio's videos.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The size of all files of all videos, in bytes.
    pub bytes: u64,
    /// The size of the copies of finished videos, in bytes.
    pub finished_bytes: u64,
    /// The number of these copies.
    pub finished: u32,
}

/// Returns the disk usage of videos in a data folder.
pub fn measure(data_dir: &Path, videos: &[StoredVideo]) -> Usage {
    let mut usage = Usage::default();
    for video in videos {
        let folder = fs::read_dir(video_folder(data_dir, &video.id)).into_iter().flatten().flatten();
        usage.bytes += folder.filter_map(|entry| own_size(&entry.path())).sum::<u64>();
        if let Some(size) = finished_copy(video) {
            usage.finished_bytes += size;
            usage.finished += 1;
        }
    }
    usage
}

/// Deletes the copies of finished videos among the given ones and returns the freed bytes. Texts and thumbnails stay.
pub fn delete_finished_copies(videos: &[StoredVideo]) -> u64 {
    let mut freed = 0;
    for video in videos {
        let Some(size) = finished_copy(video) else { continue };
        match fs::remove_file(&video.source) {
            Ok(()) => freed += size,
            Err(error) => tracing::warn!(video_id = %video.id, %error, "could not delete the copy of a finished video"),
        }
    }
    freed
}

/// Returns the size of a video's copy if its processing has finished with success.
fn finished_copy(video: &StoredVideo) -> Option<u64> {
    video.is_finished.then(|| own_size(&video.source)).flatten()
}

/// Returns the size of a file; `None` for links and for files with several hard links, because deleting them frees
/// nothing. Clones that share blocks cannot be recognised and count in full.
fn own_size(file: &Path) -> Option<u64> {
    let file = file.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&file) > 1 {
        return None;
    }
    Some(file.len())
}
