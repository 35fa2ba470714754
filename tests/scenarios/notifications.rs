//! Notifications and the history: which outcomes are reported to the user, and when.

use std::time::Duration;

use serde_json::json;
use tallylight_client::{MarkRead, Pause};
use tallylight_core::{
    Code, JobId,
    attention::Attention,
    library::DismissAction,
    locale::Locale,
    model::outcome::Outcome,
    notifications::NotificationKind,
    settings::{Automation, Language, Notifications, QuietHours, Settings, WebhookFormat},
};
use tallylight_tests::{Answer, ScriptedHarness, StudioHarness, Video, ended, running, update};

fn warning(job_id: &str, time: &str) -> String {
    fault(job_id, "odd", "look at it", time)
}

/// Returns the message of a recoverable fault.
fn fault(job_id: &str, code: &str, message: &str, time: &str) -> String {
    let data = json!({ "error_code": code, "error_message": message, "recoverable": true });
    json!({ "type": "ERROR", "job_id": job_id, "data": data, "timestamp": time }).to_string()
}

async fn titles(harness: &ScriptedHarness) -> Vec<String> {
    harness.wait_until_settled().await;
    harness.told().await;
    harness.recorder.seen().notices.iter().map(|notice| notice.title.clone()).collect()
}

#[tokio::test]
async fn warning_is_told_once_at_the_end_with_reason_and_is_unread_in_history() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    harness.backend.say(warning("1", "2026-01-01T00:00:01Z"));
    harness.backend.say(warning("1", "2026-01-01T00:00:02Z"));
    assert!(titles(&harness).await.is_empty(), "it has not ended");
    assert_eq!(harness.job("1").await.expect("a job").row.attention, Some(Attention::Warning));
    harness.backend.set_jobs(json!([ended("1", "COMPLETED")]));
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:03Z"));
    assert_eq!(titles(&harness).await, ["Video 1 is ready with 2 warnings"]);
    let notice = harness.recorder.seen().notices[0].clone();
    assert_eq!((notice.kind, notice.body.as_str()), (NotificationKind::Warning, "look at it"));
    let history = harness.client.history().await.expect("history");
    assert_eq!((history.len(), history[0].kind, history[0].read), (1, NotificationKind::Warning, false));
    assert_eq!(harness.client.status().await.expect("status").notifications.unread, 1);
    harness.client.mark_read(MarkRead::Jobs(vec![JobId::new("1")])).await.expect("marked as read");
    assert_eq!(harness.client.status().await.expect("status").notifications.unread, 0);
    assert!(harness.client.history().await.expect("history")[0].read);
}

#[tokio::test]
async fn what_needs_no_person_is_a_note_and_not_told() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    harness.backend.say(fault("1", "no_audio", "no sound", "2026-01-01T00:00:01Z"));
    harness.wait_until_settled().await;
    harness.backend.set_jobs(json!([ended("1", "COMPLETED")]));
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:02Z"));
    assert_eq!(titles(&harness).await, ["Video 1 is ready"]);
    assert_eq!(harness.client.history().await.expect("history")[0].kind, NotificationKind::Completed);
    let job = harness.job("1").await.expect("a job");
    assert_eq!((job.row.attention, job.row.warnings.len(), job.notes.len()), (None, 0, 1));
}

