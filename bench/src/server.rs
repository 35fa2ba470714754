//! A backend that sends as many messages as requested: REST on one port, the socket on the next. The messages are
//! generated before they are sent, so that the server costs as little as possible during the measurement.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedWriteHalf},
    sync::Notify,
    time::Instant,
};

use crate::messages::{LAST, Mix, frame, job_id, last, listed, message};

/// The interval of heartbeats (docs/protocol.md#heartbeats).
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How many bytes are written at once.
const CHUNK: usize = 256 << 10;

/// A connected socket, shared by the messages and its own heartbeat.
type Socket = Arc<tokio::sync::Mutex<OwnedWriteHalf>>;

/// The state of the backend.
pub struct Backend {
    jobs: Mutex<Vec<Job>>,
    /// The frames to send next, as fast as possible.
    prepared: Mutex<Vec<u8>>,
    /// The socket that connected last.
    socket: tokio::sync::Mutex<Option<Socket>>,
    /// Disconnects every client.
    pub gone: Notify,
    port: u16,
}

/// A job of the backend.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its title.
    pub title: String,
    /// How often it changed.
    pub changes: u64,
}

impl Backend {
    /// Creates a backend with `jobs` jobs, and [`LAST`], whose completion ends a measurement.
    pub fn new(jobs: usize, port: u16) -> Arc<Self> {
        let job = |number: usize| Job { title: format!("Film {number}"), changes: 0 };
        let jobs = Mutex::new((0..jobs).map(job).collect());
        Arc::new(Self {
            jobs,
            prepared: Mutex::default(),
            socket: tokio::sync::Mutex::default(),
            gone: Notify::new(),
            port,
        })
    }

    /// Returns the jobs.
    pub fn jobs(&self) -> MutexGuard<'_, Vec<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends bytes to the client that connected last, if it is still connected.
    pub async fn say(&self, bytes: &[u8]) {
        let mut socket = self.socket.lock().await;
        if let Some(open) = socket.as_mut()
            && open.lock().await.write_all(bytes).await.is_err()
        {
            *socket = None;
        }
    }

    /// Disconnects all clients.
    pub async fn hang_up(&self) {
        *self.socket.lock().await = None;
        self.gone.notify_waiters();
    }

    fn listed(&self, number: usize) -> Option<Value> {
        self.jobs().get(number).map(|job| listed(&job_id(number), &job.title, 50, job.changes))
    }

    fn page(&self, offset: usize, limit: usize) -> Value {
        let mut page: Vec<Value> = (offset..offset + limit).map_while(|number| self.listed(number)).collect();
        if page.len() < limit {
            page.push(listed(LAST, "The last one", 50, 0));
        }
        page.into()
    }
}

/// Prints the URL and serves until the process is killed.
///
/// # Errors
/// No ports are free.
pub async fn serve(jobs: usize) -> Result<()> {
    let (rest, socket) = listeners(0).await?;
    let address = rest.local_addr()?;
    println!("http://{address}");
    let backend = Backend::new(jobs, address.port());
    tokio::spawn(answer_sockets(socket, Arc::clone(&backend)));
    axum::serve(rest, router(backend)).await.context("serving ended")
}

