use serde_json::{Value, json};
use tallylight_core::{model::outcome::Outcome, protocol::snapshot::read_job, snooze::Snooze};

use super::*;
use crate::account::{
    message::{ConnectionInput, ListPosition, ListUpdate, Message},
    test_context::{TestContext, job_id, library, position, socket_event},
};

fn jobs(known: &[Value], test: &TestContext) -> Jobs {
    let mut jobs = Jobs::new(Vec::new(), test.context.monotonic());
    jobs.library = library(known, &test.context);
    jobs
}

fn handle(jobs: &mut Jobs, input: JobsInput, test: &mut TestContext) {
    jobs.handle(input, &Edits::default(), &mut test.context);
}

fn running() -> Value {
    json!({ "id": "7", "status": "PROCESSING", "progress_percent": 1, "updated_at": "2026-01-01T00:00:00Z" })
}

fn update(status: &str, second: u32, reason: Option<&str>) -> Event {
    let data = json!({ "status": status, "progress_percent": 50, "error_message": reason });
    let at = format!("2026-01-01T00:01:{second:02}Z");
    socket_event(&json!({ "type": "JOB_UPDATE", "job_id": "7", "data": data, "timestamp": at }))
}

fn list(jobs: &[Value], position: ListPosition, test: &TestContext) -> JobsInput {
    let jobs = jobs.iter().map(|job| read_job(job).expect("a job")).collect();
    let requested = test.context.now();
    JobsInput::List(Box::new(ListUpdate { jobs, date: None, requested, incomplete: None, position }))
}

/// Returns the runs of every message about outcomes.
fn ended_runs(sent: Vec<Message>) -> Vec<EndedRun> {
    let mut ended = Vec::new();
    for message in sent {
        if let Message::Notifications(NotificationsInput::Outcomes(runs, _)) = message {
            ended.extend(runs);
        }
    }
    ended
}

#[test]
fn history_entry_keeps_its_reason_when_failure_and_retry_arrive_in_one_batch() {
    let mut test = TestContext::signed_in();
    let mut jobs = jobs(&[running()], &test);
    let batch = vec![update("FAILED", 1, Some("The disk is full.")), update("PENDING", 2, None)];
    let now = test.context.now();
    handle(&mut jobs, JobsInput::Events(batch, now), &mut test);
    let ended = ended_runs(test.sent());
    let [EndedRun { outcome, entry: Some(entry) }] = &ended[..] else { panic!("one run ended") };
    assert_eq!(outcome.outcome, Outcome::Failed);
    assert_eq!(entry.fault.as_ref().map(|fault| fault.message.as_str()), Some("The disk is full."));
}

#[test]
fn live_end_of_a_run_is_unsubscribed_refetched_and_shown_before_its_outcome() {
    let mut test = TestContext::signed_in();
    let mut jobs = jobs(&[running()], &test);
    let now = test.context.now();
    handle(&mut jobs, JobsInput::Events(vec![update("COMPLETED", 1, None)], now), &mut test);
    let sent = test.sent();
    let is_unwatch = |message: &Message| {
        matches!(message, Message::Connection(ConnectionInput::Machine(connection::Input::Unwatch(_))))
    };
    assert!(position(&sent, is_unwatch).is_some());
    assert!(position(&sent, |message| matches!(message, Message::Fetcher(FetcherInput::Fetch(_)))).is_some());
    let shown = position(&sent, |message| matches!(message, Message::Publisher(PublisherInput::Changed(..))));
    let is_outcome = |message: &Message| matches!(message, Message::Notifications(NotificationsInput::Outcomes(..)));
    assert!(shown.is_some() && shown < position(&sent, is_outcome));
}

#[test]
fn jobs_that_had_ended_before_the_first_list_have_no_history_entry() {
    let mut test = TestContext::signed_in();
    let mut jobs = Jobs::new(Vec::new(), test.context.monotonic());
    let ended = json!({ "id": "7", "status": "FAILED", "updated_at": "2026-01-01T00:00:00Z" });
    let input = list(&[ended], ListPosition::First, &test);
    handle(&mut jobs, input, &mut test);
    let ended = ended_runs(test.sent());
    assert!(matches!(&ended[..], [EndedRun { outcome, entry: None }] if outcome.outcome == Outcome::Failed));
}

