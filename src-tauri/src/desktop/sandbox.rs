//! What a sandboxed app (Flatpak) has to ask the desktop for.

use std::path::Path;

use ashpd::desktop::background::Background;

/// Returns whether this program runs in Flatpak's sandbox.
pub fn is_sandboxed() -> bool {
    Path::new("/.flatpak-info").exists()
}

/// Starts the app at login, or no longer. The desktop may ask the user.
///
/// # Errors
/// There is no portal, or the user refused.
pub async fn start_at_login(reason: &str, wanted: bool) -> ashpd::Result<()> {
    let request = Background::request().reason(reason).auto_start(wanted).command(["tallylight", "--hidden"]);
    request.send().await?.response().map(drop)
}
