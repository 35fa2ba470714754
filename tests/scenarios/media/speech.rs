//! Speech recognition with a scripted engine, and downloads of models from a scripted server.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Response, StatusCode, header},
    routing::get,
};
use futures_util::{future::BoxFuture, stream};
use reqwest::Method;
use sha2::{Digest, Sha256};
use tallylight_studio::{
    StudioError,
    speech::{DownloadError, DownloadState, Model, Recogniser, Recognition, Speech},
};
use tallylight_tests::StudioHarness;
use tokio::{net::TcpListener, sync::Notify};

use super::{Media, codes};

/// A scripted speech recogniser.
#[derive(Debug, Default)]
struct ScriptedRecogniser {
    /// Its result; none if recognition fails.
    heard: Option<Recognition>,
    /// Whether it never returns.
    hangs: bool,
    /// Whether it panics.
    panics: bool,
    started: Notify,
    ended: Arc<AtomicBool>,
}

/// Sets a flag on drop, also when recognition is cancelled.
struct EndFlag(Arc<AtomicBool>);

impl Drop for EndFlag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Recogniser for ScriptedRecogniser {
    fn recognise<'a>(
        &'a self,
        audio: &'a Path,
        duration: f64,
        progress: &'a mut (dyn FnMut(f64) + Send),
    ) -> BoxFuture<'a, Result<Recognition, String>> {
        Box::pin(async move {
            let _end_flag = EndFlag(Arc::clone(&self.ended));
            assert!(audio.is_file() && duration > 0.0);
            progress(50.0);
            self.started.notify_one();
            assert!(!self.panics, "a scripted panic");
            if self.hangs {
                std::future::pending::<()>().await;
            }
            self.heard.clone().ok_or_else(|| "the model cannot be loaded".to_owned())
        })
    }
}

async fn media_with(engine: &Arc<ScriptedRecogniser>) -> Media {
    let engine = Arc::clone(engine);
    Media::of(StudioHarness::set_with(|config| config.speech.use_recogniser(engine)).await).await
}

#[tokio::test]
async fn failing_recogniser_is_a_warning_and_the_video_completes() {
    let media = media_with(&Arc::default()).await;
    let job = media.processed(&media.video()).await;
    assert_eq!((job["status"].as_str(), codes(&job)), (Some("COMPLETED"), vec!["no_transcription".to_owned()]));
    assert_eq!(job["processing_stages"]["TRANSCRIPTION"]["error_message"], "the model cannot be loaded");
}

#[tokio::test]
async fn recognition_without_speech_skips_the_stage() {
    let engine = Arc::new(ScriptedRecogniser { heard: Some(Recognition::default()), ..ScriptedRecogniser::default() });
    let media = media_with(&engine).await;
    let job = media.processed(&media.video()).await;
    assert_eq!((job["status"].as_str(), codes(&job).len()), (Some("COMPLETED"), 0));
    assert_eq!(job["processing_stages"]["TRANSCRIPTION"]["skipped"], true);
}

#[tokio::test]
async fn panic_in_the_pipeline_fails_only_its_video() {
    let engine = Arc::new(ScriptedRecogniser { panics: true, ..ScriptedRecogniser::default() });
    let media = media_with(&engine).await;
    let job = media.processed(&media.video()).await;
    assert_eq!((job["status"].as_str(), codes(&job)), (Some("FAILED"), vec!["studio_fault".to_owned()]));
    let silent = media.make("-f lavfi -i testsrc2=d=5:s=320x240 -c:v libx264 -preset ultrafast silent.mp4");
    assert_eq!(media.processed(&silent).await["status"], "COMPLETED");
}

#[tokio::test]
async fn recognition_ends_when_its_job_is_cancelled() {
    let engine = Arc::new(ScriptedRecogniser { hangs: true, ..ScriptedRecogniser::default() });
    let media = media_with(&engine).await;
    let (_, job_id) = media.api.upload(&media.video(), None).await;
    engine.started.notified().await;
    let answer = media.api.request(Method::POST, &format!("/api/v1/videos/jobs/{job_id}/cancel")).send().await;
    assert_eq!(answer.expect("an answer").status(), StatusCode::OK);
    assert!(engine.ended.load(Ordering::SeqCst));
}

/// A scripted server with one model file.
#[derive(Clone, Debug, Default)]
struct ModelServer {
    file: Arc<Vec<u8>>,
    /// The faults of the first requests, in order; further requests are answered correctly.
    faults: Arc<Mutex<Vec<Fault>>>,
    /// The `Range` header of each request.
    asked: Arc<Mutex<Vec<Option<String>>>>,
    /// Lets a response that is_second after its first half continue.
    resume: Arc<Notify>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Sends the first half, and breaks the connection after `resume`.
    Interrupted,
    /// Sends the first half, and the rest after `resume`.
    Paused,
    /// Ignores the range and sends everything.
    NoRanges,
    /// Status that the range cannot be satisfied.
    Unsatisfiable,
    /// Sends more bytes than the file has.
    TooMuch,
    /// Sends other bytes of the same size.
    Other,
    /// Status with a status.
    Status(StatusCode),
}

