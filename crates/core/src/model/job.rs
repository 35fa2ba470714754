//! A job, its stages, metadata and thumbnails: the values that messages and snapshots carry.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    StageId, ThumbnailId,
    model::{digest, text, unix_nanos::UnixNanos},
};

/// Is how far a job or a stage has come.
///
/// `rank` gives the order in which the later of two equal timestamps is decided: PENDING < PROCESSING <
/// COMPLETED = FAILED.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Status {
    /// It waits for its turn.
    Pending,
    /// It is being worked on.
    Processing,
    /// It ended well.
    Completed,
    /// It ended badly.
    Failed,
}

impl Status {
    /// All of them, in the order of a job's life.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Processing, Self::Completed, Self::Failed];

    /// Returns the place in the order rule; COMPLETED and FAILED stand level.
    pub fn rank(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Processing => 1,
            Self::Completed | Self::Failed => 2,
        }
    }

    /// Tells whether the run has ended.
    pub fn is_final(self) -> bool {
        self.rank() == 2
    }

    /// Returns the word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }

    /// Reads the word on the wire, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Every message has one: its word is looked at where it stands.
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

/// Names a kind of metadata, as METADATA_UPDATE and edits do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Field {
    /// The title of the video.
    Title,
    /// Its description.
    Description,
    /// Its tags.
    Tags,
    /// What is said in it.
    Transcript,
    /// Its chapters.
    Chapters,
    /// The picture that stands for it. It is chosen, and no METADATA_UPDATE carries it.
    Thumbnail,
}

impl Field {
    /// Everything that an edit may name.
    pub const ALL: [Self; 6] =
        [Self::Title, Self::Description, Self::Tags, Self::Transcript, Self::Chapters, Self::Thumbnail];
    /// Those that METADATA_UPDATE carries.
    pub const METADATA: [Self; 5] = [Self::Title, Self::Description, Self::Tags, Self::Transcript, Self::Chapters];

    /// Returns the word on the wire.
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

    /// Returns its name in an edit.
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

    /// Reads the word of a METADATA_UPDATE, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::METADATA.into_iter().find(|field| field.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

/// Is the content of one metadata field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(untagged)]
pub enum Content {
    /// Of TITLE, DESCRIPTION and TRANSCRIPT; of THUMBNAIL, the id of the chosen one.
    Text(String),
    /// Of TAGS.
    Tags(Vec<String>),
    /// Of CHAPTERS, in the order of their starts.
    Chapters(Vec<Chapter>),
    /// Of TRANSCRIPT, once the disk has it: nobody wants the words of every video in memory.
    EvictedTranscript(EvictedTranscript),
}

/// Stands for a long text that is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct EvictedTranscript {
    /// The SHA-256 of the text, in hexadecimal digits.
    pub sha256: String,
}

impl EvictedTranscript {
    /// Makes what stands for a text.
    pub fn of(text: &str) -> Self {
        Self { sha256: digest::sha256(text) }
    }
}

impl Content {
    /// Cleans its texts as [`text::clean`] does.
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
            Self::EvictedTranscript(shelved) => Self::EvictedTranscript(shelved),
        }
    }

    /// Tells whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Tags(tags) => tags.is_empty(),
            Self::Chapters(chapters) => chapters.is_empty(),
            Self::EvictedTranscript(_) => false,
        }
    }

    /// Tells whether it says the same as another, which may be on disk.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::EvictedTranscript(shelved), Self::Text(text))
            | (Self::Text(text), Self::EvictedTranscript(shelved)) => *shelved == EvictedTranscript::of(text),
            _ => self == other,
        }
    }
}

/// Is one chapter of a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Chapter {
    /// Where it begins, in seconds from the start of the video.
    pub start_seconds: f64,
    /// What it is called.
    pub title: String,
}

/// Is one frame of the video, offered as its preview picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Thumbnail {
    /// Which thumbnail it is.
    pub thumbnail_id: ThumbnailId,
    /// Where the picture is: https, or http on loopback.
    pub thumbnail_url: String,
    /// Width in pixels; 0 where the backend did not say.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub width: u64,
    /// Height in pixels; 0 where the backend did not say.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub height: u64,
    /// Which moment of the video it shows, in seconds.
    pub timestamp_seconds: Option<f64>,
}

/// Is something that went wrong with a job: fatal, or a warning that does not block it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Fault {
    /// When the backend says that it happened.
    pub at: UnixNanos,
    /// The backend's own code.
    pub code: String,
    /// The backend's words for a person.
    pub message: String,
    /// Whether the job goes on.
    pub recoverable: bool,
    /// The stage that it happened in.
    pub stage_id: Option<StageId>,
}
