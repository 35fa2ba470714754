//! Memory tests of `tally watch`: under a long load its memory stays flat, whether its output is read or not.
//!
//! The tests measure a child process, because the test's own process also contains the backend.

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tallylight_tests::{ScriptedBackend, running, update};

/// The number of jobs.
const JOBS: usize = 400;
/// The number of messages in ten minutes, at 100 messages per second.
const MESSAGES: usize = 60_000;
/// How many messages are sent before the test waits until they are processed.
const BATCH: usize = 2000;
/// How much memory may be added by chance in the allocator, in KiB.
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

    async fn until(&self, what: &str, condition: impl Fn(&ScriptedBackend) -> bool) {
        for _ in 0..6000 {
            if condition(&self.backend) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("timed out waiting for {what}");
    }

    /// Sends messages of every kind, some of them invalid, then closes the connection and waits for the reconnect.
    async fn work(&mut self, messages: usize) {
        for n in 0..messages {
            self.backend.say(message(self.sent + n));
            if n % BATCH == BATCH - 1 {
                self.wait_until_processed().await;
            }
        }
        self.sent += messages;
        self.backend.close(1012);
        let connects = self.backend.connects();
        self.until("the reconnect", |backend| backend.connects() > connects).await;
        self.until("the subscriptions", |backend| backend.subscribed().len() == JOBS).await;
        self.wait_until_processed().await;
    }

    async fn wait_until_processed(&self) {
        self.backend.forget();
        self.backend.say(r#"{"type":"ping"}"#);
        self.until("an answer", |backend| backend.heard().iter().any(|said| said["action"] == "pong")).await;
    }

    /// Returns the private memory of the process in KiB: the minimum of several samples, because the allocator returns
    /// memory a second after a peak, or later on a busy machine.
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
    // Errors are kept per time, so errors of one time are the same error and do not accumulate.
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
async fn ten_minutes_of_messages_keep_memory_flat() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut watch = Watch::begin(&folder, Stdio::null()).await;
    // Warms up until the allocator has reached its peak: messages are allocated on one thread and freed on another.
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
async fn a_stalled_reader_costs_no_memory_and_no_heartbeats() {
    let folder = tempfile::tempdir().expect("a folder");
    // The pipe is never read, so it is full after a moment.
    let mut watch = Watch::begin(&folder, Stdio::piped()).await;
    watch.work(MESSAGES / 3).await;
    let early = watch.memory().await;
    watch.work(MESSAGES / 3).await;
    let late = watch.memory().await;
    assert!(late < early + SLACK_KIB, "from {early} to {late} KiB");
}
