//! A program that runs at the end of a job, with the job as JSON on its standard input.

use std::{
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::account::message::TaskOutcome;

/// How much of the output of a program is remembered, in bytes.
const OUTPUT_LIMIT: usize = 4096;
/// How long a program may run.
#[derive(Clone, Copy, Debug)]
struct TimeLimits {
    /// In all: it is meant to pass the news on, not to render.
    run: Duration,
    /// Once Tallylight quits.
    grace: Duration,
}

const TIME_LIMITS: TimeLimits = TimeLimits { run: Duration::from_mins(1), grace: Duration::from_secs(2) };
/// How long the output is waited for once the program has ended: a child that it leaves behind may hold on to it.
const OUTPUT_GRACE: Duration = Duration::from_millis(200);

/// Runs a command without a shell, with a text on its standard input.
pub(super) async fn run(argv: &[String], input: String, shutdown: &CancellationToken) -> TaskOutcome {
    run_within(TIME_LIMITS, argv, input, shutdown).await
}

async fn run_within(limits: TimeLimits, argv: &[String], input: String, shutdown: &CancellationToken) -> TaskOutcome {
    let Some((program, arguments)) = argv.split_first() else {
        return TaskOutcome::Failed("no program defined".to_owned());
    };
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = match with_children(command).spawn() {
        Ok(child) => child,
        Err(error) => return TaskOutcome::Failed(format!("couldn't start {program} ({error})")),
    };
    let (out, err) = (CapturedOutput::of(child.stdout().take()), CapturedOutput::of(child.stderr().take()));
    if let Some(mut stdin) = child.stdin().take() {
        // One that does not read it need not.
        tokio::spawn(async move { stdin.write_all(input.as_bytes()).await });
    }
    let ended = async {
        shutdown.cancelled().await;
        tokio::time::sleep(limits.grace).await;
    };
    let status = tokio::select! {
        // Of the program itself: what it leaves behind may go on.
        status = child.inner_mut().wait() => status,
        () = tokio::time::sleep(limits.run) => {
            kill(child.as_mut());
            let limit = limits.run.as_secs();
            return TaskOutcome::Failed(format!("{program} timed out after {limit} s"));
        }
        () = ended => {
            kill(child.as_mut());
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

/// Lets the children of a program end with it.
fn with_children(command: tokio::process::Command) -> CommandWrap {
    let mut command = CommandWrap::from(command);
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    {
        use process_wrap::tokio::{CreationFlags, JobObject};
        // The app has no console, and each command would get a window of its own.
        command.wrap(CreationFlags(windows::Win32::System::Threading::CREATE_NO_WINDOW)).wrap(JobObject);
    }
    command
}

/// Ends a program and its children.
fn kill(child: &mut dyn ChildWrapper) {
    if let Err(error) = child.start_kill() {
        tracing::warn!(%error, "a program could not be ended");
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Commands that do the same on every system.
    #[cfg(unix)]
    mod scripts {
        pub const SHELL: &str = "/bin/sh";
        pub const EXIT_3: &str = "exit status: 3";
        pub const ECHO_INPUT: &str = "cat; echo seen >&2";
        pub const FAIL: &str = "echo no; exit 3";
        pub const MUCH_OUTPUT: &str = "yes | head -c 1000000";
        pub const WAIT: &str = "sleep 1000";
        pub const WAIT_WITH_CHILD: &str = "sleep 1000 & sleep 1000";

        pub fn argv(script: &str) -> Vec<String> {
            [SHELL, "-c", script].map(str::to_owned).to_vec()
        }
    }
    #[cfg(windows)]
    mod scripts {
        pub const SHELL: &str = "cmd.exe";
        pub const EXIT_3: &str = "exit code: 3";
        pub const ECHO_INPUT: &str = "findstr x & echo seen>&2";
        pub const FAIL: &str = "echo no& exit 3";
        pub const MUCH_OUTPUT: &str =
            "for /L %i in (1,1,20000) do @echo 12345678901234567890123456789012345678901234567890";
        pub const WAIT: &str = "ping -n 1000 127.0.0.1 >nul";
        pub const WAIT_WITH_CHILD: &str = "start /b ping -n 1000 127.0.0.1 >nul & ping -n 1000 127.0.0.1 >nul";

        pub fn argv(script: &str) -> Vec<String> {
            [SHELL, "/d", "/c", script].map(str::to_owned).to_vec()
        }
    }

    /// Limits that a test reaches. Windows reads pipes on threads, which paused time would not wait for.
    const SHORT: TimeLimits = TimeLimits { run: Duration::from_secs(1), grace: Duration::from_millis(100) };

    async fn ran(argv: &[String], input: &str) -> TaskOutcome {
        run(argv, input.to_owned(), &CancellationToken::new()).await
    }

    async fn shell(script: &str, input: &str) -> TaskOutcome {
        ran(&scripts::argv(script), input).await
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
        let text = done(shell(scripts::ECHO_INPUT, "{\"x\":1}\n").await);
        assert_eq!(text, format!("{} finished: {{\"x\":1}} | seen", scripts::SHELL));
        let error = failed(shell(scripts::FAIL, "").await);
        assert!(error.contains(scripts::EXIT_3) && error.contains("no"), "{error}");
        let error = failed(ran(&["/nowhere/at-all".to_owned()], "").await);
        assert!(error.contains("couldn't start /nowhere/at-all"), "{error}");
    }

    #[tokio::test]
    async fn one_that_says_much_or_reads_nothing_ends_all_the_same() {
        let text = done(shell(scripts::MUCH_OUTPUT, &"x".repeat(1 << 20)).await);
        assert!(text.len() < 5000, "{}", text.len());
    }

    #[tokio::test]
    async fn one_that_hangs_is_stopped_with_its_children() {
        let argv = scripts::argv(scripts::WAIT_WITH_CHILD);
        let error = failed(run_within(SHORT, &argv, String::new(), &CancellationToken::new()).await);
        assert!(error.contains("timed out"), "{error}");
    }

    #[tokio::test]
    async fn one_that_runs_at_the_end_of_the_program_is_stopped_and_run_again_by_the_next() {
        let shutdown = CancellationToken::new();
        shutdown.cancel();
        let outcome = run_within(SHORT, &scripts::argv(scripts::WAIT), String::new(), &shutdown).await;
        assert!(matches!(outcome, TaskOutcome::Later(_)), "{outcome:?}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn arguments_are_given_as_they_are() {
        let argv = ["/bin/echo", "$(id)", "; rm -rf x"].map(str::to_owned);
        assert_eq!(done(ran(&argv, "").await), "/bin/echo finished: $(id) ; rm -rf x");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn one_that_leaves_a_child_behind_is_done_when_it_ends_itself() {
        let text = done(shell("sleep 600 & echo $!", "").await);
        let child = text.rsplit(' ').next().and_then(|pid| pid.parse().ok()).and_then(rustix::process::Pid::from_raw);
        let child = child.expect("the child's number");
        rustix::process::kill_process(child, rustix::process::Signal::KILL).expect("it was left alone");
    }
}
