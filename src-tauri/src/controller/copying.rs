//! Copying from a notification, while another program may be in front.

use std::sync::Arc;

use tallylight_core::{JobId, locale::Locale};
use tauri_plugin_clipboard_manager::ClipboardExt;

use super::{Controller, notifying::message};
use crate::notifications::{self, NotificationRequest};

impl Controller {
    /// Copies the title of a job. Some Wayland desktops let only the program in front copy: there the job is opened, and
    /// the user is told.
    pub(super) fn copy_title(self: &Arc<Self>, job_id: JobId, title: &str) {
        let Err(error) = self.app.clipboard().write_text(title) else { return };
        tracing::info!(%error, "the desktop lets only the window in front copy");
        if self.copy_with_window(title) {
            return;
        }
        self.window.show_job(&self.app, job_id);
        notifications::show(not_copied(self.locale()), |_| ());
    }

    /// Copies with the toolkit of the window, if the window is in front.
    #[cfg(target_os = "linux")]
    fn copy_with_window(&self, text: &str) -> bool {
        if !self.window.has_focus() {
            return false;
        }
        let text = text.to_owned();
        let copied = self.app.run_on_main_thread(move || {
            gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD).set_text(&text);
        });
        copied.is_ok()
    }

    /// The clipboard of other systems needs no window.
    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "the same on every system")]
    fn copy_with_window(&self, _: &str) -> bool {
        false
    }
}

fn not_copied(locale: Locale) -> NotificationRequest {
    let title =
        locale.one_of("The title was not copied", "Der Titel wurde nicht kopiert", "No se ha copiado el título");
    let body = locale.one_of(
        "This desktop lets only the window in front copy. Copy the title in the window, which is open now.",
        "Auf diesem Desktop kann nur das vorderste Fenster kopieren. Kopiere den Titel im Fenster, das jetzt offen ist.",
        "En este escritorio solo puede copiar la ventana en primer plano. Copia el título en la ventana, ya abierta.",
    );
    message(title, body, locale)
}