#[test]
fn first_list_is_saved_at_once_and_later_ones_in_parts() {
    for (list_position, is_saved) in [(ListPosition::First, true), (ListPosition::Later, false)] {
        let mut test = TestContext::signed_in();
        let mut jobs = Jobs::new(Vec::new(), test.context.monotonic());
        let input = list(&[running()], list_position, &test);
        handle(&mut jobs, input, &mut test);
        assert_eq!(test.sent().iter().any(|message| matches!(message, Message::SaveAll)), is_saved);
        assert!(jobs.save_deadline().is_some());
    }
}

#[test]
fn job_missing_in_a_complete_list_is_confirmed_before_it_is_removed() {
    let mut test = TestContext::signed_in();
    let mut jobs = jobs(&[running()], &test);
    let input = list(&[], ListPosition::Later, &test);
    handle(&mut jobs, input, &mut test);
    let sent = test.sent();
    let is_missing = |message: &Message| matches!(message, Message::Fetcher(FetcherInput::Missing(missing)) if *missing == [job_id("7")]);
    assert!(position(&sent, is_missing).is_some());
    assert!(jobs.library.job(&job_id("7")).is_some());
}

#[test]
fn removed_job_is_forgotten_everywhere() {
    let mut test = TestContext::signed_in();
    let mut jobs = jobs(&[running()], &test);
    handle(&mut jobs, JobsInput::Remove(job_id("7")), &mut test);
    assert!(jobs.library.job(&job_id("7")).is_none());
    assert!(matches!(
        &test.sent()[..],
        [
            Message::Notifications(NotificationsInput::Forget(_)),
            Message::Connection(_),
            Message::Publisher(PublisherInput::Removed(..))
        ]
    ));
}

#[test]
fn dismissed_job_is_shown_and_its_history_marked_as_read() {
    let mut test = TestContext::signed_in();
    let mut jobs = jobs(&[running()], &test);
    handle(&mut jobs, JobsInput::SetDismissed(vec![job_id("7")], DismissAction::Dismiss), &mut test);
    assert!(matches!(
        &test.sent()[..],
        [
            Message::Publisher(PublisherInput::Changed(..)),
            Message::Notifications(NotificationsInput::MarkRead(MarkRead::Jobs(_)))
        ]
    ));
}

#[test]
fn message_of_a_job_that_is_not_known_lets_it_be_fetched_and_subscribed() {
    let mut test = TestContext::signed_in();
    let mut jobs = jobs(&[], &test);
    let now = test.context.now();
    handle(&mut jobs, JobsInput::Events(vec![update("PROCESSING", 1, None)], now), &mut test);
    let sent = test.sent();
    assert!(position(&sent, |message| matches!(message, Message::Connection(_))).is_some());
    let request = FetchRequest::job(job_id("7"));
    let is_fetch =
        |message: &Message| matches!(message, Message::Fetcher(FetcherInput::Fetch(sent)) if *sent == request);
    assert!(position(&sent, is_fetch).is_some());
}

#[tokio::test]
async fn jobs_are_saved_in_the_background_and_saved_again_if_the_disk_did_not_take_them() {
    let mut test = TestContext::signed_in();
    let mut jobs = Jobs::new(Vec::new(), test.context.monotonic());
    let input = list(&[running()], ListPosition::Later, &test);
    handle(&mut jobs, input, &mut test);
    jobs.save(&Edits::default(), &mut test.context);
    let Message::Saved(saved) = test.next_from_task().await else { panic!("jobs were written") };
    assert!(test.context.store.saved(saved));
    let written = jobs.end_saving(&test.context);
    assert_eq!(written.iter().map(|job| job.job_id.clone()).collect::<Vec<_>>(), [job_id("7")]);
    assert!(jobs.save_deadline().is_none());
    jobs.retry_saving(written.iter().map(|job| job.job_id.clone()), &test.context);
    assert!(jobs.save_deadline().is_some());
}

