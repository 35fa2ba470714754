//! Serving the files of videos without a token, because `<video>` cannot send one. Their URLs are signed.

use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use tower_http::services::ServeFile;

use super::{AppState, problem};

/// Returns the file of a video, or the requested range of it. Files never change, so `If-Range` always matches.
pub async fn video(
    State(app): State<AppState>,
    Path((video_id, signature)): Path<(String, String)>,
    request: Request,
) -> Response {
    let missing = || problem(StatusCode::NOT_FOUND, "Video not found");
    if !app.jobs.urls().is_signature(&video_id, &signature) {
        return missing();
    }
    let Some(job) = app.jobs.of_video(&video_id) else { return missing() };
    match ServeFile::new(&job.source).try_call(request).await {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => missing(),
        Ok(response) => {
            let mut response = response.map(Body::new);
            let guessed = response.headers().get(header::CONTENT_TYPE).cloned();
            response.headers_mut().insert(header::CONTENT_TYPE, media_type(&job.content_type, guessed));
            // A copy in the web view's cache would outlive the video.
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, format!("Couldn't read the file: {error}")),
    }
}

/// Returns the media type of a video: as the upload stated it, or else as the file name suggests. Never one that a
/// browser would show as a page.
fn media_type(stated: &str, guessed: Option<HeaderValue>) -> HeaderValue {
    let is_media =
        |value: &HeaderValue| value.as_bytes().starts_with(b"video/") || value.as_bytes().starts_with(b"audio/");
    let stated = HeaderValue::from_str(stated).ok().filter(is_media);
    stated.or(guessed.filter(is_media)).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_type_is_never_that_of_a_page() {
        let of = |stated: &str, guessed: Option<&'static str>| {
            let answer = media_type(stated, guessed.map(HeaderValue::from_static));
            answer.to_str().expect("text").to_owned()
        };
        assert_eq!(of("video/mp4", Some("video/x-matroska")), "video/mp4");
        assert_eq!(of("application/octet-stream", Some("video/x-matroska")), "video/x-matroska");
        assert_eq!(of("text/html", Some("text/html")), "application/octet-stream");
        assert_eq!(of("video/\n", None), "application/octet-stream");
    }
}
