//! Resumable uploads with tus 1.0.0 (<https://tus.io/protocols/resumable-upload>): core, creation, termination and
//! expiration.

use std::io::SeekFrom;

use axum::{
    Json,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::StreamExt;
use serde_json::json;
use tokio::{
    fs::OpenOptions,
    io::{AsyncSeekExt, AsyncWriteExt},
};

use super::{
    AppState, AuthUser, problem,
    upload::{self, ReceivedFile},
};

mod store;

pub use store::Uploads;
use store::{Upload, UploadError};

const VERSION: &str = "1.0.0";
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const JOB_ID: HeaderName = HeaderName::from_static("upload-job-id");
/// The path of resumable uploads.
pub const PATH: &str = "/api/v1/videos/uploads";

/// Adds the tus version to every response and rejects requests of another version with 412.
pub async fn version(request: Request, next: Next) -> Response {
    let is_ours = request.headers().get(RESUMABLE).is_none_or(|version| version == VERSION);
    let mut response = if is_ours { next.run(request).await } else { StatusCode::PRECONDITION_FAILED.into_response() };
    if !is_ours {
        response.headers_mut().insert("tus-version", HeaderValue::from_static(VERSION));
    }
    response.headers_mut().insert(RESUMABLE, HeaderValue::from_static(VERSION));
    response
}

/// Returns the tus version, the extensions and the size limit.
pub async fn options(State(app): State<AppState>) -> Response {
    let headers = [
        ("tus-version", VERSION.to_owned()),
        ("tus-extension", "creation,termination,expiration".to_owned()),
        ("tus-max-size", app.settings.upload_limit.to_string()),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Creates an upload.
pub async fn create(State(app): State<AppState>, AuthUser(claims): AuthUser, headers: HeaderMap) -> Response {
    let Some(length) = number(&headers, &LENGTH) else {
        return problem(StatusCode::BAD_REQUEST, "Upload-Length is required");
    };
    if length > app.settings.upload_limit {
        return upload::too_large(app.settings.upload_limit);
    }
    if length == 0 {
        return problem(StatusCode::BAD_REQUEST, "The file is empty (0 bytes). Export the video again.");
    }
    let metadata = headers.get(&METADATA).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let upload = Upload {
        account_id: claims.sub,
        length,
        filename: upload::base_name(&metadata_text(metadata, "filename").unwrap_or_else(|| "video".to_owned())),
        content_type: metadata_text(metadata, "filetype").unwrap_or_else(|| "application/octet-stream".to_owned()),
        subtitles: metadata_text(metadata, "subtitles"),
        video_id: upload::new_id(),
        job: None,
    };
    match app.uploads.create(&upload).await {
        Ok(id) => {
            let location = format!("{}{PATH}/{id}", app.settings.base);
            (StatusCode::CREATED, [(header::LOCATION, location)], [(EXPIRES, Uploads::expires())]).into_response()
        }
        Err(error) => upload::disk_problem(&error),
    }
}

/// Returns how many bytes of an upload have been received.
pub async fn offset(State(app): State<AppState>, AuthUser(claims): AuthUser, Path(id): Path<String>) -> Response {
    let (mut upload, offset) = match app.uploads.get(&id, &claims.sub).await {
        Ok(found) => found,
        Err(error) => return upload_error_response(&error),
    };
    // An earlier run ended after it had received the last byte and before it created the job.
    if offset == upload.length
        && upload.job.is_none()
        && let Some(_guard) = app.uploads.lock(&id)
    {
        match finish_in_task(&app, &id, upload.clone()).await {
            Ok(job) => upload.job = Some(job),
            Err(response) => return response,
        }
    }
    let mut response = [(OFFSET, offset.to_string()), (LENGTH, upload.length.to_string())].into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(job_id) = upload.job.and_then(|(_, job_id)| HeaderValue::from_str(&job_id).ok()) {
        headers.insert(JOB_ID, job_id);
    }
    response
}

/// Appends bytes at the current offset. Creates the job after the last byte.
pub async fn append(
    State(app): State<AppState>,
    AuthUser(claims): AuthUser,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/offset+octet-stream") {
        return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/offset+octet-stream");
    }
    let Some(_guard) = app.uploads.lock(&id) else {
        return problem(StatusCode::LOCKED, "Another request is writing to this upload");
    };
    let (upload, offset) = match app.uploads.get(&id, &claims.sub).await {
        Ok(found) => found,
        Err(error) => return upload_error_response(&error),
    };
    if number(&headers, &OFFSET) != Some(offset) {
        return (StatusCode::CONFLICT, [(OFFSET, offset.to_string())]).into_response();
    }
    if let Some((video_id, job_id)) = upload.job {
        return answer(offset, &json!({ "video_id": video_id, "job_id": job_id }));
    }
    let received = if offset == upload.length {
        offset
    } else {
        match write(&app, &id, offset, upload.length, body).await {
            Ok(received) => received,
            Err(response) => return response,
        }
    };
    if received < upload.length {
        let headers = [(OFFSET, received.to_string())];
        return (StatusCode::NO_CONTENT, headers, [(EXPIRES, Uploads::expires())]).into_response();
    }
    match finish_in_task(&app, &id, upload).await {
        Ok((video_id, job_id)) => answer(received, &json!({ "video_id": video_id, "job_id": job_id })),
        Err(response) => response,
    }
}

/// Ends an upload and deletes its bytes.
pub async fn terminate(State(app): State<AppState>, AuthUser(claims): AuthUser, Path(id): Path<String>) -> Response {
    let Some(_guard) = app.uploads.lock(&id) else {
        return problem(StatusCode::LOCKED, "Another request is writing to this upload");
    };
    match app.uploads.get(&id, &claims.sub).await {
        Ok(_) => {
            app.uploads.remove(&id).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => upload_error_response(&error),
    }
}

fn answer(offset: u64, body: &serde_json::Value) -> Response {
    ([(OFFSET, offset.to_string())], Json(body.clone())).into_response()
}

fn upload_error_response(error: &UploadError) -> Response {
    match error {
        UploadError::NotFound => problem(StatusCode::NOT_FOUND, "Upload not found or expired"),
        UploadError::OtherAccount => problem(StatusCode::FORBIDDEN, "Not authorized to continue this upload"),
        UploadError::Disk(error) => upload::disk_problem(error),
    }
}

/// Writes the body and returns the new offset. Bytes that arrived before the connection broke are kept.
async fn write(app: &AppState, id: &str, offset: u64, length: u64, body: Body) -> Result<u64, Response> {
    let disk = |error: std::io::Error| upload::disk_problem(&error);
    let path = app.uploads.file(id);
    let mut file = OpenOptions::new().write(true).open(path).await.map_err(disk)?;
    // At the given offset, not at the end: an interrupted request may still be writing the same bytes.
    file.seek(SeekFrom::Start(offset)).await.map_err(disk)?;
    let (mut received, mut chunks) = (offset, body.into_data_stream());
    while let Some(chunk) = chunks.next().await {
        let Ok(chunk) = chunk else { break };
        if received + chunk.len() as u64 > length {
            file.flush().await.map_err(disk)?;
            return Err(problem(StatusCode::PAYLOAD_TOO_LARGE, "Upload exceeds Upload-Length"));
        }
        file.write_all(&chunk).await.map_err(disk)?;
        received += chunk.len() as u64;
    }
    file.flush().await.map_err(disk)?;
    file.sync_data().await.map_err(disk)?;
    Ok(received)
}

/// Creates the job of a complete upload in a task of its own, so that it is created even if the client disconnects.
async fn finish_in_task(app: &AppState, id: &str, upload: Upload) -> Result<(String, String), Response> {
    let (app, id) = (app.clone(), id.to_owned());
    let work = tokio::spawn(async move { finish(&app, &id, upload).await });
    match work.await {
        Ok(finished) => finished,
        Err(error) => Err(problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

/// Creates the job of a complete upload. Every step may have been done already by a run that ended in between.
async fn finish(app: &AppState, id: &str, mut upload: Upload) -> Result<(String, String), Response> {
    let folder = upload::ensure_folder(app, &upload.video_id).await?;
    let video = ReceivedFile {
        name: upload.filename.clone(),
        content_type: upload.content_type.clone(),
        path: folder.join(format!("source.{}", upload::extension(&upload.filename))),
        size: upload.length,
    };
    let known = app.jobs.of_video(&upload.video_id).map(|job| (job.video_id, job.id));
    let created = match known {
        Some(job) => Ok(job),
        None => match prepare(app, id, &upload, &video, &folder).await {
            Ok(subtitles) => upload::create_job(app, &upload.account_id, upload.video_id.clone(), video, subtitles),
            Err(response) => Err(response),
        },
    };
    match created {
        Ok(job) => {
            // A client that did not receive the response finds the job id with HEAD.
            upload.job = Some(job.clone());
            app.uploads.save(id, &upload).await;
            Ok(job)
        }
        Err(response) => {
            // A file that is no video is deleted; after any other error, such as a full disk, the upload can continue.
            if response.status() == StatusCode::BAD_REQUEST {
                let _ = tokio::fs::remove_dir_all(&folder).await;
                app.uploads.remove(id).await;
            }
            Err(response)
        }
    }
}

async fn prepare(
    app: &AppState,
    id: &str,
    upload: &Upload,
    video: &ReceivedFile,
    folder: &std::path::Path,
) -> Result<Option<ReceivedFile>, Response> {
    let disk = |error: std::io::Error| upload::disk_problem(&error);
    if !video.path.exists() {
        tokio::fs::rename(app.uploads.file(id), &video.path).await.map_err(disk)?;
    }
    upload::reject_empty_or_text(video).await?;
    let Some(text) = &upload.subtitles else { return Ok(None) };
    let path = folder.join("subtitles.txt");
    tokio::fs::write(&path, text).await.map_err(disk)?;
    let size = text.len() as u64;
    Ok(Some(ReceivedFile { name: "subtitles.txt".to_owned(), content_type: "text/plain".to_owned(), path, size }))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// Returns a value of `Upload-Metadata`: comma-separated pairs of a name and a Base64 text.
fn metadata_text(metadata: &str, name: &str) -> Option<String> {
    let mut pairs = metadata.split(',').filter_map(|pair| pair.trim().split_once(' '));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    let text = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::metadata_text;

    #[test]
    fn upload_metadata_is_decoded() {
        let metadata = "filename d29ybGQubXA0, is_confidential,filetype dmlkZW8vbXA0";
        assert_eq!(metadata_text(metadata, "filename").as_deref(), Some("world.mp4"));
        assert_eq!(metadata_text(metadata, "filetype").as_deref(), Some("video/mp4"));
        assert_eq!(metadata_text("filename %%%", "filename"), None);
        assert_eq!(metadata_text("", "filename"), None);
    }
}
