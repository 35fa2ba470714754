use reqwest::StatusCode;
use serde_json::json;
use tallylight_core::{Code, protocol::snapshot::read_job};

use super::*;
use crate::{
    account::{
        message::{AuthInput, ListPosition, ListUpdate, RecheckReason},
        test_context::{TestContext, job_id, library, position, reply, unlisted},
    },
    net::rest::{List, Listing, MissingJobs},
};

fn handle(fetcher: &mut Fetcher, input: FetcherInput, test: &mut TestContext) {
    fetcher.handle(input, &Library::default(), &Edits::default(), &mut test.context);
}

/// Returns the result of a request that was sent in the current session.
fn result(request: FetchRequest, answer: Result<FetchAnswer, Failure>, test: &TestContext) -> FetchResult {
    let (generation, epoch) = (test.context.access.generation, test.context.access.epoch);
    FetchResult { request, requested: test.context.now(), generation, epoch, answer }
}

fn fetched(request: FetchRequest, answer: Result<FetchAnswer, Failure>, test: &TestContext) -> FetcherInput {
    FetcherInput::Fetched(Box::new(result(request, answer, test)))
}

fn list(incomplete: Option<MissingJobs>) -> FetchAnswer {
    let job = read_job(&json!({ "id": "7", "status": "PROCESSING" })).expect("a job");
    let list = List { jobs: vec![job], incomplete, ..List::default() };
    FetchAnswer::List(WithServerTime { value: Listing::Jobs(list), date: None })
}

fn failure(status: StatusCode, code: Code) -> Failure {
    Failure { status: Some(status), ..Failure::local(Error::new(code, "no")) }
}

fn unauthorized() -> Failure {
    failure(StatusCode::UNAUTHORIZED, Code::SessionExpired)
}

fn updates(sent: &[Message]) -> Vec<&ListUpdate> {
    let mut updates = Vec::new();
    for message in sent {
        if let Message::Jobs(JobsInput::List(update)) | Message::ReplaceJobs(update) = message {
            updates.push(&**update);
        }
    }
    updates
}

fn is_refresh(message: &Message) -> bool {
    matches!(message, Message::Auth(AuthInput::Machine(auth::Input::AccessRefused)))
}

#[tokio::test]
async fn answer_of_an_earlier_session_is_dropped() {
    let mut test = TestContext::signed_in();
    let mut fetcher = Fetcher::default();
    for answer in [Ok(list(None)), Err(unauthorized())] {
        let of_earlier = FetchResult { epoch: 0, ..result(FetchRequest::list(), answer, &test) };
        handle(&mut fetcher, FetcherInput::Fetched(Box::new(of_earlier)), &mut test);
        assert!(test.sent().is_empty());
    }
}

#[tokio::test]
async fn request_whose_token_is_refused_is_repeated_once_with_a_fresh_one() {
    let mut test = TestContext::signed_in();
    let mut fetcher = Fetcher::default();
    handle(&mut fetcher, fetched(FetchRequest::list(), Err(unauthorized()), &test), &mut test);
    assert!(test.sent().iter().any(is_refresh));
    assert_eq!(fetcher.waiting, [FetchRequest::list().with_fresh_token()]);

    handle(&mut fetcher, FetcherInput::TokenReady, &mut test);
    assert!(fetcher.waiting.is_empty());
    let again = FetchRequest::list().with_fresh_token();
    handle(&mut fetcher, fetched(again, Err(unauthorized()), &test), &mut test);
    let sent = test.sent();
    assert!(!sent.iter().any(is_refresh), "not a third time");
    assert!(position(&sent, |message| matches!(message, Message::Connection(_))).is_some(), "the list has failed");
}

#[tokio::test]
async fn request_refused_with_an_earlier_token_is_repeated_without_a_refresh() {
    let mut test = TestContext::signed_in();
    let mut fetcher = Fetcher::default();
    let earlier = FetchResult { generation: 0, ..result(FetchRequest::list(), Err(unauthorized()), &test) };
    handle(&mut fetcher, FetcherInput::Fetched(Box::new(earlier)), &mut test);
    assert!(test.sent().is_empty() && fetcher.waiting.is_empty());
}

