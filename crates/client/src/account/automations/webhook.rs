//! Webhooks: POST requests with the job as JSON, the same that `tally --json` prints, or with a message in the format of
//! a service.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use tallylight_core::{
    Error,
    model::outcome::Outcome,
    settings::WebhookFormat,
    webhook_message::{WebhookMessage, service_error},
};
use url::Url;
use uuid::Uuid;

use super::TaskContext;
use crate::{
    account::message::TaskOutcome,
    net::http::{self, retry_after, unredirected_client},
    platform::keychain::Unlock,
    storage::AutomationTask,
};

mod problem;
mod request;

use problem::Problem;
use request::Credentials;

/// How long is waited before a webhook is tried again, each time: a restart of the other side is over after them.
const RETRY_DELAYS: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(10), Duration::from_mins(1), Duration::from_mins(5)];
/// The largest answer of which the error is read, in bytes.
const ERROR_BODY_LIMIT: usize = 16 << 10;

/// What a webhook is told.
pub(super) struct Delivery {
    /// The id, the same for every attempt.
    id: String,
    event: &'static str,
    /// The job as JSON.
    job: String,
    /// The text for a service.
    message: WebhookMessage,
}

impl Delivery {
    /// Returns the delivery of a task.
    pub(super) fn of(task: &AutomationTask, job: String, message: WebhookMessage) -> Self {
        let event = match task.outcome {
            Outcome::Completed => "job.completed",
            Outcome::Failed => "job.failed",
        };
        Self { id: task.id.clone(), event, job, message }
    }

    /// Returns the delivery of a test, which is about no job.
    fn test(message: WebhookMessage) -> Self {
        Self { id: Uuid::new_v4().to_string(), event: "test", job: r#"{"test":true}"#.to_owned(), message }
    }
}

/// Calls a webhook, and repeats that while it may help.
pub(super) async fn call(url: &Url, format: WebhookFormat, delivery: Delivery, context: &TaskContext) -> TaskOutcome {
    Webhook { url, format, delivery, context }.call().await
}

/// Calls a webhook once, to see whether it works.
///
/// # Errors
/// Says why it does not, in the words of the service if it has any.
pub(super) async fn test(url: &Url, format: WebhookFormat, context: &TaskContext) -> Result<(), Error> {
    let webhook = Webhook { url, format, delivery: Delivery::test(WebhookMessage::test(context.locale)), context };
    let client = unredirected_client(url, &context.connector)?;
    let called = async {
        let credentials = webhook.credentials(Unlock::Ask).await?;
        webhook.attempt(&client, &credentials).await
    };
    called.await.map_err(|problem| problem.error(webhook.host(), context.locale))
}

/// A call of a webhook.
struct Webhook<'a> {
    url: &'a Url,
    format: WebhookFormat,
    delivery: Delivery,
    context: &'a TaskContext,
}

impl Webhook<'_> {
    /// Sends the request, and repeats it while that may help.
    async fn call(&self) -> TaskOutcome {
        let client = match unredirected_client(self.url, &self.context.connector) {
            Ok(client) => client,
            Err(error) => return TaskOutcome::Failed(error.message),
        };
        let mut waits = RETRY_DELAYS.into_iter();
        loop {
            let attempt = match self.credentials(Unlock::Never).await {
                Ok(credentials) => {
                    let Some(permit) = self.context.permit().await else {
                        return TaskOutcome::Later(format!("Tallylight quit before {} was called", self.host()));
                    };
                    let attempt = self.attempt(&client, &credentials).await;
                    drop(permit);
                    attempt
                }
                Err(problem) => Err(problem),
            };
            let Err(problem) = attempt else { return TaskOutcome::Done(format!("{} called", self.host())) };
            let words = problem.words(self.host());
            if !problem.may_pass() {
                return TaskOutcome::Failed(words);
            }
            let Some(wait) = waits.next() else {
                let words = format!("{words}, gave up after {} attempts", RETRY_DELAYS.len() + 1);
                return problem.give_up(words);
            };
            let asked = problem.retry_after().unwrap_or_default();
            let wait = tokio::time::sleep(asked.max(wait).min(RETRY_DELAYS[3]));
            if self.context.shutdown.run_until_cancelled(wait).await.is_none() {
                return TaskOutcome::Later(format!("{words}, Tallylight quit"));
            }
        }
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Reads the secrets of the call. No permit is held meanwhile: a keychain may take its time.
    async fn credentials(&self, unlock: Unlock) -> Result<Credentials, Problem> {
        Credentials::read(self.format, self.context, unlock).await
    }

    async fn attempt(&self, client: &Client, credentials: &Credentials) -> Result<(), Problem> {
        let time = self.context.clock.now().wall.as_second().to_string();
        let call = request::of(self, client, credentials, &time)?;
        let answer = call.send().await.map_err(|error| {
            // The URL of a service contains its secret.
            tracing::debug!(error = %error.without_url(), "a webhook was not called");
            Problem::Unreachable
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let retry_after = retry_after(answer.headers());
        let said = match self.format {
            WebhookFormat::Tallylight => None,
            WebhookFormat::Ntfy | WebhookFormat::Pushover | WebhookFormat::Slack | WebhookFormat::Discord => {
                http::text(answer, ERROR_BODY_LIMIT).await.ok().and_then(|body| service_error(&body))
            }
        };
        let may_pass =
            status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
        let status = status.as_u16();
        Err(if may_pass { Problem::Busy { status, said, retry_after } } else { Problem::Refused { status, said } })
    }
}

#[cfg(test)]
mod tests;