/// Returns listeners on two consecutive ports, starting at `port`, or at any port if it is 0.
///
/// # Errors
/// No two consecutive ports are free after 100 attempts.
pub async fn listeners(port: u16) -> Result<(TcpListener, TcpListener)> {
    for _ in 0..100 {
        let rest = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let Ok(rest) = rest else {
            // The previous server may still hold the port.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let next = rest.local_addr()?.port() + 1;
        if let Ok(socket) = TcpListener::bind((Ipv4Addr::LOCALHOST, next)).await {
            return Ok((rest, socket));
        }
    }
    anyhow::bail!("no two consecutive ports are free")
}

/// Returns the HTTP routes.
pub fn router(backend: Arc<Backend>) -> Router {
    Router::new()
        .route("/.well-known/tallylight.json", get(discovery))
        .route("/auth/v1/settings", get(async || StatusCode::OK))
        .route("/auth/v1/logout", post(async || StatusCode::NO_CONTENT))
        .route("/auth/v1/token", post(token))
        .route("/api/v1/jobs/", get(jobs))
        .route("/api/v1/videos/jobs/{job_id}", get(job))
        .route("/prepare", get(prepare))
        .route("/go", get(go))
        .with_state(backend)
}

/// Accepts socket connections; messages go to the latest one.
pub async fn answer_sockets(listener: TcpListener, backend: Arc<Backend>) {
    while let Ok((stream, _)) = listener.accept().await {
        let backend = Arc::clone(&backend);
        tokio::spawn(async move {
            // The reason for the end does not matter to the measurement.
            let _ = answer_socket(stream, &backend).await;
        });
    }
}

async fn answer_socket(stream: TcpStream, backend: &Backend) -> Result<()> {
    stream.set_nodelay(true)?;
    let (mut read, write) = tokio_tungstenite::accept_async(stream).await?.into_inner().into_split();
    let write = Arc::new(tokio::sync::Mutex::new(write));
    *backend.socket.lock().await = Some(Arc::clone(&write));
    // Clients only send subscriptions, which are ignored: every message is sent.
    let mut bytes = vec![0; 64 << 10];
    let mut beat = tokio::time::interval(HEARTBEAT);
    loop {
        tokio::select! {
            _ = beat.tick() => {
                let mut heartbeat = Vec::new();
                frame(r#"{"type":"HEARTBEAT","job_id":"","data":{},"timestamp":"2026-11-01T00:00:00Z"}"#, &mut heartbeat);
                write.lock().await.write_all(&heartbeat).await?;
            }
            read = read.read(&mut bytes) => if read? == 0 { return Ok(()) },
            () = backend.gone.notified() => return Ok(()),
        }
    }
}

async fn discovery(State(backend): State<Arc<Backend>>) -> Json<Value> {
    let at = |scheme: &str, port: u16| format!("{scheme}://127.0.0.1:{port}");
    Json(json!({
        "name": "Bench", "auth_url": at("http", backend.port), "auth_key": "public",
        "ws_url": format!("{}/ws", at("ws", backend.port + 1)),
    }))
}

async fn token() -> Json<Value> {
    Json(json!({
        "access_token": "access", "token_type": "bearer", "expires_in": 86400, "refresh_token": "refresh",
        "user": { "id": "u", "email": "me@bench" },
    }))
}

async fn jobs(State(backend): State<Arc<Backend>>, Query(query): Query<Vec<(String, String)>>) -> Json<Value> {
    let number = |name: &str| query.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok());
    Json(backend.page(number("offset").unwrap_or_default(), number("limit").unwrap_or(100)))
}

async fn job(State(backend): State<Arc<Backend>>, Path(id): Path<String>) -> Response {
    let number = id.strip_prefix("job-").and_then(|number| number.parse().ok());
    match number.and_then(|number| backend.listed(number)) {
        Some(job) => Json(job).into_response(),
        None if id == LAST => Json(listed(LAST, "The last one", 50, 0)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The messages that a request to `/prepare` or `/go` selects.
struct Request {
    count: u64,
    rate: u64,
    mix: Mix,
    size: usize,
    about: usize,
}

impl Request {
    fn of(query: &HashMap<String, String>, jobs: usize) -> Self {
        let number = |name: &str| query.get(name).and_then(|value| value.parse::<u64>().ok()).unwrap_or_default();
        let size = |name: &str| usize::try_from(number(name)).unwrap_or_default();
        let mix = if query.get("mix").is_some_and(|mix| mix == "dated") { Mix::WithServerTime } else { Mix::Mixed };
        let about = Some(size("about")).filter(|about| *about > 0).unwrap_or(jobs);
        Self { count: number("messages"), rate: number("rate"), mix, size: size("size"), about }
    }

    /// Appends a message, or after the last one the message that ends the measurement.
    fn frame(&self, number: u64, into: &mut Vec<u8>) {
        if number == self.count {
            frame(&last(number), into);
        } else {
            frame(&message(number, self.about, self.mix, self.size), into);
        }
    }
}

/// Generates the messages in advance, so that sending them costs nothing else.
async fn prepare(State(backend): State<Arc<Backend>>, Query(query): Query<HashMap<String, String>>) {
    let (request, mut bytes) = (Request::of(&query, backend.jobs().len()), Vec::new());
    (0..=request.count).for_each(|number| request.frame(number, &mut bytes));
    *backend.prepared.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
}

/// Sends the requested messages, and responds when all are sent.
async fn go(State(backend): State<Arc<Backend>>, Query(query): Query<HashMap<String, String>>) {
    let request = Request::of(&query, backend.jobs().len());
    if request.rate == 0 {
        let bytes = std::mem::take(&mut *backend.prepared.lock().unwrap_or_else(PoisonError::into_inner));
        for chunk in bytes.chunks(CHUNK) {
            backend.say(chunk).await;
        }
        return;
    }
    let start = Instant::now();
    for number in 0..=request.count {
        tokio::time::sleep_until(start + Duration::from_nanos(1_000_000_000 / request.rate * number)).await;
        let mut bytes = Vec::new();
        request.frame(number, &mut bytes);
        backend.say(&bytes).await;
    }
}
