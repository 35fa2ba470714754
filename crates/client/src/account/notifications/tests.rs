use serde_json::{Value, json};
use tallylight_core::{
    library::{Observation, RunOutcome},
    model::outcome::Outcome,
    settings::{Automation, WebhookFormat},
};

use super::*;
use crate::{
    account::{
        message::{AutomationsInput, Message},
        test_context::{TestContext, job_id, library, position, published},
    },
    command::{MarkRead, Pause},
};

/// A failed job, the component, and what ended.
struct Failed {
    library: Library,
    notifications: Notifications,
}

impl Failed {
    fn new(test: &TestContext) -> Self {
        // The component begins before the job is known.
        let notifications = Notifications::new(&Library::default(), &test.context);
        Self { library: library(&[failed()], &test.context), notifications }
    }

    /// Lets the run of the job end, as the jobs report it.
    fn end(&mut self, test: &mut TestContext) {
        let outcome =
            RunOutcome { job_id: job_id("7"), run: 0, outcome: Outcome::Failed, observation: Observation::Live };
        let job = self.library.job(&job_id("7"));
        let run = EndedRun::new(outcome, job.as_deref(), test.context.now().wall, test.context.locale());
        let now = test.context.monotonic();
        self.notifications.handle(NotificationsInput::Outcomes(vec![run], now), &mut test.context);
    }

    /// Lets everything happen that is due by now.
    fn tick(&mut self, test: &mut TestContext) {
        let now = test.context.monotonic();
        self.notifications.tick(now, &self.library, &mut test.context);
    }
}

fn failed() -> Value {
    json!({ "id": "7", "status": "FAILED", "error_message": "The disk is full.", "updated_at": "2026-01-01T00:00:00Z" })
}

fn automation() -> Automation {
    Automation {
        enabled: true,
        when: vec![Outcome::Failed],
        run: Some(vec!["/nowhere".to_owned()]),
        webhook: None,
        format: WebhookFormat::default(),
    }
}

#[test]
fn outcome_is_recorded_once_and_queues_its_automations() {
    let mut test = TestContext::signed_in();
    test.context.settings.automation = vec![automation()];
    let mut failed = Failed::new(&test);
    failed.end(&mut test);
    failed.notifications.flush_history(&mut test.context);
    let [entry] = &test.context.store.history()[..] else { panic!("one entry") };
    assert!(entry.fault.is_some() && !entry.read);
    assert_eq!(test.context.store.tasks().len(), 1);
    let sent = test.sent();
    let queued = position(&sent, |message| matches!(message, Message::Automations(AutomationsInput::Queue(_))));
    assert!(queued.is_some());
    assert!(matches!(published(&sent)[..], [Event::Notifications(NotificationStatus { unread: 1, .. })]));

    failed.end(&mut test);
    failed.notifications.flush_history(&mut test.context);
    assert_eq!(test.context.store.history().len(), 1);
    assert!(test.sent().is_empty());
}

#[test]
fn outcome_that_the_user_does_not_want_is_a_read_entry() {
    let mut test = TestContext::signed_in();
    test.context.settings.notifications.failed = false;
    let mut failed = Failed::new(&test);
    failed.end(&mut test);
    failed.notifications.flush_history(&mut test.context);
    assert!(test.context.store.history()[0].read);
}

#[test]
fn notification_is_shown_once_and_stored_as_delivered() {
    let mut test = TestContext::signed_in();
    let mut failed = Failed::new(&test);
    failed.end(&mut test);
    assert!(test.shell.notifications().is_empty(), "outcomes are grouped first");
    test.clock.advance(Duration::from_secs(1));
    failed.tick(&mut test);
    assert_eq!(test.shell.notifications().len(), 1);
    assert_eq!(test.context.store.delivered().len(), 1);

    let mut next_run = Failed::new(&test);
    next_run.end(&mut test);
    test.clock.advance(Duration::from_secs(1));
    next_run.tick(&mut test);
    assert!(test.shell.notifications().is_empty());
}

#[test]
fn notification_waits_for_a_shell_that_takes_none() {
    let mut test = TestContext::signed_in();
    let mut failed = Failed::new(&test);
    test.shell.refuse_notifications();
    failed.end(&mut test);
    test.clock.advance(Duration::from_secs(1));
    failed.tick(&mut test);
    assert!(failed.notifications.deadline(&test.context).is_some());
    test.shell.accept_notifications();
    test.clock.advance(RETRY_INTERVAL);
    failed.tick(&mut test);
    assert_eq!(test.shell.notifications().len(), 1);
}

#[test]
fn pause_holds_notifications_until_it_is_over() {
    let mut test = TestContext::signed_in();
    let mut failed = Failed::new(&test);
    failed.notifications.pause(Pause::Hour, &mut test.context).expect("an hour");
    failed.end(&mut test);
    test.clock.advance(Duration::from_mins(1));
    failed.tick(&mut test);
    assert!(test.shell.notifications().is_empty() && failed.notifications.paused_until().is_some());
    test.clock.advance(Duration::from_hours(1));
    failed.tick(&mut test);
    failed.tick(&mut test);
    assert!(failed.notifications.paused_until().is_none());
    assert_eq!(test.shell.notifications().len(), 1);
}

