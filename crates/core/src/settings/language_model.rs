//! The settings of the language model that suggests texts.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::trusted_url::is_trustworthy;

/// A server with the chat completions API of `OpenAI`, on this computer or in a cloud. Nothing is sent to it unless the
/// user requests suggestions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, try_from = "LanguageModelText")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct LanguageModel {
    /// Whether suggestions are enabled.
    pub enabled: bool,
    /// The base URL of the server, such as `http://localhost:11434/v1`.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub address: Option<Url>,
    /// The name of the model.
    pub model: Option<String>,
}

/// The serialized form of the settings.
#[derive(Default, Deserialize)]
#[serde(default)]
struct LanguageModelText {
    enabled: bool,
    address: Option<String>,
    model: Option<String>,
}

impl TryFrom<LanguageModelText> for LanguageModel {
    type Error = String;

    fn try_from(text: LanguageModelText) -> Result<Self, String> {
        let written = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let address = written(text.address).map(|text| address(&text)).transpose()?;
        Ok(Self { enabled: text.enabled, address, model: written(text.model) })
    }
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| "Enter a valid URL, such as http://localhost:11434/v1.".to_owned())?;
    if !is_trustworthy(&url) {
        return Err(format!("HTTPS is required for {text:?}."));
    }
    // The key is stored in the keychain; a URL would appear in logs and in the settings file.
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err("Remove the key from the URL and enter it as the API key.".to_owned());
    }
    Ok(url)
}

impl LanguageModel {
    /// Returns the URL of chat completions and the name of the model; none if suggestions are disabled or not
    /// configured.
    pub fn endpoint(&self) -> Option<(Url, &str)> {
        let mut url = self.address.clone().filter(|_| self.enabled)?;
        url.path_segments_mut().ok()?.pop_if_empty().extend(["chat", "completions"]);
        Some((url, self.model.as_deref()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<LanguageModel, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn endpoint_requires_enabled_url_and_model() {
        assert_eq!(read("{}").expect("settings"), LanguageModel::default());
        let on =
            read(r#"{"enabled":true,"address":"http://localhost:11434/v1/","model":" llama3 "}"#).expect("settings");
        let (url, model) = on.endpoint().expect("an endpoint");
        assert_eq!((url.as_str(), model), ("http://localhost:11434/v1/chat/completions", "llama3"));
        assert_eq!(LanguageModel { enabled: false, ..on.clone() }.endpoint(), None);
        assert_eq!(LanguageModel { model: None, ..on }.endpoint(), None);
    }

    #[test]
    fn insecure_url_and_url_with_key_are_rejected() {
        for (address, why) in [
            ("llama", "valid URL"),
            ("ftp://acme.tv", "valid URL"),
            ("http://acme.tv/v1", "HTTPS"),
            ("https://me:secret@acme.tv/v1", "key"),
            ("https://acme.tv/v1?key=secret", "key"),
        ] {
            let error = read(&format!(r#"{{"address":"{address}"}}"#)).expect_err(address);
            assert!(error.contains(why), "{address}: {error}");
        }
        assert!(read(r#"{"address":" "}"#).expect("settings").address.is_none());
    }
}
