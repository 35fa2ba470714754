//! What a person is told, and when.

use std::time::Duration;

use serde_json::json;
use tallylight_client::{Pause, MarkRead};
use tallylight_core::{
    Code, JobId,
    library::{Outcome, DismissAction},
    locale::Locale,
    settings::{Automation, Language, Notifications, QuietHours, Settings},
    view::{Attention, NotificationKind},
};
use tallylight_tests::{Answer, ScriptedHarness, StudioHarness, Video, ended, running, update};

fn warning(job_id: &str, time: &str) -> String {
    let data = json!({ "error_code": "no_audio", "error_message": "no sound", "recoverable": true });
    json!({ "type": "ERROR", "job_id": job_id, "data": data, "timestamp": time }).to_string()
}

async fn titles(scene: &ScriptedHarness) -> Vec<String> {
    scene.set_dismissed().await;
    scene.told().await;
    scene.recorder.seen().notices.iter().map(|notice| notice.title.clone()).collect()
}

#[tokio::test]
async fn a_warning_is_told_once_with_its_reason_and_is_in_the_history_unread() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    scene.backend.say(warning("1", "2026-01-01T00:00:01Z"));
    scene.backend.say(warning("1", "2026-01-01T00:00:02Z"));
    assert_eq!(titles(&scene).await, ["Video 1 needs a look"]);
    let notice = scene.recorder.seen().notices[0].clone();
    assert_eq!((notice.kind, notice.body.as_str()), (NotificationKind::Warning, "no sound"));
    let history = scene.client.history().await.expect("history");
    assert_eq!((history.len(), history[0].kind, history[0].read), (1, NotificationKind::Warning, false));
    assert_eq!(scene.client.status().await.expect("status").news.unread, 1);
    scene.client.mark_read(MarkRead::Jobs(vec![JobId::new("1")])).await.expect("seen");
    assert_eq!(scene.client.status().await.expect("status").news.unread, 0);
    assert!(scene.client.history().await.expect("history")[0].read);
}

#[tokio::test]
async fn nothing_is_told_while_paused_and_everything_as_one_afterwards() {
    let jobs = ["1", "2", "3"].map(running);
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!(jobs))).await;
    scene.client.pause(Pause::Hour).await.expect("paused");
    for job in ["1", "2"] {
        scene.backend.say(update(job, "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    }
    assert!(titles(&scene).await.is_empty());
    assert_eq!(scene.client.history().await.expect("history").len(), 2, "it can be looked up meanwhile");
    scene.clock.advance(Duration::from_mins(61));
    scene.until("the end of the pause", |scene| scene.recorder.seen().notices.len() == 1).await;
    assert_eq!(scene.recorder.seen().notices[0].title, "2 videos are ready");
    scene.until("the connection after it", ScriptedHarness::is_live).await;
    assert_eq!(scene.client.status().await.expect("status").news.paused_until, None);
    scene.backend.say(update("3", "FAILED", 10, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&scene).await.len(), 2, "and the next one as always");
}

#[tokio::test]
async fn a_pause_and_what_it_holds_survive_a_restart() {
    let mut scene = ScriptedHarness::live(|backend| backend.set_jobs(json!(["1", "2"].map(running)))).await;
    scene.client.pause(Pause::Tomorrow).await.expect("paused");
    let ended = |id: &str| json!({ "id": id, "status": "COMPLETED", "progress_percent": 100 });
    scene.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    scene.backend.say(update("2", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert!(titles(&scene).await.is_empty());
    scene.backend.set_jobs(json!([ended("1"), ended("2")]));
    scene.restart().await;
    scene.until("live", ScriptedHarness::is_live).await;
    assert!(titles(&scene).await.is_empty());
    let paused = scene.client.status().await.expect("status").news.paused_until.expect("paused");
    assert_eq!(paused.to_zoned(jiff::tz::TimeZone::UTC).hour(), 8);
    scene.client.pause(Pause::Off).await.expect("goes on");
    assert_eq!(titles(&scene).await, ["2 videos are ready"]);
}

#[tokio::test]
async fn quiet_hours_and_what_is_not_wanted_are_respected_at_once() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!(["1", "2", "3"].map(running)))).await;
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
    scene.set_dismissed().await;
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
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!(["1", "2"].map(running)))).await;
    scene.recorder.busy().set(true);
    for job in ["1", "2"] {
        scene.backend.say(update(job, "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    }
    assert!(titles(&scene).await.is_empty());
    scene.recorder.busy().set(false);
    assert_eq!(titles(&scene).await, ["2 videos are ready"]);
}

#[tokio::test]
async fn notifications_and_the_tray_speak_the_language_that_was_chosen() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    let mut settings = Settings::default();
    settings.appearance.language = Language::De;
    scene.client.apply(settings).await.expect("applied");
    let tray = scene.recorder.seen().tray.clone().expect("a tray");
    assert_eq!(tray.locale, Locale::new(Language::De, ""), "at once");
    scene.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&scene).await, ["Video 1 ist fertig"]);
}

