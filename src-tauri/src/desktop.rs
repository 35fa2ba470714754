//! The desktop environment: whether it shows a tray, whether "do not disturb" is on, and on Linux progress and a count
//! on the app's icon in the dock.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

#[cfg(target_os = "linux")]
use gtk::{gdk::Display, glib::prelude::ObjectExt};
use tallylight_view::Stacking;

#[cfg(target_os = "linux")]
pub mod activation;
#[cfg(target_os = "linux")]
mod bus;
#[cfg(target_os = "linux")]
pub mod color_scheme;
#[cfg(target_os = "linux")]
mod gnome;
#[cfg(target_os = "linux")]
mod launcher;
#[cfg(target_os = "linux")]
pub mod sandbox;

#[cfg(target_os = "linux")]
pub use bus::has_owner;
#[cfg(target_os = "linux")]
pub use launcher::show as show_badge;

/// The id of the app: the name of its desktop entry, of its windows and of its metadata.
#[cfg(target_os = "linux")]
pub const APP_ID: &str = "tv.tallylight.app";
/// The bus name of the notification server.
#[cfg(target_os = "linux")]
const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
#[cfg(target_os = "linux")]
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";

/// Gives the windows of this program the name by which desktops find its entry. Must be called before GTK starts.
#[cfg(target_os = "linux")]
pub fn name_windows() {
    gtk::glib::set_prgname(Some(APP_ID));
}

/// Returns the display if Wayland itself shows the windows of this program. Must be called on the main thread.
#[cfg(target_os = "linux")]
pub fn wayland_display() -> Option<Display> {
    Display::default().filter(|display| display.type_().name().contains("Wayland"))
}

/// The state of the desktop environment. Copies share it.
#[derive(Clone, Default)]
pub struct Desktop {
    /// Whether a program shows tray icons.
    tray: Arc<AtomicBool>,
    /// Whether "do not disturb" is on, for each source.
    busy: Arc<[AtomicBool; 3]>,
    /// Whether Wayland itself shows the window, and not the X server that most of its desktops also have.
    is_wayland: bool,
}

impl Desktop {
    /// Starts watching the desktop, and returns what it finds. Must be called on the main thread. The first answer of
    /// [`Self::has_tray`] is reliable.
    #[cfg(target_os = "linux")]
    pub fn watch() -> Self {
        let desktop = Self { is_wayland: wayland_display().is_some(), ..Self::default() };
        desktop.tray.store(bus::has_owner(bus::TRAY), Ordering::Relaxed);
        gnome::listen(&desktop);
        tauri::async_runtime::spawn(bus::listen(desktop.clone()));
        desktop
    }

    /// Returns a desktop with a tray: macOS and Windows always have one. They also apply "do not disturb" to
    /// notifications themselves, so it is not watched.
    #[cfg(not(target_os = "linux"))]
    pub fn watch() -> Self {
        let desktop = Self::default();
        desktop.tray.store(true, Ordering::Relaxed);
        desktop
    }

    /// Returns whether the desktop has a tray, from which a hidden window can be opened again.
    pub fn has_tray(&self) -> bool {
        self.tray.load(Ordering::Relaxed)
    }

    /// Returns whether the desktop keeps a window above others on request.
    pub fn stacking(&self) -> Stacking {
        if self.is_wayland { Stacking::Wayland } else { Stacking::Supported }
    }

    /// Returns whether "do not disturb" is on in any source.
    pub fn is_do_not_disturb(&self) -> bool {
        self.busy.iter().any(|busy| busy.load(Ordering::Relaxed))
    }

    #[cfg(target_os = "linux")]
    fn set_busy(&self, source: BusySource, busy: bool) {
        self.busy[source as usize].store(busy, Ordering::Relaxed);
    }
}

/// A source of "do not disturb".
#[cfg(target_os = "linux")]
#[derive(Clone, Copy, Debug)]
enum BusySource {
    /// The notification server, for example KDE's.
    Server,
    /// dunst, which has its own property for it.
    Dunst,
    /// GNOME's settings.
    Gnome,
}
