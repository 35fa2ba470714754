//! Edits and drafts: shown at once, sent once, and never lost.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use tallylight_core::{
    Code, JobId,
    edits::{Draft, DraftStatus, EditOutcome},
    model::job::{Content, Field},
};
use tallylight_tests::{Answer, EditFate, Fault, ScriptedHarness};
use tallylight_view::{DraftKind, Event};

const SECOND: Duration = Duration::from_secs(1);

/// Returns a finished job in REST's shape.
fn video(job_id: &str, title: &str) -> Value {
    json!({ "id": job_id, "video_id": format!("v{job_id}"), "status": "COMPLETED", "progress_percent": 100,
        "updated_at": yesterday(0.0), "video_metadata": { "title": title, "tags": ["a"] } })
}

/// Returns a time yesterday, plus the given seconds. Finished jobs are kept on disk for a limited time only.
#[expect(clippy::disallowed_methods, reason = "jobs with a fixed date would exceed the retention")]
fn yesterday(seconds: f64) -> String {
    let since = SystemTime::now() - Duration::from_hours(24) + Duration::from_secs_f64(seconds);
    jiff::Timestamp::try_from(since).expect("a time").to_string()
}

fn text(words: &str) -> Content {
    Content::Text(words.to_owned())
}

async fn edit(harness: &ScriptedHarness, job_id: &str, fields: &[(Field, &str)]) {
    let changes: BTreeMap<_, _> = fields.iter().map(|(field, words)| (*field, text(words))).collect();
    harness.client.edit(JobId::new(job_id), changes).await.expect("accepted");
}

fn outcomes(harness: &ScriptedHarness) -> Vec<(Field, EditOutcome)> {
    let seen = harness.recorder.seen();
    let views = seen.events.iter().filter_map(|event| if let Event::Edit(view) = event { Some(view) } else { None });
    views.map(|view| (view.field, view.outcome)).collect()
}

async fn live() -> ScriptedHarness {
    ScriptedHarness::live(|backend| backend.set_jobs(json!([video("7", "theirs"), video("8", "other")]))).await
}

async fn title(harness: &ScriptedHarness) -> (Option<String>, Vec<Field>) {
    let job = harness.job("7").await.expect("the job");
    (job.row.title, job.pending)
}

#[tokio::test]
async fn edit_is_shown_at_once_and_survives_messages_until_confirmed() {
    let harness = live().await;
    harness.backend.script_edits([EditFate::Held]);
    edit(&harness, "7", &[(Field::Title, "mine")]).await;
    assert_eq!(
        title(&harness).await,
        (Some("mine".to_owned()), vec![Field::Title]),
        "shown before the backend answers"
    );
    let data = json!({ "metadata_type": "TITLE", "content": "from the pipeline" });
    let message = json!({ "type": "METADATA_UPDATE", "job_id": "7", "data": data, "timestamp": yesterday(0.5) });
    harness.backend.say(message.to_string());
    harness.wait_until_settled().await;
    assert_eq!(title(&harness).await.0.as_deref(), Some("mine"));
    harness.until("the request", |harness| harness.backend.edits().len() == 1).await;
    harness.backend.release_edits();
    harness.until("the answer", |harness| outcomes(harness).last() == Some(&(Field::Title, EditOutcome::Saved))).await;
    assert_eq!(title(&harness).await, (Some("mine".to_owned()), vec![]));
    assert_eq!(harness.backend.edits(), [json!({ "title": "mine" })], "only changed fields are sent");
}

#[tokio::test]
async fn edits_of_one_job_are_sent_in_order_and_jobs_independently() {
    let harness = live().await;
    harness.backend.script_edits([EditFate::Held]);
    edit(&harness, "7", &[(Field::Title, "A")]).await;
    edit(&harness, "7", &[(Field::Title, "B"), (Field::Description, "D")]).await;
    harness.until("the first request", |harness| harness.backend.edits().len() == 1).await;
    edit(&harness, "8", &[(Field::Title, "C")]).await;
    harness
        .until("the answer of the other job", |harness| outcomes(harness).contains(&(Field::Title, EditOutcome::Saved)))
        .await;
    assert_eq!(harness.backend.edits(), [json!({ "title": "A" }), json!({ "title": "C" })]);
    harness.backend.release_edits();
    harness.until("the second request", |harness| harness.backend.edits().len() == 3).await;
    assert_eq!(harness.backend.edits()[2], json!({ "title": "B", "description": "D" }));
}