#[tokio::test]
async fn a_warning_that_was_held_over_a_restart_is_told_as_one_with_the_others() {
    let mut scene = ScriptedHarness::live(|backend| backend.set_jobs(json!(["1", "2"].map(running)))).await;
    scene.client.pause(Pause::Tomorrow).await.expect("paused");
    scene.backend.say(warning("1", "2026-01-01T00:00:01Z"));
    scene.backend.say(update("2", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert!(titles(&scene).await.is_empty());
    scene.backend.set_jobs(json!([running("1"), ended("2", "COMPLETED")]));
    scene.restart().await;
    scene.until("live", ScriptedHarness::is_live).await;
    assert!(titles(&scene).await.is_empty());
    scene.client.pause(Pause::Off).await.expect("goes on");
    titles(&scene).await;
    assert_eq!(scene.recorder.seen().notices[0].job_ids.len(), 2, "{:?}", scene.recorder.seen().notices);
}

#[tokio::test]
async fn what_a_window_cannot_tell_any_more_is_told_by_the_next_run() {
    let mut scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    scene.recorder.deaf().set(true);
    scene.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert!(titles(&scene).await.is_empty());
    scene.backend.set_jobs(json!([ended("1", "COMPLETED")]));
    scene.restart().await;
    scene.until("live", ScriptedHarness::is_live).await;
    assert_eq!(titles(&scene).await, ["Video 1 is ready"]);
}

#[tokio::test]
async fn a_shorter_retention_takes_old_videos_off_the_disk_at_once() {
    let old =
        json!({ "id": "1", "status": "COMPLETED", "progress_percent": 100, "updated_at": "2020-01-01T00:00:00Z" });
    let mut scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([old, running("2")]))).await;
    let mut settings = Settings::default();
    settings.data.retention_days = 3650;
    scene.apply(settings.clone()).await;
    scene.backend.say(update("1", "COMPLETED", 100, "2020-01-01T00:00:01Z"));
    scene.set_dismissed().await;
    let offline = async |scene: &mut ScriptedHarness| {
        scene.backend.set_rest(Answer::status(500));
        scene.restart().await;
        let there = (scene.job("1").await.is_some(), scene.job("2").await.is_some());
        scene.backend.set_rest(None);
        there
    };
    assert_eq!(offline(&mut scene).await, (true, true), "kept for so long");
    settings.data.retention_days = 7;
    scene.apply(settings).await;
    assert!(scene.job("1").await.is_some(), "the window shows it on");
    assert_eq!(offline(&mut scene).await, (false, true), "what is not over stays");
}

#[tokio::test]
async fn the_words_of_an_old_video_stay_readable_although_the_disk_does_not_keep_them() {
    let old = json!({
        "id": "1", "status": "COMPLETED", "progress_percent": 100, "updated_at": "2020-01-01T00:00:00Z",
        "video_metadata": { "transcript_text": "spoken words" },
    });
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([old]))).await;
    scene.clock.advance(Duration::from_secs(20));
    scene.set_dismissed().await;
    let words = scene.job("1").await.expect("a job").metadata.transcript;
    assert_eq!(words.as_deref(), Some("spoken words"));
}

#[tokio::test]
async fn a_cache_that_is_cleared_fills_again_and_keeps_what_only_it_knows() {
    let jobs = json!([running("1"), ended("2", "FAILED")]);
    let scene = ScriptedHarness::live(|backend| {
        backend.set_jobs(jobs);
        backend.set_etag("a tag");
    })
    .await;
    scene.client.pause(Pause::Hour).await.expect("paused");
    scene.client.set_dismissed(vec![JobId::new("2")], DismissAction::Dismiss).await.expect("settled");
    scene.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    scene.set_dismissed().await;
    scene.backend.set_jobs(json!([ended("1", "COMPLETED"), ended("2", "FAILED")]));
    let lists = scene.backend.lists();
    scene.client.clear_cache().await.expect("cleared");
    scene.until("the list", |scene| scene.backend.lists() > lists).await;
    scene.client.synced().await.expect("fetched");
    scene.set_dismissed().await;
    assert!(scene.job("1").await.is_some(), "whatever tag it had");
    assert_eq!(scene.job("2").await.expect("a job").row.attention, None, "it was put aside");
    assert_eq!(scene.client.history().await.expect("history").len(), 1);
    scene.client.pause(Pause::Off).await.expect("goes on");
    assert_eq!(titles(&scene).await, ["Video 1 is ready"], "and nothing twice");
}

#[tokio::test]
async fn what_ended_long_ago_is_no_news_when_the_list_is_taken_anew_whatever_was_changed_of_it_since() {
    let mut scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("1", "COMPLETED")]))).await;
    let run = Some(["/bin/sh", "-c", "exit 0"].map(str::to_owned).to_vec());
    let automation = Automation { enabled: true, when: vec![Outcome::Completed], run, webhook: None };
    scene.apply(Settings { automation: vec![automation], ..Settings::default() }).await;
    let mut edited = ended("1", "COMPLETED");
    edited["updated_at"] = json!("2026-01-02T00:00:00Z");
    edited["video_metadata"] = json!({ "title": "Another" });
    scene.backend.set_jobs(json!([edited]));
    let lists = scene.backend.lists();
    scene.client.clear_cache().await.expect("asked");
    scene.until("the list", |scene| scene.backend.lists() > lists).await;
    assert_eq!(titles(&scene).await, [""; 0]);
    let job = scene.job("1").await.expect("a job");
    assert_eq!(job.row.title.as_deref(), Some("Another"));
    assert_eq!(scene.client.history().await.expect("history"), []);
    assert!(!scene.diagnostics().await.events.iter().any(|event| event.message.contains("/bin/sh")));
}

