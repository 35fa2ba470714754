//! Automations: commands and webhooks at the end of a run, once everything is known of its job.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use tallylight_core::{Code, Error, JobId, notifications, settings::Automation, webhook_message::WebhookMessage};
use tallylight_view::JobView;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{
    context::Context,
    known_jobs::KnownJobs,
    message::{AutomationsInput, TaskOutcome},
};
use crate::{
    command::{Reply, WebhookSecret},
    platform::keychain::Unlock,
    storage::AutomationTask,
};

mod program;
mod task_context;
mod webhook;

pub(super) use task_context::WebhookSecrets;

use task_context::TaskContext;
use webhook::Delivery;

/// How long an automation waits for the last fetch of its job.
const FETCH_WAIT: Duration = Duration::from_secs(5);
/// How often an automation is tried again that waits for its job, or for the keychain.
const RETRY_INTERVAL: Duration = Duration::from_mins(1);
/// How long a job is awaited that is not there.
const JOB_TIMEOUT: SignedDuration = SignedDuration::from_hours(24);
/// The most automations that run at the same time: a thousand jobs that fail together must not be a thousand processes.
const AT_ONCE: usize = 4;

/// The automations that wait, and what they need to run.
#[derive(Debug)]
pub(super) struct Automations {
    waiting: Vec<(AutomationTask, Duration)>,
    permits: Arc<Semaphore>,
    secrets: WebhookSecrets,
    shutdown: CancellationToken,
}

impl Automations {
    /// Returns the automations that the last run of the program did not finish.
    pub(super) fn new(secrets: WebhookSecrets, tasks: Vec<AutomationTask>, now: Duration) -> Self {
        Self {
            waiting: tasks.into_iter().map(|task| (task, now + FETCH_WAIT)).collect(),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            secrets,
            shutdown: CancellationToken::new(),
        }
    }

    pub(super) fn handle(&mut self, input: AutomationsInput, jobs: &KnownJobs<'_>, context: &mut Context) {
        match input {
            AutomationsInput::Queue(tasks) => {
                let due = context.monotonic() + FETCH_WAIT;
                self.waiting.extend(tasks.into_iter().map(|task| (task, due)));
            }
            AutomationsInput::RunFor(job_id) => self.run_for(&job_id, jobs, context),
            AutomationsInput::Done(id, outcome) => self.done(&id, outcome, context),
            AutomationsInput::SetWebhookSecret(secret, reply) => self.set_secret(secret, reply, context),
            AutomationsInput::TestWebhook(automation, reply) => self.test_webhook(automation, reply, context),
        }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.waiting.iter().map(|(_, due)| *due).min()
    }

    /// Begins nothing, and stops what runs. The next run of the program does it.
    pub(super) fn stop(&self) {
        self.shutdown.cancel();
    }

    /// Forgets what waits: the jobs were deleted.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Runs what is due.
    pub(super) fn tick(&mut self, now: Duration, jobs: &KnownJobs<'_>, context: &mut Context) {
        let due = self.take(|_, due| due <= now);
        self.run(&due, jobs, context);
    }

    /// Runs what waits for this job: everything is known of it.
    fn run_for(&mut self, job_id: &JobId, jobs: &KnownJobs<'_>, context: &mut Context) {
        let waiting = self.take(|task, _| task.job_id == *job_id);
        self.run(&waiting, jobs, context);
    }

    fn take(&mut self, is_due: impl Fn(&AutomationTask, Duration) -> bool) -> Vec<AutomationTask> {
        self.waiting.extract_if(.., |(task, due)| is_due(task, *due)).map(|(task, _)| task).collect()
    }

    fn run(&mut self, tasks: &[AutomationTask], jobs: &KnownJobs<'_>, context: &mut Context) {
        // Those of a job follow each other, and are given the same input.
        for of_one in tasks.chunk_by(|task, next| task.job_id == next.job_id) {
            let job = of_one.first().and_then(|task| jobs.full_view(&task.job_id, context));
            let has_ended = job.as_ref().is_some_and(|job| job.row.status.is_final());
            // Whoever has the URL of the video can watch it: it is for the window only.
            let job = job.map(|job| JobView { playback_url: None, ..job });
            let job = job.map(|job| serde_json::to_string(&job).unwrap_or_default());
            for task in of_one.iter().cloned() {
                let is_late = is_late(&task, jobs, context);
                let is_known = has_ended || is_late;
                // The user may have removed it since.
                if !context.settings.automation.contains(&task.automation) {
                    context.store.forget_task(&task.id);
                } else if let Some((job, message)) = job.clone().zip(message(&task, jobs, context)).filter(|_| is_known)
                {
                    self.start(task, job, message, context);
                } else if is_late {
                    context.store.forget_task(&task.id);
                } else {
                    // A crash prevented that its job was stored, or stored as it was at its end.
                    self.retry(task, context);
                }
            }
        }
    }

