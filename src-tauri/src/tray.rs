//! The tray icon: its image and tooltip show the overall state. Its menu holds every action, because on Linux clicks on
//! the icon do not always arrive.

use std::sync::{Mutex, PoisonError};

use tallylight_client::TrayView;
use tauri::{
    AppHandle, Manager,
    image::Image,
    tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent},
};

use crate::window;

mod icon;
mod menu;
mod texts;

use icon::Icon;
use menu::Menu;

const ID: &str = "main";

/// The tray with its menu and the icon that it shows.
pub struct Tray {
    menu: Menu,
    icon: Mutex<Option<Icon>>,
}

/// Builds the tray icon. The app also runs on a desktop without a tray.
pub fn build(app: &AppHandle) {
    if let Err(error) = try_build(app) {
        tracing::warn!(%error, "there is no tray; starting Tallylight again opens the window");
    }
}

fn try_build(app: &AppHandle) -> tauri::Result<()> {
    let menu = Menu::new(app)?;
    let icon = Icon::SignedOut;
    TrayIconBuilder::with_id(ID)
        .icon(Image::from_bytes(icon.bytes())?)
        .icon_as_template(cfg!(target_os = "macos"))
        .tooltip("Tallylight")
        .menu(menu.root())
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| menu::chosen(app, event.id().as_ref()))
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } = event {
                window::show(tray.app_handle());
            }
        })
        .build(app)?;
    app.manage(Tray { menu, icon: Mutex::new(Some(icon)) });
    Ok(())
}

/// Shows a state in the icon, the tooltip and the menu.
pub fn show(app: &AppHandle, view: &TrayView) {
    let (Some(icon), Some(tray)) = (app.tray_by_id(ID), app.try_state::<Tray>()) else { return };
    let next = Icon::of(view);
    let mut shown = tray.icon.lock().unwrap_or_else(PoisonError::into_inner);
    let drawn = if shown.replace(next) == Some(next) {
        Ok(())
    } else {
        Image::from_bytes(next.bytes())
            .and_then(|image| icon.set_icon_with_as_template(Some(image), cfg!(target_os = "macos")))
    };
    let status_line = texts::status_line(view);
    let changed =
        drawn.and_then(|()| icon.set_tooltip(Some(&status_line))).and_then(|()| tray.menu.show(view, &status_line));
    if let Err(error) = changed {
        tracing::warn!(%error, "the tray could not be changed");
    }
}