#[tokio::test]
async fn pause_holds_notifications_and_ends_with_one_summary() {
    let jobs = ["1", "2", "3"].map(running);
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(jobs))).await;
    harness.client.pause(Pause::Hour).await.expect("paused");
    for job in ["1", "2"] {
        harness.backend.say(update(job, "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    }
    assert!(titles(&harness).await.is_empty());
    assert_eq!(harness.client.history().await.expect("history").len(), 2, "the history is not paused");
    harness.clock.advance(Duration::from_mins(61));
    harness.until("the end of the pause", |harness| harness.recorder.seen().notices.len() == 1).await;
    assert_eq!(harness.recorder.seen().notices[0].title, "2 videos are ready");
    harness.until("the connection after the pause", ScriptedHarness::is_live).await;
    assert_eq!(harness.client.status().await.expect("status").notifications.paused_until, None);
    harness.backend.say(update("3", "FAILED", 10, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&harness).await.len(), 2, "the next outcome notifies as usual");
}

#[tokio::test]
async fn pause_and_held_notifications_survive_restart() {
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
    let paused = harness.client.status().await.expect("status").notifications.paused_until.expect("paused");
    assert_eq!(paused.to_zoned(jiff::tz::TimeZone::UTC).hour(), 8);
    harness.client.pause(Pause::Off).await.expect("resumed");
    assert_eq!(titles(&harness).await, ["2 videos are ready"]);
}

#[tokio::test]
async fn quiet_hours_and_disabled_kinds_apply_at_once() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(["1", "2", "3"].map(running)))).await;
    let now = harness.client.status().await.expect("status").known_at.expect("live").to_zoned(jiff::tz::TimeZone::UTC);
    let hour = |hours: i64| {
        let time = now.checked_add(jiff::SignedDuration::from_hours(hours)).expect("a time");
        format!("{:02}:00", time.hour()).parse().expect("a time of day")
    };
    let around = QuietHours { from: hour(-1), to: hour(2) };
    let apply = async |notifications| {
        harness.apply(Settings { notifications, ..Settings::default() }).await;
    };
    apply(Notifications { quiet_hours: Some(around), ..Notifications::default() }).await;
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    harness.wait_until_settled().await;
    assert!(harness.recorder.seen().notices.is_empty());
    apply(Notifications { completed: false, ..Notifications::default() }).await;
    harness.backend.say(update("2", "FAILED", 1, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&harness).await, ["Video 2 failed"], "a setting applies to held notifications, too");
    let unread = harness.client.status().await.expect("status").notifications.unread;
    assert_eq!(unread, 2);
    harness.backend.say(update("3", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    titles(&harness).await;
    assert_eq!(harness.client.status().await.expect("status").notifications.unread, 2, "a disabled kind is not unread");
}

#[tokio::test]
async fn busy_system_holds_notifications_and_gets_one_afterwards() {
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
async fn notifications_and_tray_use_the_chosen_language() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    let mut settings = Settings::default();
    settings.appearance.language = Language::De;
    harness.apply(settings).await;
    let tray = harness.recorder.seen().tray.clone().expect("a tray");
    assert_eq!(tray.locale, Locale::new(Language::De, ""), "the language applies at once");
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert_eq!(titles(&harness).await, ["Video 1 ist bereit"]);
}

#[tokio::test]
async fn warning_held_over_restart_is_in_the_summary() {
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(["1", "2"].map(running)))).await;
    harness.client.pause(Pause::Tomorrow).await.expect("paused");
    harness.backend.say(warning("1", "2026-01-01T00:00:01Z"));
    assert!(titles(&harness).await.is_empty());
    let mut warned = ended("1", "COMPLETED");
    warned["errors"] = json!([{ "error_code": "odd", "error_message": "look at it", "recoverable": true,
        "timestamp": "2026-01-01T00:00:01Z" }]);
    harness.backend.set_jobs(json!([warned, ended("2", "COMPLETED")]));
    for job in ["1", "2"] {
        harness.backend.say(update(job, "COMPLETED", 100, "2026-01-01T00:00:02Z"));
    }
    assert!(titles(&harness).await.is_empty());
    harness.restart().await;
    harness.until("live", ScriptedHarness::is_live).await;
    assert!(titles(&harness).await.is_empty());
    harness.client.pause(Pause::Off).await.expect("resumed");
    titles(&harness).await;
    assert_eq!(harness.recorder.seen().notices[0].title, "2 videos are ready, 1 has a warning");
}

#[tokio::test]
async fn undelivered_notification_is_delivered_by_next_run() {
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    harness.recorder.refusing().set(true);
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    assert!(titles(&harness).await.is_empty());
    harness.backend.set_jobs(json!([ended("1", "COMPLETED")]));
    harness.restart().await;
    harness.until("live", ScriptedHarness::is_live).await;
    assert_eq!(titles(&harness).await, ["Video 1 is ready"]);
}

