//! A first look at a file: what is certainly no video is refused before a byte of it is sent.

use std::{io::SeekFrom, path::Path};

use infer::MatcherType;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tallylight_core::{
    Code, Error,
    model::{digest, text::one_line},
    upload_queue::VideoFile,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

/// How much of a file is looked at, in bytes: every signature is within it.
const HEADER_BYTES: u64 = 8 << 10;
/// How much of the beginning, the middle and the end of a file makes its fingerprint, in bytes each. A whole video would
/// take minutes.
const SAMPLE_BYTES: u64 = 64 << 10;

/// Returns a file that may be sent, as it is now.
///
/// # Errors
/// `Code::File` where the file cannot be read, `Code::NotAVideo` where it is certainly none. The studio decides about the rest.
pub(super) async fn check_file(path: &Path) -> Result<VideoFile, Error> {
    let name = one_line(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy());
    let unreadable = |error: std::io::Error| {
        Error::new(Code::File, format!("Couldn't read {name} ({error}). Check that the file exists.")).caused_by(error)
    };
    let metadata = tokio::fs::metadata(path).await.map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Error::new(Code::File, format!("{name} is a folder. Choose a video file.")));
    }
    if !metadata.is_file() {
        // A pipe has no end, and a device no length.
        return Err(Error::new(Code::File, format!("{name} isn't a file. Choose a video file.")));
    }
    if metadata.len() == 0 {
        return Err(Error::new(Code::NotAVideo, format!("{name} is empty (0 bytes). Export the video again.")));
    }
    let mut file = File::open(path).await.map_err(unreadable)?;
    let head = read_at(&mut file, 0, HEADER_BYTES).await.map_err(unreadable)?;
    if let Some(kind) = other_kind(&head) {
        let message = format!("{name} isn't a video file (it contains {kind}). Choose a video file.");
        return Err(Error::new(Code::NotAVideo, message));
    }
    Ok(VideoFile {
        path: std::path::absolute(path).map_err(unreadable)?,
        size: metadata.len(),
        modified: metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok()),
        fingerprint: fingerprint(&mut file, metadata.len()).await.map_err(unreadable)?,
    })
}

/// Returns a hash of samples of a file.
async fn fingerprint(file: &mut File, size: u64) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    for offset in [0, size / 2, size.saturating_sub(SAMPLE_BYTES)] {
        hasher.update(read_at(file, offset, SAMPLE_BYTES).await?);
    }
    Ok(digest::hex(&hasher.finalize()))
}

async fn read_at(file: &mut File, offset: u64, length: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset)).await?;
    file.take(length).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// Returns what a file is by its beginning, if that is certainly no video.
fn other_kind(head: &[u8]) -> Option<&'static str> {
    let Some(kind) = infer::get(head) else { return is_text(head).then_some("text") };
    match kind.matcher_type() {
        MatcherType::Image => Some("an image"),
        // What begins like this may hold pictures as well.
        MatcherType::Audio if kind.mime_type() == "audio/ogg" => None,
        MatcherType::Audio => Some("audio"),
        MatcherType::Archive if kind.mime_type() != "application/pdf" => Some("an archive"),
        MatcherType::Archive | MatcherType::Doc | MatcherType::Book | MatcherType::Text => Some("a document"),
        MatcherType::Font => Some("a font"),
        MatcherType::App => Some("a program"),
        MatcherType::Video | MatcherType::Custom => None,
    }
}

fn is_text(head: &[u8]) -> bool {
    let readable = match std::str::from_utf8(head) {
        Ok(_) => true,
        // A letter may be cut in two where the look ends.
        Err(error) => error.error_len().is_none(),
    };
    readable && !head.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_certainly_no_video_is_known_by_its_beginning() {
        let padded = |head: &[u8]| [head, &[0; 600]].concat();
        assert_eq!(other_kind(b"WEBVTT\n\n00:01"), Some("text"));
        assert_eq!(other_kind(&"ä".as_bytes().repeat(5000)[..8191]), Some("text"));
        assert_eq!(other_kind(&padded(b"\x89PNG\r\n\x1a\n")), Some("an image"));
        assert_eq!(other_kind(&padded(b"%PDF-1.7")), Some("a document"));
        assert_eq!(other_kind(&padded(b"PK\x03\x04")), Some("an archive"));
        assert_eq!(other_kind(&padded(b"ID3\x04")), Some("audio"));
        assert_eq!(other_kind(&padded(b"\x7fELF")), Some("a program"));
    }

    #[test]
    fn videos_and_what_nobody_knows_are_left_to_the_studio() {
        let padded = |head: &[u8]| [head, &[0; 600]].concat();
        assert_eq!(other_kind(&padded(b"\0\0\0\x20ftypisom")), None);
        assert_eq!(other_kind(&padded(b"\x1aE\xdf\xa3")), None);
        assert_eq!(other_kind(&padded(b"OggS")), None);
        assert_eq!(other_kind(&[0x47, 0x40, 0, 0x10].repeat(100)), None);
    }
}
