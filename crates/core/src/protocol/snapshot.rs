//! Reading jobs out of REST answers, whose shape differs a little from backend to backend.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{
    Code, Error, JobId, StageId, ThumbnailId, VideoId,
    model::job::{Content, Fault, Field, Status, Thumbnail},
    protocol::{
        self, Progress, content, json,
        lenient::{self, Fields, LossCounter},
    },
};

/// Is what a REST answer says about one job.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Which job it is.
    pub job_id: JobId,
    /// Which video it works on.
    pub video_id: Option<VideoId>,
    /// The job's overall progress; none where its status cannot be read.
    pub progress: Option<Progress>,
    /// The word of its status, where that is none of the specification's.
    pub status_word: Option<String>,
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
    /// When the backend last changed its metadata, where it keeps a time of its own for that.
    pub metadata_at: Option<Timestamp>,
    /// The fields that the backend suggests and no person has taken or edited, from backends that say so.
    pub suggested: Option<Vec<Field>>,
    /// What is said and when, from backends that know.
    pub captions: Vec<Caption>,
    /// How many fields could not be read, and are left out.
    pub lost: u32,
}

/// A part of what is said, with its time.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Caption {
    /// When it begins, in seconds.
    pub start: f64,
    /// When it ends, in seconds.
    pub end: f64,
    /// The words.
    pub text: String,
}

/// What an answer says of a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StageData {
    /// How far it has come.
    pub progress: Progress,
    /// When the work on it began, from backends that say so.
    pub started_at: Option<Timestamp>,
    /// When it ended, from backends that say so.
    pub completed_at: Option<Timestamp>,
    /// Whether it had nothing to do, from backends that say so.
    pub skipped: bool,
}

impl StageData {
    /// Returns a stage of which nothing but its end is known.
    fn done() -> Self {
        let progress = Progress { status: Status::Completed, progress_percent: Some(100.0), error_message: None };
        Self { progress, started_at: None, completed_at: None, skipped: false }
    }
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

/// Reads one job.
///
/// # Errors
/// [`Code::ServerError`] when it has no readable `id`, or says nothing of its `status`.
pub fn read_job(value: &Value) -> Result<Snapshot, Error> {
    read_job_from(value, None)
}

/// Reads one job of a backend, to whose REST address paths of pictures belong.
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
        created_at: fields.time(&["created_at"]),
        updated_at: fields.time(&["updated_at"]),
        metadata_at: metadata.time(&["updated_at"]),
        suggested: metadata.value(&["suggested"]).and_then(Value::as_array).map(|list| fields_of(list)),
        captions: captions(value, &lost),
        lost: lost.count(),
    })
}

/// Reads names of fields; those that this version does not know are left out.
fn fields_of(list: &[Value]) -> Vec<Field> {
    list.iter().filter_map(|name| Field::deserialize(name).ok()).collect()
}

/// Reads `transcript`, where it is a list of captions; other backends use the name for the text.
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
    /// The jobs that could be read, in the order of the page.
    pub jobs: Vec<Snapshot>,
    /// How many could not.
    pub skipped: usize,
    /// How many fields of the others could not be read.
    pub lost: u32,
}

impl Page {
    /// Returns how many jobs the page held.
    pub fn len(&self) -> usize {
        self.jobs.len() + self.skipped
    }

