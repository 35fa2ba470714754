//! The formats in which a webhook is called (docs/adr/0059-webhook-presets.md).

use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::trusted_url::{is_loopback, is_trustworthy};

/// The longest name of an ntfy topic.
const TOPIC_LIMIT: usize = 64;

/// The format of the request to a webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum WebhookFormat {
    /// The job as JSON, signed with the webhook secret.
    #[default]
    Tallylight,
    /// A message for an ntfy topic, whose URL is the webhook.
    Ntfy,
    /// A message of Pushover's API.
    Pushover,
    /// A message for an incoming webhook of Slack, or of a server that accepts the same.
    Slack,
    /// A message for a webhook of Discord.
    Discord,
}

impl WebhookFormat {
    /// Returns whether it is the default.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde requires")]
    pub(super) fn is_tallylight(&self) -> bool {
        *self == Self::Tallylight
    }

    /// Parses the URL of a webhook. Unencrypted URLs of other computers are rejected, because the request contains
    /// private data. The error does not repeat the URL, which may contain a secret.
    pub(super) fn parse_url(self, text: &str) -> Result<Url, String> {
        let url = Url::parse(text.trim()).map_err(|error| format!("Enter a valid URL for the webhook ({error})."))?;
        if !is_trustworthy(&url) {
            return Err("HTTPS is required for a webhook of another computer.".to_owned());
        }
        if self == Self::Pushover && !is_pushover(&url) {
            // The keys are in the keychain, and are for nobody else.
            return Err("Enter the URL of Pushover: https://api.pushover.net/1/messages.json.".to_owned());
        }
        if self == Self::Ntfy && ntfy_topic(&url).is_none() {
            return Err("Enter the URL of an ntfy topic, such as https://ntfy.sh/my-topic.".to_owned());
        }
        Ok(url)
    }
}

/// Returns whether a URL is that of Pushover, or of a server on this computer that stands in for it.
fn is_pushover(url: &Url) -> bool {
    url.host_str() == Some("api.pushover.net") || is_loopback(url)
}

/// Returns the topic of an ntfy URL: the last segment of its path.
pub(crate) fn ntfy_topic(url: &Url) -> Option<&str> {
    let is_topic_character = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_topic = |name: &&str| (1..=TOPIC_LIMIT).contains(&name.len()) && name.chars().all(is_topic_character);
    url.path_segments()?.next_back().filter(is_topic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_of_a_url_does_not_repeat_it() {
        for format in [WebhookFormat::Tallylight, WebhookFormat::Slack] {
            for url in ["http://hooks.acme.tv/s3cret", "s3cret", "https://:s3cret"] {
                let error = format.parse_url(url).expect_err(url);
                assert!(!error.contains("s3cret"), "{error}");
            }
        }
    }

    #[test]
    fn ntfy_needs_a_topic() {
        let is_accepted = |url: &str| WebhookFormat::Ntfy.parse_url(url).is_ok();
        for url in ["https://ntfy.sh/my-topic_1", "https://me:pw@acme.tv/ntfy/topic", "http://localhost:80/t?auth=x"] {
            assert!(is_accepted(url), "{url}");
        }
        let long = format!("https://ntfy.sh/{}", "a".repeat(65));
        for url in ["https://ntfy.sh", "https://ntfy.sh/", "https://ntfy.sh/a/", "https://ntfy.sh/a%20b", &long] {
            assert!(!is_accepted(url), "{url}");
        }
    }
}
