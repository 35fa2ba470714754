//! Reading jobs out of REST answers, whose shape differs a little from backend to backend.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Code, Error, JobId, StageId, ThumbnailId, VideoId,
    job::{Content, Fault, Field, Status, Thumbnail},
    lenient,
    protocol::{ErrorData, Progress, ThumbnailData, content},
};

/// Is what a REST answer says about one job.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Which job it is.
    pub job_id: JobId,
    /// Which video it works on.
    pub video_id: Option<VideoId>,
    /// The job's overall progress.
    pub progress: Progress,
    /// The stages that the answer names.
    pub stages: Vec<(StageId, StageData)>,
    /// The metadata that the answer holds.
    pub metadata: Vec<(Field, Content)>,
    /// The thumbnails that the answer holds.
    pub thumbnails: Vec<Thumbnail>,
    /// The thumbnail that stands for the video.
    pub chosen: Option<ThumbnailId>,
    /// Errors and warnings of this run, from backends that keep them.
    pub faults: Vec<Fault>,
    /// The file as it was uploaded.
    pub file: File,
    /// When the job was made.
    pub created_at: Option<Timestamp>,
    /// When the backend last changed it; the answer's place in the order rule.
    pub updated_at: Option<Timestamp>,
}

/// Is what an answer says of a stage.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StageData {
    /// How far it has come.
    #[serde(flatten)]
    pub progress: Progress,
    /// When the work on it began, from backends that say so.
    #[serde(default, deserialize_with = "lenient::time")]
    pub started_at: Option<Timestamp>,
    /// When it ended, from backends that say so.
    #[serde(default, deserialize_with = "lenient::time")]
    pub completed_at: Option<Timestamp>,
}

/// Describes an uploaded file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// Its name on the creator's disk.
    pub name: Option<String>,
    /// Its size in bytes.
    pub size_bytes: Option<u64>,
    /// How long the video is, in seconds.
    pub duration_seconds: Option<f64>,
}

#[derive(Deserialize)]
struct JobData {
    id: JobId,
    #[serde(default, deserialize_with = "lenient::optional_id")]
    video_id: Option<VideoId>,
    #[serde(flatten)]
    progress: Progress,
    #[serde(default)]
    processing_stages: Value,
    #[serde(default, deserialize_with = "lenient::time")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::time")]
    updated_at: Option<Timestamp>,
    #[serde(default)]
    video: Value,
    #[serde(default, alias = "metadata")]
    video_metadata: Value,
    #[serde(default)]
    errors: Value,
}

/// Is an ERROR that a backend keeps with its job. The contract has no place for it; ours has, so that a warning is
/// not lost on whoever was away.
#[derive(Deserialize)]
struct KeptError {
    #[serde(flatten)]
    error: ErrorData,
    timestamp: Timestamp,
}

impl From<KeptError> for Fault {
    fn from(KeptError { error, timestamp }: KeptError) -> Self {
        Self {
            at: timestamp.into(),
            code: error.error_code,
            message: error.error_message,
            recoverable: error.recoverable,
            stage_id: error.affected_stage,
        }
    }
}

/// Reads one job.
///
/// # Errors
/// [`Code::ServerError`] when it has no readable `id` or `status`.
pub fn read_job(value: &Value) -> Result<Snapshot, Error> {
    let data = JobData::deserialize(value)
        .map_err(|error| Error::new(Code::ServerError, format!("the server sent an unreadable job: {error}")))?;
    let video_id = data.video_id.or_else(|| VideoId::deserialize(data.video.get("id")?).ok());
    let metadata = &data.video_metadata;
    let (thumbnails, chosen) = thumbnails(metadata);
    let file = File {
        name: data.video.get("original_filename").and_then(Value::as_str).map(str::to_owned),
        size_bytes: data.video.get("size_bytes").and_then(|size| lenient::size(size).ok().flatten()),
        duration_seconds: metadata
            .get("extracted_video_duration_seconds")
            .and_then(|duration| lenient::number(duration).ok().flatten()),
    };
    Ok(Snapshot {
        job_id: data.id,
        video_id,
        progress: data.progress,
        stages: stages(&data.processing_stages),
        metadata: fields(metadata),
        thumbnails,
        chosen,
        faults: faults(&data.errors),
        file,
        created_at: data.created_at,
        updated_at: data.updated_at,
    })
}

/// Reads a page of jobs: an array, or an object that holds one as `jobs`, `items` or `data`.
///
/// An unreadable job costs only itself; the number that was skipped comes with the rest.
///
/// # Errors
/// [`Code::ServerError`] when the answer is no list at all.
pub fn read_page(text: &str) -> Result<(Vec<Snapshot>, usize), Error> {
    let unreadable = || Error::new(Code::ServerError, "the server's job list is unreadable: its API may be another");
    let value: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    let list = value
        .as_array()
        .or_else(|| ["jobs", "items", "data"].iter().find_map(|key| value.get(*key)?.as_array()))
        .ok_or_else(unreadable)?;
    let jobs: Vec<_> = list.iter().filter_map(|job| read_job(job).ok()).collect();
    let skipped = list.len() - jobs.len();
    Ok((jobs, skipped))
}

