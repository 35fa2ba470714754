//! Uploads to a studio on the same computer without copying the bytes: the file appears in a folder of the studio as a
//! clone of its blocks (reflink), as a hard link, or, on another disk, as a symbolic link.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

use tallylight_core::discovery::Server;
use uuid::Uuid;

/// Files above this size on another disk are linked instead of copied, because the user was not asked for that much
/// space. In bytes.
const LARGE: u64 = 1 << 30;
/// A file that was modified more recently may still be written.
const RECENT: Duration = Duration::from_secs(10);
/// The delay before a recent file is checked again: an export writes several times per second.
const RECHECK_DELAY: Duration = Duration::from_secs(1);

/// A file in the studio's folder. It is removed on drop, unless the studio has moved it away.
#[derive(Debug)]
pub struct LinkedFile {
    path: PathBuf,
    /// The name in the folder.
    pub name: String,
    /// The size in bytes.
    pub length: u64,
}

impl Drop for LinkedFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Places a video in the studio's folder, if there is one on this computer and the file system can link. Returns `None`
/// if the bytes have to be sent.
pub async fn place(server: &Server, video: &Path) -> Option<LinkedFile> {
    let folder = server.incoming_folder.clone()?;
    if !is_settled(video).await {
        return None;
    }
    let video = video.to_path_buf();
    let placed = tokio::task::spawn_blocking(move || place_in(&folder, &video)).await.ok()?;
    placed.inspect_err(|error| tracing::info!(%error, "the video cannot be linked and is sent instead")).ok()
}

/// Returns whether a file is no longer being written. A recently modified file is checked twice: if it changed during
/// the upload, the upload would fail.
async fn is_settled(video: &Path) -> bool {
    let stamp =
        async || tokio::fs::metadata(video).await.ok().and_then(|file| Some((file.len(), file.modified().ok()?)));
    let Some(before) = stamp().await else { return false };
    if before.1.elapsed().is_ok_and(|age| age > RECENT) {
        return true;
    }
    tokio::time::sleep(RECHECK_DELAY).await;
    stamp().await == Some(before)
}

fn place_in(folder: &Path, video: &Path) -> io::Result<LinkedFile> {
    // Resolves symbolic links.
    let video = fs::canonicalize(video)?;
    let file = fs::metadata(&video)?;
    if !file.is_file() || !fs::symlink_metadata(folder)?.is_dir() {
        return Err(ErrorKind::Unsupported.into());
    }
    let name = Uuid::new_v4().to_string();
    let placed = LinkedFile { path: folder.join(&name), name, length: file.len() };
    reflink_copy::reflink(&video, &placed.path)
        .or_else(|_| fs::hard_link(&video, &placed.path))
        .or_else(|error| if file.len() > LARGE { link(&video, &placed.path) } else { Err(error) })?;
    Ok(placed)
}

#[cfg(unix)]
fn link(video: &Path, placed: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(video, placed)
}

/// Returns an error: on Windows, only administrators may create symbolic links.
#[cfg(not(unix))]
fn link(video: &Path, placed: &Path) -> io::Result<()> {
    let _ = (video, placed);
    Err(ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placed_file_is_removed_unless_the_studio_takes_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let video = folder.path().join("v.mp4");
        let incoming = folder.path().join("incoming");
        fs::write(&video, b"video").expect("a file");
        assert!(place_in(&incoming, &video).is_err(), "without a folder, nothing is placed");
        fs::create_dir(&incoming).expect("a folder");
        let placed = place_in(&incoming, &video).expect("placed");
        let (path, taken) = (placed.path.clone(), folder.path().join("taken"));
        assert_eq!((fs::read(&path).expect("a file"), placed.length), (b"video".to_vec(), 5));
        drop(placed);
        assert!(!path.exists() && video.exists());
        let placed = place_in(&incoming, &video).expect("placed");
        fs::rename(&placed.path, &taken).expect("taken");
        drop(placed);
        assert!(taken.exists() && video.exists());
        assert!(place_in(&incoming, folder.path()).is_err(), "a folder is not placed");
    }

    /// `/dev/shm` is a file system in memory, which is never the one of the temporary folder.
    #[cfg(target_os = "linux")]
    #[test]
    fn large_files_of_another_disk_are_linked_and_small_ones_sent() {
        use std::os::unix::fs::MetadataExt;

        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = tempfile::tempdir_in("/dev/shm").expect("a folder in memory");
        let device = |path: &Path| fs::metadata(path).expect("a folder").dev();
        assert_ne!(device(folder.path()), device(elsewhere.path()), "the test needs two file systems");
        let video = elsewhere.path().join("v.mp4");
        let file = fs::File::create(&video).expect("a file");
        file.set_len(LARGE).expect("a length");
        assert!(place_in(folder.path(), &video).is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
        file.set_len(LARGE + 1).expect("a length");
        let placed = place_in(folder.path(), &video).expect("a link");
        assert_eq!(fs::read_link(&placed.path).expect("a link"), video);
        drop(placed);
        assert!(video.exists());
    }
}
