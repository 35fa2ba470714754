use serde_json::json;
use tallylight_core::{
    edits::{DraftStatus, EditState},
    protocol::snapshot::read_job,
};
use tokio::sync::oneshot::error::TryRecvError;

use super::*;
use crate::{
    account::{
        message::Message,
        test_context::{TestContext, job_id, library, reply},
    },
    net::rest::WithServerTime,
};

const OWNER: &str = "owner";

/// An outbox of a user who is signed in, and the library with the job that is edited.
fn outbox(test: &mut TestContext) -> (Outbox, Library) {
    let job = json!({ "id": "7", "video_id": "3", "status": "COMPLETED", "updated_at": "2026-01-01T00:00:00Z" });
    let library = library(&[job], &test.context);
    let mut outbox = Outbox::default();
    outbox.handle(OutboxInput::Load(OWNER.to_owned()), &library, &mut test.context);
    outbox.handle(OutboxInput::Machine(MachineInput::Opened), &library, &mut test.context);
    test.sent();
    (outbox, library)
}

fn title() -> BTreeMap<Field, Content> {
    BTreeMap::from([(Field::Title, Content::Text("mine".to_owned()))])
}

/// Saves a title, and returns what is to be done.
fn edit(outbox: &mut Outbox, library: &Library, test: &mut TestContext) -> EditStep {
    let (reply, _) = reply();
    outbox.handle(OutboxInput::Edit(job_id("7"), title(), reply), library, &mut test.context)
}

fn op_id(step: &EditStep) -> OpId {
    let sent = step.actions.iter().find_map(|action| match action {
        EditAction::Send(edit) => Some(edit.op_id),
        EditAction::Check(..) | EditAction::RefreshToken | EditAction::Publish(_) => None,
    });
    sent.expect("the edit is sent")
}

fn result(op_id: OpId, answer: EditAnswer, test: &TestContext) -> EditResult {
    let (epoch, generation) = (test.context.access.epoch, test.context.access.generation);
    EditResult { op_id, epoch, generation, answer }
}

#[test]
fn edit_is_written_as_sent_before_it_is_sent_and_the_command_answered_last() {
    let mut test = TestContext::signed_in();
    let (mut outbox, library) = outbox(&mut test);
    let (reply, mut answer) = reply();
    let step = outbox.handle(OutboxInput::Edit(job_id("7"), title(), reply), &library, &mut test.context);
    let is_sent = |effect: &Effect| matches!(effect, Effect::PersistEdit(edit) if edit.state == EditState::Sent);
    assert!(step.persist.iter().any(is_sent));
    assert_eq!(step.changed, [job_id("7")]);
    op_id(&step);
    assert!(matches!(answer.try_recv(), Err(TryRecvError::Empty)), "it is not on disk yet");
    outbox.persist(&step.persist, std::iter::empty(), &mut test.context);
    assert_eq!(test.context.store.edits(OWNER).len(), 1);
    assert_eq!(test.context.replies.len(), 1);
}

#[test]
fn edit_is_rejected_without_a_session_and_for_a_field_that_is_not_offered() {
    let mut test = TestContext::signed_in();
    let (mut outbox, library) = outbox(&mut test);
    let chapters = BTreeMap::from([(Field::Chapters, Content::Chapters(Vec::new()))]);
    let (reply_to, mut answer) = reply();
    let step = outbox.handle(OutboxInput::Edit(job_id("7"), chapters, reply_to), &library, &mut test.context);
    assert!(step.is_empty());
    assert_eq!(answer.try_recv().expect("answered").expect_err("not offered").code, Code::NotOffered);

    test.context.access.is_signed_in = false;
    let (reply_to, mut answer) = reply();
    let step = outbox.handle(OutboxInput::Edit(job_id("7"), title(), reply_to), &library, &mut test.context);
    assert!(step.is_empty());
    assert_eq!(answer.try_recv().expect("answered").expect_err("signed out").code, Code::SignedOut);
}

#[test]
fn answer_of_an_earlier_session_is_dropped() {
    let mut test = TestContext::signed_in();
    let (mut outbox, library) = outbox(&mut test);
    let step = edit(&mut outbox, &library, &mut test);
    let answer = EditAnswer::Sent(Answer::Saved(None));
    let of_earlier = EditResult { epoch: 0, ..result(op_id(&step), answer, &test) };
    let step = outbox.handle(OutboxInput::Result(Box::new(of_earlier)), &library, &mut test.context);
    assert!(step.is_empty() && test.sent().is_empty());
    assert!(outbox.edits.has(&job_id("7")), "what became of it is asked for later");
}

