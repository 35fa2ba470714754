//! A backend with the response shapes of a public one: a FastAPI video pipeline with Supabase sign-in.
//!
//! It has integer ids, times without an offset, a list of at most a hundred jobs that ignores `limit` and `offset`,
//! stages as a list of names that includes the reason of a failure, thumbnail URLs that are paths, edits that are
//! answered without content, and a socket that accepts `?token=` and sends flat messages.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{
        DefaultBodyLimit, Multipart, Path, Query, Request, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use base64::Engine;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::broadcast};

/// The largest number of jobs in the list.
const LIST_LIMIT: usize = 100;
/// The user id of the tokens.
const USER: &str = "5f0c7a52-3a53-4b16-9b3c-0d5d3a9c8a11";

/// The public backend. Copies share its state.
#[derive(Clone)]
pub struct PublicBackend {
    /// Its address, without a trailing slash.
    pub address: String,
    state: Arc<Mutex<BackendState>>,
    out: broadcast::Sender<String>,
}

#[derive(Default)]
struct BackendState {
    jobs: Vec<Value>,
    /// The received requests, in order: the method, and the path with its query.
    asked: Vec<String>,
    edits: Vec<Value>,
    uploads: Vec<(String, String, usize)>,
    /// List requests that include one of these statuses are answered with 500.
    broken: Vec<String>,
    /// Whether requests of a single job succeed.
    serves_one: bool,
}

impl PublicBackend {
    /// Starts the backend on any port.
    ///
    /// # Panics
    /// If no port is available.
    pub async fn start() -> Self {
        Self::on(0).await
    }

    /// Starts the backend on a port.
    ///
    /// # Panics
    /// If the port is in use.
    pub async fn on(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a port");
        let backend = Self {
            address: format!("http://{}", listener.local_addr().expect("an address")),
            state: Arc::new(Mutex::new(BackendState { serves_one: true, ..BackendState::default() })),
            out: broadcast::channel(1024).0,
        };
        let router = Router::new()
            .route("/", get(|| async { Json(json!({ "message": "Video pipeline" })) }))
            .route("/.well-known/tallylight.json", get(discovery))
            .route("/auth/v1/token", post(token))
            .route("/auth/v1/logout", post(|| async { StatusCode::NO_CONTENT }))
            .route("/api/v1/jobs", get(with_slash))
            .route("/api/v1/jobs/", get(jobs))
            .route("/api/v1/videos/jobs/{job_id}", get(job))
            .route("/api/v1/videos/{video_id}/metadata", put(edit))
            .route("/api/v1/videos/upload", post(upload).layer(DefaultBodyLimit::disable()))
            .route("/ws/jobs/status/{user_id}", get(socket))
            .fallback(missing)
            .layer(from_fn_with_state(backend.clone(), record_request))
            .with_state(backend.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        backend
    }

    /// Adds a job as the newest and returns its id.
    pub fn add(&self, filename: &str, status: &str, stages: &Value, metadata: &Value) -> i64 {
        let mut state = self.lock();
        let id = i64::try_from(state.jobs.len()).unwrap_or(0) + 1;
        let time = format!("2026-11-28T13:{:02}:{:02}.142975", id / 60 % 60, id % 60);
        let video = json!({ "id": id + 1000, "uploader_user_id": USER, "original_filename": filename,
            "storage_path": format!("videos/{id}/{filename}"), "content_type": "video/mp4", "size_bytes": 1_048_576,
            "created_at": time, "updated_at": time });
        state.jobs.push(json!({ "id": id, "video_id": id + 1000, "status": status, "processing_stages": stages,
            "error_message": null, "created_at": time, "updated_at": time, "video": video, "video_metadata": metadata }));
        id
    }

    /// Changes fields of a job.
    ///
    /// # Panics
    /// If the job does not exist.
    pub fn change(&self, id: i64, fields: Value) {
        let mut state = self.lock();
        let job = state.jobs.iter_mut().find(|job| job["id"] == id).expect("a job");
        let (Value::Object(job), Value::Object(fields)) = (job, fields) else { panic!("no objects") };
        job.extend(fields);
    }

    /// Removes a job.
    pub fn remove(&self, id: i64) {
        self.lock().jobs.retain(|job| job["id"] != id);
    }

    /// Answers list requests that include a status with 500 from now on.
    pub fn break_status(&self, status: &str) {
        self.lock().broken.push(status.to_owned());
    }

    /// Answers all requests of a single job with 500, as the public backend does.
    pub fn serve_no_single_job(&self) {
        self.lock().serves_one = false;
    }

    /// Sends a message on every socket.
    pub fn say(&self, message: &Value) {
        let _ = self.out.send(message.to_string());
    }

    /// Returns the received requests, in order.
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    /// Returns the bodies of the received edits, in order.
    pub fn edits(&self) -> Vec<Value> {
        self.lock().edits.clone()
    }

    /// Returns the name, the media type and the length of each upload.
    pub fn uploads(&self) -> Vec<(String, String, usize)> {
        self.lock().uploads.clone()
    }

    fn lock(&self) -> MutexGuard<'_, BackendState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn record_request(State(backend): State<PublicBackend>, request: Request, next: Next) -> Response {
    let asked = format!("{} {}", request.method(), request.uri());
    backend.lock().asked.push(asked);
    next.run(request).await
}

async fn discovery(State(backend): State<PublicBackend>) -> Json<Value> {
    let socket = backend.address.replace("http://", "ws://");
    Json(json!({ "name": "Public", "auth_url": backend.address, "auth_key": "anon",
        "ws_url": format!("{socket}/ws/jobs/status/{{user_id}}"), "features": ["upload"] }))
}

/// Returns the current time in Python's notation: UTC, without an offset.
///
/// # Panics
/// Never.
#[expect(clippy::disallowed_methods, reason = "the server's clock")]
pub fn naive_now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}

