//! What a person lets happen at the end of a job: a command of this computer, or a webhook. It is given the job as JSON,
//! the same that `tally --json` prints.

use std::{process::Stdio, time::Duration};

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use tallylight_core::{cache::Outcome, digest, settings::Automation};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::{
    clock::Clock,
    http::{retry_after, unredirected_client},
    route::Route,
};

/// How long a command may run: it is there to tell, not to render.
const COMMAND_LIMIT: Duration = Duration::from_mins(1);
/// How long a webhook may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// How much of what a command says is remembered, in bytes.
const OUTPUT_LIMIT: u64 = 4096;
/// How long is waited before a webhook is tried again, each time: a restart of the other side is over after them.
const WAITS: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(10), Duration::from_mins(1), Duration::from_mins(5)];

/// Is the end of a job, for whoever is told of it.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// How it ended.
    pub outcome: Outcome,
    /// The job as JSON.
    pub job: String,
}

/// Does what an automation says, and returns how that went, in words for the diagnostics.
pub async fn perform(
    automation: Automation,
    occasion: Occasion,
    secret: Option<SecretString>,
    route: Route,
    clock: Clock,
    ending: CancellationToken,
) -> Result<String, String> {
    match (automation.run, automation.webhook) {
        (Some(argv), _) => run(&argv, &occasion.job).await,
        (None, Some(url)) => {
            let secret = secret.ok_or("a webhook is signed, and no secret is set: set one in the settings")?;
            Webhook { url, secret, clock, ending }.call(&occasion, &route).await
        }
        (None, None) => Err("there is nothing to do".to_owned()),
    }
}

/// Runs a command without a shell, with a text on its standard input.
async fn run(argv: &[String], input: &str) -> Result<String, String> {
    let (program, arguments) = argv.split_first().ok_or("there is no program")?;
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // A group of its own, so that its own children end with it.
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(|error| format!("{program} could not be started ({error})"))?;
    let group = child.id();
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // One that does not read it need not.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let all = async { tokio::join!(child.wait(), feed, beginning(stdout), beginning(stderr)) };
    let Ok((status, (), out, err)) = tokio::time::timeout(COMMAND_LIMIT, all).await else {
        kill_group(group);
        return Err(format!("{program} was stopped: it ran for more than {} s", COMMAND_LIMIT.as_secs()));
    };
    let status = status.map_err(|error| format!("{program} was lost ({error})"))?;
    let said = [out, err].map(|text| text.trim().to_owned()).into_iter().filter(|text| !text.is_empty());
    let said = said.collect::<Vec<_>>().join(" | ");
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    if status.success() {
        Ok(format!("{program} ran{said}"))
    } else {
        Err(format!("{program} ended with {status}{said}"))
    }
}

#[cfg(unix)]
fn kill_group(group: Option<u32>) {
    let pid = group.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_: Option<u32>) {}

/// Reads everything, so that nobody waits for a reader, and returns how it begins.
async fn beginning(stream: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stream) = stream else { return String::new() };
    let mut bytes = Vec::new();
    let _ = (&mut stream).take(OUTPUT_LIMIT).read_to_end(&mut bytes).await;
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

struct Webhook {
    url: Url,
    secret: SecretString,
    clock: Clock,
    /// Says that the program ends, which waits for no second attempt.
    ending: CancellationToken,
}

/// Is what became of one attempt.
enum Attempt {
    Done(String),
    Again(String, Option<Duration>),
    Never(String),
}

impl Webhook {
    /// Tells, again and again while that may help.
    async fn call(&self, occasion: &Occasion, route: &Route) -> Result<String, String> {
        let client = unredirected_client(&self.url, route).map_err(|error| error.message)?;
        // The same for every attempt: whoever heard it twice can tell.
        let delivery = Uuid::new_v4().to_string();
        let mut waits = WAITS.into_iter();
        loop {
            match self.attempt(&client, occasion, &delivery).await {
                Attempt::Done(words) => return Ok(words),
                Attempt::Never(words) => return Err(words),
                Attempt::Again(words, asked) => match waits.next() {
                    Some(wait) => {
                        let wait = tokio::time::sleep(asked.unwrap_or_default().max(wait).min(WAITS[3]));
                        if self.ending.run_until_cancelled(wait).await.is_none() {
                            return Err(format!("{words}; given up because the program ended"));
                        }
                    }
                    None => return Err(format!("{words}; given up after {} attempts", WAITS.len() + 1)),
                },
            }
        }
    }

    async fn attempt(&self, client: &Client, occasion: &Occasion, delivery: &str) -> Attempt {
        let host = self.url.host_str().unwrap_or_default();
        let time = self.clock.now().wall.as_second().to_string();
        let event = match occasion.outcome {
            Outcome::Completed => "job.completed",
            Outcome::Failed | Outcome::Warned => "job.failed",
        };
        let call = client
            .post(self.url.clone())
            .timeout(ANSWER_LIMIT)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-tallylight-event", event)
            .header("x-tallylight-delivery", delivery)
            .header("x-tallylight-timestamp", &time)
            .header("x-tallylight-signature", signature(&self.secret, &time, &occasion.job))
            .body(occasion.job.clone());
        match call.send().await {
            Ok(answer) if answer.status().is_success() => Attempt::Done(format!("{host} was told")),
            Ok(answer) => {
                let status = answer.status();
                let words = format!("{host} answered with status {}", status.as_u16());
                let may_help = status.is_server_error()
                    || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
                if may_help { Attempt::Again(words, retry_after(answer.headers())) } else { Attempt::Never(words) }
            }
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "a webhook was not told");
                Attempt::Again(format!("{host} could not be reached"), None)
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

    #[cfg(unix)]
    mod commands {
        use super::super::*;

        async fn shell(script: &str, input: &str) -> Result<String, String> {
            run(&["/bin/sh".to_owned(), "-c".to_owned(), script.to_owned()], input).await
        }

        #[tokio::test]
        async fn a_command_reads_the_job_and_what_it_says_is_remembered() {
            assert_eq!(
                shell("cat; echo seen >&2", "{\"id\":1}").await.as_deref(),
                Ok("/bin/sh ran: {\"id\":1} | seen")
            );
            let error = shell("echo no; exit 3", "").await.expect_err("it failed");
            assert!(error.contains("exit status: 3") && error.contains("no"), "{error}");
            let error = run(&["/nowhere/at-all".to_owned()], "").await.expect_err("no program");
            assert!(error.contains("/nowhere/at-all could not be started"), "{error}");
        }

        #[tokio::test]
        async fn arguments_are_given_as_they_are() {
            let argv = ["/bin/echo", "$(id)", "; rm -rf x"].map(str::to_owned);
            assert_eq!(run(&argv, "").await.as_deref(), Ok("/bin/echo ran: $(id) ; rm -rf x"));
        }

        #[tokio::test]
        async fn one_that_says_much_or_reads_nothing_ends_all_the_same() {
            let said = shell("yes | head -c 1000000", &"x".repeat(1 << 20)).await.expect("it ran");
            assert!(said.len() < 5000, "{}", said.len());
        }

        #[tokio::test(start_paused = true)]
        async fn one_that_hangs_is_stopped_with_its_children() {
            let error = shell("sleep 1000 & sleep 1000", "").await.expect_err("stopped");
            assert!(error.contains("was stopped"), "{error}");
        }
    }
}
