//! Arguments of commands whose type in Rust says less, or more, than what the page sends.

use secrecy::SecretString;
use serde::Deserialize;
use tallylight_core::{
    Code, Error,
    settings::{Automation, Settings},
};

/// A password or key.
#[derive(Deserialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
pub struct Secret(pub SecretString);

/// The settings, which are not checked yet. Tauri would answer invalid ones with a text instead of an [`Error`].
#[derive(Deserialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "Settings"))]
pub struct UncheckedSettings(serde_json::Value);

/// A rule of the settings, which is not checked yet.
#[derive(Deserialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "Automation"))]
pub struct UncheckedRule(serde_json::Value);

impl UncheckedRule {
    /// Checks the rule.
    ///
    /// # Errors
    /// [`Code::InvalidContent`] naming the invalid value.
    pub fn check(self) -> Result<Automation, Error> {
        serde_json::from_value(self.0).map_err(|error| Error::new(Code::InvalidContent, error.to_string()))
    }
}

impl UncheckedSettings {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Code::InvalidContent`] naming the invalid value.
    pub fn check(self) -> Result<Settings, Error> {
        serde_json::from_value(self.0).map_err(|error| Error::new(Code::InvalidContent, error.to_string()))
    }
}
