//! The response shapes of a public backend.

use serde_json::{Value, json};
use tallylight_core::{
    JobId,
    model::job::{Content, Field, Status},
};
use tallylight_view::ListView;

use tallylight_tests::naive_now;

use super::PublicBackendHarness;

#[tokio::test]
async fn public_backend_works_from_sign_in_to_an_edit() {
    let harness = PublicBackendHarness::live(|backend| {
        let metadata = json!({ "title": "Old", "tags": ["sea"], "updated_at": "2026-11-28T13:30:00.000001" });
        backend.add("one.mp4", "PROCESSING", &json!(["uploaded", "audio_extraction"]), &metadata);
    })
    .await;
    // The token is sent in the way that the backend accepts, one way for each request.
    let sockets: Vec<_> = harness.backend.asked().into_iter().filter(|asked| asked.contains("/ws/")).collect();
    assert!(
        !sockets[0].contains("token=") && sockets.last().is_some_and(|asked| asked.contains("token=")),
        "{sockets:?}"
    );

    harness.backend.say(&json!({ "type": "job_update", "job_id": 1, "status": "PROCESSING", "title": "Said",
        "processing_stages": ["uploaded", "audio_extraction", "transcript_generation"] }));
    harness
        .until("the flat message", |harness| {
            harness.recorder.seen().versions("one.mp4").iter().any(|job| job.stages.len() == 3)
        })
        .await;
    let job = harness.job(1).await.expect("a job");
    assert_eq!(
        (job.row.title.as_deref(), job.row.progress_percent),
        (Some("Said"), None),
        "the backend sends no percentage"
    );

    let changes = [(Field::Title, Content::Text("Mine".to_owned()))].into();
    harness.client.edit(JobId::new("1"), changes).await.expect("an edit");
    harness
        .until("the edit", |harness| {
            harness
                .recorder
                .seen()
                .versions("one.mp4")
                .last()
                .is_some_and(|job| job.pending.is_empty() && job.row.title.as_deref() == Some("Mine"))
        })
        .await;
    assert_eq!(harness.backend.edits(), [json!({ "title": "Mine" })]);

    // Another client edits the video: only the time of the metadata changes.
    let metadata = json!({ "title": "Theirs", "tags": ["sea"], "updated_at": naive_now() });
    harness.backend.change(1, json!({ "video_metadata": metadata }));
    harness.client.refresh().await.expect("requested");
    harness
        .until("the other edit", |harness| {
            harness
                .recorder
                .seen()
                .versions("one.mp4")
                .last()
                .is_some_and(|job| job.row.title.as_deref() == Some("Theirs"))
        })
        .await;
}

#[tokio::test]
async fn failure_reason_within_the_stages_is_used() {
    let harness = PublicBackendHarness::of(|backend| {
        backend.add("one.mp4", "FAILED", &json!(["uploaded", "Error: moov atom not found"]), &Value::Null);
        backend.add("two.mp4", "FAILED", &json!({ "uploaded": true, "error: disk full": true }), &Value::Null);
    })
    .await;
    let jobs = [harness.job(1).await.expect("a job"), harness.job(2).await.expect("a job")];
    let reasons = jobs.each_ref().map(|job| job.row.error.as_ref().expect("a reason").message.as_str());
    assert_eq!(reasons, ["moov atom not found", "disk full"]);
    assert_eq!(jobs.each_ref().map(|job| job.stages.len()), [1, 1], "the reason is not a stage");
}

#[tokio::test]
async fn list_limited_to_100_is_reported_and_other_jobs_fetched_by_id() {
    let harness = PublicBackendHarness::of(|backend| {
        for number in 0..134 {
            backend.add(&format!("{number}.mp4"), "COMPLETED", &Value::Null, &Value::Null);
        }
    })
    .await;
    let status = harness.client.status().await.expect("status");
    assert_eq!((status.list.newest, status.counts.completed), (Some(100), 100));
    let old = harness.job(3).await.expect("an old job");
    assert_eq!((old.row.status, old.row.filename.as_deref()), (Status::Completed, Some("2.mp4")));
    // A job beyond the list is not removed.
    harness.client.refresh().await.expect("requested");
    harness.client.synced().await.expect("the list");
    assert!(harness.job(3).await.is_some());
    let asked = harness.backend.asked();
    let confirmations = asked.iter().filter(|asked| asked.ends_with("/videos/jobs/3")).count();
    assert_eq!(confirmations, 1, "{asked:?}");
    let missing = harness.client.job(JobId::new("999")).await.expect_err("there is none");
    assert!(missing.message.contains("Video 999 not found"), "{missing}");
    let changes = [(Field::Title, Content::Text("New".to_owned()))].into();
    harness.client.edit(JobId::new("7"), changes).await.expect("an edit of an unlisted job");
}

#[tokio::test]
async fn partly_failing_list_is_shown_with_missing_statuses_named() {
    let harness = PublicBackendHarness::of(|backend| {
        backend.add("one.mp4", "COMPLETED", &Value::Null, &Value::Null);
        backend.add("two.mp4", "FAILED", &json!(["Error: x"]), &Value::Null);
        backend.add("three.mp4", "PENDING", &Value::Null, &Value::Null);
        backend.break_status("FAILED");
    })
    .await;
    let list = harness.client.status().await.expect("status").list;
    assert_eq!(list, ListView { newest: None, missing: vec![Status::Failed], unreadable: 0 });
    assert_eq!(harness.client.jobs().await.expect("jobs").len(), 2);
}

#[tokio::test]
async fn failing_single_job_request_loses_no_job() {
    let harness = PublicBackendHarness::live(|backend| {
        backend.add("one.mp4", "PROCESSING", &Value::Null, &Value::Null);
        backend.serve_no_single_job();
    })
    .await;
    harness.backend.add("two.mp4", "PROCESSING", &Value::Null, &Value::Null);
    harness.backend.say(&json!({ "type": "job_update", "job_id": 2, "status": "COMPLETED" }));
    harness.until("the notification", |harness| harness.recorder.seen().told() == 1).await;
    assert_eq!(harness.client.jobs().await.expect("jobs").len(), 2);
}
