//! Speech recognition: the choice of an engine and a model, and the download of models.
//!
//! Models are downloaded only at the user's request, into the folder `models` of the studio's data folder. The engine
//! is the one that the environment names, else the built-in one with the chosen model.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    ffi::OsString,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use reqwest::Client;
use tokio_util::sync::CancellationToken;

mod catalogue;
mod child;
mod download;
mod message;
mod recogniser;
mod speed;
mod state;
#[cfg(feature = "whisper")]
mod whisper;

pub use catalogue::Model;
pub use child::recognise_if_asked;
pub use download::DownloadError;
pub use recogniser::{Program, Recogniser, Recognition};
pub use state::{ChosenModel, Download, DownloadState, Engine, ModelState};

use download::{Step, partial_file};
use recogniser::BuiltIn;
use speed::Speeds;

use crate::error::StudioError;

/// The first four bytes of a whisper.cpp model.
const MAGIC: [u8; 4] = *b"lmgg";

/// Speech recognition of one studio.
#[derive(Clone, Debug)]
pub struct Speech(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    models: Vec<Model>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The HTTP client of downloads; one without settings is made for a download if there is none.
    client: Option<Client>,
    /// A recogniser that overrides every other engine; used by tests.
    override_engine: Option<Arc<dyn Recogniser>>,
    /// A program that replaces the built-in engine.
    program: Option<OsString>,
    model: Option<PathBuf>,
    downloads: BTreeMap<String, (Download, CancellationToken)>,
    speeds: Speeds,
    /// The models whose speed was measured in this run, or is being measured.
    measured: BTreeSet<PathBuf>,
}

impl Speech {
    /// Returns the speech recognition of a studio. `TALLYLIGHT_WHISPER_MODEL` chooses a model, `TALLYLIGHT_WHISPER` a
    /// program that replaces the built-in engine.
    pub fn new(data_dir: &Path) -> Self {
        let model = env::var_os("TALLYLIGHT_WHISPER_MODEL").map(PathBuf::from).filter(|model| model.exists());
        let named = env::var_os("TALLYLIGHT_WHISPER");
        let program = named.or_else(|| (model.is_some() && !child::is_built_in()).then(|| "whisper-cli".into()));
        Self::set_up(data_dir, catalogue::models(), State { program, model, ..State::default() })
    }

    /// Returns the speech recognition of a studio with these models and this program.
    pub fn with(data_dir: &Path, models: Vec<Model>, program: Option<OsString>) -> Self {
        Self::set_up(data_dir, models, State { program, ..State::default() })
    }

    fn set_up(data_dir: &Path, models: Vec<Model>, state: State) -> Self {
        let folder = data_dir.join("models");
        let state = State { speeds: speed::read(&folder), ..state };
        Self(Arc::new(Inner { folder, models, state: Mutex::new(state) }))
    }

    /// Overrides the engine with another recogniser.
    pub fn use_recogniser(&self, recogniser: Arc<dyn Recogniser>) {
        self.state().override_engine = Some(recogniser);
    }

    /// Sets the HTTP client of further downloads; without one, each download makes its own.
    pub fn set_client(&self, client: Option<Client>) {
        self.state().client = client;
    }

    /// Chooses a model of the list by its id, or a file by its absolute path, or none. `TALLYLIGHT_WHISPER_MODEL`
    /// overrides the choice.
    ///
    /// # Errors
    /// `UnknownModel`, `NotAModel` or `UnreadableModel`.
    pub fn choose(&self, choice: Option<&str>) -> Result<(), StudioError> {
        if env::var_os("TALLYLIGHT_WHISPER_MODEL").is_some() {
            return Ok(());
        }
        let model = choice.map(|choice| self.file_of(choice));
        if let Some(Err(StudioError::UnreadableModel { file, .. })) = &model {
            // The file is chosen nevertheless, because it may be on a disk that is not connected now.
            self.state().model = Some(file.into());
        }
        self.state().model = model.transpose()?;
        Ok(())
    }

    /// Checks a choice without making it.
    ///
    /// # Errors
    /// As [`Self::choose`].
    pub fn check(&self, choice: Option<&str>) -> Result<(), StudioError> {
        choice.map_or(Ok(()), |choice| self.file_of(choice).map(drop))
    }

    fn file_of(&self, choice: &str) -> Result<PathBuf, StudioError> {
        if let Some(model) = self.find(choice) {
            return Ok(self.target(model));
        }
        let file = PathBuf::from(choice);
        if !file.is_absolute() {
            return Err(StudioError::UnknownModel(choice.to_owned()));
        }
        check(&file).map(|()| file)
    }

    /// Returns the engine that is set up.
    pub fn engine(&self) -> Engine {
        let state = self.state();
        match (&state.override_engine, &state.program) {
            (None, None) if !child::is_built_in() => Engine::None,
            (None, None) => Engine::BuiltIn,
            _ => Engine::Program,
        }
    }

    /// Returns the engine with its model; `None` if none is set up.
    pub fn recogniser(&self) -> Option<Arc<dyn Recogniser>> {
        let model = self.state().model.clone();
        self.recogniser_with(model.as_deref())
    }

    fn recogniser_with(&self, model: Option<&Path>) -> Option<Arc<dyn Recogniser>> {
        let state = self.state();
        if let Some(override_engine) = &state.override_engine {
            return Some(Arc::clone(override_engine));
        }
        let model = model.filter(|model| model.is_file())?.to_owned();
        match &state.program {
            Some(program) => Some(Arc::new(Program { program: program.clone(), model })),
            None => child::is_built_in().then(|| Arc::new(BuiltIn { model }) as Arc<dyn Recogniser>),
        }
    }

