//! The tray icon: its image and tooltip show the overall state. Its menu holds every action, because on Linux clicks on
//! the icon do not always arrive.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tallylight_client::{Pause, TrayView};
use tallylight_core::JobId;
use tauri::{
    AppHandle,
    image::Image,
    tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent},
};

mod icon;
mod menu;
mod texts;

use icon::Icon;
use menu::Menu;

const ID: &str = "main";

/// The tray, once it is built. The app also runs on a desktop without one.
#[derive(Default)]
pub struct Tray(OnceLock<Built>);

struct Built {
    menu: Menu,
    /// The icon that is shown.
    icon: Mutex<Option<Icon>>,
}

/// What the user requests in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrayAction {
    /// Bring the window to the front.
    Open,
    /// Open a job in the window.
    OpenJob(JobId),
    /// Choose videos and upload them.
    Upload,
    /// Show the history of notifications.
    ShowHistory,
    /// Show the settings.
    ShowSettings,
    /// Pause notifications, or resume them.
    Pause(Pause),
    /// Quit the app.
    Quit,
}

impl Tray {
    /// Builds the tray icon, and calls `on_action` whenever the user requests something.
    pub fn build(self: &Arc<Self>, app: &AppHandle, on_action: impl Fn(TrayAction) + Send + Sync + 'static) {
        if let Err(error) = self.try_build(app, Arc::new(on_action)) {
            tracing::warn!(%error, "there is no tray; starting Tallylight again opens the window");
        }
    }

    fn try_build(
        self: &Arc<Self>,
        app: &AppHandle,
        on_action: Arc<dyn Fn(TrayAction) + Send + Sync>,
    ) -> tauri::Result<()> {
        let menu = Menu::new(app)?;
        let icon = Icon::SignedOut;
        let (this, on_menu_action) = (Arc::clone(self), Arc::clone(&on_action));
        TrayIconBuilder::with_id(ID)
            .icon(Image::from_bytes(icon.bytes())?)
            .icon_as_template(cfg!(target_os = "macos"))
            .tooltip("Tallylight")
            .menu(menu.root())
            .show_menu_on_left_click(false)
            .on_menu_event(move |_, event| {
                if let Some(action) = this.0.get().and_then(|built| built.menu.action(event.id().as_ref())) {
                    on_menu_action(action);
                }
            })
            .on_tray_icon_event(move |_, event| {
                if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } =
                    event
                {
                    on_action(TrayAction::Open);
                }
            })
            .build(app)?;
        // It is built once, by the setup.
        let _ = self.0.set(Built { menu, icon: Mutex::new(Some(icon)) });
        Ok(())
    }

    /// Shows a state in the icon, the tooltip and the menu. Must be called on the main thread.
    pub fn show(&self, app: &AppHandle, view: &TrayView) {
        let (Some(icon), Some(built)) = (app.tray_by_id(ID), self.0.get()) else { return };
        let next = Icon::of(view);
        let mut shown = built.icon.lock().unwrap_or_else(PoisonError::into_inner);
        let drawn = if shown.replace(next) == Some(next) {
            Ok(())
        } else {
            Image::from_bytes(next.bytes())
                .and_then(|image| icon.set_icon_with_as_template(Some(image), cfg!(target_os = "macos")))
        };
        let status_line = texts::status_line(view);
        let changed = drawn
            .and_then(|()| icon.set_tooltip(Some(&status_line)))
            .and_then(|()| built.menu.show(view, &status_line));
        if let Err(error) = changed {
            tracing::warn!(%error, "the tray could not be changed");
        }
    }
}
