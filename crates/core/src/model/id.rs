//! Ids as newtypes, so that the id of a job cannot be passed where the id of a video is expected.

use std::{borrow::Cow, fmt, sync::Arc};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{model::json_field, model::text};

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        ///
        /// Read from a JSON string or number (some backends use integers), written as a string. Clones share one
        /// allocation.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(Arc<str>);

        impl $name {
            /// Creates an id from a text, cleaned as [`text::clean`] does.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                let text = text.into();
                match text::clean(&text) {
                    Cow::Owned(cleaned) => Self(cleaned.into()),
                    Cow::Borrowed(_) => Self(text),
                }
            }

            /// Returns the text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                json_field::id(deserializer)
            }
        }
    )*};
}

text_id! {
    /// The id of a processing job.
    JobId,
    /// The id of the video that a job processes.
    VideoId,
    /// The id of a pipeline stage, such as `TRANSCRIPTION`.
    StageId,
    /// The id of a generated thumbnail.
    ThumbnailId,
}

/// The id of a connection attempt. Frames and events of an older attempt are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnId(pub u64);
