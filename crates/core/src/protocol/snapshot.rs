//! Decoding of jobs in REST responses, whose format differs slightly between backends.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{
    Code, Error, JobId, StageId, ThumbnailId, VideoId,
    model::job::{Content, Fault, Field, Status, Thumbnail},
    model::json_field::{self, Fields, LossCounter},
    model::playback::Playback,
    protocol::{self, Progress, content, json},
};

mod fields;

/// The state of a job in a REST response.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The id of the job.
    pub job_id: JobId,
    /// The id of the video.
    pub video_id: Option<VideoId>,
    /// The overall progress; none if the status is unreadable.
    pub progress: Option<Progress>,
    /// The backend's own status, if it is not one of the specification.
    pub status_word: Option<String>,
    /// The stages.
    pub stages: Vec<(StageId, StageData)>,
    /// The metadata.
    pub metadata: Vec<(Field, Content)>,
    /// The thumbnails.
    pub thumbnails: Vec<Thumbnail>,
    /// The chosen thumbnail.
    pub chosen: Option<ThumbnailId>,
    /// The errors and warnings of the current run, from backends that store them.
    pub faults: Vec<Fault>,
    /// The uploaded file.
    pub file: File,
    /// Where the video can be played, from backends that report it.
    pub playback: Option<Playback>,
    /// The time at which the job was created.
    pub created_at: Option<Timestamp>,
    /// The time of the last change at the backend, which is the timestamp for ordering.
    pub updated_at: Option<Timestamp>,
    /// The time of the last change of the metadata, from backends that store it separately.
    pub metadata_at: Option<Timestamp>,
    /// The fields that the backend suggests and no user has accepted or edited, from backends that report them.
    pub suggested: Option<Vec<Field>>,
    /// The transcript with times, from backends that have it.
    pub captions: Vec<Caption>,
    /// The number of unreadable fields, which were left out.
    pub lost: u32,
}

/// A part of a transcript, with its time.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Caption {
    /// The start, in seconds.
    pub start: f64,
    /// The end, in seconds.
    pub end: f64,
    /// The text.
    pub text: String,
}

/// The state of a stage in a REST response.
#[derive(Clone, Debug, PartialEq)]
pub struct StageData {
    /// The progress.
    pub progress: Progress,
    /// The start of processing, from backends that report it.
    pub started_at: Option<Timestamp>,
    /// The end of processing, from backends that report it.
    pub completed_at: Option<Timestamp>,
    /// Whether the stage was skipped, from backends that report it.
    pub skipped: bool,
}

impl StageData {
    /// Returns a completed stage without further data.
    fn done() -> Self {
        let progress = Progress { status: Status::Completed, progress_percent: Some(100.0), error_message: None };
        Self { progress, started_at: None, completed_at: None, skipped: false }
    }
}

/// An uploaded file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// The original name.
    pub name: Option<String>,
    /// The size in bytes.
    pub size_bytes: Option<u64>,
    /// The duration of the video, in seconds.
    pub duration_seconds: Option<f64>,
}

/// Decodes a job.
///
/// # Errors
/// [`Code::ServerError`] if it has no readable `id`, or no `status`.
pub fn read_job(value: &Value) -> Result<Snapshot, Error> {
    read_job_from(value, None)
}

/// Decodes a job. Relative URLs of media are resolved against the backend's `api_url`.
///
/// # Errors
/// As [`read_job`].
pub fn read_job_from(value: &Value, api_url: Option<&Url>) -> Result<Snapshot, Error> {
    let unreadable = |why: &str| Error::new(Code::ServerError, format!("The studio sent an invalid video: {why}."));
    let lost = LossCounter::default();
    let Value::Object(map) = value else { return Err(unreadable("not an object")) };
    let fields = Fields::of(value, &lost);
    let job_id = fields.id(&["id", "job_id"]).ok_or_else(|| unreadable("missing `id`"))?;
    if !map.contains_key("status") {
        return Err(unreadable("missing `status`"));
    }
    let parts = parts(fields, api_url);
    let (progress, status_word) = progress(fields, parts.error_message);
    let video = fields.object(&["video"]);
    let metadata = fields.object(&METADATA);
    Ok(Snapshot {
        job_id,
        video_id: fields.id(&["video_id"]).or_else(|| video.id(&["id"])),
        progress,
        status_word,
        stages: parts.stages,
        metadata: parts.metadata,
        thumbnails: parts.thumbnails,
        chosen: metadata.id(&["thumbnail_id"]),
        faults: fields.list(&["errors"]).iter().filter_map(|error| fault(error, &lost)).collect(),
        file: File {
            name: video.text(&["original_filename"]),
            size_bytes: video.size(&["size_bytes"]),
            duration_seconds: metadata.number(&["extracted_video_duration_seconds"]),
        },
        playback: Playback::read(value, video, api_url),
        created_at: fields.time(&["created_at"]),
        updated_at: fields.time(&["updated_at"]),
        metadata_at: metadata.time(&["updated_at"]),
        suggested: metadata.value(&["suggested"]).and_then(Value::as_array).map(|list| fields_of(list)),
        captions: captions(value, &lost),
        lost: lost.count(),
    })
}