    fn task_context(&self, context: &Context) -> TaskContext {
        TaskContext {
            secrets: self.secrets.clone(),
            locale: context.locale(),
            connector: context.connector.clone(),
            clock: context.clock.clone(),
            shutdown: self.shutdown.clone(),
            permits: Arc::clone(&self.permits),
        }
    }

    fn start(&self, task: AutomationTask, job: String, message: WebhookMessage, context: &Context) {
        let task_context = self.task_context(context);
        let messages = context.tasks.messages.clone();
        context.tasks.background.spawn(async move {
            let id = task.id.clone();
            let outcome = perform(task, job, message, task_context).await;
            let _ = messages.send(AutomationsInput::Done(id, outcome).into()).await;
        });
    }

    fn retry(&mut self, task: AutomationTask, context: &Context) {
        self.waiting.push((task, context.monotonic() + RETRY_INTERVAL));
    }

    fn done(&mut self, id: &str, outcome: TaskOutcome, context: &mut Context) {
        if !matches!(outcome, TaskOutcome::Later(_)) {
            context.store.forget_task(id);
        } else if !self.shutdown.is_cancelled()
            && let Some(task) = context.store.tasks().into_iter().find(|task| task.id == id)
        {
            // The keychain is locked, and may be unlocked any time.
            self.retry(task, context);
        }
        let (public, text) = match outcome {
            TaskOutcome::Done(text) => ("Action completed", text),
            TaskOutcome::Failed(text) => {
                // The output of a command is about jobs, which no log names.
                tracing::warn!("an automation failed: see the diagnostics");
                ("Action failed", text)
            }
            TaskOutcome::Later(text) => ("Action postponed", text),
        };
        let at = context.now().wall;
        context.diagnostics.record_private(at, format!("{public}: {text}"), public.to_owned());
    }

    /// Stores a secret of webhooks in the keychain.
    fn set_secret(&self, secret: WebhookSecret, reply: Reply<()>, context: &Context) {
        let (store, text) = match secret {
            WebhookSecret::Signing(secret) => (self.secrets.signing.clone(), secret),
            WebhookSecret::Pushover(keys) => (self.secrets.pushover.clone(), keys.to_secret()),
        };
        context.tasks.background.spawn(async move {
            let stored: Result<(), Error> = store.write(text, Unlock::Ask).await;
            let _ = reply.send(stored);
        });
    }

    /// Calls the webhook of an automation once, and answers whether it works.
    fn test_webhook(&self, automation: Automation, reply: Reply<()>, context: &Context) {
        let task_context = self.task_context(context);
        context.tasks.background.spawn(async move {
            let tested = match &automation.webhook {
                Some(url) => webhook::test(url, automation.format, &task_context).await,
                None => Err(Error::new(Code::InvalidContent, "This rule has no webhook to test.")),
            };
            let _ = reply.send(tested);
        });
    }
}

/// Returns whether its job is awaited no longer: the list was fetched in this run, and the run ended long ago.
fn is_late(task: &AutomationTask, jobs: &KnownJobs<'_>, context: &Context) -> bool {
    jobs.is_synced && context.now().wall.duration_since(task.at) > JOB_TIMEOUT
}

/// Returns what a notification says of the outcome.
fn message(task: &AutomationTask, jobs: &KnownJobs<'_>, context: &Context) -> Option<WebhookMessage> {
    let job = jobs.library.job(&task.job_id)?;
    Some(notifications::notice(task.outcome, &job, context.locale()).into())
}

/// Runs a task with the job as JSON, or with the message about it.
async fn perform(task: AutomationTask, job: String, message: WebhookMessage, context: TaskContext) -> TaskOutcome {
    match (&task.automation.run, &task.automation.webhook) {
        (Some(argv), _) => match context.permit().await {
            Some(_permit) => program::run(argv, job, &context.shutdown).await,
            None => TaskOutcome::Later("Tallylight quit before the program could run".to_owned()),
        },
        (None, Some(url)) => {
            let delivery = Delivery::of(&task, job, message);
            webhook::call(url, task.automation.format, delivery, &context).await
        }
        (None, None) => TaskOutcome::Failed("no action defined".to_owned()),
    }
}

#[cfg(test)]
mod tests;
