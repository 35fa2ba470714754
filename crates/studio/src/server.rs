//! Start and stop of a studio.

use std::{
    fs::{File, TryLockError},
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    auth::{
        accounts::{Accounts, run_blocking},
        tokens::Tokens,
    },
    config::Config,
    error::StudioError,
    http::{AppState, Settings, Uploads, router},
    jobs::{FileUrls, Jobs},
    pipeline::Pipeline,
    realtime::hub::Hub,
    storage::{
        database::Database,
        leftovers,
        usage::{self, Usage},
    },
};

/// A running studio.
pub struct Studio {
    address: Url,
    accounts: Accounts,
    jobs: Jobs,
    data_dir: PathBuf,
    pipeline: Pipeline,
    stop: CancellationToken,
    server: JoinHandle<()>,
    /// The lock of the data folder, held while the studio runs.
    _lock: File,
}

impl Studio {
    /// Starts a studio on 127.0.0.1 and resumes the jobs that an earlier run left unfinished.
    ///
    /// # Errors
    /// `Folder` or `InUse` for the data folder, `Database`, `Port`, `Address`.
    pub async fn start(config: Config) -> Result<Self, StudioError> {
        let data_dir = config.data_dir.clone();
        let folder_error = |source| StudioError::Folder { folder: data_dir.display().to_string(), source };
        create_private_folder(&data_dir).map_err(folder_error)?;
        let lock = lock(&data_dir)?;
        let db = Database::open(&data_dir.join("studio.db"))?;
        let port_error = |source| StudioError::Port { port: config.port, source };
        let listener = listen(config.port, db.last_port()?).await.map_err(port_error)?;
        let address = listener.local_addr().map_err(port_error)?;
        db.set_last_port(address.port())?;
        let base = format!("http://{address}");
        let address = Url::parse(&base)?;
        let app = app_state(config, base, &db).await?;
        app.pipeline.resume();
        let (accounts, jobs, pipeline) = (app.accounts.clone(), app.jobs.clone(), app.pipeline.clone());
        let stop = CancellationToken::new();
        let serve = axum::serve(listener, router(app)).with_graceful_shutdown(stop.clone().cancelled_owned());
        let server = tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "the studio's HTTP server failed");
            }
        });
        Ok(Self { address, accounts, jobs, data_dir, pipeline, stop, server, _lock: lock })
    }

    /// Returns the studio's address, such as `http://127.0.0.1:8765/`.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// Creates an account, or sets the password of the existing account with this email.
    ///
    /// # Errors
    /// `Account` if the email or the password is not acceptable, or the database fails.
    pub async fn ensure_account(&self, email: &str, password: &str) -> Result<(), StudioError> {
        let (accounts, email, password) = (self.accounts.clone(), email.to_owned(), password.to_owned());
        Ok(run_blocking(move || accounts.create_or_reset(&email, &password)).await?)
    }

    /// Returns the disk space that the studio's videos use.
    pub async fn usage(&self) -> Usage {
        let (jobs, data_dir) = (self.jobs.clone(), self.data_dir.clone());
        tokio::task::spawn_blocking(move || usage::measure(&data_dir, &jobs.videos())).await.unwrap_or_default()
    }

    /// Deletes the studio's copies of finished videos and returns the freed bytes. Texts and thumbnails stay.
    pub async fn delete_finished_copies(&self) -> u64 {
        let jobs = self.jobs.clone();
        tokio::task::spawn_blocking(move || usage::delete_finished_copies(&jobs.videos())).await.unwrap_or_default()
    }

    /// Stops the studio: closes the sockets, ends ffmpeg and the HTTP server. The next start resumes unfinished jobs.
    pub async fn stop(self) {
        self.pipeline.stop().await;
        self.stop.cancel();
        // A request that does not return must not delay the end of the program.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(3), self.server).await;
    }
}

/// Returns what the handlers share, from a data folder that is locked.
async fn app_state(config: Config, base: String, db: &Database) -> Result<AppState, StudioError> {
    let Config {
        data_dir, token_ttl, heartbeat, transport, upload_limit, link_uploads, sign_up, tools, speech, ..
    } = config;
    let folder_error = |source| StudioError::Folder { folder: data_dir.display().to_string(), source };
    let incoming_folder = incoming(&data_dir, link_uploads).map_err(folder_error)?;
    let hub = Hub::default();
    let urls = FileUrls::new(base.clone(), &db.secret("file_url_secret")?);
    let jobs = Jobs::load(db.clone(), hub.clone(), urls)?;
    let pipeline = Pipeline::new(jobs.clone(), tools, speech, data_dir.clone());
    let auth_key = URL_SAFE_NO_PAD.encode(db.secret("auth_key")?);
    let service_key = URL_SAFE_NO_PAD.encode(db.secret("service_key")?);
    write_private(&data_dir.join("service_key"), &service_key).map_err(folder_error)?;
    let uploads = Uploads::new(&data_dir);
    uploads.remove_expired().await;
    leftovers::remove(&data_dir, &(&jobs.video_ids() | &uploads.video_ids().await));
    let (accounts, tokens) = (Accounts::new(db.clone()), Tokens::new(&db.secret("jwt_secret")?, token_ttl));
    let settings = Settings {
        base,
        auth_key,
        service_key,
        transport,
        data_dir,
        incoming_folder,
        upload_limit,
        sign_up,
        heartbeat,
    };
    Ok(AppState { accounts, tokens, jobs, hub, pipeline, uploads, settings: Arc::new(settings) })
}

/// Listens on a port. For port 0 the port of the last run is preferred, so that the URLs of thumbnails stay valid.
async fn listen(port: u16, last: Option<u16>) -> std::io::Result<TcpListener> {
    if let (0, Some(last)) = (port, last)
        && let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, last)).await
    {
        return Ok(listener);
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// Creates a folder and its parents, accessible by this user only, because it contains secrets and videos.
fn create_private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file that only this user can read.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(file)?, text.as_bytes())
}

/// Creates the incoming folder, in which programs on this computer place files, if it is enabled. Files that an earlier
/// run left there are removed, because no request refers to them any more.
fn incoming(data_dir: &Path, is_enabled: bool) -> std::io::Result<Option<PathBuf>> {
    let folder = data_dir.join("incoming");
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ if !is_enabled => return Ok(None),
        _ => create_private_folder(&folder)?,
    }
    // A client that reads the path may have another working directory.
    std::path::absolute(folder).map(Some)
}

/// Locks a data folder: two studios would process the same jobs, each with its own state in memory.
fn lock(data_dir: &Path) -> Result<File, StudioError> {
    let folder = || data_dir.display().to_string();
    let unusable = |source| StudioError::Folder { folder: folder(), source };
    let file = File::create(data_dir.join("studio.lock")).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StudioError::InUse { folder: folder() }),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}