/// Returns a JWT with an invalid signature.
fn jwt() -> String {
    let part = |value: Value| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "sub": USER, "aud": "authenticated", "exp": 4_102_444_800_u64 });
    format!("{}.{}.c2lnbmF0dXJl", part(json!({ "alg": "HS256", "typ": "JWT" })), part(claims))
}

async fn token(Json(body): Json<Value>) -> Json<Value> {
    Json(json!({ "access_token": jwt(), "token_type": "bearer", "expires_in": "3600", "refresh_token": "r",
        "user": { "id": USER, "email": body["email"].as_str().unwrap_or("me@acme.tv") } }))
}

/// Returns the error response for a request without a valid token.
fn refusal(headers: &HeaderMap) -> Option<Response> {
    let refresh_tokens = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let refused = (
        StatusCode::UNAUTHORIZED,
        [(header::WWW_AUTHENTICATE, "Bearer")],
        Json(json!({ "detail": "Could not validate credentials" })),
    );
    (refresh_tokens != format!("Bearer {}", jwt())).then(|| refused.into_response())
}

fn detail(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "detail": message }))).into_response()
}

fn failure() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
}

async fn missing(headers: HeaderMap) -> Response {
    // Uvicorn answers an upgrade without a matching route with 403.
    if headers.contains_key(header::UPGRADE) {
        return (StatusCode::FORBIDDEN, Body::empty()).into_response();
    }
    detail(StatusCode::NOT_FOUND, "Not Found")
}

async fn with_slash(State(backend): State<PublicBackend>, request: Request) -> Response {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let location = format!("{}/api/v1/jobs/{query}", backend.address);
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response()
}

