//! What becomes of the window when the process of its page dies: the page is loaded anew. Everything that matters lives in
//! the core, which does not notice; what was typed is there already.

use std::time::Duration;

use tauri::{Manager, WebviewWindow};
use tokio::time::Instant;

use crate::{ipc::shell::EventWindow, window::navigation::Navigation};

/// How long the page must have lived for its next end to count as the first.
const CALM: Duration = Duration::from_mins(5);
/// How long is waited at most before it is loaded anew.
const LONGEST: Duration = Duration::from_mins(1);

/// Counts the ends of the page that follow each other: one that dies of what it loads must not be loaded without end.
#[derive(Debug, Default)]
struct Crashes {
    last: Option<Instant>,
    in_a_row: u32,
}

impl Crashes {
    /// Returns how long to wait before the page is loaded anew: not at all at first, then twice as long each time.
    fn wait(&mut self, now: Instant) -> Duration {
        let is_calm = self.last.is_none_or(|last| now.duration_since(last) > CALM);
        self.in_a_row = if is_calm { 0 } else { self.in_a_row.saturating_add(1) };
        self.last = Some(now);
        match self.in_a_row {
            0 => Duration::ZERO,
            again => Duration::from_secs(1).saturating_mul(2_u32.saturating_pow(again - 1)).min(LONGEST),
        }
    }
}

/// Loads the page anew whenever its process dies.
pub fn recover(window: &WebviewWindow) {
    use std::cell::RefCell;
    use webkit2gtk::WebViewExt;
    let (this, crashes) = (window.clone(), RefCell::new(Crashes::default()));
    let listening = window.with_webview(move |webview| {
        webview.inner().connect_web_process_terminated(move |_, reason| {
            let wait = crashes.borrow_mut().wait(Instant::now());
            tracing::error!(?reason, ?wait, "the page's process ended");
            // Nobody listens until it is there again.
            this.state::<Navigation>().restart();
            let window = this.clone();
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(wait).await;
                reload(&window);
            });
        });
    });
    if let Err(error) = listening {
        tracing::warn!(%error, "a crash of the page will leave the window empty");
    }
}

fn reload(window: &WebviewWindow) {
    window.state::<EventWindow>().restart();
    if let Err(error) = window.reload() {
        tracing::error!(%error, "the page could not be loaded anew");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_dies_again_and_again_is_loaded_ever_later() {
        let (mut crashes, start) = (Crashes::default(), Instant::now());
        let mut wait = |secs: u64| crashes.wait(start + Duration::from_secs(secs)).as_secs();
        assert_eq!([wait(0), wait(1), wait(2), wait(4)], [0, 1, 2, 4]);
        assert_eq!((0..20).map(|again| wait(10 + again)).max(), Some(60));
        assert_eq!(wait(1000), 0, "long ago is another matter");
    }
}
