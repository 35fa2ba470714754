//! The meaning of the errors of Supabase Realtime. Source: docs/protocol.md#realtime.

use super::{Closed, Refusal};
use crate::{Code, error::Error};

/// The errors that a fresh token, or another account, may end.
const TOKEN: [&str; 6] =
    ["InvalidJWTToken", "InvalidJWTExpiration", "Unauthorized", "MalformedJWT", "JwtSignatureError", "JwtSignerError"];
/// The errors that the backend's configuration causes: a quick retry would not help.
const CONFIGURATION: [&str; 7] = [
    "TopicNameRequired",
    "TenantNotFound",
    "RealtimeDisabledForTenant",
    "RealtimeDisabledForConfiguration",
    "PrivateOnly",
    "InvalidJoinPayload",
    "MissingAPIKey",
];
/// What messages about a token say, which have no code.
const TOKEN_WORDS: [&str; 6] = [
    "token has expired",
    "in jwt",
    "valid jwt",
    "expiration time is invalid",
    "do not have permissions",
    "no longer have permission",
];

/// Returns the refusal for the reason of a refused join: `<Code>: <text>`.
pub(super) fn of_join(reason: &str) -> Refusal {
    let code = code(reason);
    if is_about_token(code, reason) {
        return Refusal::Auth;
    }
    let is_configured = CONFIGURATION.contains(&code) || code.starts_with("RealtimeDisabled");
    if is_configured {
        let message = format!("Live updates aren't available ({code}). Checking for changes every few seconds.");
        return Refusal::NoSocket(Error::new(Code::NoSocket, message));
    }
    Refusal::Failed(busy(code), None)
}

/// Returns the reaction to a `system` error, which ends a channel.
pub(super) fn of_system(message: &str) -> Closed {
    let code = code(message);
    if is_about_token(code, message) { Closed::Auth } else { Closed::Lost(busy(code)) }
}

fn is_about_token(code: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    TOKEN.contains(&code) || TOKEN_WORDS.iter().any(|word| text.contains(word))
}

/// Returns the code before the colon; nothing if there is none.
fn code(reason: &str) -> &str {
    let code = reason.split(':').next().unwrap_or_default().trim();
    let is_code = !code.is_empty() && code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric());
    if is_code { code } else { "" }
}

fn busy(code: &str) -> Error {
    if code.ends_with("RateLimitReached") {
        return Error::new(Code::RateLimited, format!("The studio has too many live connections ({code})."));
    }
    let message = if code.is_empty() {
        "The studio's live updates failed.".to_owned()
    } else {
        format!("The studio's live updates failed ({code}).")
    };
    Error::new(Code::Closed, message)
}
