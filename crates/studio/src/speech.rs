//! Speech recognition: which engine hears with which model, and where models come from.
//!
//! Models are downloaded only when a person asks for it, into the folder `models` of the studio's data. An engine is chosen by what
//! is there: the one that the environment names, else the built-in one with the model that was chosen.

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
mod recogniser;
mod speed;
mod state;
#[cfg(feature = "whisper")]
mod whisper;

pub use catalogue::Model;
pub use child::recognise_if_asked;
pub use download::Trouble;
pub use recogniser::{Heard, Program, Recogniser};
pub use state::{Chosen, Download, DownloadState, Engine, ModelState};

use download::{Step, part_of};
use recogniser::BuiltIn;
use speed::Speeds;

/// The first four bytes of a model of whisper.cpp.
const MAGIC: [u8; 4] = *b"lmgg";

/// Why something that a person asked for could not be done.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// The list has no such model.
    #[error("Speech model {0:?} not found. Choose another model or a file.")]
    Unknown(String),
    /// The file holds something else.
    #[error("{0} isn't a whisper.cpp model. Choose a file such as ggml-base.bin.")]
    NotAModel(String),
    /// The file cannot be read.
    #[error("Couldn't read {0} ({1}). Choose another file.")]
    Unreadable(String, std::io::Error),
    /// The file cannot be deleted.
    #[error("Couldn't delete {0} ({1}).")]
    Undeletable(String, std::io::Error),
}

/// Speech recognition of one studio.
#[derive(Clone, Debug)]
pub struct Speech(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    models: Vec<Model>,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    client: Client,
    /// Stands before every other engine.
    given: Option<Arc<dyn Recogniser>>,
    /// A program instead of the built-in engine.
    program: Option<OsString>,
    model: Option<PathBuf>,
    downloads: BTreeMap<String, (Download, CancellationToken)>,
    speeds: Speeds,
    /// The models whose speed was, or is, to be measured in this run.
    measured: BTreeSet<PathBuf>,
}

impl Speech {
    /// Makes the speech recognition of a studio with its data in a folder. `TALLYLIGHT_WHISPER_MODEL` chooses a model,
    /// `TALLYLIGHT_WHISPER` a program to use instead of the built-in engine.
    pub fn new(data_dir: &Path) -> Self {
        let model = env::var_os("TALLYLIGHT_WHISPER_MODEL").map(PathBuf::from).filter(|model| model.exists());
        let named = env::var_os("TALLYLIGHT_WHISPER");
        let program = named.or_else(|| (model.is_some() && !child::is_built_in()).then(|| "whisper-cli".into()));
        Self::set_up(data_dir, catalogue::models(), Held { program, model, ..Held::default() })
    }

    /// Makes the speech recognition of a studio, with a list of models and a program of whoever calls it.
    pub fn with(data_dir: &Path, models: Vec<Model>, program: Option<OsString>) -> Self {
        Self::set_up(data_dir, models, Held { program, ..Held::default() })
    }

    fn set_up(data_dir: &Path, models: Vec<Model>, held: Held) -> Self {
        let folder = data_dir.join("models");
        let held = Held { speeds: speed::read(&folder), ..held };
        Self(Arc::new(Inner { folder, models, held: Mutex::new(held) }))
    }

    /// Uses another engine, whatever else is set up.
    pub fn use_recogniser(&self, recogniser: Arc<dyn Recogniser>) {
        self.held().given = Some(recogniser);
    }

    /// Downloads with this client from now on.
    pub fn set_client(&self, client: Client) {
        self.held().client = client;
    }

