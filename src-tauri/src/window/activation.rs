//! Brings the window to the front as Wayland allows it.

use std::{
    ffi::CString,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use gtk::{
    ApplicationWindow,
    gdk::{Display, ffi::GdkDisplay},
    glib::{
        timeout_add_local_once,
        translate::{Stash, ToGlibPtr},
    },
    prelude::{GtkWindowExt, WidgetExt},
};
use tallylight_core::settings::WindowMode;
use tauri::WebviewWindow;

use crate::desktop::wayland_display;

/// How long a compositor may take to accept a token.
const TOKEN_TIME: Duration = Duration::from_millis(300);

/// The activation token for the next time that the window comes to the front.
#[derive(Default)]
pub struct Activation(Mutex<Option<String>>);

impl Activation {
    /// Keeps the token of the click or the start that is about to show the window, in place of an earlier one.
    pub fn offer(&self, token: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }

    /// Shows the window in front.
    ///
    /// # Errors
    /// The app is ending.
    pub fn show(&self, window: &WebviewWindow, mode: WindowMode) -> tauri::Result<()> {
        let token = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let window = window.clone();
        // One task, so that nothing comes between its steps.
        window.clone().run_on_main_thread(move || {
            let shown = match wayland_display() {
                Some(display) => window.gtk_window().map(|gtk| show_on_wayland(&display, gtk, token, mode)),
                None => window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus()),
            };
            if let Err(error) = shown {
                tracing::warn!(%error, "the window could not be brought to the front");
            }
        })
    }
}

fn show_on_wayland(display: &Display, window: ApplicationWindow, token: Option<String>, mode: WindowMode) {
    let is_mapped_now = !window.is_visible();
    window.show_all();
    window.deiconify();
    let has_token = token.is_some();
    if let Some(token) = token {
        set_token(display, &token);
    }
    window.present();
    // A window that is mapped now is in front. The mini strip keeps its place, which it would lose.
    if is_mapped_now || mode == WindowMode::Strip {
        return;
    }
    if has_token {
        timeout_add_local_once(TOKEN_TIME, move || map_anew(&window));
    } else {
        map_anew(&window);
    }
}

/// Hides and shows a window that is not in front. A compositor ignores the wish of a window that is mapped, but shows one
/// that is mapped anew in front.
fn map_anew(window: &ApplicationWindow) {
    if window.is_visible() && !window.is_active() {
        window.hide();
        window.show();
        window.present();
    }
}

/// Makes GDK present its next window with a token.
#[expect(unsafe_code, reason = "gtk-rs has no function for it")]
fn set_token(display: &Display, token: &str) {
    let Ok(token) = CString::new(token) else { return };
    let display: Stash<'_, *mut GdkDisplay, _> = display.to_glib_none();
    // SAFETY: the display is one of Wayland, both pointers are valid during the call, and GDK copies the text.
    unsafe { gdk_wayland_sys::gdk_wayland_display_set_startup_notification_id(display.0.cast(), token.as_ptr()) };
}
