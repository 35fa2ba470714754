//! A job with its video, as stored and as returned by REST.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tallylight_media::subtitles::Cue;

use super::{FileUrls, Progress, Status, Times};
use crate::storage::StoredVideo;

/// A chapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chapter {
    /// Its start, in seconds.
    pub start_seconds: f64,
    /// Its title.
    pub title: String,
}

/// A thumbnail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thumbnail {
    /// Its id.
    pub thumbnail_id: String,
    /// Its URL path; without the server's address, whose port may change.
    pub path: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The time of its frame in the video, in seconds.
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
    /// The text of the transcript.
    pub transcript_text: Option<String>,
    /// The transcript with times; `None` if the user rewrote it with another number of lines.
    #[serde(default)]
    pub transcript: Option<Vec<Cue>>,
    /// The recognised language, as an ISO 639-1 code.
    #[serde(default)]
    pub transcript_language: Option<String>,
    /// The chapters.
    pub chapters: Option<Vec<Chapter>>,
    /// The id of the chosen thumbnail.
    pub thumbnail_id: Option<String>,
    /// All thumbnails.
    pub thumbnails: Vec<Thumbnail>,
    /// The duration of the video, in seconds.
    pub duration_seconds: Option<f64>,
    /// The metadata types that the pipeline suggested and the user has neither accepted nor edited.
    #[serde(default)]
    pub suggested: BTreeSet<String>,
}

impl Metadata {
    /// Sets the transcript by an edit. The times of the captions stay if there are as many lines as captions.
    pub fn set_transcript_text(&mut self, text: String) {
        let lines: Vec<&str> = text.lines().collect();
        self.transcript = self.transcript.take().filter(|cues| cues.len() == lines.len()).map(|cues| {
            cues.into_iter().zip(&lines).map(|(cue, line)| Cue { text: (*line).to_owned(), ..cue }).collect()
        });
        self.transcript_text = Some(text);
    }
}

/// A job with its video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Its video's id.
    pub video_id: String,
    /// The account that owns it.
    pub account_id: String,
    /// The overall progress.
    #[serde(flatten)]
    pub progress: Progress,
    /// The progress of each stage, by stage id.
    pub stages: BTreeMap<String, Progress>,
    /// The times of each stage, by stage id.
    #[serde(default)]
    pub times: BTreeMap<String, Times>,
    /// The ids of stages that had nothing to do.
    #[serde(default)]
    pub skipped: BTreeSet<String>,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The time of its last change.
    pub updated_at: Timestamp,
    /// The file name on the user's computer.
    pub original_filename: String,
    /// The media type as stated in the upload.
    pub content_type: String,
    /// The file's size in bytes.
    pub size_bytes: u64,
    /// The path of the video file.
    pub source: PathBuf,
    /// The path of the subtitles that were sent with it.
    pub subtitles: Option<PathBuf>,
    /// The video's metadata.
    pub metadata: Metadata,
    /// The errors and warnings of this run, as announced.
    #[serde(default)]
    pub errors: Vec<Value>,
    /// The metadata types that the user has edited.
    #[serde(default)]
    pub edited: BTreeSet<String>,
}

impl Job {
    /// Returns the job's video as it is stored.
    pub fn stored_video(&self) -> StoredVideo {
        let is_finished = self.progress.status == Status::Completed;
        StoredVideo { id: self.video_id.clone(), source: self.source.clone(), is_finished }
    }

    fn stages_json(&self) -> Value {
        let stages = self.stages.iter().map(|(stage, progress)| {
            let mut stage_json = json!(progress);
            let times = self.times.get(stage).copied().unwrap_or_default();
            stage_json["started_at"] = json!(times.started_at);
            stage_json["completed_at"] = json!(times.completed_at);
            stage_json["skipped"] = json!(self.skipped.contains(stage));
            (stage.clone(), stage_json)
        });
        Value::Object(stages.collect())
    }

    /// Returns the job as a REST job object, with the URLs of its files.
    pub fn to_json(&self, urls: &FileUrls) -> Value {
        let metadata = &self.metadata;
        let thumbnails: Vec<Value> =
            metadata.thumbnails.iter().map(|thumbnail| thumbnail_json(thumbnail, urls)).collect();
        let chosen = metadata.thumbnails.iter().find(|t| Some(&t.thumbnail_id) == metadata.thumbnail_id.as_ref());
        let cover = chosen.or(metadata.thumbnails.first());
        // The user may have deleted the copies of finished videos.
        let playback_url = self.source.is_file().then(|| urls.video(&self.video_id));
        json!({
            "id": self.id, "video_id": self.video_id,
            "status": self.progress.status, "progress_percent": self.progress.progress_percent,
            "error_message": self.progress.error_message, "processing_stages": self.stages_json(),
            "created_at": self.created_at, "updated_at": self.updated_at, "errors": self.errors,
            "video": { "id": self.video_id, "original_filename": self.original_filename,
                "content_type": self.content_type, "size_bytes": self.size_bytes,
                "playback_url": playback_url },
            "video_metadata": {
                "title": metadata.title, "description": metadata.description, "tags": metadata.tags,
                "transcript_text": metadata.transcript_text, "transcript": metadata.transcript,
                "transcript_language": metadata.transcript_language,
                "chapters": metadata.chapters, "suggested": metadata.suggested,
                "thumbnail_file_url": cover.map(|thumbnail| urls.thumbnail(&thumbnail.path)),
                "thumbnail_id": metadata.thumbnail_id, "thumbnails": thumbnails,
                "extracted_video_duration_seconds": metadata.duration_seconds,
            },
        })
    }
}

/// Returns a thumbnail in the shape of REST and of the socket.
pub fn thumbnail_json(thumbnail: &Thumbnail, urls: &FileUrls) -> Value {
    json!({ "thumbnail_id": thumbnail.thumbnail_id, "thumbnail_url": urls.thumbnail(&thumbnail.path),
        "width": thumbnail.width, "height": thumbnail.height, "timestamp_seconds": thumbnail.timestamp_seconds })
}
