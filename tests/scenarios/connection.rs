//! The connection: what a server or a network does must not fool it.

use axum::http::StatusCode;
use serde_json::json;
use tallylight_client::{Config, Handle, Identity, Keychain, start};
use tallylight_core::{
    Code, JobId,
    discovery::parse_address,
    job::Status,
    view::{ConnectionState, Event, SessionState},
};
use tallylight_tests::{Recorder, ScriptedBackend, Stage, Video};

struct Scene {
    backend: ScriptedBackend,
    client: Handle,
    recorder: Recorder,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn set(prepare: impl FnOnce(&ScriptedBackend)) -> Self {
        let backend = ScriptedBackend::start().await;
        prepare(&backend);
        let folder = tempfile::tempdir().expect("a folder");
        let (client, recorder) = begin(&backend, &folder).await;
        Self { backend, client, recorder, folder }
    }

    /// Waits until a look at the scene finds what it looks for.
    async fn until(&self, what: &str, mut look: impl FnMut(&Self) -> bool) {
        for _ in 0..1500 {
            if look(self) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{what} did not come about: {:#?}", self.recorder.seen());
    }

    fn states(&self) -> Vec<ConnectionState> {
        let state = |event: &Event| if let Event::Connection(view) = event { Some(view.state) } else { None };
        self.recorder.seen().events.iter().filter_map(state).collect()
    }

    async fn job(&self, job_id: &str) -> Option<tallylight_core::view::JobView> {
        self.client.job(JobId::new(job_id)).await.ok()
    }
}

async fn begin(backend: &ScriptedBackend, folder: &tempfile::TempDir) -> (Handle, Recorder) {
    let recorder = Recorder::default();
    let config = Config { data_dir: folder.path().to_owned(), keychain: Keychain::Memory };
    let client = start(config, recorder.clone());
    client.connect(parse_address(&backend.address).expect("an address"), Identity::Address).await.expect("discovery");
    client.sign_in("me@acme.tv".to_owned(), "password".into()).await.expect("signed in");
    (client, recorder)
}

fn update(job_id: &str, status: &str, time: &str) -> String {
    let data = json!({ "status": status, "progress_percent": 50 });
    json!({ "type": "JOB_UPDATE", "job_id": job_id, "data": data, "timestamp": time }).to_string()
}

#[tokio::test]
async fn garbage_is_counted_and_the_next_message_is_processed() {
    let scene = Scene::set(|_| {}).await;
    scene.until("live", |scene| scene.states().contains(&ConnectionState::Live)).await;
    for garbage in ["not json", "{}", "[1,2]", r#"{"type":"SURPRISE","job_id":"7","data":{}}"#] {
        scene.backend.say(garbage);
    }
    scene.backend.say_bytes(vec![0xff, 0xfe, 0x00]);
    scene.backend.say_bytes(update("7", "PROCESSING", "2026-01-01T00:00:00Z").into_bytes());
    scene.until("the job", |scene| scene.recorder.seen().tray.is_some_and(|tray| tray.counts.processing == 1)).await;
    let rejected = scene.recorder.seen().events.iter().filter(|event| matches!(event, Event::Rejected(_))).count();
    assert_eq!(rejected, 5);
    assert_eq!(scene.client.status().await.expect("status").connection.state, ConnectionState::Live);
}

#[tokio::test]
async fn heartbeats_are_answered_and_unfinished_jobs_subscribed() {
    let jobs = json!([{ "id": 7, "status": "PROCESSING" }, { "id": 8, "status": "COMPLETED" }]);
    let scene = Scene::set(|backend| backend.set_jobs(jobs)).await;
    scene
        .until("the subscription", |scene| scene.backend.heard().iter().any(|said| said["action"] == "subscribe"))
        .await;
    scene.backend.say(r#"{"type":"HEARTBEAT"}"#);
    scene.backend.say(r#"{"type":"ping"}"#);
    let said =
        |action: &'static str| move |scene: &Scene| scene.backend.heard().iter().any(|said| said["action"] == action);
    scene.until("the heartbeat's answer", said("heartbeat")).await;
    scene.until("the ping's answer", said("pong")).await;
    let subscribed: Vec<_> = scene
        .backend
        .heard()
        .iter()
        .filter(|said| said["action"] == "subscribe")
        .map(|said| said["job_ids"].clone())
        .collect();
    assert_eq!(subscribed, [json!(["7"])], "what has ended is not subscribed, and nothing twice");
}

#[tokio::test]
async fn a_closed_socket_comes_back_and_what_was_missed_is_fetched_and_told_once() {
    let running = json!([{ "id": "7", "status": "PROCESSING", "updated_at": "2026-01-01T00:00:00Z" }]);
    let scene = Scene::set(|backend| backend.set_jobs(running)).await;
    scene.until("live", |scene| scene.states().last() == Some(&ConnectionState::Live)).await;
    scene.backend.set_jobs(json!([{ "id": "7", "status": "COMPLETED", "updated_at": "2026-01-01T00:01:00Z" }]));
    scene.backend.close(1000);
    scene.until("the reconnect", |scene| scene.backend.connects() == 2).await;
    scene.until("the notification", |scene| scene.recorder.seen().notices.len() == 1).await;
    assert!(scene.states().contains(&ConnectionState::Backoff), "never live while it is not");
    // The same word again, late, and by the socket.
    scene.backend.say(update("7", "COMPLETED", "2026-01-01T00:01:00Z"));
    scene.backend.say(r#"{"type":"HEARTBEAT"}"#);
    scene.until("the heartbeat", |scene| scene.backend.heard().iter().any(|said| said["action"] == "heartbeat")).await;
    assert_eq!(scene.recorder.seen().notices.len(), 1);
}

#[tokio::test]
async fn an_end_that_was_told_is_not_told_again_after_a_restart() {
    let running = json!([{ "id": "7", "status": "PROCESSING", "updated_at": "2026-01-01T00:00:00Z" }]);
    let mut scene = Scene::set(|backend| backend.set_jobs(running)).await;
    scene.until("live", |scene| scene.states().last() == Some(&ConnectionState::Live)).await;
    scene.backend.say(update("7", "FAILED", "2026-01-01T00:01:00Z"));
    scene.until("the notification", |scene| scene.recorder.seen().notices.len() == 1).await;
    scene.client.shutdown().await;
    scene.backend.set_jobs(json!([{ "id": "7", "status": "FAILED", "updated_at": "2026-01-01T00:02:00Z" }]));
    (scene.client, scene.recorder) = begin(&scene.backend, &scene.folder).await;
    scene.client.synced().await.expect("the list");
    assert_eq!(scene.job("7").await.map(|job| job.status), Some(Status::Failed));
    assert!(scene.recorder.seen().notices.is_empty());
}

#[tokio::test]
async fn jobs_that_had_ended_at_the_first_look_notify_nobody() {
    let jobs = json!([{ "id": 1, "status": "COMPLETED" }, { "id": 2, "status": "FAILED", "error_message": "x" }]);
    let scene = Scene::set(|backend| backend.set_jobs(jobs)).await;
    scene.client.synced().await.expect("the list");
    assert!(scene.recorder.seen().notices.is_empty());
    assert_eq!(scene.client.jobs().await.expect("jobs").len(), 2);
}

#[tokio::test]
async fn a_backend_without_a_socket_is_polled() {
    let jobs = json!([{ "id": 1, "status": "PROCESSING" }]);
    let scene = Scene::set(|backend| {
        backend.set_jobs(jobs);
        backend.set_socket(StatusCode::NOT_FOUND);
    })
    .await;
    scene.until("polling", |scene| scene.states().last() == Some(&ConnectionState::Polling)).await;
    let connection = scene.client.status().await.expect("status").connection;
    assert_eq!(connection.reason.map(|reason| reason.code), Some(Code::NoSocket));
    assert!(scene.job("1").await.is_some());
}

#[tokio::test]
async fn a_refused_token_is_refreshed_once_and_rest_decides() {
    let scene = Scene::set(|backend| backend.set_socket(StatusCode::UNAUTHORIZED)).await;
    scene.until("polling", |scene| scene.states().last() == Some(&ConnectionState::Polling)).await;
    assert_eq!((scene.backend.connects(), scene.backend.refreshes()), (2, 1));
    assert!(scene.client.status().await.expect("status").session.state != SessionState::SignedOut);
}

#[tokio::test]
async fn a_token_that_is_refused_everywhere_signs_out_and_says_why() {
    let scene = Scene::set(|backend| {
        backend.set_socket(StatusCode::FORBIDDEN);
        backend.set_rest(StatusCode::UNAUTHORIZED);
    })
    .await;
    scene.until("signed out", |scene| scene.states().last() == Some(&ConnectionState::SignedOut)).await;
    let session = scene.client.status().await.expect("status").session;
    assert_eq!(
        (session.state, session.reason.map(|reason| reason.code)),
        (SessionState::SignedOut, Some(Code::SessionExpired))
    );
}

#[tokio::test]
async fn a_server_in_trouble_never_signs_out() {
    let scene = Scene::set(|backend| backend.set_rest(StatusCode::INTERNAL_SERVER_ERROR)).await;
    let error = scene.client.synced().await.expect_err("500");
    assert_eq!(error.code, Code::ServerError);
    assert!(scene.client.status().await.expect("status").session.state != SessionState::SignedOut);
}

#[tokio::test]
async fn a_replaced_connection_stops_until_the_person_asks() {
    let scene = Scene::set(|_| {}).await;
    scene.until("live", |scene| scene.states().last() == Some(&ConnectionState::Live)).await;
    scene.backend.close(4409);
    scene.until("stopped", |scene| scene.states().last() == Some(&ConnectionState::Stopped)).await;
    assert_eq!(scene.backend.connects(), 1);
    scene.client.reconnect().await.expect("asked");
    scene.until("live again", |scene| scene.states().last() == Some(&ConnectionState::Live)).await;
}

#[tokio::test]
async fn a_job_that_the_server_no_longer_has_disappears() {
    let scene = Scene::set(|backend| backend.set_jobs(json!([{ "id": "7", "status": "COMPLETED" }]))).await;
    scene.client.synced().await.expect("the list");
    scene.backend.set_jobs(json!([]));
    scene.client.refresh().await.expect("asked");
    let gone = |event: &Event| matches!(event, Event::Jobs { removed, .. } if removed == &[JobId::new("7")]);
    scene.until("its removal", |scene| scene.recorder.seen().events.iter().any(gone)).await;
    assert!(scene.job("7").await.is_none());
}

#[tokio::test]
async fn a_studio_that_is_cut_off_in_the_middle_goes_on_and_so_does_the_client() {
    let mut stage = Stage::live().await;
    let video = Video::Complete.make(stage.videos(), "walk.mp4");
    stage.client.upload(video).await.expect("taken");
    let begun =
        |seen: &tallylight_tests::Seen| seen.versions("walk.mp4").iter().any(|job| job.status == Status::Processing);
    stage.until("the work", begun).await;
    stage.stop_studio().await;
    stage.restart_studio().await;
    let job = stage.ended("walk.mp4").await;
    assert_eq!((job.status, job.thumbnails.len()), (Status::Completed, 5));
    stage.until("the notification", |seen| !seen.notices.is_empty()).await;
    assert_eq!(stage.recorder.seen().notices.len(), 1);
}
