//! Disk usage of the videos, and deletion of the copies of finished videos, which are no longer needed.

use std::{fs, path::Path};

use crate::jobs::{Job, Jobs, Status, video_folder};

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

/// Returns the disk usage of all videos.
pub fn measure(jobs: &Jobs, data_dir: &Path) -> Usage {
    let mut usage = Usage::default();
    for job in jobs.all() {
        let folder = fs::read_dir(video_folder(data_dir, &job.video_id)).into_iter().flatten().flatten();
        usage.bytes += folder.filter_map(|entry| own_size(&entry.path())).sum::<u64>();
        if let Some(size) = finished_copy(&job) {
            usage.finished_bytes += size;
            usage.finished += 1;
        }
    }
    usage
}

/// Deletes the copies of finished videos and returns the freed bytes. Texts and thumbnails stay.
pub fn delete_finished_copies(jobs: &Jobs) -> u64 {
    let mut freed = 0;
    for job in jobs.all() {
        let Some(size) = finished_copy(&job) else { continue };
        match fs::remove_file(&job.source) {
            Ok(()) => freed += size,
            Err(error) => tracing::warn!(job_id = %job.id, %error, "could not delete the copy of a finished video"),
        }
    }
    freed
}

/// Returns the size of a video's copy if its job has finished with success.
fn finished_copy(job: &Job) -> Option<u64> {
    let is_done = job.progress.status == Status::Completed;
    is_done.then(|| own_size(&job.source)).flatten()
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
