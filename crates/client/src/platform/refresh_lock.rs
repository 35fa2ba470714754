//! The lock between processes while a session is refreshed, such as two runs of `tally`. Each refresh uses up the token
//! that they share, so only one process may be between reading the token and storing the next one.

use std::{fs::File, path::Path, time::Duration};

/// The interval at which a held lock is tried again.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// After this time, the other process counts as hanging and the lock is no longer waited for.
const LOCK_TIMEOUT: Duration = Duration::from_secs(15);

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct RefreshLock(#[expect(dead_code, reason = "locked until it is closed")] File);

impl RefreshLock {
    /// Waits for the lock. Returns `None` if the file cannot be created or another process hangs; the refresh then goes
    /// on without the lock.
    pub async fn acquire(folder: &Path) -> Option<Self> {
        let file = File::create(folder.join("session.lock")).ok()?;
        let locked = tokio::time::timeout(LOCK_TIMEOUT, async {
            while file.try_lock().is_err() {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        });
        if locked.await.is_err() {
            tracing::warn!("another process holds the refresh lock for too long; refreshing without it");
            return None;
        }
        Some(Self(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_lock_is_exclusive_and_waiting_for_it_times_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = RefreshLock::acquire(folder.path()).await.expect("free");
        assert!(RefreshLock::acquire(folder.path()).await.is_none(), "waiting times out");
        drop(first);
        assert!(RefreshLock::acquire(folder.path()).await.is_some());
        assert!(RefreshLock::acquire(&folder.path().join("nowhere")).await.is_none());
    }
}
