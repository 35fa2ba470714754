//! What a crash left behind: files of uploads that never became a job.

use std::{collections::BTreeSet, fs, path::Path};

use crate::jobs::Jobs;

/// Removes the folders of videos that belong to no job and to no upload that goes on. One with pictures was worked on, and is
/// left to whoever lost its database.
pub fn remove(data_dir: &Path, jobs: &Jobs, uploads: &BTreeSet<String>) {
    let known = jobs.video_ids();
    for folder in fs::read_dir(data_dir.join("videos")).into_iter().flatten().flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        if known.contains(&name) || uploads.contains(&name) || has_pictures(&folder.path()) {
            continue;
        }
        match fs::remove_dir_all(folder.path()) {
            Ok(()) => tracing::info!(video_id = name, "half an upload of an earlier run was removed"),
            Err(error) => tracing::warn!(video_id = name, %error, "half an upload could not be removed"),
        }
    }
}

fn has_pictures(folder: &Path) -> bool {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.into_iter().any(|file| file.path().extension().is_some_and(|extension| extension == "jpg"))
}
