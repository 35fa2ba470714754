//! Serving thumbnails. Their names are random, so that a page that cannot send a token can still show them.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{App, problem};
use crate::jobs::video_folder;

pub async fn thumbnail(State(app): State<App>, Path((video_id, file)): Path<(String, String)>) -> Response {
    let missing = || problem(StatusCode::NOT_FOUND, "Thumbnail not found");
    // Both names are ours; anything else, such as `..`, is no name of a thumbnail.
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
