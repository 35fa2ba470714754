//! Reads a video file while it is sent. The file must not change until the end.

use std::{
    io::SeekFrom,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use jiff::Timestamp;
use tallylight_core::{Code, Error, model::text::one_line, upload_queue::VideoFile};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

use super::SpeedLimit;
use crate::net::http::Failure;

/// How much of a file is read at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// An open file.
pub struct FileReader {
    name: String,
    file: File,
    /// The beginning of the file, which determines its media type.
    pub head: Vec<u8>,
    /// The size in bytes.
    pub length: u64,
    modified: Option<SystemTime>,
    progress: Option<ReadProgress>,
}

/// Where a reader reports what was sent, and what holds it back.
#[derive(Clone)]
pub struct ReadProgress {
    /// Counts the bytes.
    pub sent: Arc<AtomicU64>,
    /// The limit for the speed.
    pub limit: SpeedLimit,
}

/// The error of a file that was found while it was sent.
pub type FileError = Arc<OnceLock<Error>>;

impl FileReader {
    /// Opens a file and reads its beginning.
    ///
    /// # Errors
    /// [`Code::File`] if it cannot be read.
    pub async fn open(path: &Path, progress: Option<ReadProgress>) -> Result<Self, Failure> {
        let name = shown(path);
        let unreadable = |error| unreadable(&name, error);
        let mut file = File::open(path).await.map_err(unreadable)?;
        let metadata = file.metadata().await.map_err(unreadable)?;
        let mut head = vec![0; CHUNK];
        let mut read = 0;
        while read < head.len() {
            match file.read(&mut head[read..]).await.map_err(unreadable)? {
                0 => break,
                more => read += more,
            }
        }
        head.truncate(read);
        Ok(Self { file, head, length: metadata.len(), modified: metadata.modified().ok(), progress, name })
    }

    /// Opens a video, and checks that it is as it was when it was added to the queue.
    ///
    /// # Errors
    /// [`Code::File`] if it is not, or cannot be read.
    pub async fn open_video(video: &VideoFile, progress: Option<ReadProgress>) -> Result<Self, Failure> {
        let file = Self::open(&video.path, progress).await?;
        if is_as_added(video, file.length, file.modified) { Ok(file) } else { Err(changed(&file.name)) }
    }

    /// Continues at an offset.
    ///
    /// # Errors
    /// [`Code::File`] if it cannot be read.
    pub async fn skip_to(&mut self, offset: u64) -> Result<(), Failure> {
        self.head.clear();
        self.file.seek(SeekFrom::Start(offset)).await.map_err(|error| unreadable(&self.name, error))?;
        Ok(())
    }

    /// Returns the next bytes of the file, `length` of them; fails if the file changes until then.
    pub fn stream(self, length: u64, file_error: FileError) -> impl Stream<Item = std::io::Result<Bytes>> {
        stream::try_unfold((self, length), move |(mut file, left)| {
            let file_error = Arc::clone(&file_error);
            async move {
                let chunk = if left == 0 { None } else { file.next(left).await? };
                let is_unchanged = chunk.is_some() || (left == 0 && file.is_unchanged().await);
                if !is_unchanged {
                    let name = &file.name;
                    let message = format!("{name} changed during upload. Wait until it is complete, then try again.");
                    let _ = file_error.set(Error::new(Code::File, message.clone()));
                    return Err(std::io::Error::other(message));
                }
                let Some(chunk) = chunk else { return Ok(None) };
                let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                if let Some(ReadProgress { sent, limit }) = &file.progress {
                    limit.wait_for(chunk.len()).await;
                    sent.fetch_add(length, Ordering::Relaxed);
                }
                Ok(Some((chunk, (file, left - length))))
            }
        })
    }

    /// Reads the next chunk of at most `most` bytes; `None` at the end of the file.
    async fn next(&mut self, most: u64) -> std::io::Result<Option<Bytes>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(CHUNK);
        let mut chunk = std::mem::take(&mut self.head);
        if chunk.is_empty() {
            chunk.resize(most, 0);
            let read = self.file.read(&mut chunk).await?;
            chunk.truncate(read);
        }
        chunk.truncate(most);
        Ok((!chunk.is_empty()).then(|| chunk.into()))
    }

    async fn is_unchanged(&self) -> bool {
        let now = self.file.metadata().await;
        now.is_ok_and(|now| now.len() == self.length && now.modified().ok() == self.modified)
    }
}