async fn jobs(
    State(backend): State<PublicBackend>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let mut statuses: Vec<String> =
        query.into_iter().filter(|(name, _)| name == "status").map(|(_, status)| status).collect();
    if statuses.is_empty() {
        statuses = vec!["PENDING".to_owned(), "PROCESSING".to_owned()];
    }
    let state = backend.lock();
    if statuses.iter().any(|status| state.broken.contains(status)) {
        return failure();
    }
    let matches = |job: &&Value| statuses.iter().any(|status| job["status"] == status.as_str());
    let page: Vec<&Value> = state.jobs.iter().rev().filter(matches).take(LIST_LIMIT).collect();
    Json(json!(page)).into_response()
}

async fn job(State(backend): State<PublicBackend>, Path(job_id): Path<String>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let Ok(job_id) = job_id.parse::<i64>() else {
        let error =
            json!([{ "loc": ["path", "job_id"], "msg": "Input should be a valid integer", "type": "int_parsing" }]);
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": error }))).into_response();
    };
    let state = backend.lock();
    if !state.serves_one {
        return failure();
    }
    match state.jobs.iter().find(|job| job["id"] == job_id) {
        Some(job) => Json(job.clone()).into_response(),
        None => detail(StatusCode::NOT_FOUND, "Job not found"),
    }
}

async fn edit(
    State(backend): State<PublicBackend>,
    Path(video_id): Path<i64>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    let mut state = backend.lock();
    state.edits.push(body.clone());
    let Some(fields) = body.as_object().cloned() else { return failure() };
    if let Some(extra) = fields.keys().find(|name| !["title", "description", "tags"].contains(&name.as_str())) {
        let error =
            json!([{ "loc": ["body", extra], "msg": "Extra inputs are not permitted", "type": "extra_forbidden" }]);
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": error }))).into_response();
    }
    let Some(job) = state.jobs.iter_mut().find(|job| job["video_id"] == video_id) else {
        return detail(StatusCode::NOT_FOUND, "Video not found");
    };
    if job["video_metadata"].is_null() {
        job["video_metadata"] = json!({ "id": video_id, "job_id": job["id"] });
    }
    if let Some(metadata) = job["video_metadata"].as_object_mut() {
        metadata.extend(fields);
        // `updated_at` of the job itself does not change.
        metadata.insert("updated_at".to_owned(), json!(naive_now()));
    }
    StatusCode::NO_CONTENT.into_response()
}

async fn upload(State(backend): State<PublicBackend>, headers: HeaderMap, mut form: Multipart) -> Response {
    if let Some(refusal) = refusal(&headers) {
        return refusal;
    }
    while let Ok(Some(part)) = form.next_field().await {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or_default().to_owned();
        let kind = part.content_type().unwrap_or_default().to_owned();
        if !kind.starts_with("video/") {
            return detail(StatusCode::BAD_REQUEST, "File must be a video");
        }
        let length = part.bytes().await.map_or(0, |bytes| bytes.len());
        backend.lock().uploads.push((name.clone(), kind, length));
        let id = backend.add(&name, "PENDING", &Value::Null, &Value::Null);
        return Json(json!({ "video_id": id + 1000, "job_id": id, "status": "PENDING" })).into_response();
    }
    let error = json!([{ "loc": ["body", "file"], "msg": "Field required", "type": "missing" }]);
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": error }))).into_response()
}

async fn socket(
    State(backend): State<PublicBackend>,
    Path(user_id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let is_known = query.iter().any(|(name, token)| name == "token" && *token == jwt());
    if user_id != USER || !is_known {
        return (StatusCode::FORBIDDEN, Body::empty()).into_response();
    }
    upgrade.on_upgrade(move |socket| converse(socket, backend))
}

async fn converse(mut socket: WebSocket, backend: PublicBackend) {
    let mut out = backend.out.subscribe();
    loop {
        tokio::select! {
            Ok(text) = out.recv() => {
                if socket.send(Message::text(text)).await.is_err() {
                    return;
                }
            }
            incoming = socket.recv() => {
                let Some(Ok(_)) = incoming else { return };
            }
        }
    }
}