#[test]
fn saved_edit_is_deleted_from_disk_and_a_job_that_was_not_answered_is_fetched() {
    let mut test = TestContext::signed_in();
    let (mut outbox, library) = outbox(&mut test);
    let op_id = op_id(&edit(&mut outbox, &library, &mut test));
    let saved = result(op_id, EditAnswer::Sent(Answer::Saved(None)), &test);
    let step = outbox.handle(OutboxInput::Result(Box::new(saved)), &library, &mut test.context);
    assert!(step.persist.contains(&Effect::DeleteEdit(op_id)));
    assert!(matches!(&step.library[..], [EditUpdate::Confirm(_)]));
    assert!(matches!(&test.sent()[..], [Message::Fetcher(FetcherInput::Fetch(_))]));
}

#[test]
fn refused_token_is_refreshed_only_if_it_was_the_current_one() {
    for (generation, is_refreshed) in [(1, true), (0, false)] {
        let mut test = TestContext::signed_in();
        let (mut outbox, library) = outbox(&mut test);
        let op_id = op_id(&edit(&mut outbox, &library, &mut test));
        let refused = EditResult { generation, ..result(op_id, EditAnswer::Sent(Answer::Unauthorized), &test) };
        let step = outbox.handle(OutboxInput::Result(Box::new(refused)), &library, &mut test.context);
        let is_refresh = |action: &EditAction| matches!(action, EditAction::RefreshToken);
        assert_eq!(step.actions.iter().any(is_refresh), is_refreshed);
        let resumes = matches!(&test.sent()[..], [Message::Outbox(OutboxInput::Machine(MachineInput::TokenRefreshed))]);
        assert_eq!(resumes, !is_refreshed);
    }
}

#[test]
fn checked_edit_carries_the_clock_of_the_backend_in_its_step() {
    let mut test = TestContext::signed_in();
    let (mut outbox, library) = outbox(&mut test);
    let step = edit(&mut outbox, &library, &mut test);
    let job = read_job(&json!({ "id": "7", "video_id": "3", "status": "COMPLETED" })).expect("a job");
    let date = Some(test.context.now().wall);
    let checked = EditAnswer::Checked(Box::new(Ok(WithServerTime { value: job, date })));
    let checked = result(op_id(&step), checked, &test);
    let step = outbox.handle(OutboxInput::Result(Box::new(checked)), &library, &mut test.context);
    assert_eq!(step.date, date);
    assert!(test.sent().is_empty(), "the clock is no message behind the step");
}

#[test]
fn edits_of_an_owner_are_loaded_again_and_deleted_at_sign_out() {
    let mut test = TestContext::signed_in();
    let (mut outbox, library) = outbox(&mut test);
    let step = edit(&mut outbox, &library, &mut test);
    outbox.persist(&step.persist, std::iter::empty(), &mut test.context);
    outbox.handle(OutboxInput::Unload, &library, &mut test.context);
    assert!(!outbox.edits.has(&job_id("7")));

    outbox.handle(OutboxInput::Load(OWNER.to_owned()), &library, &mut test.context);
    assert!(outbox.edits.has(&job_id("7")));
    assert!(matches!(&test.sent()[..], [Message::Jobs(JobsInput::Edited(jobs))] if *jobs == [job_id("7")]));
    outbox.handle(OutboxInput::Delete, &library, &mut test.context);
    assert!(!outbox.edits.has(&job_id("7")) && test.context.store.edits(OWNER).is_empty());
}

#[test]
fn draft_needs_an_owner() {
    let draft = || Draft {
        job_id: job_id("7"),
        field: Field::Title,
        content: Content::Text("mine".to_owned()),
        base: None,
        cause: DraftStatus::Typed,
    };
    let mut test = TestContext::signed_in();
    assert_eq!(Outbox::default().draft(draft()).expect_err("nobody").code, Code::SignedOut);
    let (outbox, _) = outbox(&mut test);
    assert!(matches!(outbox.draft(draft()), Ok(MachineInput::Type(_))));
}
