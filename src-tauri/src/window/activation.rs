//! Brings the window to the front as Wayland allows it.

use std::{
    ffi::CString,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use gtk::{
    gdk::{Display, ffi::GdkDisplay},
    glib::{
        prelude::ObjectExt,
        timeout_add_local_once,
        translate::{Stash, ToGlibPtr},
    },
    prelude::{GtkWindowExt, WidgetExt},
};
use tauri::WebviewWindow;

/// How long a compositor may take to accept a token.
const TOKEN_TIME: Duration = Duration::from_millis(300);

/// The activation token for the next time that the window comes to the front.
#[derive(Default)]
pub struct Activation(Mutex<Option<String>>);

impl Activation {
    /// Keeps a token until [`Self::raise`].
    pub fn offer(&self, token: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }

    /// Brings a window that is shown to the front: by its token, or without one, or with one that the compositor does
    /// not accept, by mapping it anew.
    ///
    /// # Errors
    /// The window is gone.
    pub fn raise(&self, window: &WebviewWindow) -> tauri::Result<()> {
        let token = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let window = window.clone();
        window.clone().run_on_main_thread(move || {
            let (Some(display), Ok(gtk)) = (Display::default(), window.gtk_window()) else { return };
            if !display.type_().name().contains("Wayland") {
                let _ = window.set_focus();
                return;
            }
            match token {
                Some(token) => {
                    set_token(&display, &token);
                    gtk.present();
                    timeout_add_local_once(TOKEN_TIME, move || map_anew(&gtk));
                }
                None => map_anew(&gtk),
            }
        })
    }
}

/// Hides and shows a window that is not in front. A compositor ignores the wish of a window that is mapped, but shows one
/// that is mapped anew in front.
fn map_anew(window: &gtk::ApplicationWindow) {
    if window.is_active() {
        return;
    }
    if window.is_visible() {
        window.hide();
        window.show();
    }
    window.present();
}

/// Makes GDK present its next window with a token.
#[expect(unsafe_code, reason = "gtk-rs has no function for it")]
fn set_token(display: &Display, token: &str) {
    let Ok(token) = CString::new(token) else { return };
    let display: Stash<'_, *mut GdkDisplay, _> = display.to_glib_none();
    // SAFETY: the display is one of Wayland, both pointers are valid during the call, and GDK copies the text.
    unsafe { gdk_wayland_sys::gdk_wayland_display_set_startup_notification_id(display.0.cast(), token.as_ptr()) };
}
