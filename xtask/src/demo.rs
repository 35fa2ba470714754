//! The demonstration: the real app, this computer's own studio, real videos.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::{
    desktop::{Services, inside, screenshot, wait_for},
    install::{self, Need},
    page,
    run::{binaries, build, root, shell, step},
    samples,
};

/// How long all jobs together may take.
const TIMEOUT: Duration = Duration::from_mins(10);
/// The account of this computer's studio.
const EMAIL: &str = "me@this-computer";

/// Runs the demonstration on the screen, or on one in memory where there is none.
pub fn run(videos: Vec<PathBuf>) -> Result<()> {
    let videos = absolute(videos)?;
    let shell = shell()?;
    let has_screen =
        cfg!(not(target_os = "linux")) || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
    install::system(&shell, if has_screen { Need::Screen } else { Need::NoScreen })?;
    install::npm(&shell, "ui")?;
    page::build(&shell)?;
    let bin = build(&shell)?;
    let folder = root().join("demo");
    let videos = if videos.is_empty() { samples::make(&shell, &folder.join("videos"))?.all() } else { videos };
    if !has_screen {
        let home = shell.create_temp_dir()?;
        let named: Vec<&str> = videos.iter().filter_map(|video| video.to_str()).collect();
        return inside(&shell, home.path(), &[&["demo-session"], named.as_slice()].concat(), &[]);
    }
    step("starting Tallylight; closing its window leaves it in the tray");
    let app = bin.join("tallylight");
    cmd!(shell, "{app} --this-computer {videos...}").run()?;
    Ok(())
}

fn absolute(videos: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
    videos
        .into_iter()
        .map(|video| fs::canonicalize(&video).with_context(|| format!("{} does not exist", video.display())))
        .collect()
}

/// Runs the demonstration inside a desktop session, and checks the outcomes.
pub fn in_session(videos: &[PathBuf]) -> Result<()> {
    let shell = shell()?;
    let _services = Services::start(&shell)?;
    let bin = binaries(&shell)?;
    let pictures = root().join("demo/screenshots");
    fs::create_dir_all(&pictures)?;
    step("starting Tallylight on a screen in memory");
    let (app, address) = start(&bin, videos)?;
    let app = App(app);
    screenshot_later(&pictures.join("1-processing.png"));
    let ended = follow(&shell, &bin, &address, videos.len())?;
    thread::sleep(Duration::from_secs(1));
    screenshot(&shell, &pictures.join("2-notified.png"))?;
    // A click on the newest notification opens its job.
    cmd!(shell, "dunstctl action 0").quiet().run()?;
    thread::sleep(Duration::from_secs(1));
    cmd!(shell, "dunstctl close-all").quiet().run()?;
    // Without a compositor the window has holes where notifications were, until it is redrawn.
    cmd!(shell, "xdotool search --onlyvisible --name ^Tallylight$ windowsize 960 700").quiet().run()?;
    thread::sleep(Duration::from_secs(1));
    screenshot(&shell, &pictures.join("3-opened.png"))?;
    drop(app);
    println!("\nscreenshots are in {}", pictures.display());
    check_outcomes(&ended, videos)
}

/// The running app, ended when this is dropped.
struct App(Child);

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the app, and returns the address of its studio.
fn start(bin: &Path, videos: &[PathBuf]) -> Result<(Child, String)> {
    let mut command = Command::new(bin.join("tallylight"));
    command.arg("--this-computer").args(videos).env("NO_COLOR", "1").stderr(Stdio::piped());
    let mut app = command.spawn().context("Couldn't start Tallylight")?;
    let log = BufReader::new(app.stderr.take().context("its log")?);
    let (found, address) = mpsc::channel();
    thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            if let Some((_, address)) = line.split_once("address=") {
                let _ = found.send(address.split_whitespace().next().unwrap_or_default().to_owned());
            }
        }
    });
    let address = address.recv_timeout(Duration::from_mins(1)).context("the studio did not start within a minute")?;
    Ok((app, address))
}

