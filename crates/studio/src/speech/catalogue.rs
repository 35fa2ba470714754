//! The list of speech models that can be downloaded: `models.json`, or another list of the same format.

use std::{fs, path::Path};

use serde::Deserialize;
use url::{Host, Url};

/// The built-in list.
const MODELS: &str = include_str!("models.json");
/// The environment variable with the path of another list, for companies that host the models themselves.
const LIST: &str = "TALLYLIGHT_SPEECH_MODELS";

/// A model that can be downloaded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Model {
    /// Its name in whisper.cpp, such as `base`.
    pub id: String,
    /// The URL of its file.
    pub url: Url,
    /// The size of its file in bytes.
    pub size_bytes: u64,
    /// The SHA-256 of its file, in lower-case hexadecimal digits.
    pub sha256: String,
    /// The number of languages that it recognises.
    pub languages: u32,
}

impl Model {
    /// Returns the name of its file in the models folder.
    pub fn file_name(&self) -> String {
        format!("ggml-{}.bin", self.id)
    }

    /// Returns whether the entry is safe: its URL cannot be tampered with, and its file name stays in the models
    /// folder.
    fn is_valid(&self) -> bool {
        let is_loopback = match self.url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let is_name = |name: &str| {
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
                && name.len() <= 64
        };
        let is_digest =
            self.sha256.len() == 64 && self.sha256.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
        is_name(&self.id) && is_digest && (self.url.scheme() == "https" || self.url.scheme() == "http" && is_loopback)
    }
}

/// Returns the models of the list that `TALLYLIGHT_SPEECH_MODELS` names, else of the built-in list.
pub fn models() -> Vec<Model> {
    match std::env::var_os(LIST) {
        Some(file) => read_file(Path::new(&file)),
        None => parse(MODELS).unwrap_or_default(),
    }
}

fn read_file(file: &Path) -> Vec<Model> {
    let read = fs::read_to_string(file).map_err(|error| error.to_string());
    read.and_then(|text| parse(&text).map_err(|error| error.to_string())).unwrap_or_else(|error| {
        tracing::error!(file = %file.display(), error, "could not read the list of speech models");
        Vec::new()
    })
}

fn parse(text: &str) -> serde_json::Result<Vec<Model>> {
    let models: Vec<Model> = serde_json::from_str(text)?;
    Ok(models.into_iter().filter(Model::is_valid).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_list_has_four_valid_models_from_small_to_large() {
        let models = parse(MODELS).expect("a list");
        let ids: Vec<&str> = models.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(ids, ["tiny", "base", "small", "large-v3-turbo"]);
        assert!(models.is_sorted_by_key(|model| model.size_bytes));
        assert!(models.iter().all(|model| model.url.scheme() == "https"));
    }

    #[test]
    fn models_with_unsafe_names_or_urls_are_skipped() {
        let digest = "0".repeat(64);
        let model = |id: &str, url: &str, sha256: &str| {
            format!(r#"[{{"id":"{id}","url":"{url}","size_bytes":1,"sha256":"{sha256}","languages":1}}]"#)
        };
        assert_eq!(parse(&model("a", "http://127.0.0.1:9/a", &digest)).expect("a list").len(), 1);
        for (id, url, sha256) in [
            ("../a", "https://acme.tv/a", digest.as_str()),
            ("a", "http://acme.tv/a", &digest),
            ("a", "file:///etc/passwd", &digest),
            ("a", "https://acme.tv/a", "abc"),
        ] {
            assert_eq!(parse(&model(id, url, sha256)).expect("a list").len(), 0, "{id} {url}");
        }
    }
}
