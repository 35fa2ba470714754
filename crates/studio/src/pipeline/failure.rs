//! Failures of the pipeline: a message for the user, and the tool's own messages as details.

use std::{io, path::Path};

use crate::{
    jobs::{ErrorCode, JobError, Stage},
    tool::{ToolError, install_ffmpeg},
};

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
    pub code: ErrorCode,
    /// The message for the user.
    pub message: String,
    /// The tool's own messages.
    pub details: String,
    /// Whether the job continues.
    pub severity: Severity,
}

impl Failure {
    /// Returns a failure that ends the job.
    pub fn fatal(code: ErrorCode, message: impl Into<String>, details: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: details.into(), severity: Severity::Fatal }
    }

    /// Returns a failure after which the job continues.
    pub fn recoverable(code: ErrorCode, message: impl Into<String>, details: impl Into<String>) -> Self {
        Self { severity: Severity::Recoverable, ..Self::fatal(code, message, details) }
    }

    /// Returns the failure for a video file that no longer exists.
    pub fn source_missing() -> Self {
        let message = "Video file not found: it was moved or deleted during processing. Upload it again.";
        Self::fatal(ErrorCode::FileGone, message, "")
    }

    /// Returns the failure for a file without a video stream.
    pub fn not_a_video(details: impl Into<String>) -> Self {
        let message = "Not a readable video file. Check that it plays on this computer, or export it again as MP4.";
        Self::fatal(ErrorCode::NotAVideo, message, details)
    }

    /// Returns the failure for a file of another kind; `message` names the kind.
    pub fn wrong_kind(message: impl Into<String>, details: impl Into<String>) -> Self {
        Self::fatal(ErrorCode::NotAVideo, message, details)
    }

    /// Returns the failure as it is recorded for a stage.
    pub fn in_stage(&self, stage: Stage) -> JobError {
        let (code, message, stage_id) = (self.code, self.message.clone(), Some(stage.id()));
        JobError { code, message, recoverable: self.severity == Severity::Recoverable, stage_id }
    }

    /// Returns whether the cause would make every later stage fail, too.
    pub fn affects_all_stages(&self) -> bool {
        matches!(self.code, ErrorCode::DiskFull | ErrorCode::FileGone | ErrorCode::FfmpegMissing)
    }

    /// Returns the failure as a recoverable one, unless its cause would make every later stage fail, too.
    pub fn into_recoverable(self, code: ErrorCode, message: impl Into<String>) -> Self {
        if self.affects_all_stages() { self } else { Self::recoverable(code, message, self.details) }
    }

    /// Returns the failure for an incomplete file.
    pub fn truncated(details: impl Into<String>) -> Self {
        let message = "The video file is incomplete. Export or copy it again, then upload the new file.";
        Self::fatal(ErrorCode::FileIncomplete, message, details)
    }

    /// Returns the warning for a file that is probably incomplete but can be processed.
    pub fn probably_truncated(details: impl Into<String>) -> Self {
        Self { severity: Severity::Recoverable, ..Self::truncated(details) }
    }

    /// Returns the failure with its cause: a file that no longer exists explains every other failure.
    pub fn or_source_missing(self, source: &Path) -> Self {
        if source.exists() { self } else { Self { details: self.details, ..Self::source_missing() } }
    }
}

impl From<ToolError> for Failure {
    fn from(error: ToolError) -> Self {
        let details = error.to_string();
        match error {
            ToolError::NotStarted { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                let how = install_ffmpeg().map(|command| format!(" ({command})")).unwrap_or_default();
                let message = format!("ffmpeg isn't installed. Install it{how}, then upload the video again.");
                Self::fatal(ErrorCode::FfmpegMissing, message, details)
            }
            ToolError::NotStarted { .. } => {
                let message = "Couldn't start ffmpeg. Check its installation, then upload the video again.";
                Self::fatal(ErrorCode::ToolFailed, message, details)
            }
            ToolError::TimedOut { .. } => {
                let message = "Processing timed out. Export the video again as MP4 (H.264), then upload the new file.";
                Self::fatal(ErrorCode::ToolStopped, message, details)
            }
            ToolError::Stalled { .. } => {
                let message =
                    "Processing stopped responding. Export the video again as MP4 (H.264), then upload the new file.";
                Self::fatal(ErrorCode::ToolStopped, message, details)
            }
            ToolError::OutOfMemory { .. } => {
                let message = "Processing exceeded the memory limit. Export the video in a smaller size, such as 4K, then upload the new file.";
                Self::fatal(ErrorCode::TooLargeToProcess, message, details)
            }
            ToolError::LimitExceeded { .. } => {
                let message =
                    "Processing exceeded the size limit. Export the video again as MP4, then upload the new file.";
                Self::fatal(ErrorCode::TooLargeToProcess, message, details)
            }
            ToolError::Failed { messages, .. } => from_messages(&messages, details),
        }
    }
}

