//! How much the videos take on the disk, and making room: the copy of a video that is finished is no longer needed.

use std::{fs, path::Path};

use crate::jobs::{Job, Jobs, Status, video_folder};

/// What the videos of a studio take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// All files of all videos, in bytes.
    pub bytes: u64,
    /// The copies of videos that are finished, in bytes.
    pub finished_bytes: u64,
    /// How many such copies there are.
    pub finished: u32,
}

/// Looks at the files of all videos.
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

/// Deletes the copies of finished videos: their texts and pictures stay. Returns what that freed, in bytes.
pub fn delete_finished_copies(jobs: &Jobs) -> u64 {
    let mut freed = 0;
    for job in jobs.all() {
        let Some(size) = finished_copy(&job) else { continue };
        match fs::remove_file(&job.source) {
            Ok(()) => freed += size,
            Err(error) => tracing::warn!(job_id = %job.id, %error, "the copy of a finished video could not be deleted"),
        }
    }
    freed
}

/// Returns the size of a video's copy, where the work on it is done.
fn finished_copy(job: &Job) -> Option<u64> {
    let is_done = job.progress.status == Status::Completed;
    is_done.then(|| own_size(&job.source)).flatten()
}

/// Returns what a file takes; none where it is a link to another, or another name of one: deleting that frees nothing. Of a clone
/// that shares its blocks nobody knows.
fn own_size(file: &Path) -> Option<u64> {
    let file = file.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&file) > 1 {
        return None;
    }
    Some(file.len())
}
