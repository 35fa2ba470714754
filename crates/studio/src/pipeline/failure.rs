//! Failures of the pipeline: a message for the user, and the tool's own messages as details.

use std::{io, path::Path, time::Duration};

/// The severity of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The job continues; the failure is a warning.
    Recoverable,
    /// The job fails.
    Fatal,
}

/// A failure of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its stable code.
    pub code: &'static str,
    /// The message for the user.
    pub message: String,
    /// The tool's own messages.
    pub details: String,
    /// Whether the job continues.
    pub severity: Severity,
}

impl Failure {
    /// Returns a failure that ends the job.
    pub fn fatal(code: &'static str, message: impl Into<String>, details: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: details.into(), severity: Severity::Fatal }
    }

    /// Returns a failure after which the job continues.
    pub fn recoverable(code: &'static str, message: impl Into<String>, details: impl Into<String>) -> Self {
        Self { severity: Severity::Recoverable, ..Self::fatal(code, message, details) }
    }

    /// Returns the failure for a video file that no longer exists.
    pub fn gone() -> Self {
        let message = "Video file not found: it was moved or deleted during processing. Upload it again.";
        Self::fatal("file_gone", message, "")
    }

    /// Returns the failure for a file without a video stream.
    pub fn not_a_video(details: impl Into<String>) -> Self {
        let message = "Not a readable video file. Check that it plays on this computer, or export it again as MP4.";
        Self::fatal("not_a_video", message, details)
    }

    /// Returns the failure for a file of another kind; `sentence` names the kind.
    pub fn another_kind(sentence: impl Into<String>, details: impl Into<String>) -> Self {
        Self::fatal("not_a_video", sentence, details)
    }

    /// Returns the failure for a tool that exceeded the time limit for the video.
    pub fn too_long(program: &str, limit: Duration) -> Self {
        let message = "Processing timed out. Export the video again as MP4 (H.264), then upload the new file.";
        Self::fatal("tool_stopped", message, format!("{program}: stopped after {} s", limit.as_secs()))
    }

    /// Returns the failure for a tool that reported no progress.
    pub fn standstill(program: &str, limit: Duration) -> Self {
        let message = "Processing stopped responding. Export the video again as MP4 (H.264), then upload the new file.";
        Self::fatal("tool_stopped", message, format!("{program}: no progress for {} s", limit.as_secs()))
    }

    /// Returns the failure for a tool that exceeded its memory limit.
    pub fn too_much_memory(program: &str) -> Self {
        let message = "Processing exceeded the memory limit. Export the video in a smaller size, such as 4K, then upload the new file.";
        Self::fatal("too_large_to_process", message, format!("{program}: memory limit exceeded"))
    }

    /// Returns the failure for a tool that exceeded its limit of output or CPU time.
    pub fn too_large(program: &str) -> Self {
        let message = "Processing exceeded the size limit. Export the video again as MP4, then upload the new file.";
        Self::fatal("too_large_to_process", message, format!("{program}: output or CPU time limit exceeded"))
    }

    /// Returns whether the cause would make every later stage fail, too.
    pub fn ends_everything(&self) -> bool {
        matches!(self.code, "disk_full" | "file_gone" | "ffmpeg_missing")
    }

    /// Returns the failure as a recoverable one, unless its cause would make every later stage fail, too.
    pub fn survived(self, code: &'static str, message: impl Into<String>) -> Self {
        if self.ends_everything() { self } else { Self::recoverable(code, message, self.details) }
    }

    /// Returns the failure for an incomplete file.
    pub fn truncated(details: impl Into<String>) -> Self {
        let message = "The video file is incomplete. Export or copy it again, then upload the new file.";
        Self::fatal("file_incomplete", message, details)
    }

    /// Returns the warning for a file that is probably incomplete but can be processed.
    pub fn probably_truncated(details: impl Into<String>) -> Self {
        Self { severity: Severity::Recoverable, ..Self::truncated(details) }
    }

    /// Returns the failure for a program that could not be started.
    pub fn of_start(program: &str, error: &io::Error) -> Self {
        let details = format!("{program}: {error}");
        if error.kind() == io::ErrorKind::NotFound {
            let message = "ffmpeg isn't installed. Install it (Debian or Ubuntu: apt install ffmpeg), then upload the video again.";
            return Self::fatal("ffmpeg_missing", message, details);
        }
        Self::fatal(
            "tool_failed",
            "Couldn't start ffmpeg. Check its installation, then upload the video again.",
            details,
        )
    }

    /// Returns the failure for a program that exited with an error, chosen by its messages.
    pub fn of_run(program: &str, messages: &str) -> Self {
        let details = format!("{program}: {}", messages.trim());
        let lower = messages.to_lowercase();
        let contains = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
        if contains(&["no space left on device", "disk quota exceeded", "not enough space"]) {
            let message = "Not enough disk space. Free up space, then upload the video again.";
            return Self::fatal("disk_full", message, details);
        }
        if contains(&["moov atom not found", "partial file", "end of file", "truncat"]) {
            return Self::truncated(details);
        }
        if contains(&[
            "invalid data found",
            "could not find codec parameters",
            "unknown format",
            "ebml header parsing failed",
        ]) {
            return Self::not_a_video(details);
        }
        if contains(&["permission denied"]) {
            return Self::fatal(
                "tool_failed",
                "Permission denied. Check the permissions of the studio's data folder.",
                details,
            );
        }
        Self::fatal("tool_failed", "Couldn't process the video. See the details for ffmpeg's output.", details)
    }

    /// Returns the failure with its cause: a file that no longer exists explains every other failure.
    pub fn known_causes(self, source: &Path) -> Self {
        if source.exists() { self } else { Self { details: self.details, ..Self::gone() } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tool_messages_map_to_failure_codes() {
        for (messages, code) in [
            ("av_interleaved_write_frame(): No space left on device", "disk_full"),
            ("[mov,mp4] moov atom not found\nx.mp4: Invalid data found when processing input", "file_incomplete"),
            ("stream 1, offset 0x4f3: partial file", "file_incomplete"),
            ("x.mp4: Invalid data found when processing input", "not_a_video"),
            ("x.mp4: Permission denied", "tool_failed"),
            ("something new", "tool_failed"),
        ] {
            let failure = Failure::of_run("ffmpeg", messages);
            assert_eq!(failure.code, code, "{messages}");
            assert!(failure.details.contains(messages), "the tool's messages are kept");
        }
    }

    #[test]
    fn missing_program_and_failing_program_have_different_codes() {
        let missing = Failure::of_start("ffmpeg", &io::Error::from(io::ErrorKind::NotFound));
        assert_eq!(missing.code, "ffmpeg_missing");
        let denied = Failure::of_start("ffmpeg", &io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(denied.code, "tool_failed");
    }

    #[test]
    fn missing_source_file_replaces_other_failures() {
        let failure = Failure::of_run("ffmpeg", "No such file or directory").known_causes(Path::new("/nowhere/at/all"));
        assert_eq!((failure.code, failure.severity), ("file_gone", Severity::Fatal));
    }
}