#[test]
fn starts_of_captions_are_stored_from_lists_and_single_jobs() {
    let mut test = TestContext::signed_in();
    let mut jobs = jobs(&[], &test);
    let spoken = |id: &str, start: f64| {
        let captions = json!([{ "start": start, "end": start + 1.0, "text": "A walrus" }]);
        json!({ "id": id, "status": "COMPLETED", "updated_at": "2026-01-01T00:00:00Z",
            "video_metadata": { "transcript_text": "A walrus", "transcript": captions } })
    };
    let listed = list(&[spoken("1", 5.0)], ListPosition::Later, &test);
    handle(&mut jobs, listed, &mut test);
    let snapshot = Box::new(read_job(&spoken("2", 65.5)).expect("a job"));
    let requested = test.context.now();
    let merge = Merge { snapshot, date: None, requested, authority: Authority::Ordered };
    handle(&mut jobs, JobsInput::Merge(merge), &mut test);
    let search = tallylight_core::search::Search::new(&jobs.library, &Edits::default(), "walrus");
    let excerpts = test.context.store.search(search)().into_iter().filter_map(|hit| hit.excerpt);
    assert_eq!(excerpts.map(|excerpt| excerpt.start_seconds).collect::<Vec<_>>(), [Some(5), Some(65)]);
}

#[test]
fn snoozed_job_reminds_once_at_its_time_also_after_a_night_of_sleep() {
    let mut test = TestContext::signed_in();
    let failed = json!({ "id": "7", "status": "FAILED", "updated_at": "2026-01-01T00:00:00Z" });
    let mut jobs = jobs(&[failed, json!({ "id": "8", "status": "PROCESSING" })], &test);
    let both = [job_id("7"), job_id("8")];
    jobs.snooze(&both, Some(Snooze::LaterToday), &mut test.context).expect("snoozed");
    let shown = |sent: &[Message]| {
        let mut job_ids = Vec::new();
        for message in sent {
            if let Message::Publisher(PublisherInput::Changed(shown, _)) = message {
                job_ids.extend(shown.iter().map(|(job_id, _)| job_id.clone()));
            }
        }
        job_ids
    };
    let sent = test.sent();
    assert_eq!(shown(&sent), [job_id("7")], "the other one needs no review");
    assert!(jobs.library.job(&job_id("7")).is_some_and(|job| job.snoozed_until().is_some()));
    let now = test.context.monotonic();
    let soon = now + Duration::from_mins(1);
    assert!(jobs.deadline(&test.context) < soon, "timers stop while the machine sleeps");
    jobs.tick(now, &Edits::default(), &mut test.context);
    assert!(test.sent().is_empty());

    // Only the wall clock moves on while the machine sleeps.
    test.clock.move_wall(jiff::SignedDuration::from_hours(9));
    jobs.tick(now, &Edits::default(), &mut test.context);
    let sent = test.sent();
    let reminded = position(
        &sent,
        |message| matches!(message, Message::Notifications(NotificationsInput::Remind(outcomes, _)) if outcomes.len() == 1),
    );
    let saved = position(&sent, |message| matches!(message, Message::SaveAll));
    assert!(reminded.is_some() && reminded < saved);
    assert_eq!(shown(&sent), [job_id("7")]);
    jobs.tick(now, &Edits::default(), &mut test.context);
    assert!(test.sent().is_empty());
    assert!(jobs.deadline(&test.context) > soon);
}

#[test]
fn snooze_that_the_user_ends_reminds_of_nothing() {
    let mut test = TestContext::signed_in();
    let failed = json!({ "id": "7", "status": "FAILED", "updated_at": "2026-01-01T00:00:00Z" });
    let mut jobs = jobs(&[failed], &test);
    jobs.snooze(&[job_id("7")], Some(Snooze::Tomorrow), &mut test.context).expect("snoozed");
    jobs.snooze(&[job_id("7")], None, &mut test.context).expect("ended");
    assert!(jobs.library.job(&job_id("7")).is_some_and(|job| job.has_open_review()));
    test.sent();
    test.clock.move_wall(jiff::SignedDuration::from_hours(48));
    jobs.tick(test.context.monotonic(), &Edits::default(), &mut test.context);
    assert!(test.sent().is_empty());
}