    /// Tells whether it held none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Reads a page of jobs: an array, or an object that holds one as `jobs`, `items` or `data`.
///
/// An unreadable job costs only itself, an unreadable field of a job only itself.
///
/// # Errors
/// [`Code::ServerError`] when the answer is no list at all.
pub fn read_page(text: &str, api_url: Option<&Url>) -> Result<Page, Error> {
    let unreadable = || Error::new(Code::ServerError, "Couldn't read the studio's videos. Its API may be incompatible.");
    let json::Parsed { value, lost } = json::parse(text).map_err(|_| unreadable())?;
    let list = value
        .as_array()
        .or_else(|| ["jobs", "items", "data"].iter().find_map(|key| value.get(*key)?.as_array()))
        .ok_or_else(unreadable)?;
    let jobs: Vec<_> = list.iter().filter_map(|job| read_job_from(job, api_url).ok()).collect();
    let fields = jobs.iter().map(|job| job.lost).fold(lost, u32::saturating_add);
    Ok(Page { skipped: list.len() - jobs.len(), jobs, lost: fields })
}

/// The names of the object that holds a job's metadata, the contract's first.
const METADATA: [&str; 2] = ["video_metadata", "metadata"];

/// What a job of REST and a flat message have in common.
pub(crate) struct Parts {
    pub(crate) stages: Vec<(StageId, StageData)>,
    pub(crate) metadata: Vec<(Field, Content)>,
    pub(crate) thumbnails: Vec<Thumbnail>,
    /// Why the job failed, from a backend that writes it as a stage.
    pub(crate) error_message: Option<String>,
}

/// Reads the stages, the metadata and the thumbnails of a job.
pub(crate) fn parts(fields: Fields, api_url: Option<&Url>) -> Parts {
    let metadata = fields.object(&METADATA);
    let (stages, error_message) = stages(fields);
    // A title that stands beside the status is one, too.
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

/// Reads a job's progress, and the word of its status where that is none of the specification's.
fn progress(fields: Fields, reason: Option<String>) -> (Option<Progress>, Option<String>) {
    let Some(word) = fields.text(&["status"]) else { return (None, None) };
    let known = Status::parse(&word);
    let word = word.trim().to_owned();
    if known.is_none() {
        fields.lost().add();
    }
    let progress = Progress {
        // Whatever it is called, it is not known to have ended.
        status: known.unwrap_or(Status::Processing),
        progress_percent: fields.percent(&["progress_percent"]),
        error_message: fields.message(&["error_message"]).filter(|message| !message.trim().is_empty()).or(reason),
    };
    (Some(progress), known.is_none().then_some(word))
}

fn stages(fields: Fields) -> (Vec<(StageId, StageData)>, Option<String>) {
    let lost = fields.lost();
    let (mut stages, mut reason) = (Vec::new(), None);
    let named = |name: &str| lenient::optional_id::<StageId, _>(&Value::from(name)).ok().flatten();
    match fields.value(&["processing_stages"]) {
        Some(Value::Array(entries)) => {
            for entry in entries {
                if let Some(text) = entry.as_str().and_then(error_text) {
                    reason = Some(text.to_owned());
                } else if let Some(name) = lenient::optional_id(entry).ok().flatten() {
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

/// Returns the text of a stage that is none, but the reason of a failure: `"Error: moov atom not found"`.
fn error_text(name: &str) -> Option<&str> {
    let (head, text) = name.trim().split_at_checked("error:".len())?;
    let text = text.trim();
    (head.eq_ignore_ascii_case("error:") && !text.is_empty()).then_some(text)
}

/// Reads a stage of a list whose elements are objects with a name.
fn listed_stage(entry: &Value, lost: &LossCounter) -> Option<(StageId, StageData)> {
    let name = ["stage_id", "id", "name", "stage"].iter().find_map(|key| entry.get(*key))?;
    Some((lenient::optional_id(name).ok().flatten()?, stage(entry, lost)?))
}

/// Reads what a map says of a stage: `true`, the word of a status, or an object. `false` and `null` say nothing.
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

/// Reads an ERROR that a backend keeps with its job. The contract has no place for it; ours has, so that a warning is not
/// lost on whoever was away.
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
    // A backend that keeps only one picture names no list: its picture is the list.
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
    fn captions_are_read_where_a_backend_has_them() {
        let job = json!({ "id": 7, "status": "COMPLETED", "video_metadata": { "transcript_text": "a\nb", "transcript": [
            { "start": 0.5, "end": 2, "text": "a" }, 7, { "start": "x", "text": "lost" }, { "start": 3, "text": "b" } ] } });
        let captions = read_job(&job).expect("a job").captions;
        let caption = |start: f64, end: f64, text: &str| Caption { start, end, text: text.to_owned() };
        assert_eq!(captions, [caption(0.5, 2.0, "a"), caption(3.0, 3.0, "b")]);
        let text = json!({ "id": 7, "status": "COMPLETED", "video_metadata": { "transcript": "words" } });
        assert_eq!(read_job(&text).expect("a job").captions, []);
    }

    #[test]
    fn an_unreadable_job_costs_only_itself() {
        let page = r#"[{"id":1,"status":"PENDING"},{"id":2},{"status":"PENDING"},17,{"id":"x","status":"FAILED"}]"#;
        let Page { jobs, skipped, .. } = read_page(page, None).expect("a page");
        assert_eq!((jobs.len(), skipped), (2, 3));
        assert_eq!(read_page(r#"{"jobs":[]}"#, None).expect("wrapped").jobs.len(), 0);
        assert_eq!(read_page("<html>", None).expect_err("html").code, Code::ServerError);
    }
}
