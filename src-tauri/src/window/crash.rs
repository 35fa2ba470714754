//! What becomes of the window when the process of its page dies: the page is loaded anew. Everything that matters lives in
//! the core, which does not notice; what was typed is there already.

use tauri::{Manager, WebviewWindow};

use crate::{shell::Pace, shows::Shows};

/// Loads the page anew whenever its process dies.
#[cfg(target_os = "linux")]
pub fn recover(window: &WebviewWindow) {
    use webkit2gtk::WebViewExt;
    let this = window.clone();
    let listening = window.with_webview(move |webview| {
        webview.inner().connect_web_process_terminated(move |_, reason| {
            tracing::error!(?reason, "the page's process ended");
            reload(&this);
        });
    });
    if let Err(error) = listening {
        tracing::warn!(%error, "a crash of the page will leave the window empty");
    }
}

/// On macOS and Windows the system's webview shows the page anew by itself, or offers to.
#[cfg(not(target_os = "linux"))]
pub fn recover(_: &WebviewWindow) {}

#[cfg(target_os = "linux")]
fn reload(window: &WebviewWindow) {
    window.state::<Shows>().restart();
    window.state::<Pace>().restart();
    if let Err(error) = window.reload() {
        tracing::error!(%error, "the page could not be loaded anew");
    }
}
