//! The error type of this crate, with a stable code that windows and scripts can match on.

use std::{error::Error as StdError, sync::Arc};

use serde::{Deserialize, Serialize};

/// The stable code of a failure or state, so that windows, scripts and tests can match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Code {
    /// The address that was entered is not a valid URL.
    InvalidAddress,
    /// The address uses plain http and the host is not this computer.
    InsecureAddress,
    /// The server did not answer: unknown host, connection refused, time-out, or no network.
    Unreachable,
    /// A server answered, but it is not a Tallylight studio.
    NotAStudio,
    /// The certificate of the server is not trusted.
    UntrustedCertificate,
    /// The auth server rejected the public key.
    WrongKey,
    /// The email or the password is wrong.
    InvalidCredentials,
    /// The account exists but may not sign in: not confirmed, or banned.
    AccountBlocked,
    /// The sign-in provider refused, or the user cancelled on the provider's page.
    SignInDenied,
    /// The sign-in in the browser was not completed in time.
    SignInTimeout,
    /// The session has ended and the user has to sign in again.
    SessionExpired,
    /// No user is signed in.
    SignedOut,
    /// The server asks for fewer requests.
    RateLimited,
    /// The server answered with an internal error, or with an unreadable response.
    ServerError,
    /// The job or video does not exist, or no longer exists.
    NotFound,
    /// The account is not allowed to do this.
    Forbidden,
    /// The file is not a video, or cannot be read.
    NotAVideo,
    /// The file exceeds the size limit of the server.
    TooLarge,
    /// The disk of this computer or of the server is full.
    DiskFull,
    /// The server does not offer this feature.
    NotOffered,
    /// A local file could not be read or written.
    File,
    /// The local database could not be written, so changes are not stored on this computer.
    Storage,
    /// The local database could not be read and was set aside.
    StorageUnreadable,
    /// The local database was set aside because the application crashed twice while using it.
    StorageSuspect,
    /// The local database was written by a newer version of the application and was set aside.
    StorageNewer,
    /// The video was changed elsewhere in the meantime.
    Conflict,
    /// The job is not in a state in which that is possible.
    WrongState,
    /// The backend rejected the content.
    InvalidContent,
    /// The system keychain is not available.
    Keychain,
    /// The system keychain is locked.
    KeychainLocked,
    /// The socket was refused although the session is valid.
    SocketRefused,
    /// The address answers, but does not offer a socket.
    NoSocket,
    /// The socket is open, but no readable message arrives.
    NothingReadable,
    /// The socket was closed by the server or by the network.
    Closed,
    /// No frame arrived within the silence limit.
    Silent,
    /// The connection was not established in time.
    HandshakeTimeout,
    /// A message exceeded the size limit.
    MessageTooLarge,
    /// Another connection of the same account replaced this one.
    Replaced,
    /// The machine slept, so the connection is established again.
    Slept,
    /// The network changed and the connection did not survive it.
    NetworkChanged,
    /// Something other than the studio answers at its address, such as the sign-in page of a Wi-Fi network or a proxy.
    CaptivePortal,
    /// The language model did not answer, or returned an unusable answer.
    LanguageModel,
    /// The user requested it.
    Requested,
    /// The job failed.
    JobFailed,
    /// Tallylight is shutting down.
    ShuttingDown,
    /// A fault of Tallylight itself.
    Internal,
}

/// A failure with its stable code and a message for the user.
#[derive(Clone, Debug, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(rename = "TallyError"))]
pub struct Error {
    /// The kind of failure.
    pub code: Code,
    /// A message for the user: what happened and what to do.
    pub message: String,
    /// The form field that caused the failure, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "bindings", ts(optional))]
    pub field: Option<InputField>,
    /// The error of a library that caused the failure. It is for the log: its text is neither translated nor free of paths.
    #[serde(skip)]
    #[cfg_attr(feature = "bindings", ts(skip))]
    #[source]
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Errors are equal if they tell the user the same.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        (self.code, &self.message, self.field) == (other.code, &other.message, other.field)
    }
}

impl Eq for Error {}

/// A stable code with a message for the user: why a state is as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Reason {
    /// The code.
    pub code: Code,
    /// The message.
    pub message: String,
}

impl From<Error> for Reason {
    fn from(error: Error) -> Self {
        Self { code: error.code, message: error.message }
    }
}

/// A field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum InputField {
    /// The URL of the studio.
    Address,
    /// The base URL of auth requests.
    AuthUrl,
    /// The public key of auth requests.
    AuthKey,
    /// The base URL of REST requests.
    ApiUrl,
    /// The URL of the socket.
    WsUrl,
    /// The way in which the token is sent to the socket.
    WsToken,
    /// The transport of live updates.
    Transport,
    /// The email of the account.
    Email,
    /// The password of the account.
    Password,
}

impl InputField {
    /// Returns the name of the field in a discovery document or a form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::AuthUrl => "auth_url",
            Self::AuthKey => "auth_key",
            Self::ApiUrl => "api_url",
            Self::WsUrl => "ws_url",
            Self::WsToken => "ws_token",
            Self::Transport => "transport",
            Self::Email => "email",
            Self::Password => "password",
        }
    }
}

impl Error {
    /// Creates an error from a code and a message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, source: None }
    }

    /// Returns the error with the error of a library that caused it.
    #[must_use]
    pub fn caused_by(self, source: impl StdError + Send + Sync + 'static) -> Self {
        Self { source: Some(Arc::new(source)), ..self }
    }

    /// Returns the error with another code.
    #[must_use]
    pub fn with_code(self, code: Code) -> Self {
        Self { code, ..self }
    }

    /// Returns the error without a form field.
    #[must_use]
    pub fn without_field(self) -> Self {
        Self { field: None, ..self }
    }

    /// Returns the message and the messages of its causes, for the log.
    pub fn with_causes(&self) -> String {
        let mut text = self.message.clone();
        let mut cause = StdError::source(self);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }

    /// Returns the error with the form field that caused it.
    #[must_use]
    pub fn at(self, field: InputField) -> Self {
        Self { field: Some(field), ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn error_names_its_causes_in_the_log_only() {
        let cause = Error::new(Code::Storage, "No disk.").caused_by(io::Error::other("it is gone"));
        let error = Error::new(Code::File, "Couldn't save.").caused_by(cause);
        assert_eq!(error.with_causes(), "Couldn't save.: No disk.: it is gone");
        assert_eq!(error, Error::new(Code::File, "Couldn't save."));
        assert_eq!(serde_json::to_string(&error).expect("JSON"), r#"{"code":"file","message":"Couldn't save."}"#);
    }
}
