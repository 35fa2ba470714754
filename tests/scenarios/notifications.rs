//! What a person is told, and when.

use std::time::Duration;

use serde_json::json;
use tallylight_client::{MarkRead, Pause};
use tallylight_core::{
    Code, JobId,
    library::{DismissAction, Outcome},
    locale::Locale,
    settings::{Automation, Language, Notifications, QuietHours, Settings},
    view::{Attention, NotificationKind},
};
use tallylight_tests::{Answer, ScriptedHarness, StudioHarness, Video, ended, running, update};

fn warning(job_id: &str, time: &str) -> String {
    let data = json!({ "error_code": "no_audio", "error_message": "no sound", "recoverable": true });
    json!({ "type": "ERROR", "job_id": job_id, "data": data, "timestamp": time }).to_string()
}

async fn titles(harness: &ScriptedHarness) -> Vec<String> {
    harness.set_dismissed().await;
    harness.told().await;
    harness.recorder.seen().notices.iter().map(|notice| notice.title.clone()).collect()
}

#[tokio::test]
async fn a_warning_is_told_once_with_its_reason_and_is_in_the_history_unread() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    harness.backend.say(warning("1", "2026-01-01T00:00:01Z"));
    harness.backend.say(warning("1", "2026-01-01T00:00:02Z"));
    assert_eq!(titles(&harness).await, ["Video 1 has a warning"]);
    let notice = harness.recorder.seen().notices[0].clone();
    assert_eq!((notice.kind, notice.body.as_str()), (NotificationKind::Warning, "no sound"));
    let history = harness.client.history().await.expect("history");
    assert_eq!((history.len(), history[0].kind, history[0].read), (1, NotificationKind::Warning, false));
    assert_eq!(harness.client.status().await.expect("status").news.unread, 1);
    harness.client.mark_read(MarkRead::Jobs(vec![JobId::new("1")])).await.expect("seen");
    assert_eq!(harness.client.status().await.expect("status").news.unread, 0);
    assert!(harness.client.history().await.expect("history")[0].read);
}

