//! Where the video of a job can be played.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{json_field::Fields, media_url};

/// The longest URL that is kept, in bytes. Signed URLs have a few hundred.
const URL_LIMIT: usize = 8192;

/// Whether a backend has the file of a video, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Playback {
    /// The URL of the file: https, or http on loopback. It may expire.
    Url(String),
    /// The backend no longer has the file.
    Unavailable,
}

impl Playback {
    /// Returns the URL of the file.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Url(url) => Some(url),
            Self::Unavailable => None,
        }
    }

    /// Reads the field `playback_url` of the object `video` of a job. An explicit `null` says that there is no file; a
    /// backend without the field says nothing.
    pub(crate) fn read(job: &Value, video: Fields, api_url: Option<&Url>) -> Option<Self> {
        const FIELD: &str = "playback_url";
        if job.get("video").and_then(|video| video.get(FIELD)).is_some_and(Value::is_null) {
            return Some(Self::Unavailable);
        }
        let url = |value: &Value| media_url::resolve(value.as_str()?, api_url).filter(|url| url.len() <= URL_LIMIT);
        video.read(&[FIELD], url).map(Self::Url)
    }
}
