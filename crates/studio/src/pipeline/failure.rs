//! What can go wrong, in words that a creator understands; the tools' own words go along as details.

use std::{io, path::Path};

/// Tells whether the job goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It does.
    Recoverable,
    /// It does not.
    Fatal,
}

/// Is a failure of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its stable code.
    pub code: &'static str,
    /// The sentence for a creator.
    pub message: String,
    /// The tool's own words.
    pub details: String,
    /// Whether the job goes on.
    pub severity: Severity,
}

impl Failure {
    /// Makes a failure that ends the job.
    pub fn fatal(code: &'static str, message: impl Into<String>, details: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: details.into(), severity: Severity::Fatal }
    }

    /// Makes a failure that the job survives.
    pub fn recoverable(code: &'static str, message: impl Into<String>, details: impl Into<String>) -> Self {
        Self { severity: Severity::Recoverable, ..Self::fatal(code, message, details) }
    }

    /// Is the failure of a file that is no longer there.
    pub fn gone() -> Self {
        let message = "The video file is gone: it was moved or deleted while it was being processed. Upload it again.";
        Self::fatal("file_gone", message, "")
    }

    /// Is the failure of a file without pictures.
    pub fn not_a_video(details: impl Into<String>) -> Self {
        let message = "This file is not a video that can be read. Check that it plays on this computer, or export it again as MP4.";
        Self::fatal("not_a_video", message, details)
    }

    /// Is the failure of a file that ends too soon.
    pub fn truncated(details: impl Into<String>) -> Self {
        let message = "The video file is incomplete: it was probably cut off while it was copied or exported. Export or copy it again, then upload the new file.";
        Self::fatal("file_incomplete", message, details)
    }

    /// Is the failure of a program that could not be started.
    pub fn of_start(program: &str, error: &io::Error) -> Self {
        let details = format!("{program}: {error}");
        if error.kind() == io::ErrorKind::NotFound {
            let message = "ffmpeg is not installed on this computer, and videos cannot be processed without it. Install it (on Debian or Ubuntu: apt install ffmpeg), then upload the video again.";
            return Self::fatal("ffmpeg_missing", message, details);
        }
        Self::fatal("tool_failed", "The program that processes videos could not be started.", details)
    }

    /// Is the failure of a program that ended with an error, told by its own words.
    pub fn of_run(program: &str, words: &str) -> Self {
        let details = format!("{program}: {}", words.trim());
        let lower = words.to_lowercase();
        let says = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
        if says(&["no space left on device", "disk quota exceeded", "not enough space"]) {
            let message =
                "The disk is full, so the video could not be processed. Free some space, then upload it again.";
            return Self::fatal("disk_full", message, details);
        }
        if says(&["moov atom not found", "partial file", "end of file", "truncat"]) {
            return Self::truncated(details);
        }
        if says(&[
            "invalid data found",
            "could not find codec parameters",
            "unknown format",
            "ebml header parsing failed",
        ]) {
            return Self::not_a_video(details);
        }
        if says(&["permission denied"]) {
            return Self::fatal("tool_failed", "The studio may not read or write the video's files.", details);
        }
        Self::fatal("tool_failed", "The video could not be processed. The details say what ffmpeg reported.", details)
    }

    /// Looks for a cause behind the tool's words: a file that is gone explains every other failure.
    pub fn known_causes(self, source: &Path) -> Self {
        if source.exists() { self } else { Self { details: self.details, ..Self::gone() } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_words_become_a_creators() {
        for (words, code) in [
            ("av_interleaved_write_frame(): No space left on device", "disk_full"),
            ("[mov,mp4] moov atom not found\nx.mp4: Invalid data found when processing input", "file_incomplete"),
            ("stream 1, offset 0x4f3: partial file", "file_incomplete"),
            ("x.mp4: Invalid data found when processing input", "not_a_video"),
            ("x.mp4: Permission denied", "tool_failed"),
            ("something new", "tool_failed"),
        ] {
            let failure = Failure::of_run("ffmpeg", words);
            assert_eq!(failure.code, code, "{words}");
            assert!(failure.details.contains(words), "the tool's own words are kept");
        }
    }

    #[test]
    fn a_missing_program_is_told_from_one_that_fails() {
        let missing = Failure::of_start("ffmpeg", &io::Error::from(io::ErrorKind::NotFound));
        assert_eq!(missing.code, "ffmpeg_missing");
        let denied = Failure::of_start("ffmpeg", &io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(denied.code, "tool_failed");
    }

    #[test]
    fn a_file_that_is_gone_explains_the_rest() {
        let failure = Failure::of_run("ffmpeg", "No such file or directory").known_causes(Path::new("/nowhere/at/all"));
        assert_eq!((failure.code, failure.severity), ("file_gone", Severity::Fatal));
    }
}