#[tokio::test]
async fn offline_edits_survive_restart_and_are_sent_once_in_order() {
    let mut harness = live().await;
    harness.proxy.cut().await;
    edit(&harness, "7", &[(Field::Title, "A")]).await;
    edit(&harness, "7", &[(Field::Title, "B")]).await;
    let waits = |harness: &ScriptedHarness| {
        outcomes(harness).iter().filter(|outcome| outcome.1 == EditOutcome::Queued).count() > 2
    };
    harness.until("the reason of the delay", waits).await;
    harness.proxy.set(Fault::None);
    harness.restart().await;
    harness.until("both requests", |harness| harness.backend.edits().len() == 2).await;
    let saved = |harness: &ScriptedHarness| {
        outcomes(harness).iter().filter(|outcome| outcome.1 == EditOutcome::Saved).count() == 2
    };
    harness.until("both answers", saved).await;
    assert_eq!(harness.backend.edits(), [json!({ "title": "A" }), json!({ "title": "B" })]);
    assert_eq!(title(&harness).await, (Some("B".to_owned()), vec![]));
}

#[tokio::test]
async fn edit_with_lost_answer_is_verified_and_not_resent() {
    let harness = live().await;
    harness.backend.script_edits([EditFate::SavedAndLost]);
    edit(&harness, "7", &[(Field::Title, "mine")]).await;
    harness
        .until_with_clock("the answer", SECOND, |harness| {
            outcomes(harness).contains(&(Field::Title, EditOutcome::Saved))
        })
        .await;
    assert_eq!((harness.backend.edits().len(), title(&harness).await.0.as_deref()), (1, Some("mine")));
}

#[tokio::test]
async fn edit_is_retried_with_backoff_until_the_backend_answers() {
    let harness = live().await;
    harness.backend.script_edits([500, 503, 429].map(|code| EditFate::Instead(Answer::status(code))));
    edit(&harness, "7", &[(Field::Title, "mine")]).await;
    harness
        .until_with_clock("the answer", SECOND, |harness| {
            outcomes(harness).contains(&(Field::Title, EditOutcome::Saved))
        })
        .await;
    assert_eq!(harness.backend.edits().len(), 4);
}

#[tokio::test]
async fn conflict_keeps_both_texts_until_the_user_chooses() {
    let mut harness = live().await;
    let theirs = harness.backend.change("v7", &json!({ "title": "another's" }));
    let conflict = Answer::status(409).saying(theirs.to_string());
    harness.backend.script_edits([EditFate::Instead(conflict)]);
    edit(&harness, "7", &[(Field::Title, "mine")]).await;
    harness.until("the conflict", |harness| outcomes(harness).contains(&(Field::Title, EditOutcome::Conflict))).await;
    harness.restart().await;
    let job = harness.job("7").await.expect("the job");
    assert_eq!((job.row.title.as_deref(), job.pending.len()), (Some("another's"), 0));
    assert_eq!((&job.drafts[0].content, job.drafts[0].kind), (&text("mine"), DraftKind::Conflict));
    // Choose the own text.
    edit(&harness, "7", &[(Field::Title, "mine")]).await;
    harness.until("the answer", |harness| outcomes(harness).contains(&(Field::Title, EditOutcome::Saved))).await;
    assert!(harness.job("7").await.expect("the job").drafts.is_empty());
}

#[tokio::test]
async fn rejected_field_keeps_text_and_reason_and_blocks_no_other() {
    let mut harness = live().await;
    let detail = json!({ "detail": [{ "loc": ["body", "title"], "msg": "too short", "type": "x" }] });
    harness.backend.script_edits([EditFate::Instead(Answer::status(422).saying(detail.to_string()))]);
    edit(&harness, "7", &[(Field::Title, ""), (Field::Description, "D")]).await;
    harness
        .until("the other field", |harness| outcomes(harness).contains(&(Field::Description, EditOutcome::Saved)))
        .await;
    harness.restart().await;
    let job = harness.job("7").await.expect("the job");
    assert_eq!((job.row.title.as_deref(), job.metadata.description.as_deref()), (Some("theirs"), Some("D")));
    let draft = &job.drafts[0];
    assert_eq!(
        (draft.kind, draft.reason.as_ref().map(|reason| reason.message.as_str())),
        (DraftKind::Refused, Some("too short"))
    );
    harness.client.discard_draft(JobId::new("7"), Field::Title).await.expect("discarded");
    assert!(harness.job("7").await.expect("the job").drafts.is_empty());
}

