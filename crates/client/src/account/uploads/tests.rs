use std::path::Path;

use reqwest::StatusCode;
use tallylight_core::{Reason, upload_queue::VideoFile};
use tokio::sync::oneshot;

use super::*;
use crate::{
    account::{
        message::{Message, UploadRequest},
        test_context::{TestContext, job_id, position, published, reply},
    },
    command::UploadAction,
};

type Answer = oneshot::Receiver<Result<JobId, Error>>;

/// The uploads of a test, and what they handle.
struct Harness {
    test: TestContext,
    uploads: Uploads,
}

impl Harness {
    fn signed_in() -> Self {
        let mut harness = Self::of(TestContext::signed_in());
        harness.handle(UploadsInput::Load("owner".to_owned()));
        harness
    }

    fn of(test: TestContext) -> Self {
        let uploads = Uploads::new(UploadStorage::Disk, &Settings::default());
        Self { test, uploads }
    }

    fn handle(&mut self, input: UploadsInput) {
        self.uploads.handle(input, &Library::default(), &mut self.test.context);
    }

    /// Lets a file be accepted, and returns the answer to its command.
    fn accept(&mut self, path: &str) -> Answer {
        self.check(path, Ok(file(path)), self.test.context.access.epoch)
    }

    fn check(&mut self, path: &str, file: Result<VideoFile, Error>, epoch: u64) -> Answer {
        let (reply, answer) = reply();
        self.uploads.checking += 1;
        let request = UploadRequest { path: path.into(), purpose: UploadPurpose::New, position: 0, reply };
        self.handle(UploadsInput::Checked(epoch, file, request));
        answer
    }

    /// Ends the attempt of an upload that is running.
    fn done(&mut self, upload_id: u32, outcome: Result<StepResult, Failure>) {
        let attempt = self.uploads.running.get(&upload_id).expect("it runs").attempt;
        let attempt = UploadAttempt { upload_id, attempt, epoch: self.test.context.access.epoch };
        self.handle(UploadsInput::StepDone(attempt, SentBytes::default(), outcome));
    }

    fn states(&self) -> Vec<UploadState> {
        self.uploads.views().into_iter().map(|view| view.state).collect()
    }
}

fn file(path: &str) -> VideoFile {
    VideoFile { path: path.into(), size: 1000, modified: None, fingerprint: format!("hash of {path}") }
}

fn unauthorized() -> Failure {
    let error = Error::new(Code::SessionExpired, "expired");
    Failure { status: Some(StatusCode::UNAUTHORIZED), ..Failure::local(error) }
}

fn is_refresh(message: &Message) -> bool {
    matches!(message, Message::Auth(_))
}

#[tokio::test]
async fn two_files_are_sent_at_the_same_time_and_the_next_when_one_ends() {
    let mut harness = Harness::signed_in();
    let _answers: Vec<Answer> = ["a.mp4", "b.mp4", "c.mp4"].map(|path| harness.accept(path)).into();
    assert_eq!(harness.states(), [UploadState::Sending, UploadState::Sending, UploadState::Queued]);
    harness.done(1, Ok(StepResult::Done(job_id("7"))));
    assert_eq!(harness.states(), [UploadState::Sending, UploadState::Sending]);
}

#[tokio::test]
async fn upload_is_rejected_without_a_session() {
    let mut harness = Harness::of(TestContext::signed_out());
    let (reply, mut answer) = reply();
    harness.handle(UploadsInput::Upload("a.mp4".into(), reply));
    assert_eq!(answer.try_recv().expect("answered").expect_err("signed out").code, Code::SignedOut);
    assert!(!harness.uploads.is_under_way());
}

#[tokio::test]
async fn file_that_is_checked_while_the_session_ends_is_not_uploaded() {
    let mut harness = Harness::signed_in();
    let mut answer = harness.check("a.mp4", Ok(file("a.mp4")), 0);
    assert_eq!(answer.try_recv().expect("answered").expect_err("signed out").code, Code::SignedOut);
    assert!(harness.uploads.views().is_empty() && !harness.uploads.is_under_way());
}

#[tokio::test]
async fn file_that_is_not_a_video_is_a_failed_upload() {
    let mut harness = Harness::signed_in();
    let error = Error::new(Code::NotAVideo, "text");
    let mut answer = harness.check("a.txt", Err(error.clone()), harness.test.context.access.epoch);
    assert_eq!(answer.try_recv().expect("answered").expect_err("no video").code, Code::NotAVideo);
    let views = harness.uploads.views();
    assert_eq!((views[0].state, views[0].error.clone()), (UploadState::Failed, Some(Reason::from(error.clone()))));
    // Files that cannot be read have nothing in common, and one that is added again is still the same.
    for (path, count) in [("b.txt", 2), ("a.txt", 2)] {
        let mut answer = harness.check(path, Err(error.clone()), harness.test.context.access.epoch);
        assert_eq!(answer.try_recv().expect("answered").expect_err("no video").code, Code::NotAVideo);
        assert_eq!(harness.uploads.views().len(), count, "{path}");
    }
    for upload_id in [1, 2] {
        harness.handle(UploadsInput::Act(UploadAction::Cancel(upload_id)));
    }
    assert!(harness.uploads.views().is_empty());
}

