//! What a person may choose. Each value is checked where it is read, so that a file that was written by hand is refused
//! with the place of its mistake.

use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Deserializer, Serialize};

use crate::library::Outcome;

mod language_model;
mod network;
mod time;

pub use language_model::LanguageModel;
pub use network::Proxy;
pub use time::{QuietHours, TimeOfDay};

/// Is everything that a person may choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Settings {
    /// How the app begins and ends.
    pub general: General,
    /// How it looks and speaks.
    pub appearance: Appearance,
    /// What it tells.
    pub notifications: Notifications,
    /// What it keeps.
    pub data: Data,
    /// How it reaches a studio.
    pub network: Network,
    /// How videos are processed on this computer.
    pub computer: Computer,
    /// What suggests texts, where a person wants that.
    pub language_model: LanguageModel,
    /// What helps to find out what is wrong.
    pub advanced: Advanced,
    /// What is done at the end of a job.
    pub automation: Vec<Automation>,
}

/// Is how the app begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct General {
    /// Whether it starts, hidden, when the person logs in.
    pub start_at_login: bool,
    /// What closing the window does.
    pub close: Close,
}

/// Names what closing the window does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Close {
    /// Hides it where a tray brings it back, and asks where there is none.
    #[default]
    Auto,
    /// Hides it.
    Hide,
    /// Quits.
    Quit,
}

/// Is how the window looks and speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Appearance {
    /// Its colours.
    pub theme: Theme,
    /// Its language, and that of the tray and of notifications.
    pub language: Language,
}

/// Names the colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Theme {
    /// As the system has them.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Names a language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Language {
    /// That of the system, where it is one of these; English where it is not.
    #[default]
    System,
    /// English.
    En,
    /// German.
    De,
    /// Spanish.
    Es,
}

/// Is what a person wants to be told, and when not.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Notifications {
    /// A video is ready.
    pub completed: bool,
    /// A video has failed.
    pub failed: bool,
    /// Something went wrong with a video without stopping it.
    pub warning: bool,
    /// Whether they make a sound.
    pub sound: bool,
    /// When none are shown; what happens then is told at the end of it.
    pub quiet_hours: Option<QuietHours>,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { completed: true, failed: true, warning: true, sound: false, quiet_hours: None }
    }
}

impl Notifications {
    /// Tells whether a person wants to be told of an outcome.
    pub fn wants(&self, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Completed => self.completed,
            Outcome::Failed => self.failed,
            Outcome::Warned => self.warning,
        }
    }

    /// Returns until when it is quiet; none where it is not.
    pub fn quiet_until(&self, now: &Zoned) -> Option<Timestamp> {
        self.quiet_hours.and_then(|hours| hours.until(now))
    }
}

/// Is what is kept on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Data {
    /// For how many days finished videos are kept on this computer after they last changed, 1–3650.
    #[serde(deserialize_with = "days")]
    pub retention_days: u16,
}

impl Data {
    /// The fewest and the most days that finished jobs may be kept.
    pub const DAYS: std::ops::RangeInclusive<u16> = 1..=3650;
}

impl Default for Data {
    fn default() -> Self {
        Self { retention_days: 90 }
    }
}

fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let days = i64::deserialize(deserializer)?;
    let wrong =
        || serde::de::Error::custom(format!("Enter a value from {} to {} for retention_days.", Data::DAYS.start(), Data::DAYS.end()));
    u16::try_from(days).ok().filter(|days| Data::DAYS.contains(days)).ok_or_else(wrong)
}

/// Is how a studio is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Network {
    /// What stands between.
    pub proxy: Proxy,
    /// A file with further certificates to trust, in PEM.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub certificate: Option<std::path::PathBuf>,
}

/// How videos are processed on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Computer {
    /// What recognises speech: a model of the list by its id, or a file by its path.
    pub speech_model: Option<String>,
    /// Whether the window may offer to set up speech recognition.
    pub offer_speech: bool,
}

impl Default for Computer {
    fn default() -> Self {
        Self { speech_model: None, offer_speech: true }
    }
}

