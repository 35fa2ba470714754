//! Measures the client as the app runs it, with a [`Shell`] that only counts.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use serde_json::json;
use tallylight_client::{Config, Handle, Identity, Keychain, Shell, Transcripts, TrayView, start};
use tallylight_core::notifications::Notification;
use tallylight_view::Event;
use tokio::{sync::Notify, time::Instant};
use url::Url;

use crate::{
    Load,
    messages::{LAST, sent_at},
    nanos, percentiles,
};

/// A [`Shell`] that counts events and changes, and records delays.
#[derive(Clone, Default)]
pub struct Looker(Arc<Looked>);

#[derive(Default)]
struct Looked {
    events: AtomicU64,
    changes: AtomicU64,
    is_expired: Notify,
    delays: Mutex<Vec<u64>>,
    frame: Option<Duration>,
}

impl Looker {
    /// Waits until no change arrives for two seconds: a long list is shown in several batches.
    async fn until_quiet(&self) {
        let mut seen = None;
        loop {
            let changes = self.0.changes.load(Ordering::Relaxed);
            if seen == Some(changes) {
                return;
            }
            seen = Some(changes);
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
}

impl Shell for Looker {
    fn emit(&self, event: Event) {
        self.0.events.fetch_add(1, Ordering::Relaxed);
        let Event::Jobs { changed, .. } = event else { return };
        self.0.changes.fetch_add(changed.len() as u64, Ordering::Relaxed);
        let now = nanos();
        for change in &changed {
            let row = &change.job.row;
            if row.job_id.as_str() == LAST && row.status.is_final() {
                self.0.is_expired.notify_one();
            }
            if let Some(sent) = row.title.as_deref().and_then(sent_at) {
                self.0.delays.lock().unwrap_or_else(PoisonError::into_inner).push(now.saturating_sub(sent));
            }
        }
    }

    fn notify(&self, _: Notification) {}

    fn tray(&self, _: TrayView) {}

    fn frame(&self) -> Duration {
        self.0.frame.unwrap_or(tallylight_client::FRAME)
    }

    // The same as the desktop app.
    fn transcripts(&self) -> Transcripts {
        Transcripts::OnRequest
    }
}

/// Starts a client in a folder, signs in and waits until the list is fetched.
///
/// # Errors
/// The client's error.
pub async fn ready(folder: &Path, server: &Url, looker: Looker) -> Result<Handle> {
    let client = start(Config::new(folder.to_owned(), Keychain::Memory), looker);
    client.connect(server.clone(), Identity::Address).await?;
    client.sign_in("me@bench".to_owned(), "password".into()).await?;
    client.synced().await?;
    // Enough time for the socket to open and for everything to be written to disk.
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(client)
}

/// Processes the server's messages, and prints the time and the resources that it needed.
///
/// # Errors
/// The client's error, or `/proc` cannot be read.
pub async fn measure(server: &Url, load: Load, at_once: bool) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let before = resident_bytes()?;
    let looker = Looker(Arc::new(Looked { frame: at_once.then_some(Duration::ZERO), ..Looked::default() }));
    let client = ready(folder.path(), server, looker.clone()).await?;
    load.prepare(server).await?;
    looker.until_quiet().await;
    let (after, cpu) = (resident_bytes()?, cpu_seconds()?);
    let (events, changes) = (looker.0.events.load(Ordering::Relaxed), looker.0.changes.load(Ordering::Relaxed));
    looker.0.delays.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let start = Instant::now();
    let go = tokio::spawn(reqwest::get(load.address(server)));
    looker.0.is_expired.notified().await;
    let seconds = start.elapsed().as_secs_f64();
    let cpu = cpu_seconds()? - cpu;
    go.await??;
    let delays = std::mem::take(&mut *looker.0.delays.lock().unwrap_or_else(PoisonError::into_inner));
    client.shutdown().await;
    println!(
        "{}",
        json!({
            "seconds": seconds, "cpu_seconds": cpu, "late": percentiles(delays),
            "resident_bytes": { "empty": before, "full": after, "end": resident_bytes()?, "peak": peak_bytes()? },
            "disk_bytes": std::fs::metadata(folder.path().join("tallylight.db"))?.len(),
            "events": looker.0.events.load(Ordering::Relaxed) - events,
            "changes": looker.0.changes.load(Ordering::Relaxed) - changes,
        })
    );
    Ok(())
}

/// Returns the resident memory of this process, in bytes.
///
/// # Errors
/// `/proc` cannot be read.
pub fn resident_bytes() -> Result<u64> {
    memory("VmRSS:")
}

/// Returns the peak of this process's resident memory, in bytes.
fn peak_bytes() -> Result<u64> {
    memory("VmHWM:")
}

fn memory(which: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(which)).with_context(|| format!("no {which}"))?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// Returns the CPU time of this process, in seconds.
#[cfg(not(unix))]
fn cpu_seconds() -> Result<f64> {
    anyhow::bail!("CPU time is only measured on Unix")
}

/// Returns the CPU time of this process, in seconds.
#[cfg(unix)]
fn cpu_seconds() -> Result<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Ok(std::time::Duration::new(u64::try_from(time.tv_sec)?, u32::try_from(time.tv_nsec)?).as_secs_f64())
}
