//! A backend that says as much as it is asked to: REST on one port, the socket on the next. What it says is written
//! before it is sent, so that the server costs as little as a server can.

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

/// How often a backend says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How much is written at once, in bytes.
const CHUNK: usize = 256 << 10;

/// Is one that is spoken to, about jobs and by its own heartbeat.
type Socket = Arc<tokio::sync::Mutex<OwnedWriteHalf>>;

/// Is what the backend has.
pub struct Backend {
    jobs: Mutex<Vec<Job>>,
    /// What is said next, as fast as it can be.
    prepared: Mutex<Vec<u8>>,
    /// The socket that connected last.
    socket: tokio::sync::Mutex<Option<Socket>>,
    /// Tells everybody who is connected to go.
    pub gone: Notify,
    port: u16,
}

/// Is what is known of a job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its title.
    pub title: String,
    /// How often it changed.
    pub changes: u64,
}

impl Backend {
    /// Returns a backend of so many jobs, and one more, which is said to be done at the end.
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

    /// Says something to whoever is connected, if anybody is.
    pub async fn say(&self, bytes: &[u8]) {
        let mut socket = self.socket.lock().await;
        if let Some(open) = socket.as_mut()
            && open.lock().await.write_all(bytes).await.is_err()
        {
            *socket = None;
        }
    }

    /// Drops whoever is connected.
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

/// Serves until it is killed, and prints where.
pub async fn serve(jobs: usize) -> Result<()> {
    let (rest, socket) = listeners(0).await?;
    let address = rest.local_addr()?;
    println!("http://{address}");
    let backend = Backend::new(jobs, address.port());
    tokio::spawn(answer_sockets(socket, Arc::clone(&backend)));
    axum::serve(rest, router(backend)).await.context("serving ended")
}

/// Returns listeners on two ports that follow each other; on any where none is named.
pub async fn listeners(port: u16) -> Result<(TcpListener, TcpListener)> {
    for _ in 0..100 {
        let rest = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let Ok(rest) = rest else {
            // The one before is not quite gone.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let next = rest.local_addr()?.port() + 1;
        if let Ok(socket) = TcpListener::bind((Ipv4Addr::LOCALHOST, next)).await {
            return Ok((rest, socket));
        }
    }
    anyhow::bail!("there are no two ports that follow each other")
}

/// Returns everything that is served over HTTP.
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

/// Takes every socket that connects; the last one is spoken to.
pub async fn answer_sockets(listener: TcpListener, backend: Arc<Backend>) {
    while let Ok((stream, _)) = listener.accept().await {
        let backend = Arc::clone(&backend);
        tokio::spawn(async move {
            // How one ends is nothing to measure.
            let _ = answer_socket(stream, &backend).await;
        });
    }
}

async fn answer_socket(stream: TcpStream, backend: &Backend) -> Result<()> {
    stream.set_nodelay(true)?;
    let (mut read, write) = tokio_tungstenite::accept_async(stream).await?.into_inner().into_split();
    let write = Arc::new(tokio::sync::Mutex::new(write));
    *backend.socket.lock().await = Some(Arc::clone(&write));
    // What clients say is about which jobs they want to hear of: all of them.
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

/// Is what is to be said.
struct Wanted {
    count: u64,
    rate: u64,
    mix: Mix,
    size: usize,
    about: usize,
}

impl Wanted {
    fn of(query: &HashMap<String, String>, jobs: usize) -> Self {
        let number = |name: &str| query.get(name).and_then(|value| value.parse::<u64>().ok()).unwrap_or_default();
        let size = |name: &str| usize::try_from(number(name)).unwrap_or_default();
        let mix = if query.get("mix").is_some_and(|mix| mix == "dated") { Mix::Dated } else { Mix::Mixed };
        let about = Some(size("about")).filter(|about| *about > 0).unwrap_or(jobs);
        Self { count: number("messages"), rate: number("rate"), mix, size: size("size"), about }
    }

    /// Writes a message, or what ends them.
    fn frame(&self, number: u64, into: &mut Vec<u8>) {
        if number == self.count {
            frame(&last(number), into);
        } else {
            frame(&message(number, self.about, self.mix, self.size), into);
        }
    }
}

/// Writes what will be said, so that saying it costs nothing else.
async fn prepare(State(backend): State<Arc<Backend>>, Query(query): Query<HashMap<String, String>>) {
    let (wanted, mut bytes) = (Wanted::of(&query, backend.jobs().len()), Vec::new());
    (0..=wanted.count).for_each(|number| wanted.frame(number, &mut bytes));
    *backend.prepared.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
}

/// Says as much as is asked for, and answers when all of it was said.
async fn go(State(backend): State<Arc<Backend>>, Query(query): Query<HashMap<String, String>>) {
    let wanted = Wanted::of(&query, backend.jobs().len());
    if wanted.rate == 0 {
        let bytes = std::mem::take(&mut *backend.prepared.lock().unwrap_or_else(PoisonError::into_inner));
        for chunk in bytes.chunks(CHUNK) {
            backend.say(chunk).await;
        }
        return;
    }
    let start = Instant::now();
    for number in 0..=wanted.count {
        tokio::time::sleep_until(start + Duration::from_nanos(1_000_000_000 / wanted.rate * number)).await;
        let mut bytes = Vec::new();
        wanted.frame(number, &mut bytes);
        backend.say(&bytes).await;
    }
}
