//! How the page is drawn.

use tauri::WebviewWindow;

/// Draws the page on the processor: a list of rows and a few texts need no graphics card, whose buffers and drivers would
/// cost a third of the window's memory, and leave it empty on some computers.
#[cfg(target_os = "linux")]
pub fn without_gpu(window: &WebviewWindow) {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
    let set = window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    });
    if let Err(error) = set {
        tracing::warn!(%error, "the page is drawn by the graphics card");
    }
}

/// On macOS and Windows the system's webview decides.
#[cfg(not(target_os = "linux"))]
pub fn without_gpu(_: &WebviewWindow) {}
