//! A program that runs at the end of a job, with the job as JSON on its standard input.

use std::{
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::account::message::TaskOutcome;

/// How long a program may run: it is meant to pass the news on, not to render.
const RUN_LIMIT: Duration = Duration::from_mins(1);
/// How much of the output of a program is remembered, in bytes.
const OUTPUT_LIMIT: usize = 4096;
/// How long a program may go on once Tallylight quits.
const KILL_GRACE: Duration = Duration::from_secs(2);
/// How long the output is waited for once the program has ended: a child that it leaves behind may hold on to it.
const OUTPUT_GRACE: Duration = Duration::from_millis(200);

/// Runs a command without a shell, with a text on its standard input.
pub(super) async fn run(argv: &[String], input: String, shutdown: &CancellationToken) -> TaskOutcome {
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
        () = tokio::time::sleep(RUN_LIMIT) => {
            kill_group(group);
            let limit = RUN_LIMIT.as_secs();
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

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
        let child = text.rsplit(' ').next().and_then(|pid| pid.parse().ok()).and_then(rustix::process::Pid::from_raw);
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
