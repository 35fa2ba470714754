//! The connection without faults, and the diagnostic report.

use serde_json::json;
use tallylight_core::{JobId, model::job::Status};
use tallylight_tests::{ScriptedHarness, StudioHarness, Video, ended};
use tallylight_view::Event;

#[tokio::test]
async fn job_missing_from_the_list_is_removed() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("7", "COMPLETED")]))).await;
    harness.backend.set_jobs(json!([]));
    harness.client.refresh().await.expect("requested");
    let is_removal = |event: &Event| matches!(event, Event::Jobs { removed, .. } if removed == &[JobId::new("7")]);
    harness.until("the removal of the job", |harness| harness.recorder.seen().events.iter().any(is_removal)).await;
    assert!(harness.job("7").await.is_none());
}

#[tokio::test]
async fn report_lists_events_without_names_and_secrets() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("7", "COMPLETED")]))).await;
    harness.backend.say("my secret film");
    harness.wait_until_settled().await;
    let report = harness.client.report().await.expect("a report");
    for text in ["connection       live", "session          signed_in", "not_a_message", "WebSocket connected"] {
        assert!(report.contains(text), "{text} is missing in {report}");
    }
    for secret in ["acme", "secret film", "access-", "refresh-", "127.0.0.1"] {
        assert!(!report.contains(secret), "{secret} is in {report}");
    }
}

#[tokio::test]
async fn job_continues_after_studio_restart_and_notifies_once() {
    let mut harness = StudioHarness::live().await;
    let video = Video::Complete.make(harness.videos(), "walk.mp4");
    harness.client.upload(video).await.expect("accepted");
    let begun = |seen: &tallylight_tests::Seen| {
        seen.versions("walk.mp4").iter().any(|job| job.row.status == Status::Processing)
    };
    harness.until("the start of processing", begun).await;
    harness.stop_studio().await;
    harness.restart_studio().await;
    let job = harness.ended("walk.mp4").await;
    assert_eq!((job.row.status, job.thumbnails.len()), (Status::Completed, 5));
    harness.until("the notification", |seen| !seen.notices.is_empty()).await;
    assert_eq!(harness.recorder.seen().told(), 1);
}
