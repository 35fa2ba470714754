//! The scale of texts, which people who need large text choose in the settings of their desktop.

use tauri::WebviewWindow;

/// The dots per inch of a desktop without a scale, in GTK's unit: 1024ths.
#[cfg(target_os = "linux")]
const USUAL_DPI: f64 = 96.0 * 1024.0;
/// The largest zoom: with a larger one, the page would not fit into the smallest window.
#[cfg(target_os = "linux")]
const LARGEST: f64 = 2.0;

/// Zooms the page as the desktop scales its texts, now and whenever that changes. WebKitGTK does not do it by itself.
#[cfg(target_os = "linux")]
pub fn follow(window: &WebviewWindow) {
    use gtk::prelude::{GtkSettingsExt, ObjectExt};
    use webkit2gtk::WebViewExt;
    let followed = window.with_webview(|webview| {
        let Some(settings) = gtk::Settings::default() else { return };
        let view = webview.inner();
        view.set_zoom_level(zoom(settings.gtk_xft_dpi()));
        let view = view.downgrade();
        settings.connect_gtk_xft_dpi_notify(move |settings| {
            if let Some(view) = view.upgrade() {
                view.set_zoom_level(zoom(settings.gtk_xft_dpi()));
            }
        });
    });
    if let Err(error) = followed {
        tracing::warn!(%error, "the scale of texts could not be read");
    }
}

/// Does nothing: on macOS and Windows, the system's webview follows.
#[cfg(not(target_os = "linux"))]
pub fn follow(_: &WebviewWindow) {}

/// Returns the zoom for a number of dots per inch in 1024ths; it is negative if the desktop says nothing.
#[cfg(target_os = "linux")]
fn zoom(dpi: i32) -> f64 {
    (f64::from(dpi) / USUAL_DPI).clamp(1.0, LARGEST)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::zoom;

    #[test]
    fn texts_grow_with_the_desktop_s_up_to_a_limit_and_never_shrink() {
        let of = |dpi: i32| format!("{:.2}", zoom(dpi));
        assert_eq!(of(96 * 1024), "1.00");
        assert_eq!(of(120 * 1024), "1.25");
        assert_eq!(of(192 * 1024), "2.00");
        assert_eq!(of(1000 * 1024), "2.00");
        assert_eq!(of(72 * 1024), "1.00");
        assert_eq!(of(-1), "1.00");
        assert_eq!(of(i32::MIN), "1.00");
    }
}