#[tokio::test]
async fn the_words_of_a_video_that_no_list_told_of_stay_when_the_list_is_taken_anew() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    let data = json!({ "metadata_type": "TRANSCRIPT", "content": "spoken words" });
    let said = json!({ "type": "METADATA_UPDATE", "job_id": "2", "data": data, "timestamp": "2026-11-01T00:00:00Z" });
    scene.backend.say(said.to_string());
    scene.set_dismissed().await;
    // They are on disk alone by now.
    scene.clock.advance(Duration::from_secs(2));
    scene.set_dismissed().await;
    let lists = scene.backend.lists();
    scene.client.clear_cache().await.expect("asked");
    scene.until("the list", |scene| scene.backend.lists() > lists).await;
    scene.set_dismissed().await;
    let words = scene.job("2").await.expect("a job").metadata.transcript;
    assert_eq!(words.as_deref(), Some("spoken words"));
}

#[tokio::test]
async fn the_list_stays_until_the_studio_tells_it_anew() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("1", "FAILED"), running("2")]))).await;
    scene.client.set_dismissed(vec![JobId::new("1")], DismissAction::Dismiss).await.expect("settled");
    scene.backend.set_rest(Answer::status(503));
    scene.client.clear_cache().await.expect("asked");
    scene.set_dismissed().await;
    assert!(scene.job("1").await.is_some() && scene.job("2").await.is_some());
    scene.backend.set_rest(None);
    scene.backend.set_jobs(json!([ended("1", "FAILED")]));
    scene.client.refresh().await.expect("asked");
    while scene.job("2").await.is_some() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(scene.job("1").await.expect("a job").row.attention, None, "it was put aside");
}

#[tokio::test]
async fn what_is_put_aside_and_what_was_shown_is_seen_and_nothing_else() {
    let jobs = ["1", "2", "3"].map(running);
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!(jobs))).await;
    let unread = async || scene.client.status().await.expect("status").news.unread;
    for job in ["1", "2"] {
        scene.backend.say(update(job, "FAILED", 1, "2026-01-01T00:00:01Z"));
    }
    titles(&scene).await;
    let shown = scene.client.history().await.expect("history");
    scene.backend.say(update("3", "FAILED", 1, "2026-01-01T00:00:02Z"));
    titles(&scene).await;
    assert_eq!(unread().await, 3);
    scene.client.set_dismissed(vec![JobId::new("1")], DismissAction::Dismiss).await.expect("settled");
    assert_eq!(unread().await, 2);
    scene.client.mark_read(MarkRead::UpTo(shown[0].entry_id)).await.expect("seen");
    assert_eq!(unread().await, 1, "the last one came when the others were shown");
}

#[tokio::test]
async fn a_failed_video_is_sent_again_from_where_it_came() {
    let stage = StudioHarness::live().await;
    stage.client.upload(Video::Truncated.make(stage.videos(), "half.mp4")).await.expect("taken");
    let failed = stage.ended("half.mp4").await.row.job_id;
    Video::Silent.make(stage.videos(), "half.mp4");
    let again = stage.client.upload_again(failed.clone()).await.expect("taken");
    assert_ne!(again, failed);
    assert_eq!(stage.client.job(failed).await.expect("a job").row.attention, None, "it is taken care of");
    let nobody = stage.client.upload_again(JobId::new("nobody")).await.expect_err("no file");
    assert_eq!(nobody.code, Code::NotFound);
}

#[tokio::test]
async fn the_trouble_of_a_video_stays_while_its_file_cannot_be_sent_again() {
    let stage = StudioHarness::live().await;
    let file = Video::Truncated.make(stage.videos(), "half.mp4");
    stage.client.upload(file.clone()).await.expect("taken");
    let failed = stage.ended("half.mp4").await.row.job_id;
    std::fs::remove_file(file).expect("removed");
    let refused = stage.client.upload_again(failed.clone()).await.expect_err("no file");
    assert_eq!(refused.code, Code::File);
    assert_eq!(stage.client.job(failed).await.expect("a job").row.attention, Some(Attention::Failed));
}

#[tokio::test]
async fn a_video_that_is_still_looked_at_counts_as_under_way() {
    let stage = StudioHarness::live().await;
    let file = Video::Silent.make(stage.videos(), "a.mp4");
    let (sent, busy) = tokio::join!(stage.client.upload(file), stage.client.is_uploading());
    assert_eq!(busy, Ok(true));
    sent.expect("taken");
    assert_eq!(stage.client.is_uploading().await, Ok(false));
}
