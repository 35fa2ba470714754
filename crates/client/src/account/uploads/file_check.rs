//! A first look at a file: what is certainly no video is refused before a byte of it is sent.

use std::path::Path;

use infer::MatcherType;
use tallylight_core::{Code, Error, model::text::one_line};
use tokio::io::AsyncReadExt;

/// How much of a file is looked at, in bytes: every signature is within it.
const HEADER_BYTES: u64 = 8 << 10;

/// Returns the size of a file that may be sent.
///
/// # Errors
/// `Code::File` where the file cannot be read, `Code::NotAVideo` where it is certainly none. The studio decides about the rest.
pub(super) async fn check_file(path: &Path) -> Result<u64, Error> {
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
    let mut head = Vec::new();
    let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    file.take(HEADER_BYTES).read_to_end(&mut head).await.map_err(unreadable)?;
    match other_kind(&head) {
        Some(kind) => Err(Error::new(
            Code::NotAVideo,
            format!("{name} isn't a video file (it contains {kind}). Choose a video file."),
        )),
        None => Ok(metadata.len()),
    }
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
