use reqwest::StatusCode;
use serde_json::json;
use tallylight_core::{
    edits::{self, Draft, DraftStatus},
    model::job::{Content, Field},
    protocol::snapshot::read_job,
};
use tokio::sync::oneshot;

use super::*;
use crate::account::{
    message::{AuthInput, Message},
    test_context::{TestContext, job_id, library, reply},
};

/// The actions, a library with one failed job, and their environment.
struct Harness {
    actions: JobActions,
    library: Library,
    edits: Edits,
    test: TestContext,
}

impl Harness {
    fn new() -> Self {
        let test = TestContext::signed_in();
        let job = json!({ "id": "7", "video_id": "v7", "status": "FAILED", "updated_at": "2026-01-01T00:00:00Z" });
        let library = library(&[job], &test.context);
        Self { actions: JobActions::default(), library, edits: Edits::default(), test }
    }

    fn handle(&mut self, input: JobActionsInput) {
        self.actions.handle(input, &self.library, &self.edits, &mut self.test.context);
    }

    fn start(&mut self, action: JobAction, id: &str) -> oneshot::Receiver<Result<(), Error>> {
        let (reply, answer) = reply();
        self.handle(JobActionsInput::Start(action, job_id(id), reply));
        answer
    }

    /// Takes the request that was sent last, and lets the backend answer it.
    async fn answer(&mut self, answer: Result<ActionAnswer, Failure>) {
        let Message::JobActions(JobActionsInput::Done(result)) = self.test.next_from_task().await else {
            panic!("the result of an action");
        };
        self.handle(JobActionsInput::Done(Box::new(JobActionResult { answer, ..*result })));
    }

    /// Sends the replies, as the runtime does once the queue is empty.
    fn reply(&mut self) {
        for reply in std::mem::take(&mut self.test.context.replies) {
            reply();
        }
    }
}

fn status(status: StatusCode, code: Code) -> Result<ActionAnswer, Failure> {
    Err(Failure { status: Some(status), ..Failure::local(Error::new(code, "no")) })
}

fn is_refresh(message: &Message) -> bool {
    matches!(message, Message::Auth(AuthInput::Machine(auth::Input::AccessRefused)))
}

#[tokio::test]
async fn deleted_job_is_removed_before_the_command_is_answered() {
    let mut harness = Harness::new();
    let mut answer = harness.start(JobAction::Delete, "7");
    harness.answer(Ok(ActionAnswer::Done(None))).await;
    let sent = harness.test.sent();
    assert!(matches!(&sent[..], [Message::Jobs(JobsInput::Remove(_)), Message::Connection(_)]));
    assert!(answer.try_recv().is_err(), "not yet");
    harness.reply();
    assert_eq!(answer.await.expect("an answer"), Ok(()));
}

#[tokio::test]
async fn video_with_unsaved_words_is_not_deleted() {
    let mut harness = Harness::new();
    let draft = Draft {
        job_id: job_id("7"),
        field: Field::Title,
        content: Content::Text("mine".to_owned()),
        base: None,
        cause: DraftStatus::Typed,
    };
    harness.edits.on(edits::Input::Type(draft), &harness.library, harness.test.context.now());
    let answer = harness.start(JobAction::Delete, "7");
    harness.reply();
    assert_eq!(answer.await.expect("an answer").map_err(|error| error.code), Err(Code::WrongState));
    assert!(harness.actions.in_flight == 0 && harness.actions.queued.is_empty());
}

#[tokio::test]
async fn job_of_an_answer_takes_part_in_ordering() {
    let mut harness = Harness::new();
    let _answer = harness.start(JobAction::Retry, "7");
    let value = read_job(&json!({ "id": "7", "status": "PENDING" })).expect("a job");
    let job = Some(Box::new(WithServerTime { value, date: None }));
    harness.answer(Ok(ActionAnswer::Done(job))).await;
    let sent = harness.test.sent();
    assert!(matches!(&sent[..], [Message::Jobs(JobsInput::Merge(merge))] if merge.authority == Authority::Ordered));
}

#[tokio::test]
async fn refused_token_is_refreshed_once() {
    let mut harness = Harness::new();
    let answer = harness.start(JobAction::Retry, "7");
    let unauthorized = || status(StatusCode::UNAUTHORIZED, Code::SessionExpired);
    harness.answer(unauthorized()).await;
    assert!(harness.test.sent().iter().any(is_refresh));
    harness.handle(JobActionsInput::TokenReady);
    harness.answer(unauthorized()).await;
    assert!(!harness.test.sent().iter().any(is_refresh), "not a third time");
    harness.reply();
    assert_eq!(answer.await.expect("an answer").map_err(|error| error.code), Err(Code::SessionExpired));
}

#[tokio::test]
async fn end_of_the_session_answers_what_waits_and_what_is_in_flight() {
    let mut harness = Harness::new();
    let in_flight = harness.start(JobAction::Retry, "7");
    harness.test.context.access.token = None;
    let waiting = harness.start(JobAction::Cancel, "7");
    harness.test.context.access.epoch += 1;
    harness.handle(JobActionsInput::SignedOut(signed_out()));
    assert_eq!(waiting.await.expect("an answer"), Err(signed_out()));
    harness.answer(Ok(ActionAnswer::Done(None))).await;
    assert!(!harness.test.sent().iter().any(|message| matches!(message, Message::Jobs(_))), "nothing is changed");
    harness.reply();
    assert_eq!(in_flight.await.expect("an answer"), Err(signed_out()));
}

#[tokio::test]
async fn only_some_requests_are_sent_at_the_same_time() {
    let mut harness = Harness::new();
    let _answers: Vec<_> = (0..=AT_ONCE).map(|_| harness.start(JobAction::Retry, "7")).collect();
    assert_eq!((harness.actions.in_flight, harness.actions.queued.len()), (AT_ONCE, 1));
    harness.answer(Ok(ActionAnswer::Done(None))).await;
    assert_eq!((harness.actions.in_flight, harness.actions.queued.len()), (AT_ONCE, 0));
}
