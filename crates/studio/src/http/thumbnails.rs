//! Serving thumbnails without a token, because `<img>` cannot send one. Their names are random UUIDs.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{AppState, problem};
use crate::storage::video_folder;

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
