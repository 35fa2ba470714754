//! Receiving a video: it is streamed to disk, checked, and enqueued in the pipeline.

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
use serde_json::json;
use tallylight_media::kind::{HEAD_BYTES, is_text};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use super::{AppState, AuthUser, problem};
use crate::{
    clock,
    jobs::{Job, Metadata, Progress, Stage, Status},
    storage::video_folder,
};

/// The size limit of a subtitle file, in bytes.
const SUBTITLE_LIMIT: u64 = 16 << 20;
/// The longest name of a placed file, in bytes: the longest notation of a UUID fits.
const MAX_NAME: usize = 64;

/// Receives a video as a form with the fields `file` (or `placed`) and `subtitles`, and returns the ids of its job.
pub async fn upload(State(app): State<AppState>, AuthUser(claims): AuthUser, multipart: Multipart) -> Response {
    let (video_id, folder) = match new_folder(&app).await {
        Ok(made) => made,
        Err(response) => return response,
    };
    let created = match receive(&app, multipart, &folder).await {
        Ok(received) => create_job(&app, &claims.sub, video_id, received.video, received.subtitles),
        Err(response) => Err(response),
    };
    match created {
        Ok((video_id, job_id)) => {
            Json(json!({ "video_id": video_id, "job_id": job_id, "status": Status::Pending })).into_response()
        }
        Err(response) => {
            // An incomplete file cannot be used.
            let _ = tokio::fs::remove_dir_all(&folder).await;
            response
        }
    }
}

/// Creates the id and the folder of a new video.
pub async fn new_folder(app: &AppState) -> Result<(String, PathBuf), Response> {
    let video_id = new_id();
    let folder = ensure_folder(app, &video_id).await?;
    Ok((video_id, folder))
}

/// Returns the id of a new video.
pub fn new_id() -> String {
    Uuid::new_v4().to_string()
}

/// Creates the folder of a video if it does not exist.
pub async fn ensure_folder(app: &AppState, video_id: &str) -> Result<PathBuf, Response> {
    let folder = video_folder(&app.settings.data_dir, video_id);
    tokio::fs::create_dir_all(&folder).await.map_err(|error| disk_problem(&error))?;
    Ok(folder)
}

