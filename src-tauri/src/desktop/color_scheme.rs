//! Whether the desktop prefers dark windows. GTK 3 knows themes only; GNOME and KDE tell this in their portal.

use ashpd::desktop::settings::{ColorScheme, Settings};
use futures_util::StreamExt;

/// Calls `on_change` with whether dark is preferred, at once and with every change, until the app ends.
pub async fn watch(on_change: impl Fn(bool)) {
    let watch = async {
        let settings = Settings::new().await?;
        let mut changes = settings.receive_color_scheme_changed().await?;
        let report = |scheme| on_change(scheme == ColorScheme::PreferDark);
        report(settings.color_scheme().await?);
        while let Some(scheme) = changes.next().await {
            report(scheme);
        }
        ashpd::Result::Ok(())
    };
    if let Err(error) = watch.await {
        tracing::debug!(%error, "the desktop does not say whether it prefers dark windows");
    }
}