#[tokio::test]
async fn forbidden_list_is_worth_one_refresh() {
    let mut test = TestContext::signed_in();
    let mut fetcher = Fetcher::default();
    let forbidden = || Err(failure(StatusCode::FORBIDDEN, Code::Forbidden));
    handle(&mut fetcher, fetched(FetchRequest::list(), forbidden(), &test), &mut test);
    assert!(test.sent().iter().any(is_refresh));
    handle(&mut fetcher, fetched(FetchRequest::list(), forbidden(), &test), &mut test);
    assert!(!test.sent().iter().any(is_refresh));
}

#[tokio::test]
async fn first_list_is_marked_and_reported_before_whoever_waits_for_it_is_answered() {
    let mut test = TestContext::signed_in();
    let mut fetcher = Fetcher::default();
    handle(&mut fetcher, FetcherInput::AwaitList, &mut test);
    let (reply, mut answer) = reply();
    handle(&mut fetcher, FetcherInput::WhenSynced(reply), &mut test);
    handle(&mut fetcher, fetched(FetchRequest::list(), Ok(list(None)), &test), &mut test);
    let sent = test.sent();
    assert_eq!(updates(&sent)[0].position, ListPosition::First);
    let merged = position(&sent, |message| matches!(message, Message::Jobs(JobsInput::List(_))));
    assert!(merged < position(&sent, |message| matches!(message, Message::Fetcher(FetcherInput::Synced))));
    assert!(answer.try_recv().is_err());

    handle(&mut fetcher, FetcherInput::Synced, &mut test);
    assert!(matches!(answer.try_recv(), Ok(Ok(()))));
    handle(&mut fetcher, fetched(FetchRequest::list(), Ok(list(None)), &test), &mut test);
    assert_eq!(updates(&test.sent())[0].position, ListPosition::Later);
}

#[tokio::test]
async fn next_list_replaces_all_jobs_only_if_it_is_complete() {
    for (incomplete, is_replaced) in [(None, true), (Some(MissingJobs::Newest(1)), false)] {
        let mut test = TestContext::signed_in();
        let mut fetcher = Fetcher::default();
        handle(&mut fetcher, FetcherInput::ReplaceWithNextList, &mut test);
        handle(&mut fetcher, fetched(FetchRequest::list(), Ok(list(incomplete)), &test), &mut test);
        let is_replacement = |message: &Message| matches!(message, Message::ReplaceJobs(_));
        assert_eq!(test.sent().iter().any(is_replacement), is_replaced);
        handle(&mut fetcher, fetched(FetchRequest::list(), Ok(list(None)), &test), &mut test);
        assert!(!test.sent().iter().any(is_replacement), "the list after that is merged");
    }
}

#[tokio::test]
async fn few_jobs_are_requested_at_once_and_beyond_a_queue_the_list_instead() {
    let mut test = TestContext::signed_in();
    let mut fetcher = Fetcher::default();
    let is_list = |message: &Message| matches!(message, Message::Connection(_));
    for number in 0..AT_ONCE + QUEUE_LIMIT {
        handle(&mut fetcher, FetcherInput::Fetch(FetchRequest::job(job_id(&number.to_string()))), &mut test);
    }
    assert_eq!((fetcher.in_flight.len(), fetcher.queued.len()), (AT_ONCE, QUEUE_LIMIT));
    assert!(!test.sent().iter().any(is_list));
    handle(&mut fetcher, FetcherInput::Fetch(FetchRequest::job(job_id("more"))), &mut test);
    assert!(test.sent().iter().any(is_list));
    assert!(fetcher.queued.is_empty());
}

#[tokio::test]
async fn job_is_rechecked_at_once_and_then_at_most_once_in_its_interval() {
    let mut test = TestContext::signed_in();
    let mut fetcher = Fetcher::default();
    let recheck = || FetcherInput::Recheck(job_id("7"), RecheckReason::Unreadable);
    handle(&mut fetcher, recheck(), &mut test);
    assert!(fetcher.in_flight.contains(&job_id("7")) && fetcher.deadline().is_none());
    handle(&mut fetcher, recheck(), &mut test);
    let due = fetcher.deadline().expect("later");
    assert!(fetcher.queued.is_empty() && due > test.context.monotonic());
    fetcher.tick(due, &mut test.context);
    assert!(fetcher.queued.contains_key(&job_id("7")) && fetcher.deadline().is_none());
}

