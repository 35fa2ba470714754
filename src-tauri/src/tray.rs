//! The tray icon: its menu opens the window and quits, its tooltip says how the jobs stand.

use tallylight_client::TrayView;
use tallylight_core::view::ConnectionState;
use tauri::{
    AppHandle, Manager,
    image::Image,
    menu::{Menu, MenuItem},
    tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent},
};

use crate::window;

const ID: &str = "main";

/// Is the line of the menu that says how it stands: on Linux a tray icon shows no tooltip.
struct Standing(MenuItem<tauri::Wry>);

/// Builds the tray icon. A desktop without a tray is no reason not to start.
pub fn build(app: &AppHandle) {
    if let Err(error) = try_build(app) {
        tracing::warn!(%error, "this desktop has no tray: the window is opened by starting Tallylight again");
    }
}

fn try_build(app: &AppHandle) -> tauri::Result<()> {
    let standing = MenuItem::with_id(app, "standing", "Tallylight", false, None::<&str>)?;
    app.manage(Standing(standing.clone()));
    let open = MenuItem::with_id(app, "open", "Open Tallylight", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", "Quit", true, None::<&str>)?;
    TrayIconBuilder::with_id(ID)
        .icon(Image::from_bytes(include_bytes!("../icons/tray.png"))?)
        .tooltip("Tallylight")
        .menu(&Menu::with_items(app, &[&standing, &open, &quit])?)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| match event.id().as_ref() {
            "open" => window::show(app),
            "quit" => app.exit(0),
            _ => {}
        })
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } = event {
                window::show(tray.app_handle());
            }
        })
        .build(app)?;
    Ok(())
}

/// Shows the state at a glance.
pub fn show(app: &AppHandle, view: &TrayView) {
    let words = words(view);
    let Some(tray) = app.tray_by_id(ID) else { return };
    let shown = tray.set_tooltip(Some(&words)).and_then(|()| match app.try_state::<Standing>() {
        Some(standing) => standing.0.set_text(&words),
        None => Ok(()),
    });
    if let Err(error) = shown {
        tracing::debug!(%error, "the tray did not change");
    }
}

fn words(view: &TrayView) -> String {
    let counts = view.counts;
    let parts = [
        (counts.failed, "failed"),
        (counts.processing, "working"),
        (counts.pending, "waiting"),
        (counts.completed, "done"),
    ];
    let jobs = parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    let state = match view.connection {
        ConnectionState::Live => None,
        ConnectionState::SignedOut => Some("signed out"),
        ConnectionState::Connecting => Some("connecting"),
        ConnectionState::Backoff => Some("reconnecting"),
        ConnectionState::Polling => Some("asking every few seconds"),
        ConnectionState::Offline => Some("offline"),
        ConnectionState::Stopped => Some("stopped"),
    };
    let state = state.map(|state| match &view.reason {
        Some(reason) => format!("{state} ({reason})"),
        None => state.to_owned(),
    });
    let words: Vec<String> = state.into_iter().chain(jobs).collect();
    if words.is_empty() { "Tallylight".to_owned() } else { format!("Tallylight: {}", words.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallylight_core::view::Counts;

    #[test]
    fn trouble_is_named_first() {
        let counts = Counts { pending: 0, processing: 2, completed: 3, failed: 1 };
        let live = TrayView { connection: ConnectionState::Live, reason: None, counts };
        assert_eq!(words(&live), "Tallylight: 1 failed, 2 working, 3 done");
        let reason = Some("no network".to_owned());
        let offline = TrayView { connection: ConnectionState::Offline, reason, counts: Counts::default() };
        assert_eq!(words(&offline), "Tallylight: offline (no network)");
    }
}