fn stages(value: &Value) -> Vec<(StageId, StageData)> {
    let done = || StageData {
        progress: Progress { status: Status::Completed, progress_percent: Some(100.0), error_message: None },
        started_at: None,
        completed_at: None,
    };
    match value {
        Value::Array(names) => {
            names.iter().filter_map(|name| Some((StageId::deserialize(name).ok()?, done()))).collect()
        }
        Value::Object(map) => map
            .iter()
            .filter_map(|(name, stage)| {
                let stage = if stage == &Value::Bool(true) { done() } else { StageData::deserialize(stage).ok()? };
                Some((StageId::deserialize(&Value::from(name.as_str())).ok()?, stage))
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn fields(metadata: &Value) -> Vec<(Field, Content)> {
    Field::METADATA.into_iter().filter_map(|field| Some((field, content(field, metadata.get(field.key())?)?))).collect()
}

fn faults(errors: &Value) -> Vec<Fault> {
    let read = |value: &Value| KeptError::deserialize(value).ok().map(Fault::from);
    errors.as_array().into_iter().flatten().filter_map(read).collect()
}

fn thumbnails(metadata: &Value) -> (Vec<Thumbnail>, Option<ThumbnailId>) {
    let read = |value: &Value| ThumbnailData::deserialize(value).ok()?.into_thumbnail();
    let mut list: Vec<Thumbnail> =
        metadata.get("thumbnails").and_then(Value::as_array).into_iter().flatten().filter_map(read).collect();
    let chosen = metadata.get("thumbnail_id").and_then(|id| ThumbnailId::deserialize(id).ok());
    // A backend that keeps only one picture names no list: its picture is the list.
    if list.is_empty()
        && let Some(url) = metadata.get("thumbnail_file_url").and_then(Value::as_str)
    {
        let id = chosen.as_ref().map_or("cover", ThumbnailId::as_str);
        list.extend(read(&serde_json::json!({ "thumbnail_id": id, "thumbnail_url": url })));
    }
    (list, chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_contracts_job_is_read_whole() {
        let job = json!({ "id": "7f", "video_id": "3c", "status": "PROCESSING", "progress_percent": 42.5, "error_message": null,
            "processing_stages": { "TRANSCRIPTION": { "status": "PROCESSING", "progress_percent": 10, "error_message": null } },
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:01:00",
            "video": { "id": "3c", "original_filename": "holiday.mp4", "content_type": "video/mp4", "size_bytes": 734_003_200 },
            "video_metadata": { "title": "T", "description": "D", "tags": ["a"], "transcript_text": "words",
                "chapters": [{ "start_seconds": 9, "title": "B" }, { "start_seconds": 0, "title": "A" }],
                "thumbnail_file_url": "https://x.test/1", "thumbnail_id": "t1", "extracted_video_duration_seconds": 63.2,
                "thumbnails": [{ "thumbnail_id": "t1", "thumbnail_url": "https://x.test/1", "width": 1280, "height": 720, "timestamp_seconds": 3.5 }] } });
        let job = read_job(&job).expect("a job");
        assert_eq!(job.file.name.as_deref(), Some("holiday.mp4"));
        assert_eq!((job.file.size_bytes, job.file.duration_seconds), (Some(734_003_200), Some(63.2)));
        assert_eq!((job.stages.len(), job.metadata.len(), job.thumbnails.len()), (1, 5, 1));
        assert_eq!(job.chosen, Some(ThumbnailId::new("t1")));
        assert_eq!(job.updated_at, "2026-01-01T00:01:00Z".parse().ok());
    }

    #[test]
    fn the_public_backends_shape_is_read_too() {
        let job = json!({ "id": 7, "status": "completed", "processing_stages": ["audio_extraction", "transcription"],
            "video": { "id": 3 }, "metadata": { "title": "T", "tags": null, "thumbnail_file_url": "https://x.test/1" } });
        let job = read_job(&job).expect("a job");
        assert_eq!((job.job_id.as_str(), job.video_id), ("7", Some(VideoId::new("3"))));
        assert_eq!((job.stages.len(), job.metadata.len(), job.thumbnails.len()), (2, 1, 1));
        let map = json!({ "id": 7, "status": "PENDING", "processing_stages": { "PROBE": true, "AUDIO": false } });
        assert_eq!(read_job(&map).expect("a job").stages.len(), 1);
    }

    #[test]
    fn an_unreadable_job_costs_only_itself() {
        let page = r#"[{"id":1,"status":"PENDING"},{"id":2},{"status":"PENDING"},17,{"id":"x","status":"FAILED"}]"#;
        let (jobs, skipped) = read_page(page).expect("a page");
        assert_eq!((jobs.len(), skipped), (2, 3));
        assert_eq!(read_page(r#"{"jobs":[]}"#).expect("wrapped").0.len(), 0);
        assert_eq!(read_page("<html>").expect_err("html").code, Code::ServerError);
    }
}
