//! How the page is drawn.

use tauri::WebviewWindow;

/// What WebKit asks instead of the driver, and with what: buffers of the graphics card are not used, and the card that they
/// would be on is named, so that no driver need be loaded to find it.
#[cfg(target_os = "linux")]
const WEBKIT: [(&str, &str); 2] =
    [("WEBKIT_DISABLE_DMABUF_RENDERER", "1"), ("WEBKIT_WEB_RENDER_DEVICE_FILE", "/dev/dri/renderD128")];

/// Keeps WebKit from loading the graphics card's driver into this process, which uses none: with the compiler that Mesa's
/// drivers bring, that is 26 MB. Whoever has chosen otherwise in the environment keeps that.
///
/// For the very start of the program: while there are other threads, the environment must not change.
#[cfg(target_os = "linux")]
pub fn without_driver() {
    for (name, value) in WEBKIT {
        // It fails for names with a `=` alone.
        let _ = gtk::glib::setenv(name, value, false);
    }
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
