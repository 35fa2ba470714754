//! Speech recognition: engines behind one interface, and models that are downloaded from a server of the test's own.

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
use tallylight_studio::speech::{DownloadState, Heard, Model, Recogniser, Speech, SpeechError, Trouble};
use tallylight_tests::StudioHarness;
use tokio::{net::TcpListener, sync::Notify};

use super::{Media, codes};

/// Stands in for whisper.cpp where no model can be had.
#[derive(Debug, Default)]
struct StandIn {
    /// What it hears; none where it breaks down.
    heard: Option<Heard>,
    /// Whether it works for ever.
    hangs: bool,
    /// Whether it has a fault of its own.
    panics: bool,
    began: Notify,
    ended: Arc<AtomicBool>,
}

/// Tells that the work on a sound has ended, also where it was given up.
struct RunOutcome(Arc<AtomicBool>);

impl Drop for RunOutcome {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Recogniser for StandIn {
    fn recognise<'a>(
        &'a self,
        audio: &'a Path,
        duration: f64,
        progress: &'a mut (dyn FnMut(f64) + Send),
    ) -> BoxFuture<'a, Result<Heard, String>> {
        Box::pin(async move {
            let _ending = RunOutcome(Arc::clone(&self.ended));
            assert!(audio.is_file() && duration > 0.0);
            progress(50.0);
            self.began.notify_one();
            assert!(!self.panics, "as it is told");
            if self.hangs {
                std::future::pending::<()>().await;
            }
            self.heard.clone().ok_or_else(|| "the model cannot be loaded".to_owned())
        })
    }
}

async fn media_with(engine: &Arc<StandIn>) -> Media {
    let engine = Arc::clone(engine);
    Media::of(StudioHarness::set_with(|config| config.speech.use_recogniser(engine)).await).await
}

#[tokio::test]
async fn an_engine_that_breaks_down_is_a_warning_and_the_video_is_ready() {
    let media = media_with(&Arc::default()).await;
    let job = media.processed(&media.video()).await;
    assert_eq!((job["status"].as_str(), codes(&job)), (Some("COMPLETED"), vec!["no_transcription".to_owned()]));
    assert_eq!(job["processing_stages"]["TRANSCRIPTION"]["error_message"], "the model cannot be loaded");
}

#[tokio::test]
async fn an_engine_that_hears_nobody_leaves_the_stage_skipped() {
    let engine = Arc::new(StandIn { heard: Some(Heard::default()), ..StandIn::default() });
    let media = media_with(&engine).await;
    let job = media.processed(&media.video()).await;
    assert_eq!((job["status"].as_str(), codes(&job).len()), (Some("COMPLETED"), 0));
    assert_eq!(job["processing_stages"]["TRANSCRIPTION"]["skipped"], true);
}

#[tokio::test]
async fn a_fault_of_the_studio_itself_fails_the_video_and_no_other() {
    let engine = Arc::new(StandIn { panics: true, ..StandIn::default() });
    let media = media_with(&engine).await;
    let job = media.processed(&media.video()).await;
    assert_eq!((job["status"].as_str(), codes(&job)), (Some("FAILED"), vec!["studio_fault".to_owned()]));
    let silent = media.make("-f lavfi -i testsrc2=d=5:s=320x240 -c:v libx264 -preset ultrafast silent.mp4");
    assert_eq!(media.processed(&silent).await["status"], "COMPLETED");
}

#[tokio::test]
async fn recognition_ends_when_its_job_is_cancelled() {
    let engine = Arc::new(StandIn { hangs: true, ..StandIn::default() });
    let media = media_with(&engine).await;
    let (_, job_id) = media.api.upload(&media.video(), None).await;
    engine.began.notified().await;
    let answer = media.api.request(Method::POST, &format!("/api/v1/videos/jobs/{job_id}/cancel")).send().await;
    assert_eq!(answer.expect("an answer").status(), StatusCode::OK);
    assert!(engine.ended.load(Ordering::SeqCst));
}

