//! The global shortcut on macOS and Windows.

use tallylight_core::settings::Shortcut;
use tallylight_view::ShortcutState;
use tauri::{AppHandle, Wry, plugin::TauriPlugin};
use tauri_plugin_global_shortcut::{Builder, GlobalShortcutExt, ShortcutState as KeyState};

use super::OnPress;

/// Returns the plugin that registers shortcuts.
pub fn plugin() -> TauriPlugin<Wry> {
    Builder::new().build()
}

/// The registered keys; the plugin holds them.
#[derive(Default)]
pub struct Keys;

impl Keys {
    /// Registers a shortcut.
    #[expect(clippy::unused_self, reason = "the one of Linux owns the grab")]
    pub fn register(&mut self, app: &AppHandle, shortcut: &Shortcut, on_press: OnPress) -> Result<(), ShortcutState> {
        let registered = app.global_shortcut().on_shortcut(shortcut.to_string().as_str(), move |_, _, event| {
            if event.state == KeyState::Pressed {
                on_press();
            }
        });
        registered.map_err(|error| {
            tracing::info!(%error, "the global shortcut could not be registered");
            ShortcutState::Taken
        })
    }

    /// Releases the shortcut.
    #[expect(clippy::unused_self, reason = "the one of Linux owns the grab")]
    pub fn release(&mut self, app: &AppHandle) {
        if let Err(error) = app.global_shortcut().unregister_all() {
            tracing::warn!(%error, "the global shortcut could not be released");
        }
    }
}
