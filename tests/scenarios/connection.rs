//! The connection, as it goes when all is well.

use serde_json::json;
use tallylight_core::{JobId, model::job::Status, view::Event};
use tallylight_tests::{ScriptedHarness, StudioHarness, Video, ended};

#[tokio::test]
async fn a_job_that_the_server_no_longer_has_disappears() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("7", "COMPLETED")]))).await;
    harness.backend.set_jobs(json!([]));
    harness.client.refresh().await.expect("asked");
    let gone = |event: &Event| matches!(event, Event::Jobs { removed, .. } if removed == &[JobId::new("7")]);
    harness.until("its removal", |harness| harness.recorder.seen().events.iter().any(gone)).await;
    assert!(harness.job("7").await.is_none());
}

#[tokio::test]
async fn a_report_says_what_happened_and_names_nobody() {
    let harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("7", "COMPLETED")]))).await;
    harness.backend.say("my secret film");
    harness.set_dismissed().await;
    let report = harness.client.report().await.expect("a report");
    for words in ["connection       live", "session          signed_in", "not_a_message", "WebSocket connected"] {
        assert!(report.contains(words), "{words} is missing in {report}");
    }
    for secret in ["acme", "secret film", "access-", "refresh-", "127.0.0.1"] {
        assert!(!report.contains(secret), "{secret} is in {report}");
    }
}

#[tokio::test]
async fn a_studio_that_is_cut_off_in_the_middle_goes_on_and_so_does_the_client() {
    let mut harness = StudioHarness::live().await;
    let video = Video::Complete.make(harness.videos(), "walk.mp4");
    harness.client.upload(video).await.expect("taken");
    let begun = |seen: &tallylight_tests::Seen| {
        seen.versions("walk.mp4").iter().any(|job| job.row.status == Status::Processing)
    };
    harness.until("the work", begun).await;
    harness.stop_studio().await;
    harness.restart_studio().await;
    let job = harness.ended("walk.mp4").await;
    assert_eq!((job.row.status, job.thumbnails.len()), (Status::Completed, 5));
    harness.until("the notification", |seen| !seen.notices.is_empty()).await;
    assert_eq!(harness.recorder.seen().told(), 1);
}