    /// Returns the models of the list with their state on this computer.
    pub fn models(&self) -> Vec<ModelState> {
        let (downloads, speeds) = {
            let state = self.state();
            (state.downloads.clone(), state.speeds.clone())
        };
        let state = |model: &Model| {
            let target = self.target(model);
            let part = partial_file(&target).metadata().ok().map(|part| part.len());
            let stopped = part.map(|received| Download { received, state: DownloadState::Stopped });
            ModelState {
                model: model.clone(),
                is_here: target.is_file(),
                download: downloads.get(&model.id).map(|(download, _)| *download).or(stopped),
                seconds_for_ten: speeds.get(&target).copied(),
                file: target,
            }
        };
        self.0.models.iter().map(state).collect()
    }

    /// Returns the chosen model.
    pub fn chosen(&self) -> Option<ChosenModel> {
        let state = self.state();
        let file = state.model.clone()?;
        Some(ChosenModel { is_here: file.is_file(), seconds_for_ten: state.speeds.get(&file).copied(), file })
    }

    /// Returns the free disk space for models, in bytes; `None` if the system does not report it.
    pub fn free_space(&self) -> Option<u64> {
        let folder = self.0.folder.ancestors().find(|folder| folder.exists())?;
        fs4::available_space(folder).ok()
    }

    /// Starts or continues the download of a model. Does nothing if the model is installed or being downloaded.
    ///
    /// # Errors
    /// `UnknownModel` if the list has no such model.
    pub fn download(&self, id: &str) -> Result<(), StudioError> {
        let model = self.find(id).ok_or_else(|| StudioError::UnknownModel(id.to_owned()))?.clone();
        let target = self.target(&model);
        let cancel = CancellationToken::new();
        let mut state = self.state();
        let is_running = state.downloads.get(id).is_some_and(|(download, _)| download.is_running());
        if target.is_file() || is_running {
            return Ok(());
        }
        let received = partial_file(&target).metadata().map_or(0, |part| part.len());
        let download = Download { received, state: DownloadState::Running };
        state.downloads.insert(model.id.clone(), (download, cancel.clone()));
        let client = state.client.clone();
        drop(state);
        let speech = self.clone();
        tokio::spawn(async move {
            let on_step = |step| speech.progress(&model.id, &step);
            let download = async {
                // It fails on a computer without certificates.
                let client = client.map_or_else(|| Client::builder().build(), Ok);
                let client = client.map_err(|_| DownloadError::Network)?;
                download::download(&client, &model, &target, on_step).await
            };
            let ended = cancel.run_until_cancelled(download).await;
            let is_new = ended == Some(Ok(()));
            speech.ended(&model, ended);
            if is_new {
                speech.measure(&target).await;
            }
        });
        Ok(())
    }

    fn progress(&self, id: &str, step: &Step) {
        if let Some((download, _)) = self.state().downloads.get_mut(id) {
            match step {
                Step::Received(received) => download.received = *received,
                Step::Checking => download.state = DownloadState::Checking,
            }
        }
    }

    fn ended(&self, model: &Model, ended: Option<Result<(), DownloadError>>) {
        let mut state = self.state();
        match ended {
            // After a stop, the size of the partial file is the progress.
            Some(Ok(())) | None => drop(state.downloads.remove(&model.id)),
            Some(Err(error)) => {
                tracing::warn!(model = model.id, %error, "could not download a speech model");
                if let Some((download, _)) = state.downloads.get_mut(&model.id) {
                    download.state = DownloadState::Failed(error);
                }
            }
        }
    }

    /// Stops a download. The received bytes are kept.
    pub fn stop_download(&self, id: &str) {
        if let Some((_, cancel)) = self.state().downloads.get(id) {
            cancel.cancel();
        }
    }

    /// Deletes a model, or the received bytes of its download.
    ///
    /// # Errors
    /// `UnknownModel` if the list has no such model, `UndeletableModel` if a file cannot be deleted.
    pub fn delete(&self, id: &str) -> Result<(), StudioError> {
        let model = self.find(id).ok_or_else(|| StudioError::UnknownModel(id.to_owned()))?;
        let target = self.target(model);
        if let Some((_, cancel)) = self.state().downloads.remove(id) {
            cancel.cancel();
        }
        for file in [partial_file(&target), target] {
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StudioError::UndeletableModel { file: file.display().to_string(), source: error });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Measures the speed of a model if it is unknown.
    pub async fn measure(&self, model: &Path) {
        let Some(recogniser) = self.recogniser_with(Some(model)) else { return };
        {
            let mut state = self.state();
            // Each model is measured once in a run, also if that failed.
            if state.speeds.contains_key(model) || !state.measured.insert(model.to_owned()) {
                return;
            }
        }
        match speed::measure(recogniser.as_ref()).await {
            Ok(seconds) => {
                let speeds = {
                    let mut state = self.state();
                    state.speeds.insert(model.to_owned(), seconds);
                    state.speeds.clone()
                };
                speed::write(&self.0.folder, &speeds);
            }
            Err(error) => tracing::warn!(error, "could not measure the speed of a speech model"),
        }
    }

    fn find(&self, id: &str) -> Option<&Model> {
        self.0.models.iter().find(|model| model.id == id)
    }

    fn target(&self, model: &Model) -> PathBuf {
        self.0.folder.join(model.file_name())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks the first bytes of a file for the signature of a whisper.cpp model.
fn check(file: &Path) -> Result<(), StudioError> {
    let name = || file.display().to_string();
    let mut magic = [0; 4];
    match File::open(file).and_then(|mut file| file.read_exact(&mut magic)) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(StudioError::NotAModel(name())),
        Err(error) => Err(StudioError::UnreadableModel { file: name(), source: error }),
        Ok(()) if magic == MAGIC => Ok(()),
        Ok(()) => Err(StudioError::NotAModel(name())),
    }
}
