//! What a person lets happen at the end of a job: a command of this computer, or a webhook. It is given the job as JSON,
//! the same that `tally --json` prints.

use std::{
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::{Client, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tallylight_core::{JobId, library::Outcome, model::digest, settings::Automation};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    sync::{Semaphore, SemaphorePermit},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::{
    net::{
        connector::NetworkConnector,
        http::{retry_after, unredirected_client},
    },
    platform::{
        clock::Clock,
        keychain::{TokenStore, Unlock},
    },
};

/// How long a command may run: it is there to tell, not to render.
const COMMAND_LIMIT: Duration = Duration::from_mins(1);
/// How long a webhook may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// How much of what a command says is remembered, in bytes.
const OUTPUT_LIMIT: usize = 4096;
/// How long is waited before a webhook is tried again, each time: a restart of the other side is over after them.
const RETRY_DELAYS: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(10), Duration::from_mins(1), Duration::from_mins(5)];

/// How long a command may go on once the program ends.
const KILL_GRACE: Duration = Duration::from_secs(2);
/// How long what a command says is waited for once it has ended: a child that it leaves behind may hold on to its output.
const OUTPUT_GRACE: Duration = Duration::from_millis(200);

/// An automation to be run at the end of a run. It is stored on disk until it is done, so that it runs at least once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationTask {
    /// The id of the delivery, the same for every attempt: a receiver recognizes a repetition by it.
    pub id: String,
    /// When the run ended.
    pub at: Timestamp,
    /// The job that ended.
    pub job_id: JobId,
    /// How the run ended.
    pub outcome: Outcome,
    /// The command or the webhook.
    pub automation: Automation,
}

impl AutomationTask {
    /// Returns a task with a new id.
    pub fn new(at: Timestamp, job_id: JobId, outcome: Outcome, automation: Automation) -> Self {
        Self { id: Uuid::new_v4().to_string(), at, job_id, outcome, automation }
    }
}

/// The outcome of a task, with a text for the diagnostics.
#[derive(Debug)]
pub enum TaskOutcome {
    /// It succeeded.
    Done(String),
    /// It failed, and a retry would not help.
    Failed(String),
    /// It could not run now, and is tried again later.
    Later(String),
}

/// What a task needs to run.
#[derive(Clone, Debug)]
pub struct TaskContext {
    /// The store of the secret that signs webhooks.
    pub secret: TokenStore,
    /// Proxy and certificates.
    pub connector: NetworkConnector,
    /// The source of timestamps.
    pub clock: Clock,
    /// Cancelled when the program ends.
    pub shutdown: CancellationToken,
    /// A permit for each task that may run at the same time; a task that waits for its next attempt holds none.
    pub room: Arc<Semaphore>,
}

impl TaskContext {
    /// Waits for a permit; returns none once the program ends.
    async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        self.shutdown.run_until_cancelled(self.room.acquire()).await?.ok()
    }
}

/// Runs a task with the job as JSON.
pub async fn perform(task: AutomationTask, job: String, context: TaskContext) -> TaskOutcome {
    match (&task.automation.run, &task.automation.webhook) {
        (Some(argv), _) => match context.slot().await {
            Some(_slot) => run(argv, job, &context.shutdown).await,
            None => TaskOutcome::Later("Tallylight quit before the program could run".to_owned()),
        },
        (None, Some(url)) => Webhook { url, task: &task, job, context: &context }.call().await,
        (None, None) => TaskOutcome::Failed("no action defined".to_owned()),
    }
}

