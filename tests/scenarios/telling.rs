//! What a person is told, when, and what happens by itself at the end of a job.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tallylight_client::Pause;
use tallylight_core::{
    Code, JobId,
    cache::Outcome,
    settings::{Automation, Notifications, QuietHours, Settings},
    view::NoticeKind,
};
use tallylight_tests::{Scene, Stage, Video, running, update};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

fn warning(job_id: &str, time: &str) -> String {
    let data = json!({ "error_code": "no_audio", "error_message": "no sound", "recoverable": true });
    json!({ "type": "ERROR", "job_id": job_id, "data": data, "timestamp": time }).to_string()
}

async fn titles(scene: &Scene) -> Vec<String> {
    scene.settle().await;
    scene.told().await;
    scene.recorder.seen().notices.iter().map(|notice| notice.title.clone()).collect()
}

#[tokio::test]
async fn a_warning_is_told_once_with_its_reason_and_is_in_the_history_unread() {
    let scene = Scene::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    scene.backend.say(warning("1", "2026-01-01T00:00:01Z"));
    scene.backend.say(warning("1", "2026-01-01T00:00:02Z"));
    assert_eq!(titles(&scene).await, ["Video 1 needs a look"]);
    let notice = scene.recorder.seen().notices[0].clone();
    assert_eq!((notice.kind, notice.body.as_str()), (NoticeKind::Warning, "no sound"));
    let history = scene.client.history().await.expect("history");
    assert_eq!((history.len(), history[0].kind, history[0].read), (1, NoticeKind::Warning, false));
    assert_eq!(scene.client.status().await.expect("status").news.unread, 1);
    scene.client.mark_read(Some(JobId::new("1"))).await.expect("seen");
    assert_eq!(scene.client.status().await.expect("status").news.unread, 0);
    assert!(scene.client.history().await.expect("history")[0].read);
}

