//! Recovery from a crash of the web process: the page is reloaded. All state, including typed drafts, is in the core,
//! so nothing is lost.

use std::{sync::Arc, time::Duration};

use tauri::WebviewWindow;
use tokio::time::Instant;

use super::MainWindow;

/// How long the page must have lived for its next crash to count as the first.
const RESET_AFTER: Duration = Duration::from_mins(5);
/// The longest wait before a reload.
const MAX_WAIT: Duration = Duration::from_mins(1);

/// Counts crashes in a row: a page that crashes while loading must not be reloaded without pause.
#[derive(Debug, Default)]
struct Crashes {
    last: Option<Instant>,
    in_a_row: u32,
}

impl Crashes {
    /// Records a crash and returns how long to wait before the reload: not at all the first time, then 1 s, doubled
    /// each time up to [`MAX_WAIT`].
    fn wait(&mut self, now: Instant) -> Duration {
        let is_first = self.last.is_none_or(|last| now.duration_since(last) > RESET_AFTER);
        self.in_a_row = if is_first { 0 } else { self.in_a_row.saturating_add(1) };
        self.last = Some(now);
        match self.in_a_row {
            0 => Duration::ZERO,
            again => Duration::from_secs(1).saturating_mul(2_u32.saturating_pow(again - 1)).min(MAX_WAIT),
        }
    }
}

/// Reloads the page whenever its process terminates.
pub fn recover(window: &WebviewWindow, main: Arc<MainWindow>) {
    use std::cell::RefCell;
    use webkit2gtk::WebViewExt;
    let (this, crashes) = (window.clone(), RefCell::new(Crashes::default()));
    let watching = window.with_webview(move |webview| {
        webview.inner().connect_web_process_terminated(move |_, reason| {
            let wait = crashes.borrow_mut().wait(Instant::now());
            tracing::error!(?reason, ?wait, "the web process terminated");
            // Requests to show something are held until the new page is ready.
            main.navigation.restart();
            let (window, main) = (this.clone(), Arc::clone(&main));
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(wait).await;
                main.events.restart();
                if let Err(error) = window.reload() {
                    tracing::error!(%error, "the page could not be reloaded");
                }
            });
        });
    });
    if let Err(error) = watching {
        tracing::warn!(%error, "crashes of the web process cannot be watched");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_crashes_double_the_wait_up_to_its_limit() {
        let (mut crashes, start) = (Crashes::default(), Instant::now());
        let mut wait = |secs: u64| crashes.wait(start + Duration::from_secs(secs)).as_secs();
        assert_eq!([wait(0), wait(1), wait(2), wait(4)], [0, 1, 2, 4]);
        assert_eq!((0..20).map(|again| wait(10 + again)).max(), Some(60));
        assert_eq!(wait(1000), 0, "a crash after a long time counts as the first");
    }
}
