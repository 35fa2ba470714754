//! What a process that recognises speech reports to the studio.

use serde::{Deserialize, Serialize};
use tallylight_media::subtitles::Cue;

/// A line that the process prints: a JSON object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Message {
    /// The progress, in percent.
    Progress(f64),
    /// The language, as an ISO 639-1 code.
    Language(String),
    /// A caption of the transcript.
    Cue(Cue),
    /// The reason why nothing could be recognised.
    Error(String),
}
