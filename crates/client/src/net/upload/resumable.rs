//! Uploads in parts that continue where they were interrupted, with tus 1.0.0
//! (<https://tus.io/protocols/resumable-upload>): core, creation and termination.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use tallylight_core::{
    Code, Error,
    discovery::{ApiEndpoint, Server},
    upload_queue::Transfer,
};
use url::Url;

use super::{
    StepResult, UploadRequest, accepted_video,
    file_reader::{FileError, FileReader, check_unchanged, content_type},
    response_of, subtitles, video_accepted,
};
use crate::net::{
    http::{self, CALL_LIMIT, Failure, read_failure},
    rest::address,
};

const RESUMABLE: &str = "tus-resumable";
const VERSION: &str = "1.0.0";
const OFFSET: &str = "upload-offset";
/// The size of a request in bytes. A proxy that collects requests loses at most so much when the connection breaks.
const PART: u64 = 32 << 20;
/// The largest subtitles that are sent in a header, in bytes. Common servers take headers of 8 KiB.
const SUBTITLES_LIMIT: usize = 4 << 10;
/// How often the offset is asked for because the backend has another one.
const MAX_OFFSET_CONFLICTS: u32 = 3;
/// The pause before the offset is asked for again.
const CONFLICT_PAUSE: Duration = Duration::from_secs(1);

/// Creates an upload; `None` if the video has to be sent in one request, because its subtitles are too large for a
/// header.
///
/// # Errors
/// As [`super::send_step`].
pub async fn create(request: &UploadRequest<'_>) -> Result<Option<StepResult>, Failure> {
    let mut metadata = metadata(request).await?;
    if request.server.offers("upload_subtitles")
        && let Some(subtitles) = subtitles::beside(&request.file.path).await
        && let Ok(text) = tokio::fs::read(&subtitles).await
    {
        if text.len() > SUBTITLES_LIMIT {
            if request.server.offers("upload") {
                return Ok(None);
            }
        } else {
            metadata.push(("subtitles", text));
        }
    }
    let pairs: Vec<String> =
        metadata.iter().map(|(name, value)| format!("{name} {}", STANDARD.encode(value))).collect();
    let call = request.http.post(address(request.server, ApiEndpoint::Uploads, None)?).timeout(CALL_LIMIT);
    let call = call.bearer_auth(request.token.expose_secret()).header(RESUMABLE, VERSION);
    let call = call.header("upload-length", request.file.size).header("upload-metadata", pairs.join(","));
    // hyper sends no length for an empty body, and some servers answer that with 411.
    let response = http::send(request.http, call.header(header::CONTENT_LENGTH, 0)).await?;
    let response = video_accepted(response).await?;
    if response.status() != StatusCode::CREATED {
        return Err(unexpected(response).await);
    }
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    match location.and_then(|location| http::redirect_target(response.url(), location)) {
        Some(url) => Ok(Some(StepResult::Transferred(Transfer::Resumable { url, begun_at: request.server_time }))),
        None => Err(broken("The studio didn't say where to send the video. Contact its administrator.")),
    }
}

async fn metadata(request: &UploadRequest<'_>) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
    let path = &request.file.path;
    let head = FileReader::open(path, None).await?.head;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(vec![("filename", name.into_bytes()), ("filetype", content_type(path, &head).as_bytes().to_vec())])
}

/// Sends what the backend lacks of a video, a part at a time.
///
/// # Errors
/// As [`super::send_step`].
pub async fn send(url: &Url, begun_at: Timestamp, request: &UploadRequest<'_>) -> Result<StepResult, Failure> {
    check_unchanged(request.file).await?;
    let size = request.file.size;
    let mut conflicts = 0;
    let mut offset = match ask(url, request).await? {
        Part::Offset(offset) => offset,
        Part::Over(result) => return Ok(result),
    };
    while offset < size {
        request.progress.confirm(offset);
        let length = (size - offset).min(PART);
        let response = patch(url, offset, length, request).await?;
        let received = match response.status() {
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(StepResult::PartLost),
            status if status.is_success() => offset_of(&response).unwrap_or(offset + length),
            StatusCode::CONFLICT => offset,
            _ => return accepted_video(response, None, begun_at).await,
        };
        if received >= size {
            request.progress.confirm(size);
            return finish(url, response, begun_at, request).await;
        }
        if received > offset {
            request.progress.confirm(received);
            conflicts = 0;
        } else {
            // An interrupted request may still be writing.
            conflicts += 1;
            if conflicts > MAX_OFFSET_CONFLICTS {
                return Err(broken("The studio lost count of the video's bytes. Try again."));
            }
            tokio::time::sleep(CONFLICT_PAUSE).await;
        }
        // A token that expired meanwhile is refused here, and not in the middle of a part.
        offset = match ask(url, request).await? {
            Part::Offset(other) => other,
            Part::Over(result) => return Ok(result),
        };
    }
    // Everything is there. Its job is not known yet.
    request.progress.confirm(size);
    Ok(StepResult::Transferred(Transfer::Accepted { video_id: None, begun_at }))
}