/// Checks that a file is as it was when it was added to the queue.
///
/// # Errors
/// [`Code::File`] if it is not.
pub async fn check_unchanged(file: &VideoFile) -> Result<(), Failure> {
    let name = shown(&file.path);
    let metadata = tokio::fs::metadata(&file.path).await.map_err(|error| unreadable(&name, error))?;
    if is_as_added(file, metadata.len(), metadata.modified().ok()) { Ok(()) } else { Err(changed(&name)) }
}

fn is_as_added(video: &VideoFile, length: u64, modified: Option<SystemTime>) -> bool {
    (length, modified.and_then(|time| Timestamp::try_from(time).ok())) == (video.size, video.modified)
}

fn changed(name: &str) -> Failure {
    let message = format!("{name} changed since it was added. Try again to upload the changed file.");
    Failure::local(Error::new(Code::File, message))
}

fn unreadable(name: &str, error: std::io::Error) -> Failure {
    let message = if error.kind() == std::io::ErrorKind::NotFound {
        format!("{name} was moved or deleted. Put it back and try again, or choose it again.")
    } else {
        format!("Couldn't read {name} ({error}). Check its permissions and the disk.")
    };
    Failure::local(Error::new(Code::File, message).caused_by(error))
}

/// Returns the name of a file for messages to the user.
pub fn shown(path: &Path) -> String {
    one_line(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}

/// Returns the media type of a file. Some backends require a type that begins with `video/`.
pub fn content_type(path: &Path, head: &[u8]) -> &'static str {
    if let Some(kind) = infer::get(head) {
        let kind = kind.mime_type();
        if kind.starts_with("video/") {
            return kind;
        }
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "srt" => "application/x-subrip",
        "vtt" => "text/vtt",
        "mov" | "qt" => "video/quicktime",
        "mkv" => "video/x-matroska",
        "webm" => "video/webm",
        "avi" => "video/x-msvideo",
        "wmv" | "asf" => "video/x-ms-wmv",
        "flv" | "f4v" => "video/x-flv",
        "mpg" | "mpeg" | "mpe" | "m1v" | "m2v" | "vob" => "video/mpeg",
        "ts" | "mts" | "m2ts" => "video/mp2t",
        "3gp" => "video/3gpp",
        "3g2" => "video/3gpp2",
        "ogv" | "ogg" | "ogm" => "video/ogg",
        "mxf" => "video/mxf",
        "m4v" => "video/x-m4v",
        _ => "video/mp4",
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    #[test]
    fn the_media_type_comes_from_the_content_or_else_the_name() {
        assert_eq!(content_type(Path::new("a.bin"), b"RIFF\0\0\0\0AVI LIST"), "video/x-msvideo");
        assert_eq!(content_type(Path::new("a.MOV"), b""), "video/quicktime");
        assert_eq!(content_type(Path::new("a"), b"x"), "video/mp4");
        assert_eq!(content_type(Path::new("a.mxf"), b""), "video/mxf");
    }

    #[tokio::test]
    async fn a_file_that_changes_during_the_upload_fails() {
        for change in ["grows", "shrinks"] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("v.mp4");
            std::fs::write(&path, vec![7; 3 * CHUNK]).expect("a file");
            let file = FileReader::open(&path, None).await.expect("it opens");
            let (length, file_error) = (file.length, FileError::default());
            let mut chunks = Box::pin(file.stream(length, Arc::clone(&file_error)));
            assert!(chunks.next().await.expect("a chunk").is_ok());
            let length = if change == "grows" { 4 * CHUNK } else { CHUNK };
            std::fs::File::options().write(true).open(&path).expect("it").set_len(length as u64).expect("a length");
            let rest: Vec<_> = chunks.collect().await;
            assert!(rest.last().is_some_and(Result::is_err), "{change}");
            assert!(file_error.get().is_some_and(|error: &Error| error.message.contains("changed")), "{change}");
        }
    }

    #[tokio::test]
    async fn a_part_of_a_file_is_read_from_its_offset() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("v.mp4");
        let bytes: Vec<u8> = (0..=255).cycle().take(3 * CHUNK).collect();
        std::fs::write(&path, &bytes).expect("a file");
        for (offset, length) in [(0, 10), (7, CHUNK), (CHUNK + 1, 2 * CHUNK - 1), (3 * CHUNK, 0)] {
            let mut file = FileReader::open(&path, None).await.expect("it opens");
            file.skip_to(offset as u64).await.expect("skipped");
            let chunks: Vec<_> = file.stream(length as u64, FileError::default()).collect().await;
            let read: Vec<u8> = chunks.into_iter().flat_map(|chunk| chunk.expect("bytes")).collect();
            assert!(read == bytes[offset..offset + length], "{length} bytes at {offset}");
        }
    }
}