/// What a server of models does.
#[derive(Clone, Debug, Default)]
struct Server {
    file: Arc<Vec<u8>>,
    /// How each request is answered, the first first; then as a good server does.
    faults: Arc<Mutex<Vec<Fault>>>,
    /// The `Range` of each request.
    asked: Arc<Mutex<Vec<Option<String>>>>,
    /// Lets a body that waits after its first half go on.
    goes_on: Arc<Notify>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Sends the first half, and breaks off when it may.
    BreaksOff,
    /// Sends the first half, and the rest when it may.
    Waits,
    /// Knows no ranges: sends everything.
    NoRanges,
    /// Says that the range is beyond the end.
    Unsatisfiable,
    /// Sends more than there is.
    TooMuch,
    /// Sends something else of the same size.
    Other,
    /// Answers with an error.
    Answers(StatusCode),
}

impl Server {
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

async fn serve(State(server): State<Server>, headers: HeaderMap) -> Response<Body> {
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
        Some(Fault::BreaksOff) => ok(halves(&server, Err(std::io::Error::other("broken off")))),
        Some(Fault::Waits) => ok(halves(&server, Ok(all[half..].to_vec()))),
        Some(Fault::NoRanges) => ok(all.into()),
        Some(Fault::TooMuch) => ok([all.clone(), all].concat().into()),
        Some(Fault::Other) => ok(vec![1; all.len()].into()),
        Some(Fault::Unsatisfiable) => status(StatusCode::RANGE_NOT_SATISFIABLE),
        Some(Fault::Answers(code)) => status(code),
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

/// Sends the first half of the file, and something else when it may.
fn halves(server: &Server, second: Result<Vec<u8>, std::io::Error>) -> Body {
    let first = server.file[..server.file.len() / 2].to_vec();
    let parts = [Ok(first), second].into_iter();
    let goes_on = Arc::clone(&server.goes_on);
    Body::from_stream(stream::unfold((parts, false), move |(mut parts, waits)| {
        let goes_on = Arc::clone(&goes_on);
        async move {
            let part = parts.next()?;
            if waits {
                goes_on.notified().await;
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

/// Speech recognition with one model on its list, and the folder that it is kept in.
struct Downloads {
    speech: Speech,
    folder: tempfile::TempDir,
}

impl Downloads {
    fn of(model: &Model) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // A program that is there and never asked: what matters is the download.
        Self { speech: Speech::with(folder.path(), vec![model.clone()], Some("true".into())), folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("models/ggml-base.bin")
    }

    fn part(&self) -> PathBuf {
        self.file().with_extension("part")
    }

    /// Begins to download, and returns when the first half has arrived.
    async fn begun(&self, server: &Server) -> u64 {
        self.speech.download("base").expect("a model of the list");
        let half = server.file.len() as u64 / 2;
        self.wait(|speech| speech.models()[0].download.filter(|download| download.received == half)).await;
        half
    }

    /// Downloads, until it has ended; returns the trouble that ended it.
    async fn ended(&self) -> Option<Trouble> {
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
async fn a_model_is_downloaded_whole_checked_and_chosen() {
    let (server, model) = Server::start(&[]).await;
    let downloads = Downloads::of(&model);
    assert!(downloads.speech.recogniser().is_none());
    assert_eq!(downloads.ended().await, None);
    assert_eq!(std::fs::read(downloads.file()).expect("a file"), *server.file);
    assert!(!downloads.part().exists());
    downloads.speech.choose(Some("base")).expect("it is here");
    assert!(downloads.speech.recogniser().is_some());
    // It is here, and is not asked for again.
    downloads.speech.download("base").expect("a model of the list");
    assert_eq!(server.ranges().len(), 1);
    downloads.speech.delete("base").expect("deleted");
    assert!(downloads.speech.recogniser().is_none() && !downloads.file().exists());
}

#[tokio::test]
async fn a_download_that_breaks_off_goes_on_where_it_was() {
    let (server, model) = Server::start(&[Fault::BreaksOff]).await;
    let downloads = Downloads::of(&model);
    let half = downloads.begun(&server).await;
    server.goes_on.notify_one();
    assert_eq!(downloads.ended().await, None);
    assert_eq!(std::fs::read(downloads.file()).expect("a file"), *server.file);
    assert_eq!(server.ranges(), [None, Some(format!("bytes={half}-"))]);
}

#[tokio::test]
async fn a_download_that_was_stopped_goes_on_in_another_run_of_the_program() {
    let (server, model) = Server::start(&[Fault::Waits]).await;
    let downloads = Downloads::of(&model);
    let half = downloads.begun(&server).await;
    downloads.speech.stop_download("base");
    let stopped =
        |speech: &Speech| speech.models()[0].download.filter(|download| download.state == DownloadState::Stopped);
    assert_eq!(downloads.wait(stopped).await.received, half);
    let again = Speech::with(downloads.folder.path(), vec![model], None);
    assert_eq!(again.models()[0].download.map(|download| download.received), Some(half), "told by the disk");
    let later = Downloads { speech: again, ..downloads };
    assert_eq!(later.ended().await, None);
    assert_eq!(std::fs::read(later.file()).expect("a file"), *server.file);
    assert_eq!(server.ranges()[1], Some(format!("bytes={half}-")));
}

#[tokio::test]
async fn servers_that_know_no_ranges_or_refuse_them_send_everything_anew() {
    for fault in [Fault::NoRanges, Fault::Unsatisfiable] {
        let (server, model) = Server::start(&[Fault::BreaksOff, fault]).await;
        let downloads = Downloads::of(&model);
        downloads.begun(&server).await;
        server.goes_on.notify_one();
        assert_eq!(downloads.ended().await, None, "{fault:?}");
        assert_eq!(std::fs::read(downloads.file()).expect("a file"), *server.file, "{fault:?}");
    }
}

#[tokio::test]
async fn what_is_not_the_model_never_takes_its_place() {
    for fault in [Fault::Other, Fault::TooMuch] {
        let (_server, model) = Server::start(&[fault]).await;
        let downloads = Downloads::of(&model);
        assert_eq!(downloads.ended().await, Some(Trouble::Damaged), "{fault:?}");
        assert!(!downloads.file().exists() && !downloads.part().exists(), "{fault:?}");
        assert_eq!(downloads.ended().await, None, "another try, {fault:?}");
    }
}

#[tokio::test]
async fn a_download_that_cannot_be_says_why() {
    let (_server, model) = Server::start(&[Fault::Answers(StatusCode::NOT_FOUND)]).await;
    assert_eq!(Downloads::of(&model).ended().await, Some(Trouble::Missing));
    let huge = Model { size_bytes: 1 << 60, ..model.clone() };
    assert_eq!(Downloads::of(&huge).ended().await, Some(Trouble::NoSpace));
    let blocked = Downloads::of(&model);
    std::fs::write(blocked.folder.path().join("models"), "a file where the folder should be").expect("a file");
    assert_eq!(blocked.ended().await, Some(Trouble::Disk));
    assert!(matches!(blocked.speech.download("huge"), Err(SpeechError::Unknown(_))));
}

#[tokio::test]
async fn a_file_of_ones_own_is_looked_at_before_it_is_chosen() {
    let folder = tempfile::tempdir().expect("a folder");
    let speech = Speech::with(folder.path(), Vec::new(), Some("true".into()));
    let file = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).expect("a file");
        file.display().to_string()
    };
    speech.choose(Some(&file("own.bin", b"lmgg and more"))).expect("it begins as a model does");
    assert!(speech.recogniser().is_some());
    let refused = |choice: &str| speech.choose(Some(choice)).expect_err(choice);
    for other in [file("text.bin", b"hello"), file("empty.bin", b"")] {
        assert!(matches!(refused(&other), SpeechError::NotAModel(_)), "{other}");
    }
    assert!(matches!(refused("medium"), SpeechError::Unknown(_)));
    // What was chosen before holds on.
    assert!(speech.recogniser().is_some());
    // A file that is not there may come back with its disk.
    assert!(matches!(refused("/nowhere.bin"), SpeechError::Unreadable(..)));
    assert_eq!(speech.chosen().map(|chosen| chosen.is_here), Some(false));
    assert!(speech.recogniser().is_none());
    speech.choose(None).expect("none");
    assert!(speech.recogniser().is_none());
}
