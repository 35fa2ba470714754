//! Uploads of a video, in the way that the backend offers (docs/protocol.md#uploads): in parts that can be continued
//! (tus), to a signed URL, or in one request. Each call does one step; what it achieved is stored before the next one.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use secrecy::SecretString;
use tallylight_core::{
    Code, Error, JobId, VideoId,
    discovery::Server,
    upload_queue::{FailureKind, SendFailure, Transfer, VideoFile},
};

use crate::net::http::{self, ANSWER_LIMIT, Failure, request_failure};

mod file_reader;
mod linked_file;
mod one_request;
mod resumable;
mod signed;
mod speed_limit;
mod subtitles;

use file_reader::{FileError, ReadProgress};
pub use resumable::terminate;
pub use speed_limit::SpeedLimit;

/// An upload to a backend.
pub struct UploadRequest<'a> {
    /// The HTTP client of the backend.
    pub http: &'a Client,
    /// The backend.
    pub server: &'a Server,
    /// The access token.
    pub token: &'a SecretString,
    /// The file, as it was when it was added.
    pub file: &'a VideoFile,
    /// The limit for the speed.
    pub limit: &'a SpeedLimit,
    /// The progress, which the call writes.
    pub progress: &'a Progress,
    /// The backend's time at which the step begins.
    pub server_time: Timestamp,
}

/// How far an upload is, in bytes.
#[derive(Debug, Default)]
pub struct Progress {
    /// What was sent.
    pub sent: Arc<AtomicU64>,
    /// What the backend has confirmed.
    pub confirmed: AtomicU64,
}

impl UploadRequest<'_> {
    fn read_progress(&self) -> ReadProgress {
        ReadProgress { sent: Arc::clone(&self.progress.sent), limit: self.limit.clone() }
    }
}

impl Progress {
    /// Sets what the backend has.
    fn confirm(&self, bytes: u64) {
        self.sent.store(bytes, Ordering::Relaxed);
        self.confirmed.store(bytes, Ordering::Relaxed);
    }
}

/// What a step of an upload achieved.
#[derive(Debug, PartialEq)]
pub enum StepResult {
    /// The backend has the video, and made a job of it.
    Done(JobId),
    /// The backend has this much, which decides the next step.
    Transferred(Transfer),
    /// The backend does not know the part any more that it had.
    PartLost,
}

/// Does the next step of an upload.
///
/// # Errors
/// [`Code::File`] if the file cannot be read or has changed; [`Code::NotAVideo`] and [`Code::TooLarge`] if the backend
/// says so; otherwise the failure of the request.
pub async fn send_step(transfer: &Transfer, request: &UploadRequest<'_>) -> Result<StepResult, Failure> {
    match transfer {
        Transfer::None => begin(request).await,
        Transfer::OneRequest { begun_at } => one_request::send(*begun_at, request).await,
        Transfer::Resumable { url, begun_at } => resumable::send(url, *begun_at, request).await,
        Transfer::Stored { video_id, completion, begun_at } => {
            signed::complete(video_id, completion, *begun_at, request).await
        }
        Transfer::Accepted { .. } => Ok(StepResult::Transferred(transfer.clone())),
    }
}

/// Chooses the way of an upload and begins it.
async fn begin(request: &UploadRequest<'_>) -> Result<StepResult, Failure> {
    file_reader::check_unchanged(request.file).await?;
    let one_request = StepResult::Transferred(Transfer::OneRequest { begun_at: request.server_time });
    if request.server.incoming_folder.is_some() {
        // A studio on this computer takes the file without a copy.
        return Ok(one_request);
    }
    if request.server.offers("upload_resumable") {
        return Ok(resumable::create(request).await?.unwrap_or(one_request));
    }
    if request.server.offers("upload_signed") { signed::send(request).await } else { Ok(one_request) }
}

/// Reads the answer to the last bytes of a video.
async fn accepted_video(
    response: Response,
    video_id: Option<VideoId>,
    begun_at: Timestamp,
) -> Result<StepResult, Failure> {
    let response = video_accepted(response).await?;
    let text = http::text(super::rest::accepted(response).await?, ANSWER_LIMIT).await?;
    let text = text.trim();
    // A page comes from a captive portal. Any other answer that is no JSON says nothing but that the video was accepted.
    let value = if text.starts_with(['{', '[', '<']) { http::json(text)? } else { serde_json::Value::Null };
    let id = |name: &str| value.get(name).cloned().unwrap_or_default();
    if let Ok(job_id) = serde_json::from_value(id("job_id")).or_else(|_| serde_json::from_value(id("id"))) {
        return Ok(StepResult::Done(job_id));
    }
    let video_id = serde_json::from_value(id("video_id")).ok().or(video_id);
    Ok(StepResult::Transferred(Transfer::Accepted { video_id, begun_at }))
}

/// Maps the answer that a file is no video to its failure; returns any other answer.
async fn video_accepted(response: Response) -> Result<Response, Failure> {
    if response.status() != StatusCode::BAD_REQUEST {
        return Ok(response);
    }
    let failure = http::read_failure(response).await;
    Err(Failure { error: Error::new(Code::NotAVideo, failure.error.message.clone()), ..failure })
}

/// Sends a request whose body is read from a file.
async fn response_of(call: RequestBuilder, file_error: &FileError) -> Result<Response, Failure> {
    match call.send().await {
        Ok(response) => Ok(response),
        // An error of the file is the cause of the interrupted request.
        Err(_) if let Some(why) = file_error.get() => Err(Failure::local(why.clone())),
        Err(error) => Err(interrupted(error)),
    }
}

/// Maps the error of an upload. Once sending has begun, every loss of the connection gives the same error.
fn interrupted(error: reqwest::Error) -> Failure {
    let failure = request_failure(error);
    if failure.never_left || failure.error.code != Code::Unreachable {
        return failure;
    }
    let message = "Upload interrupted. Check your network, then try again.";
    Failure { error: Error::new(Code::Unreachable, message).caused_by(failure.error), ..failure }
}

/// Returns whether the cause is on this computer.
fn is_local(code: Code) -> bool {
    matches!(code, Code::File | Code::NotAVideo | Code::TooLarge | Code::InvalidAddress | Code::Internal)
}

/// Maps the failure of a step to what follows from it. `sent` of `total` bytes were sent.
pub fn send_failure(failure: Failure, sent: u64, total: u64) -> SendFailure {
    let uncertain = if failure.never_left || sent < total { FailureKind::Temporary } else { FailureKind::Uncertain };
    let kind = match failure.status.map(|status| status.as_u16()) {
        _ if failure.is_unauthorized() => FailureKind::Unauthorized,
        Some(408 | 423 | 425 | 429) => FailureKind::Temporary,
        // The disk of the backend is full: more bytes do not help.
        Some(507) => FailureKind::Final,
        Some(500..) => uncertain,
        Some(_) => FailureKind::Final,
        None if is_local(failure.error.code) => FailureKind::Final,
        None => uncertain,
    };
    SendFailure { error: failure.error, kind, retry_after: failure.retry_after }
}

#[cfg(test)]
mod tests;
