//! Why a webhook was not called.

use std::time::Duration;

use tallylight_core::{Code, Error, locale::Locale};

use crate::account::message::TaskOutcome;

/// The reason why a webhook was not called.
#[derive(Debug)]
pub(super) enum Problem {
    /// The keychain has no secret that signs webhooks.
    NoSecret,
    /// The keychain has no keys of Pushover.
    NoPushoverKeys,
    /// The keychain cannot be used now.
    Keychain(Error),
    /// The URL cannot be used with its format.
    NoTopic,
    /// There was no answer.
    Unreachable,
    /// The service cannot take it now.
    Busy { status: u16, said: Option<String>, retry_after: Option<Duration> },
    /// The service does not take it.
    Refused { status: u16, said: Option<String> },
}

impl Problem {
    /// Returns whether a later attempt may succeed.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Keychain(_) | Self::Unreachable | Self::Busy { .. } => true,
            Self::NoSecret | Self::NoPushoverKeys | Self::NoTopic | Self::Refused { .. } => false,
        }
    }

    /// Returns the delay that the receiver asked for.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            Self::NoSecret
            | Self::NoPushoverKeys
            | Self::Keychain(_)
            | Self::NoTopic
            | Self::Unreachable
            | Self::Refused { .. } => None,
        }
    }

    /// Returns the outcome after the last attempt.
    pub(super) fn give_up(&self, words: String) -> TaskOutcome {
        // Nobody can say when the keychain is unlocked.
        if matches!(self, Self::Keychain(_)) { TaskOutcome::Later(words) } else { TaskOutcome::Failed(words) }
    }

    /// Returns the text for the diagnostics. It names the host alone: the rest of a URL may be a secret.
    pub(super) fn words(&self, host: &str) -> String {
        match self {
            Self::NoSecret => "no webhook secret set. Add one in Settings, Automation.".to_owned(),
            Self::NoPushoverKeys => "no Pushover keys set. Add them in Settings, Automation.".to_owned(),
            Self::Keychain(error) => error.message.clone(),
            Self::NoTopic => format!("the URL at {host} names no ntfy topic"),
            Self::Unreachable => format!("couldn't reach {host}"),
            Self::Busy { status, said, .. } | Self::Refused { status, said } => {
                let said = said.as_ref().map(|said| format!(" ({said})")).unwrap_or_default();
                format!("{host} returned status {status}{said}")
            }
        }
    }

    /// Returns the error of a test, for the user.
    pub(super) fn error(self, host: &str, locale: Locale) -> Error {
        let missing = |text: &str| Error::new(Code::InvalidContent, text);
        match self {
            Self::NoSecret => missing(locale.one_of(
                "Save a webhook secret first.",
                "Speichere zuerst ein Webhook-Geheimnis.",
                "Guarda primero un secreto del webhook.",
            )),
            Self::NoPushoverKeys => missing(locale.one_of(
                "Enter the application token and the user key.",
                "Gib das Anwendungs-Token und den Benutzerschlüssel ein.",
                "Introduce el token de la aplicación y la clave de usuario.",
            )),
            Self::Keychain(error) => error,
            Self::Unreachable => Error::new(Code::Unreachable, format!("Couldn't reach {host}. Check the URL.")),
            Self::NoTopic | Self::Busy { .. } | Self::Refused { .. } => Error::new(Code::ServerError, self.words(host)),
        }
    }
}
