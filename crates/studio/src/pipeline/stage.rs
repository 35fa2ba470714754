//! The stages, and how much of the whole each is.

/// Names a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The file arrives.
    Upload,
    /// The file is looked into.
    Probe,
    /// The sound is taken out.
    AudioExtraction,
    /// What is said becomes text.
    Transcription,
    /// The video is divided.
    Chapters,
    /// Frames are chosen.
    ThumbnailGeneration,
}

impl Stage {
    /// All of them, in the order of the work.
    pub const ALL: [Self; 6] = [
        Self::Upload,
        Self::Probe,
        Self::AudioExtraction,
        Self::Transcription,
        Self::Chapters,
        Self::ThumbnailGeneration,
    ];

    /// Returns the stage's id on the wire.
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

    /// Returns the stage's share of the whole; the shares add up to 100.
    pub fn weight(self) -> f64 {
        match self {
            Self::Upload | Self::Probe => 5.0,
            Self::AudioExtraction => 15.0,
            Self::Transcription | Self::Chapters | Self::ThumbnailGeneration => 25.0,
        }
    }

    /// Returns the share of everything before this stage.
    pub fn weight_before(self) -> f64 {
        Self::ALL.into_iter().take_while(|stage| *stage != self).map(Self::weight).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Stage;

    #[test]
    fn the_shares_add_up_to_a_hundred() {
        let whole: f64 = Stage::ALL.into_iter().map(Stage::weight).sum();
        assert!((whole - 100.0).abs() < f64::EPSILON, "{whole}");
    }
}
