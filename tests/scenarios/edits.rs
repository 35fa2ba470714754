//! What a person writes: shown at once, sent once, and never lost.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use tallylight_core::{
    Code, JobId,
    edits::{DraftStatus, Draft},
    model::job::{Content, Field},
    view::{DraftKind, EditOutcome, Event},
};
use tallylight_tests::{Answer, EditFate, Fault, ScriptedHarness};

const SECOND: Duration = Duration::from_secs(1);

/// Returns a finished job, as REST answers it.
fn video(job_id: &str, title: &str) -> Value {
    json!({ "id": job_id, "video_id": format!("v{job_id}"), "status": "COMPLETED", "progress_percent": 100,
        "updated_at": yesterday(0.0), "video_metadata": { "title": title, "tags": ["a"] } })
}

/// Returns so many seconds after a time that is a day ago: finished jobs are not kept on disk for ever.
#[expect(clippy::disallowed_methods, reason = "jobs of a fixed date would grow too old to be kept")]
fn yesterday(seconds: f64) -> String {
    let since = SystemTime::now() - Duration::from_hours(24) + Duration::from_secs_f64(seconds);
    jiff::Timestamp::try_from(since).expect("a time").to_string()
}

fn text(words: &str) -> Content {
    Content::Text(words.to_owned())
}

async fn edit(scene: &ScriptedHarness, job_id: &str, fields: &[(Field, &str)]) {
    let changes: BTreeMap<_, _> = fields.iter().map(|(field, words)| (*field, text(words))).collect();
    scene.client.edit(JobId::new(job_id), changes).await.expect("taken");
}

fn outcomes(scene: &ScriptedHarness) -> Vec<(Field, EditOutcome)> {
    let seen = scene.recorder.seen();
    let told = seen.events.iter().filter_map(|event| if let Event::Edit(view) = event { Some(view) } else { None });
    told.map(|view| (view.field, view.outcome)).collect()
}

async fn live() -> ScriptedHarness {
    ScriptedHarness::live(|backend| backend.set_jobs(json!([video("7", "theirs"), video("8", "other")]))).await
}

async fn title(scene: &ScriptedHarness) -> (Option<String>, Vec<Field>) {
    let job = scene.job("7").await.expect("the job");
    (job.row.title, job.pending)
}

#[tokio::test]
async fn an_edit_is_shown_at_once_survives_a_message_and_is_confirmed_by_the_answer() {
    let scene = live().await;
    scene.backend.script_edits([EditFate::Held]);
    edit(&scene, "7", &[(Field::Title, "mine")]).await;
    assert_eq!(title(&scene).await, (Some("mine".to_owned()), vec![Field::Title]), "before the backend answers");
    let data = json!({ "metadata_type": "TITLE", "content": "the machine's" });
    let message = json!({ "type": "METADATA_UPDATE", "job_id": "7", "data": data, "timestamp": yesterday(0.5) });
    scene.backend.say(message.to_string());
    scene.set_dismissed().await;
    assert_eq!(title(&scene).await.0.as_deref(), Some("mine"));
    scene.until("the request", |scene| scene.backend.edits().len() == 1).await;
    scene.backend.release_edits();
    scene.until("the answer", |scene| outcomes(scene).last() == Some(&(Field::Title, EditOutcome::Saved))).await;
    assert_eq!(title(&scene).await, (Some("mine".to_owned()), vec![]));
    assert_eq!(scene.backend.edits(), [json!({ "title": "mine" })], "only what changed");
}

#[tokio::test]
async fn edits_of_a_job_wait_for_each_other_and_not_for_those_of_another() {
    let scene = live().await;
    scene.backend.script_edits([EditFate::Held]);
    edit(&scene, "7", &[(Field::Title, "A")]).await;
    edit(&scene, "7", &[(Field::Title, "B"), (Field::Description, "D")]).await;
    scene.until("the first request", |scene| scene.backend.edits().len() == 1).await;
    edit(&scene, "8", &[(Field::Title, "C")]).await;
    scene.until("the other job's", |scene| outcomes(scene).contains(&(Field::Title, EditOutcome::Saved))).await;
    assert_eq!(scene.backend.edits(), [json!({ "title": "A" }), json!({ "title": "C" })]);
    scene.backend.release_edits();
    scene.until("the second request", |scene| scene.backend.edits().len() == 3).await;
    assert_eq!(scene.backend.edits()[2], json!({ "title": "B", "description": "D" }));
}

