//! The request of a webhook, in its format.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, RequestBuilder, header};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use tallylight_core::{model::digest, settings::WebhookFormat, webhook_message::PushoverKeys};
use url::Url;

use super::{Problem, TaskContext, Webhook};
use crate::platform::keychain::Unlock;

/// How long a webhook may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// The format of a call, with its secrets. Those of ntfy, Slack and Discord are parts of the URL.
pub(super) enum Credentials {
    /// The secret that signs the job.
    Signing(SecretString),
    Pushover(PushoverKeys),
    Ntfy,
    Slack,
    Discord,
}

impl Credentials {
    /// Reads what a format needs from the keychain.
    pub(super) async fn read(format: WebhookFormat, context: &TaskContext, unlock: Unlock) -> Result<Self, Problem> {
        match format {
            WebhookFormat::Tallylight => {
                let secret = context.secrets.signing.read(unlock).await.map_err(Problem::Keychain)?;
                secret.map(Self::Signing).ok_or(Problem::NoSecret)
            }
            WebhookFormat::Pushover => {
                let secret = context.secrets.pushover.read(unlock).await.map_err(Problem::Keychain)?;
                let keys = secret.as_ref().and_then(PushoverKeys::from_secret);
                keys.map(Self::Pushover).ok_or(Problem::NoPushoverKeys)
            }
            WebhookFormat::Ntfy => Ok(Self::Ntfy),
            WebhookFormat::Slack => Ok(Self::Slack),
            WebhookFormat::Discord => Ok(Self::Discord),
        }
    }
}

/// Returns the request of a call at a time, in seconds.
pub(super) fn of(
    webhook: &Webhook<'_>,
    client: &Client,
    credentials: &Credentials,
    time: &str,
) -> Result<RequestBuilder, Problem> {
    let Webhook { url, delivery, .. } = webhook;
    let post = |url: &Url, body: String| {
        client.post(url.clone()).timeout(ANSWER_LIMIT).header(header::CONTENT_TYPE, "application/json").body(body)
    };
    let message = &delivery.message;
    Ok(match credentials {
        Credentials::Signing(secret) => post(url, delivery.job.clone())
            .header("x-tallylight-event", delivery.event)
            .header("x-tallylight-delivery", &delivery.id)
            .header("x-tallylight-timestamp", time)
            .header("x-tallylight-signature", signature(secret, time, &delivery.job)),
        Credentials::Pushover(keys) => post(url, message.for_pushover(keys).to_string()),
        Credentials::Ntfy => {
            let (server, body) = message.for_ntfy(url).ok_or(Problem::NoTopic)?;
            post(&server, body.to_string())
        }
        Credentials::Slack => post(url, message.for_slack().to_string()),
        Credentials::Discord => post(url, message.for_discord().to_string()),
    })
}

/// Returns the HMAC-SHA256 of `<timestamp>.<body>`, as `sha256=<hex>`. The time is signed, too, so that nobody can
/// send an old call again.
fn signature(secret: &SecretString, time: &str, body: &str) -> String {
    let key = secret.expose_secret().as_bytes();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { unreachable!("HMAC takes keys of every length") };
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    format!("sha256={}", digest::hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_everybody() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key
        let signed = signature(&"key".into(), "1700000000", r#"{"a":1}"#);
        assert_eq!(signed, SIGNED);
    }

    const SIGNED: &str = "sha256=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03";
}