/// Returns the failure for a tool that exited with an error, chosen by its messages.
fn from_messages(messages: &str, details: String) -> Failure {
    let lower = messages.to_lowercase();
    let contains = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
    if contains(&["no space left on device", "disk quota exceeded", "not enough space"]) {
        let message = "Not enough disk space. Free up space, then upload the video again.";
        return Failure::fatal(ErrorCode::DiskFull, message, details);
    }
    if contains(&["moov atom not found", "partial file", "end of file", "truncat"]) {
        return Failure::truncated(details);
    }
    if contains(&[
        "invalid data found",
        "could not find codec parameters",
        "unknown format",
        "ebml header parsing failed",
    ]) {
        return Failure::not_a_video(details);
    }
    if contains(&["permission denied"]) {
        return Failure::fatal(
            ErrorCode::ToolFailed,
            "Permission denied. Check the permissions of the studio's data folder.",
            details,
        );
    }
    Failure::fatal(ErrorCode::ToolFailed, "Couldn't process the video. See the details for ffmpeg's output.", details)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn failed(messages: &str) -> Failure {
        ToolError::Failed { program: "ffmpeg".to_owned(), messages: messages.to_owned() }.into()
    }

    fn not_started(kind: io::ErrorKind) -> Failure {
        ToolError::NotStarted { program: "ffmpeg".to_owned(), source: kind.into() }.into()
    }

    #[test]
    fn tool_messages_map_to_failure_codes() {
        for (messages, code) in [
            ("av_interleaved_write_frame(): No space left on device", ErrorCode::DiskFull),
            (
                "[mov,mp4] moov atom not found\nx.mp4: Invalid data found when processing input",
                ErrorCode::FileIncomplete,
            ),
            ("stream 1, offset 0x4f3: partial file", ErrorCode::FileIncomplete),
            ("x.mp4: Invalid data found when processing input", ErrorCode::NotAVideo),
            ("x.mp4: Permission denied", ErrorCode::ToolFailed),
            ("something new", ErrorCode::ToolFailed),
        ] {
            let failure = failed(messages);
            assert_eq!(failure.code, code, "{messages}");
            assert!(failure.details.contains(messages), "the tool's messages are kept");
        }
    }

    #[test]
    fn missing_program_and_failing_program_have_different_codes() {
        let missing = not_started(io::ErrorKind::NotFound);
        assert_eq!(missing.code, ErrorCode::FfmpegMissing);
        let denied = not_started(io::ErrorKind::PermissionDenied);
        assert_eq!(denied.code, ErrorCode::ToolFailed);
    }

    #[test]
    fn missing_source_file_replaces_other_failures() {
        let failure = failed("No such file or directory").or_source_missing(Path::new("/nowhere/at/all"));
        assert_eq!((failure.code, failure.severity), (ErrorCode::FileGone, Severity::Fatal));
    }

    #[test]
    fn reached_limits_map_to_failure_codes() {
        let (program, limit) = ("ffmpeg".to_owned(), Duration::from_secs(7));
        for (error, code) in [
            (ToolError::TimedOut { program: program.clone(), limit }, ErrorCode::ToolStopped),
            (ToolError::Stalled { program: program.clone(), limit }, ErrorCode::ToolStopped),
            (ToolError::OutOfMemory { program: program.clone() }, ErrorCode::TooLargeToProcess),
            (ToolError::LimitExceeded { program }, ErrorCode::TooLargeToProcess),
        ] {
            let details = error.to_string();
            let failure = Failure::from(error);
            assert_eq!((failure.code, failure.details), (code, details));
        }
    }
}