/// Reads names of fields; unknown ones are left out.
fn fields_of(list: &[Value]) -> Vec<Field> {
    list.iter().filter_map(|name| Field::deserialize(name).ok()).collect()
}

/// Reads `transcript` if it is a list of captions; other backends use this name for the text.
fn captions(job: &Value, lost: &LossCounter) -> Vec<Caption> {
    let metadata = METADATA.iter().find_map(|name| job.get(*name));
    let Some(listed) = metadata.and_then(|metadata| metadata.get("transcript")?.as_array()) else { return Vec::new() };
    let caption = |value: &Value| {
        let fields = Fields::of(value, lost);
        let (start, text) = (fields.number(&["start"])?, fields.text(&["text"])?);
        Some(Caption { start, end: fields.number(&["end"]).unwrap_or(start).max(start), text })
    };
    listed.iter().filter_map(caption).collect()
}

/// A page of the job list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The readable jobs, in the order of the page.
    pub jobs: Vec<Snapshot>,
    /// The number of unreadable jobs.
    pub skipped: usize,
    /// The number of unreadable fields in the readable jobs.
    pub lost: u32,
}

impl Page {
    /// Returns the number of jobs on the page, including unreadable ones.
    pub fn len(&self) -> usize {
        self.jobs.len() + self.skipped
    }

