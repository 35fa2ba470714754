//! The projection of the embedded studio for the window.

use tallylight_studio::{
    Usage,
    speech::{Download, DownloadError, DownloadState, Engine, ModelState, Speech},
};
use tallylight_view::{
    ComputerView, DownloadState as StateView, DownloadView, OwnModelView, SpeechEngine, SpeechModelView, VideosView,
};

/// Returns the state of speech recognition and of the disk.
pub fn of(speech: &Speech, usage: Usage) -> ComputerView {
    let models = speech.models();
    let own_model = speech.chosen().filter(|chosen| models.iter().all(|model| model.file != chosen.file));
    ComputerView {
        engine: match speech.engine() {
            Engine::BuiltIn => SpeechEngine::BuiltIn,
            Engine::Program => SpeechEngine::Program,
            Engine::None => SpeechEngine::None,
        },
        models: models.into_iter().map(model).collect(),
        own_model: own_model.map(|chosen| OwnModelView {
            file: chosen.file.display().to_string(),
            is_here: chosen.is_here,
            seconds_for_ten: chosen.seconds_for_ten,
        }),
        free_bytes: speech.free_space(),
        videos: VideosView { bytes: usage.bytes, finished_bytes: usage.finished_bytes, finished: usage.finished },
    }
}

fn model(state: ModelState) -> SpeechModelView {
    SpeechModelView {
        id: state.model.id,
        size_bytes: state.model.size_bytes,
        languages: state.model.languages,
        is_here: state.is_here,
        download: state.download.map(download),
        seconds_for_ten: state.seconds_for_ten,
    }
}

fn download(download: Download) -> DownloadView {
    let state = match download.state {
        DownloadState::Running => StateView::Running,
        DownloadState::Checking => StateView::Checking,
        DownloadState::Stopped => StateView::Stopped,
        DownloadState::Failed(DownloadError::NoSpace) => StateView::NoSpace,
        DownloadState::Failed(DownloadError::Disk) => StateView::Disk,
        DownloadState::Failed(DownloadError::Network) => StateView::Network,
        DownloadState::Failed(DownloadError::Missing) => StateView::Missing,
        DownloadState::Failed(DownloadError::Damaged) => StateView::Damaged,
    };
    DownloadView { received_bytes: download.received, state }
}
