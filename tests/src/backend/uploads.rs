//! The uploads of a scripted backend: in one request, in parts (tus), and to a signed URL.

use std::sync::MutexGuard;

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Multipart, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{head, post, put},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::{Answer, Script, ScriptedBackend};

/// The scripted result of a request that carries a video, or that completes one.
#[derive(Clone, Debug)]
pub enum UploadFate {
    /// The backend accepts it.
    Accepted,
    /// The backend accepts it, and the response is lost.
    AcceptedAndLost,
    /// The backend makes the job, and answers with this instead of its id.
    AcceptedWith(Answer),
    /// The backend responds with this answer, and keeps nothing of the request.
    Instead(Answer),
    /// After this number of bytes the backend reads no more until [`ScriptedBackend::release_uploads`] is called.
    HeldAfter(usize),
}

/// What a scripted backend received of uploads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivedUploads {
    /// The requests that carried bytes, in order: the way, and how many bytes arrived.
    pub requests: Vec<(&'static str, usize)>,
    /// How many tus uploads were created.
    pub created: usize,
    /// How many tus uploads were terminated.
    pub terminated: usize,
    /// The bodies of the requests that completed a signed upload.
    pub completions: Vec<Value>,
    /// Whether the storage was sent an access token.
    pub storage_saw_token: bool,
}

#[derive(Default)]
pub(super) struct Uploads {
    fates: std::collections::VecDeque<UploadFate>,
    held: Vec<tokio::sync::oneshot::Sender<()>>,
    parts: Vec<PartialUpload>,
    received: ReceivedUploads,
}

#[derive(Clone, Default)]
struct PartialUpload {
    filename: String,
    length: usize,
    received: usize,
    job_id: Option<String>,
    is_gone: bool,
}

impl ScriptedBackend {
    /// Scripts the results of the next requests that carry or complete a video, in order; further ones are accepted.
    pub fn script_uploads(&self, fates: impl IntoIterator<Item = UploadFate>) {
        self.script().uploads.fates.extend(fates);
    }

    /// Continues the held uploads.
    pub fn release_uploads(&self) {
        for held in std::mem::take(&mut self.script().uploads.held) {
            let _ = held.send(());
        }
    }

    /// Returns the number of uploads that are held.
    pub fn held_uploads(&self) -> usize {
        self.script().uploads.held.len()
    }

    /// Forgets the parts of tus uploads, as if they had expired.
    pub fn expire_uploads(&self) {
        self.script().uploads.parts.iter_mut().for_each(|part| part.is_gone = true);
    }

    /// Returns what was received.
    pub fn received_uploads(&self) -> ReceivedUploads {
        self.script().uploads.received.clone()
    }

    /// Returns the file names of the jobs, in the order in which they were made.
    pub fn job_files(&self) -> Vec<String> {
        let script = self.script();
        let jobs = script.jobs.as_array().into_iter().flatten();
        jobs.filter_map(|job| job["video"]["original_filename"].as_str().map(str::to_owned)).collect()
    }

    fn next_fate(&self) -> UploadFate {
        self.script().uploads.fates.pop_front().unwrap_or(UploadFate::Accepted)
    }

    async fn hold(&self) {
        let (sender, released) = tokio::sync::oneshot::channel();
        self.script().uploads.held.push(sender);
        let _ = released.await;
    }
}

/// Returns the routes of all ways to upload.
pub(super) fn routes() -> Router<ScriptedBackend> {
    Router::new()
        .route("/api/v1/videos/upload", post(one_request))
        .route("/api/v1/videos/uploads", post(create))
        .route("/api/v1/videos/uploads/{id}", head(offset).patch(append).delete(terminate))
        .route("/api/v1/videos/signed-upload-url", post(sign))
        .route("/storage/{id}", put(store))
        .route("/api/v1/videos/upload-complete", post(complete))
        .layer(axum::extract::DefaultBodyLimit::disable())
}

