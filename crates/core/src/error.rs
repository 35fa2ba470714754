//! The one error of this crate, with a code that a window or a script can match on.

use serde::{Deserialize, Serialize};

/// Names a kind of failure or state; stable, so that windows, scripts and tests may match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Code {
    /// The address that was typed cannot be one.
    InvalidAddress,
    /// Plain http to a host that is not this machine.
    InsecureAddress,
    /// No answer: no such host, refused, timed out, or no network.
    Unreachable,
    /// The server answers, but it is not a studio of this shape.
    NotAStudio,
    /// The certificate of the server is not trusted.
    UntrustedCertificate,
    /// The auth server does not know the public key.
    WrongKey,
    /// Email or password is wrong.
    InvalidCredentials,
    /// The account exists and may not sign in: not confirmed, or banned.
    AccountBlocked,
    /// The provider, or the person at its page, said no.
    SignInDenied,
    /// Nobody answered the browser's page in time.
    SignInTimeout,
    /// The session has ended and signing in again is needed.
    SessionExpired,
    /// Nobody is signed in.
    SignedOut,
    /// The server asks to slow down.
    RateLimited,
    /// The server answered with an error of its own, or with something unreadable.
    ServerError,
    /// The job or video does not exist (any more).
    NotFound,
    /// The account may not do this.
    Forbidden,
    /// The file is not a video, or cannot be read.
    NotAVideo,
    /// The file is larger than the server takes.
    TooLarge,
    /// The disk, here or at the server, is full.
    DiskFull,
    /// The server does not offer this.
    NotOffered,
    /// A local file could not be read or written.
    File,
    /// What happens now cannot be kept on this computer's disk.
    Storage,
    /// What was kept on disk could not be read, and was set aside.
    StorageUnreadable,
    /// What was kept on disk was set aside, because the program crashed twice with it.
    StorageSuspect,
    /// What was kept on disk is of a newer version of the program, and was set aside.
    StorageNewer,
    /// The video was changed by somebody else meanwhile.
    Conflict,
    /// The backend does not accept the content.
    InvalidContent,
    /// The keychain of the system could not be used.
    Keychain,
    /// The keychain of the system is locked.
    KeychainLocked,
    /// The socket was refused although the session is good.
    SocketRefused,
    /// The address answers, but not with a socket.
    NoSocket,
    /// The socket is open, but brings nothing that can be read.
    NothingReadable,
    /// The socket was closed by the server or the network.
    Closed,
    /// Nothing was heard for too long.
    Silent,
    /// The connection was not ready within its time.
    HandshakeTimeout,
    /// A message was larger than is accepted.
    MessageTooLarge,
    /// Another connection of this account took over.
    Replaced,
    /// The machine slept, so the connection is made anew.
    Slept,
    /// The network changed and the connection did not survive it.
    NetworkChanged,
    /// Something other than the studio answers in its place: a sign-in page of a Wi-Fi, a proxy.
    CaptivePortal,
    /// The language model does not answer, or not with what was asked for.
    LanguageModel,
    /// The person asked for it.
    Requested,
    /// The job failed.
    JobFailed,
}

/// Is a failure in words that say what to do, with its stable code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(rename = "TallyError"))]
pub struct Error {
    /// What kind of failure it is.
    pub code: Code,
    /// What happened and what to do, for a person.
    pub message: String,
    /// The field of a form that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "bindings", ts(optional))]
    pub field: Option<InputField>,
}

/// Names a field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum InputField {
    /// The address of the studio.
    Address,
    /// The base of the auth calls.
    AuthUrl,
    /// The public key of the auth calls.
    AuthKey,
    /// The base of the REST calls.
    ApiUrl,
    /// The socket.
    WsUrl,
    /// How the socket learns the token.
    WsToken,
    /// How live updates travel.
    Transport,
    /// The email of the account.
    Email,
    /// Its password.
    Password,
}

impl InputField {
    /// Returns its name in a discovery document, or in a form.
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
    /// Makes an error of a code and a message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None }
    }

    /// Says which field of a form it is about.
    #[must_use]
    pub fn at(self, field: InputField) -> Self {
        Self { field: Some(field), ..self }
    }
}
