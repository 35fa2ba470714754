//! Runs ffmpeg, ffprobe and whisper with limits, and returns their progress, output and messages.

use std::{
    ffi::OsStr,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader, Take},
    process::Command,
    time::{Instant, sleep_until},
};

mod error;
mod install_advice;
mod limits;
#[cfg(windows)]
mod memory_limit;

pub use error::ToolError;
pub use install_advice::install_ffmpeg;
pub use limits::Limits;

/// How many of a tool's last messages are kept.
const MESSAGES: usize = 8;
/// The longest line that is read at once, in bytes; the rest of a longer line counts as a new line.
const MAX_LINE: u64 = 1 << 20;
/// The largest output that is kept, in bytes. A report about 10,000 chapters takes 4 MB.
const MAX_OUTPUT: usize = 64 << 20;
/// How long a tool may take to exit after it has closed its outputs.
const EXIT_TIME: Duration = Duration::from_secs(30);

/// The output of a tool that exited with success.
#[derive(Debug, Default)]
pub struct Output {
    /// Its standard output, without lines of progress.
    pub stdout: String,
    /// The last lines of its standard error.
    pub messages: String,
}

/// A line of a tool's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// Standard output: results, or `-progress`.
    Out(&'a str),
    /// Standard error: messages.
    Err(&'a str),
}

/// Runs a tool to its end and passes every line to `on_line` as it is written. Dropping the future kills the tool.
///
/// # Errors
/// `NotStarted`, `Failed` with the tool's messages, or the limit that it reached.
pub async fn run(
    program: &OsStr,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
    limits: Limits,
    mut on_line: impl FnMut(Line<'_>),
) -> Result<Output, ToolError> {
    let name = || program.to_string_lossy().into_owned();
    let mut child = start(program, args, limits).map_err(|source| ToolError::NotStarted { program: name(), source })?;
    let (mut out, mut err) = (lines(child.stdout().take()), lines(child.stderr().take()));
    let mut run = Run::new();
    let end = Instant::now() + limits.time;
    while out.is_some() || err.is_some() {
        let stalled = run.last_progress + limits.stall;
        tokio::select! {
            line = next(&mut out), if out.is_some() => {
                if let Some(line) = line {
                    on_line(Line::Out(&line));
                    run.out(&line);
                }
            }
            line = next(&mut err), if err.is_some() => {
                if let Some(line) = line {
                    on_line(Line::Err(&line));
                    run.err(line);
                }
            }
            () = sleep_until(end) => return Err(ToolError::TimedOut { program: name(), limit: limits.time }),
            () = sleep_until(stalled) => return Err(ToolError::Stalled { program: name(), limit: limits.stall }),
        }
        if run.stdout.len() > MAX_OUTPUT {
            return Err(ToolError::LimitExceeded { program: name() });
        }
    }
    let wait = tokio::time::timeout(EXIT_TIME, child.wait());
    let status = wait.await.map_err(|_| ToolError::Stalled { program: name(), limit: limits.stall })?;
    let status = status.map_err(|source| ToolError::NotStarted { program: name(), source })?;
    let messages = run.messages.join("\n");
    if status.success() {
        return Ok(Output { stdout: run.stdout, messages });
    }
    Err(reached_limit(status, &name(), &messages).unwrap_or_else(|| ToolError::Failed { program: name(), messages }))
}

fn start(
    program: &OsStr,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
    limits: Limits,
) -> std::io::Result<Box<dyn ChildWrapper>> {
    let mut command = Command::new(program);
    command
        .args(args)
        // Numbers and messages are parsed, so they must not depend on the user's language.
        .env("LC_ALL", "C")
        // Fewer malloc arenas: each takes 64 MB of the address space.
        .env("MALLOC_ARENA_MAX", "2")
        // The environment may contain the password of `--user`.
        .env_remove("TALLYLIGHT_PASSWORD")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    limits.apply(&mut command);
    let mut command = CommandWrap::from(command);
    command.wrap(KillOnDrop);
    #[cfg(windows)]
    {
        use process_wrap::tokio::{CreationFlags, JobObject};
        // The app has no console, so each tool would open a window. The lower priority keeps other programs responsive.
        let flags = windows::Win32::System::Threading::CREATE_NO_WINDOW
            | windows::Win32::System::Threading::BELOW_NORMAL_PRIORITY_CLASS;
        // In this order: the job of the limits is assigned before that which resumes the tool.
        command.wrap(CreationFlags(flags)).wrap(limits.memory_limit()).wrap(JobObject);
    }
    command.spawn()
}

/// The output of a running tool, and the time of its last progress.
struct Run {
    stdout: String,
    messages: Vec<String>,
    /// The last reported time and frame number.
    positions: [String; 2],
    last_progress: Instant,
}

impl Run {
    fn new() -> Self {
        Self {
            stdout: String::new(),
            messages: Vec::new(),
            positions: [String::new(), String::new()],
            last_progress: Instant::now(),
        }
    }

    fn out(&mut self, line: &str) {
        match line.split_once('=') {
            Some(("out_time_us", position)) if position != self.positions[0] => {
                position.clone_into(&mut self.positions[0]);
                self.last_progress = Instant::now();
            }
            Some(("frame", position)) if position != self.positions[1] => {
                position.clone_into(&mut self.positions[1]);
                self.last_progress = Instant::now();
            }
            // The other lines of `-progress` are repeated even if there is no progress.
            Some((name, _)) if is_name_of_progress(name) => {}
            _ => {
                self.last_progress = Instant::now();
                self.stdout.push_str(line);
                self.stdout.push('\n');
            }
        }
    }

    fn err(&mut self, line: String) {
        self.last_progress = Instant::now();
        // Lines of showinfo are results, not messages.
        if !line.trim().is_empty() && !line.contains("Parsed_showinfo") {
            if self.messages.len() == MESSAGES {
                self.messages.remove(0);
            }
            self.messages.push(line);
        }
    }
}

fn is_name_of_progress(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "frame",
        "fps",
        "bitrate",
        "total_size",
        "out_time_us",
        "out_time_ms",
        "out_time",
        "dup_frames",
        "drop_frames",
        "speed",
        "progress",
        "stream_0_0_q",
    ];
    NAMES.contains(&name) || name.starts_with("stream_")
}

/// Returns the error for a limit that ended a tool; `None` if it ended for another reason.
fn reached_limit(status: ExitStatus, program: &str, messages: &str) -> Option<ToolError> {
    let out_of_memory = || ToolError::OutOfMemory { program: program.to_owned() };
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;

        use rustix::process::Signal;
        let signal = status.signal().and_then(Signal::from_named_raw);
        if signal == Some(Signal::XCPU) || signal == Some(Signal::XFSZ) {
            return Some(ToolError::LimitExceeded { program: program.to_owned() });
        }
        // The kernel kills a process that takes too much memory.
        if signal == Some(Signal::KILL) {
            return Some(out_of_memory());
        }
    }
    #[cfg(not(unix))]
    let _ = status;
    let lower = messages.to_lowercase();
    let memory_messages =
        ["cannot allocate memory", "out of memory", "bad_alloc", "error while allocating", "memory exhausted"];
    memory_messages.iter().any(|message| lower.contains(message)).then(out_of_memory)
}

