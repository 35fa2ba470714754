//! Cleanup after a crash: removes files of uploads that never became a job.

use std::{collections::BTreeSet, fs, path::Path};

/// Removes the folders of videos that are not in use: that belong to no job and to no unfinished upload. A folder with thumbnails was
/// processed; it is kept, because it may belong to a database that was lost.
pub fn remove(data_dir: &Path, used: &BTreeSet<String>) {
    for folder in fs::read_dir(data_dir.join("videos")).into_iter().flatten().flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        if used.contains(&name) || has_thumbnails(&folder.path()) {
            continue;
        }
        match fs::remove_dir_all(folder.path()) {
            Ok(()) => tracing::info!(video_id = name, "removed an incomplete upload of an earlier run"),
            Err(error) => tracing::warn!(video_id = name, %error, "could not remove an incomplete upload"),
        }
    }
}

fn has_thumbnails(folder: &Path) -> bool {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.into_iter().any(|file| file.path().extension().is_some_and(|extension| extension == "jpg"))
}
