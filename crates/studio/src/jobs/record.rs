//! A job with its video, as it is kept and as REST answers it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tallylight_media::subtitles::Cue;

use super::{Progress, Times};

/// One chapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chapter {
    /// Where it begins, in seconds.
    pub start_seconds: f64,
    /// What it is called.
    pub title: String,
}

/// One thumbnail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thumbnail {
    /// Its id.
    pub thumbnail_id: String,
    /// Where it is served; without the server, whose port may change.
    pub path: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Which moment it shows, in seconds.
    pub timestamp_seconds: f64,
}

/// The metadata of a video.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The tags.
    pub tags: Option<Vec<String>>,
    /// What is said.
    pub transcript_text: Option<String>,
    /// What is said, with times; none where a person rewrote it.
    #[serde(default)]
    pub transcript: Option<Vec<Cue>>,
    /// The language that was recognised, as a code of ISO 639-1.
    #[serde(default)]
    pub transcript_language: Option<String>,
    /// The chapters.
    pub chapters: Option<Vec<Chapter>>,
    /// The chosen thumbnail.
    pub thumbnail_id: Option<String>,
    /// All thumbnails.
    pub thumbnails: Vec<Thumbnail>,
    /// How long the video is, in seconds.
    pub duration_seconds: Option<f64>,
    /// The kinds of metadata that the pipeline suggests, until a person takes or edits them.
    #[serde(default)]
    pub suggested: BTreeSet<String>,
}

impl Metadata {
    /// Sets the words as a person wrote them. The times of the captions hold where there are as many lines as captions.
    pub fn set_transcript_text(&mut self, text: String) {
        let lines: Vec<&str> = text.lines().collect();
        self.transcript = self.transcript.take().filter(|cues| cues.len() == lines.len()).map(|cues| {
            cues.into_iter().zip(&lines).map(|(cue, line)| Cue { text: (*line).to_owned(), ..cue }).collect()
        });
        self.transcript_text = Some(text);
    }
}

/// One job with its video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Its video's id.
    pub video_id: String,
    /// Whose it is.
    pub account_id: String,
    /// Overall progress.
    #[serde(flatten)]
    pub progress: Progress,
    /// Progress of the stages.
    pub stages: BTreeMap<String, Progress>,
    /// When the stages were worked on.
    #[serde(default)]
    pub times: BTreeMap<String, Times>,
    /// The stages that had nothing to do.
    #[serde(default)]
    pub skipped: BTreeSet<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The file's name on the creator's disk.
    pub original_filename: String,
    /// The file's type, as the upload said.
    pub content_type: String,
    /// The file's size in bytes.
    pub size_bytes: u64,
    /// The file here.
    pub source: PathBuf,
    /// The subtitles that came with it.
    pub subtitles: Option<PathBuf>,
    /// The video's metadata.
    pub metadata: Metadata,
    /// The errors and warnings of this run, as they were told.
    #[serde(default)]
    pub errors: Vec<Value>,
    /// The kinds of metadata that a person has edited.
    #[serde(default)]
    pub edited: BTreeSet<String>,
}

impl Job {
    fn stages_json(&self) -> Value {
        let stages = self.stages.iter().map(|(stage, progress)| {
            let mut told = json!(progress);
            let times = self.times.get(stage).copied().unwrap_or_default();
            told["started_at"] = json!(times.started_at);
            told["completed_at"] = json!(times.completed_at);
            told["skipped"] = json!(self.skipped.contains(stage));
            (stage.clone(), told)
        });
        Value::Object(stages.collect())
    }

    /// Returns the job as REST answers it, with thumbnails under a base address.
    pub fn to_json(&self, base: &str) -> Value {
        let metadata = &self.metadata;
        let thumbnails: Vec<Value> =
            metadata.thumbnails.iter().map(|thumbnail| thumbnail_json(thumbnail, base)).collect();
        let chosen = metadata.thumbnails.iter().find(|t| Some(&t.thumbnail_id) == metadata.thumbnail_id.as_ref());
        let cover = chosen.or(metadata.thumbnails.first());
        json!({
            "id": self.id, "video_id": self.video_id,
            "status": self.progress.status, "progress_percent": self.progress.progress_percent,
            "error_message": self.progress.error_message, "processing_stages": self.stages_json(),
            "created_at": self.created_at, "updated_at": self.updated_at, "errors": self.errors,
            "video": { "id": self.video_id, "original_filename": self.original_filename,
                "content_type": self.content_type, "size_bytes": self.size_bytes },
            "video_metadata": {
                "title": metadata.title, "description": metadata.description, "tags": metadata.tags,
                "transcript_text": metadata.transcript_text, "transcript": metadata.transcript,
                "transcript_language": metadata.transcript_language,
                "chapters": metadata.chapters, "suggested": metadata.suggested,
                "thumbnail_file_url": cover.map(|thumbnail| format!("{base}{}", thumbnail.path)),
                "thumbnail_id": metadata.thumbnail_id, "thumbnails": thumbnails,
                "extracted_video_duration_seconds": metadata.duration_seconds,
            },
        })
    }
}

/// Returns a thumbnail as REST and the socket say it.
pub fn thumbnail_json(thumbnail: &Thumbnail, base: &str) -> Value {
    json!({ "thumbnail_id": thumbnail.thumbnail_id, "thumbnail_url": format!("{base}{}", thumbnail.path),
        "width": thumbnail.width, "height": thumbnail.height, "timestamp_seconds": thumbnail.timestamp_seconds })
}