impl ModelServer {
    async fn start(faults: &[Fault]) -> (Self, Model) {
        let file: Vec<u8> = b"lmgg".iter().copied().chain((0..200_000u32).map(|n| (n * 7 % 251) as u8)).collect();
        let server = Self { file: Arc::new(file), faults: Arc::new(Mutex::new(faults.to_vec())), ..Self::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/model.bin", listener.local_addr().expect("an address"));
        let router = Router::new().route("/model.bin", get(serve)).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let digest = Sha256::digest(server.file.as_slice());
        let model = Model {
            id: "base".to_owned(),
            url: url.parse().expect("an address"),
            size_bytes: server.file.len() as u64,
            sha256: hexadecimal(&digest),
            languages: 99,
        };
        (server, model)
    }

    fn ranges(&self) -> Vec<Option<String>> {
        self.asked.lock().expect("a list").clone()
    }
}

async fn serve(State(server): State<ModelServer>, headers: HeaderMap) -> Response<Body> {
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).map(str::to_owned);
    server.asked.lock().expect("a list").push(range.clone());
    let fault = {
        let mut faults = server.faults.lock().expect("a list");
        (!faults.is_empty()).then(|| faults.remove(0))
    };
    let from = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let (all, half) = (server.file.to_vec(), server.file.len() / 2);
    let ok = |body: Body| Response::builder().body(body).expect("an answer");
    match fault {
        Some(Fault::Interrupted) => ok(halves(&server, Err(std::io::Error::other("connection broken")))),
        Some(Fault::Paused) => ok(halves(&server, Ok(all[half..].to_vec()))),
        Some(Fault::NoRanges) => ok(all.into()),
        Some(Fault::TooMuch) => ok([all.clone(), all].concat().into()),
        Some(Fault::Other) => ok(vec![1; all.len()].into()),
        Some(Fault::Unsatisfiable) => status(StatusCode::RANGE_NOT_SATISFIABLE),
        Some(Fault::Status(code)) => status(code),
        None => match from {
            Some(from) => {
                let range = format!("bytes {from}-{}/{}", all.len() - 1, all.len());
                let answer = Response::builder().status(StatusCode::PARTIAL_CONTENT).header("content-range", range);
                answer.body(all[from..].to_vec().into()).expect("an answer")
            }
            None => ok(all.into()),
        },
    }
}

/// Sends the first half of the file, and `second` after `resume`.
fn halves(server: &ModelServer, second: Result<Vec<u8>, std::io::Error>) -> Body {
    let first = server.file[..server.file.len() / 2].to_vec();
    let parts = [Ok(first), second].into_iter();
    let resume = Arc::clone(&server.resume);
    Body::from_stream(stream::unfold((parts, false), move |(mut parts, is_second)| {
        let resume = Arc::clone(&resume);
        async move {
            let part = parts.next()?;
            if is_second {
                resume.notified().await;
            }
            Some((part, (parts, true)))
        }
    }))
}

fn status(status: StatusCode) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).expect("an answer")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Speech recognition with one model in its list, and its data folder.
struct Downloads {
    speech: Speech,
    folder: tempfile::TempDir,
}

impl Downloads {
    fn of(model: &Model) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // The program exists and is never run, because only downloads are tested.
        Self { speech: Speech::with(folder.path(), vec![model.clone()], Some("true".into())), folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("models/ggml-base.bin")
    }

    fn part(&self) -> PathBuf {
        self.file().with_extension("part")
    }

    /// Starts the download and is_second for its first half. Returns the size of the half in bytes.
    async fn start_first_half(&self, server: &ModelServer) -> u64 {
        self.speech.download("base").expect("a model of the list");
        let half = server.file.len() as u64 / 2;
        self.wait(|speech| speech.models()[0].download.filter(|download| download.received == half)).await;
        half
    }

    /// Downloads the model and is_second for the end. Returns the error that ended the download.
    async fn ended(&self) -> Option<DownloadError> {
        self.speech.download("base").expect("a model of the list");
        self.wait(|speech| {
            let state = &speech.models()[0];
            match state.download.map(|download| download.state) {
                Some(DownloadState::Failed(trouble)) => Some(Some(trouble)),
                None if state.is_here => Some(None),
                _ => None,
            }
        })
        .await
    }

