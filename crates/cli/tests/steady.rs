//! `tally watch` through a day's work: its memory stays flat, whoever reads and whoever does not.
//!
//! The memory of a process of its own is measured, because a test's own process holds the backend, too.

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tallylight_tests::{ScriptedBackend, running, update};

/// What two windows' worth of jobs are.
const JOBS: usize = 400;
/// What ten minutes of it come to, at a hundred messages a second.
const MESSAGES: usize = 60_000;
/// How many are sent before they are waited for.
const BATCH: usize = 2000;
/// What may be added by chance: the allocator's, not ours.
const SLACK_KIB: u64 = 6 * 1024;

struct Watch {
    backend: ScriptedBackend,
    child: Child,
    sent: usize,
}

impl Watch {
    async fn begin(folder: &tempfile::TempDir, stdout: Stdio) -> Self {
        let backend = ScriptedBackend::start().await;
        backend.set_jobs((0..JOBS).map(|n| running(&n.to_string())).collect());
        let mut tally = Command::new(env!("CARGO_BIN_EXE_tally"));
        tally.arg("--data-dir").arg(folder.path()).args(["--no-keychain", "--server", &backend.address, "--json"]);
        let child = tally
            .args(["watch", "--email", "me@acme.tv"])
            .env("TALLYLIGHT_PASSWORD", "password")
            .env_remove("TALLYLIGHT_DATA_DIR")
            .stdout(stdout)
            .spawn()
            .expect("tally");
        let watch = Self { backend, child, sent: 0 };
        watch.until("the subscriptions", |backend| backend.subscribed().len() == JOBS).await;
        watch
    }

    async fn until(&self, what: &str, look: impl Fn(&ScriptedBackend) -> bool) {
        for _ in 0..6000 {
            if look(&self.backend) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{what} did not come about");
    }

    /// Sends messages of all kinds, some of them garbage, and cuts the connection now and then.
    async fn work(&mut self, messages: usize) {
        for n in 0..messages {
            self.backend.say(message(self.sent + n));
            if n % BATCH == BATCH - 1 {
                self.take_in().await;
            }
        }
        self.sent += messages;
        self.backend.close(1012);
        let connects = self.backend.connects();
        self.until("the reconnect", |backend| backend.connects() > connects).await;
        self.until("the subscriptions", |backend| backend.subscribed().len() == JOBS).await;
        self.take_in().await;
    }

    async fn take_in(&self) {
        self.backend.forget();
        self.backend.say(r#"{"type":"ping"}"#);
        self.until("an answer", |backend| backend.heard().iter().any(|said| said["action"] == "pong")).await;
    }

    /// Returns the memory that the process keeps for itself, in KiB: the least of several looks, because the allocator gives
    /// back a second after a peak, later where the machine is busy.
    async fn memory(&self) -> u64 {
        let mut least = u64::MAX;
        for _ in 0..30 {
            least = least.min(self.memory_now());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        least
    }

    fn memory_now(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("a process");
        let line = status.lines().find(|line| line.starts_with("RssAnon:")).expect("its memory");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn message(n: usize) -> String {
    let job_id = (n % JOBS).to_string();
    let minute = n / JOBS;
    let time = format!("2026-01-{:02}T{:02}:{:02}:00Z", 2 + minute / 1440, minute / 60 % 24, minute % 60);
    let kind = minute % 6;
    // What a job's errors are is kept; those of one time are the same ones.
    let time = if kind == 4 { "2026-01-01T12:00:00Z".to_owned() } else { time };
    let of = |kind: &str, data: Value| {
        json!({ "type": kind, "job_id": job_id, "data": data, "timestamp": time }).to_string()
    };
    match kind {
        0 => update(&job_id, "PROCESSING", u32::try_from(n % 100).unwrap_or(0), &time),
        1 => of(
            "STAGE_UPDATE",
            json!({ "stage_id": format!("S{}", n % 7), "status": "PROCESSING", "progress_percent": n % 100 }),
        ),
        2 => of(
            "METADATA_UPDATE",
            json!({ "metadata_type": "DESCRIPTION", "content": format!("words {n} ").repeat(40) }),
        ),
        3 => of(
            "THUMBNAIL_GENERATED",
            json!({ "thumbnail_id": n % 5, "thumbnail_url": format!("https://x.test/{n}.jpg"), "width": 1, "height": 1 }),
        ),
        4 => {
            of("ERROR", json!({ "error_code": "E", "error_message": format!("again {}", n % 3), "recoverable": true }))
        }
        _ => format!("garbage {n}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_minutes_of_work_leave_memory_flat() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut watch = Watch::begin(&folder, Stdio::null()).await;
    // Until the allocator has what it keeps: what waits, and is read on one thread and dropped on another, has its peaks.
    for _ in 0..4 {
        watch.work(MESSAGES / 3).await;
    }
    let early = watch.memory().await;
    for _ in 0..3 {
        watch.work(MESSAGES / 3).await;
    }
    let late = watch.memory().await;
    assert!(late < early + SLACK_KIB, "from {early} to {late} KiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_reading_costs_no_memory_and_no_heartbeat() {
    let folder = tempfile::tempdir().expect("a folder");
    // Nobody reads the other end: the pipe is full after a moment.
    let mut watch = Watch::begin(&folder, Stdio::piped()).await;
    watch.work(MESSAGES / 3).await;
    let early = watch.memory().await;
    watch.work(MESSAGES / 3).await;
    let late = watch.memory().await;
    assert!(late < early + SLACK_KIB, "from {early} to {late} KiB");
}
