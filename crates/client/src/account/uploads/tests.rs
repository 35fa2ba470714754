use std::path::Path;

use reqwest::StatusCode;
use tallylight_core::Reason;
use tokio::sync::oneshot;

use super::*;
use crate::account::{
    message::Message,
    test_context::{TestContext, job_id, position, published, reply},
};

type Answer = oneshot::Receiver<Result<JobId, Error>>;

fn handle(uploads: &mut Uploads, input: UploadsInput, test: &mut TestContext) {
    uploads.handle(input, &mut test.context);
}

/// Lets a file be accepted, and returns the answer to its command.
fn accept(uploads: &mut Uploads, path: &str, test: &mut TestContext) -> Answer {
    check(uploads, path, Ok(1000), test.context.access.epoch, test)
}

fn check(uploads: &mut Uploads, path: &str, size: Result<u64, Error>, epoch: u64, test: &mut TestContext) -> Answer {
    let (reply, answer) = reply();
    uploads.checking += 1;
    let request = UploadRequest { path: path.into(), replaces: None, reply };
    handle(uploads, UploadsInput::Checked(epoch, size, request), test);
    answer
}

fn states(uploads: &Uploads) -> Vec<UploadState> {
    uploads.views().into_iter().map(|view| view.state).collect()
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
    let mut test = TestContext::signed_in();
    let mut uploads = Uploads::default();
    let _answers: Vec<Answer> = ["a.mp4", "b.mp4", "c.mp4"].map(|path| accept(&mut uploads, path, &mut test)).into();
    assert_eq!(states(&uploads), [UploadState::Sending, UploadState::Sending, UploadState::Queued]);
    let epoch = test.context.access.epoch;
    handle(&mut uploads, UploadsInput::Done(1, epoch, Ok(job_id("7"))), &mut test);
    assert_eq!(states(&uploads), [UploadState::Sending, UploadState::Sending]);
}

#[tokio::test]
async fn upload_is_rejected_without_a_session() {
    let mut test = TestContext::signed_out();
    let mut uploads = Uploads::default();
    let (reply, mut answer) = reply();
    handle(&mut uploads, UploadsInput::Upload("a.mp4".into(), reply), &mut test);
    assert_eq!(answer.try_recv().expect("answered").expect_err("signed out").code, Code::SignedOut);
    assert!(!uploads.is_under_way());
}

#[tokio::test]
async fn file_that_is_checked_while_the_session_ends_is_not_uploaded() {
    let mut test = TestContext::signed_in();
    let mut uploads = Uploads::default();
    let mut answer = check(&mut uploads, "a.mp4", Ok(1000), 0, &mut test);
    assert_eq!(answer.try_recv().expect("answered").expect_err("signed out").code, Code::SignedOut);
    assert!(uploads.views().is_empty() && !uploads.is_under_way());
}

#[tokio::test]
async fn file_that_is_not_a_video_is_a_failed_upload() {
    let mut test = TestContext::signed_in();
    let mut uploads = Uploads::default();
    let error = Error::new(Code::NotAVideo, "text");
    let mut answer = check(&mut uploads, "a.txt", Err(error.clone()), test.context.access.epoch, &mut test);
    assert_eq!(answer.try_recv().expect("answered").expect_err("no video").code, Code::NotAVideo);
    let views = uploads.views();
    assert_eq!((views[0].state, views[0].error.clone()), (UploadState::Failed, Some(Reason::from(error))));
    handle(&mut uploads, UploadsInput::Cancel(1), &mut test);
    assert!(uploads.views().is_empty());
}

#[tokio::test]
async fn created_job_is_expected_before_it_is_subscribed_and_fetched() {
    let mut test = TestContext::signed_in();
    let mut uploads = Uploads::default();
    let mut answer = accept(&mut uploads, "/videos/a.mp4", &mut test);
    test.sent();
    let epoch = test.context.access.epoch;
    handle(&mut uploads, UploadsInput::Done(1, epoch, Ok(job_id("7"))), &mut test);
    assert!(matches!(
        &test.sent()[..],
        [
            Message::Publisher(_),
            Message::Jobs(JobsInput::Expect(_)),
            Message::Connection(_),
            Message::Fetcher(FetcherInput::Fetch(_))
        ]
    ));
    assert_eq!(test.context.store.source(&job_id("7")).as_deref(), Some(Path::new("/videos/a.mp4")));
    assert_eq!(answer.try_recv().expect("answered").expect("a job"), job_id("7"));
}

#[tokio::test]
async fn end_of_an_upload_of_an_earlier_session_makes_no_job() {
    let mut test = TestContext::signed_in();
    let mut uploads = Uploads::default();
    let mut answer = accept(&mut uploads, "a.mp4", &mut test);
    handle(&mut uploads, UploadsInput::Done(1, 0, Ok(job_id("7"))), &mut test);
    assert_eq!(answer.try_recv().expect("answered").expect_err("signed out").code, Code::SignedOut);
    assert!(position(&test.sent(), |message| matches!(message, Message::Jobs(_))).is_none());
}

#[tokio::test]
async fn upload_whose_token_is_refused_is_sent_again_once() {
    let mut test = TestContext::signed_in();
    let mut uploads = Uploads::default();
    let mut answer = accept(&mut uploads, "a.mp4", &mut test);
    let epoch = test.context.access.epoch;
    test.sent();
    handle(&mut uploads, UploadsInput::Done(1, epoch, Err(unauthorized())), &mut test);
    assert!(test.sent().iter().any(is_refresh) && answer.try_recv().is_err());
    handle(&mut uploads, UploadsInput::TokenReady, &mut test);
    handle(&mut uploads, UploadsInput::Done(1, epoch, Err(unauthorized())), &mut test);
    assert!(!test.sent().iter().any(is_refresh));
    assert_eq!(answer.try_recv().expect("answered").expect_err("refused").code, Code::SessionExpired);
    assert_eq!(states(&uploads), [UploadState::Failed]);
}

#[tokio::test]
async fn end_of_the_session_ends_every_upload() {
    let mut test = TestContext::signed_in();
    let mut uploads = Uploads::default();
    let mut answers = ["a.mp4", "b.mp4", "c.mp4"].map(|path| accept(&mut uploads, path, &mut test));
    test.sent();
    handle(&mut uploads, UploadsInput::SignedOut, &mut test);
    assert!(uploads.views().is_empty());
    for answer in &mut answers {
        assert_eq!(answer.try_recv().expect("answered").expect_err("signed out").code, Code::SignedOut);
    }
    let sent = test.sent();
    let failed = |event: &&Event| matches!(event, Event::Upload(view) if view.state == UploadState::Failed);
    assert_eq!(published(&sent).into_iter().filter(failed).count(), 3);
}
