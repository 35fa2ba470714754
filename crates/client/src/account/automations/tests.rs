use serde_json::{Value, json};
use tallylight_core::{
    edits::Edits,
    forecast::Forecast,
    library::Library,
    model::outcome::Outcome,
    notifications::{HistoryEntry, NotificationKind, OutcomeKey},
    settings::{Automation, WebhookFormat},
};

use super::*;
use crate::{
    account::{
        message::Message,
        test_context::{TestContext, job_id, library},
    },
    platform::keychain::{Keychain, TokenStore},
    storage::HistoryRecord,
};

/// The jobs of a test.
struct Jobs {
    library: Library,
    edits: Edits,
    forecast: Forecast,
    is_synced: bool,
}

impl Jobs {
    fn new(jobs: &[Value], test: &TestContext) -> Self {
        let library = library(jobs, &test.context);
        Self { library, edits: Edits::default(), forecast: Forecast::default(), is_synced: false }
    }

    fn known(&self) -> KnownJobs<'_> {
        let Self { library, edits, forecast, is_synced } = self;
        KnownJobs { library, edits, forecast, is_synced: *is_synced }
    }
}

fn completed() -> Value {
    json!({ "id": "7", "status": "COMPLETED", "updated_at": "2026-01-01T00:00:00Z" })
}

fn automation() -> Automation {
    let run = Some(vec!["/nowhere/at-all".to_owned()]);
    Automation { enabled: true, when: vec![Outcome::Completed], run, webhook: None, format: WebhookFormat::default() }
}

fn secrets() -> WebhookSecrets {
    let store = || TokenStore::new(Keychain::Memory);
    WebhookSecrets { signing: store(), pushover: store() }
}

/// Returns the component with one automation of the settings that waits, also on disk.
fn queued(jobs: &Jobs, test: &mut TestContext) -> (Automations, String) {
    test.context.settings.automation = vec![automation()];
    let task = AutomationTask::new(test.context.now().wall, job_id("7"), Outcome::Completed, automation());
    let id = task.id.clone();
    let entry = HistoryEntry {
        entry_id: 0,
        at: task.at,
        job_id: job_id("7"),
        kind: NotificationKind::Completed,
        name: "a".to_owned(),
        fault: None,
        read: true,
    };
    let key = OutcomeKey { job_id: job_id("7"), run: 0, outcome: Outcome::Completed };
    test.context.store.record(vec![HistoryRecord { key, entry, tasks: vec![task.clone()] }]);
    let mut automations = Automations::new(secrets(), Vec::new(), Duration::ZERO);
    automations.handle(AutomationsInput::Queue(vec![task]), &jobs.known(), &mut test.context);
    (automations, id)
}

async fn next_done(test: &mut TestContext) -> (String, TaskOutcome) {
    let Message::Automations(AutomationsInput::Done(id, outcome)) = test.next_from_task().await else {
        panic!("an automation ends")
    };
    (id, outcome)
}

#[tokio::test]
async fn automation_runs_as_soon_as_its_job_was_fetched_and_is_done_once() {
    let mut test = TestContext::signed_in();
    let jobs = Jobs::new(&[completed()], &test);
    let (mut automations, queued_id) = queued(&jobs, &mut test);
    automations.handle(AutomationsInput::RunFor(job_id("8")), &jobs.known(), &mut test.context);
    assert!(automations.deadline().is_some(), "it waits for its own job");
    automations.handle(AutomationsInput::RunFor(job_id("7")), &jobs.known(), &mut test.context);
    assert!(automations.deadline().is_none());
    let (id, outcome) = next_done(&mut test).await;
    assert_eq!(id, queued_id);
    automations.handle(AutomationsInput::Done(id, outcome), &jobs.known(), &mut test.context);
    assert!(test.context.store.tasks().is_empty());
}

#[tokio::test]
async fn automation_runs_without_the_fetch_after_a_while() {
    let mut test = TestContext::signed_in();
    let jobs = Jobs::new(&[completed()], &test);
    let (mut automations, _) = queued(&jobs, &mut test);
    let due = automations.deadline().expect("it waits for the fetch");
    automations.tick(due, &jobs.known(), &mut test.context);
    assert!(matches!(next_done(&mut test).await, (_, TaskOutcome::Failed(_))), "there is no such program");
}

#[tokio::test]
async fn automation_waits_for_a_job_that_is_not_known_and_is_dropped_after_a_day() {
    let mut test = TestContext::signed_in();
    let mut jobs = Jobs::new(&[], &test);
    jobs.is_synced = true;
    let (mut automations, _) = queued(&jobs, &mut test);
    automations.tick(Duration::MAX, &jobs.known(), &mut test.context);
    assert!(automations.deadline().is_some() && test.context.store.tasks().len() == 1);
    test.clock.advance(Duration::from_hours(25));
    automations.tick(Duration::MAX, &jobs.known(), &mut test.context);
    assert!(automations.deadline().is_none() && test.context.store.tasks().is_empty());
}

#[tokio::test]
async fn automation_that_the_user_removed_meanwhile_does_not_run() {
    let mut test = TestContext::signed_in();
    let jobs = Jobs::new(&[completed()], &test);
    let (mut automations, _) = queued(&jobs, &mut test);
    test.context.settings.automation.clear();
    automations.handle(AutomationsInput::RunFor(job_id("7")), &jobs.known(), &mut test.context);
    assert!(test.context.store.tasks().is_empty() && test.context.tasks.background.is_empty());
}

#[tokio::test]
async fn postponed_automation_stays_on_disk_and_is_run_again() {
    let mut test = TestContext::signed_in();
    let jobs = Jobs::new(&[completed()], &test);
    let (mut automations, id) = queued(&jobs, &mut test);
    automations.handle(AutomationsInput::RunFor(job_id("7")), &jobs.known(), &mut test.context);
    let postponed = TaskOutcome::Later("the keychain is locked".to_owned());
    automations.handle(AutomationsInput::Done(id, postponed), &jobs.known(), &mut test.context);
    assert!(automations.deadline().is_some() && test.context.store.tasks().len() == 1);
    automations.clear();
    assert!(automations.deadline().is_none());
}
