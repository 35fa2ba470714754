//! What a person sees of a job beside its progress: when it was worked on, how long it may take, what wants attention.

use jiff::SignedDuration;
use tallylight_client::{Config, Keychain, start};
use tallylight_core::{Code, JobId, library::DismissAction, model::job::Status, view::Attention};
use tallylight_tests::{EMAIL, Fault, PASSWORD, Recorder, ScriptedHarness, StudioHarness, Video};

#[tokio::test]
async fn when_each_stage_was_worked_on_is_known_to_whoever_watched_and_to_whoever_did_not() {
    let stage = StudioHarness::live().await;
    stage.client.upload(Video::Silent.make(stage.videos(), "a.mp4")).await.expect("taken");
    let watched = stage.ended("a.mp4").await;
    let probe = watched.stages.iter().find(|stage| stage.stage_id.as_str() == "PROBE").expect("a stage");
    assert!(probe.began_at.is_some() && probe.began_at <= probe.ended_at, "{probe:?}");
    assert!(watched.began_at <= probe.began_at && probe.ended_at <= watched.ended_at, "{watched:?}");

    let late = start(Config::new(stage.folder.path().join("late"), Keychain::Memory), Recorder::default());
    late.connect(stage.studio().address().clone(), tallylight_client::Identity::Address).await.expect("discovery");
    late.sign_in(EMAIL.to_owned(), PASSWORD.into()).await.expect("signed in");
    late.synced().await.expect("the list");
    let told = late.job(watched.row.job_id.clone()).await.expect("the job");
    assert_eq!(told.stages, watched.stages);
}

#[tokio::test]
async fn the_time_left_is_learned_from_earlier_videos() {
    let stage = StudioHarness::live().await;
    for name in ["1.mp4", "2.mp4", "3.mp4", "4.mp4"] {
        stage.client.upload(Video::Complete.make(stage.videos(), name)).await.expect("taken");
        stage.ended(name).await;
    }
    let seen = stage.recorder.seen();
    let forecasts = |name: &str| seen.versions(name).iter().filter(|job| job.row.eta.is_some()).count();
    assert_eq!(forecasts("1.mp4"), 0, "nothing is known before the first");
    assert!(forecasts("2.mp4") + forecasts("3.mp4") + forecasts("4.mp4") > 0);
}

#[tokio::test]
async fn trouble_is_put_aside_over_a_restart_and_taken_up_again() {
    let stage = StudioHarness::live().await;
    stage.client.upload(Video::Truncated.make(stage.videos(), "half.mp4")).await.expect("taken");
    let failed = stage.ended("half.mp4").await;
    assert_eq!((failed.row.status, failed.row.attention), (Status::Failed, Some(Attention::Failed)));
    let job_ids = vec![failed.row.job_id.clone()];
    stage.client.set_dismissed(job_ids.clone(), DismissAction::Dismiss).await.expect("put aside");
    stage.client.shutdown().await;

    let again = start(Config::new(stage.folder.path().join("client"), Keychain::Memory), Recorder::default());
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
    let scene = ScriptedHarness::live(|_| {}).await;
    let before = scene.client.status().await.expect("status").known_at.expect("known while live");
    // A night's sleep: nobody notices before the morning.
    scene.proxy.set(Fault::Refuse);
    scene.clock.move_wall(SignedDuration::from_hours(8));
    scene.until("the loss", |scene| !scene.is_live()).await;
    let known = scene.client.status().await.expect("status").known_at.expect("known before");
    assert!(known.duration_since(before) < SignedDuration::from_hours(1), "{before} and {known}");
}

#[tokio::test]
async fn a_word_of_the_tags_finds_the_video() {
    let stage = StudioHarness::live().await;
    stage.client.upload(Video::Complete.make(stage.videos(), "a.mp4")).await.expect("taken");
    let job = stage.ended("a.mp4").await;
    let found = async |text: &str| stage.client.search(text.to_owned()).await.expect("found");
    assert_eq!(found("WALKING").await, [] as [JobId; 0]);
    assert_eq!(found("Sea a.mp4").await, [job.row.job_id]);
    stage.client.shutdown().await;
    assert_eq!(stage.client.search("sea".to_owned()).await.expect_err("closed").code, Code::SignedOut);
}
