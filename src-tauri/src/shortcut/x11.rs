//! The global shortcut on Linux: a key that the X server reports wherever the focus is. Its thread sleeps until then;
//! the plugin that other systems use would look twenty times a second (docs/adr/0057-mini-strip.md).

use std::{env, sync::Arc, thread};

use tallylight_core::settings::{Modifier, Shortcut};
use tallylight_view::ShortcutState;
use tauri::AppHandle;
use x11rb::{
    connection::Connection,
    cookie::{Cookie, VoidCookie},
    errors::ReplyError,
    protocol::{
        ErrorKind, Event,
        xproto::{ConnectionExt, GrabMode, Keycode, Keysym, ModMask, Window},
    },
    rust_connection::RustConnection,
};

use super::OnPress;

/// The registered key, and the connection that reports it.
#[derive(Default)]
pub struct Keys {
    connection: Option<Arc<RustConnection>>,
    root: Window,
    grabbed: Option<(Keycode, ModMask)>,
}

impl Keys {
    /// Registers a shortcut.
    pub fn register(&mut self, _: &AppHandle, shortcut: &Shortcut, on_press: OnPress) -> Result<(), ShortcutState> {
        // The X server of a Wayland desktop only reports keys while one of its own programs has the focus.
        if env::var_os("WAYLAND_DISPLAY").is_some_and(|display| !display.is_empty()) {
            return Err(ShortcutState::Unsupported);
        }
        let connection = self.connect(on_press)?;
        let key = keycode(&connection, keysym(shortcut.key()))?.ok_or(ShortcutState::NoSuchKey)?;
        let modifiers = mask(shortcut.modifiers());
        for lock in locks() {
            let asked = connection.grab_key(false, self.root, modifiers | lock, key, GrabMode::ASYNC, GrabMode::ASYNC);
            let granted = asked.map_err(ReplyError::from).and_then(VoidCookie::check);
            if let Err(error) = granted {
                tracing::info!(%error, "the global shortcut could not be registered");
                release(&connection, self.root, (key, modifiers));
                let is_taken = matches!(&error, ReplyError::X11Error(error) if error.error_kind == ErrorKind::Access);
                return Err(if is_taken { ShortcutState::Taken } else { ShortcutState::Unsupported });
            }
        }
        self.grabbed = Some((key, modifiers));
        Ok(())
    }

    /// Releases the shortcut.
    pub fn release(&mut self, _: &AppHandle) {
        if let (Some(connection), Some(grabbed)) = (&self.connection, self.grabbed.take()) {
            release(connection, self.root, grabbed);
        }
    }

    /// Returns the connection; the first call opens it, and starts the thread that waits for the key.
    fn connect(&mut self, on_press: OnPress) -> Result<Arc<RustConnection>, ShortcutState> {
        if let Some(connection) = &self.connection {
            return Ok(Arc::clone(connection));
        }
        let unsupported = |error: &dyn std::error::Error| {
            tracing::info!(%error, "there is no X server for the global shortcut");
            ShortcutState::Unsupported
        };
        let (connection, screen) = RustConnection::connect(None).map_err(|error| unsupported(&error))?;
        let connection = Arc::new(connection);
        self.root = connection.setup().roots.get(screen).ok_or(ShortcutState::Unsupported)?.root;
        let waiting = Arc::clone(&connection);
        let started = thread::Builder::new().name("shortcut".to_owned()).spawn(move || wait(&waiting, &on_press));
        started.map_err(|error| unsupported(&error))?;
        self.connection = Some(Arc::clone(&connection));
        Ok(connection)
    }
}

/// Calls `on_press` whenever the key is pressed. Whatever is reported is the registered key.
fn wait(connection: &RustConnection, on_press: &OnPress) {
    // A key that is held is reported as released and pressed again at the same time.
    let mut released_at = None;
    loop {
        match connection.wait_for_event() {
            Ok(Event::KeyPress(press)) if released_at != Some(press.time) => on_press(),
            Ok(Event::KeyRelease(release)) => released_at = Some(release.time),
            Ok(_) => {}
            Err(error) => return tracing::warn!(%error, "the global shortcut works no longer"),
        }
    }
}

fn release(connection: &RustConnection, root: Window, (key, modifiers): (Keycode, ModMask)) {
    let released = locks()
        .into_iter()
        .try_for_each(|lock| connection.ungrab_key(key, root, modifiers | lock).map(VoidCookie::ignore_error));
    if let Err(error) = released.and_then(|()| connection.flush()) {
        tracing::warn!(%error, "the global shortcut could not be released");
    }
}

/// Returns the key of the keyboard that types a symbol, by itself rather than together with another key.
fn keycode(connection: &RustConnection, wanted: Keysym) -> Result<Option<Keycode>, ShortcutState> {
    let (first, last) = (connection.setup().min_keycode, connection.setup().max_keycode);
    let asked = connection.get_keyboard_mapping(first, last - first + 1).map_err(ReplyError::from);
    let mapping = asked.and_then(Cookie::reply).map_err(|error| {
        tracing::info!(%error, "the keyboard's layout is unknown");
        ShortcutState::Unsupported
    })?;
    let levels = usize::from(mapping.keysyms_per_keycode.max(1));
    let found = (0..levels).find_map(|level| {
        let mut keys = (first..=last).zip(mapping.keysyms.chunks(levels));
        keys.find(|(_, symbols)| symbols.get(level) == Some(&wanted)).map(|(key, _)| key)
    });
    Ok(found)
}

/// Returns the symbol of a key of a shortcut, as the X protocol numbers it.
fn keysym(key: &str) -> Keysym {
    match key {
        "Space" => 0x20,
        "Home" => 0xff50,
        "Left" => 0xff51,
        "Up" => 0xff52,
        "Right" => 0xff53,
        "Down" => 0xff54,
        "PageUp" => 0xff55,
        "PageDown" => 0xff56,
        "End" => 0xff57,
        _ => match key.strip_prefix('F').and_then(|number| number.parse::<Keysym>().ok()) {
            Some(number) => 0xffbd + number,
            None => key.bytes().next().map_or(0, |letter| Keysym::from(letter.to_ascii_lowercase())),
        },
    }
}

/// Returns the lock keys that must not matter: none, Num Lock, Caps Lock, and both. The server compares exactly.
fn locks() -> [ModMask; 4] {
    [ModMask::default(), ModMask::M2, ModMask::LOCK, ModMask::M2 | ModMask::LOCK]
}

fn mask(modifiers: &[Modifier]) -> ModMask {
    modifiers.iter().fold(ModMask::default(), |mask, modifier| {
        mask | match modifier {
            Modifier::CommandOrControl | Modifier::Control => ModMask::CONTROL,
            Modifier::Alt => ModMask::M1,
            Modifier::Shift => ModMask::SHIFT,
            Modifier::Super => ModMask::M4,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_numbers_of_the_protocol() {
        let symbols = ["Y", "7", "F", "F1", "F12", "Space", "PageDown"].map(keysym);
        assert_eq!(symbols, [0x79, 0x37, 0x66, 0xffbe, 0xffc9, 0x20, 0xff56]);
        let shortcut: Shortcut = "CommandOrControl+Alt+Shift+Y".parse().expect("a shortcut");
        assert_eq!(mask(shortcut.modifiers()), ModMask::CONTROL | ModMask::M1 | ModMask::SHIFT);
    }
}
