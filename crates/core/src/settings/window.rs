//! Window settings.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The form of the main window, and the shortcut that shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct WindowSettings {
    /// Whether the window is the full one or the mini strip.
    pub mode: WindowMode,
    /// Whether the window stays above those of other programs.
    pub always_on_top: bool,
    /// The shortcut that shows or hides the window from any program; none if there is no such shortcut.
    pub shortcut: Option<Shortcut>,
}

/// The form of the main window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum WindowMode {
    /// The full window.
    #[default]
    Full,
    /// The mini strip: a small window with the jobs that are at work.
    Strip,
}

/// A key that is held while another is pressed. The order is that of the text of a shortcut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Modifier {
    /// ⌘ on macOS, Ctrl elsewhere.
    CommandOrControl,
    /// Ctrl on every system.
    Control,
    /// Alt, or ⌥ on macOS.
    Alt,
    /// Shift.
    Shift,
    /// The Windows or Super key, or ⌘ on macOS.
    Super,
}

impl Modifier {
    fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "commandorcontrol" | "cmdorctrl" => Self::CommandOrControl,
            "control" | "ctrl" => Self::Control,
            "alt" | "option" => Self::Alt,
            "shift" => Self::Shift,
            "super" | "command" | "cmd" | "meta" => Self::Super,
            _ => return None,
        })
    }

    /// Returns the name of the key in the text of a shortcut.
    fn name(self) -> &'static str {
        match self {
            Self::CommandOrControl => "CommandOrControl",
            Self::Control => "Control",
            Self::Alt => "Alt",
            Self::Shift => "Shift",
            Self::Super => "Super",
        }
    }
}

/// The keys with a name that a shortcut may end with. Keys that type text or edit it belong to the program in front.
const NAMED_KEYS: [&str; 9] = ["Space", "Up", "Down", "Left", "Right", "Home", "End", "PageUp", "PageDown"];

/// A keyboard shortcut: modifiers and one key; serialized as `CommandOrControl+Shift+Y`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "string"))]
pub struct Shortcut {
    /// Sorted, each once.
    modifiers: Vec<Modifier>,
    key: String,
}

impl Shortcut {
    /// Returns the modifiers, each once.
    pub fn modifiers(&self) -> &[Modifier] {
        &self.modifiers
    }

    /// Returns the key: an upper-case letter, a digit, `F1` to `F24`, or one of the named keys.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Returns the usual spelling of a key.
fn parse_key(name: &str) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let is_letter_or_digit = upper.len() == 1 && upper.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let function = upper.strip_prefix('F').and_then(|number| number.parse::<u8>().ok());
    let is_function = function.is_some_and(|number| (1..=24).contains(&number) && upper == format!("F{number}"));
    if is_letter_or_digit || is_function {
        return Some(upper);
    }
    NAMED_KEYS.iter().find(|known| known.eq_ignore_ascii_case(name)).map(|known| (*known).to_owned())
}

impl FromStr for Shortcut {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} isn't a valid shortcut. Use modifiers and a key, such as Control+Shift+Y.");
        let mut names: Vec<&str> = text.split('+').map(str::trim).collect();
        let key = names.pop().and_then(parse_key).ok_or_else(wrong)?;
        let modifiers = names.into_iter().map(Modifier::parse).collect::<Option<Vec<_>>>();
        let mut modifiers = modifiers.ok_or_else(wrong)?;
        modifiers.sort_unstable();
        modifiers.dedup();
        // Alone or with Shift, the key would be lost to every other program.
        if modifiers.iter().all(|modifier| *modifier == Modifier::Shift) {
            return Err(format!("Add Ctrl, Alt or the Super key to the shortcut {text:?}."));
        }
        Ok(Self { modifiers, key })
    }
}

impl TryFrom<String> for Shortcut {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shortcut> for String {
    fn from(shortcut: Shortcut) -> Self {
        shortcut.to_string()
    }
}

impl fmt::Display for Shortcut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for modifier in &self.modifiers {
            write!(f, "{}+", modifier.name())?;
        }
        f.write_str(&self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcut_is_parsed_in_any_order_and_written_in_one() {
        for (text, written) in [
            ("CommandOrControl+Shift+Y", "CommandOrControl+Shift+Y"),
            (" shift + CTRL + y ", "Control+Shift+Y"),
            ("Super+Alt+Alt+7", "Alt+Super+7"),
            ("cmd+f24", "Super+F24"),
            ("Alt+pageup", "Alt+PageUp"),
            ("Option+space", "Alt+Space"),
        ] {
            assert_eq!(text.parse::<Shortcut>().map(String::from).as_deref(), Ok(written), "{text}");
        }
        let shortcut: Shortcut = "ctrl+shift+y".parse().expect("a shortcut");
        assert_eq!((shortcut.modifiers(), shortcut.key()), (&[Modifier::Control, Modifier::Shift][..], "Y"));
    }

    #[test]
    fn shortcut_needs_one_key_and_a_modifier_other_than_shift() {
        for (text, why) in [
            ("", "isn't a valid shortcut"),
            ("+", "isn't a valid shortcut"),
            ("Control+", "isn't a valid shortcut"),
            ("Control+Shift", "isn't a valid shortcut"),
            ("Control+A+B", "isn't a valid shortcut"),
            ("Y+Control", "isn't a valid shortcut"),
            ("Control+F25", "isn't a valid shortcut"),
            ("Control+F01", "isn't a valid shortcut"),
            ("Control+F+1", "isn't a valid shortcut"),
            ("Control+Delete", "isn't a valid shortcut"),
            ("Control+ä", "isn't a valid shortcut"),
            ("Hyper+Y", "isn't a valid shortcut"),
            ("Y", "Add Ctrl"),
            ("Shift+F5", "Add Ctrl"),
        ] {
            let error = text.parse::<Shortcut>().expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn window_is_full_and_without_a_shortcut_unless_chosen() {
        let read = |json: &str| serde_json::from_str::<WindowSettings>(json).map_err(|error| error.to_string());
        assert_eq!(read("{}"), Ok(WindowSettings::default()));
        let chosen = read(r#"{"mode":"strip","always_on_top":true,"shortcut":"ctrl+alt+t"}"#).expect("settings");
        assert_eq!((chosen.mode, chosen.always_on_top), (WindowMode::Strip, true));
        assert_eq!(chosen.shortcut.map(String::from).as_deref(), Some("Control+Alt+T"));
        assert!(read(r#"{"mode":"tiny"}"#).is_err() && read(r#"{"shortcut":"y"}"#).is_err());
    }
}
