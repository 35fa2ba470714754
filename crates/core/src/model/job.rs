//! Jobs, stages, metadata and thumbnails: the values carried by messages and snapshots.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    StageId, ThumbnailId,
    model::{digest, text, unix_nanos::UnixNanos},
};

/// The processing status of a job or a stage.
///
/// At equal timestamps the status with the higher `rank` wins: PENDING < PROCESSING < COMPLETED = FAILED.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Status {
    /// Queued.
    Pending,
    /// Being processed.
    Processing,
    /// Finished successfully.
    Completed,
    /// Finished with an error.
    Failed,
}

impl Status {
    /// All statuses, in the order of a job's life cycle.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Processing, Self::Completed, Self::Failed];

    /// Returns the rank in the ordering rule; COMPLETED and FAILED have the same rank.
    pub fn rank(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Processing => 1,
            Self::Completed | Self::Failed => 2,
        }
    }

    /// Returns whether the status ends a run.
    pub fn is_final(self) -> bool {
        self.rank() == 2
    }

    /// Returns the name used in the protocol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }

    /// Parses the name used in the protocol, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A status is part of nearly every message, so the name is parsed in place, without an allocation.
        struct Word;
        impl de::Visitor<'_> for Word {
            type Value = Status;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a status")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Status, E> {
                Status::parse(word).ok_or_else(|| E::custom(format!("unknown status {word:?}")))
            }
        }
        deserializer.deserialize_str(Word)
    }
}

/// A metadata field, as named by METADATA_UPDATE messages and edits.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Field {
    /// The title of the video.
    Title,
    /// The description of the video.
    Description,
    /// The tags of the video.
    Tags,
    /// The transcript of the video.
    Transcript,
    /// The chapters of the video.
    Chapters,
    /// The chosen thumbnail. It is selected by the user and never carried by METADATA_UPDATE.
    Thumbnail,
}

impl Field {
    /// All fields that an edit can change.
    pub const ALL: [Self; 6] =
        [Self::Title, Self::Description, Self::Tags, Self::Transcript, Self::Chapters, Self::Thumbnail];
    /// The fields that METADATA_UPDATE can carry.
    pub const METADATA: [Self; 5] = [Self::Title, Self::Description, Self::Tags, Self::Transcript, Self::Chapters];

    /// Returns the name used in METADATA_UPDATE.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "TITLE",
            Self::Description => "DESCRIPTION",
            Self::Tags => "TAGS",
            Self::Transcript => "TRANSCRIPT",
            Self::Chapters => "CHAPTERS",
            Self::Thumbnail => "THUMBNAIL",
        }
    }

    /// Returns the name used in the JSON of an edit request.
    pub fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Tags => "tags",
            Self::Transcript => "transcript_text",
            Self::Chapters => "chapters",
            Self::Thumbnail => "thumbnail_id",
        }
    }

    /// Parses the name used in METADATA_UPDATE, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::METADATA.into_iter().find(|field| field.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

/// The content of a metadata field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Content {
    /// The text of TITLE, DESCRIPTION or TRANSCRIPT; for THUMBNAIL, the id of the chosen thumbnail.
    Text(String),
    /// The tags of TAGS.
    Tags(Vec<String>),
    /// The chapters of CHAPTERS, ordered by start time.
    Chapters(Vec<Chapter>),
    /// A TRANSCRIPT that is stored on disk only, to keep the transcripts of all videos out of memory.
    #[cfg_attr(feature = "bindings", ts(skip))]
    EvictedTranscript(EvictedTranscript),
}

/// A placeholder for a long text that is stored on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct EvictedTranscript {
    /// The SHA-256 of the text, in hexadecimal digits.
    pub sha256: String,
}

impl EvictedTranscript {
    /// Creates the placeholder for a text.
    pub fn of(text: &str) -> Self {
        Self { sha256: digest::sha256(text) }
    }
}

impl Content {
    /// Returns the content with its texts cleaned as [`text::clean`] does.
    #[must_use]
    pub fn cleaned(self) -> Self {
        match self {
            Self::Text(text) => Self::Text(text::cleaned(text)),
            Self::Tags(tags) => Self::Tags(tags.into_iter().map(text::cleaned).collect()),
            Self::Chapters(mut chapters) => {
                for chapter in &mut chapters {
                    chapter.title = text::cleaned(std::mem::take(&mut chapter.title));
                }
                Self::Chapters(chapters)
            }
            Self::EvictedTranscript(evicted) => Self::EvictedTranscript(evicted),
        }
    }

    /// Returns whether the content is empty.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Tags(tags) => tags.is_empty(),
            Self::Chapters(chapters) => chapters.is_empty(),
            Self::EvictedTranscript(_) => false,
        }
    }

    /// Returns whether the content equals another one, of which either may be evicted to disk.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::EvictedTranscript(evicted), Self::Text(text))
            | (Self::Text(text), Self::EvictedTranscript(evicted)) => *evicted == EvictedTranscript::of(text),
            _ => self == other,
        }
    }
}

/// A chapter of a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Chapter {
    /// The start, in seconds from the beginning of the video.
    pub start_seconds: f64,
    /// The title of the chapter.
    pub title: String,
}

/// A frame of the video that is offered as its thumbnail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Thumbnail {
    /// The id of the thumbnail.
    pub thumbnail_id: ThumbnailId,
    /// The URL of the image: https, or http on loopback.
    pub thumbnail_url: String,
    /// The width in pixels; 0 if the backend did not send it.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub width: u64,
    /// The height in pixels; 0 if the backend did not send it.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub height: u64,
    /// The position of the frame in the video, in seconds.
    pub timestamp_seconds: Option<f64>,
}

/// An error in a job: either fatal, or a warning after which the job continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Fault {
    /// The time of the error according to the backend.
    pub at: UnixNanos,
    /// The error code of the backend.
    pub code: String,
    /// The error message of the backend, to be shown to the user.
    pub message: String,
    /// Whether the job continues.
    pub recoverable: bool,
    /// The stage in which the error occurred.
    pub stage_id: Option<StageId>,
}