#[tokio::test]
async fn shorter_retention_deletes_old_videos_from_disk_at_once() {
    let old =
        json!({ "id": "1", "status": "COMPLETED", "progress_percent": 100, "updated_at": "2020-01-01T00:00:00Z" });
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([old, running("2")]))).await;
    let mut settings = Settings::default();
    settings.data.retention_days = 3650;
    harness.apply(settings.clone()).await;
    harness.backend.say(update("1", "COMPLETED", 100, "2020-01-01T00:00:01Z"));
    harness.wait_until_settled().await;
    let offline = async |harness: &mut ScriptedHarness| {
        harness.backend.set_rest(Answer::status(500));
        harness.restart().await;
        let there = (harness.job("1").await.is_some(), harness.job("2").await.is_some());
        harness.backend.set_rest(None);
        there
    };
    assert_eq!(offline(&mut harness).await, (true, true), "kept within the retention");
    settings.data.retention_days = 7;
    harness.apply(settings).await;
    assert!(harness.job("1").await.is_some(), "the window still shows it");
    assert_eq!(offline(&mut harness).await, (false, true), "an unfinished job stays");
}

#[tokio::test]
async fn transcript_beyond_retention_stays_readable_in_memory() {
    let old = json!({
        "id": "1", "status": "COMPLETED", "progress_percent": 100, "updated_at": "2020-01-01T00:00:00Z",
        "video_metadata": { "transcript_text": "spoken words" },
    });
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([old]))).await;
    harness.clock.advance(Duration::from_secs(20));
    harness.wait_until_settled().await;
    let transcript = harness.job("1").await.expect("a job").metadata.transcript;
    assert_eq!(transcript.as_deref(), Some("spoken words"));
}

#[tokio::test]
async fn cleared_cache_is_refilled_and_keeps_local_state() {
    let jobs = json!([running("1"), ended("2", "FAILED")]);
    let harness = ScriptedHarness::live(|backend| {
        backend.set_jobs(jobs);
        backend.set_etag("a tag");
    })
    .await;
    harness.client.pause(Pause::Hour).await.expect("paused");
    harness.client.set_dismissed(vec![JobId::new("2")], DismissAction::Dismiss).await.expect("dismissed");
    harness.backend.say(update("1", "COMPLETED", 100, "2026-01-01T00:00:01Z"));
    harness.wait_until_settled().await;
    harness.backend.set_jobs(json!([ended("1", "COMPLETED"), ended("2", "FAILED")]));
    let lists = harness.backend.lists();
    harness.client.clear_cache().await.expect("cleared");
    harness.until("the list", |harness| harness.backend.lists() > lists).await;
    harness.client.synced().await.expect("fetched");
    harness.wait_until_settled().await;
    assert!(harness.job("1").await.is_some(), "the list is fetched without its ETag");
    assert_eq!(harness.job("2").await.expect("a job").row.attention, None, "the job stays dismissed");
    assert_eq!(harness.client.history().await.expect("history").len(), 1);
    harness.client.pause(Pause::Off).await.expect("resumed");
    assert_eq!(titles(&harness).await, ["Video 1 is ready"], "each outcome notifies once");
}

#[tokio::test]
async fn old_outcome_edited_since_does_not_notify_after_clearing_cache() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("1", "COMPLETED")]))).await;
    let run = Some(["/bin/sh", "-c", "exit 0"].map(str::to_owned).to_vec());
    let automation = Automation {
        enabled: true,
        when: vec![Outcome::Completed],
        run,
        webhook: None,
        format: WebhookFormat::default(),
    };
    harness.apply(Settings { automation: vec![automation], ..Settings::default() }).await;
    let mut edited = ended("1", "COMPLETED");
    edited["updated_at"] = json!("2026-01-02T00:00:00Z");
    edited["video_metadata"] = json!({ "title": "Another" });
    harness.backend.set_jobs(json!([edited]));
    let lists = harness.backend.lists();
    harness.client.clear_cache().await.expect("requested");
    harness.until("the list", |harness| harness.backend.lists() > lists).await;
    assert_eq!(titles(&harness).await, [""; 0]);
    let job = harness.job("1").await.expect("a job");
    assert_eq!(job.row.title.as_deref(), Some("Another"));
    assert_eq!(harness.client.history().await.expect("history"), []);
    assert!(!harness.diagnostics().await.events.iter().any(|event| event.message.contains("/bin/sh")));
}

