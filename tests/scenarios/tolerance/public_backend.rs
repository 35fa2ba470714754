//! The shapes of a public backend.

use serde_json::{Value, json};
use tallylight_core::{
    JobId,
    model::job::{Content, Field, Status},
    view::ListView,
};

use tallylight_tests::naive_now;

use super::PublicBackendHarness;

#[tokio::test]
async fn a_public_backend_is_used_from_sign_in_to_an_edit() {
    let world = PublicBackendHarness::live(|backend| {
        let metadata = json!({ "title": "Old", "tags": ["sea"], "updated_at": "2026-11-28T13:30:00.000001" });
        backend.add("one.mp4", "PROCESSING", &json!(["uploaded", "audio_extraction"]), &metadata);
    })
    .await;
    // The token travels as the backend takes it, and only one way at a time.
    let sockets: Vec<_> = world.backend.asked().into_iter().filter(|asked| asked.contains("/ws/")).collect();
    assert!(
        !sockets[0].contains("token=") && sockets.last().is_some_and(|asked| asked.contains("token=")),
        "{sockets:?}"
    );

    world.backend.say(&json!({ "type": "job_update", "job_id": 1, "status": "PROCESSING", "title": "Said",
        "processing_stages": ["uploaded", "audio_extraction", "transcript_generation"] }));
    world
        .until("the flat message", |world| {
            world.recorder.seen().versions("one.mp4").iter().any(|job| job.stages.len() == 3)
        })
        .await;
    let job = world.job(1).await.expect("a job");
    assert_eq!((job.row.title.as_deref(), job.row.progress_percent), (Some("Said"), None), "no percentage was told");

    let changes = [(Field::Title, Content::Text("Mine".to_owned()))].into();
    world.client.edit(JobId::new("1"), changes).await.expect("an edit");
    world
        .until("the edit", |world| {
            world
                .recorder
                .seen()
                .versions("one.mp4")
                .last()
                .is_some_and(|job| job.pending.is_empty() && job.row.title.as_deref() == Some("Mine"))
        })
        .await;
    assert_eq!(world.backend.edits(), [json!({ "title": "Mine" })]);

    // Somebody else edits it: only the time of the metadata moves.
    let metadata = json!({ "title": "Theirs", "tags": ["sea"], "updated_at": naive_now() });
    world.backend.change(1, json!({ "video_metadata": metadata }));
    world.client.refresh().await.expect("asked");
    world
        .until("the other edit", |world| {
            world
                .recorder
                .seen()
                .versions("one.mp4")
                .last()
                .is_some_and(|job| job.row.title.as_deref() == Some("Theirs"))
        })
        .await;
}

#[tokio::test]
async fn the_reason_of_a_failure_that_stands_among_the_stages_is_its_reason() {
    let world = PublicBackendHarness::of(|backend| {
        backend.add("one.mp4", "FAILED", &json!(["uploaded", "Error: moov atom not found"]), &Value::Null);
        backend.add("two.mp4", "FAILED", &json!({ "uploaded": true, "error: disk full": true }), &Value::Null);
    })
    .await;
    let jobs = [world.job(1).await.expect("a job"), world.job(2).await.expect("a job")];
    let reasons = jobs.each_ref().map(|job| job.row.error.as_ref().expect("a reason").message.as_str());
    assert_eq!(reasons, ["moov atom not found", "disk full"]);
    assert_eq!(jobs.each_ref().map(|job| job.stages.len()), [1, 1], "it is no stage");
}

#[tokio::test]
async fn a_list_that_holds_the_newest_hundred_says_so_and_the_others_are_asked_for_by_their_id() {
    let world = PublicBackendHarness::of(|backend| {
        for number in 0..134 {
            backend.add(&format!("{number}.mp4"), "COMPLETED", &Value::Null, &Value::Null);
        }
    })
    .await;
    let status = world.client.status().await.expect("status");
    assert_eq!((status.list.newest, status.counts.completed), (Some(100), 100));
    let old = world.job(3).await.expect("an old job");
    assert_eq!((old.row.status, old.row.filename.as_deref()), (Status::Completed, Some("2.mp4")));
    // What the list does not reach is not gone.
    world.client.refresh().await.expect("asked");
    world.client.synced().await.expect("the list");
    assert!(world.job(3).await.is_some());
    let asked = world.backend.asked();
    let confirmations = asked.iter().filter(|asked| asked.ends_with("/videos/jobs/3")).count();
    assert_eq!(confirmations, 1, "{asked:?}");
    let missing = world.client.job(JobId::new("999")).await.expect_err("there is none");
    assert!(missing.message.contains("Video 999 not found"), "{missing}");
    let changes = [(Field::Title, Content::Text("New".to_owned()))].into();
    world.client.edit(JobId::new("7"), changes).await.expect("an edit of a job that no list told of");
}

#[tokio::test]
async fn what_can_be_had_of_a_list_is_shown_and_the_rest_is_named() {
    let world = PublicBackendHarness::of(|backend| {
        backend.add("one.mp4", "COMPLETED", &Value::Null, &Value::Null);
        backend.add("two.mp4", "FAILED", &json!(["Error: x"]), &Value::Null);
        backend.add("three.mp4", "PENDING", &Value::Null, &Value::Null);
        backend.break_status("FAILED");
    })
    .await;
    let list = world.client.status().await.expect("status").list;
    assert_eq!(list, ListView { newest: None, missing: vec![Status::Failed], unreadable: 0 });
    assert_eq!(world.client.jobs().await.expect("jobs").len(), 2);
}

#[tokio::test]
async fn a_backend_that_cannot_answer_for_one_job_loses_none() {
    let world = PublicBackendHarness::live(|backend| {
        backend.add("one.mp4", "PROCESSING", &Value::Null, &Value::Null);
        backend.serve_no_single_job();
    })
    .await;
    world.backend.add("two.mp4", "PROCESSING", &Value::Null, &Value::Null);
    world.backend.say(&json!({ "type": "job_update", "job_id": 2, "status": "COMPLETED" }));
    world.until("the end", |world| world.recorder.seen().told() == 1).await;
    assert_eq!(world.client.jobs().await.expect("jobs").len(), 2);
}
