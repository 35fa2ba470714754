//! The HTTP server: its routes, and the state that every handler shares.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::{delete, get, head, post, put},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    auth::{accounts::Accounts, tokens::Tokens},
    config::{SignUp, Transport},
    jobs::Jobs,
    pipeline::Pipeline,
    realtime::hub::Hub,
};

mod actions;
mod auth;
mod auth_user;
mod discovery;
mod list;
mod media;
mod metadata;
mod provider;
mod realtime;
mod request_guard;
mod resumable;
mod socket;
mod thumbnails;
mod upload;

use auth_user::AuthUser;
pub use resumable::Uploads;

/// The state that every handler may use.
#[derive(Clone)]
pub struct AppState {
    pub accounts: Accounts,
    pub tokens: Tokens,
    pub jobs: Jobs,
    pub hub: Hub,
    pub pipeline: Pipeline,
    pub uploads: Uploads,
    pub settings: Arc<Settings>,
}

/// Values that stay the same while the studio runs.
#[derive(Debug)]
pub struct Settings {
    /// The server's own address, without a trailing slash.
    pub base: String,
    /// The public key that every auth request must carry (`apikey`).
    pub auth_key: String,
    /// The key with which a program may send messages to the channels of every account.
    pub service_key: String,
    pub transport: Transport,
    pub data_dir: PathBuf,
    /// The folder in which programs on this computer place files instead of sending them; `None` if this is off.
    pub incoming_folder: Option<PathBuf>,
    pub upload_limit: u64,
    pub sign_up: SignUp,
    pub heartbeat: std::time::Duration,
}

impl Settings {
    /// Returns whether a key is the service key.
    pub fn is_service_key(&self, key: &str) -> bool {
        // As hashes, so that the time tells nothing about the key.
        Sha256::digest(key) == Sha256::digest(&self.service_key)
    }
}

/// Returns the router with all routes.
pub fn router(app: AppState) -> Router {
    let resumable = Router::new()
        .route(resumable::PATH, post(resumable::create).options(resumable::options))
        .route(
            &format!("{}/{{id}}", resumable::PATH),
            head(resumable::offset).patch(resumable::append).delete(resumable::terminate).options(resumable::options),
        )
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(resumable::version));
    Router::new()
        .merge(resumable)
        .route("/.well-known/tallylight.json", get(discovery::discovery))
        .route("/auth/v1/signup", post(auth::sign_up))
        .route("/auth/v1/token", post(auth::token))
        .route("/auth/v1/settings", get(auth::settings))
        .route("/auth/v1/user", get(auth::user))
        .route("/auth/v1/logout", post(auth::logout))
        .route("/auth/v1/authorize", get(provider::page).post(provider::submit))
        .route("/ws", get(socket::upgrade))
        .route("/realtime/v1/websocket", get(realtime::upgrade))
        .route("/realtime/v1/api/broadcast", post(realtime::broadcast))
        .route("/api/v1/jobs/", get(list::jobs))
        .route("/api/v1/jobs", get(list::jobs))
        .route("/api/v1/videos/jobs/{job_id}", get(list::job))
        .route("/api/v1/videos/jobs/{job_id}/retry", post(actions::retry))
        .route("/api/v1/videos/jobs/{job_id}/cancel", post(actions::cancel))
        .route("/api/v1/videos/{video_id}", delete(actions::delete))
        .route("/api/v1/videos/{video_id}/metadata", put(metadata::edit))
        .route("/api/v1/videos/{video_id}/thumbnails", post(thumbnails::take))
        .route("/api/v1/videos/upload", post(upload::upload).layer(DefaultBodyLimit::disable()))
        .route("/thumbnails/{video_id}/{file}", get(thumbnails::thumbnail))
        .route("/media/{video_id}/{signature}", get(media::video))
        .layer(middleware::from_fn_with_state(app.clone(), request_guard::guard))
        .with_state(app)
}

/// Returns an error response in FastAPI's shape: `{"detail": …}`.
pub fn problem(status: StatusCode, detail: impl Into<Value>) -> Response {
    (status, Json(json!({ "detail": detail.into() }))).into_response()
}
