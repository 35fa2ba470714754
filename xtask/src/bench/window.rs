//! The release of the app, in its window: compared with Chromium with the same page, and with an empty window.

use std::{env, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use xshell::{Shell, cmd};

use super::{
    core,
    report::{Row, keep},
};
use crate::{
    desktop::inside,
    e2e::run_in_session,
    install, page,
    run::{root, shell, step, target},
};

/// How long the load of an idle app is measured, in seconds.
const IDLE: &str = "300";
/// The environment variable with another time.
const IDLE_SECONDS: &str = "TALLYLIGHT_IDLE_SECONDS";
/// The duration of a frame, in milliseconds.
const FRAME: f64 = 1000.0 / 60.0;

/// Measures the app.
pub fn run(shell: &Shell) -> Result<()> {
    let tools = install::for_tests(shell)?;
    page::build(shell)?;
    step("building the release of the app, and an empty window");
    cmd!(shell, "cargo build --release -p tallylight -p tallylight-cli").run()?;
    cmd!(shell, "cargo build --release -p tallylight --example bare").run()?;
    step("the app in its window: about seven minutes, five of them idle");
    let home = shell.create_temp_dir()?;
    let file = home.path().join("measured.json");
    let (bench, page) = (core::build(shell)?, root().join("ui/dist"));
    let idle = env::var_os(IDLE_SECONDS).unwrap_or_else(|| IDLE.into());
    let env = [
        ("TALLYLIGHT_TAURI_DRIVER", tools.driver.as_path()),
        ("TALLYLIGHT_BENCH", &bench),
        ("TALLYLIGHT_DIST", &page),
        (IDLE_SECONDS, Path::new(&idle)),
        ("TALLYLIGHT_MEASURED", &file),
    ];
    inside(shell, home.path(), &["bench-session"], &env)?;
    let measured: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    keep("window", &rows(&measured)?, &json!({ "measured": measured }))
}

/// Measures the app inside a desktop session.
pub fn in_session() -> Result<()> {
    let shell = shell()?;
    run_in_session(&shell, &target(&shell)?.join("release"), ["benchmarks/window.ts"])
}

fn rows(measured: &Value) -> Result<Vec<Row>> {
    let number =
        |path: &str| measured.pointer(path).and_then(Value::as_f64).with_context(|| format!("no {path} in {measured}"));
    let ms = |ms: f64| format!("{ms:.0} ms");
    let late = number("/latency_1000/p99")?;
    let frame = number("/latency_5000/longest_frame")?;
    let (ours, bare) = (number("/start/ours")?, number("/start/bare")?);
    let (memory, chromium) = (number("/memory/shown")?, number("/memory/chromium")?);
    let mib = |mib: f64| format!("{mib:.0} MiB");
    let idle = |which: &str| number(&format!("/idle/{which}/percent"));
    let (hidden, shown, browser) = (idle("hidden")?, idle("shown")?, idle("chromium")?);
    let percent = |percent: f64| format!("{percent:.2} % of a core");
    let page = "Chromium --app, the same page";
    Ok(vec![
        Row::at_most(
            "from the server's send to the page, 1,000 messages/s, p99",
            ms(late),
            "two frames",
            ms(2.0 * FRAME),
            late / (2.0 * FRAME),
            1.0,
        ),
        Row::at_most("longest frame at 5,000 messages/s", ms(frame), "three frames", ms(50.0), frame / 50.0, 1.0),
        Row::at_most("start to the list of 1,000 jobs", ms(ours), "bare window", ms(bare), ours / bare, 1.25),
        Row::at_most(
            "memory of all its processes, 1,000 jobs",
            mib(memory),
            page,
            mib(chromium),
            memory / chromium,
            0.6,
        ),
        Row::at_most("load while idle, hidden", percent(hidden), page, percent(browser), hidden / browser, 0.2),
        Row::at_most("load while idle, shown", percent(shown), page, percent(browser), shown / browser, 1.0),
    ])
}
