//! The errors and warnings of a job.

use serde::{Serialize, Serializer};

/// Declares the codes with their names in messages, so that none is missing in the list of all.
macro_rules! error_codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal,)*) => {
        /// The code of an error or warning. Each has a text in every language of the app.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ErrorCode {
            $($(#[$doc])* $code,)*
        }

        impl ErrorCode {
            /// Every code.
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$code),*];

            /// Returns the code as it is sent.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)*
                }
            }
        }
    };
}

error_codes! {
    /// The user cancelled the job.
    Cancelled = "cancelled",
    /// The disk is full.
    DiskFull = "disk_full",
    /// ffmpeg is not installed.
    FfmpegMissing = "ffmpeg_missing",
    /// The video file was moved or deleted.
    FileGone = "file_gone",
    /// The video file is incomplete.
    FileIncomplete = "file_incomplete",
    /// Texts in the video file were shortened.
    MetadataCut = "metadata_cut",
    /// Scene detection failed.
    NoChapters = "no_chapters",
    /// No frame could be read.
    NoThumbnails = "no_thumbnails",
    /// Speech recognition failed.
    NoTranscription = "no_transcription",
    /// The file is no video.
    NotAVideo = "not_a_video",
    /// No audio stream could be read.
    SoundUnreadable = "sound_unreadable",
    /// The studio has a bug.
    StudioFault = "studio_fault",
    /// Some subtitles could not be read.
    SubtitlesDamaged = "subtitles_damaged",
    /// No subtitles could be read.
    SubtitlesUnreadable = "subtitles_unreadable",
    /// The video needs more than the limits allow.
    TooLargeToProcess = "too_large_to_process",
    /// A tool failed.
    ToolFailed = "tool_failed",
    /// A tool exceeded its time limit.
    ToolStopped = "tool_stopped",
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An error or warning of a job, as it is announced.
#[derive(Clone, Debug, Serialize)]
pub struct JobError {
    /// Its code.
    #[serde(rename = "error_code")]
    pub code: ErrorCode,
    /// The message for the user.
    #[serde(rename = "error_message")]
    pub message: String,
    /// Whether the job continues.
    pub recoverable: bool,
    /// The id of the stage in which it occurred.
    #[serde(rename = "affected_stage")]
    pub stage_id: Option<&'static str>,
}

impl JobError {
    /// Returns an error that ends a job, in no particular stage.
    pub fn of_job(code: ErrorCode, message: &str) -> Self {
        Self { code, message: message.to_owned(), recoverable: false, stage_id: None }
    }
}

#[cfg(test)]
mod tests {
    use tallylight_core::{locale::Locale, model::fault_code::FaultCode, settings::Language};

    use super::*;

    #[test]
    fn every_code_is_known_to_the_app_and_has_a_text_in_every_language() {
        for code in ErrorCode::ALL {
            assert!(FaultCode::known(code.as_str()).is_some(), "{code:?} is missing in the core");
            for language in [Language::De, Language::Es] {
                let text = Locale::new(language, "").fault(code.as_str(), "the message in English");
                assert_ne!(text, "the message in English", "{code:?} has no text in {language:?}");
            }
        }
    }
}