#[test]
fn notification_of_a_removed_job_is_not_shown() {
    let mut test = TestContext::signed_in();
    let mut failed = Failed::new(&test);
    failed.end(&mut test);
    failed.notifications.handle(NotificationsInput::Forget(job_id("7")), &mut test.context);
    test.clock.advance(Duration::from_secs(1));
    failed.tick(&mut test);
    assert!(test.shell.notifications().is_empty());
}

#[test]
fn entries_are_marked_as_read_and_the_count_published() {
    let mut test = TestContext::signed_in();
    let mut failed = Failed::new(&test);
    failed.end(&mut test);
    failed.notifications.flush_history(&mut test.context);
    test.sent();
    let read = NotificationsInput::MarkRead(MarkRead::Jobs(vec![job_id("7")]));
    failed.notifications.handle(read, &mut test.context);
    let sent = test.sent();
    assert!(matches!(published(&sent)[..], [Event::Notifications(NotificationStatus { unread: 0, .. })]));
}

#[test]
fn outcome_is_unseen_until_the_user_looks_at_the_window() {
    let mut test = TestContext::signed_in();
    let mut failed = Failed::new(&test);
    failed.end(&mut test);
    failed.notifications.flush_history(&mut test.context);
    assert_eq!(test.context.store.unseen(), 1);
    test.sent();

    failed.notifications.handle(NotificationsInput::Seen, &mut test.context);
    assert_eq!((test.context.store.unseen(), test.context.store.unread()), (0, 1), "it is seen, and still unread");
    assert!(matches!(&test.sent()[..], [Message::Publisher(PublisherInput::Tray)]));
    failed.notifications.handle(NotificationsInput::Seen, &mut test.context);
    assert!(test.sent().is_empty(), "nothing changed");
}

#[test]
fn outcome_is_seen_at_once_while_the_user_looks_at_the_window() {
    let mut test = TestContext::signed_in();
    let mut failed = Failed::new(&test);
    test.shell.watch();
    failed.end(&mut test);
    failed.notifications.flush_history(&mut test.context);
    assert_eq!((test.context.store.unseen(), test.context.store.unread()), (0, 1));
}

#[test]
fn outcome_that_is_read_or_unwanted_is_not_unseen() {
    let mut test = TestContext::signed_in();
    let mut failed = Failed::new(&test);
    failed.end(&mut test);
    failed.notifications.flush_history(&mut test.context);
    let read = NotificationsInput::MarkRead(MarkRead::Jobs(vec![job_id("7")]));
    failed.notifications.handle(read, &mut test.context);
    assert_eq!(test.context.store.unseen(), 0);

    let mut test = TestContext::signed_in();
    test.context.settings.notifications.failed = false;
    let mut unwanted = Failed::new(&test);
    unwanted.end(&mut test);
    unwanted.notifications.flush_history(&mut test.context);
    assert_eq!(test.context.store.unseen(), 0);
}

#[test]
fn outcome_after_a_sign_out_is_unseen_although_ids_begin_anew() {
    let mut test = TestContext::signed_in();
    let mut failed = Failed::new(&test);
    failed.end(&mut test);
    failed.notifications.flush_history(&mut test.context);
    failed.notifications.handle(NotificationsInput::Seen, &mut test.context);
    test.context.store.clear();

    let mut next = Failed::new(&test);
    next.end(&mut test);
    next.notifications.flush_history(&mut test.context);
    assert_eq!(test.context.store.unseen(), 1);
}

#[test]
fn reminder_after_a_snooze_is_shown_once_and_waits_for_the_end_of_quiet_times() {
    let mut test = TestContext::signed_in();
    let mut failed = Failed::new(&test);
    failed.end(&mut test);
    test.clock.advance(Duration::from_secs(1));
    failed.tick(&mut test);
    assert_eq!(test.shell.notifications().len(), 1);

    failed.notifications.pause(Pause::Hour, &mut test.context).expect("paused");
    let outcome = RunOutcome { job_id: job_id("7"), run: 0, outcome: Outcome::Failed, observation: Observation::Live };
    let now = test.context.monotonic();
    failed.notifications.handle(NotificationsInput::Remind(vec![outcome], now), &mut test.context);
    assert!(test.context.store.delivered().is_empty(), "the next run would show it");
    test.clock.advance(Duration::from_secs(1));
    failed.tick(&mut test);
    assert!(test.shell.notifications().is_empty());
    test.clock.advance(Duration::from_hours(1));
    failed.tick(&mut test);
    failed.tick(&mut test);
    let shown = test.shell.notifications();
    let titles: Vec<&str> = shown.iter().map(|shown| shown.title.as_str()).collect();
    assert_eq!(titles, ["Reminder: Video 7 failed"]);
    assert_eq!(test.context.store.delivered().len(), 1);
}