#[tokio::test]
async fn transcript_of_unlisted_video_survives_clearing_cache() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([running("1")]))).await;
    let data = json!({ "metadata_type": "TRANSCRIPT", "content": "spoken words" });
    let message =
        json!({ "type": "METADATA_UPDATE", "job_id": "2", "data": data, "timestamp": "2026-11-01T00:00:00Z" });
    harness.backend.say(message.to_string());
    harness.wait_until_settled().await;
    // The transcript has been evicted from memory by now.
    harness.clock.advance(Duration::from_secs(2));
    harness.wait_until_settled().await;
    let lists = harness.backend.lists();
    harness.client.clear_cache().await.expect("requested");
    harness.until("the list", |harness| harness.backend.lists() > lists).await;
    harness.wait_until_settled().await;
    let transcript = harness.job("2").await.expect("a job").metadata.transcript;
    assert_eq!(transcript.as_deref(), Some("spoken words"));
}

#[tokio::test]
async fn list_stays_until_the_studio_returns_it_again() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("1", "FAILED"), running("2")]))).await;
    harness.client.set_dismissed(vec![JobId::new("1")], DismissAction::Dismiss).await.expect("dismissed");
    harness.backend.set_rest(Answer::status(503));
    harness.client.clear_cache().await.expect("requested");
    harness.wait_until_settled().await;
    assert!(harness.job("1").await.is_some() && harness.job("2").await.is_some());
    harness.backend.set_rest(None);
    harness.backend.set_jobs(json!([ended("1", "FAILED")]));
    harness.client.refresh().await.expect("requested");
    while harness.job("2").await.is_some() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(harness.job("1").await.expect("a job").row.attention, None, "the job stays dismissed");
}

#[tokio::test]
async fn dismissed_and_shown_outcomes_are_read_and_others_are_not() {
    let jobs = ["1", "2", "3"].map(running);
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!(jobs))).await;
    let unread = async || harness.client.status().await.expect("status").notifications.unread;
    for job in ["1", "2"] {
        harness.backend.say(update(job, "FAILED", 1, "2026-01-01T00:00:01Z"));
    }
    titles(&harness).await;
    let shown = harness.client.history().await.expect("history");
    harness.backend.say(update("3", "FAILED", 1, "2026-01-01T00:00:02Z"));
    titles(&harness).await;
    assert_eq!(unread().await, 3);
    harness.client.set_dismissed(vec![JobId::new("1")], DismissAction::Dismiss).await.expect("dismissed");
    assert_eq!(unread().await, 2);
    harness.client.mark_read(MarkRead::UpTo(shown[0].entry_id)).await.expect("marked as read");
    assert_eq!(unread().await, 1, "the last outcome arrived after the history was shown");
}

#[tokio::test]
async fn failed_video_is_uploaded_again_from_its_file() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Truncated.make(harness.videos(), "half.mp4")).await.expect("accepted");
    let failed = harness.ended("half.mp4").await.row.job_id;
    Video::Silent.make(harness.videos(), "half.mp4");
    let again = harness.client.upload_again(failed.clone()).await.expect("accepted");
    assert_ne!(again, failed);
    assert_eq!(
        harness.client.job(failed).await.expect("a job").row.attention,
        None,
        "the failed job no longer needs review"
    );
    let unknown = harness.client.upload_again(JobId::new("unknown")).await.expect_err("no file");
    assert_eq!(unknown.code, Code::NotFound);
}

#[tokio::test]
async fn failure_stays_when_its_file_cannot_be_uploaded_again() {
    let harness = StudioHarness::live().await;
    let file = Video::Truncated.make(harness.videos(), "half.mp4");
    harness.client.upload(file.clone()).await.expect("accepted");
    let failed = harness.ended("half.mp4").await.row.job_id;
    std::fs::remove_file(file).expect("removed");
    let refused = harness.client.upload_again(failed.clone()).await.expect_err("no file");
    assert_eq!(refused.code, Code::File);
    assert_eq!(harness.client.job(failed).await.expect("a job").row.attention, Some(Attention::Failed));
}

#[tokio::test]
async fn video_that_is_being_checked_counts_as_uploading() {
    let harness = StudioHarness::live().await;
    let file = Video::Silent.make(harness.videos(), "a.mp4");
    let (sent, busy) = tokio::join!(harness.client.upload(file), harness.client.is_uploading());
    assert_eq!(busy, Ok(true));
    sent.expect("accepted");
    assert_eq!(harness.client.is_uploading().await, Ok(false));
}
