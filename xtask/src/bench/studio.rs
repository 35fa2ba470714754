//! The studio: the time from the upload of a video of ten minutes to its outcome, compared with one decode by ffmpeg,
//! and with PySceneDetect, which only detects scenes.

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

use super::report::{Row, keep};
use crate::{
    install::{self, Need, PythonPackage},
    run::{step, target},
};

/// The seconds at which scenes of the video begin: some near a keyframe, some not.
const CUTS: [u32; 11] = [41, 95, 160, 201, 263, 310, 372, 415, 480, 523, 571];
/// The length of the video, in seconds.
const LENGTH: u32 = 600;
/// The program that the search for scenes is compared with.
const SCENEDETECT: PythonPackage = PythonPackage {
    name: "scenedetect",
    version: "0.7.2",
    environment: "scenedetect",
    others: &["opencv-python-headless"],
};
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
    let scenedetect = install::python_package(shell, &SCENEDETECT)?.join("scenedetect");

    step("one decode by ffmpeg");
    let decode = seconds(|| Ok(cmd!(shell, "ffmpeg -nostdin -v error -i {video} -f null -").run()?))?;
    step("PySceneDetect");
    let scenes = seconds(|| {
        let quiet = ["-v", "error"];
        cmd!(shell, "{scenedetect} {quiet...} -i {video} detect-content list-scenes -n -q").ignore_stdout().run()?;
        Ok(())
    })?;
    step("the studio, from upload to outcome");
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
            "largest distance of a chapter from a known cut",
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

/// Makes the video, unless it exists: scenes in different colours, all with motion, and sound.
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
    let url = line.trim().strip_prefix("studio ready on ").with_context(|| format!("the studio printed: {line}"))?;
    let printed = cmd!(shell, "node bench/peers/studio.mjs {url} {video} {EMAIL} {PASSWORD}").quiet().read()?;
    let measured: Value = serde_json::from_str(&printed)?;
    ensure!(measured["status"] == "COMPLETED", "the studio ended with {measured}");
    Ok(measured)
}

/// Returns the largest distance of a chapter's start from the nearest cut, in seconds. Each cut must have a chapter.
fn deviation(measured: &Value) -> Result<f64> {
    let starts: Vec<f64> = serde_json::from_value(measured["starts"].clone())?;
    ensure!(starts.len() == CUTS.len() + 1, "{} chapters of {} scenes: {starts:?}", starts.len(), CUTS.len() + 1);
    let farthest =
        CUTS.iter().map(|cut| starts.iter().map(|start| (start - f64::from(*cut)).abs()).fold(f64::INFINITY, f64::min));
    Ok(farthest.fold(0.0, f64::max))
}