/// Runs a command without a shell, with a text on its standard input.
async fn run(argv: &[String], input: String, shutdown: &CancellationToken) -> TaskOutcome {
    let Some((program, arguments)) = argv.split_first() else {
        return TaskOutcome::Failed("no program defined".to_owned());
    };
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // A group of its own, so that its own children end with it.
    #[cfg(unix)]
    command.process_group(0);
    // CREATE_NO_WINDOW: the app has no console, and each command would get a window of its own.
    #[cfg(windows)]
    command.creation_flags(0x0800_0000);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return TaskOutcome::Failed(format!("couldn't start {program} ({error})")),
    };
    let group = child.id();
    let (out, err) = (CapturedOutput::of(child.stdout.take()), CapturedOutput::of(child.stderr.take()));
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not read it need not.
        tokio::spawn(async move { stdin.write_all(input.as_bytes()).await });
    }
    let ended = async {
        shutdown.cancelled().await;
        tokio::time::sleep(KILL_GRACE).await;
    };
    let status = tokio::select! {
        status = child.wait() => status,
        () = tokio::time::sleep(COMMAND_LIMIT) => {
            kill_group(group);
            let limit = COMMAND_LIMIT.as_secs();
            return TaskOutcome::Failed(format!("{program} timed out after {limit} s"));
        }
        () = ended => {
            kill_group(group);
            return TaskOutcome::Later(format!("{program} was stopped because Tallylight quit"));
        }
    };
    let text = [out.text().await, err.text().await].into_iter().filter(|text| !text.is_empty());
    let text = text.collect::<Vec<_>>().join(" | ");
    let text = if text.is_empty() { String::new() } else { format!(": {text}") };
    match status {
        Ok(status) if status.success() => TaskOutcome::Done(format!("{program} finished{text}")),
        Ok(status) => TaskOutcome::Failed(format!("{program} failed with {status}{text}")),
        Err(error) => TaskOutcome::Failed(format!("{program} ended unexpectedly ({error})")),
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

/// The output of a command. All of it is read, so that the command never blocks; its beginning is kept.
struct CapturedOutput {
    beginning: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl CapturedOutput {
    fn of(stream: Option<impl AsyncRead + Unpin + Send + 'static>) -> Self {
        let beginning = Arc::<Mutex<Vec<u8>>>::default();
        let held = Arc::clone(&beginning);
        let reader = tokio::spawn(async move {
            let Some(mut stream) = stream else { return };
            let mut part = [0; 4096];
            while let Ok(read @ 1..) = stream.read(&mut part).await {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                let room = OUTPUT_LIMIT.saturating_sub(held.len()).min(read);
                held.extend_from_slice(&part[..room]);
            }
        });
        Self { beginning, reader }
    }

    /// Returns the beginning, once the output has ended or its grace period is over.
    async fn text(self) -> String {
        let _ = tokio::time::timeout(OUTPUT_GRACE, self.reader).await;
        let beginning = self.beginning.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&beginning).trim().to_owned()
    }
}

struct Webhook<'a> {
    url: &'a Url,
    task: &'a AutomationTask,
    job: String,
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
                    let Some(slot) = self.context.slot().await else {
                        return TaskOutcome::Later(format!("Tallylight quit before {} was called", self.host()));
                    };
                    let attempt = self.attempt(&client, &secret).await;
                    drop(slot);
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

    /// Reads what it is signed with. No turn is held meanwhile: a keychain may take its time.
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
            Outcome::Failed | Outcome::Warned => "job.failed",
        };
        let call = client
            .post(self.url.clone())
            .timeout(ANSWER_LIMIT)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-tallylight-event", event)
            .header("x-tallylight-delivery", &self.task.id)
            .header("x-tallylight-timestamp", &time)
            .header("x-tallylight-signature", signature(secret, &time, &self.job))
            .body(self.job.clone());
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
                tracing::debug!(error = %error.without_url(), "a webhook was not told");
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

    #[cfg(unix)]
    mod commands {
        use super::super::*;

        async fn ran(argv: &[String], input: &str) -> TaskOutcome {
            run(argv, input.to_owned(), &CancellationToken::new()).await
        }

        async fn shell(script: &str, input: &str) -> TaskOutcome {
            ran(&shelled(script), input).await
        }

        fn shelled(script: &str) -> [String; 3] {
            ["/bin/sh", "-c", script].map(str::to_owned)
        }

        fn done(outcome: TaskOutcome) -> String {
            let TaskOutcome::Done(words) = outcome else { panic!("{outcome:?}") };
            words
        }

        fn failed(outcome: TaskOutcome) -> String {
            let TaskOutcome::Failed(words) = outcome else { panic!("{outcome:?}") };
            words
        }

        #[tokio::test]
        async fn a_command_reads_the_job_and_what_it_says_is_remembered() {
            assert_eq!(done(shell("cat; echo seen >&2", "{\"id\":1}").await), "/bin/sh finished: {\"id\":1} | seen");
            let error = failed(shell("echo no; exit 3", "").await);
            assert!(error.contains("exit status: 3") && error.contains("no"), "{error}");
            let error = failed(ran(&["/nowhere/at-all".to_owned()], "").await);
            assert!(error.contains("couldn't start /nowhere/at-all"), "{error}");
        }

        #[tokio::test]
        async fn arguments_are_given_as_they_are() {
            let argv = ["/bin/echo", "$(id)", "; rm -rf x"].map(str::to_owned);
            assert_eq!(done(ran(&argv, "").await), "/bin/echo finished: $(id) ; rm -rf x");
        }

        #[tokio::test]
        async fn one_that_says_much_or_reads_nothing_ends_all_the_same() {
            let text = done(shell("yes | head -c 1000000", &"x".repeat(1 << 20)).await);
            assert!(text.len() < 5000, "{}", text.len());
        }

        #[tokio::test]
        async fn one_that_leaves_a_child_behind_is_done_when_it_ends_itself() {
            let text = done(shell("sleep 600 & echo $!", "").await);
            let child =
                text.rsplit(' ').next().and_then(|pid| pid.parse().ok()).and_then(rustix::process::Pid::from_raw);
            let child = child.expect("the child's number");
            rustix::process::kill_process(child, rustix::process::Signal::KILL).expect("it was left alone");
        }

        #[tokio::test(start_paused = true)]
        async fn one_that_hangs_is_stopped_with_its_children() {
            let error = failed(shell("sleep 1000 & sleep 1000", "").await);
            assert!(error.contains("timed out"), "{error}");
        }

        #[tokio::test(start_paused = true)]
        async fn one_that_runs_at_the_end_of_the_program_is_stopped_and_run_again_by_the_next() {
            let shutdown = CancellationToken::new();
            shutdown.cancel();
            let outcome = run(&shelled("sleep 1000"), String::new(), &shutdown).await;
            assert!(matches!(outcome, TaskOutcome::Later(_)), "{outcome:?}");
        }
    }
}
