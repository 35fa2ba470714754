//! A webhook that is called at the end of a job, with the job as JSON, the same that `tally --json` prints.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use tallylight_core::model::{digest, outcome::Outcome};
use url::Url;

use super::TaskContext;
use crate::{
    account::message::TaskOutcome,
    net::http::{retry_after, unredirected_client},
    platform::keychain::Unlock,
    storage::AutomationTask,
};

/// How long a webhook may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// How long is waited before a webhook is tried again, each time: a restart of the other side is over after them.
const RETRY_DELAYS: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(10), Duration::from_mins(1), Duration::from_mins(5)];

/// Calls a webhook, and repeats that while it may help.
pub(super) async fn call(url: &Url, task: &AutomationTask, job: &str, context: &TaskContext) -> TaskOutcome {
    Webhook { url, task, job, context }.call().await
}

/// A call of a webhook.
struct Webhook<'a> {
    url: &'a Url,
    task: &'a AutomationTask,
    job: &'a str,
    context: &'a TaskContext,
}

/// The outcome of one attempt.
enum Attempt {
    /// No retry is needed.
    Over(TaskOutcome),
    /// A retry may help.
    Again {
        words: String,
        /// The delay that the receiver asked for.
        asked: Option<Duration>,
        /// The outcome after the last attempt.
        give_up: fn(String) -> TaskOutcome,
    },
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
            let attempt = match self.secret().await {
                Ok(secret) => {
                    let Some(permit) = self.context.permit().await else {
                        return TaskOutcome::Later(format!("Tallylight quit before {} was called", self.host()));
                    };
                    let attempt = self.attempt(&client, &secret).await;
                    drop(permit);
                    attempt
                }
                Err(attempt) => attempt,
            };
            let (words, asked, give_up) = match attempt {
                Attempt::Over(outcome) => return outcome,
                Attempt::Again { words, asked, give_up } => (words, asked, give_up),
            };
            let Some(wait) = waits.next() else {
                return give_up(format!("{words}, gave up after {} attempts", RETRY_DELAYS.len() + 1));
            };
            let wait = tokio::time::sleep(asked.unwrap_or_default().max(wait).min(RETRY_DELAYS[3]));
            if self.context.shutdown.run_until_cancelled(wait).await.is_none() {
                return TaskOutcome::Later(format!("{words}, Tallylight quit"));
            }
        }
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Reads the secret that signs the call. No permit is held meanwhile: a keychain may take its time.
    async fn secret(&self) -> Result<SecretString, Attempt> {
        match self.context.secret.read(Unlock::Never).await {
            Ok(Some(secret)) => Ok(secret),
            Ok(None) => {
                let words = "no webhook secret set. Add one in Settings, Automation.";
                Err(Attempt::Over(TaskOutcome::Failed(words.to_owned())))
            }
            // Nobody can say when it is unlocked.
            Err(error) => Err(Attempt::Again { words: error.message, asked: None, give_up: TaskOutcome::Later }),
        }
    }

    async fn attempt(&self, client: &Client, secret: &SecretString) -> Attempt {
        let (host, time) = (self.host(), self.context.clock.now().wall.as_second().to_string());
        let event = match self.task.outcome {
            Outcome::Completed => "job.completed",
            Outcome::Failed => "job.failed",
        };
        let call = client
            .post(self.url.clone())
            .timeout(ANSWER_LIMIT)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-tallylight-event", event)
            .header("x-tallylight-delivery", &self.task.id)
            .header("x-tallylight-timestamp", &time)
            .header("x-tallylight-signature", signature(secret, &time, self.job))
            .body(self.job.to_owned());
        match call.send().await {
            Ok(answer) if answer.status().is_success() => Attempt::Over(TaskOutcome::Done(format!("{host} called"))),
            Ok(answer) => {
                let status = answer.status();
                let words = format!("{host} returned status {}", status.as_u16());
                let may_help = status.is_server_error()
                    || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
                if may_help {
                    let asked = retry_after(answer.headers());
                    Attempt::Again { words, asked, give_up: TaskOutcome::Failed }
                } else {
                    Attempt::Over(TaskOutcome::Failed(words))
                }
            }
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "a webhook was not called");
                let words = format!("couldn't reach {host}");
                Attempt::Again { words, asked: None, give_up: TaskOutcome::Failed }
            }
        }
    }
}

/// Returns the HMAC-SHA256 of `<timestamp>.<body>`, as `sha256=<hex>`. The time is signed, too, so that nobody can
/// send an old call again.
fn signature(secret: &SecretString, time: &str, body: &str) -> String {
    let key = secret.expose_secret().as_bytes();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { unreachable!("HMAC takes keys of every length") };
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    format!("sha256={}", digest::hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_everybody() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key
        let signed = signature(&"key".into(), "1700000000", r#"{"a":1}"#);
        assert_eq!(signed, SIGNED);
    }

    const SIGNED: &str = "sha256=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03";
}