fn screenshot_later(file: &Path) {
    let file = file.to_path_buf();
    thread::spawn(move || {
        thread::sleep(Duration::from_secs(3));
        Shell::new().ok().and_then(|shell| screenshot(&shell, &file).ok())
    });
}

/// Follows the jobs with `tally watch` until as many have ended as were uploaded.
fn follow(shell: &Shell, bin: &Path, address: &str, count: usize) -> Result<BTreeMap<String, Value>> {
    let secret =
        || cmd!(shell, "secret-tool lookup service tallylight username studio").quiet().ignore_stderr().read().ok();
    let password =
        wait_for("the studio's password", Duration::from_secs(30), || secret().filter(|secret| !secret.is_empty()))?;
    step("following the jobs with `tally watch`");
    let mut watch = Command::new(bin.join("tally"))
        .args(["--json", "--no-keychain", "--server", address, "watch", "--email", EMAIL])
        .args(["--for", &TIMEOUT.as_secs().to_string()])
        .env("TALLYLIGHT_PASSWORD", password)
        .stdout(Stdio::piped())
        .spawn()
        .context("tally could not be started")?;
    let lines = BufReader::new(watch.stdout.take().context("its output")?).lines();
    let mut jobs: BTreeMap<String, Value> = BTreeMap::new();
    for line in lines.map_while(Result::ok) {
        let event: Value = serde_json::from_str(&line)?;
        if event["event"] != "job" {
            continue;
        }
        let job = event["job"].clone();
        println!("{}", summary(&job));
        jobs.insert(job["filename"].as_str().unwrap_or_default().to_owned(), job);
        let ended = |job: &&Value| matches!(job["status"].as_str(), Some("COMPLETED" | "FAILED"));
        if jobs.values().filter(ended).count() >= count {
            break;
        }
    }
    let _ = watch.kill();
    let _ = watch.wait();
    Ok(jobs)
}

fn summary(job: &Value) -> String {
    let stages = job["stages"].as_array().cloned().unwrap_or_default();
    let doing =
        stages.iter().find(|stage| stage["status"] == "PROCESSING").and_then(|stage| stage["stage_id"].as_str());
    let words = job["error"]["message"].as_str().or(doing).unwrap_or_default().to_owned();
    let text = |name: &str| job[name].as_str().unwrap_or_default().to_owned();
    format!(
        "{:<24} {:<10} {:>5.1} %  {words}",
        text("filename"),
        text("status"),
        job["progress_percent"].as_f64().unwrap_or(0.0)
    )
}

/// Checks that each video has ended, and that each sample has the expected outcome.
fn check_outcomes(jobs: &BTreeMap<String, Value>, videos: &[PathBuf]) -> Result<()> {
    for video in videos {
        let name = video.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let job = jobs.get(&name).with_context(|| format!("{name} did not become a job"))?;
        let status = job["status"].as_str().unwrap_or_default();
        let expected = if name == "cut-off.mp4" { "FAILED" } else { "COMPLETED" };
        let is_sample = video.starts_with(root().join("demo"));
        ensure!(!is_sample || status == expected, "{name} ended as {status}, not {expected}: {}", job["error"]);
        println!(
            "{name}: {status}, {} thumbnails, {} chapters, {} warnings",
            length(&job["thumbnails"]),
            length(&job["metadata"]["CHAPTERS"]),
            length(&job["warnings"])
        );
        if is_sample && expected == "COMPLETED" {
            ensure!(
                length(&job["thumbnails"]) >= 3 && length(&job["metadata"]["CHAPTERS"]) == 3,
                "{name} lacks thumbnails or chapters"
            );
            ensure!(length(&job["metadata"]["TAGS"]) >= 3 || name == "city_at_night.mp4", "{name} lacks tags");
        }
    }
    println!("each video has the expected outcome");
    Ok(())
}

fn length(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}