/// Is what helps to find out what is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Advanced {
    /// How much is written to the log.
    pub log_level: LogLevel,
}

/// Names how much is written to the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum LogLevel {
    /// What needs somebody.
    Error,
    /// What is not as it should be.
    Warn,
    /// What a person could see.
    #[default]
    Info,
    /// Why it came so.
    Debug,
}

impl LogLevel {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// Is something that is done at the end of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AutomationText")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Automation {
    /// Whether it is done.
    pub enabled: bool,
    /// At which ends.
    pub when: Vec<Outcome>,
    /// A command and its arguments, which are given to it as they are: no shell reads them.
    pub run: Option<Vec<String>>,
    /// An address that is told.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub webhook: Option<url::Url>,
}

/// Is an automation as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AutomationText {
    #[serde(default = "yes")]
    enabled: bool,
    when: Vec<Outcome>,
    run: Option<Vec<String>>,
    webhook: Option<String>,
}

fn yes() -> bool {
    true
}

impl TryFrom<AutomationText> for Automation {
    type Error = String;

    fn try_from(text: AutomationText) -> Result<Self, String> {
        let AutomationText { enabled, when, run, webhook } = text;
        if when.is_empty() || when.contains(&Outcome::Warned) {
            return Err("Set `when` of an automation to [\"completed\"], [\"failed\"] or both.".to_owned());
        }
        match (&run, &webhook) {
            (Some(argv), None) if argv.first().is_some_and(|program| !program.trim().is_empty()) => {}
            (Some(_), None) => return Err("Start `run` with a program, such as [\"/usr/bin/say\", \"ready\"].".into()),
            (None, Some(_)) => {}
            _ => return Err("Set either `run` or `webhook` for an automation.".to_owned()),
        }
        let webhook = webhook.map(|text| network::webhook(&text)).transpose()?;
        Ok(Self { enabled, when, run, webhook })
    }
}

impl Automation {
    /// Tells whether it is done at an end.
    pub fn is_due(&self, outcome: Outcome) -> bool {
        self.enabled && self.when.contains(&outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn automation(json: &str) -> Result<Automation, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn an_automation_is_a_command_or_an_address_at_an_end() {
        let run = automation(r#"{"when":["failed"],"run":["say","no"]}"#).expect("a command");
        assert!(run.is_due(Outcome::Failed) && !run.is_due(Outcome::Completed));
        let off = automation(r#"{"enabled":false,"when":["failed"],"run":["say"]}"#).expect("a command");
        assert!(!off.is_due(Outcome::Failed));
        assert!(automation(r#"{"when":["completed"],"webhook":"https://acme.tv/hook"}"#).is_ok());
        for (wrong, why) in [
            (r#"{"when":[],"run":["say"]}"#, "`when`"),
            (r#"{"when":["warned"],"run":["say"]}"#, "`when`"),
            (r#"{"when":["failed"]}"#, "either"),
            (r#"{"when":["failed"],"run":[]}"#, "program"),
            (r#"{"when":["failed"],"run":["a"],"webhook":"https://a.tv"}"#, "either"),
            (r#"{"when":["failed"],"webhook":"http://acme.tv"}"#, "HTTPS"),
            (r#"{"when":["failed"],"runs":["a"]}"#, "runs"),
        ] {
            let error = automation(wrong).expect_err(wrong);
            assert!(error.contains(why), "{wrong}: {error}");
        }
    }

    #[test]
    fn what_is_left_out_is_as_it_is_for_everybody_and_what_is_wrong_is_named() {
        let read = |json: &str| serde_json::from_str::<Settings>(json).map_err(|error| error.to_string());
        assert_eq!(read("{}"), Ok(Settings::default()));
        assert_eq!(read(r#"{"data":{"retention_days":7}}"#).map(|read| read.data.retention_days), Ok(7));
        for days in ["0", "-1", "99999"] {
            let error = read(&format!(r#"{{"data":{{"retention_days":{days}}}}}"#)).expect_err(days);
            assert!(error.contains("from 1 to 3650"), "{error}");
        }
    }
}
