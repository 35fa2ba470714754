//! Stage times, time left, review state and search of a job.

use jiff::SignedDuration;
use serde_json::json;
use tallylight_client::{Config, Keychain, start};
use tallylight_core::{Code, JobId, attention::Attention, library::DismissAction, model::job::Status};
use tallylight_tests::{EMAIL, PASSWORD, Recorder, ScriptedHarness, StudioHarness, Video};

#[tokio::test]
async fn stage_times_are_the_same_from_messages_and_from_rest() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Silent.make(harness.videos(), "a.mp4")).await.expect("accepted");
    let watched = harness.ended("a.mp4").await;
    let probe = watched.stages.iter().find(|stage| stage.stage_id.as_str() == "PROBE").expect("a stage");
    assert!(probe.began_at.is_some() && probe.began_at <= probe.ended_at, "{probe:?}");
    assert!(watched.began_at <= probe.began_at && probe.ended_at <= watched.ended_at, "{watched:?}");

    let second_client = start(Config::new(harness.folder.path().join("second"), Keychain::Memory), Recorder::default());
    second_client
        .connect(harness.studio().address().clone(), tallylight_client::Identity::Address)
        .await
        .expect("discovery");
    second_client.sign_in(EMAIL.to_owned(), PASSWORD.into()).await.expect("signed in");
    second_client.synced().await.expect("the list");
    let job = second_client.job(watched.row.job_id.clone()).await.expect("the job");
    assert_eq!(job.stages, watched.stages);
}

#[tokio::test]
async fn time_left_is_learned_from_earlier_videos() {
    let harness = StudioHarness::live().await;
    for name in ["1.mp4", "2.mp4", "3.mp4", "4.mp4"] {
        harness.client.upload(Video::Complete.make(harness.videos(), name)).await.expect("accepted");
        harness.ended(name).await;
    }
    let seen = harness.recorder.seen();
    let forecasts = |name: &str| seen.versions(name).iter().filter(|job| job.row.eta.is_some()).count();
    assert_eq!(forecasts("1.mp4"), 0, "there is no forecast for the first video");
    assert!(forecasts("2.mp4") + forecasts("3.mp4") + forecasts("4.mp4") > 0);
}

#[tokio::test]
async fn dismissed_failure_survives_restart_and_can_be_restored() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Truncated.make(harness.videos(), "half.mp4")).await.expect("accepted");
    let failed = harness.ended("half.mp4").await;
    assert_eq!((failed.row.status, failed.row.attention), (Status::Failed, Some(Attention::Failed)));
    let job_ids = vec![failed.row.job_id.clone()];
    harness.client.set_dismissed(job_ids.clone(), DismissAction::Dismiss).await.expect("dismissed");
    harness.client.shutdown().await;

    let again = start(Config::new(harness.folder.path().join("client"), Keychain::Memory), Recorder::default());
    again.sign_in(EMAIL.to_owned(), PASSWORD.into()).await.expect("signed in");
    again.synced().await.expect("the list");
    let attention = async || again.job(job_ids[0].clone()).await.expect("the job").row.attention;
    assert_eq!(attention().await, None);
    again.set_dismissed(job_ids.clone(), DismissAction::Restore).await.expect("restored");
    assert_eq!(attention().await, Some(Attention::Failed));
    let unknown = again.set_dismissed(vec![JobId::new("unknown")], DismissAction::Dismiss).await;
    assert!(unknown.is_ok(), "dismissing an unknown job is no error: {unknown:?}");
}

#[tokio::test]
async fn last_known_time_is_that_of_last_message_not_of_noticed_loss() {
    let harness = ScriptedHarness::live(|_| {}).await;
    let before = harness.client.status().await.expect("status").known_at.expect("a time of the last message");
    // During eight hours of sleep the loss is not noticed.
    harness.proxy.cut().await;
    harness.clock.move_wall(SignedDuration::from_hours(8));
    harness.until("the loss", |harness| !harness.is_live()).await;
    let known = harness.client.status().await.expect("status").known_at.expect("a time of the last message");
    assert!(known.duration_since(before) < SignedDuration::from_hours(1), "{before} and {known}");
}

#[tokio::test]
async fn search_finds_video_by_tag() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Complete.make(harness.videos(), "a.mp4")).await.expect("accepted");
    let job = harness.ended("a.mp4").await;
    let found = async |text: &str| {
        let hits = harness.client.search(text.to_owned()).await.expect("found");
        hits.into_iter().map(|hit| hit.job_id).collect::<Vec<_>>()
    };
    assert_eq!(found("WALKING").await, [] as [JobId; 0]);
    assert_eq!(found("Sea a.mp4").await, [job.row.job_id]);
    harness.client.shutdown().await;
    assert_eq!(harness.client.search("sea".to_owned()).await.expect_err("closed").code, Code::ShuttingDown);
}

#[tokio::test]
async fn search_finds_words_of_transcripts_until_sign_out() {
    let mut job = tallylight_tests::running("7");
    job["video_metadata"] = json!({ "title": "At the sea", "transcript_text": "There we saw a walrus." });
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([job]))).await;
    harness.clock.advance(std::time::Duration::from_secs(2));
    harness.wait_until_settled().await;
    for _ in 0..2 {
        // Transcripts are indexed in the background.
        let excerpt = loop {
            let hits = harness.client.search("SEA walr".to_owned()).await.expect("found");
            if let Some(excerpt) = hits.into_iter().find_map(|hit| hit.excerpt) {
                break excerpt;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!((excerpt.before.as_str(), excerpt.found.as_str()), ("There we saw a ", "walrus"));
        harness.restart().await;
    }
    harness.client.sign_out().await.expect("signed out");
    assert_eq!(harness.client.search("walrus".to_owned()).await.expect("searched"), []);
}