#[tokio::test]
async fn nothing_is_told_while_paused_and_everything_as_one_afterwards() {
    let jobs = ["1", "2", "3"].map(running);
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(jobs))).await;
    harness.client.pause(Pause::Hour).await.expect("paused");
    for job in ["1", "2"] {
        harness.backend.say(update(job, "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    }
    assert!(titles(&harness).await.is_empty());
    assert_eq!(harness.client.history().await.expect("history").len(), 2, "it can be looked up meanwhile");
    harness.clock.advance(Duration::from_mins(61));
    harness.until("the end of the pause", |harness| harness.recorder.seen().notices.len() == 1).await;
    assert_eq!(harness.recorder.seen().notices[0].title, "2 videos are ready");
    harness.until("the connection after it", ScriptedHarness::is_live).await;
    assert_eq!(harness.client.status().await.expect("status").news.paused_until, None);
    harness.backend.say(update("3", "FAILED", 10, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&harness).await.len(), 2, "and the next one as always");
}

#[tokio::test]
async fn a_pause_and_what_it_holds_survive_a_restart() {
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(["1", "2"].map(running)))).await;
    harness.client.pause(Pause::Tomorrow).await.expect("paused");
    let ended = |id: &str| json!({ "id": id, "status": "COMPLETED", "progress_percent": 100 });
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    harness.backend.say(update("2", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert!(titles(&harness).await.is_empty());
    harness.backend.set_jobs(json!([ended("1"), ended("2")]));
    harness.restart().await;
    harness.until("live", ScriptedHarness::is_live).await;
    assert!(titles(&harness).await.is_empty());
    let paused = harness.client.status().await.expect("status").news.paused_until.expect("paused");
    assert_eq!(paused.to_zoned(jiff::tz::TimeZone::UTC).hour(), 8);
    harness.client.pause(Pause::Off).await.expect("goes on");
    assert_eq!(titles(&harness).await, ["2 videos are ready"]);
}

#[tokio::test]
async fn quiet_hours_and_what_is_not_wanted_are_respected_at_once() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(["1", "2", "3"].map(running)))).await;
    let now = harness.client.status().await.expect("status").known_at.expect("live").to_zoned(jiff::tz::TimeZone::UTC);
    let hour = |hours: i64| {
        let time = now.checked_add(jiff::SignedDuration::from_hours(hours)).expect("a time");
        format!("{:02}:00", time.hour()).parse().expect("a time of day")
    };
    let around = QuietHours { from: hour(-1), to: hour(2) };
    let apply = async |notifications| {
        harness.client.apply(Settings { notifications, ..Settings::default() }).await.expect("applied");
    };
    apply(Notifications { quiet_hours: Some(around), ..Notifications::default() }).await;
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    harness.set_dismissed().await;
    assert!(harness.recorder.seen().notices.is_empty());
    apply(Notifications { completed: false, ..Notifications::default() }).await;
    harness.backend.say(update("2", "FAILED", 1, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&harness).await, ["Video 2 failed"], "a switch takes effect on what was held, too");
    let unread = harness.client.status().await.expect("status").news.unread;
    assert_eq!(unread, 2);
    harness.backend.say(update("3", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    titles(&harness).await;
    assert_eq!(harness.client.status().await.expect("status").news.unread, 2, "what is not wanted asks for nothing");
}

#[tokio::test]
async fn a_busy_system_is_left_alone_and_told_once_afterwards() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(["1", "2"].map(running)))).await;
    harness.recorder.busy().set(true);
    for job in ["1", "2"] {
        harness.backend.say(update(job, "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    }
    assert!(titles(&harness).await.is_empty());
    harness.recorder.busy().set(false);
    assert_eq!(titles(&harness).await, ["2 videos are ready"]);
}

#[tokio::test]
async fn notifications_and_the_tray_speak_the_language_that_was_chosen() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    let mut settings = Settings::default();
    settings.appearance.language = Language::De;
    harness.client.apply(settings).await.expect("applied");
    let tray = harness.recorder.seen().tray.clone().expect("a tray");
    assert_eq!(tray.locale, Locale::new(Language::De, ""), "at once");
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&harness).await, ["Video 1 ist bereit"]);
}

#[tokio::test]
async fn a_warning_that_was_held_over_a_restart_is_told_as_one_with_the_others() {
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(["1", "2"].map(running)))).await;
    harness.client.pause(Pause::Tomorrow).await.expect("paused");
    harness.backend.say(warning("1", "2026-01-01T00:00:01Z"));
    harness.backend.say(update("2", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert!(titles(&harness).await.is_empty());
    harness.backend.set_jobs(json!([running("1"), ended("2", "COMPLETED")]));
    harness.restart().await;
    harness.until("live", ScriptedHarness::is_live).await;
    assert!(titles(&harness).await.is_empty());
    harness.client.pause(Pause::Off).await.expect("goes on");
    titles(&harness).await;
    assert_eq!(harness.recorder.seen().notices[0].job_ids.len(), 2, "{:?}", harness.recorder.seen().notices);
}

#[tokio::test]
async fn what_a_window_cannot_tell_any_more_is_told_by_the_next_run() {
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    harness.recorder.deaf().set(true);
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert!(titles(&harness).await.is_empty());
    harness.backend.set_jobs(json!([ended("1", "COMPLETED")]));
    harness.restart().await;
    harness.until("live", ScriptedHarness::is_live).await;
    assert_eq!(titles(&harness).await, ["Video 1 is ready"]);
}

#[tokio::test]
async fn a_shorter_retention_takes_old_videos_off_the_disk_at_once() {
    let old =
        json!({ "id": "1", "status": "COMPLETED", "progress_percent": 100, "updated_at": "2020-01-01T00:00:00Z" });
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([old, running("2")]))).await;
    let mut settings = Settings::default();
    settings.data.retention_days = 3650;
    harness.apply(settings.clone()).await;
    harness.backend.say(update("1", "COMPLETED", 100, "2020-01-01T00:00:01Z"));
    harness.set_dismissed().await;
    let offline = async |harness: &mut ScriptedHarness| {
        harness.backend.set_rest(Answer::status(500));
        harness.restart().await;
        let there = (harness.job("1").await.is_some(), harness.job("2").await.is_some());
        harness.backend.set_rest(None);
        there
    };
    assert_eq!(offline(&mut harness).await, (true, true), "kept for so long");
    settings.data.retention_days = 7;
    harness.apply(settings).await;
    assert!(harness.job("1").await.is_some(), "the window shows it on");
    assert_eq!(offline(&mut harness).await, (false, true), "what is not over stays");
}