/// The lines of an output stream, each with a size limit.
struct Lines<R> {
    reader: Take<BufReader<R>>,
    /// The bytes of the next line that were read before reading was interrupted.
    line: Vec<u8>,
}

fn lines<R: AsyncRead + Unpin>(stream: Option<R>) -> Option<Lines<R>> {
    stream.map(|stream| Lines { reader: BufReader::new(stream).take(MAX_LINE), line: Vec::new() })
}

async fn next<R: AsyncRead + Unpin>(lines: &mut Option<Lines<R>>) -> Option<String> {
    let Lines { reader, line } = lines.as_mut()?;
    let read = reader.read_until(b'\n', line).await;
    if read.is_err() || line.is_empty() {
        *lines = None;
        return None;
    }
    let text = String::from_utf8_lossy(line).trim_end_matches(['\n', '\r']).to_owned();
    line.clear();
    reader.set_limit(MAX_LINE);
    Some(text)
}

/// Parses the position from a line of `-progress`, in seconds.
pub fn position(line: Line<'_>) -> Option<f64> {
    let Line::Out(line) = line else { return None };
    line.strip_prefix("out_time_us=")?
        .parse::<f64>()
        .ok()
        .map(|micros| micros / 1e6)
        .filter(|seconds| seconds.is_finite())
}

/// Parses the time of a frame from a line of `showinfo` or `metadata=print`, in seconds.
pub fn frame_time(line: Line<'_>) -> Option<f64> {
    let (Line::Out(line) | Line::Err(line)) = line;
    // A title in the metadata may contain the same text.
    let is_result = line.starts_with("frame:") || line.starts_with("[Parsed_showinfo");
    let after = line.split_once("pts_time:").filter(|_| is_result)?.1;
    after.split_whitespace().next()?.parse::<f64>().ok().filter(|seconds| seconds.is_finite())
}

