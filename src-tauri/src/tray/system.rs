//! The tray icon of macOS and Windows.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tauri::{
    AppHandle, Wry,
    image::Image,
    menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};

use super::{
    Click, OnClick, Shown, TrayAction,
    icon::Icon,
    menu::{Entry, Item},
};

/// The tray icon, once it is built.
#[derive(Default)]
pub struct Tray(OnceLock<Built>);

struct Built {
    icon: TrayIcon,
    /// The picture that it shows.
    drawn: Mutex<Option<Icon>>,
    menu: Menu<Wry>,
    entries: Arc<Mutex<Vec<ShownEntry>>>,
}

struct ShownEntry {
    entry: Entry,
    /// What the menu has for it.
    system: SystemEntry,
}

enum SystemEntry {
    Separator(PredefinedMenuItem<Wry>),
    Item(MenuItem<Wry>),
}

impl SystemEntry {
    fn new(app: &AppHandle, entry: &Entry) -> tauri::Result<Self> {
        Ok(match entry {
            Entry::Separator(_) => Self::Separator(PredefinedMenuItem::separator(app)?),
            Entry::Item(Item { key, label, action }) => {
                Self::Item(MenuItem::with_id(app, key, escape(label), action.is_some(), None::<&str>)?)
            }
        })
    }

    fn as_menu_item(&self) -> &dyn IsMenuItem<Wry> {
        match self {
            Self::Separator(separator) => separator,
            Self::Item(item) => item,
        }
    }
}

impl Tray {
    /// Builds the icon. Must be called on the main thread.
    pub fn build(&self, app: &AppHandle, on_click: OnClick) {
        match Built::new(app, on_click) {
            // It is built once, by the setup.
            Ok(built) => drop(self.0.set(built)),
            Err(error) => tracing::warn!(%error, "there is no tray; starting Tallylight again opens the window"),
        }
    }

    /// Shows a state. Must be called on the main thread.
    pub fn show(&self, app: &AppHandle, next: &Shown) {
        let shown = self.0.get().map(|built| built.show(app, next));
        if let Some(Err(error)) = shown {
            tracing::warn!(%error, "the tray could not be changed");
        }
    }
}

impl Built {
    fn new(app: &AppHandle, on_click: OnClick) -> tauri::Result<Self> {
        let menu = Menu::new(app)?;
        let entries = Arc::<Mutex<Vec<ShownEntry>>>::default();
        let (shown, on_menu_click) = (Arc::clone(&entries), OnClick::clone(&on_click));
        let click = |action| Click { action, activation_token: None };
        let icon = TrayIconBuilder::new()
            .icon(Image::from_bytes(Icon::SignedOut.png())?)
            .icon_as_template(cfg!(target_os = "macos"))
            .tooltip("Tallylight")
            .menu(&menu)
            .show_menu_on_left_click(false)
            .on_menu_event(move |_, event| {
                if let Some(action) = action(&shown, event.id().as_ref()) {
                    on_menu_click(click(action));
                }
            })
            .on_tray_icon_event(move |_, event| {
                if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } =
                    event
                {
                    on_click(click(TrayAction::Open));
                }
            })
            .build(app)?;
        Ok(Self { icon, drawn: Mutex::new(None), menu, entries })
    }

    fn show(&self, app: &AppHandle, next: &Shown) -> tauri::Result<()> {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if drawn.replace(next.icon) != Some(next.icon) {
            let image = Image::from_bytes(next.icon.png())?;
            self.icon.set_icon_with_as_template(Some(image), cfg!(target_os = "macos"))?;
        }
        self.icon.set_tooltip(Some(&next.status_line))?;
        self.show_entries(app, &next.entries)
    }

    /// Changes what differs, and keeps the other items.
    fn show_entries(&self, app: &AppHandle, next: &[Entry]) -> tauri::Result<()> {
        let mut shown = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let is_kept = |old: &ShownEntry| next.iter().any(|entry| entry.key() == old.entry.key());
        while let Some(place) = shown.iter().position(|old| !is_kept(old)) {
            let gone = shown.remove(place);
            self.menu.remove(gone.system.as_menu_item())?;
        }
        for (place, entry) in next.iter().enumerate() {
            match shown.get_mut(place) {
                Some(old) if old.entry.key() == entry.key() => change(old, entry)?,
                _ => {
                    let system = SystemEntry::new(app, entry)?;
                    self.menu.insert(system.as_menu_item(), place)?;
                    shown.insert(place, ShownEntry { entry: entry.clone(), system });
                }
            }
        }
        Ok(())
    }
}

fn change(old: &mut ShownEntry, entry: &Entry) -> tauri::Result<()> {
    if let (SystemEntry::Item(item), Entry::Item(next)) = (&old.system, entry)
        && old.entry != *entry
    {
        item.set_text(escape(&next.label))?;
        item.set_enabled(next.action.is_some())?;
        old.entry = entry.clone();
    }
    Ok(())
}

/// Returns what the user requests by clicking an item.
fn action(shown: &Mutex<Vec<ShownEntry>>, key: &str) -> Option<TrayAction> {
    let shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
    shown.iter().find_map(|shown| match &shown.entry {
        Entry::Item(item) if item.key == key => item.action.clone(),
        Entry::Separator(_) | Entry::Item(_) => None,
    })
}

/// In a menu of these systems, a single ampersand underlines the next letter.
fn escape(text: &str) -> String {
    text.replace('&', "&&")
}