#[tokio::test]
async fn the_words_of_an_old_video_stay_readable_although_the_disk_does_not_keep_them() {
    let old = json!({
        "id": "1", "status": "COMPLETED", "progress_percent": 100, "updated_at": "2020-01-01T00:00:00Z",
        "video_metadata": { "transcript_text": "spoken words" },
    });
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([old]))).await;
    harness.clock.advance(Duration::from_secs(20));
    harness.set_dismissed().await;
    let words = harness.job("1").await.expect("a job").metadata.transcript;
    assert_eq!(words.as_deref(), Some("spoken words"));
}

#[tokio::test]
async fn a_cache_that_is_cleared_fills_again_and_keeps_what_only_it_knows() {
    let jobs = json!([running("1"), ended("2", "FAILED")]);
    let harness = ScriptedHarness::live(|backend| {
        backend.set_jobs(jobs);
        backend.set_etag("a tag");
    })
    .await;
    harness.client.pause(Pause::Hour).await.expect("paused");
    harness.client.set_dismissed(vec![JobId::new("2")], DismissAction::Dismiss).await.expect("settled");
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    harness.set_dismissed().await;
    harness.backend.set_jobs(json!([ended("1", "COMPLETED"), ended("2", "FAILED")]));
    let lists = harness.backend.lists();
    harness.client.clear_cache().await.expect("cleared");
    harness.until("the list", |harness| harness.backend.lists() > lists).await;
    harness.client.synced().await.expect("fetched");
    harness.set_dismissed().await;
    assert!(harness.job("1").await.is_some(), "whatever tag it had");
    assert_eq!(harness.job("2").await.expect("a job").row.attention, None, "it was put aside");
    assert_eq!(harness.client.history().await.expect("history").len(), 1);
    harness.client.pause(Pause::Off).await.expect("goes on");
    assert_eq!(titles(&harness).await, ["Video 1 is ready"], "and nothing twice");
}

#[tokio::test]
async fn what_ended_long_ago_is_no_news_when_the_list_is_taken_anew_whatever_was_changed_of_it_since() {
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("1", "COMPLETED")]))).await;
    let run = Some(["/bin/sh", "-c", "exit 0"].map(str::to_owned).to_vec());
    let automation = Automation { enabled: true, when: vec![Outcome::Completed], run, webhook: None };
    harness.apply(Settings { automation: vec![automation], ..Settings::default() }).await;
    let mut edited = ended("1", "COMPLETED");
    edited["updated_at"] = json!("2026-01-02T00:00:00Z");
    edited["video_metadata"] = json!({ "title": "Another" });
    harness.backend.set_jobs(json!([edited]));
    let lists = harness.backend.lists();
    harness.client.clear_cache().await.expect("asked");
    harness.until("the list", |harness| harness.backend.lists() > lists).await;
    assert_eq!(titles(&harness).await, [""; 0]);
    let job = harness.job("1").await.expect("a job");
    assert_eq!(job.row.title.as_deref(), Some("Another"));
    assert_eq!(harness.client.history().await.expect("history"), []);
    assert!(!harness.diagnostics().await.events.iter().any(|event| event.message.contains("/bin/sh")));
}

