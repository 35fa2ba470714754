//! Serving thumbnails without a token, because `<img>` cannot send one. Their names are random UUIDs. Taking one at a
//! moment that the user chose.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{AppState, AuthUser, actions::owned_job, problem};
use crate::{
    jobs::{Job, thumbnail_json},
    storage::video_folder,
};

/// The most thumbnails of a video.
const MAX_THUMBNAILS: usize = 100;
/// How far beyond the measured end of a video a moment may be, in seconds: players measure it in other ways.
const TOLERANCE: f64 = 1.0;

/// Returns a thumbnail.
pub async fn thumbnail(State(app): State<AppState>, Path((video_id, file)): Path<(String, String)>) -> Response {
    let missing = || problem(StatusCode::NOT_FOUND, "Thumbnail not found");
    // The studio generates both names as UUIDs; anything else, such as `..`, is rejected.
    let id = file.strip_suffix(".jpg").unwrap_or_default();
    if Uuid::try_parse(&video_id).is_err() || Uuid::try_parse(id).is_err() {
        return missing();
    }
    let path = video_folder(&app.settings.data_dir, &video_id).join(&file);
    match tokio::fs::read(path).await {
        Ok(picture) => {
            let headers =
                [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, max-age=31536000, immutable")];
            (headers, picture).into_response()
        }
        Err(_) => missing(),
    }
}

/// The moment of a thumbnail that is to be taken.
#[derive(Debug, Deserialize)]
pub struct Moment {
    timestamp_seconds: f64,
}

/// Takes the frame at a moment as a thumbnail, and returns it. Answers 409 while the video is processed, without its
/// file, or if it has too many thumbnails, and 422 for a moment outside of the video or without a frame.
pub async fn take(
    State(app): State<AppState>,
    AuthUser(claims): AuthUser,
    Path(video_id): Path<String>,
    body: Result<Json<Moment>, JsonRejection>,
) -> Response {
    let job = match owned_job(app.jobs.of_video(&video_id), &claims) {
        Ok(job) => job,
        Err(response) => return response,
    };
    let Json(Moment { timestamp_seconds }) = match body {
        Ok(moment) => moment,
        Err(error) => return problem(StatusCode::UNPROCESSABLE_ENTITY, error.body_text()),
    };
    if let Some(reason) = refusal(&job) {
        return problem(StatusCode::CONFLICT, reason);
    }
    let end = job.metadata.duration_seconds.unwrap_or(f64::INFINITY);
    if !(0.0..=end + TOLERANCE).contains(&timestamp_seconds) {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "This time is outside of the video");
    }
    match app.pipeline.take_thumbnail(job, timestamp_seconds.min(end)).await {
        Ok(Some(thumbnail)) => Json(thumbnail_json(&thumbnail, app.jobs.urls())).into_response(),
        Ok(None) => problem(StatusCode::NOT_FOUND, "Video not found"),
        Err(message) => problem(StatusCode::UNPROCESSABLE_ENTITY, message),
    }
}

/// Returns why no thumbnail of a job can be taken now.
fn refusal(job: &Job) -> Option<&'static str> {
    // The processing replaces the thumbnails, and removes pictures that it does not know.
    if !job.progress.status.is_final() {
        return Some("The video is still being processed");
    }
    if !job.source.is_file() {
        return Some("The studio no longer has this video file");
    }
    (job.metadata.thumbnails.len() >= MAX_THUMBNAILS).then_some("The video has too many thumbnails")
}