    /// Returns whether the page has no jobs.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Decodes a page of jobs: an array, or an object that contains one as `jobs`, `items` or `data`.
///
/// An unreadable job or field is skipped without affecting the others.
///
/// # Errors
/// [`Code::ServerError`] if the response is not a list.
pub fn read_page(text: &str, api_url: Option<&Url>) -> Result<Page, Error> {
    let unreadable =
        || Error::new(Code::ServerError, "Couldn't read the studio's videos. Its API may be incompatible.");
    let json::Parsed { value, lost } = json::parse(text).map_err(|_| unreadable())?;
    let list = value
        .as_array()
        .or_else(|| ["jobs", "items", "data"].iter().find_map(|key| value.get(*key)?.as_array()))
        .ok_or_else(unreadable)?;
    let jobs: Vec<_> = list.iter().filter_map(|job| read_job_from(job, api_url).ok()).collect();
    let fields = jobs.iter().map(|job| job.lost).fold(lost, u32::saturating_add);
    Ok(Page { skipped: list.len() - jobs.len(), jobs, lost: fields })
}

/// The names of the object with a job's metadata; the first one is the documented one.
const METADATA: [&str; 2] = ["video_metadata", "metadata"];

/// The parts that a job in a REST response and a flat message have in common.
pub(crate) struct Parts {
    pub(crate) stages: Vec<(StageId, StageData)>,
    pub(crate) metadata: Vec<(Field, Content)>,
    pub(crate) thumbnails: Vec<Thumbnail>,
    /// The reason of a failure, from a backend that reports it as a stage.
    pub(crate) error_message: Option<String>,
}

/// Reads the stages, metadata and thumbnails of a job.
pub(crate) fn parts(fields: Fields, api_url: Option<&Url>) -> Parts {
    let metadata = fields.object(&METADATA);
    let (stages, error_message) = stages(fields);
    // Metadata fields beside the status are accepted, too.
    let held = |field: Field| metadata.value(&[field.key()]).or_else(|| fields.value(&[field.key()]));
    let content =
        |field: Field| Some((field, content(field, held(field)?, fields.lost()).or_else(|| fields.lost().one())?));
    Parts {
        stages,
        metadata: Field::METADATA.into_iter().filter_map(content).collect(),
        thumbnails: thumbnails(metadata, api_url),
        error_message,
    }
}

/// Reads the progress of a job, and its own status if that is not one of the specification.
fn progress(fields: Fields, reason: Option<String>) -> (Option<Progress>, Option<String>) {
    let Some(word) = fields.text(&["status"]) else { return (None, None) };
    let known = Status::parse(&word);
    let word = word.trim().to_owned();
    if known.is_none() {
        fields.lost().add();
    }
    let progress = Progress {
        // A job with an unknown status is treated as unfinished.
        status: known.unwrap_or(Status::Processing),
        progress_percent: fields.percent(&["progress_percent"]),
        error_message: fields.message(&["error_message"]).filter(|message| !message.trim().is_empty()).or(reason),
    };
    (Some(progress), known.is_none().then_some(word))
}

fn stages(fields: Fields) -> (Vec<(StageId, StageData)>, Option<String>) {
    let lost = fields.lost();
    let (mut stages, mut reason) = (Vec::new(), None);
    let named = |name: &str| json_field::optional_id::<StageId, _>(&Value::from(name)).ok().flatten();
    match fields.value(&["processing_stages"]) {
        Some(Value::Array(entries)) => {
            for entry in entries {
                if let Some(text) = entry.as_str().and_then(error_text) {
                    reason = Some(text.to_owned());
                } else if let Some(name) = json_field::optional_id(entry).ok().flatten() {
                    stages.push((name, StageData::done()));
                } else if let Some(stage) = listed_stage(entry, lost) {
                    stages.push(stage);
                } else {
                    lost.add();
                }
            }
        }
        Some(Value::Object(map)) => {
            for (name, entry) in map {
                if let Some(text) = error_text(name) {
                    reason = Some(text.to_owned());
                } else if let Some((name, stage)) = named(name).zip(stage(entry, lost)) {
                    stages.push((name, stage));
                }
            }
        }
        Some(_) => lost.add(),
        None => {}
    }
    (stages, reason)
}

/// Returns the text of an entry that is not a stage but the reason of a failure: `"Error: moov atom not found"`.
fn error_text(name: &str) -> Option<&str> {
    let (head, text) = name.trim().split_at_checked("error:".len())?;
    let text = text.trim();
    (head.eq_ignore_ascii_case("error:") && !text.is_empty()).then_some(text)
}

/// Reads a stage from a list of objects with names.
fn listed_stage(entry: &Value, lost: &LossCounter) -> Option<(StageId, StageData)> {
    let name = ["stage_id", "id", "name", "stage"].iter().find_map(|key| entry.get(*key))?;
    Some((json_field::optional_id(name).ok().flatten()?, stage(entry, lost)?))
}

/// Reads a stage from a map: `true`, a status, or an object. `false` and `null` are ignored.
fn stage(entry: &Value, lost: &LossCounter) -> Option<StageData> {
    match entry {
        Value::Bool(true) => Some(StageData::done()),
        Value::Bool(false) | Value::Null => None,
        Value::String(word) => {
            let status = Status::parse(word).or_else(|| lost.one())?;
            Some(StageData {
                progress: Progress { status, progress_percent: None, error_message: None },
                ..StageData::done()
            })
        }
        Value::Object(_) => {
            let fields = Fields::of(entry, lost);
            let progress = protocol::progress(fields).ok().or_else(|| lost.one())?;
            let (started_at, completed_at) = (fields.time(&["started_at"]), fields.time(&["completed_at"]));
            let skipped = fields.value(&["skipped"]) == Some(&Value::Bool(true));
            Some(StageData { progress, started_at, completed_at, skipped })
        }
        Value::Number(_) | Value::Array(_) => lost.one(),
    }
}

/// Reads an ERROR that a backend stores with its job, so that a client that was offline does not miss a warning.
fn fault(error: &Value, lost: &LossCounter) -> Option<Fault> {
    let fields = Fields::of(error, lost);
    let data = protocol::error(fields).ok().or_else(|| lost.one())?;
    Some(Fault {
        at: fields.time(&["timestamp"]).or_else(|| lost.one())?.into(),
        code: data.error_code,
        message: data.error_message,
        recoverable: data.recoverable,
        stage_id: data.affected_stage,
    })
}

fn thumbnails(metadata: Fields, api_url: Option<&Url>) -> Vec<Thumbnail> {
    let lost = metadata.lost();
    let read = |value: &Value| protocol::thumbnail(Fields::of(value, lost), api_url);
    let mut pictures: Vec<Thumbnail> = metadata.list(&["thumbnails"]).iter().filter_map(read).collect();
    // A backend with only one thumbnail sends no list.
    if pictures.is_empty()
        && let Some(url) = metadata.text(&["thumbnail_file_url"])
    {
        let id = metadata.id::<String>(&["thumbnail_id"]).unwrap_or_else(|| "cover".to_owned());
        pictures.extend(read(&serde_json::json!({ "thumbnail_id": id, "thumbnail_url": url })));
    }
    pictures
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documented_job_is_read_completely() {
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
    fn playback_url_is_read_by_the_rules_of_urls() {
        let api = Url::parse("https://api.acme.tv/v1").expect("a URL");
        let read = |video: Value| {
            let job = json!({ "id": 7, "status": "COMPLETED", "video": video });
            let job = read_job_from(&job, Some(&api)).expect("a job");
            (job.playback, job.lost)
        };
        let url = |url: &str| (Some(Playback::Url(url.to_owned())), 0);
        let field = |value: Value| read(json!({ "id": 3, "playback_url": value }));
        assert_eq!(field(json!("https://cdn.test/a.mp4?sig=1")), url("https://cdn.test/a.mp4?sig=1"));
        assert_eq!(field(json!("http://127.0.0.1:8/a.mp4")), url("http://127.0.0.1:8/a.mp4"));
        assert_eq!(field(json!("/media/a.mp4")), url("https://api.acme.tv/media/a.mp4"));
        assert_eq!(field(json!("gs://videos/a.mp4")), url("https://storage.googleapis.com/videos/a.mp4"));
        assert_eq!(field(Value::Null), (Some(Playback::Unavailable), 0));
        assert_eq!(read(json!({ "id": 3 })), (None, 0));
        assert_eq!(read(Value::Null), (None, 0));
        let long = format!("https://cdn.test/{}", "a".repeat(9000));
        for bad in [
            json!("http://cdn.test/a.mp4"),
            json!("file:///etc/passwd"),
            json!("a.mp4"),
            json!(""),
            json!(7),
            json!([]),
            json!(long),
        ] {
            assert_eq!(field(bad.clone()), (None, 1), "{bad}");
        }
    }

    #[test]
    fn job_of_the_public_backend_is_read() {
        let job = json!({ "id": 7, "status": "completed", "processing_stages": ["audio_extraction", "transcription"],
            "video": { "id": 3 }, "metadata": { "title": "T", "tags": null, "thumbnail_file_url": "https://x.test/1" } });
        let job = read_job(&job).expect("a job");
        assert_eq!((job.job_id.as_str(), job.video_id), ("7", Some(VideoId::new("3"))));
        assert_eq!((job.stages.len(), job.metadata.len(), job.thumbnails.len()), (2, 1, 1));
        let map = json!({ "id": 7, "status": "PENDING", "processing_stages": { "PROBE": true, "AUDIO": false } });
        assert_eq!(read_job(&map).expect("a job").stages.len(), 1);
    }

    #[test]
    fn captions_are_read_if_present() {
        let job = json!({ "id": 7, "status": "COMPLETED", "video_metadata": { "transcript_text": "a\nb", "transcript": [
            { "start": 0.5, "end": 2, "text": "a" }, 7, { "start": "x", "text": "lost" }, { "start": 3, "text": "b" } ] } });
        let captions = read_job(&job).expect("a job").captions;
        let caption = |start: f64, end: f64, text: &str| Caption { start, end, text: text.to_owned() };
        assert_eq!(captions, [caption(0.5, 2.0, "a"), caption(3.0, 3.0, "b")]);
        let text = json!({ "id": 7, "status": "COMPLETED", "video_metadata": { "transcript": "words" } });
        assert_eq!(read_job(&text).expect("a job").captions, []);
    }

    #[test]
    fn unreadable_job_is_skipped_alone() {
        let page = r#"[{"id":1,"status":"PENDING"},{"id":2},{"status":"PENDING"},17,{"id":"x","status":"FAILED"}]"#;
        let Page { jobs, skipped, .. } = read_page(page, None).expect("a page");
        assert_eq!((jobs.len(), skipped), (2, 3));
        assert_eq!(read_page(r#"{"jobs":[]}"#, None).expect("wrapped").jobs.len(), 0);
        assert_eq!(read_page("<html>", None).expect_err("html").code, Code::ServerError);
    }
}