#[tokio::test]
async fn denied_job_is_removed_if_a_list_lacks_it_or_only_messages_named_it() {
    let job = json!({ "id": "7", "status": "PROCESSING" });
    let message = json!({ "type": "JOB_UPDATE", "job_id": "7", "data": { "status": "PROCESSING" } });
    let test = TestContext::signed_in();
    let (listed, named) = (library(&[job], &test.context), unlisted(&[message], &test.context));
    let (confirming, completing) = (FetchRequest::confirming(job_id("7")), FetchRequest::job(job_id("7")));
    for (known, request, is_removed) in [
        (&listed, confirming.clone(), true),
        (&listed, completing.clone(), false),
        (&named, completing, true),
        (&Library::default(), confirming, false),
    ] {
        let mut test = TestContext::signed_in();
        let denied = fetched(request.clone(), Err(failure(StatusCode::NOT_FOUND, Code::NotFound)), &test);
        Fetcher::default().handle(denied, known, &Edits::default(), &mut test.context);
        let is_removal = |message: &Message| matches!(message, Message::Jobs(JobsInput::Remove(_)));
        assert_eq!(test.sent().iter().any(is_removal), is_removed, "{request:?}");
    }
}

#[tokio::test]
async fn failed_request_for_a_job_is_repeated_after_a_pause() {
    let mut test = TestContext::signed_in();
    let mut fetcher = Fetcher::default();
    handle(&mut fetcher, FetcherInput::Fetch(FetchRequest::job(job_id("7"))), &mut test);
    let failed = Err(failure(StatusCode::BAD_GATEWAY, Code::ServerError));
    handle(&mut fetcher, fetched(FetchRequest::job(job_id("7")), failed, &test), &mut test);
    let due = fetcher.deadline().expect("later");
    assert!(fetcher.in_flight.is_empty());
    fetcher.tick(due, &mut test.context);
    assert!(fetcher.in_flight.contains(&job_id("7")));
}

#[tokio::test]
async fn commands_that_wait_for_a_job_are_rejected_when_the_session_ends() {
    let mut test = TestContext::signed_in();
    let mut fetcher = Fetcher::default();
    let ((show, mut shown), (synced, mut answer)) = (reply(), reply());
    handle(&mut fetcher, FetcherInput::AwaitList, &mut test);
    handle(&mut fetcher, FetcherInput::FetchFor(job_id("7"), WaitingCommand::Show(show)), &mut test);
    handle(&mut fetcher, FetcherInput::WhenSynced(synced), &mut test);
    handle(&mut fetcher, FetcherInput::SignedOut(signed_out()), &mut test);
    assert_eq!(shown.try_recv().expect("answered").expect_err("signed out").code, Code::SignedOut);
    assert_eq!(answer.try_recv().expect("answered").expect_err("signed out").code, Code::SignedOut);
}

#[tokio::test]
async fn fetched_job_is_merged_before_its_automations_run_and_commands_are_answered() {
    let mut test = TestContext::signed_in();
    let mut fetcher = Fetcher::default();
    let (show, _shown) = reply();
    handle(&mut fetcher, FetcherInput::FetchFor(job_id("7"), WaitingCommand::Show(show)), &mut test);
    let job = read_job(&json!({ "id": "7", "status": "COMPLETED" })).expect("a job");
    let answer = Ok(FetchAnswer::Job(Box::new(WithServerTime { value: job, date: None })));
    handle(&mut fetcher, fetched(FetchRequest::job(job_id("7")), answer, &test), &mut test);
    assert!(matches!(
        &test.sent()[..],
        [
            Message::Jobs(JobsInput::Merge(_)),
            Message::Automations(AutomationsInput::RunFor(_)),
            Message::JobFetched(..)
        ]
    ));
}
