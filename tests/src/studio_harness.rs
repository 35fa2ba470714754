//! A client with a studio, in a temporary folder.

use std::{path::Path, time::Duration};

use tallylight_client::{Config as ClientConfig, Handle, Identity, Keychain, SettingsService, start};
use tallylight_core::{Error, model::job::Status};
use tallylight_studio::{Config, Studio};
use tallylight_view::JobView;
use tempfile::TempDir;

use crate::{Recorder, Seen};

/// The email of the account in every scenario.
pub const EMAIL: &str = "me@acme.tv";
/// The password of that account.
pub const PASSWORD: &str = "correct horse battery";

/// The time limit of a wait. It is only a safety limit.
const LIMIT: Duration = Duration::from_mins(2);

/// A studio, a client, and the client's shell.
pub struct StudioHarness {
    /// The temporary folder.
    pub folder: TempDir,
    /// The client.
    pub client: Handle,
    /// The client's shell.
    pub recorder: Recorder,
    /// The client's settings.
    pub settings: SettingsService,
    studio: Option<Studio>,
}

impl StudioHarness {
    /// Starts a studio and a client that is connected and signed out.
    pub async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    /// Starts a configured studio and a client that is connected and signed out.
    ///
    /// # Panics
    /// If the studio does not start.
    pub async fn set_with(configure: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::new(folder.path().join("studio"));
        configure(&mut config);
        let studio = Studio::start(config).await.expect("a studio");
        studio.ensure_account(EMAIL, PASSWORD).await.expect("an account");
        let recorder = Recorder::default();
        let settings = SettingsService::open(folder.path());
        let config = ClientConfig::new(folder.path().join("client"), Keychain::Memory);
        let client = start(ClientConfig { settings: settings.subscribe(), ..config }, recorder.clone());
        client.connect(studio.address().clone(), Identity::Address).await.expect("discovery");
        Self { folder, client, recorder, settings, studio: Some(studio) }
    }

    /// Starts a studio and a client that is signed in.
    ///
    /// # Panics
    /// If signing in fails.
    pub async fn live() -> Self {
        let harness = Self::set().await;
        harness.sign_in().await.expect("signed in");
        harness
    }

    /// Signs in.
    ///
    /// # Errors
    /// The client's error.
    pub async fn sign_in(&self) -> Result<(), Error> {
        self.client.sign_in(EMAIL.to_owned(), PASSWORD.into()).await
    }

    /// Returns the studio.
    ///
    /// # Panics
    /// If the studio was stopped.
    pub fn studio(&self) -> &Studio {
        self.studio.as_ref().expect("a studio that runs")
    }

    /// Stops the studio, whatever it is doing.
    ///
    /// # Panics
    /// If the studio was stopped before.
    pub async fn stop_studio(&mut self) {
        self.studio.take().expect("a studio that runs").stop().await;
    }

    /// Starts the studio again on its last port.
    ///
    /// # Panics
    /// If the studio does not start.
    pub async fn restart_studio(&mut self) {
        let studio = Studio::start(Config::new(self.folder.path().join("studio"))).await;
        self.studio = Some(studio.expect("a studio"));
    }

    /// Returns the folder for test videos.
    pub fn videos(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the names of the files that the studio stores for a video.
    ///
    /// # Panics
    /// If the video has no folder.
    pub fn files(&self, video_id: &str) -> Vec<String> {
        let folder = self.folder.path().join("studio/videos").join(video_id);
        let entries = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// Waits until the shell's records meet a condition.
    ///
    /// # Panics
    /// If the time limit passes.
    pub async fn until(&self, what: &str, condition: impl Fn(&Seen) -> bool) {
        let waited = tokio::time::timeout(LIMIT, async {
            while !condition(&self.recorder.seen()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        assert!(waited.await.is_ok(), "{what} did not happen; seen: {:#?}", self.recorder.seen());
    }

    /// Waits until the job of a file has finished, and returns it.
    ///
    /// # Panics
    /// If the time limit passes.
    pub async fn ended(&self, filename: &str) -> JobView {
        let last = |seen: &Seen| seen.versions(filename).last().map(|job| job.row.status);
        self.until(&format!("the end of {filename}"), |seen| last(seen).is_some_and(Status::is_final)).await;
        let job = self.recorder.seen().versions(filename).last().map(|job| (*job).clone());
        job.expect("a job that ended")
    }
}
