//! The kind of a file by its first bytes, and the messages for files that are certainly no video.

/// How many of a file's first bytes are needed to detect its kind.
pub const HEAD_BYTES: usize = 4096;

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// An empty file.
    Empty,
    /// A still image: JPEG, PNG, HEIC, a camera's raw file.
    Image,
    /// A list of other files or URLs: M3U, PLS, DASH, ASX, ffconcat.
    Playlist,
    /// An audio file.
    Audio,
    /// A document, an archive or a program, with the name of its kind.
    Other(&'static str),
    /// Plain text.
    Text,
    /// Possibly a video; ffprobe must decide.
    Unknown,
}

impl FileKind {
    /// Detects the kind of a file by its first [`HEAD_BYTES`] bytes.
    pub fn of(head: &[u8]) -> Self {
        if head.is_empty() {
            return Self::Empty;
        }
        if is_playlist(head) {
            return Self::Playlist;
        }
        if is_still_image_box(head) {
            return Self::Image;
        }
        let Some(kind) = infer::get(head) else { return if is_text(head) { Self::Text } else { Self::Unknown } };
        // Animations may have video, and Ogg and MP4 may contain either audio or video, so ffprobe must decide.
        if matches!(kind.extension(), "gif" | "swf" | "ogg" | "m4a" | "opus") {
            return Self::Unknown;
        }
        match (kind.matcher_type(), kind.extension()) {
            (infer::MatcherType::Image, "png") if is_animated_png(head) => Self::Unknown,
            (infer::MatcherType::Image, _) => Self::Image,
            (infer::MatcherType::Audio, _) => Self::Audio,
            (infer::MatcherType::Archive, "pdf") => Self::Other("a PDF document"),
            (infer::MatcherType::Archive, _) => Self::Other("an archive"),
            (infer::MatcherType::Doc | infer::MatcherType::Book, _) => Self::Other("a document"),
            (infer::MatcherType::App, _) => Self::Other("a program"),
            (infer::MatcherType::Font, _) => Self::Other("a font"),
            (infer::MatcherType::Video | infer::MatcherType::Text | infer::MatcherType::Custom, _) => Self::Unknown,
        }
    }

    /// Returns the message for the user whose file has this kind; `None` if it may be a video.
    pub fn error_message(self) -> Option<String> {
        let message = match self {
            Self::Empty => "This file is empty (0 bytes). Export the video again.".to_owned(),
            Self::Image => "Not a video file: this is an image. Choose a video file.".to_owned(),
            Self::Playlist => "Not a video file: this is a playlist. Choose a video file.".to_owned(),
            Self::Audio => "Not a video file: this file contains only audio. Choose a video file.".to_owned(),
            Self::Other(kind) => format!("Not a video file: this is {kind}. Choose a video file."),
            Self::Text => "Not a video file: this is a text file. Choose a video file.".to_owned(),
            Self::Unknown => return None,
        };
        Some(message)
    }
}

/// Returns whether a file begins like a list of other files. Such lists are text in any encoding.
fn is_playlist(head: &[u8]) -> bool {
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let start = start.trim_ascii_start();
    let begins =
        |signature: &[u8]| start.get(..signature.len()).is_some_and(|found| found.eq_ignore_ascii_case(signature));
    if [b"#extm3u".as_slice(), b"ffconcat", b"[playlist]", b"[reference]", b"v=0\r", b"v=0\n", b"rtsptext"]
        .iter()
        .any(|signature| begins(signature))
    {
        return true;
    }
    let within = |signature: &[u8]| start.windows(signature.len()).any(|found| found.eq_ignore_ascii_case(signature));
    let is_markup = begins(b"<?xml") || begins(b"<asx") || begins(b"<mpd") || begins(b"<smil") || begins(b"<!--");
    let lists: [&[u8]; 7] =
        [b"<mpd", b"<asx", b"<smil", b"<compositionplaylist", b"<assetmap", b"<playlist", b"<smoothstreamingmedia"];
    is_markup && lists.iter().any(|list| within(list))
}

/// Returns whether a file is a still image in the boxes that MP4 uses, too: HEIC, AVIF.
fn is_still_image_box(head: &[u8]) -> bool {
    let brand = head.get(4..8).filter(|kind| *kind == b"ftyp").and_then(|_| head.get(8..12));
    brand.is_some_and(|brand| matches!(brand, b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" | b"avif" | b"crx "))
}

/// Returns whether a PNG is animated: its animation chunk precedes the first image data.
fn is_animated_png(head: &[u8]) -> bool {
    let at = |chunk: &[u8]| head.windows(chunk.len()).position(|found| found == chunk);
    matches!((at(b"acTL"), at(b"IDAT")), (Some(frames), picture) if picture.is_none_or(|picture| frames < picture))
}

/// Returns whether the beginning of a file is plain text. Every video container has control bytes there.
pub fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(_) => head.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => return false,
    };
    head[..valid].iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c | 0x1b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_containers_are_distinguished() {
        for text in ["hello", "{\"a\": 1}\n", "grüße", "1\n00:00:01,000 --> 00:00:02,000\nHi"] {
            assert!(is_text(text.as_bytes()), "{text}");
        }
        assert!(is_text("ä".repeat(9).as_bytes().split_at(5).0), "cut in the middle of a character");
        for container in [b"\0\0\0\x20ftypisom".as_slice(), b"\x1a\x45\xdf\xa3\x93\x42", b"RIFF\x24\0\0\0AVI "] {
            assert!(!is_text(container));
        }
    }

    #[test]
    fn kinds_of_other_files_are_detected() {
        for (head, kind) in [
            (b"".as_slice(), FileKind::Empty),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", FileKind::Image),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0IDAT", FileKind::Image),
            (b"RIFF\x24\0\0\0WEBPVP8 ", FileKind::Image),
            (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0", FileKind::Image),
            (b"II*\0\x08\0\0\0\x10\0\x01\x01", FileKind::Image),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", FileKind::Image),
            (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", FileKind::Image),
            (b"#EXTM3U\n# caf\xe9\n#EXT-X-TARGETDURATION:10\n", FileKind::Playlist),
            (b"\xef\xbb\xbf#EXTM3U\n", FileKind::Playlist),
            (b"ffconcat version 1.0\nfile a\n", FileKind::Playlist),
            (b"<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">", FileKind::Playlist),
            (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", FileKind::Playlist),
            (b"ID3\x04\0\0\0\0\0\0", FileKind::Audio),
            (b"RIFF\x24\0\0\0WAVEfmt ", FileKind::Audio),
            (b"fLaC\0\0\0\x22", FileKind::Audio),
            (b"%PDF-1.7\n%\xe2\xe3", FileKind::Other("a PDF document")),
            (b"PK\x03\x04\x14\0\0\0", FileKind::Other("an archive")),
            (b"just words", FileKind::Text),
            (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41", FileKind::Unknown),
            (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", FileKind::Unknown),
            (b"OggS\0\x02\0\0\0\0\0\0", FileKind::Unknown),
            (b"GIF89a\x10\0\x10\0", FileKind::Unknown),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR....acTL....IDAT", FileKind::Unknown),
            (b"\x47\x40\x11\x10\0\x42\xf0\x25", FileKind::Unknown),
        ] {
            assert_eq!(FileKind::of(head), kind, "{:?}", String::from_utf8_lossy(head));
            assert_eq!(kind.error_message().is_none(), kind == FileKind::Unknown);
        }
    }
}