    /// Chooses a model: one of the list by its id, or a file by its path; or none. What the environment names goes before.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn choose(&self, choice: Option<&str>) -> Result<(), SpeechError> {
        if env::var_os("TALLYLIGHT_WHISPER_MODEL").is_some() {
            return Ok(());
        }
        let model = choice.map(|choice| self.file_of(choice));
        if let Some(Err(SpeechError::Unreadable(file, _))) = &model {
            // It may be on a disk that is not there now.
            self.held().model = Some(file.into());
        }
        self.held().model = model.transpose()?;
        Ok(())
    }

    /// Says what is wrong with a choice, before it is made.
    ///
    /// # Errors
    /// As [`Self::choose`].
    pub fn check(&self, choice: Option<&str>) -> Result<(), SpeechError> {
        choice.map_or(Ok(()), |choice| self.file_of(choice).map(drop))
    }

    fn file_of(&self, choice: &str) -> Result<PathBuf, SpeechError> {
        if let Some(model) = self.find(choice) {
            return Ok(self.target(model));
        }
        let file = PathBuf::from(choice);
        if !file.is_absolute() {
            return Err(SpeechError::Unknown(choice.to_owned()));
        }
        check(&file).map(|()| file)
    }

    /// Returns what recognises speech.
    pub fn engine(&self) -> Engine {
        let held = self.held();
        match (&held.given, &held.program) {
            (None, None) if !child::is_built_in() => Engine::None,
            (None, None) => Engine::BuiltIn,
            _ => Engine::Program,
        }
    }

    /// Returns the engine with its model; none where none is set up.
    pub fn recogniser(&self) -> Option<Arc<dyn Recogniser>> {
        let model = self.held().model.clone();
        self.recogniser_with(model.as_deref())
    }

    fn recogniser_with(&self, model: Option<&Path>) -> Option<Arc<dyn Recogniser>> {
        let held = self.held();
        if let Some(given) = &held.given {
            return Some(Arc::clone(given));
        }
        let model = model.filter(|model| model.is_file())?.to_owned();
        match &held.program {
            Some(program) => Some(Arc::new(Program { program: program.clone(), model })),
            None => child::is_built_in().then(|| Arc::new(BuiltIn { model }) as Arc<dyn Recogniser>),
        }
    }

    /// Returns the models of the list, with what of them is on this computer.
    pub fn models(&self) -> Vec<ModelState> {
        let (downloads, speeds) = {
            let held = self.held();
            (held.downloads.clone(), held.speeds.clone())
        };
        let state = |model: &Model| {
            let target = self.target(model);
            let part = part_of(&target).metadata().ok().map(|part| part.len());
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

    /// Returns the model that was chosen.
    pub fn chosen(&self) -> Option<Chosen> {
        let held = self.held();
        let file = held.model.clone()?;
        Some(Chosen { is_here: file.is_file(), seconds_for_ten: held.speeds.get(&file).copied(), file })
    }

    /// Returns how much space is left for models, in bytes; none where the system does not say.
    pub fn free_space(&self) -> Option<u64> {
        let folder = self.0.folder.ancestors().find(|folder| folder.exists())?;
        fs4::available_space(folder).ok()
    }

    /// Begins to download a model, or goes on with it. A model that is here is not downloaded again.
    ///
    /// # Errors
    /// Where the list has no such model.
    pub fn download(&self, id: &str) -> Result<(), SpeechError> {
        let model = self.find(id).ok_or_else(|| SpeechError::Unknown(id.to_owned()))?.clone();
        let target = self.target(&model);
        let cancel = CancellationToken::new();
        let mut held = self.held();
        let is_running = held.downloads.get(id).is_some_and(|(download, _)| download.is_running());
        if target.is_file() || is_running {
            return Ok(());
        }
        let received = part_of(&target).metadata().map_or(0, |part| part.len());
        let download = Download { received, state: DownloadState::Running };
        held.downloads.insert(model.id.clone(), (download, cancel.clone()));
        let client = held.client.clone();
        drop(held);
        let speech = self.clone();
        tokio::spawn(async move {
            let tell = |step| speech.progress(&model.id, &step);
            let download = download::download(&client, &model, &target, tell);
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
        if let Some((download, _)) = self.held().downloads.get_mut(id) {
            match step {
                Step::Received(received) => download.received = *received,
                Step::Checking => download.state = DownloadState::Checking,
            }
        }
    }

    fn ended(&self, model: &Model, ended: Option<Result<(), Trouble>>) {
        let mut held = self.held();
        match ended {
            // What has arrived shows how far it came.
            Some(Ok(())) | None => drop(held.downloads.remove(&model.id)),
            Some(Err(trouble)) => {
                tracing::warn!(model = model.id, ?trouble, "a speech model could not be downloaded");
                if let Some((download, _)) = held.downloads.get_mut(&model.id) {
                    download.state = DownloadState::Failed(trouble);
                }
            }
        }
    }

    /// Stops a download; what has arrived is kept.
    pub fn stop_download(&self, id: &str) {
        if let Some((_, cancel)) = self.held().downloads.get(id) {
            cancel.cancel();
        }
    }

    /// Deletes a model from this computer, or what has arrived of it.
    ///
    /// # Errors
    /// Where the list has no such model, or its file cannot be deleted.
    pub fn delete(&self, id: &str) -> Result<(), SpeechError> {
        let model = self.find(id).ok_or_else(|| SpeechError::Unknown(id.to_owned()))?;
        let target = self.target(model);
        if let Some((_, cancel)) = self.held().downloads.remove(id) {
            cancel.cancel();
        }
        for file in [part_of(&target), target] {
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(SpeechError::Undeletable(file.display().to_string(), error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Measures how fast a model is, where that is not known yet.
    pub async fn measure(&self, model: &Path) {
        let Some(recogniser) = self.recogniser_with(Some(model)) else { return };
        {
            let mut held = self.held();
            // One at a time of each, and none again that failed.
            if held.speeds.contains_key(model) || !held.measured.insert(model.to_owned()) {
                return;
            }
        }
        match speed::measure(recogniser.as_ref()).await {
            Ok(seconds) => {
                let speeds = {
                    let mut held = self.held();
                    held.speeds.insert(model.to_owned(), seconds);
                    held.speeds.clone()
                };
                speed::write(&self.0.folder, &speeds);
            }
            Err(error) => tracing::warn!(error, "the speed of a speech model could not be measured"),
        }
    }

    fn find(&self, id: &str) -> Option<&Model> {
        self.0.models.iter().find(|model| model.id == id)
    }

    fn target(&self, model: &Model) -> PathBuf {
        self.0.folder.join(model.file_name())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks at a file's first bytes: a model of whisper.cpp says so.
fn check(file: &Path) -> Result<(), SpeechError> {
    let name = || file.display().to_string();
    let mut magic = [0; 4];
    match File::open(file).and_then(|mut file| file.read_exact(&mut magic)) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(SpeechError::NotAModel(name())),
        Err(error) => Err(SpeechError::Unreadable(name(), error)),
        Ok(()) if magic == MAGIC => Ok(()),
        Ok(()) => Err(SpeechError::NotAModel(name())),
    }
}
