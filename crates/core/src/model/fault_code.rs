//! The codes of faults that this program knows.

use serde::Serialize;

/// A code of an error or warning that has a text in every language: those of the embedded studio, and the commonest of
/// other backends. Backends may send any other code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum FaultCode {
    /// The user cancelled the job.
    Cancelled,
    /// The disk is full.
    DiskFull,
    /// ffmpeg is not installed.
    FfmpegMissing,
    /// The video file was moved or deleted.
    FileGone,
    /// The video file is incomplete.
    FileIncomplete,
    /// Texts in the video file were shortened.
    MetadataCut,
    /// The video has no audio.
    NoAudio,
    /// Scene detection failed.
    NoChapters,
    /// The audio has no speech.
    NoSpeech,
    /// No frame could be read.
    NoThumbnails,
    /// Speech recognition failed.
    NoTranscription,
    /// The file is no video.
    NotAVideo,
    /// No audio stream could be read.
    SoundUnreadable,
    /// The backend has a bug.
    StudioFault,
    /// Some subtitles could not be read.
    SubtitlesDamaged,
    /// No subtitles could be read.
    SubtitlesUnreadable,
    /// The video needs more than the limits of processing allow.
    TooLargeToProcess,
    /// A tool failed.
    ToolFailed,
    /// A tool exceeded its time limit.
    ToolStopped,
    /// There is no speech recognition.
    TranscriptionSkipped,
}

impl FaultCode {
    /// Every code.
    pub const ALL: [Self; 20] = [
        Self::Cancelled,
        Self::DiskFull,
        Self::FfmpegMissing,
        Self::FileGone,
        Self::FileIncomplete,
        Self::MetadataCut,
        Self::NoAudio,
        Self::NoChapters,
        Self::NoSpeech,
        Self::NoThumbnails,
        Self::NoTranscription,
        Self::NotAVideo,
        Self::SoundUnreadable,
        Self::StudioFault,
        Self::SubtitlesDamaged,
        Self::SubtitlesUnreadable,
        Self::TooLargeToProcess,
        Self::ToolFailed,
        Self::ToolStopped,
        Self::TranscriptionSkipped,
    ];

    /// Returns the code that a backend sent, in any case; none if it is not known.
    pub fn known(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(code))
    }

    /// Returns the code as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::DiskFull => "disk_full",
            Self::FfmpegMissing => "ffmpeg_missing",
            Self::FileGone => "file_gone",
            Self::FileIncomplete => "file_incomplete",
            Self::MetadataCut => "metadata_cut",
            Self::NoAudio => "no_audio",
            Self::NoChapters => "no_chapters",
            Self::NoSpeech => "no_speech",
            Self::NoThumbnails => "no_thumbnails",
            Self::NoTranscription => "no_transcription",
            Self::NotAVideo => "not_a_video",
            Self::SoundUnreadable => "sound_unreadable",
            Self::StudioFault => "studio_fault",
            Self::SubtitlesDamaged => "subtitles_damaged",
            Self::SubtitlesUnreadable => "subtitles_unreadable",
            Self::TooLargeToProcess => "too_large_to_process",
            Self::ToolFailed => "tool_failed",
            Self::ToolStopped => "tool_stopped",
            Self::TranscriptionSkipped => "transcription_skipped",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_by_the_name_that_is_sent_in_any_case() {
        for code in FaultCode::ALL {
            let name = serde_json::to_value(code).expect("a name");
            assert_eq!(name.as_str(), Some(code.as_str()));
            assert_eq!(FaultCode::known(&code.as_str().to_uppercase()), Some(code));
        }
        assert_eq!(FaultCode::known("odd"), None);
    }
}