#[tokio::test]
async fn the_words_of_a_video_that_no_list_told_of_stay_when_the_list_is_taken_anew() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    let data = json!({ "metadata_type": "TRANSCRIPT", "content": "spoken words" });
    let said = json!({ "type": "METADATA_UPDATE", "job_id": "2", "data": data, "timestamp": "2026-11-01T00:00:00Z" });
    harness.backend.say(said.to_string());
    harness.set_dismissed().await;
    // They are on disk alone by now.
    harness.clock.advance(Duration::from_secs(2));
    harness.set_dismissed().await;
    let lists = harness.backend.lists();
    harness.client.clear_cache().await.expect("asked");
    harness.until("the list", |harness| harness.backend.lists() > lists).await;
    harness.set_dismissed().await;
    let words = harness.job("2").await.expect("a job").metadata.transcript;
    assert_eq!(words.as_deref(), Some("spoken words"));
}

#[tokio::test]
async fn the_list_stays_until_the_studio_tells_it_anew() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("1", "FAILED"), running("2")]))).await;
    harness.client.set_dismissed(vec![JobId::new("1")], DismissAction::Dismiss).await.expect("settled");
    harness.backend.set_rest(Answer::status(503));
    harness.client.clear_cache().await.expect("asked");
    harness.set_dismissed().await;
    assert!(harness.job("1").await.is_some() && harness.job("2").await.is_some());
    harness.backend.set_rest(None);
    harness.backend.set_jobs(json!([ended("1", "FAILED")]));
    harness.client.refresh().await.expect("asked");
    while harness.job("2").await.is_some() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(harness.job("1").await.expect("a job").row.attention, None, "it was put aside");
}

#[tokio::test]
async fn what_is_put_aside_and_what_was_shown_is_seen_and_nothing_else() {
    let jobs = ["1", "2", "3"].map(running);
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(jobs))).await;
    let unread = async || harness.client.status().await.expect("status").news.unread;
    for job in ["1", "2"] {
        harness.backend.say(update(job, "FAILED", 1, "2026-01-01T00:00:01Z"));
    }
    titles(&harness).await;
    let shown = harness.client.history().await.expect("history");
    harness.backend.say(update("3", "FAILED", 1, "2026-01-01T00:00:02Z"));
    titles(&harness).await;
    assert_eq!(unread().await, 3);
    harness.client.set_dismissed(vec![JobId::new("1")], DismissAction::Dismiss).await.expect("settled");
    assert_eq!(unread().await, 2);
    harness.client.mark_read(MarkRead::UpTo(shown[0].entry_id)).await.expect("seen");
    assert_eq!(unread().await, 1, "the last one came when the others were shown");
}

#[tokio::test]
async fn a_failed_video_is_sent_again_from_where_it_came() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Truncated.make(harness.videos(), "half.mp4")).await.expect("taken");
    let failed = harness.ended("half.mp4").await.row.job_id;
    Video::Silent.make(harness.videos(), "half.mp4");
    let again = harness.client.upload_again(failed.clone()).await.expect("taken");
    assert_ne!(again, failed);
    assert_eq!(harness.client.job(failed).await.expect("a job").row.attention, None, "it is taken care of");
    let nobody = harness.client.upload_again(JobId::new("nobody")).await.expect_err("no file");
    assert_eq!(nobody.code, Code::NotFound);
}

#[tokio::test]
async fn the_trouble_of_a_video_stays_while_its_file_cannot_be_sent_again() {
    let harness = StudioHarness::live().await;
    let file = Video::Truncated.make(harness.videos(), "half.mp4");
    harness.client.upload(file.clone()).await.expect("taken");
    let failed = harness.ended("half.mp4").await.row.job_id;
    std::fs::remove_file(file).expect("removed");
    let refused = harness.client.upload_again(failed.clone()).await.expect_err("no file");
    assert_eq!(refused.code, Code::File);
    assert_eq!(harness.client.job(failed).await.expect("a job").row.attention, Some(Attention::Failed));
}

#[tokio::test]
async fn a_video_that_is_still_looked_at_counts_as_under_way() {
    let harness = StudioHarness::live().await;
    let file = Video::Silent.make(harness.videos(), "a.mp4");
    let (sent, busy) = tokio::join!(harness.client.upload(file), harness.client.is_uploading());
    assert_eq!(busy, Ok(true));
    sent.expect("taken");
    assert_eq!(harness.client.is_uploading().await, Ok(false));
}
