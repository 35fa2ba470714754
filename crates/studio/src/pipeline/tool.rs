//! Running ffmpeg, ffprobe and whisper: arguments in, progress and words out.

use std::{ffi::OsStr, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::Command,
};

use super::failure::Failure;

/// How many of a tool's last lines are kept as its words.
const WORDS_LINES: usize = 8;

/// Is what a tool that ended well left behind.
#[derive(Debug, Default)]
pub struct Output {
    /// What it wrote to standard output.
    pub stdout: String,
    /// The last lines that it wrote to standard error.
    pub words: String,
}

/// Tells which of the two outputs a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// Standard output: results, or `-progress`.
    Out(&'a str),
    /// Standard error: remarks.
    Err(&'a str),
}

/// Runs a tool to its end, handing on every line as it comes. A tool whose run is dropped is killed.
///
/// # Errors
/// Returns the failure that its exit or its words stand for.
pub async fn run(
    program: &OsStr,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
    mut on_line: impl FnMut(Line<'_>),
) -> Result<Output, Failure> {
    let name = program.to_string_lossy();
    let mut command = Command::new(program);
    // CREATE_NO_WINDOW: the app has no console, and each tool would get a window of its own.
    #[cfg(windows)]
    command.creation_flags(0x0800_0000);
    let mut child = command
        .args(args)
        // Numbers and messages are read: they must not depend on the person's language.
        .env("LC_ALL", "C")
        // Whoever started the studio may have handed it a password.
        .env_remove("TALLYLIGHT_PASSWORD")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Failure::of_start(&name, &error))?;
    let (mut out, mut err) = (lines(child.stdout.take()), lines(child.stderr.take()));
    let (mut stdout, mut words) = (String::new(), Vec::new());
    loop {
        tokio::select! {
            Some(line) = next(&mut out) => {
                on_line(Line::Out(&line));
                stdout.push_str(&line);
                stdout.push('\n');
            }
            Some(line) = next(&mut err) => {
                on_line(Line::Err(&line));
                // showinfo's lines are results, not remarks.
                if !line.trim().is_empty() && !line.contains("Parsed_showinfo") {
                    if words.len() == WORDS_LINES {
                        words.remove(0);
                    }
                    words.push(line);
                }
            }
            else => break,
        }
    }
    let status = child.wait().await.map_err(|error| Failure::of_start(&name, &error))?;
    let words = words.join("\n");
    if status.success() { Ok(Output { stdout, words }) } else { Err(Failure::of_run(&name, &words)) }
}

type Lines<R> = Option<tokio::io::Split<BufReader<R>>>;

fn lines<R: AsyncRead + Unpin>(stream: Option<R>) -> Lines<R> {
    stream.map(|stream| BufReader::new(stream).split(b'\n'))
}

async fn next<R: AsyncRead + Unpin>(lines: &mut Lines<R>) -> Option<String> {
    let line = lines.as_mut()?.next_segment().await.ok().flatten();
    if line.is_none() {
        *lines = None;
    }
    line.map(|line| String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned())
}

/// Reads the position from a line of `-progress`, in seconds.
pub fn position(line: Line<'_>) -> Option<f64> {
    let Line::Out(line) = line else { return None };
    line.strip_prefix("out_time_us=")?.parse::<f64>().ok().map(|micros| micros / 1e6)
}

/// Reads the time of a frame from a line of `showinfo`, in seconds.
pub fn frame_time(line: Line<'_>) -> Option<f64> {
    let Line::Err(line) = line else { return None };
    let after = line.split_once("pts_time:")?.1;
    after.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_frames_are_read() {
        assert_eq!(position(Line::Out("out_time_us=1500000")), Some(1.5));
        assert_eq!(position(Line::Out("out_time_us=N/A")), None);
        assert_eq!(position(Line::Out("progress=continue")), None);
        let info = "[Parsed_showinfo_2 @ 0x55] n:   0 pts:  12 pts_time:4.25   duration: 1";
        assert_eq!(frame_time(Line::Err(info)), Some(4.25));
    }

    #[tokio::test]
    async fn a_tool_that_is_not_there_is_told_so() {
        let failure = run(OsStr::new("/nowhere/ffmpeg"), ["-version"], |_| {}).await.expect_err("not there");
        assert_eq!(failure.code, "ffmpeg_missing");
    }

    #[tokio::test]
    async fn lines_of_both_outputs_arrive_and_the_exit_decides() {
        let mut seen = Vec::new();
        let script = "echo one; echo two >&2; printf three; exit 3";
        let failure = run(OsStr::new("sh"), ["-c", script], |line| seen.push(format!("{line:?}"))).await;
        assert!(failure.expect_err("exit 3").details.contains("two"));
        seen.sort();
        assert_eq!(seen, [r#"Err("two")"#, r#"Out("one")"#, r#"Out("three")"#]);
    }
}
