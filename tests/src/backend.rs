//! A backend whose every word a test decides: for what a well-behaved studio never says.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::broadcast};

/// Answers as it is told. Its copies share what they are told.
#[derive(Clone)]
pub struct ScriptedBackend {
    /// Where it listens.
    pub address: String,
    jobs: Arc<Mutex<Value>>,
    socket_status: Arc<Mutex<StatusCode>>,
    rest_status: Arc<Mutex<StatusCode>>,
    out: broadcast::Sender<Message>,
    heard: Arc<Mutex<Vec<String>>>,
    connects: Arc<AtomicUsize>,
    refreshes: Arc<AtomicUsize>,
}

impl ScriptedBackend {
    /// Starts it with an empty job list, on any port.
    ///
    /// # Panics
    /// Where there is no port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let backend = Self {
            address: format!("http://{}", listener.local_addr().expect("an address")),
            jobs: Arc::new(Mutex::new(json!([]))),
            socket_status: Arc::new(Mutex::new(StatusCode::SWITCHING_PROTOCOLS)),
            rest_status: Arc::new(Mutex::new(StatusCode::OK)),
            out: broadcast::channel(1024).0,
            heard: Arc::default(),
            connects: Arc::default(),
            refreshes: Arc::default(),
        };
        let router = Router::new()
            .route("/.well-known/tallylight.json", get(discovery))
            .route("/auth/v1/token", post(token))
            .route("/api/v1/jobs/", get(jobs))
            .route("/api/v1/videos/jobs/{job_id}", get(job))
            .route("/ws", get(upgrade))
            .with_state(backend.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        backend
    }

    /// Decides what the job list is.
    pub fn set_jobs(&self, jobs: Value) {
        *lock(&self.jobs) = jobs;
    }

    /// Decides what an upgrade is answered with; 101 opens the socket.
    pub fn set_socket(&self, status: StatusCode) {
        *lock(&self.socket_status) = status;
    }

    /// Decides what REST is answered with.
    pub fn set_rest(&self, status: StatusCode) {
        *lock(&self.rest_status) = status;
    }

    /// Says something on every open socket.
    pub fn say(&self, text: impl Into<String>) {
        let _ = self.out.send(Message::text(text.into()));
    }

    /// Says some bytes on every open socket.
    pub fn say_bytes(&self, bytes: Vec<u8>) {
        let _ = self.out.send(Message::binary(bytes));
    }

    /// Closes every open socket with a code.
    pub fn close(&self, code: u16) {
        let frame = axum::extract::ws::CloseFrame { code, reason: "".into() };
        let _ = self.out.send(Message::Close(Some(frame)));
    }

    /// Returns what clients said on sockets.
    pub fn heard(&self) -> Vec<Value> {
        lock(&self.heard).iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
    }

    /// Returns how often a socket was asked for.
    pub fn connects(&self) -> usize {
        self.connects.load(Ordering::SeqCst)
    }

    /// Returns how often a session was renewed.
    pub fn refreshes(&self) -> usize {
        self.refreshes.load(Ordering::SeqCst)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn discovery(State(backend): State<ScriptedBackend>) -> Json<Value> {
    Json(json!({ "name": "Scripted", "auth_url": backend.address, "auth_key": "public" }))
}

async fn token(State(backend): State<ScriptedBackend>, Json(body): Json<Value>) -> Json<Value> {
    if body.get("refresh_token").is_some() {
        backend.refreshes.fetch_add(1, Ordering::SeqCst);
    }
    let user = json!({ "id": "u", "email": "me@acme.tv" });
    Json(
        json!({ "access_token": "access", "token_type": "bearer", "expires_in": 3600, "refresh_token": "refresh", "user": user }),
    )
}

async fn jobs(State(backend): State<ScriptedBackend>) -> Response {
    let status = *lock(&backend.rest_status);
    (status, Json(lock(&backend.jobs).clone())).into_response()
}

async fn job(
    State(backend): State<ScriptedBackend>,
    axum::extract::Path(job_id): axum::extract::Path<String>,
) -> Response {
    let jobs = lock(&backend.jobs).clone();
    let found = jobs.as_array().and_then(|jobs| jobs.iter().find(|job| job["id"] == job_id.as_str()).cloned());
    match found {
        Some(job) => Json(job).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn upgrade(State(backend): State<ScriptedBackend>, upgrade: WebSocketUpgrade) -> Response {
    backend.connects.fetch_add(1, Ordering::SeqCst);
    let status = *lock(&backend.socket_status);
    if status == StatusCode::SWITCHING_PROTOCOLS {
        upgrade.on_upgrade(move |socket| converse(socket, backend))
    } else {
        status.into_response()
    }
}

async fn converse(mut socket: WebSocket, backend: ScriptedBackend) {
    let mut out = backend.out.subscribe();
    loop {
        tokio::select! {
            Ok(message) = out.recv() => {
                if socket.send(message).await.is_err() {
                    return;
                }
            }
            incoming = socket.recv() => match incoming {
                Some(Ok(Message::Text(text))) => lock(&backend.heard).push(text.to_string()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
        }
    }
}