async fn one_request(State(backend): State<ScriptedBackend>, headers: HeaderMap, mut multipart: Multipart) -> Response {
    if !backend.accepts(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let fate = backend.next_fate();
    let (mut filename, mut size) = (String::new(), 0);
    while let Ok(Some(mut field)) = multipart.next_field().await {
        filename = field.file_name().unwrap_or_default().to_owned();
        loop {
            match field.chunk().await {
                Ok(Some(chunk)) => {
                    size += chunk.len();
                    if let UploadFate::HeldAfter(limit) = fate
                        && size >= limit
                    {
                        backend.hold().await;
                    }
                }
                Ok(None) => break,
                Err(_) => return StatusCode::BAD_REQUEST.into_response(),
            }
        }
    }
    backend.script().uploads.received.requests.push(("one request", size));
    finish(&backend, fate, &filename, size, None)
}

async fn create(State(backend): State<ScriptedBackend>, headers: HeaderMap) -> Response {
    if !backend.accepts(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let name = text("upload-metadata").split(',').find_map(|pair| pair.strip_prefix("filename ").map(str::to_owned));
    let filename = STANDARD.decode(name.unwrap_or_default()).unwrap_or_default();
    let part = PartialUpload {
        filename: String::from_utf8_lossy(&filename).into_owned(),
        length: text("upload-length").parse().unwrap_or_default(),
        ..PartialUpload::default()
    };
    let mut script = backend.script();
    script.uploads.parts.push(part);
    script.uploads.received.created += 1;
    let location = format!("/api/v1/videos/uploads/{}", script.uploads.parts.len() - 1);
    (StatusCode::CREATED, [(header::LOCATION, location)]).into_response()
}

async fn offset(State(backend): State<ScriptedBackend>, Path(id): Path<usize>, headers: HeaderMap) -> Response {
    if !backend.accepts(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match backend.script().uploads.parts.get(id) {
        Some(part) if !part.is_gone => {
            let mut response = [("upload-offset", part.received.to_string())].into_response();
            if let Some(job_id) = part.job_id.as_ref().and_then(|job_id| job_id.parse().ok()) {
                response.headers_mut().insert("upload-job-id", job_id);
            }
            response
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn append(
    State(backend): State<ScriptedBackend>,
    Path(id): Path<usize>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if !backend.accepts(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let offset: Option<usize> = headers.get("upload-offset").and_then(|text| text.to_str().ok()?.parse().ok());
    match backend.script().uploads.parts.get(id) {
        None => return StatusCode::NOT_FOUND.into_response(),
        Some(part) if part.is_gone => return StatusCode::GONE.into_response(),
        Some(part) if offset != Some(part.received) => return StatusCode::CONFLICT.into_response(),
        Some(_) => {}
    }
    let fate = backend.next_fate();
    if let UploadFate::Instead(answer) = fate {
        return answer.into_response();
    }
    let place = {
        let mut script = backend.script();
        script.uploads.received.requests.push(("part", 0));
        script.uploads.received.requests.len() - 1
    };
    let (mut chunks, mut size) = (body.into_data_stream(), 0);
    while let Some(Ok(chunk)) = chunks.next().await {
        size += chunk.len();
        {
            let mut script = backend.script();
            script.uploads.parts[id].received += chunk.len();
            script.uploads.received.requests[place].1 = size;
        }
        if let UploadFate::HeldAfter(limit) = fate
            && size >= limit
        {
            backend.hold().await;
        }
    }
    let part = backend.script().uploads.parts[id].clone();
    if part.received < part.length {
        return (StatusCode::NO_CONTENT, [("upload-offset", part.received.to_string())]).into_response();
    }
    finish(&backend, fate, &part.filename, part.length, Some(id))
}

async fn terminate(State(backend): State<ScriptedBackend>, Path(id): Path<usize>) -> StatusCode {
    let mut script = backend.script();
    script.uploads.received.terminated += 1;
    if let Some(part) = script.uploads.parts.get_mut(id) {
        part.is_gone = true;
    }
    StatusCode::NO_CONTENT
}

async fn sign(State(backend): State<ScriptedBackend>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if !backend.accepts(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let mut script = backend.script();
    let id = script.uploads.parts.len();
    let size = body["size_bytes"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
    let filename = body["filename"].as_str().unwrap_or_default().to_owned();
    script.uploads.parts.push(PartialUpload { filename, length: size, ..PartialUpload::default() });
    let answer =
        json!({ "upload_url": format!("/storage/{id}"), "video_id": id + 1000, "upload_key": format!("key {id}") });
    Json(answer).into_response()
}

async fn store(
    State(backend): State<ScriptedBackend>,
    Path(id): Path<usize>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let fate = backend.next_fate();
    if headers.contains_key(header::AUTHORIZATION) {
        backend.script().uploads.received.storage_saw_token = true;
    }
    let (mut chunks, mut size) = (body.into_data_stream(), 0);
    while let Some(Ok(chunk)) = chunks.next().await {
        size += chunk.len();
        if let UploadFate::HeldAfter(limit) = fate
            && size >= limit
        {
            backend.hold().await;
        }
    }
    let mut script = backend.script();
    script.uploads.received.requests.push(("storage", size));
    let Some(part) = script.uploads.parts.get_mut(id) else { return StatusCode::NOT_FOUND.into_response() };
    match fate {
        UploadFate::Instead(answer) => answer.into_response(),
        UploadFate::AcceptedAndLost => {
            part.received = size;
            lost()
        }
        UploadFate::Accepted | UploadFate::AcceptedWith(_) | UploadFate::HeldAfter(_) => {
            part.received = size;
            StatusCode::OK.into_response()
        }
    }
}

async fn complete(State(backend): State<ScriptedBackend>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if !backend.accepts(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let fate = backend.next_fate();
    backend.script().uploads.received.completions.push(body.clone());
    let id = body["video_id"].as_u64().and_then(|id| usize::try_from(id).ok()?.checked_sub(1000));
    let part = id.and_then(|id| backend.script().uploads.parts.get(id).cloned());
    match part {
        Some(part) if part.received == part.length => finish(&backend, fate, &part.filename, part.length, id),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Makes the job of a complete upload, and answers as scripted.
fn finish(backend: &ScriptedBackend, fate: UploadFate, filename: &str, size: usize, part: Option<usize>) -> Response {
    if let UploadFate::Instead(answer) = fate {
        return answer.into_response();
    }
    let job_id = make_job(&mut backend.script(), filename, size, part);
    match fate {
        UploadFate::AcceptedAndLost => lost(),
        UploadFate::AcceptedWith(answer) => answer.into_response(),
        UploadFate::Accepted | UploadFate::HeldAfter(_) | UploadFate::Instead(_) => {
            Json(json!({ "job_id": job_id, "status": "PENDING" })).into_response()
        }
    }
}

fn make_job(script: &mut MutexGuard<'_, Script>, filename: &str, size: usize, part: Option<usize>) -> String {
    let now = crate::naive_now();
    let count = script.jobs.as_array().map_or(0, Vec::len);
    let (job_id, video_id) = (format!("u{count}"), part.map_or_else(|| json!(null), |part| json!(part + 1000)));
    let job = json!({ "id": job_id, "video_id": video_id, "status": "PENDING", "created_at": now, "updated_at": now,
        "video": { "original_filename": filename, "size_bytes": size } });
    if let Some(jobs) = script.jobs.as_array_mut() {
        jobs.push(job);
    }
    if let Some(part) = part.and_then(|part| script.uploads.parts.get_mut(part)) {
        part.job_id = Some(job_id.clone());
    }
    job_id
}

/// Returns a response whose body fails, so that the connection ends before it is complete.
fn lost() -> Response {
    let lost = stream::once(async { Err::<Bytes, _>(std::io::Error::other("the line was cut")) });
    Response::new(Body::from_stream(lost))
}