    async fn wait<T>(&self, found: impl Fn(&Speech) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(&self.speech) {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test]
async fn model_is_downloaded_verified_and_chosen() {
    let (server, model) = ModelServer::start(&[]).await;
    let downloads = Downloads::of(&model);
    assert!(downloads.speech.recogniser().is_none());
    assert_eq!(downloads.ended().await, None);
    assert_eq!(std::fs::read(downloads.file()).expect("a file"), *server.file);
    assert!(!downloads.part().exists());
    downloads.speech.choose(Some("base")).expect("an installed model");
    assert!(downloads.speech.recogniser().is_some());
    // An installed model is not requested again.
    downloads.speech.download("base").expect("a model of the list");
    assert_eq!(server.ranges().len(), 1);
    downloads.speech.delete("base").expect("deleted");
    assert!(downloads.speech.recogniser().is_none() && !downloads.file().exists());
}

#[tokio::test]
async fn interrupted_download_continues_at_its_offset() {
    let (server, model) = ModelServer::start(&[Fault::Interrupted]).await;
    let downloads = Downloads::of(&model);
    let half = downloads.start_first_half(&server).await;
    server.resume.notify_one();
    assert_eq!(downloads.ended().await, None);
    assert_eq!(std::fs::read(downloads.file()).expect("a file"), *server.file);
    assert_eq!(server.ranges(), [None, Some(format!("bytes={half}-"))]);
}

#[tokio::test]
async fn stopped_download_continues_in_the_next_run() {
    let (server, model) = ModelServer::start(&[Fault::Paused]).await;
    let downloads = Downloads::of(&model);
    let half = downloads.start_first_half(&server).await;
    downloads.speech.stop_download("base");
    let stopped =
        |speech: &Speech| speech.models()[0].download.filter(|download| download.state == DownloadState::Stopped);
    assert_eq!(downloads.wait(stopped).await.received, half);
    let again = Speech::with(downloads.folder.path(), vec![model], None);
    assert_eq!(
        again.models()[0].download.map(|download| download.received),
        Some(half),
        "the progress is read from the partial file"
    );
    let later = Downloads { speech: again, ..downloads };
    assert_eq!(later.ended().await, None);
    assert_eq!(std::fs::read(later.file()).expect("a file"), *server.file);
    assert_eq!(server.ranges()[1], Some(format!("bytes={half}-")));
}

#[tokio::test]
async fn download_restarts_if_the_server_rejects_ranges() {
    for fault in [Fault::NoRanges, Fault::Unsatisfiable] {
        let (server, model) = ModelServer::start(&[Fault::Interrupted, fault]).await;
        let downloads = Downloads::of(&model);
        downloads.start_first_half(&server).await;
        server.resume.notify_one();
        assert_eq!(downloads.ended().await, None, "{fault:?}");
        assert_eq!(std::fs::read(downloads.file()).expect("a file"), *server.file, "{fault:?}");
    }
}

#[tokio::test]
async fn damaged_download_is_never_installed() {
    for fault in [Fault::Other, Fault::TooMuch] {
        let (_server, model) = ModelServer::start(&[fault]).await;
        let downloads = Downloads::of(&model);
        assert_eq!(downloads.ended().await, Some(DownloadError::Damaged), "{fault:?}");
        assert!(!downloads.file().exists() && !downloads.part().exists(), "{fault:?}");
        assert_eq!(downloads.ended().await, None, "the next attempt succeeds, {fault:?}");
    }
}

#[tokio::test]
async fn failed_download_reports_its_reason() {
    let (_server, model) = ModelServer::start(&[Fault::Status(StatusCode::NOT_FOUND)]).await;
    assert_eq!(Downloads::of(&model).ended().await, Some(DownloadError::Missing));
    let huge = Model { size_bytes: 1 << 60, ..model.clone() };
    assert_eq!(Downloads::of(&huge).ended().await, Some(DownloadError::NoSpace));
    let blocked = Downloads::of(&model);
    std::fs::write(blocked.folder.path().join("models"), "a file where the folder should be").expect("a file");
    assert_eq!(blocked.ended().await, Some(DownloadError::Disk));
    assert!(matches!(blocked.speech.download("huge"), Err(StudioError::UnknownModel(_))));
}

#[tokio::test]
async fn custom_model_file_is_checked_before_it_is_chosen() {
    let folder = tempfile::tempdir().expect("a folder");
    let speech = Speech::with(folder.path(), Vec::new(), Some("true".into()));
    let file = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).expect("a file");
        file.display().to_string()
    };
    speech.choose(Some(&file("own.bin", b"lmgg and more"))).expect("a file with the signature of a model");
    assert!(speech.recogniser().is_some());
    let refused = |choice: &str| speech.choose(Some(choice)).expect_err(choice);
    for other in [file("text.bin", b"hello"), file("empty.bin", b"")] {
        assert!(matches!(refused(&other), StudioError::NotAModel(_)), "{other}");
    }
    assert!(matches!(refused("medium"), StudioError::UnknownModel(_)));
    // The previous choice stays.
    assert!(speech.recogniser().is_some());
    // A missing file stays chosen, because its disk may be connected later.
    assert!(matches!(
        refused(&folder.path().join("nowhere.bin").display().to_string()),
        StudioError::UnreadableModel { .. }
    ));
    assert_eq!(speech.chosen().map(|chosen| chosen.is_here), Some(false));
    assert!(speech.recogniser().is_none());
    speech.choose(None).expect("none");
    assert!(speech.recogniser().is_none());
}