#[tokio::test]
async fn created_job_is_expected_before_it_is_subscribed_and_fetched() {
    let mut harness = Harness::signed_in();
    let mut answer = harness.accept("/videos/a.mp4");
    harness.test.sent();
    harness.done(1, Ok(StepResult::Done(job_id("7"))));
    assert!(matches!(
        &harness.test.sent()[..],
        [
            Message::Publisher(_),
            Message::Jobs(JobsInput::Expect(_)),
            Message::Connection(_),
            Message::Fetcher(FetcherInput::Fetch(_))
        ]
    ));
    let store = &harness.test.context.store;
    assert_eq!(store.source(&job_id("7")).as_deref(), Some(Path::new("/videos/a.mp4")));
    assert!(store.uploads("owner").is_empty(), "what is complete is not in the queue");
    assert_eq!(answer.try_recv().expect("answered").expect("a job"), job_id("7"));
}

#[tokio::test]
async fn end_of_an_upload_of_an_earlier_session_makes_no_job() {
    let mut harness = Harness::signed_in();
    let mut answer = harness.accept("a.mp4");
    harness.test.sent();
    let attempt = UploadAttempt { upload_id: 1, attempt: 1, epoch: 0 };
    harness.handle(UploadsInput::StepDone(attempt, SentBytes::default(), Ok(StepResult::Done(job_id("7")))));
    assert!(answer.try_recv().is_err() && harness.test.sent().is_empty());
}

#[tokio::test]
async fn upload_whose_token_is_refused_is_sent_again_once() {
    let mut harness = Harness::signed_in();
    let mut answer = harness.accept("a.mp4");
    harness.test.sent();
    harness.done(1, Err(unauthorized()));
    assert!(harness.test.sent().iter().any(is_refresh) && answer.try_recv().is_err());
    harness.handle(UploadsInput::TokenReady);
    harness.done(1, Err(unauthorized()));
    assert!(!harness.test.sent().iter().any(is_refresh));
    assert_eq!(answer.try_recv().expect("answered").expect_err("refused").code, Code::SessionExpired);
    assert_eq!(harness.states(), [UploadState::Failed]);
}

#[tokio::test]
async fn result_of_an_earlier_attempt_does_not_end_a_later_one() {
    let mut harness = Harness::signed_in();
    let _answer = harness.accept("a.mp4");
    let first = UploadAttempt { upload_id: 1, attempt: 1, epoch: harness.test.context.access.epoch };
    for action in [UploadAction::Pause(1), UploadAction::Resume(1)] {
        harness.handle(UploadsInput::Act(action));
    }
    let interrupted = Failure::local(Error::new(Code::Unreachable, "text"));
    harness.handle(UploadsInput::StepDone(first, SentBytes::default(), Err(interrupted)));
    assert_eq!(harness.states(), [UploadState::Sending]);
    // A job is a job, whichever attempt it comes from.
    harness.handle(UploadsInput::StepDone(first, SentBytes::default(), Ok(StepResult::Done(job_id("7")))));
    assert!(harness.uploads.views().is_empty());
}

#[tokio::test]
async fn end_of_the_session_ends_every_upload_and_keeps_it_on_disk() {
    let mut harness = Harness::signed_in();
    let mut answers = ["a.mp4", "b.mp4", "c.mp4"].map(|path| harness.accept(path));
    harness.test.sent();
    harness.handle(UploadsInput::SignedOut);
    assert!(harness.uploads.views().is_empty());
    for answer in &mut answers {
        assert_eq!(answer.try_recv().expect("answered").expect_err("signed out").code, Code::SignedOut);
    }
    let sent = harness.test.sent();
    let failed = |event: &&Event| matches!(event, Event::Upload(view) if view.state == UploadState::Failed);
    assert_eq!(published(&sent).into_iter().filter(failed).count(), 3);
    harness.handle(UploadsInput::Load("owner".to_owned()));
    assert_eq!(harness.states(), [UploadState::Sending, UploadState::Sending, UploadState::Queued]);
    harness.handle(UploadsInput::Load("other".to_owned()));
    assert!(harness.uploads.views().is_empty());
    harness.handle(UploadsInput::Load("owner".to_owned()));
    harness.handle(UploadsInput::Delete);
    assert!(harness.uploads.views().is_empty() && harness.test.context.store.uploads("owner").is_empty());
}

#[tokio::test]
async fn queue_in_memory_is_not_written_to_disk() {
    let mut harness = Harness::signed_in();
    harness.uploads.storage = UploadStorage::Memory;
    let _answer = harness.accept("a.mp4");
    assert!(harness.test.context.store.uploads("owner").is_empty());
}

#[tokio::test]
async fn progress_of_a_part_is_stored_when_the_backend_confirms_it() {
    let mut harness = Harness::signed_in();
    let _answer = harness.accept("a.mp4");
    let url = url::Url::parse("https://api.acme.tv/uploads/1").expect("a URL");
    let transfer = Transfer::Resumable { url, begun_at: jiff::Timestamp::UNIX_EPOCH };
    harness.done(1, Ok(StepResult::Transferred(transfer)));
    let attempt = UploadAttempt { upload_id: 1, attempt: 2, epoch: harness.test.context.access.epoch };
    harness.handle(UploadsInput::Progress(attempt, SentBytes { sent: 700, confirmed: 500 }));
    let [view] = harness.uploads.views().try_into().expect("one upload");
    assert_eq!((view.sent_bytes, view.is_resumable), (700, true));
    assert_eq!(harness.test.context.store.uploads("owner")[0].confirmed_bytes, 500);
    assert!(position(&harness.test.sent(), |message| matches!(message, Message::Jobs(_))).is_none());
}
