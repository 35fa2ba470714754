//! What is done at the end of a job, once everything is known of it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use secrecy::SecretString;
use tallylight_core::{Error, JobId, cache::Outcome, settings::Automation};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{Actor, Report};
use crate::{
    automation::{Occasion, perform},
    handle::Reply,
    secrets::{TokenStore, Unlock},
    shell::Shell,
};

/// How long the answer to the last look at a job is waited for.
const WAIT: Duration = Duration::from_secs(5);
/// How many are under way at the same time: a thousand jobs that fail together must not be a thousand processes.
const AT_ONCE: usize = 4;

/// Holds the ends that nothing was done at yet.
#[derive(Debug)]
pub(super) struct Automations {
    waiting: BTreeMap<JobId, (Outcome, Duration)>,
    room: Arc<Semaphore>,
    secret: TokenStore,
    ending: CancellationToken,
}

impl Automations {
    pub(super) fn new(secret: TokenStore) -> Self {
        Self {
            waiting: BTreeMap::new(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
            secret,
            ending: CancellationToken::new(),
        }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.waiting.values().map(|(_, due)| *due).min()
    }

    /// Waits for nothing any more.
    pub(super) fn end(&self) {
        self.ending.cancel();
    }

    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }
}

impl<S: Shell> Actor<S> {
    /// Does at the end of a job what the person wants, once the job was looked at.
    pub(super) fn automate(&mut self, job_id: &JobId, outcome: Outcome) {
        if self.settings.automation.iter().any(|automation| automation.is_due(outcome)) {
            let due = self.now().monotonic + WAIT;
            self.automations.waiting.insert(job_id.clone(), (outcome, due));
        }
    }

    /// Does what is due, or everything at the end of the program.
    pub(super) fn automate_due(&mut self, now: Duration) {
        let due = self.automations.waiting.iter().filter(|(_, (_, due))| *due <= now);
        let due: Vec<JobId> = due.map(|(job_id, _)| job_id.clone()).collect();
        for job_id in &due {
            self.automate_now(job_id);
        }
    }

    /// Does it: everything is known of the job.
    pub(super) fn automate_now(&mut self, job_id: &JobId) {
        let Some((outcome, _)) = self.automations.waiting.remove(job_id) else { return };
        let Some(job) = self.whole_view(job_id) else { return };
        let job = serde_json::to_string(&job).unwrap_or_default();
        let due = self.settings.automation.iter().filter(|automation| automation.is_due(outcome));
        for automation in due.cloned().collect::<Vec<_>>() {
            self.perform(automation, Occasion { outcome, job: job.clone() });
        }
    }

    fn perform(&self, automation: Automation, occasion: Occasion) {
        let (reports, route, clock) = (self.reports.clone(), self.route.clone(), self.clock.clone());
        let (room, secret) = (Arc::clone(&self.automations.room), self.automations.secret.clone());
        let ending = self.automations.ending.clone();
        self.lasting.spawn(async move {
            let Ok(_turn) = room.acquire().await else { return };
            let secret = if automation.webhook.is_some() { secret.read(Unlock::Never).await } else { Ok(None) };
            let done = match secret {
                Ok(secret) => perform(automation, occasion, secret, route, clock, ending).await,
                Err(error) => Err(error.message),
            };
            let _ = reports.send(Report::Automated(done)).await;
        });
    }

    pub(super) fn automated(&mut self, done: Result<String, String>) {
        let (public, words) = match done {
            Ok(words) => ("an automation was done", words),
            Err(words) => {
                tracing::warn!(words, "an automation went wrong");
                ("an automation went wrong", words)
            }
        };
        let at = self.now().wall;
        self.diagnostics.note_private(at, format!("{public}: {words}"), public.to_owned());
    }

    /// Keeps the secret that signs webhooks in the keychain.
    pub(super) fn set_webhook_secret(&self, secret: SecretString, reply: Reply<()>) {
        let store = self.automations.secret.clone();
        self.lasting.spawn(async move {
            let kept: Result<(), Error> = store.write(secret, Unlock::Ask).await;
            let _ = reply.send(kept);
        });
    }
}
