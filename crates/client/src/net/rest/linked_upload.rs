//! Handing a video to a studio on the same computer without a second copy of its bytes: the file appears in a folder of the studio
//! as a clone of its blocks, as a second name of the same file, or, on another disk, as a link to it.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

use tallylight_core::discovery::Server;
use uuid::Uuid;

/// A file of more bytes on another disk is linked to and not copied: nobody was asked for that much space.
const LARGE: u64 = 1 << 30;
/// A file that was written to more recently may not be finished.
const RECENT: Duration = Duration::from_secs(10);
/// After how long it is looked at again: an export writes several times a second.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A file in the studio's folder. When this is dropped it is removed, unless the studio took it.
#[derive(Debug)]
pub struct Placed {
    path: PathBuf,
    /// Its name in the folder.
    pub name: String,
    /// Its size in bytes.
    pub length: u64,
}

impl Drop for Placed {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Places a video, where the studio has such a folder on this computer and the file system can do it. None where the bytes have
/// to be sent.
pub async fn place(server: &Server, video: &Path) -> Option<Placed> {
    let folder = server.incoming_folder.clone()?;
    if !is_settled(video).await {
        return None;
    }
    let video = video.to_path_buf();
    let placed = tokio::task::spawn_blocking(move || place_in(&folder, &video)).await.ok()?;
    placed.inspect_err(|error| tracing::info!(%error, "the video is sent, because it cannot be linked")).ok()
}

/// Tells whether nobody writes to a file any more: one that was written to a moment ago is looked at twice. While it is sent, it
/// would be seen to change.
async fn is_settled(video: &Path) -> bool {
    let look =
        async || tokio::fs::metadata(video).await.ok().and_then(|file| Some((file.len(), file.modified().ok()?)));
    let Some(before) = look().await else { return false };
    if before.1.elapsed().is_ok_and(|age| age > RECENT) {
        return true;
    }
    tokio::time::sleep(LOOK_AGAIN).await;
    look().await == Some(before)
}

fn place_in(folder: &Path, video: &Path) -> io::Result<Placed> {
    // Of a link the file that it leads to.
    let video = fs::canonicalize(video)?;
    let file = fs::metadata(&video)?;
    if !file.is_file() || !fs::symlink_metadata(folder)?.is_dir() {
        return Err(ErrorKind::Unsupported.into());
    }
    let name = Uuid::new_v4().to_string();
    let placed = Placed { path: folder.join(&name), name, length: file.len() };
    reflink_copy::reflink(&video, &placed.path)
        .or_else(|_| fs::hard_link(&video, &placed.path))
        .or_else(|error| if file.len() > LARGE { link(&video, &placed.path) } else { Err(error) })?;
    Ok(placed)
}

#[cfg(unix)]
fn link(video: &Path, placed: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(video, placed)
}

/// Windows lets administrators alone make links to files.
#[cfg(not(unix))]
fn link(video: &Path, placed: &Path) -> io::Result<()> {
    let _ = (video, placed);
    Err(ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_placed_and_gone_again_unless_somebody_takes_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let video = folder.path().join("v.mp4");
        let incoming = folder.path().join("incoming");
        fs::write(&video, b"video").expect("a file");
        assert!(place_in(&incoming, &video).is_err(), "there is no folder");
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
        assert!(place_in(&incoming, folder.path()).is_err(), "no file");
    }

    /// A file system in memory, which is another one than that of any folder.
    #[cfg(target_os = "linux")]
    #[test]
    fn of_another_disk_what_is_large_is_linked_to_and_the_rest_is_sent() {
        use std::os::unix::fs::MetadataExt;

        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = tempfile::tempdir_in("/dev/shm").expect("a folder in memory");
        let device = |path: &Path| fs::metadata(path).expect("a folder").dev();
        assert_ne!(device(folder.path()), device(elsewhere.path()), "the folders of this test are on one file system");
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
