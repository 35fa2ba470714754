//! Retry, cancel and delete through the client: what the backend does, and what the user sees of it.

use serde_json::{Value, json};
use tallylight_client::JobAction;
use tallylight_core::{Code, JobId, model::job::Status};
use tallylight_tests::{Answer, ScriptedHarness};

fn job(id: &str, status: &str) -> Value {
    json!({ "id": id, "video_id": format!("v{id}"), "status": status, "error_message": (status == "FAILED").then_some("bad"),
        "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z",
        "video": { "original_filename": format!("{id}.mp4") } })
}

async fn offering(features: &[&str], jobs: Value) -> ScriptedHarness {
    let harness = ScriptedHarness::live(|backend| {
        backend.set_discovery(json!({ "features": features }));
        backend.set_jobs(jobs);
    })
    .await;
    harness.client.synced().await.expect("the list");
    harness
}

async fn with_jobs() -> ScriptedHarness {
    let jobs = json!([job("1", "FAILED"), job("2", "PROCESSING"), job("3", "COMPLETED")]);
    offering(&["retry", "cancel", "delete"], jobs).await
}

async fn act(harness: &ScriptedHarness, action: JobAction, id: &str) -> Result<(), Code> {
    harness.client.act_on_job(action, JobId::new(id)).await.map_err(|error| error.code)
}

async fn status(harness: &ScriptedHarness, id: &str) -> Option<Status> {
    let rows = harness.client.rows().await.expect("rows");
    rows.into_iter().find(|row| row.job_id.as_str() == id).map(|row| row.status)
}

#[tokio::test]
async fn failed_video_is_processed_again() {
    let harness = with_jobs().await;
    assert_eq!(act(&harness, JobAction::Retry, "1").await, Ok(()));
    assert_eq!(status(&harness, "1").await, Some(Status::Pending), "the answer has the job");
    assert_eq!(harness.backend.actions(), ["retry 1"]);
    harness.until("its subscription", |harness| harness.backend.subscribed().contains(&"1".to_owned())).await;
}

#[tokio::test]
async fn cancelled_video_is_neither_notified_nor_to_be_reviewed() {
    let harness = with_jobs().await;
    assert_eq!(act(&harness, JobAction::Cancel, "2").await, Ok(()));
    let row = harness.client.job(JobId::new("2")).await.expect("the job").row;
    assert_eq!((row.status, row.is_cancelled, row.attention), (Status::Failed, true, None));
    assert_eq!(harness.told().await, 0);
    assert!(harness.client.history().await.expect("the history").is_empty());
}

#[tokio::test]
async fn deleted_video_disappears_and_does_not_come_back() {
    let harness = with_jobs().await;
    assert_eq!(act(&harness, JobAction::Delete, "3").await, Ok(()));
    assert_eq!(harness.backend.actions(), ["delete v3"]);
    assert_eq!(status(&harness, "3").await, None);
    harness.client.refresh().await.expect("a refresh");
    harness.client.synced().await.expect("the list");
    assert_eq!(status(&harness, "3").await, None);
    assert_eq!(status(&harness, "1").await, Some(Status::Failed), "others stay");
}

#[tokio::test]
async fn video_that_is_already_gone_counts_as_deleted() {
    let harness = with_jobs().await;
    harness.backend.set_jobs(json!([job("1", "FAILED")]));
    assert_eq!(act(&harness, JobAction::Delete, "3").await, Ok(()));
    assert_eq!(act(&harness, JobAction::Cancel, "2").await, Err(Code::NotFound));
    for id in ["2", "3"] {
        harness.until("its removal", |harness| harness.recorder.seen().has_removed(id)).await;
    }
}

#[tokio::test]
async fn action_in_another_state_shows_the_present_state() {
    let harness = with_jobs().await;
    let mut finished = job("2", "COMPLETED");
    finished["updated_at"] = json!("2026-01-01T11:00:00Z");
    harness.backend.set_jobs(json!([job("1", "FAILED"), finished]));
    assert_eq!(act(&harness, JobAction::Cancel, "2").await, Err(Code::WrongState));
    assert_eq!(status(&harness, "2").await, Some(Status::Completed));
}

#[tokio::test]
async fn expired_token_is_refreshed_once() {
    let harness = with_jobs().await;
    harness.backend.expire_tokens();
    let refreshes = harness.backend.refreshes();
    assert_eq!(act(&harness, JobAction::Retry, "1").await, Ok(()));
    assert_eq!((harness.backend.refreshes() - refreshes, harness.backend.actions().len()), (1, 1));
}

#[tokio::test]
async fn answer_without_a_job_is_completed_by_a_request() {
    for answer in [Answer::status(204), Answer::status(200).with("content-type", "text/plain")] {
        let harness = with_jobs().await;
        let mut pending = job("1", "PENDING");
        pending["updated_at"] = json!("2026-01-01T11:00:00Z");
        harness.backend.set_jobs(json!([pending]));
        harness.backend.script_actions([answer]);
        assert_eq!(act(&harness, JobAction::Retry, "1").await, Ok(()));
        harness
            .until("the job", |harness| {
                harness.recorder.seen().versions("1.mp4").last().is_some_and(|job| job.row.status == Status::Pending)
            })
            .await;
    }
}

#[tokio::test]
async fn action_that_is_not_offered_or_that_fails_says_why() {
    let harness = offering(&["cancel"], json!([job("1", "FAILED")])).await;
    assert_eq!(act(&harness, JobAction::Retry, "1").await, Err(Code::NotOffered));
    assert_eq!(act(&harness, JobAction::Delete, "1").await, Err(Code::NotOffered));
    assert!(harness.backend.actions().is_empty());
    for (answer, code) in [(403, Code::Forbidden), (429, Code::RateLimited), (500, Code::ServerError)] {
        harness.backend.script_actions([Answer::status(answer)]);
        assert_eq!(act(&harness, JobAction::Cancel, "1").await, Err(code));
    }
    assert_eq!(act(&harness, JobAction::Cancel, "9").await, Err(Code::NotFound), "a job that nobody knows");
    harness.client.sign_out().await.expect("signed out");
    assert_eq!(act(&harness, JobAction::Cancel, "1").await, Err(Code::SignedOut));
}
