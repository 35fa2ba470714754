//! Uploads to a signed URL of the backend's storage: the backend signs a URL, the bytes go there, and the backend is
//! told so.

use jiff::Timestamp;
use reqwest::{Body, Response, StatusCode, header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tallylight_core::{
    Code, Error, VideoId, discovery::ApiEndpoint, model::trusted_url::is_trustworthy, upload_queue::Transfer,
};

use super::{
    StepResult, UploadRequest, accepted_video,
    file_reader::{FileError, FileReader, content_type},
    response_of,
};
use crate::net::{
    http::{self, ANSWER_LIMIT, CALL_LIMIT, Failure, json, read_failure, text},
    rest::{accepted, address},
};

/// Requests a URL and sends the bytes there. The URL is a secret, and is used only here: an interrupted upload gets
/// another one.
///
/// # Errors
/// As [`super::send_step`].
pub async fn send(request: &UploadRequest<'_>) -> Result<StepResult, Failure> {
    let file = FileReader::open_video(request.file, Some(request.read_progress())).await?;
    let (path, length) = (&request.file.path, file.length);
    let content_type = content_type(path, &file.head);
    let filename = path.file_name().unwrap_or_default().to_string_lossy();
    let body = json!({ "filename": filename, "content_type": content_type, "size_bytes": length });
    let answer = post(ApiEndpoint::SignedUploadUrl, &body, request).await?;
    let signed = json(&text(accepted(answer).await?, ANSWER_LIMIT).await?)?;
    let invalid = || {
        Failure::local(Error::new(
            Code::ServerError,
            "The studio sent an invalid upload URL. Contact its administrator.",
        ))
    };
    let value = |name: &str| signed.get(name).cloned().unwrap_or_default();
    let url = signed.get("upload_url").and_then(Value::as_str).ok_or_else(invalid)?;
    let url = request.server.api_url.join(url).ok().filter(is_trustworthy).ok_or_else(invalid)?;
    let video_id: VideoId = serde_json::from_value(value("video_id")).map_err(|_| invalid())?;
    // As the backend wrote them: a number stays a number.
    let mut completion = json!({ "video_id": value("video_id"), "original_filename": filename });
    if let Some(upload_key) = signed.get("upload_key").filter(|key| !key.is_null()) {
        completion["upload_key"] = upload_key.clone();
    }
    let file_error = FileError::default();
    let call = request.http.put(url).header(header::CONTENT_TYPE, content_type).header(header::CONTENT_LENGTH, length);
    let call = call.body(Body::wrap_stream(file.stream(length, FileError::clone(&file_error))));
    let response = response_of(call, &file_error).await?;
    if !response.status().is_success() {
        return Err(refused_by_storage(read_failure(response).await));
    }
    request.progress.confirm(length);
    Ok(StepResult::Transferred(Transfer::Stored { video_id, completion, begun_at: request.server_time }))
}

/// Tells the backend that its storage has the bytes.
///
/// # Errors
/// As [`super::send_step`].
pub async fn complete(
    video_id: &VideoId,
    completion: &Value,
    begun_at: Timestamp,
    request: &UploadRequest<'_>,
) -> Result<StepResult, Failure> {
    request.progress.confirm(request.file.size);
    let response = post(ApiEndpoint::UploadComplete, completion, request).await?;
    if response.status() == StatusCode::CONFLICT {
        // It was told before.
        let video_id = Some(video_id.clone());
        return Ok(StepResult::Transferred(Transfer::Accepted { video_id, begun_at }));
    }
    accepted_video(response, Some(video_id.clone()), begun_at).await
}

async fn post(endpoint: ApiEndpoint, body: &Value, request: &UploadRequest<'_>) -> Result<Response, Failure> {
    let call = request.http.post(address(request.server, endpoint, None)?).timeout(CALL_LIMIT);
    http::send(request.http, call.bearer_auth(request.token.expose_secret()).json(body)).await
}

/// Maps the refusal of a storage. The token was not sent there, so it says nothing about the session; and a signature
/// that has expired is replaced by another attempt.
fn refused_by_storage(failure: Failure) -> Failure {
    if failure.error.code == Code::TooLarge {
        return failure;
    }
    let message = format!("The studio's storage refused the video. It is tried again. ({})", failure.error.message);
    Failure { status: Some(StatusCode::BAD_GATEWAY), error: Error::new(Code::ServerError, message), ..failure }
}
