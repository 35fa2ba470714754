//! The limit for the speed of uploads, which all of them share.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// A limit in bytes per second that can be changed while bytes are sent.
#[derive(Clone, Debug, Default)]
pub struct SpeedLimit(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Zero for no limit.
    bytes_per_second: AtomicU64,
    /// When the bytes that were let through are over at this speed.
    free_at: Mutex<Option<Instant>>,
}

impl SpeedLimit {
    /// Sets the limit; none to remove it.
    pub fn set(&self, bytes_per_second: Option<u64>) {
        self.0.bytes_per_second.store(bytes_per_second.unwrap_or(0), Ordering::Relaxed);
    }

    /// Waits until so many bytes may be sent.
    pub(super) async fn wait_for(&self, bytes: usize) {
        let rate = self.0.bytes_per_second.load(Ordering::Relaxed);
        if rate == 0 {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "a speed")]
        let duration = Duration::from_secs_f64(bytes as f64 / rate as f64);
        let now = Instant::now();
        let begin = {
            let mut free_at = self.0.free_at.lock().unwrap_or_else(PoisonError::into_inner);
            let begin = free_at.unwrap_or(now).max(now);
            *free_at = Some(begin + duration);
            begin
        };
        tokio::time::sleep_until(begin).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn all_uploads_together_are_no_faster_than_the_limit() {
        let limit = SpeedLimit::default();
        let start = Instant::now();
        limit.wait_for(1 << 30).await;
        assert_eq!(start.elapsed(), Duration::ZERO, "without a limit");
        limit.set(Some(1000));
        let send = async |limit: SpeedLimit| {
            for _ in 0..5 {
                limit.wait_for(1000).await;
            }
        };
        tokio::join!(send(limit.clone()), send(limit.clone()));
        assert_eq!(start.elapsed().as_secs(), 9, "the tenth thousand begins after nine seconds");
        limit.set(None);
        limit.wait_for(1 << 30).await;
        assert_eq!(start.elapsed().as_secs(), 9);
    }
}
