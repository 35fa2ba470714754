//! What can go wrong: a sentence for a creator, and the tool's own messages as details.

use std::{io, path::Path, time::Duration};

/// Whether the job goes on after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It does.
    Recoverable,
    /// It does not.
    Fatal,
}

/// A failure of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its stable code.
    pub code: &'static str,
    /// The sentence for a creator.
    pub message: String,
    /// The tool's own messages.
    pub details: String,
    /// Whether the job goes on.
    pub severity: Severity,
}

impl Failure {
    /// A failure that ends the job.
    pub fn fatal(code: &'static str, message: impl Into<String>, details: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: details.into(), severity: Severity::Fatal }
    }

    /// A failure that the job survives.
    pub fn recoverable(code: &'static str, message: impl Into<String>, details: impl Into<String>) -> Self {
        Self { severity: Severity::Recoverable, ..Self::fatal(code, message, details) }
    }

    /// A file that is no longer there.
    pub fn gone() -> Self {
        let message = "Video file not found: it was moved or deleted during processing. Upload it again.";
        Self::fatal("file_gone", message, "")
    }

    /// A file without pictures that move.
    pub fn not_a_video(details: impl Into<String>) -> Self {
        let message = "Not a readable video file. Check that it plays on this computer, or export it again as MP4.";
        Self::fatal("not_a_video", message, details)
    }

    /// A file that is something else, with the sentence that says what.
    pub fn another_kind(sentence: impl Into<String>, details: impl Into<String>) -> Self {
        Self::fatal("not_a_video", sentence, details)
    }

    /// A tool that took longer than is reasonable for the video.
    pub fn too_long(program: &str, limit: Duration) -> Self {
        let message = "Processing timed out. Export the video again as MP4 (H.264), then upload the new file.";
        Self::fatal("tool_stopped", message, format!("{program}: stopped after {} s", limit.as_secs()))
    }

    /// A tool that no longer came further.
    pub fn standstill(program: &str, limit: Duration) -> Self {
        let message = "Processing stopped responding. Export the video again as MP4 (H.264), then upload the new file.";
        Self::fatal("tool_stopped", message, format!("{program}: no progress for {} s", limit.as_secs()))
    }

    /// A tool that wanted more memory than it may have.
    pub fn too_much_memory(program: &str) -> Self {
        let message = "Processing exceeded the memory limit. Export the video in a smaller size, such as 4K, then upload the new file.";
        Self::fatal("too_large_to_process", message, format!("{program}: memory limit exceeded"))
    }

    /// A tool that wrote more, or computed longer, than it may.
    pub fn too_large(program: &str) -> Self {
        let message = "Processing exceeded the size limit. Export the video again as MP4, then upload the new file.";
        Self::fatal(
            "too_large_to_process",
            message,
            format!("{program}: output or CPU time limit exceeded"),
        )
    }

    /// Tells whether its cause would end every later stage, too.
    pub fn ends_everything(&self) -> bool {
        matches!(self.code, "disk_full" | "file_gone" | "ffmpeg_missing")
    }

    /// The same failure, survived by the job, unless its cause would end every later stage, too.
    pub fn survived(self, code: &'static str, message: impl Into<String>) -> Self {
        if self.ends_everything() { self } else { Self::recoverable(code, message, self.details) }
    }

    /// A file that ends too soon.
    pub fn truncated(details: impl Into<String>) -> Self {
        let message = "The video file is incomplete. Export or copy it again, then upload the new file.";
        Self::fatal("file_incomplete", message, details)
    }

    /// A file that probably ends too soon, and is worth having nevertheless.
    pub fn probably_truncated(details: impl Into<String>) -> Self {
        Self { severity: Severity::Recoverable, ..Self::truncated(details) }
    }

    /// A program that could not be started.
    pub fn of_start(program: &str, error: &io::Error) -> Self {
        let details = format!("{program}: {error}");
        if error.kind() == io::ErrorKind::NotFound {
            let message = "ffmpeg isn't installed. Install it (Debian or Ubuntu: apt install ffmpeg), then upload the video again.";
            return Self::fatal("ffmpeg_missing", message, details);
        }
        Self::fatal("tool_failed", "Couldn't start ffmpeg. Check its installation, then upload the video again.", details)
    }

    /// A program that ended with an error, by its messages.
    pub fn of_run(program: &str, messages: &str) -> Self {
        let details = format!("{program}: {}", messages.trim());
        let lower = messages.to_lowercase();
        let says = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
        if says(&["no space left on device", "disk quota exceeded", "not enough space"]) {
            let message =
                "Not enough disk space. Free up space, then upload the video again.";
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
            return Self::fatal("tool_failed", "Permission denied. Check the permissions of the studio's data folder.", details);
        }
        Self::fatal("tool_failed", "Couldn't process the video. See the details for ffmpeg's output.", details)
    }

    /// Looks for a cause behind the tool's messages: a file that is gone explains every other failure.
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
