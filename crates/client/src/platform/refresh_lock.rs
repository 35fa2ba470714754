//! Taking turns with other programs of the same account, such as a second `tally`: each renewal spends the token that
//! all of them share, so only one may be between reading it and keeping its successor.

use std::{fs::File, path::Path, time::Duration};

/// How often a turn that another program has is asked for again.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// After so long the other one hangs, and is not waited for any longer.
const LOCK_TIMEOUT: Duration = Duration::from_secs(15);

/// Is the turn to renew the session, until it is dropped.
#[derive(Debug)]
pub struct RefreshLock(#[expect(dead_code, reason = "locked until it is closed")] File);

impl RefreshLock {
    /// Waits for the turn. Where there can be none, or another program hangs with it, the renewal goes on without.
    pub async fn acquire(folder: &Path) -> Option<Self> {
        let file = File::create(folder.join("session.lock")).ok()?;
        let locked = tokio::time::timeout(LOCK_TIMEOUT, async {
            while file.try_lock().is_err() {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        });
        if locked.await.is_err() {
            tracing::warn!("another program takes very long to renew the session: not waiting for it");
            return None;
        }
        Some(Self(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_at_a_time_and_nobody_waits_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = RefreshLock::acquire(folder.path()).await.expect("free");
        assert!(RefreshLock::acquire(folder.path()).await.is_none(), "given up in the end");
        drop(first);
        assert!(RefreshLock::acquire(folder.path()).await.is_some());
        assert!(RefreshLock::acquire(&folder.path().join("nowhere")).await.is_none());
    }
}
