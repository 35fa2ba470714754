//! Tells dialogs of other programs which window they belong to.

use std::ffi::{CStr, c_char, c_ulong, c_void};

use gtk::{
    gdk::{Window, ffi::GdkWindow},
    glib::translate::ToGlibPtr,
    prelude::WidgetExt,
};
use tauri::{AppHandle, Manager};
use tokio::sync::oneshot;

use super::LABEL;
use crate::desktop::wayland_display;

/// The window that a dialog belongs to.
pub enum Parent {
    /// A window of an X server.
    X11(c_ulong),
    /// A window of a Wayland compositor.
    Wayland(Exported),
}

/// A window that other programs may refer to, until this is dropped.
pub struct Exported {
    app: AppHandle,
    handle: String,
}

impl Exported {
    /// Returns the text by which other programs refer to it.
    pub fn handle(&self) -> &str {
        &self.handle
    }
}

impl Drop for Exported {
    fn drop(&mut self) {
        let app = self.app.clone();
        let _ = self.app.run_on_main_thread(move || {
            if let Some(window) = gdk_window(&app) {
                unexport(&window);
            }
        });
    }
}

/// Returns the app's window, unless it is hidden or the desktop has no way to refer to it.
pub async fn of_main_window(app: &AppHandle) -> Option<Parent> {
    let (sender, answer) = oneshot::channel();
    let on_main = app.clone();
    app.run_on_main_thread(move || {
        let Some(window) = gdk_window(&on_main) else { return };
        if wayland_display().is_some() {
            export(&window, sender);
        } else {
            let _ = sender.send(Found::X11(x11_id(&window)));
        }
    })
    .ok()?;
    match answer.await.ok()? {
        Found::X11(window) => Some(Parent::X11(window)),
        Found::Wayland(handle) => Some(Parent::Wayland(Exported { app: app.clone(), handle })),
    }
}

enum Found {
    X11(c_ulong),
    Wayland(String),
}

type Answer = oneshot::Sender<Found>;

fn gdk_window(app: &AppHandle) -> Option<Window> {
    let window = app.get_webview_window(LABEL)?.gtk_window().ok()?;
    window.is_visible().then(|| window.window()).flatten()
}

#[expect(unsafe_code, reason = "gtk-rs has no function for it")]
fn x11_id(window: &Window) -> c_ulong {
    let window: *mut GdkWindow = window.to_glib_none().0;
    // SAFETY: the display is one of X11, so that the window is, too; it is valid during the call.
    unsafe { gdk_x11_sys::gdk_x11_window_get_xid(window.cast()) }
}

/// Asks the compositor for a text by which other programs may refer to a window.
#[expect(unsafe_code, reason = "gtk-rs has no function for it")]
fn export(window: &Window, answer: Answer) {
    let window: *mut GdkWindow = window.to_glib_none().0;
    let answer: *mut Option<Answer> = Box::into_raw(Box::new(Some(answer)));
    // SAFETY: the display is one of Wayland, so that the window is, too. The answer is freed once: by GDK, or if it took
    // nothing below.
    unsafe {
        let is_asked =
            gdk_wayland_sys::gdk_wayland_window_export_handle(window.cast(), Some(exported), answer.cast(), Some(free));
        if is_asked == 0 {
            free(answer.cast());
        }
    }
}

/// Receives the compositor's text.
#[expect(unsafe_code, reason = "called by GDK")]
unsafe extern "C" fn exported(
    _window: *mut gdk_wayland_sys::GdkWaylandWindow,
    handle: *const c_char,
    answer: *mut c_void,
) {
    // SAFETY: GDK hands over the answer of `export`, on the thread of its main loop, and a text that ends with a zero.
    let (handle, answer) = unsafe { (CStr::from_ptr(handle), &mut *answer.cast::<Option<Answer>>()) };
    if let (Ok(handle), Some(answer)) = (handle.to_str(), answer.take()) {
        let _ = answer.send(Found::Wayland(handle.to_owned()));
    }
}

#[expect(unsafe_code, reason = "called by GDK")]
unsafe extern "C" fn free(answer: *mut c_void) {
    // SAFETY: it is the answer of `export`, which nothing uses any more.
    drop(unsafe { Box::from_raw(answer.cast::<Option<Answer>>()) });
}

#[expect(unsafe_code, reason = "gtk-rs has no function for it")]
fn unexport(window: &Window) {
    let window: *mut GdkWindow = window.to_glib_none().0;
    // SAFETY: only windows of Wayland are exported, and it is valid during the call.
    unsafe { gdk_wayland_sys::gdk_wayland_window_unexport_handle(window.cast()) }
}
