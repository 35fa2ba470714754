//! The stages of processing, and their shares of the overall progress.

/// A stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The file is received.
    Upload,
    /// The file is analysed.
    Probe,
    /// The audio is extracted.
    AudioExtraction,
    /// The transcript is created.
    Transcription,
    /// The chapters are created.
    Chapters,
    /// The thumbnails are created.
    ThumbnailGeneration,
}

impl Stage {
    /// All stages, in the order of processing.
    pub const ALL: [Self; 6] = [
        Self::Upload,
        Self::Probe,
        Self::AudioExtraction,
        Self::Transcription,
        Self::Chapters,
        Self::ThumbnailGeneration,
    ];

    /// Returns the stage's id in the protocol.
    pub fn id(self) -> &'static str {
        match self {
            Self::Upload => "UPLOAD",
            Self::Probe => "PROBE",
            Self::AudioExtraction => "AUDIO_EXTRACTION",
            Self::Transcription => "TRANSCRIPTION",
            Self::Chapters => "CHAPTERS",
            Self::ThumbnailGeneration => "THUMBNAIL_GENERATION",
        }
    }

    /// Returns the stage's share of the overall progress, in percent; the shares add up to 100.
    pub fn weight(self) -> f64 {
        match self {
            Self::Upload | Self::Probe => 5.0,
            Self::AudioExtraction => 15.0,
            Self::Transcription | Self::Chapters | Self::ThumbnailGeneration => 25.0,
        }
    }

    /// Returns the sum of the shares before this stage, in percent.
    pub fn weight_before(self) -> f64 {
        Self::ALL.into_iter().take_while(|stage| *stage != self).map(Self::weight).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Stage;

    #[test]
    fn stage_weights_add_up_to_100() {
        let whole: f64 = Stage::ALL.into_iter().map(Stage::weight).sum();
        assert!((whole - 100.0).abs() < f64::EPSILON, "{whole}");
    }
}
