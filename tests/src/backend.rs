//! A backend whose responses and messages are scripted by a test, for behaviour that the studio never shows.

use std::{
    collections::VecDeque,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{
        Request, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::broadcast};

mod actions;
mod answer;
mod edits;
mod list;
mod realtime;
mod uploads;

pub use answer::Answer;
pub use uploads::{ReceivedUploads, UploadFate};

/// The capacity of the message channel, so that no message is dropped before the slowest socket has sent it.
const MESSAGE_CAPACITY: usize = 1 << 15;

/// A scripted backend. Copies share the script.
#[derive(Clone)]
pub struct ScriptedBackend {
    /// Its address, without a trailing slash.
    pub address: String,
    script: Arc<Mutex<Script>>,
    out: broadcast::Sender<Message>,
    heard: Arc<Mutex<Vec<String>>>,
    connects: Arc<AtomicUsize>,
    lists: Arc<AtomicUsize>,
}

/// The scripted result of a token request.
#[derive(Clone, Debug)]
pub enum Grant {
    /// The backend responds with this answer instead of a session.
    Instead(Answer),
    /// The backend grants a session, and the response is lost.
    Lost,
    /// The backend responds when [`ScriptedBackend::release`] is called.
    Held,
}

/// The scripted result of an edit.
#[derive(Clone, Debug)]
pub enum EditFate {
    /// The backend saves the edit, and the response is lost.
    SavedAndLost,
    /// The backend responds with this answer and does not save the edit.
    Instead(Answer),
    /// The backend responds when [`ScriptedBackend::release_edits`] is called.
    Held,
}

#[derive(Default)]
struct Script {
    jobs: Value,
    socket: Option<Answer>,
    /// The messages that every socket sends first.
    greeting: Vec<Message>,
    rest: Option<Answer>,
    page: Option<Answer>,
    grants: VecDeque<Grant>,
    discovery: Value,
    /// Access tokens end with a number. Tokens with a smaller number than this are rejected.
    valid_from: usize,
    granted: usize,
    /// The received refresh tokens, in order.
    refresh_tokens: Vec<String>,
    /// The access tokens whose sessions were ended.
    ended: Vec<String>,
    /// The received codes of browser sign-ins, with their verifiers.
    exchanged_codes: Vec<(String, String)>,
    held: Vec<tokio::sync::oneshot::Sender<()>>,
    /// The received edits, in order.
    edits: Vec<Value>,
    edit_fates: VecDeque<EditFate>,
    held_edits: Vec<tokio::sync::oneshot::Sender<()>>,
    etag: Option<String>,
    uploads: uploads::Uploads,
    /// The received actions, in order.
    actions: Vec<String>,
    action_answers: VecDeque<Answer>,
    /// The answers to the next joins of a channel: reasons of refusals, or none at all.
    joins: VecDeque<Option<&'static str>>,
}

impl ScriptedBackend {
    /// Starts the backend with an empty job list, on any port.
    ///
    /// # Panics
    /// If no port is available.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let backend = Self {
            address: format!("http://{}", listener.local_addr().expect("an address")),
            script: Arc::new(Mutex::new(Script { jobs: json!([]), discovery: json!({}), ..Script::default() })),
            out: broadcast::channel(MESSAGE_CAPACITY).0,
            heard: Arc::default(),
            connects: Arc::default(),
            lists: Arc::default(),
        };
        let router = Router::new()
            .route("/.well-known/tallylight.json", get(discovery))
            .route("/auth/v1/settings", get(settings))
            .route("/auth/v1/token", post(token))
            .route("/auth/v1/logout", post(logout))
            .route("/api/v1/jobs/", get(list::jobs))
            .route("/api/v1/videos/jobs/{job_id}", get(list::job))
            .route("/api/v1/videos/{video_id}/metadata", put(edits::edit))
            .route("/ws", get(upgrade))
            .merge(actions::routes())
            .merge(realtime::routes())
            .merge(uploads::routes())
            .layer(from_fn_with_state(backend.clone(), page))
            .with_state(backend.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        backend
    }

    /// Sets the job list.
    pub fn set_jobs(&self, jobs: Value) {
        self.script().jobs = jobs;
    }

    /// Sets the ETag of the job list; a request with it is answered with 304.
    pub fn set_etag(&self, etag: &str) {
        self.script().etag = Some(etag.to_owned());
    }

    /// Sets an answer for socket upgrades, or restores the socket.
    pub fn set_socket(&self, answer: impl Into<Option<Answer>>) {
        self.script().socket = answer.into();
    }

    /// Sets the messages that every socket sends first.
    pub fn set_greeting(&self, messages: Vec<Message>) {
        self.script().greeting = messages;
    }

    /// Sets an answer for the job requests, or restores the jobs.
    pub fn set_rest(&self, answer: impl Into<Option<Answer>>) {
        self.script().rest = answer.into();
    }

    /// Sets an answer for all requests, or restores the routes.
    pub fn set_page(&self, answer: impl Into<Option<Answer>>) {
        self.script().page = answer.into();
    }

    /// Sets additional fields of the discovery document; with null there is no document.
    pub fn set_discovery(&self, fields: Value) {
        self.script().discovery = fields;
    }

    /// Scripts the results of the next token requests, in order.
    pub fn script_grants(&self, grants: impl IntoIterator<Item = Grant>) {
        self.script().grants.extend(grants);
    }

    /// Returns whether a token request is waiting for [`Self::release`].
    pub fn has_held_request(&self) -> bool {
        !self.script().held.is_empty()
    }

    /// Responds to the waiting token requests.
    pub fn release(&self) {
        for held in std::mem::take(&mut self.script().held) {
            let _ = held.send(());
        }
    }

    /// Rejects every access token that was granted until now.
    pub fn expire_tokens(&self) {
        let mut script = self.script();
        script.valid_from = script.granted + 1;
    }

    /// Sends a text message on every open socket.
    pub fn say(&self, text: impl Into<String>) {
        let _ = self.out.send(Message::text(text.into()));
    }

    /// Sends a binary message on every open socket.
    pub fn say_bytes(&self, bytes: Vec<u8>) {
        let _ = self.out.send(Message::binary(bytes));
    }

    /// Closes every open socket with a code.
    pub fn close(&self, code: u16) {
        let _ = self.out.send(closing(code));
    }

    /// Returns the JSON messages that clients sent on sockets.
    pub fn heard(&self) -> Vec<Value> {
        lock(&self.heard).iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
    }

    /// Clears the recorded messages of clients.
    pub fn forget(&self) {
        lock(&self.heard).clear();
    }

    /// Returns the subscribed job ids, in order.
    pub fn subscribed(&self) -> Vec<String> {
        let heard = self.heard();
        let frames = heard.iter().filter(|said| said["action"] == "subscribe");
        let ids = frames.flat_map(|said| said["job_ids"].as_array().cloned().unwrap_or_default());
        ids.filter_map(|id| id.as_str().map(str::to_owned)).collect()
    }

    /// Returns the number of upgrade requests.
    pub fn connects(&self) -> usize {
        self.connects.load(Ordering::SeqCst)
    }

    /// Returns the number of requests of the job list.
    pub fn lists(&self) -> usize {
        self.lists.load(Ordering::SeqCst)
    }

    /// Returns the received refresh tokens, in order.
    pub fn refresh_tokens(&self) -> Vec<String> {
        self.script().refresh_tokens.clone()
    }

    /// Returns the access tokens whose sessions were ended.
    pub fn ended(&self) -> Vec<String> {
        self.script().ended.clone()
    }

    /// Returns the received codes of browser sign-ins, with their verifiers.
    pub fn exchanged_codes(&self) -> Vec<(String, String)> {
        self.script().exchanged_codes.clone()
    }

    /// Returns the number of refresh requests.
    pub fn refreshes(&self) -> usize {
        self.script().refresh_tokens.len()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
    }

    fn accepts(&self, headers: &HeaderMap) -> bool {
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let number = token.rsplit('-').next().and_then(|number| number.parse::<usize>().ok());
        number.is_some_and(|number| number >= self.script().valid_from)
    }
}