#[tokio::test]
async fn edit_without_permission_keeps_text_and_session() {
    let harness = live().await;
    harness.backend.script_edits([403, 401, 401].map(|code| EditFate::Instead(Answer::status(code))));
    for count in 1..=2 {
        edit(&harness, "7", &[(Field::Title, "mine")]).await;
        let refused = |harness: &ScriptedHarness| {
            outcomes(harness).iter().filter(|outcome| outcome.1 == EditOutcome::Refused).count()
        };
        harness.until("the refusal", |harness| refused(harness) == count).await;
    }
    assert!(harness.is_signed_in().await);
    assert_eq!((title(&harness).await.0.as_deref(), harness.backend.refreshes()), (Some("theirs"), 1));
}

#[tokio::test]
async fn edit_with_expired_token_refreshes_and_succeeds() {
    let harness = live().await;
    harness.backend.expire_tokens();
    edit(&harness, "7", &[(Field::Title, "mine")]).await;
    harness.until("the answer", |harness| outcomes(harness).contains(&(Field::Title, EditOutcome::Saved))).await;
    assert_eq!(title(&harness).await.0.as_deref(), Some("mine"));
}

#[tokio::test]
async fn edit_of_unsupported_field_is_rejected_without_a_request() {
    let harness = live().await;
    for (job_id, field, code) in [
        ("7", Field::Chapters, Code::NotOffered),
        ("7", Field::Thumbnail, Code::NotOffered),
        ("9", Field::Title, Code::NotFound),
    ] {
        let changes = [(field, text("x"))].into();
        let error = harness.client.edit(JobId::new(job_id), changes).await.expect_err("refused");
        assert_eq!(error.code, code, "{field:?}");
    }
    assert_eq!(harness.backend.edits(), Vec::<Value>::new());
}

#[tokio::test]
async fn draft_survives_expired_session_and_other_account() {
    let harness = live().await;
    let draft = |words: &str| Draft {
        job_id: JobId::new("7"),
        field: Field::Title,
        content: text(words),
        base: Some(text("theirs")),
        cause: DraftStatus::Typed,
    };
    harness.client.type_draft(draft("half a tit")).await.expect("stored");
    harness.sign_in("you@acme.tv").await;
    harness.until("the list", |harness| harness.backend.lists() >= 3).await;
    harness.wait_until_settled().await;
    assert!(harness.job("7").await.expect("the job").drafts.is_empty(), "drafts of another account are not shown");
    harness.sign_in("ME@acme.tv").await;
    harness.until("the list", |harness| harness.backend.lists() >= 5).await;
    harness.wait_until_settled().await;
    let drafts = harness.job("7").await.map(|job| job.drafts).unwrap_or_default();
    assert_eq!(drafts.iter().map(|draft| &draft.content).collect::<Vec<_>>(), [&text("half a tit")]);
    harness.client.sign_out().await.expect("signed out");
    assert_eq!(harness.client.type_draft(draft("x")).await.expect_err("signed out").code, Code::SignedOut);
    harness.sign_in("me@acme.tv").await;
    harness.until("the list", |harness| harness.backend.lists() >= 7).await;
    harness.wait_until_settled().await;
    let left = harness.job("7").await.map(|job| job.drafts).unwrap_or_default();
    assert!(left.is_empty(), "signing out deletes drafts");
}

#[tokio::test]
async fn removed_video_with_a_draft_stays() {
    let harness = live().await;
    harness.backend.set_jobs(json!([video("8", "other")]));
    edit(&harness, "7", &[(Field::Title, "mine")]).await;
    harness.until("the refusal", |harness| outcomes(harness).contains(&(Field::Title, EditOutcome::Refused))).await;
    harness.client.refresh().await.expect("requested");
    harness.wait_until_settled().await;
    assert_eq!(harness.job("7").await.expect("still there").drafts[0].content, text("mine"));
}

#[tokio::test]
async fn evicted_transcript_is_read_from_disk_completely() {
    let words = "word ".repeat(100_000);
    let mut job = video("7", "theirs");
    job["video_metadata"]["transcript_text"] = json!(words);
    let mut harness = ScriptedHarness::live(|backend| backend.set_jobs(json!([job]))).await;
    harness.clock.advance(2 * SECOND);
    harness.wait_until_settled().await;
    for _ in 0..2 {
        let job = harness.job("7").await.expect("the job");
        assert_eq!(job.metadata.transcript.as_deref(), Some(words.as_str()));
        let before = harness.backend.lists();
        harness.restart().await;
        harness.until("live again", |harness| harness.is_live() && harness.backend.lists() >= before + 2).await;
    }
    harness.wait_until_settled().await;
    let seen = harness.batches();
    harness.client.refresh().await.expect("requested");
    harness.wait_until_settled().await;
    assert_eq!(harness.batches(), seen, "an unchanged transcript is not emitted");
}
