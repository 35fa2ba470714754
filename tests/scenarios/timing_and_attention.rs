//! What a person sees of a job beside its progress: when it was worked on, how long it may take, what wants attention.

use jiff::SignedDuration;
use tallylight_client::{Config, Keychain, start};
use tallylight_core::{Code, JobId, library::DismissAction, model::job::Status, view::Attention};
use tallylight_tests::{EMAIL, Fault, PASSWORD, Recorder, ScriptedHarness, StudioHarness, Video};

#[tokio::test]
async fn when_each_stage_was_worked_on_is_known_to_whoever_watched_and_to_whoever_did_not() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Silent.make(harness.videos(), "a.mp4")).await.expect("taken");
    let watched = harness.ended("a.mp4").await;
    let probe = watched.stages.iter().find(|harness| harness.stage_id.as_str() == "PROBE").expect("a stage");
    assert!(probe.began_at.is_some() && probe.began_at <= probe.ended_at, "{probe:?}");
    assert!(watched.began_at <= probe.began_at && probe.ended_at <= watched.ended_at, "{watched:?}");

    let late = start(Config::new(harness.folder.path().join("late"), Keychain::Memory), Recorder::default());
    late.connect(harness.studio().address().clone(), tallylight_client::Identity::Address).await.expect("discovery");
    late.sign_in(EMAIL.to_owned(), PASSWORD.into()).await.expect("signed in");
    late.synced().await.expect("the list");
    let told = late.job(watched.row.job_id.clone()).await.expect("the job");
    assert_eq!(told.stages, watched.stages);
}

#[tokio::test]
async fn the_time_left_is_learned_from_earlier_videos() {
    let harness = StudioHarness::live().await;
    for name in ["1.mp4", "2.mp4", "3.mp4", "4.mp4"] {
        harness.client.upload(Video::Complete.make(harness.videos(), name)).await.expect("taken");
        harness.ended(name).await;
    }
    let seen = harness.recorder.seen();
    let forecasts = |name: &str| seen.versions(name).iter().filter(|job| job.row.eta.is_some()).count();
    assert_eq!(forecasts("1.mp4"), 0, "nothing is known before the first");
    assert!(forecasts("2.mp4") + forecasts("3.mp4") + forecasts("4.mp4") > 0);
}

#[tokio::test]
async fn trouble_is_put_aside_over_a_restart_and_taken_up_again() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Truncated.make(harness.videos(), "half.mp4")).await.expect("taken");
    let failed = harness.ended("half.mp4").await;
    assert_eq!((failed.row.status, failed.row.attention), (Status::Failed, Some(Attention::Failed)));
    let job_ids = vec![failed.row.job_id.clone()];
    harness.client.set_dismissed(job_ids.clone(), DismissAction::Dismiss).await.expect("put aside");
    harness.client.shutdown().await;

    let again = start(Config::new(harness.folder.path().join("client"), Keychain::Memory), Recorder::default());
    again.sign_in(EMAIL.to_owned(), PASSWORD.into()).await.expect("signed in");
    again.synced().await.expect("the list");
    let attention = async || again.job(job_ids[0].clone()).await.expect("the job").row.attention;
    assert_eq!(attention().await, None);
    again.set_dismissed(job_ids.clone(), DismissAction::Restore).await.expect("taken up");
    assert_eq!(attention().await, Some(Attention::Failed));
    let nobody = again.set_dismissed(vec![JobId::new("nobody")], DismissAction::Dismiss).await;
    assert!(nobody.is_ok(), "a job that is gone wants no attention: {nobody:?}");
}

#[tokio::test]
async fn what_was_known_last_is_dated_by_the_last_word_and_not_by_when_its_end_was_noticed() {
    let harness = ScriptedHarness::live(|_| {}).await;
    let before = harness.client.status().await.expect("status").known_at.expect("known while live");
    // A night's sleep: nobody notices before the morning.
    harness.proxy.set(Fault::Refuse);
    harness.clock.move_wall(SignedDuration::from_hours(8));
    harness.until("the loss", |harness| !harness.is_live()).await;
    let known = harness.client.status().await.expect("status").known_at.expect("known before");
    assert!(known.duration_since(before) < SignedDuration::from_hours(1), "{before} and {known}");
}

#[tokio::test]
async fn a_word_of_the_tags_finds_the_video() {
    let harness = StudioHarness::live().await;
    harness.client.upload(Video::Complete.make(harness.videos(), "a.mp4")).await.expect("taken");
    let job = harness.ended("a.mp4").await;
    let found = async |text: &str| harness.client.search(text.to_owned()).await.expect("found");
    assert_eq!(found("WALKING").await, [] as [JobId; 0]);
    assert_eq!(found("Sea a.mp4").await, [job.row.job_id]);
    harness.client.shutdown().await;
    assert_eq!(harness.client.search("sea".to_owned()).await.expect_err("closed").code, Code::SignedOut);
}
