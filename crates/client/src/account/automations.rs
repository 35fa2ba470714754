//! What is done at the end of a job, once everything is known of it.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use secrecy::SecretString;
use tallylight_core::{
    Error, JobId,
    library::{Outcome, RunOutcome},
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::runtime::{Actor, TaskEvent};
use crate::{
    account::automation_task::{AutomationTask, TaskContext, TaskOutcome, perform},
    handle::Reply,
    platform::keychain::{TokenStore, Unlock},
};

/// How long the answer to the last look at a job is waited for.
const WAIT: Duration = Duration::from_secs(5);
/// How often is looked again for a job, or for the key to the keychain.
const RETRY_INTERVAL: Duration = Duration::from_mins(1);
/// How long one is waited for that is not there.
const GONE_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// How many are under way at the same time: a thousand jobs that fail together must not be a thousand processes.
const AT_ONCE: usize = 4;

/// Holds what was not begun yet.
#[derive(Debug)]
pub(super) struct Automations {
    waiting: Vec<(AutomationTask, Duration)>,
    room: Arc<Semaphore>,
    secret: TokenStore,
    shutdown: CancellationToken,
}

impl Automations {
    /// Takes up what the last run of the program did not do.
    pub(super) fn new(secret: TokenStore, tasks: Vec<AutomationTask>, now: Duration) -> Self {
        Self {
            waiting: tasks.into_iter().map(|task| (task, now + WAIT)).collect(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
            secret,
            shutdown: CancellationToken::new(),
        }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.waiting.iter().map(|(_, due)| *due).min()
    }

    /// Begins nothing and waits for nothing any more.
    pub(super) fn end(&self) {
        self.shutdown.cancel();
    }

    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }

    /// Takes out what is due, or what waits for one job.
    fn take(&mut self, is_due: impl Fn(&AutomationTask, Duration) -> bool) -> Vec<AutomationTask> {
        self.waiting.extract_if(.., |(task, due)| is_due(task, *due)).map(|(task, _)| task).collect()
    }
}

impl Actor {
    /// Returns what the person wants done at the end of a job.
    pub(super) fn tasks(&self, outcome: &RunOutcome) -> Vec<AutomationTask> {
        let due = self.settings.automation.iter().filter(|automation| automation.is_due(outcome.outcome));
        let at = self.now().wall;
        due.map(|automation| AutomationTask::new(at, outcome.job_id.clone(), outcome.outcome, automation.clone()))
            .collect()
    }

    /// Does it once the job was looked at.
    pub(super) fn queue_automations(&mut self, tasks: impl Iterator<Item = AutomationTask>) {
        let due = self.now().monotonic + WAIT;
        self.automations.waiting.extend(tasks.map(|task| (task, due)));
    }

    /// Does what is due.
    pub(super) fn run_due_automations(&mut self, now: Duration) {
        let due = self.automations.take(|_, due| due <= now);
        self.run_automations(&due);
    }

    /// Does it: everything is known of the job.
    pub(super) fn run_automations_of(&mut self, job_id: &JobId) {
        let waiting = self.automations.take(|task, _| task.job_id == *job_id);
        self.run_automations(&waiting);
    }

    fn run_automations(&mut self, tasks: &[AutomationTask]) {
        // Those of a job follow each other, and are given the same.
        for of_one in tasks.chunk_by(|task, next| task.job_id == next.job_id) {
            let job = of_one.first().and_then(|task| self.full_view(&task.job_id));
            let has_ended = job.as_ref().is_some_and(|job| job.row.status.is_final());
            let job = job.map(|job| serde_json::to_string(&job).unwrap_or_default());
            for task in of_one.iter().cloned() {
                let is_known = has_ended || task.outcome == Outcome::Warned || self.is_out_of_date(&task);
                // Somebody may have changed their mind since.
                if !self.settings.automation.contains(&task.automation) {
                    self.store.forget_task(&task.id);
                } else if let Some(job) = job.clone().filter(|_| is_known) {
                    self.perform(task, job);
                } else {
                    self.await_job(task);
                }
            }
        }
    }

    /// Tells whether nothing more is to be waited for: the jobs were fetched in this run, and it is long ago.
    fn is_out_of_date(&self, task: &AutomationTask) -> bool {
        self.is_synced() && self.now().wall.duration_since(task.at) > GONE_AFTER
    }

    fn perform(&self, task: AutomationTask, job: String) {
        let context = TaskContext {
            secret: self.automations.secret.clone(),
            connector: self.connector.clone(),
            clock: self.clock.clone(),
            shutdown: self.automations.shutdown.clone(),
            room: Arc::clone(&self.automations.room),
        };
        let task_events = self.task_events.clone();
        self.background_tasks.spawn(async move {
            let id = task.id.clone();
            let outcome = perform(task, job, context).await;
            let _ = task_events.send(TaskEvent::Automated(id, outcome)).await;
        });
    }

    /// Waits for a job that was not kept before a crash, or not as it was at its end.
    fn await_job(&mut self, task: AutomationTask) {
        if self.is_out_of_date(&task) {
            self.store.forget_task(&task.id);
        } else {
            self.look_again(task);
        }
    }

    fn look_again(&mut self, task: AutomationTask) {
        let due = self.now().monotonic + RETRY_INTERVAL;
        self.automations.waiting.push((task, due));
    }

    pub(super) fn automation_done(&mut self, id: &str, outcome: TaskOutcome) {
        if !matches!(outcome, TaskOutcome::Later(_)) {
            self.store.forget_task(id);
        } else if !self.automations.shutdown.is_cancelled() {
            // The keychain is locked, and may be unlocked any time.
            let kept = self.store.tasks().into_iter().find(|task| task.id == id);
            if let Some(task) = kept {
                self.look_again(task);
            }
        }
        let (public, words) = match outcome {
            TaskOutcome::Done(words) => ("Action completed", words),
            TaskOutcome::Failed(words) => {
                // What a command says is about jobs, and no log is told of those.
                tracing::warn!("an automation went wrong: see the diagnostics");
                ("Action failed", words)
            }
            TaskOutcome::Later(words) => ("Action postponed", words),
        };
        let at = self.now().wall;
        self.diagnostics.note_private(at, format!("{public}: {words}"), public.to_owned());
    }

    /// Keeps the secret that signs webhooks in the keychain.
    pub(super) fn set_webhook_secret(&self, secret: SecretString, reply: Reply<()>) {
        let store = self.automations.secret.clone();
        self.background_tasks.spawn(async move {
            let kept: Result<(), Error> = store.write(secret, Unlock::Ask).await;
            let _ = reply.send(kept);
        });
    }
}
