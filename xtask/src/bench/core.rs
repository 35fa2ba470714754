//! The client with a server that sends many messages: compared with a floor, which reads the same frames and drops them,
//! and with a peer, which processes them as a web page would.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use xshell::{Shell, cmd};

use super::report::{Row, keep};
use crate::{
    install,
    run::{root, step, target},
};

/// The number of messages in a run.
const MESSAGES: u64 = 200_000;
/// The number of runs, of which the median counts.
const TIMES: usize = 3;

/// A server that runs until it is dropped.
pub struct Server {
    process: Child,
    /// The URL of the server.
    pub address: String,
}

impl Server {
    /// Starts a server with a number of jobs.
    pub fn start(bench: &Path, jobs: u64) -> Result<Self> {
        let mut server = Command::new(bench);
        server.args(["serve", "--jobs", &jobs.to_string()]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = server.spawn().context("the server could not be started")?;
        let mut address = String::new();
        BufReader::new(process.stdout.take().context("its output")?).read_line(&mut address)?;
        Ok(Self { process, address: address.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Builds the program that has all parts, and returns its path.
pub fn build(shell: &Shell) -> Result<PathBuf> {
    step("building the benchmarks");
    cmd!(shell, "cargo build --release -p tallylight-bench").run()?;
    Ok(target(shell)?.join("release/tallylight-bench"))
}

struct Parts<'a> {
    shell: &'a Shell,
    bench: PathBuf,
}

impl Parts<'_> {
    /// Runs a part, and returns its result.
    fn run(&self, server: &Server, part: &str, options: &[&str]) -> Result<Value> {
        let (shell, bench, address) = (self.shell, &self.bench, &server.address);
        let printed = cmd!(shell, "{bench} {part} {address} {options...}").quiet().ignore_stderr().read()?;
        serde_json::from_str(printed.lines().last().unwrap_or_default()).context("an unreadable measurement")
    }

    fn peer(&self, server: &Server, messages: u64) -> Result<Value> {
        let (shell, address) = (self.shell, &server.address);
        let load = format!("{address}/go?messages={messages}&rate=0&mix=mixed&size=0");
        let _peers = shell.push_dir("bench/peers");
        Ok(serde_json::from_str(&cmd!(shell, "node ingest.mjs {address} {load}").quiet().read()?)?)
    }
}

fn number(value: &Value, path: &str) -> Result<f64> {
    value.pointer(path).and_then(Value::as_f64).with_context(|| format!("no {path} in {value}"))
}

/// Returns the peak memory of a client, in MB.
fn peak(measured: &Value) -> Result<f64> {
    Ok(number(measured, "/resident_bytes/peak")? / 1e6)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Measures the client.
pub fn run(shell: &Shell) -> Result<()> {
    install::npm(shell, "bench/peers")?;
    let parts = Parts { shell, bench: build(shell)? };
    let mut rows = ingest(&parts)?;
    let (sizes, by_jobs, memory) = jobs(&parts)?;
    rows.extend(sizes);
    let (latency, by_rate) = latency(&parts)?;
    rows.extend(latency);
    let by_size = size(&parts)?;
    keep("core", &rows, &json!({ "jobs": by_jobs, "memory": memory, "rate": by_rate, "size": by_size }))
}

#[expect(clippy::cast_precision_loss, reason = "a count that is divided")]
fn ingest(parts: &Parts) -> Result<Vec<Row>> {
    step("ingest");
    let server = Server::start(&parts.bench, 1000)?;
    let messages = MESSAGES.to_string();
    let load = ["--messages", &messages];
    let mut seconds = [Vec::new(), Vec::new(), Vec::new()];
    // In turn, so that other load on the machine affects all of them.
    for _ in 0..TIMES {
        seconds[0].push(number(&parts.run(&server, "floor", &load)?, "/seconds")?);
        seconds[1].push(number(&parts.run(&server, "client", &load)?, "/seconds")?);
        seconds[2].push(number(&parts.peer(&server, MESSAGES)?, "/seconds")?);
    }
    let [floor, ours, peer] = seconds.map(median);
    let rate = |seconds: f64| format!("{:.0} messages/s", MESSAGES as f64 / seconds);
    Ok(vec![
        Row::at_least("ingest, 1,000 jobs", rate(ours), "floor", rate(floor), floor / ours, 0.35),
        Row::at_least("ingest, 1,000 jobs", rate(ours), "ws + TanStack Query", rate(peer), peer / ours, 10.0),
    ])
}

type Points = Vec<(f64, f64)>;

#[expect(clippy::cast_precision_loss, reason = "counts that are divided")]
fn jobs(parts: &Parts) -> Result<(Vec<Row>, Vec<Points>, Vec<Points>)> {
    step("ingest with more and fewer jobs");
    let messages = MESSAGES.to_string();
    let (mut some, mut all, mut memory, mut disk) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for jobs in [10_u64, 100, 1000, 10_000, 100_000] {
        let server = Server::start(&parts.bench, jobs)?;
        let about = jobs.min(1000).to_string();
        let mut seconds = [Vec::new(), Vec::new()];
        let mut whole = Value::Null;
        for _ in 0..TIMES {
            let hot = parts.run(&server, "client", &["--messages", &messages, "--about", &about])?;
            seconds[0].push(number(&hot, "/seconds")?);
            whole = parts.run(&server, "client", &["--messages", &messages])?;
            seconds[1].push(number(&whole, "/seconds")?);
        }
        let micros = |seconds: Vec<f64>| median(seconds) * 1e6 / MESSAGES as f64;
        let [hot, cold] = seconds.map(micros);
        let held = number(&whole, "/resident_bytes/full")? - number(&whole, "/resident_bytes/empty")?;
        some.push((jobs as f64, hot));
        all.push((jobs as f64, cold));
        memory.push((jobs as f64, held / 1e6));
        disk.push((jobs as f64, number(&whole, "/disk_bytes")? / 1e6));
    }
    let at =
        |points: &Points, jobs: f64| points.iter().find(|(at, _)| (at - jobs).abs() < 0.5).map_or(0.0, |(_, y)| *y);
    let micros = |micros: f64| format!("{micros:.2} µs a message");
    let bytes = |points: &Points| at(points, 100_000.0) * 1e6 / 100_000.0;
    let kib = |bytes: f64| format!("{:.2} KiB a job", bytes / 1024.0);
    let slower = |what: &str, points: &Points| {
        let (more, fewer) = (at(points, 100_000.0), at(points, 1000.0));
        Row::at_most(what, micros(more), "1,000 jobs", micros(fewer), more / fewer, 1.15)
    };
    let rows = vec![
        slower("ingest, 100,000 jobs of which 1,000 are updated", &some),
        slower("ingest, 100,000 jobs, all updated", &all),
        Row::at_most(
            "memory of the client, 100,000 jobs, just fetched",
            kib(bytes(&memory)),
            "SQLite file",
            kib(bytes(&disk)),
            bytes(&memory) / bytes(&disk),
            1024.0 / bytes(&disk),
        ),
    ];
    Ok((rows, vec![some, all], vec![memory, disk]))
}

fn latency(parts: &Parts) -> Result<(Vec<Row>, Vec<Points>)> {
    step("latency of changes");
    let server = Server::start(&parts.bench, 1000)?;
    let (mut floors, mut ours, mut memory) = (Points::new(), Points::new(), Points::new());
    for rate in [100_u32, 1000, 5000] {
        let (count, rate_text) = ((rate * 5).to_string(), rate.to_string());
        let load = ["--messages", &count, "--rate", &rate_text, "--mix", "dated"];
        let at_once = [&load[..], &["--at-once"]].concat();
        let (mut p99, mut most) = ([Vec::new(), Vec::new()], 0.0_f64);
        for _ in 0..TIMES {
            p99[0].push(number(&parts.run(&server, "floor", &load)?, "/late/p99_us")?);
            let measured = parts.run(&server, "client", &at_once)?;
            p99[1].push(number(&measured, "/late/p99_us")?);
            most = peak(&measured)?.max(most);
        }
        let [floor, our] = p99.map(median);
        floors.push((f64::from(rate), floor / 1000.0));
        ours.push((f64::from(rate), our / 1000.0));
        memory.push((f64::from(rate), most));
    }
    let (floor, our) = (floors[1].1, ours[1].1);
    let words = |ms: f64| format!("p99 {ms:.2} ms");
    let what = "from the server's send to the client's change, 1,000 messages/s";
    let row = Row::at_most(what, words(our), "raw socket", words(floor), our / floor, 2.0);
    Ok((vec![row], vec![ours, floors, memory]))
}

#[expect(clippy::cast_precision_loss, reason = "counts that are divided")]
fn size(parts: &Parts) -> Result<Vec<Points>> {
    step("messages of several sizes");
    let server = Server::start(&parts.bench, 1000)?;
    let (mut floors, mut ours, mut memory) = (Points::new(), Points::new(), Points::new());
    for size in [1_u64 << 10, 16 << 10, 256 << 10, 1 << 20, 8_000_000] {
        let count = ((64 << 20) / size).clamp(8, 20_000);
        let (messages, bytes) = (count.to_string(), size.to_string());
        let load = ["--messages", &messages, "--mix", "dated", "--size", &bytes];
        let per_message = |value: &Value| Ok::<f64, anyhow::Error>(number(value, "/seconds")? * 1e3 / count as f64);
        floors.push((size as f64 / 1024.0, per_message(&parts.run(&server, "floor", &load)?)?));
        let measured = parts.run(&server, "client", &load)?;
        ours.push((size as f64 / 1024.0, per_message(&measured)?));
        memory.push((size as f64 / 1024.0, peak(&measured)?));
    }
    Ok(vec![ours, floors, memory])
}

/// Runs the client for an hour.
pub fn soak(shell: &Shell) -> Result<()> {
    let bench = build(shell)?;
    step("an hour in which the server is away every minute");
    let printed = cmd!(shell, "{bench} soak").quiet().read()?;
    let soak: Value = serde_json::from_str(printed.lines().last().unwrap_or_default())?;
    ensure!(soak["lost"] == 0, "messages were lost: {soak}");
    std::fs::write(root().join("docs/benchmarks/soak.json"), serde_json::to_string(&soak)? + "\n")?;
    Ok(())
}