/// Returns the close frame with a code.
pub fn closing(code: u16) -> Message {
    Message::Close(Some(CloseFrame { code, reason: "".into() }))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn page(State(backend): State<ScriptedBackend>, request: Request, next: Next) -> Response {
    let page = backend.script().page.clone();
    match page {
        Some(page) => page.into_response(),
        None => next.run(request).await,
    }
}

async fn discovery(State(backend): State<ScriptedBackend>, headers: HeaderMap) -> Response {
    if backend.script().discovery.is_null() {
        return StatusCode::NOT_FOUND.into_response();
    }
    // The host of the request is used, so that a proxy in front of the backend stays in use.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let mut document = json!({ "name": "Scripted", "auth_url": format!("http://{host}"), "auth_key": "public" });
    if let (Some(document), Some(more)) = (document.as_object_mut(), backend.script().discovery.as_object()) {
        document.extend(more.clone());
    }
    Json(document).into_response()
}

async fn logout(State(backend): State<ScriptedBackend>, headers: HeaderMap) -> StatusCode {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    backend.script().ended.push(token.trim_start_matches("Bearer ").to_owned());
    StatusCode::NO_CONTENT
}

async fn settings(headers: HeaderMap) -> StatusCode {
    if headers.get("apikey").is_some_and(|key| key == "public") { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
}

async fn token(State(backend): State<ScriptedBackend>, Json(body): Json<Value>) -> Response {
    let grant = {
        let mut script = backend.script();
        if let Some(refresh_tokens) = body["refresh_token"].as_str() {
            script.refresh_tokens.push(refresh_tokens.to_owned());
        }
        if let (Some(code), Some(verifier)) = (body["auth_code"].as_str(), body["code_verifier"].as_str()) {
            script.exchanged_codes.push((code.to_owned(), verifier.to_owned()));
        }
        script.grants.pop_front()
    };
    match grant {
        Some(Grant::Instead(answer)) => return answer.into_response(),
        Some(Grant::Held) => {
            let (sender, released) = tokio::sync::oneshot::channel();
            backend.script().held.push(sender);
            let _ = released.await;
        }
        Some(Grant::Lost) => {
            // The body fails, so that the connection ends before the response is complete.
            let lost = axum::body::Body::from_stream(futures_util::stream::once(async {
                Err::<Bytes, _>(std::io::Error::other("the line was cut"))
            }));
            return Response::new(lost);
        }
        None => {}
    }
    let mut script = backend.script();
    script.granted += 1;
    let number = script.granted;
    let user = json!({ "id": "u", "email": body["email"].as_str().unwrap_or("me@acme.tv") });
    let session = json!({ "access_token": format!("access-{number}"), "token_type": "bearer", "expires_in": 3600,
        "refresh_token": format!("refresh-{number}"), "user": user });
    Json(session).into_response()
}

async fn upgrade(State(backend): State<ScriptedBackend>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    backend.connects.fetch_add(1, Ordering::SeqCst);
    let instead = backend.script().socket.clone();
    match instead {
        Some(answer) => answer.into_response(),
        None if !backend.accepts(&headers) => StatusCode::UNAUTHORIZED.into_response(),
        None => upgrade.on_upgrade(move |socket| converse(socket, backend)),
    }
}

async fn converse(mut socket: WebSocket, backend: ScriptedBackend) {
    let mut out = backend.out.subscribe();
    let greeting = backend.script().greeting.clone();
    for message in greeting {
        if socket.send(message).await.is_err() {
            return;
        }
    }
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
