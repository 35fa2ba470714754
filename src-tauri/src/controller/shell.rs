//! The desktop app's [`Shell`]: how events, notifications and the tray's content of the client reach the window and the
//! desktop.

use std::sync::Arc;

use tallylight_client::{Shell, ThumbnailCache, Transcripts, TrayView};
use tallylight_core::{auth::SessionState, notifications::Notification};
use tallylight_view::{Event, SessionView};
use tauri::AppHandle;
use tokio::sync::mpsc::UnboundedSender;

#[cfg(target_os = "linux")]
use crate::desktop;
use crate::{desktop::Desktop, lifecycle::shutdown::Shutdown, tray::Tray, window::MainWindow};

/// The [`Shell`] of the desktop app. The client is started with it, so it exists before the controller.
pub struct DesktopShell {
    /// The handle of the Tauri app.
    pub app: AppHandle,
    /// The window that gets the events.
    pub window: Arc<MainWindow>,
    /// The thumbnails, which are deleted on sign-out.
    pub thumbnails: ThumbnailCache,
    /// The tray that shows the state.
    pub tray: Arc<Tray>,
    /// Whether "do not disturb" is on.
    pub desktop: Desktop,
    /// Whether the program is shutting down.
    pub shutdown: Arc<Shutdown>,
    /// Receives the notifications. Unbounded, because each is taken at once and the core limits how many there are.
    pub notifications: UnboundedSender<Notification>,
}

impl Shell for DesktopShell {
    fn emit(&self, event: Event) {
        if let Event::Session(SessionView { state: SessionState::SignedOut, .. }) = event {
            self.thumbnails.clear();
            self.window.clear_data(&self.app);
        }
        self.window.send(&self.app, event);
    }

    fn notify(&self, notification: Notification) {
        // Fails only after the end of the controller.
        let _ = self.notifications.send(notification);
    }

    fn tray(&self, view: TrayView) {
        let (app, tray) = (self.app.clone(), Arc::clone(&self.tray));
        #[cfg(not(target_os = "linux"))]
        let window = Arc::clone(&self.window);
        // Menus may only be changed on the main thread, and waiting for it would block the client.
        let shown = self.app.run_on_main_thread(move || {
            tray.show(&app, &view);
            #[cfg(target_os = "linux")]
            desktop::show_badge(view.percent, view.unseen);
            #[cfg(not(target_os = "linux"))]
            window.set_badge(&app, view.percent, view.unseen);
        });
        if let Err(error) = shown {
            tracing::debug!(%error, "the tray could not be changed");
        }
    }

    fn accepts_notifications(&self) -> bool {
        // During shutdown none are shown: the next run shows the outcomes.
        !self.shutdown.is_under_way()
    }

    fn is_do_not_disturb(&self) -> bool {
        self.desktop.is_do_not_disturb()
    }

    fn is_watched(&self) -> bool {
        self.window.has_focus()
    }

    fn transcripts(&self) -> Transcripts {
        Transcripts::OnRequest
    }

    fn is_ready(&self) -> bool {
        self.window.is_ready(&self.app)
    }
}