#[tokio::test]
async fn nothing_is_told_while_paused_and_everything_as_one_afterwards() {
    let jobs = ["1", "2", "3"].map(running);
    let scene = Scene::live(|backend| backend.set_jobs(json!(jobs))).await;
    scene.client.pause(Pause::Hour).await.expect("paused");
    for job in ["1", "2"] {
        scene.backend.say(update(job, "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    }
    assert!(titles(&scene).await.is_empty());
    assert_eq!(scene.client.history().await.expect("history").len(), 2, "it can be looked up meanwhile");
    scene.clock.advance(Duration::from_mins(61));
    scene.until("the end of the pause", |scene| scene.recorder.seen().notices.len() == 1).await;
    assert_eq!(scene.recorder.seen().notices[0].title, "2 videos are ready");
    scene.until("the connection after it", Scene::is_live).await;
    assert_eq!(scene.client.status().await.expect("status").news.paused_until, None);
    scene.backend.say(update("3", "FAILED", 10, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&scene).await.len(), 2, "and the next one as always");
}

#[tokio::test]
async fn a_pause_and_what_it_holds_survive_a_restart() {
    let mut scene = Scene::live(|backend| backend.set_jobs(json!(["1", "2"].map(running)))).await;
    scene.client.pause(Pause::Tomorrow).await.expect("paused");
    let ended = |id: &str| json!({ "id": id, "status": "COMPLETED", "progress_percent": 100 });
    scene.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    scene.backend.say(update("2", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert!(titles(&scene).await.is_empty());
    scene.backend.set_jobs(json!([ended("1"), ended("2")]));
    scene.restart().await;
    scene.until("live", Scene::is_live).await;
    assert!(titles(&scene).await.is_empty());
    let paused = scene.client.status().await.expect("status").news.paused_until.expect("paused");
    assert_eq!(paused.to_zoned(jiff::tz::TimeZone::UTC).hour(), 8);
    scene.client.pause(Pause::Off).await.expect("goes on");
    assert_eq!(titles(&scene).await, ["2 videos are ready"]);
}

#[tokio::test]
async fn quiet_hours_and_what_is_not_wanted_are_respected_at_once() {
    let scene = Scene::live(|backend| backend.set_jobs(json!(["1", "2", "3"].map(running)))).await;
    let now = scene.client.status().await.expect("status").known_at.expect("live").to_zoned(jiff::tz::TimeZone::UTC);
    let hour = |hours: i64| {
        let time = now.checked_add(jiff::SignedDuration::from_hours(hours)).expect("a time");
        format!("{:02}:00", time.hour()).parse().expect("a time of day")
    };
    let around = QuietHours { from: hour(-1), to: hour(2) };
    let apply = async |notifications| {
        scene.client.apply(Settings { notifications, ..Settings::default() }).await.expect("applied");
    };
    apply(Notifications { quiet_hours: Some(around), ..Notifications::default() }).await;
    scene.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    scene.settle().await;
    assert!(scene.recorder.seen().notices.is_empty());
    apply(Notifications { completed: false, ..Notifications::default() }).await;
    scene.backend.say(update("2", "FAILED", 1, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&scene).await, ["Video 2 failed"], "a switch takes effect on what was held, too");
    let unread = scene.client.status().await.expect("status").news.unread;
    assert_eq!(unread, 2);
    scene.backend.say(update("3", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    titles(&scene).await;
    assert_eq!(scene.client.status().await.expect("status").news.unread, 2, "what is not wanted asks for nothing");
}

#[tokio::test]
async fn a_busy_system_is_left_alone_and_told_once_afterwards() {
    let scene = Scene::live(|backend| backend.set_jobs(json!(["1", "2"].map(running)))).await;
    scene.recorder.busy().set(true);
    for job in ["1", "2"] {
        scene.backend.say(update(job, "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    }
    assert!(titles(&scene).await.is_empty());
    scene.recorder.busy().set(false);
    assert_eq!(titles(&scene).await, ["2 videos are ready"]);
}

#[tokio::test]
async fn notifications_speak_the_language_that_was_chosen() {
    let scene = Scene::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    let mut settings = Settings::default();
    settings.appearance.language = tallylight_core::settings::Language::De;
    scene.client.apply(settings).await.expect("applied");
    scene.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&scene).await, ["Video 1 ist fertig"]);
}

#[tokio::test]
async fn a_shorter_retention_forgets_old_videos_at_once() {
    let old =
        json!({ "id": "1", "status": "COMPLETED", "progress_percent": 100, "updated_at": "2020-01-01T00:00:00Z" });
    let scene = Scene::live(|backend| backend.set_jobs(json!([old, running("2")]))).await;
    assert!(scene.job("1").await.is_some());
    let mut settings = Settings::default();
    settings.data.retention_days = 7;
    scene.client.apply(settings).await.expect("applied");
    assert!(scene.job("1").await.is_none());
    assert!(scene.job("2").await.is_some(), "what is not over stays");
}

#[tokio::test]
async fn a_cache_that_is_cleared_fills_again_and_tells_nobody_of_what_is_old() {
    let scene = Scene::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    let lists = scene.backend.lists();
    scene.client.clear_cache().await.expect("cleared");
    scene.until("the list", |scene| scene.backend.lists() > lists).await;
    scene.settle().await;
    assert!(scene.job("1").await.is_some());
    assert!(scene.client.history().await.expect("history").is_empty());
}

#[tokio::test]
async fn a_command_is_given_the_whole_job_once() {
    let stage = Stage::live().await;
    let said = stage.folder.path().join("said.json");
    let script = format!("cat >> {}; echo done", said.display());
    let run = Some(["/bin/sh", "-c", &script].map(str::to_owned).to_vec());
    let automation = vec![Automation { enabled: true, when: vec![Outcome::Completed], run, webhook: None }];
    stage.client.apply(Settings { automation, ..Settings::default() }).await.expect("applied");
    stage.client.upload(Video::Silent.make(stage.videos(), "a.mp4")).await.expect("taken");
    stage.ended("a.mp4").await;
    let told = async || {
        let events = stage.client.diagnostics().await.expect("diagnostics").events;
        events.iter().filter(|event| event.message.contains("/bin/sh ran: done")).count()
    };
    while told().await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let job: Value = serde_json::from_slice(&std::fs::read(said).expect("a file")).expect("one job");
    assert_eq!((&job["status"], &job["filename"]), (&json!("COMPLETED"), &json!("a.mp4")));
    assert!(job["size_bytes"].as_u64().is_some_and(|bytes| bytes > 0), "what only REST knows, too: {job}");
}

/// Answers calls with statuses, one after the other, and hands on what was sent.
async fn receiver(statuses: &'static [u16]) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, calls) = mpsc::channel(10);
    tokio::spawn(async move {
        for status in statuses {
            let (mut stream, _) = listener.accept().await.expect("a call");
            let (mut bytes, mut part) = (Vec::new(), vec![0; 65536]);
            loop {
                let read = stream.read(&mut part).await.expect("a call");
                bytes.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let length = text
                    .to_lowercase()
                    .split("content-length: ")
                    .nth(1)
                    .and_then(|rest| rest.lines().next()?.trim().parse::<usize>().ok());
                let body = text.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
                if length.is_some_and(|length| body >= length) {
                    break;
                }
            }
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.expect("an answer");
            sender.send(String::from_utf8_lossy(&bytes).into_owned()).await.expect("a reader");
        }
    });
    (address, calls)
}

fn header<'a>(call: &'a str, name: &str) -> &'a str {
    let line = call.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}: ")));
    line.and_then(|line| line.split_once(": ")).map(|(_, value)| value).expect("a header")
}

#[tokio::test]
async fn a_webhook_is_signed_and_told_again_until_it_answers() {
    let (address, mut calls) = receiver(&[503, 204]).await;
    let scene = Scene::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    scene.client.set_webhook_secret("key".into()).await.expect("kept");
    let webhook = Some(address.parse().expect("an address"));
    let automation = vec![Automation { enabled: true, when: vec![Outcome::Failed], run: None, webhook }];
    scene.client.apply(Settings { automation, ..Settings::default() }).await.expect("applied");
    scene.backend.say(update("1", "FAILED", 1, "2026-01-01T00:00:01Z"));
    titles(&scene).await;
    let (first, second) = (calls.recv().await.expect("a call"), calls.recv().await.expect("another"));
    assert_eq!(header(&first, "x-tallylight-delivery"), header(&second, "x-tallylight-delivery"));
    assert_eq!(header(&second, "x-tallylight-event"), "job.failed");
    let (_, body) = second.split_once("\r\n\r\n").expect("a body");
    assert_eq!(serde_json::from_str::<Value>(body).expect("a job")["job_id"], "1");
    let signed = openssl(&format!("{}.{body}", header(&second, "x-tallylight-timestamp"))).await;
    assert_eq!(header(&second, "x-tallylight-signature"), format!("sha256={signed}"));
}

#[tokio::test]
async fn a_webhook_without_a_secret_is_not_told_and_says_why() {
    let scene = Arc::new(Scene::live(|backend| backend.set_jobs(json!([running("1")]))).await);
    let webhook = Some("https://127.0.0.1:1/".parse().expect("an address"));
    let automation = vec![Automation { enabled: true, when: vec![Outcome::Failed], run: None, webhook }];
    scene.client.apply(Settings { automation, ..Settings::default() }).await.expect("applied");
    scene.backend.say(update("1", "FAILED", 1, "2026-01-01T00:00:01Z"));
    titles(&scene).await;
    while !scene.diagnostics().await.events.iter().any(|event| event.message.contains("no secret is set")) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Signs as somebody else's program does.
async fn openssl(text: &str) -> String {
    let mut child = tokio::process::Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", "key", "-r"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("openssl");
    child.stdin.take().expect("an input").write_all(text.as_bytes()).await.expect("a reader");
    let output = child.wait_with_output().await.expect("an end");
    String::from_utf8_lossy(&output.stdout).split_whitespace().next().expect("a digest").to_owned()
}

#[tokio::test]
async fn a_failed_video_is_sent_again_from_where_it_came() {
    let stage = Stage::live().await;
    stage.client.upload(Video::Truncated.make(stage.videos(), "half.mp4")).await.expect("taken");
    let failed = stage.ended("half.mp4").await.row.job_id;
    Video::Silent.make(stage.videos(), "half.mp4");
    let again = stage.client.upload_again(failed.clone()).await.expect("taken");
    assert_ne!(again, failed);
    assert_eq!(stage.client.job(failed).await.expect("a job").row.attention, None, "it is taken care of");
    let nobody = stage.client.upload_again(JobId::new("nobody")).await.expect_err("no file");
    assert_eq!(nobody.code, Code::NotFound);
}