/// Sends a part of the file.
async fn patch(url: &Url, offset: u64, length: u64, request: &UploadRequest<'_>) -> Result<Response, Failure> {
    let mut file = FileReader::open_video(request.file, Some(request.read_progress())).await?;
    file.skip_to(offset).await?;
    let file_error = FileError::default();
    let call = authorized(request.http.patch(url.clone()), url, request.server, request.token);
    let call = call.header(header::CONTENT_TYPE, "application/offset+octet-stream").header(OFFSET, offset);
    let body = Body::wrap_stream(file.stream(length, Arc::clone(&file_error)));
    response_of(call.header(header::CONTENT_LENGTH, length).body(body), &file_error).await
}

/// What a backend has of an upload.
enum Part {
    /// So many bytes.
    Offset(u64),
    /// All of it, or nothing that can be continued.
    Over(StepResult),
}

/// Asks for what the backend has.
async fn ask(url: &Url, request: &UploadRequest<'_>) -> Result<Part, Failure> {
    let call = authorized(request.http.head(url.clone()), url, request.server, request.token);
    let response = http::send(request.http, call.timeout(CALL_LIMIT)).await?;
    match response.status() {
        StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(Part::Over(StepResult::PartLost)),
        status if !status.is_success() => return Err(unexpected(response).await),
        _ => {}
    }
    if let Some(done) = job_of(&response) {
        return Ok(Part::Over(done));
    }
    match offset_of(&response) {
        Some(offset) if offset <= request.file.size => Ok(Part::Offset(offset)),
        // The part of another file.
        Some(_) => Ok(Part::Over(StepResult::PartLost)),
        None => Err(broken("The studio sent an invalid response. Try again later.")),
    }
}

/// Reads the job of a complete upload: from the answer to the last part, or from its headers.
async fn finish(
    url: &Url,
    response: Response,
    begun_at: Timestamp,
    request: &UploadRequest<'_>,
) -> Result<StepResult, Failure> {
    if let Some(done) = job_of(&response) {
        return Ok(done);
    }
    let result = accepted_video(response, None, begun_at).await?;
    if let StepResult::Transferred(Transfer::Accepted { .. }) = result
        && let Ok(Part::Over(done @ StepResult::Done(_))) = ask(url, request).await
    {
        return Ok(done);
    }
    Ok(result)
}

/// Tells the backend that it may delete the part that it has of an upload. A failure is not reported: the part expires.
pub async fn terminate(http: &Client, server: &Server, token: &SecretString, url: &Url) {
    let call = authorized(http.request(Method::DELETE, url.clone()), url, server, token);
    if let Err(failure) = http::send(http, call.timeout(CALL_LIMIT)).await {
        tracing::info!(error = failure.error.with_causes(), "the part of a cancelled upload was not deleted");
    }
}

/// Adds the version and, for the backend's own origin, the token.
fn authorized(call: RequestBuilder, url: &Url, server: &Server, token: &SecretString) -> RequestBuilder {
    let call = call.header(RESUMABLE, VERSION);
    if url.origin() == server.api_url.origin() { call.bearer_auth(token.expose_secret()) } else { call }
}

fn offset_of(response: &Response) -> Option<u64> {
    response.headers().get(OFFSET)?.to_str().ok()?.trim().parse().ok()
}

fn job_of(response: &Response) -> Option<StepResult> {
    let job_id = response.headers().get("upload-job-id")?.to_str().ok()?.trim();
    (!job_id.is_empty()).then(|| StepResult::Done(job_id.into()))
}

async fn unexpected(response: Response) -> Failure {
    if response.status().is_success() {
        return broken("The studio sent an invalid response. Try again later.");
    }
    read_failure(response).await
}

fn broken(message: &str) -> Failure {
    Failure::local(Error::new(Code::ServerError, message))
}
