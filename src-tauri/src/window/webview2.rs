//! WebView2, with which Windows shows the page. Windows 11 has it; a system that was set up without Edge may not.

use tallylight_core::{locale::Locale, settings::Language};

/// Where it can be downloaded.
const DOWNLOAD: &str = "https://developer.microsoft.com/microsoft-edge/webview2/";

/// Fails with what to do unless the system has it, and says so in a dialog.
///
/// # Errors
/// The system has no WebView2.
pub fn require() -> anyhow::Result<()> {
    let Err(error) = tauri::webview_version() else { return Ok(()) };
    tracing::error!(%error, "WebView2 is missing");
    let locale = Locale::new(Language::default(), &sys_locale::get_locale().unwrap_or_default());
    let text = locale.one_of(
        "Tallylight needs Microsoft Edge WebView2, which this computer doesn't have. Install it, then start Tallylight again:",
        "Tallylight braucht Microsoft Edge WebView2, das auf diesem Computer fehlt. Installiere es und starte Tallylight neu:",
        "Tallylight necesita Microsoft Edge WebView2, que falta en este equipo. Instálalo y vuelve a iniciar Tallylight:",
    );
    let text = format!("{text}\n{DOWNLOAD}");
    rfd::MessageDialog::new().set_level(rfd::MessageLevel::Error).set_title("Tallylight").set_description(&text).show();
    anyhow::bail!(text)
}