/// Creates the job of a stored video and enqueues it. Returns the ids of the video and the job.
#[expect(clippy::result_large_err, reason = "the error is the response")]
pub fn create_job(
    app: &AppState,
    account_id: &str,
    video_id: String,
    video: ReceivedFile,
    subtitles: Option<ReceivedFile>,
) -> Result<(String, String), Response> {
    let now = clock::now();
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
        subtitles: subtitles.map(|file| file.path),
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

struct ReceivedForm {
    video: ReceivedFile,
    subtitles: Option<ReceivedFile>,
}

/// An uploaded file.
pub struct ReceivedFile {
    /// Its file name on the user's computer, without folders.
    pub name: String,
    /// Its media type as stated in the upload.
    pub content_type: String,
    /// Its path in the studio's data folder.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

async fn receive(app: &AppState, mut multipart: Multipart, folder: &Path) -> Result<ReceivedForm, Response> {
    let (mut video, mut subtitles) = (None, None);
    while let Some(field) = multipart.next_field().await.map_err(|error| upload_problem(&error))? {
        match field.name() {
            Some("file") if video.is_none() => {
                video = Some(store(field, folder, "source", app.settings.upload_limit, Content::Video).await?);
            }
            Some("placed") if video.is_none() => {
                video = Some(move_placed(app, field, folder).await?);
            }
            Some("subtitles") if subtitles.is_none() => {
                subtitles = Some(store(field, folder, "subtitles", SUBTITLE_LIMIT, Content::Text).await?);
            }
            _ => {}
        }
    }
    let video = video
        .ok_or_else(|| problem(StatusCode::BAD_REQUEST, "No file received. Send it as the form field \"file\"."))?;
    Ok(ReceivedForm { video, subtitles })
}

/// Moves a file that a program on this computer placed in the incoming folder; the field contains its name there.
async fn move_placed(app: &AppState, mut field: Field<'_>, folder: &Path) -> Result<ReceivedFile, Response> {
    let limit = app.settings.upload_limit;
    let not_found = || problem(StatusCode::BAD_REQUEST, "File not found. Send its content as \"file\".");
    let incoming = app.settings.incoming_folder.as_deref().ok_or_else(not_found)?;
    let name = base_name(field.file_name().unwrap_or("video"));
    let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
    let mut placed = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| upload_problem(&error))? {
        placed.extend_from_slice(&chunk);
        if placed.len() > MAX_NAME {
            return Err(not_found());
        }
    }
    // A name of another form could lead out of the folder.
    let placed = Uuid::try_parse_ascii(&placed).map_err(|_| not_found())?;
    let (from, path) = (incoming.join(placed.to_string()), folder.join(format!("source.{}", extension(&name))));
    let file = tokio::fs::metadata(&from).await.ok().filter(std::fs::Metadata::is_file);
    let size = file.ok_or_else(not_found)?.len();
    if size > limit {
        return Err(too_large(limit));
    }
    match tokio::fs::rename(&from, &path).await {
        // The videos folder is on another disk: the client sends the content instead.
        Err(error) if error.kind() == ErrorKind::CrossesDevices => return Err(not_found()),
        moved => moved.map_err(|error| disk_problem(&error))?,
    }
    let received = ReceivedFile { name, content_type, path, size };
    reject_empty_or_text(&received).await?;
    Ok(received)
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
) -> Result<ReceivedFile, Response> {
    let name = base_name(field.file_name().unwrap_or("video"));
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
    let received = ReceivedFile { name, content_type, path, size };
    if content == Content::Video {
        reject_empty_or_text(&received).await?;
    }
    Ok(received)
}

/// Rejects files that are certainly no video before a job is created: empty files and text.
pub async fn reject_empty_or_text(received: &ReceivedFile) -> Result<(), Response> {
    let ReceivedFile { name, path, size, .. } = received;
    if *size == 0 {
        return Err(problem(StatusCode::BAD_REQUEST, format!("{name} is empty (0 bytes). Export the video again.")));
    }
    let file = tokio::fs::File::open(path).await.map_err(|error| disk_problem(&error))?;
    let mut head = Vec::with_capacity(HEAD_BYTES);
    file.take(HEAD_BYTES as u64).read_to_end(&mut head).await.map_err(|error| disk_problem(&error))?;
    if is_text(&head) {
        return Err(problem(
            StatusCode::BAD_REQUEST,
            format!("{name} isn't a video file (it contains text). Choose a video file."),
        ));
    }
    Ok(())
}

/// Returns a file name without folders, with the separators of all systems.
pub fn base_name(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or("video").to_owned()
}

/// Returns the extension of a file name, reduced to at most 8 ASCII letters and digits.
pub fn extension(name: &str) -> String {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or("bin");
    extension.chars().filter(char::is_ascii_alphanumeric).take(8).collect()
}

/// Returns the error response for a file above the size limit.
pub fn too_large(limit: u64) -> Response {
    problem(StatusCode::PAYLOAD_TOO_LARGE, format!("The file exceeds the size limit of {} GiB.", limit >> 30))
}

fn upload_problem(error: &MultipartError) -> Response {
    problem(error.status(), format!("Upload interrupted or invalid: {}", error.body_text()))
}

/// Returns the error response for a disk error.
pub fn disk_problem(error: &std::io::Error) -> Response {
    if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        let detail = "The studio's disk is full. Free up space, then upload the video again.";
        return problem(StatusCode::INSUFFICIENT_STORAGE, detail);
    }
    problem(StatusCode::INTERNAL_SERVER_ERROR, format!("Couldn't save the file: {error}"))
}