#[tokio::test]
async fn edits_that_were_made_offline_wait_over_a_restart_and_are_sent_once_in_order() {
    let mut scene = live().await;
    scene.proxy.set(Fault::Refuse);
    edit(&scene, "7", &[(Field::Title, "A")]).await;
    edit(&scene, "7", &[(Field::Title, "B")]).await;
    let waits = |scene: &ScriptedHarness| outcomes(scene).iter().filter(|outcome| outcome.1 == EditOutcome::Queued).count() > 2;
    scene.until("why it waits", waits).await;
    scene.proxy.set(Fault::None);
    scene.restart().await;
    scene.until("both", |scene| scene.backend.edits().len() == 2).await;
    let saved = |scene: &ScriptedHarness| outcomes(scene).iter().filter(|outcome| outcome.1 == EditOutcome::Saved).count() == 2;
    scene.until("their answers", saved).await;
    assert_eq!(scene.backend.edits(), [json!({ "title": "A" }), json!({ "title": "B" })]);
    assert_eq!(title(&scene).await, (Some("B".to_owned()), vec![]));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_and_the_edit_is_not_sent_twice() {
    let scene = live().await;
    scene.backend.script_edits([EditFate::SavedAndLost]);
    edit(&scene, "7", &[(Field::Title, "mine")]).await;
    scene.sooner("the answer", SECOND, |scene| outcomes(scene).contains(&(Field::Title, EditOutcome::Saved))).await;
    assert_eq!((scene.backend.edits().len(), title(&scene).await.0.as_deref()), (1, Some("mine")));
}

#[tokio::test]
async fn a_backend_that_fails_is_asked_again_ever_later_until_it_answers() {
    let scene = live().await;
    scene.backend.script_edits([500, 503, 429].map(|code| EditFate::Instead(Answer::status(code))));
    edit(&scene, "7", &[(Field::Title, "mine")]).await;
    scene.sooner("the answer", SECOND, |scene| outcomes(scene).contains(&(Field::Title, EditOutcome::Saved))).await;
    assert_eq!(scene.backend.edits().len(), 4);
}

#[tokio::test]
async fn a_conflict_keeps_both_texts_until_the_person_chooses() {
    let mut scene = live().await;
    let theirs = scene.backend.change("v7", &json!({ "title": "another's" }));
    let conflict = Answer::status(409).saying(theirs.to_string());
    scene.backend.script_edits([EditFate::Instead(conflict)]);
    edit(&scene, "7", &[(Field::Title, "mine")]).await;
    scene.until("the conflict", |scene| outcomes(scene).contains(&(Field::Title, EditOutcome::Conflict))).await;
    scene.restart().await;
    let job = scene.job("7").await.expect("the job");
    assert_eq!((job.row.title.as_deref(), job.pending.len()), (Some("another's"), 0));
    assert_eq!((&job.drafts[0].content, job.drafts[0].kind), (&text("mine"), DraftKind::Conflict));
    // Keep mine.
    edit(&scene, "7", &[(Field::Title, "mine")]).await;
    scene.until("the answer", |scene| outcomes(scene).contains(&(Field::Title, EditOutcome::Saved))).await;
    assert!(scene.job("7").await.expect("the job").drafts.is_empty());
}

#[tokio::test]
async fn a_refused_field_says_why_keeps_its_words_and_holds_up_nothing_else() {
    let mut scene = live().await;
    let detail = json!({ "detail": [{ "loc": ["body", "title"], "msg": "too short", "type": "x" }] });
    scene.backend.script_edits([EditFate::Instead(Answer::status(422).saying(detail.to_string()))]);
    edit(&scene, "7", &[(Field::Title, ""), (Field::Description, "D")]).await;
    scene.until("the rest", |scene| outcomes(scene).contains(&(Field::Description, EditOutcome::Saved))).await;
    scene.restart().await;
    let job = scene.job("7").await.expect("the job");
    assert_eq!((job.row.title.as_deref(), job.metadata.description.as_deref()), (Some("theirs"), Some("D")));
    let draft = &job.drafts[0];
    assert_eq!(
        (draft.kind, draft.reason.as_ref().map(|why| why.message.as_str())),
        (DraftKind::Refused, Some("too short"))
    );
    scene.client.discard_draft(JobId::new("7"), Field::Title).await.expect("thrown away");
    assert!(scene.job("7").await.expect("the job").drafts.is_empty());
}

#[tokio::test]
async fn an_account_that_may_not_edit_keeps_its_words_and_stays_signed_in() {
    let scene = live().await;
    scene.backend.script_edits([403, 401, 401].map(|code| EditFate::Instead(Answer::status(code))));
    for count in 1..=2 {
        edit(&scene, "7", &[(Field::Title, "mine")]).await;
        let refused = |scene: &ScriptedHarness| outcomes(scene).iter().filter(|told| told.1 == EditOutcome::Refused).count();
        scene.until("the refusal", |scene| refused(scene) == count).await;
    }
    assert!(scene.is_signed_in().await);
    assert_eq!((title(&scene).await.0.as_deref(), scene.backend.refreshes()), (Some("theirs"), 1));
}

#[tokio::test]
async fn an_expired_token_is_renewed_and_the_edit_goes_on() {
    let scene = live().await;
    scene.backend.expire_tokens();
    edit(&scene, "7", &[(Field::Title, "mine")]).await;
    scene.until("the answer", |scene| outcomes(scene).contains(&(Field::Title, EditOutcome::Saved))).await;
    assert_eq!(title(&scene).await.0.as_deref(), Some("mine"));
}

#[tokio::test]
async fn what_this_studio_does_not_let_be_changed_is_said_at_once() {
    let scene = live().await;
    for (job_id, field, code) in [
        ("7", Field::Chapters, Code::NotOffered),
        ("7", Field::Thumbnail, Code::NotOffered),
        ("9", Field::Title, Code::NotFound),
    ] {
        let changes = [(field, text("x"))].into();
        let error = scene.client.edit(JobId::new(job_id), changes).await.expect_err("refused");
        assert_eq!(error.code, code, "{field:?}");
    }
    assert_eq!(scene.backend.edits(), Vec::<Value>::new());
}

#[tokio::test]
async fn what_was_typed_survives_an_expired_session_and_another_account() {
    let scene = live().await;
    let draft = |words: &str| Draft {
        job_id: JobId::new("7"),
        field: Field::Title,
        content: text(words),
        base: Some(text("theirs")),
        cause: DraftStatus::Typed,
    };
    scene.client.type_draft(draft("half a tit")).await.expect("kept");
    scene.sign_in("you@acme.tv").await;
    scene.until("the list", |scene| scene.backend.lists() >= 3).await;
    scene.set_dismissed().await;
    assert!(scene.job("7").await.expect("the job").drafts.is_empty(), "these are somebody else's");
    scene.sign_in("ME@acme.tv").await;
    scene.until("the list", |scene| scene.backend.lists() >= 5).await;
    scene.set_dismissed().await;
    let drafts = scene.job("7").await.map(|job| job.drafts).unwrap_or_default();
    assert_eq!(drafts.iter().map(|draft| &draft.content).collect::<Vec<_>>(), [&text("half a tit")]);
    scene.client.sign_out().await.expect("signed out");
    assert_eq!(scene.client.type_draft(draft("x")).await.expect_err("nobody").code, Code::SignedOut);
    scene.sign_in("me@acme.tv").await;
    scene.until("the list", |scene| scene.backend.lists() >= 7).await;
    scene.set_dismissed().await;
    let left = scene.job("7").await.map(|job| job.drafts).unwrap_or_default();
    assert!(left.is_empty(), "a person who signs out was asked first");
}

#[tokio::test]
async fn a_video_that_is_gone_stays_while_there_are_words_of_it() {
    let scene = live().await;
    scene.backend.set_jobs(json!([video("8", "other")]));
    edit(&scene, "7", &[(Field::Title, "mine")]).await;
    scene.until("the refusal", |scene| outcomes(scene).contains(&(Field::Title, EditOutcome::Refused))).await;
    scene.client.refresh().await.expect("asked");
    scene.set_dismissed().await;
    assert_eq!(scene.job("7").await.expect("still there").drafts[0].content, text("mine"));
}

#[tokio::test]
async fn a_transcript_is_on_disk_and_still_whole_wherever_it_is_asked_for() {
    let words = "word ".repeat(100_000);
    let mut job = video("7", "theirs");
    job["video_metadata"]["transcript_text"] = json!(words);
    let mut scene = ScriptedHarness::live(|backend| backend.set_jobs(json!([job]))).await;
    scene.clock.advance(2 * SECOND);
    scene.set_dismissed().await;
    for _ in 0..2 {
        let job = scene.job("7").await.expect("the job");
        assert_eq!(job.metadata.transcript.as_deref(), Some(words.as_str()));
        let before = scene.backend.lists();
        scene.restart().await;
        scene.until("live again", |scene| scene.is_live() && scene.backend.lists() >= before + 2).await;
    }
    scene.set_dismissed().await;
    let seen = scene.batches();
    scene.client.refresh().await.expect("asked");
    scene.set_dismissed().await;
    assert_eq!(scene.batches(), seen, "the same words again are no change");
}
