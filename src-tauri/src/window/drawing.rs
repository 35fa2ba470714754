//! How the page is drawn.

use tauri::WebviewWindow;

/// Keeps WebKit from looking for buffers of the graphics card, which are not used: with the driver that it would load into
/// the page's process, that is 17 MB. Whoever has chosen otherwise in the environment keeps that.
///
/// For the very start of the program: while there are other threads, the environment must not change.
#[cfg(target_os = "linux")]
pub fn without_buffers() {
    // It fails for names with a `=` alone.
    let _ = gtk::glib::setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1", false);
}

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
