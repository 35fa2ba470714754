//! The studio: from the upload of a video of ten minutes to its end, beside one decode of it by ffmpeg, and beside
//! PySceneDetect, which looks for its scenes alone.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use xshell::{Shell, cmd};

use super::page::{Row, keep};
use crate::{
    install::{self, Need},
    run::{step, target},
};

/// The seconds at which the video's scenes begin: some near a keyframe, some far from any.
const CUTS: [u32; 11] = [41, 95, 160, 201, 263, 310, 372, 415, 480, 523, 571];
/// How long the video is, in seconds.
const LENGTH: u32 = 600;
/// PySceneDetect's version.
const SCENEDETECT: &str = "0.7.2";
const EMAIL: &str = "me@acme.tv";
const PASSWORD: &str = "correct horse battery";

/// Measures the studio.
pub fn run(shell: &Shell) -> Result<()> {
    install::system(shell, Need::Tests)?;
    let folder = target(shell)?.join("bench");
    fs::create_dir_all(&folder)?;
    let video = video(shell, &folder)?;
    step("building the studio");
    cmd!(shell, "cargo build --release -p tallylight-studio").run()?;
    let studio = target(shell)?.join("release/tallylight-studio");
    let scenedetect = scenedetect(shell)?;

    step("one decode by ffmpeg");
    let decode = seconds(|| Ok(cmd!(shell, "ffmpeg -nostdin -v error -i {video} -f null -").run()?))?;
    step("PySceneDetect");
    let scenes = seconds(|| {
        let quiet = ["-v", "error"];
        cmd!(shell, "{scenedetect} {quiet...} -i {video} detect-content list-scenes -n -q").ignore_stdout().run()?;
        Ok(())
    })?;
    step("the studio, from upload to end");
    let measured = upload(shell, &studio, &video)?;
    let ours = measured["seconds"].as_f64().context("no time")?;
    let deviation = deviation(&measured)?;
    let rows = [
        Row::at_most(
            "a video of 10 minutes, 1080p, from upload to ready",
            format!("{ours:.1} s"),
            "one decode by ffmpeg",
            format!("{decode:.1} s"),
            ours / decode,
            0.25,
        ),
        Row::at_most(
            "the same",
            format!("{ours:.1} s"),
            "PySceneDetect, its scenes alone",
            format!("{scenes:.1} s"),
            ours / scenes,
            0.5,
        ),
        Row::at_most(
            "its chapters, farthest from a known cut",
            format!("{deviation:.2} s"),
            "a second",
            "1.00 s".to_owned(),
            deviation,
            1.0,
        ),
    ];
    keep("studio", &rows, &json!({ "cuts": CUTS, "chapters": measured["starts"] }))
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn seconds(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let begin = Instant::now();
    work()?;
    Ok(begin.elapsed().as_secs_f64())
}

/// Makes the video, where it is not there yet: scenes with colours of their own, all of them in motion, with sound.
fn video(shell: &Shell, folder: &Path) -> Result<PathBuf> {
    let video = folder.join("ten-minutes.mp4");
    if video.exists() {
        return Ok(video);
    }
    step("making a video of ten minutes");
    let ends = CUTS.iter().copied().skip(1).chain([LENGTH]);
    let lengths: Vec<u32> = std::iter::once(CUTS[0]).chain(ends.zip(CUTS).map(|(end, start)| end - start)).collect();
    let scene = |(index, length): (usize, &u32)| {
        let colour = |part: usize| format!("0x{:06x}", (index * 7 + part * 3 + 1) * 0x002b_5f3d % 0x0100_0000);
        let (a, b, c) = (colour(0), colour(1), colour(2));
        format!(
            "gradients=s=480x270:r=24:d={length}:n=3:speed=0.02:seed={index}:c0={a}:c1={b}:c2={c},scale=1920:1080,noise=alls=8:allf=t"
        )
    };
    let scenes: Vec<String> = lengths.iter().enumerate().map(scene).collect();
    let inputs = scenes.iter().flat_map(|scene| ["-f", "lavfi", "-i", scene]);
    let count = scenes.len();
    let labels: Vec<String> = (0..count).map(|index| format!("[{index}:v]")).collect();
    let joined = format!("{}concat=n={count}:v=1[v]", labels.concat());
    let sound = format!("sine=frequency=220:duration={LENGTH}");
    let (new, map) = (folder.join("new.mp4"), count.to_string() + ":a");
    let quiet = ["-nostdin", "-y", "-v", "error"];
    let encode = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "6M", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    cmd!(shell, "ffmpeg {quiet...} {inputs...} -f lavfi -i {sound} -filter_complex {joined} -map [v] -map {map} {encode...} {new}").run()?;
    fs::rename(new, &video)?;
    Ok(video)
}

/// Installs PySceneDetect in an environment of its own, and returns its program.
fn scenedetect(shell: &Shell) -> Result<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).context("HOME is not set")?;
    let environment = home.join(".cache/tallylight/tools/scenedetect");
    let (program, stamp) = (environment.join("bin/scenedetect"), environment.join("version"));
    if !program.exists() || fs::read_to_string(&stamp).is_ok_and(|version| version != SCENEDETECT) {
        step("installing PySceneDetect");
        let pip = environment.join("bin/pip");
        cmd!(shell, "/usr/bin/python3 -m venv --clear {environment}").run()?;
        cmd!(
            shell,
            "{pip} install --quiet --disable-pip-version-check scenedetect=={SCENEDETECT} opencv-python-headless"
        )
        .run()?;
        fs::write(stamp, SCENEDETECT)?;
    }
    Ok(program)
}

/// A studio that runs until it is dropped.
struct Studio(Child);

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn upload(shell: &Shell, program: &Path, video: &Path) -> Result<Value> {
    let folder = shell.create_temp_dir()?;
    let mut command = Command::new(program);
    command.args(["--port", "0", "--user", EMAIL, "--data-dir"]).arg(folder.path());
    let mut child =
        command.env("TALLYLIGHT_PASSWORD", PASSWORD).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let output = child.stdout.take().context("its output")?;
    let _studio = Studio(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let url = line.trim().strip_prefix("studio ready on ").with_context(|| format!("the studio said: {line}"))?;
    let printed = cmd!(shell, "node bench/peers/studio.mjs {url} {video} {EMAIL} {PASSWORD}").quiet().read()?;
    let measured: Value = serde_json::from_str(&printed)?;
    ensure!(measured["status"] == "COMPLETED", "the studio ended with {measured}");
    Ok(measured)
}

/// Returns how far a chapter begins from the nearest cut, at most, in seconds. Each cut has to have its chapter.
fn deviation(measured: &Value) -> Result<f64> {
    let starts: Vec<f64> = serde_json::from_value(measured["starts"].clone())?;
    ensure!(starts.len() == CUTS.len() + 1, "{} chapters of {} scenes: {starts:?}", starts.len(), CUTS.len() + 1);
    let farthest =
        CUTS.iter().map(|cut| starts.iter().map(|start| (start - f64::from(*cut)).abs()).fold(f64::INFINITY, f64::min));
    Ok(farthest.fold(0.0, f64::max))
}