/// Parses a value of `metadata=print`, such as `lavfi.silence_start=1.5`.
pub fn metadata_value(line: Line<'_>, name: &str) -> Option<f64> {
    let Line::Out(line) = line else { return None };
    line.strip_prefix(name)?.strip_prefix('=')?.parse::<f64>().ok().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short() -> Limits {
        Limits { time: Duration::from_secs(20), stall: Duration::from_secs(10), ..Limits::video(0.0) }
    }

    /// Scripts of the system's shell that do the same on every system.
    #[cfg(unix)]
    mod scripts {
        pub const SHELL: (&str, &str) = ("sh", "-c");
        pub const LINES: &str = "echo one; echo two >&2; printf three; exit 3";
        pub const SILENT: &str = "sleep 600";
        pub const SAME_POSITION: &str = "while :; do echo frame=9; echo out_time_us=5; echo speed=1x; sleep 0.05; done";
        pub const PROGRESS: &str = "n=0; while :; do n=$((n+1)); echo out_time_us=$n; sleep 0.05; done";
    }
    #[cfg(windows)]
    mod scripts {
        pub const SHELL: (&str, &str) = ("cmd.exe", "/c");
        pub const LINES: &str = "echo one& echo two>&2& echo three& exit 3";
        pub const SILENT: &str = "ping -n 600 127.0.0.1 >nul";
        pub const SAME_POSITION: &str = "for /L %i in (1,0,2) do @(echo frame=9& echo out_time_us=5& echo speed=1x)";
        pub const PROGRESS: &str = "for /L %i in (1,1,100000000) do @echo out_time_us=%i";
    }

    async fn shell(script: &str, limits: Limits) -> Result<Output, ToolError> {
        let (shell, option) = scripts::SHELL;
        run(OsStr::new(shell), [option, script], limits, |_| {}).await
    }

    #[test]
    fn progress_and_frame_lines_are_parsed() {
        assert_eq!(position(Line::Out("out_time_us=1500000")), Some(1.5));
        assert_eq!(position(Line::Out("out_time_us=N/A")), None);
        assert_eq!(position(Line::Out("progress=continue")), None);
        let info = "[Parsed_showinfo_2 @ 0x55] n:   0 pts:  12 pts_time:4.25   duration: 1";
        assert_eq!(frame_time(Line::Err(info)), Some(4.25));
        assert_eq!(frame_time(Line::Out("frame:3    pts:90    pts_time:3.6")), Some(3.6));
        assert_eq!(metadata_value(Line::Out("lavfi.silence_end=2.5"), "lavfi.silence_end"), Some(2.5));
    }

    #[tokio::test]
    async fn missing_tool_is_not_started() {
        let error = run(OsStr::new("/nowhere/ffmpeg"), ["-version"], short(), |_| {}).await.expect_err("not there");
        let is_missing = |source: &std::io::Error| source.kind() == std::io::ErrorKind::NotFound;
        assert!(matches!(error, ToolError::NotStarted { source, .. } if is_missing(&source)));
    }

    #[tokio::test]
    async fn lines_of_both_outputs_arrive_and_exit_status_decides() {
        let mut seen = Vec::new();
        let (shell, option) = scripts::SHELL;
        let arguments = [option, scripts::LINES];
        let ended = run(OsStr::new(shell), arguments, short(), |line| seen.push(format!("{line:?}"))).await;
        assert!(ended.expect_err("exit 3").to_string().contains("two"));
        seen.sort();
        assert_eq!(seen, [r#"Err("two")"#, r#"Out("one")"#, r#"Out("three")"#]);
    }

    #[tokio::test]
    async fn tool_without_progress_or_over_time_limit_is_killed() {
        let quick = Limits { stall: Duration::from_millis(200), ..short() };
        assert!(matches!(shell(scripts::SILENT, quick).await, Err(ToolError::Stalled { .. })), "no output");
        assert!(
            matches!(shell(scripts::SAME_POSITION, quick).await, Err(ToolError::Stalled { .. })),
            "the same position"
        );
        let brief = Limits { time: Duration::from_millis(300), ..short() };
        assert!(matches!(shell(scripts::PROGRESS, brief).await, Err(ToolError::TimedOut { .. })), "too long");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn tool_has_limits_and_low_priority_and_ends_with_its_parent() {
        let limits = Limits { memory: 1 << 30, file: 1 << 16, ..short() };
        let output = shell("ulimit -v; ulimit -f; ulimit -c; nice; grep -i sigq /proc/self/status", limits)
            .await
            .expect("a shell");
        let lines: Vec<&str> = output.stdout.lines().collect();
        assert_eq!(lines[..3], ["1048576", "128", "0"], "in KiB and in blocks of 512 bytes");
        assert!(lines[3].parse::<i32>().is_ok_and(|niceness| niceness >= 10), "{lines:?}");
        let full = shell(
            "exec head -c 1000000 /dev/zero > /dev/shm/tallylight-limit-test; rm -f /dev/shm/tallylight-limit-test",
            limits,
        );
        assert!(matches!(full.await, Err(ToolError::LimitExceeded { .. })), "too large");
        let _ = std::fs::remove_file("/dev/shm/tallylight-limit-test");
    }
}
