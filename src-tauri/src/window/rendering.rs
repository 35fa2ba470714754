//! How the webview renders the page: in software (docs/adr/0030-software-rendering.md).

use tauri::WebviewWindow;

/// Disables WebKit's DMA-BUF renderer, which is not used: loading its graphics driver costs 17 MB in the web process. A
/// value that the user set in the environment is kept.
///
/// Must be called at the start of `main`: the environment must not change while other threads run.
#[cfg(target_os = "linux")]
pub fn disable_dmabuf_renderer() {
    // `setenv` only fails for names that contain `=`.
    let _ = gtk::glib::setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1", false);
}

/// Turns off the GPU for the page. A list and a few texts do not need it, and its buffers and drivers cost a third of
/// the window's memory and leave the page empty on some computers.
#[cfg(target_os = "linux")]
pub fn disable_gpu(window: &WebviewWindow) {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
    let set = window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    });
    if let Err(error) = set {
        tracing::warn!(%error, "hardware acceleration could not be turned off");
    }
}

/// Does nothing: on macOS and Windows, the system's webview decides.
#[cfg(not(target_os = "linux"))]
pub fn disable_gpu(_: &WebviewWindow) {}
