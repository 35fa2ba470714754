//! A studio and a client in a folder of their own.

use std::{path::Path, time::Duration};

use tallylight_client::{Config as ClientConfig, Handle, Identity, Keychain, start};
use tallylight_core::{Error, model::job::Status, view::JobView};
use tallylight_studio::{Config, Studio};
use tempfile::TempDir;

use crate::{Recorder, Seen};

/// The account of every scenario.
pub const EMAIL: &str = "me@acme.tv";
/// Its password.
pub const PASSWORD: &str = "correct horse battery";

/// A scenario that takes longer hangs. It is no measure of anything.
const LIMIT: Duration = Duration::from_mins(2);

/// Is a studio, a client, and what the client showed.
pub struct StudioHarness {
    /// Where everything is.
    pub folder: TempDir,
    /// The client.
    pub client: Handle,
    /// What it showed.
    pub recorder: Recorder,
    studio: Option<Studio>,
}

impl StudioHarness {
    /// Starts a studio and a client that is connected, but not signed in.
    pub async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    /// Does so with a studio that is configured.
    ///
    /// # Panics
    /// Where the studio does not start.
    pub async fn set_with(configure: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::new(folder.path().join("studio"));
        configure(&mut config);
        let studio = Studio::start(config).await.expect("a studio");
        studio.ensure_account(EMAIL, PASSWORD).await.expect("an account");
        let recorder = Recorder::default();
        let client = start(ClientConfig::new(folder.path().join("client"), Keychain::Memory), recorder.clone());
        client.connect(studio.address().clone(), Identity::Address).await.expect("discovery");
        Self { folder, client, recorder, studio: Some(studio) }
    }

    /// Starts both, signed in and live.
    ///
    /// # Panics
    /// Where signing in fails.
    pub async fn live() -> Self {
        let harness = Self::set().await;
        harness.sign_in().await.expect("signed in");
        harness
    }

    /// Signs in.
    ///
    /// # Errors
    /// What the client says.
    pub async fn sign_in(&self) -> Result<(), Error> {
        self.client.sign_in(EMAIL.to_owned(), PASSWORD.into()).await
    }

    /// Returns the studio.
    ///
    /// # Panics
    /// Where it was stopped.
    pub fn studio(&self) -> &Studio {
        self.studio.as_ref().expect("a studio that runs")
    }

    /// Stops the studio in the middle of whatever it does.
    ///
    /// # Panics
    /// Where it was stopped before.
    pub async fn stop_studio(&mut self) {
        self.studio.take().expect("a studio that runs").stop().await;
    }

    /// Starts the studio again, on the port that it had.
    ///
    /// # Panics
    /// Where it does not start.
    pub async fn restart_studio(&mut self) {
        let studio = Studio::start(Config::new(self.folder.path().join("studio"))).await;
        self.studio = Some(studio.expect("a studio"));
    }

    /// Returns the folder of videos.
    pub fn videos(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the names of the files that the studio keeps of a video.
    ///
    /// # Panics
    /// Where it keeps none.
    pub fn files(&self, video_id: &str) -> Vec<String> {
        let folder = self.folder.path().join("studio/videos").join(video_id);
        let entries = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// Waits until what the client showed fulfils a wish.
    ///
    /// # Panics
    /// Where it never does.
    pub async fn until(&self, what: &str, wish: impl Fn(&Seen) -> bool) {
        let waited = tokio::time::timeout(LIMIT, async {
            while !wish(&self.recorder.seen()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        assert!(waited.await.is_ok(), "{what} did not come about; seen: {:#?}", self.recorder.seen());
    }

    /// Waits until the job of a file has ended, and returns it.
    ///
    /// # Panics
    /// Where it never ends.
    pub async fn ended(&self, filename: &str) -> JobView {
        let last = |seen: &Seen| seen.versions(filename).last().map(|job| job.row.status);
        self.until(&format!("the end of {filename}"), |seen| last(seen).is_some_and(Status::is_final)).await;
        let job = self.recorder.seen().versions(filename).last().map(|job| (*job).clone());
        job.expect("a job that ended")
    }
}
