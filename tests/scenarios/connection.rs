//! The connection, as it goes when all is well.

use serde_json::json;
use tallylight_core::{JobId, model::job::Status, view::Event};
use tallylight_tests::{ScriptedHarness, StudioHarness, Video, ended};

#[tokio::test]
async fn a_job_that_the_server_no_longer_has_disappears() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("7", "COMPLETED")]))).await;
    scene.backend.set_jobs(json!([]));
    scene.client.refresh().await.expect("asked");
    let gone = |event: &Event| matches!(event, Event::Jobs { removed, .. } if removed == &[JobId::new("7")]);
    scene.until("its removal", |scene| scene.recorder.seen().events.iter().any(gone)).await;
    assert!(scene.job("7").await.is_none());
}

#[tokio::test]
async fn a_report_says_what_happened_and_names_nobody() {
    let scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([ended("7", "COMPLETED")]))).await;
    scene.backend.say("my secret film");
    scene.set_dismissed().await;
    let report = scene.client.report().await.expect("a report");
    for words in ["connection       live", "session          signed_in", "not_a_message", "the socket is open"] {
        assert!(report.contains(words), "{words} is missing in {report}");
    }
    for secret in ["acme", "secret film", "access-", "refresh-", "127.0.0.1"] {
        assert!(!report.contains(secret), "{secret} is in {report}");
    }
}

#[tokio::test]
async fn a_studio_that_is_cut_off_in_the_middle_goes_on_and_so_does_the_client() {
    let mut stage = StudioHarness::live().await;
    let video = Video::Complete.make(stage.videos(), "walk.mp4");
    stage.client.upload(video).await.expect("taken");
    let begun = |seen: &tallylight_tests::Seen| {
        seen.versions("walk.mp4").iter().any(|job| job.row.status == Status::Processing)
    };
    stage.until("the work", begun).await;
    stage.stop_studio().await;
    stage.restart_studio().await;
    let job = stage.ended("walk.mp4").await;
    assert_eq!((job.row.status, job.thumbnails.len()), (Status::Completed, 5));
    stage.until("the notification", |seen| !seen.notices.is_empty()).await;
    assert_eq!(stage.recorder.seen().told(), 1);
}
