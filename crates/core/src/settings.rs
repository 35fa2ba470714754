//! The user's settings. Each value is validated when it is deserialized, so that a mistake in a hand-written file is
//! reported with its position.

use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Deserializer, Serialize};

mod automation;
mod language_model;
mod network;
mod time;
mod webhook;
mod window;

pub use automation::Automation;
pub use language_model::LanguageModel;
pub use network::Proxy;
pub use time::{QuietHours, TimeOfDay};
pub use webhook::WebhookFormat;
pub(crate) use webhook::ntfy_topic;
pub use window::{Modifier, Shortcut, WindowMode, WindowSettings};

/// All settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Settings {
    /// Start and quit behaviour.
    pub general: General,
    /// Theme and language.
    pub appearance: Appearance,
    /// The form of the window, and its shortcut.
    pub window: WindowSettings,
    /// Notifications.
    pub notifications: Notifications,
    /// Data on this computer.
    pub data: Data,
    /// Network connections.
    pub network: Network,
    /// Uploads.
    pub uploads: Uploads,
    /// Processing of videos on this computer.
    pub computer: Computer,
    /// The language model that suggests texts.
    pub language_model: LanguageModel,
    /// Settings for troubleshooting.
    pub advanced: Advanced,
    /// The actions that run when a job ends.
    pub automation: Vec<Automation>,
}

/// Start and quit behaviour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct General {
    /// Whether the application starts, hidden, when the user logs in.
    pub start_at_login: bool,
    /// The action on closing the window.
    pub close: Close,
}

/// The action on closing the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Close {
    /// Hides the window if a tray icon can restore it; otherwise asks the user.
    #[default]
    Auto,
    /// Hides the window.
    Hide,
    /// Quits the application.
    Quit,
}

/// The appearance of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Appearance {
    /// The theme.
    pub theme: Theme,
    /// The language of the window, the tray and notifications.
    pub language: Language,
}

/// The theme of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Theme {
    /// The theme of the system.
    #[default]
    System,
    /// Dark text on a light background.
    Light,
    /// Light text on a dark background.
    Dark,
}

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Language {
    /// The language of the system if it is supported, otherwise English.
    #[default]
    System,
    /// English.
    En,
    /// German.
    De,
    /// Spanish.
    Es,
}

/// The enabled notifications and quiet hours.
#[expect(clippy::struct_excessive_bools, reason = "each is a separate key in the file")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Notifications {
    /// Whether to notify when a video is ready.
    pub completed: bool,
    /// Whether to notify when a video has failed.
    pub failed: bool,
    /// Whether to notify when a video has a warning.
    pub warning: bool,
    /// Whether notifications play a sound.
    pub sound: bool,
    /// The daily period without notifications; a summary follows at its end.
    pub quiet_hours: Option<QuietHours>,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { completed: true, failed: true, warning: true, sound: false, quiet_hours: None }
    }
}

impl Notifications {
    /// Returns when the current quiet hours end; none outside of them.
    pub fn quiet_until(&self, now: &Zoned) -> Option<Timestamp> {
        self.quiet_hours.and_then(|hours| hours.until(now))
    }
}

/// Data on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Data {
    /// The number of days for which finished jobs are kept on this computer after their last change, 1–3650.
    #[serde(deserialize_with = "days")]
    pub retention_days: u16,
}

impl Data {
    /// The valid range of `retention_days`.
    pub const DAYS: std::ops::RangeInclusive<u16> = 1..=3650;
}

impl Default for Data {
    fn default() -> Self {
        Self { retention_days: 90 }
    }
}

fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let days = i64::deserialize(deserializer)?;
    let wrong = || {
        serde::de::Error::custom(format!(
            "Enter a value from {} to {} for retention_days.",
            Data::DAYS.start(),
            Data::DAYS.end()
        ))
    };
    u16::try_from(days).ok().filter(|days| Data::DAYS.contains(days)).ok_or_else(wrong)
}

/// Network connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Network {
    /// The proxy.
    pub proxy: Proxy,
    /// A PEM file with additional CA certificates to trust.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub certificate: Option<std::path::PathBuf>,
}

/// Uploads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Uploads {
    /// The speed limit of all uploads together, in 1000 bytes per second, 16–10000000; none for no limit.
    #[serde(deserialize_with = "upload_speed")]
    pub max_kilobytes_per_second: Option<u32>,
}

impl Uploads {
    /// The valid range of `max_kilobytes_per_second`. A slower upload would look as if the connection were lost.
    pub const SPEEDS: std::ops::RangeInclusive<u32> = 16..=10_000_000;

    /// Returns the speed limit in bytes per second.
    pub fn bytes_per_second(self) -> Option<u64> {
        self.max_kilobytes_per_second.map(|speed| u64::from(speed) * 1000)
    }
}

fn upload_speed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let Some(speed) = Option::<i64>::deserialize(deserializer)? else { return Ok(None) };
    let wrong = || {
        let (least, most) = (Uploads::SPEEDS.start(), Uploads::SPEEDS.end());
        serde::de::Error::custom(format!("Enter a value from {least} to {most} for max_kilobytes_per_second."))
    };
    u32::try_from(speed).ok().filter(|speed| Uploads::SPEEDS.contains(speed)).map(Some).ok_or_else(wrong)
}

/// Processing of videos on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Computer {
    /// The speech recognition model: the id of a known model, or the path of a file.
    pub speech_model: Option<String>,
    /// Whether the window may offer to set up speech recognition.
    pub offer_speech: bool,
}

impl Default for Computer {
    fn default() -> Self {
        Self { speech_model: None, offer_speech: true }
    }
}

/// Settings for troubleshooting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Advanced {
    /// The level of detail of the log.
    pub log_level: LogLevel,
}

/// The level of detail of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum LogLevel {
    /// Failures that need attention.
    Error,
    /// Unexpected conditions.
    Warn,
    /// Events that the user can observe.
    #[default]
    Info,
    /// Details about causes.
    Debug,
}

impl LogLevel {
    /// Returns the name of the level.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_settings_get_defaults_and_invalid_ones_are_rejected() {
        let read = |json: &str| serde_json::from_str::<Settings>(json).map_err(|error| error.to_string());
        assert_eq!(read("{}"), Ok(Settings::default()));
        let speed = |text: &str| read(text).map(|read| read.uploads.bytes_per_second());
        assert_eq!(speed(r#"{"uploads":{"max_kilobytes_per_second":500}}"#), Ok(Some(500_000)));
        assert_eq!(speed(r#"{"uploads":{"max_kilobytes_per_second":null}}"#), Ok(None));
        for speed in ["0", "15", "10000001", "-1"] {
            let error = read(&format!(r#"{{"uploads":{{"max_kilobytes_per_second":{speed}}}}}"#)).expect_err(speed);
            assert!(error.contains("from 16 to 10000000"), "{error}");
        }
        assert_eq!(read(r#"{"data":{"retention_days":7}}"#).map(|read| read.data.retention_days), Ok(7));
        for days in ["0", "-1", "99999"] {
            let error = read(&format!(r#"{{"data":{{"retention_days":{days}}}}}"#)).expect_err(days);
            assert!(error.contains("from 1 to 3650"), "{error}");
        }
    }
}
