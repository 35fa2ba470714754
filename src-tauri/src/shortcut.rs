//! The global shortcut: it shows or hides the window from any program. It is off unless the user sets one.

use std::sync::{Arc, Mutex, PoisonError};

use tallylight_core::settings::Shortcut;
use tallylight_view::ShortcutState;
use tauri::AppHandle;

#[cfg(not(target_os = "linux"))]
mod macos_windows;
#[cfg(target_os = "linux")]
mod x11;

#[cfg(not(target_os = "linux"))]
use macos_windows as system;
#[cfg(target_os = "linux")]
use x11 as system;

#[cfg(not(target_os = "linux"))]
pub use macos_windows::plugin;

/// What pressing the shortcut does.
type OnPress = Arc<dyn Fn() + Send + Sync>;

/// The global shortcut.
pub struct GlobalShortcut {
    on_press: OnPress,
    registered: Mutex<Registered>,
}

#[derive(Default)]
struct Registered {
    chosen: Option<Shortcut>,
    state: ShortcutState,
    keys: system::Keys,
}

impl GlobalShortcut {
    /// Creates it without a shortcut.
    pub fn new(on_press: impl Fn() + Send + Sync + 'static) -> Self {
        Self { on_press: Arc::new(on_press), registered: Mutex::default() }
    }

    /// Replaces the shortcut. Must not be called on the main thread, which it may have to wait for.
    pub fn apply(&self, app: &AppHandle, chosen: Option<&Shortcut>) {
        let mut registered = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        // One that failed is tried again with each change of the settings: the program that has it may have ended.
        let is_done = matches!(registered.state, ShortcutState::Active | ShortcutState::Off);
        if is_done && registered.chosen.as_ref() == chosen {
            return;
        }
        registered.keys.release(app);
        registered.state = match chosen {
            None => ShortcutState::Off,
            Some(shortcut) => match registered.keys.register(app, shortcut, Arc::clone(&self.on_press)) {
                Ok(()) => ShortcutState::Active,
                Err(state) => state,
            },
        };
        registered.chosen = chosen.cloned();
    }

    /// Returns whether the shortcut works, and why not.
    pub fn state(&self) -> ShortcutState {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner).state
    }
}
