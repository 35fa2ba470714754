//! Taking a video: streamed to disk, looked at, and handed to the pipeline.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use axum::{
    Json,
    extract::{
        Multipart, State,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde_json::json;
use tallylight_media::kind::{HEAD, is_text};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use super::{App, AuthUser, problem};
use crate::{
    jobs::{Job, Metadata, Progress, Status, later_than, video_folder},
    pipeline::Stage,
};

/// The largest subtitle file that is taken, in bytes.
const SUBTITLE_LIMIT: u64 = 16 << 20;
/// The longest name of a placed file, in bytes: a UUID, however it is written.
const MAX_NAME: usize = 64;

pub async fn upload(State(app): State<App>, AuthUser(claims): AuthUser, multipart: Multipart) -> Response {
    let (video_id, folder) = match new_folder(&app).await {
        Ok(made) => made,
        Err(refusal) => return refusal,
    };
    let admitted = match take(&app, multipart, &folder).await {
        Ok(taken) => admit(&app, &claims.sub, video_id, taken.video, taken.subtitles),
        Err(refusal) => Err(refusal),
    };
    match admitted {
        Ok((video_id, job_id)) => {
            Json(json!({ "video_id": video_id, "job_id": job_id, "status": Status::Pending })).into_response()
        }
        Err(refusal) => {
            // Half a file is of no use to anybody.
            let _ = tokio::fs::remove_dir_all(&folder).await;
            refusal
        }
    }
}

/// Makes the id and the folder of a new video.
pub async fn new_folder(app: &App) -> Result<(String, PathBuf), Response> {
    let video_id = new_id();
    let folder = folder_of(app, &video_id).await?;
    Ok((video_id, folder))
}

/// Returns the id of a new video.
pub fn new_id() -> String {
    Uuid::new_v4().to_string()
}

/// Makes the folder of a video, where it is not there yet.
pub async fn folder_of(app: &App, video_id: &str) -> Result<PathBuf, Response> {
    let folder = video_folder(&app.settings.data_dir, video_id);
    tokio::fs::create_dir_all(&folder).await.map_err(|error| disk_problem(&error))?;
    Ok(folder)
}

/// Makes a job of a video that is here, and hands it to the pipeline. Returns the ids of the video and the job.
#[expect(clippy::result_large_err, reason = "the error is the answer")]
pub fn admit(
    app: &App,
    account_id: &str,
    video_id: String,
    video: Part,
    subtitles: Option<Part>,
) -> Result<(String, String), Response> {
    let now = later_than(Timestamp::UNIX_EPOCH);
    let mut stages = Stage::ALL.map(|stage| (stage.id().to_owned(), Progress::new(Status::Pending, 0.0)));
    stages[0].1 = Progress::new(Status::Completed, 100.0);
    let job = Job {
        id: Uuid::new_v4().to_string(),
        video_id,
        account_id: account_id.to_owned(),
        progress: Progress::new(Status::Pending, 0.0),
        stages: stages.into(),
        times: BTreeMap::new(),
        skipped: BTreeSet::new(),
        created_at: now,
        updated_at: now,
        original_filename: video.name,
        content_type: video.content_type,
        size_bytes: video.size,
        source: video.path,
        subtitles: subtitles.map(|part| part.path),
        metadata: Metadata::default(),
        errors: Vec::new(),
        edited: BTreeSet::new(),
    };
    let ids = (job.video_id.clone(), job.id.clone());
    app.jobs
        .add(job)
        .map_err(|error| problem(StatusCode::INSUFFICIENT_STORAGE, format!("Couldn't save the job: {error}")))?;
    app.pipeline.enqueue(ids.1.clone());
    Ok(ids)
}

struct Taken {
    video: Part,
    subtitles: Option<Part>,
}

/// A file that was uploaded.
pub struct Part {
    /// Its name on the creator's disk.
    pub name: String,
    /// Its type, as the upload said.
    pub content_type: String,
    /// Where it is here.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

async fn take(app: &App, mut multipart: Multipart, folder: &Path) -> Result<Taken, Response> {
    let (mut video, mut subtitles) = (None, None);
    while let Some(field) = multipart.next_field().await.map_err(|error| upload_problem(&error))? {
        match field.name() {
            Some("file") if video.is_none() => {
                video = Some(store(field, folder, "source", app.settings.upload_limit, Content::Video).await?);
            }
            Some("placed") if video.is_none() => {
                video = Some(adopt(app, field, folder).await?);
            }
            Some("subtitles") if subtitles.is_none() => {
                subtitles = Some(store(field, folder, "subtitles", SUBTITLE_LIMIT, Content::Text).await?);
            }
            _ => {}
        }
    }
    let video = video
        .ok_or_else(|| problem(StatusCode::BAD_REQUEST, "No file received. Send it as the form field \"file\"."))?;
    Ok(Taken { video, subtitles })
}

/// Takes a file that a program of this computer placed in the folder for that; the field holds its name there.
async fn adopt(app: &App, mut field: Field<'_>, folder: &Path) -> Result<Part, Response> {
    let limit = app.settings.upload_limit;
    let not_there = || problem(StatusCode::BAD_REQUEST, "File not found. Send its content as \"file\".");
    let incoming = app.settings.incoming_folder.as_deref().ok_or_else(not_there)?;
    let name = bare_name(field.file_name().unwrap_or("video"));
    let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
    let mut placed = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| upload_problem(&error))? {
        placed.extend_from_slice(&chunk);
        if placed.len() > MAX_NAME {
            return Err(not_there());
        }
    }
    // A name of another shape might lead out of the folder.
    let placed = Uuid::try_parse_ascii(&placed).map_err(|_| not_there())?;
    let (from, path) = (incoming.join(placed.to_string()), folder.join(format!("source.{}", extension(&name))));
    let file = tokio::fs::metadata(&from).await.ok().filter(std::fs::Metadata::is_file);
    let size = file.ok_or_else(not_there)?.len();
    if size > limit {
        return Err(too_large(limit));
    }
    match tokio::fs::rename(&from, &path).await {
        // Somebody moved the videos to another disk.
        Err(error) if error.kind() == ErrorKind::CrossesDevices => return Err(not_there()),
        moved => moved.map_err(|error| disk_problem(&error))?,
    }
    let part = Part { name, content_type, path, size };
    refuse_text(&part).await?;
    Ok(part)
}

#[derive(Clone, Copy, PartialEq)]
enum Content {
    Video,
    Text,
}

async fn store(
    mut field: Field<'_>,
    folder: &Path,
    stem: &str,
    limit: u64,
    content: Content,
) -> Result<Part, Response> {
    let name = bare_name(field.file_name().unwrap_or("video"));
    let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
    let path = folder.join(format!("{stem}.{}", extension(&name)));
    let mut file = tokio::fs::File::create(&path).await.map_err(|error| disk_problem(&error))?;
    let mut size = 0_u64;
    while let Some(chunk) = field.chunk().await.map_err(|error| upload_problem(&error))? {
        size += chunk.len() as u64;
        if size > limit {
            return Err(too_large(limit));
        }
        file.write_all(&chunk).await.map_err(|error| disk_problem(&error))?;
    }
    file.flush().await.map_err(|error| disk_problem(&error))?;
    let part = Part { name, content_type, path, size };
    if content == Content::Video {
        refuse_text(&part).await?;
    }
    Ok(part)
}

/// Refuses what is surely no video before a job is made of it: an empty file, and text.
pub async fn refuse_text(part: &Part) -> Result<(), Response> {
    let Part { name, path, size, .. } = part;
    if *size == 0 {
        return Err(problem(StatusCode::BAD_REQUEST, format!("{name} is empty (0 bytes). Export the video again.")));
    }
    let file = tokio::fs::File::open(path).await.map_err(|error| disk_problem(&error))?;
    let mut head = Vec::with_capacity(HEAD);
    file.take(HEAD as u64).read_to_end(&mut head).await.map_err(|error| disk_problem(&error))?;
    if is_text(&head) {
        return Err(problem(StatusCode::BAD_REQUEST, format!("{name} isn't a video file (it contains text). Choose a video file.")));
    }
    Ok(())
}

/// Returns a file's name without folders, of whatever system.
pub fn bare_name(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or("video").to_owned()
}

/// Returns the extension of a file's name as one of ours may have it.
pub fn extension(name: &str) -> String {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or("bin");
    extension.chars().filter(char::is_ascii_alphanumeric).take(8).collect()
}

/// Says that a file is larger than is allowed.
pub fn too_large(limit: u64) -> Response {
    problem(StatusCode::PAYLOAD_TOO_LARGE, format!("The file exceeds the size limit of {} GiB.", limit >> 30))
}

fn upload_problem(error: &MultipartError) -> Response {
    problem(error.status(), format!("Upload interrupted or invalid: {}", error.body_text()))
}

/// Says what is wrong with the disk.
pub fn disk_problem(error: &std::io::Error) -> Response {
    if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        let detail = "The studio's disk is full. Free up space, then upload the video again.";
        return problem(StatusCode::INSUFFICIENT_STORAGE, detail);
    }
    problem(StatusCode::INTERNAL_SERVER_ERROR, format!("Couldn't save the file: {error}"))
}
