//! The language model that suggests texts.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::discovery::is_trustworthy;

/// A server that answers as the chat completions of `OpenAI` do: on this computer, or in a cloud. Nothing is sent to it unless
/// a person asks for suggestions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, try_from = "LanguageModelText")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct LanguageModel {
    /// Whether suggestions can be asked for.
    pub enabled: bool,
    /// Where the server is, such as `http://localhost:11434/v1`.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub address: Option<Url>,
    /// The name of the model, as the server knows it.
    pub model: Option<String>,
}

/// The settings as they are written.
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
    let url = url.ok_or_else(|| format!("Enter a valid URL, such as http://localhost:11434/v1."))?;
    if !is_trustworthy(&url) {
        return Err(format!("HTTPS is required for {text:?}."));
    }
    // Logs and settings are no place for a key: it is kept in the keychain.
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err("Remove the key from the URL and enter it as the API key.".to_owned());
    }
    Ok(url)
}

impl LanguageModel {
    /// Returns where chat completions are asked for, and the name of the model; none where it is off or not set up.
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
    fn it_is_off_until_it_is_turned_on_and_whole() {
        assert_eq!(read("{}").expect("settings"), LanguageModel::default());
        let on =
            read(r#"{"enabled":true,"address":"http://localhost:11434/v1/","model":" llama3 "}"#).expect("settings");
        let (url, model) = on.endpoint().expect("an endpoint");
        assert_eq!((url.as_str(), model), ("http://localhost:11434/v1/chat/completions", "llama3"));
        assert_eq!(LanguageModel { enabled: false, ..on.clone() }.endpoint(), None);
        assert_eq!(LanguageModel { model: None, ..on }.endpoint(), None);
    }

    #[test]
    fn what_is_typed_must_be_an_address_that_nobody_else_reads_and_holds_no_key() {
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
