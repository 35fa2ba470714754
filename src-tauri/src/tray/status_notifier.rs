//! The tray icon of Linux desktops: a StatusNotifierItem on the session bus, with a menu (dbusmenu) of its own.

use std::{thread, time::Duration};

use ksni::{Icon as Pixmap, MenuItem, ToolTip, TrayMethods, menu::StandardItem};
use tauri::{AppHandle, image::Image};
use tokio::sync::watch;

use super::{
    Click, OnClick, Shown, TrayAction,
    icon::Icon,
    menu::{Entry, Item},
};
use crate::desktop::activation;

/// How long a click waits for its activation token: some desktops send it just after the click.
const TOKEN_WAIT: Duration = Duration::from_millis(15);

/// The tray icon: what it shows, once there is something.
pub struct Tray(watch::Sender<Option<Shown>>);

impl Default for Tray {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Tray {
    /// Registers the icon as soon as there is something to show and a desktop that shows such icons.
    pub fn build(&self, app: &AppHandle, on_click: OnClick) {
        let (app, changes) = (app.clone(), self.0.subscribe());
        tauri::async_runtime::spawn(async move {
            if let Err(error) = run(app, changes, on_click).await {
                tracing::warn!(%error, "there is no tray; starting Tallylight again opens the window");
            }
        });
    }

    /// Shows a state.
    pub fn show(&self, _app: &AppHandle, next: &Shown) {
        self.0.send_if_modified(|shown| {
            let is_new = shown.as_ref() != Some(next);
            *shown = Some(next.clone());
            is_new
        });
    }
}

async fn run(
    app: AppHandle,
    mut changes: watch::Receiver<Option<Shown>>,
    on_click: OnClick,
) -> Result<(), ksni::Error> {
    let Ok(Some(shown)) = changes.wait_for(Option::is_some).await.map(|shown| shown.clone()) else { return Ok(()) };
    let pixmaps = pixmaps(shown.icon);
    let notifier = Notifier { app, shown, pixmaps, on_click, underscores: Underscores::of_desktop() };
    // A sandbox allows no name on the bus, and no desktop needs it.
    let handle = notifier.disable_dbus_name(true).assume_sni_available(true).spawn().await?;
    while changes.changed().await.is_ok() {
        let Some(next) = changes.borrow_and_update().clone() else { continue };
        handle.update(|notifier| notifier.show(next)).await;
    }
    Ok(())
}

struct Notifier {
    app: AppHandle,
    shown: Shown,
    /// The pictures of the icon that is shown.
    pixmaps: Vec<Pixmap>,
    on_click: OnClick,
    underscores: Underscores,
}

impl Notifier {
    fn show(&mut self, next: Shown) {
        if next.icon != self.shown.icon {
            self.pixmaps = pixmaps(next.icon);
        }
        self.shown = next;
    }

    fn click(&self, action: TrayAction) {
        let activation_token = ksni::current_xdg_activation_token().or_else(|| {
            if activation::is_wayland() {
                thread::sleep(TOKEN_WAIT);
            }
            ksni::current_xdg_activation_token()
        });
        let on_click = OnClick::clone(&self.on_click);
        let acted = self.app.run_on_main_thread(move || on_click(Click { action, activation_token }));
        if let Err(error) = acted {
            tracing::debug!(%error, "the app is ending");
        }
    }
}

impl ksni::Tray for Notifier {
    fn id(&self) -> String {
        "tallylight".to_owned()
    }

    fn title(&self) -> String {
        "Tallylight".to_owned()
    }

    fn icon_pixmap(&self) -> Vec<Pixmap> {
        // Not by name: a sandboxed app has no folder that the desktop sees.
        self.pixmaps.clone()
    }

    fn tool_tip(&self) -> ToolTip {
        let (title, description) = self.shown.status_line.split_once(": ").unwrap_or((&self.shown.status_line, ""));
        ToolTip { title: title.to_owned(), description: description.to_owned(), ..ToolTip::default() }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.click(TrayAction::Open);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.shown.entries.iter().map(|entry| self.item(entry)).collect()
    }
}

impl Notifier {
    fn item(&self, entry: &Entry) -> MenuItem<Self> {
        let Entry::Item(Item { label, action, .. }) = entry else { return MenuItem::Separator };
        let action = action.clone();
        StandardItem {
            label: self.underscores.escape(label),
            enabled: action.is_some(),
            activate: Box::new(move |notifier: &mut Self| {
                if let Some(action) = &action {
                    notifier.click(action.clone());
                }
            }),
            ..StandardItem::default()
        }
        .into()
    }
}

/// How a desktop reads underscores in the texts of a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Underscores {
    /// As the specification says: one underlines the next letter, two are one.
    All,
    /// As GNOME's extension does, up to today's: the first one before another character is removed, and no other.
    First,
}

impl Underscores {
    fn of_desktop() -> Self {
        let desktop = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
        if desktop.split(':').any(|name| name == "GNOME") { Self::First } else { Self::All }
    }

    fn escape(self, text: &str) -> String {
        match self {
            Self::All => text.replace('_', "__"),
            Self::First => {
                let is_removed =
                    |(at, _): &(usize, &str)| text[at + 1..].chars().next().is_some_and(|next| next != '_');
                match text.match_indices('_').find(is_removed) {
                    Some((at, _)) => format!("{}_{}", &text[..at], &text[at..]),
                    None => text.to_owned(),
                }
            }
        }
    }
}

/// Returns the pictures of an icon, smallest first.
fn pixmaps(icon: Icon) -> Vec<Pixmap> {
    icon.pngs().iter().filter_map(|png| pixmap(png)).collect()
}

/// Returns a picture as the bus carries it: rows of pixels, each as alpha, red, green and blue.
fn pixmap(png: &[u8]) -> Option<Pixmap> {
    let image = Image::from_bytes(png).ok()?;
    let mut data = image.rgba().to_vec();
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    Some(Pixmap { width: image.width().try_into().ok()?, height: image.height().try_into().ok()?, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a text as GNOME's extension does.
    fn gnome(text: &str) -> String {
        let at = text.match_indices('_').map(|(at, _)| at);
        match at.into_iter().find(|at| text[at + 1..].chars().next().is_some_and(|next| next != '_')) {
            Some(at) => format!("{}{}", &text[..at], &text[at + 1..]),
            None => text.to_owned(),
        }
    }

    #[test]
    fn underscores_are_shown_as_they_are() {
        assert_eq!(Underscores::All.escape("IMG_2024_11"), "IMG__2024__11");
        for text in ["IMG_2024_11", "a__b", "_", "__", "_a", "a_", "a_ä_", "Q&A", "___x_"] {
            assert_eq!(gnome(&Underscores::First.escape(text)), text);
        }
    }

    #[test]
    fn a_picture_is_carried_as_alpha_red_green_blue() {
        let pixmaps = pixmaps(Icon::Attention);
        assert_eq!(pixmaps.iter().map(|pixmap| pixmap.width).collect::<Vec<_>>(), [22, 32, 44, 64]);
        // In the middle of the icon's upper half it is white, in its corner transparent.
        let pixmap = &pixmaps[1];
        assert_eq!(pixmap.data[..4], [0, 0, 0, 0]);
        let middle = (32 * 8 + 16) * 4;
        assert_eq!(pixmap.data[middle..middle + 4], [255, 255, 255, 255]);
    }
}
