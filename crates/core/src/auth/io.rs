//! Inputs and effects of the session state machine.

use std::time::Duration;

use secrecy::SecretString;

use super::SessionStatus;
use crate::error::Error;

/// A session granted by an auth endpoint.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The token that requests carry.
    pub access_token: SecretString,
    /// The token for the next refresh; it can be used once.
    pub refresh_token: SecretString,
    /// The lifetime of the access token.
    pub expires_in: Duration,
    /// The email of the account.
    pub email: String,
    /// The id of the account; empty if the auth server does not say it.
    pub user_id: String,
}

/// The id of one attempt to sign in or refresh. Responses to an older attempt are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(pub(super) u64);

/// An input of the state machine.
#[derive(Debug)]
pub enum Input {
    /// The user signs in with a password.
    SignIn {
        /// The email of the account.
        email: String,
        /// The password of the account.
        password: SecretString,
    },
    /// The user signs in with this provider, in the browser.
    SignInWith(String),
    /// The user cancels the sign-in, or the restoring of a stored session.
    CancelSignIn,
    /// The keychain is being read for the session of an earlier run; with the problem that delays it, if any.
    Restoring(Option<Error>),
    /// The keychain holds no session; with the reason why a stored one is unusable, if there is one.
    NothingStored(Option<Error>),
    /// The keychain holds a refresh token of an earlier run.
    Restore {
        /// The refresh token.
        refresh_token: SecretString,
        /// The email of the account that was signed in.
        email: String,
    },
    /// The backend granted a session.
    Granted(Ticket, Grant),
    /// The refresh token of a grant was stored; with an error if it could not be, in which case the session lasts only
    /// until the application quits.
    Stored(Ticket, Option<Error>),
    /// A refresh token that could not be stored at first has been stored.
    StoredLate(Ticket),
    /// The backend definitely refused.
    Refused(Ticket, Error),
    /// The request failed for now; with the backend's `Retry-After`, if any.
    Delayed(Ticket, Error, Option<Duration>),
    /// The access token was refused, or a request needs one and there is none.
    AccessRefused,
    /// The user signs out, or the session is refused everywhere.
    SignOut(Option<Error>),
    /// Time has passed.
    Tick,
}

/// An effect to be performed by the client.
#[derive(Debug)]
pub enum Effect {
    /// Request a session by password.
    RequestByPassword(Ticket, String, SecretString),
    /// Request a session through a provider's page in the browser.
    RequestWith(Ticket, String),
    /// Request a session by refresh token.
    RequestByRefresh(Ticket, SecretString),
    /// Store the refresh token of an account, named by its email, then report [`Input::Stored`].
    Store(Ticket, String, SecretString),
    /// Delete the stored refresh token.
    Delete,
    /// Revoke the session at the backend; the response is ignored.
    Revoke(SecretString),
    /// A new access token is available.
    Ready,
    /// A refresh failed for now and will be retried.
    RefreshDelayed(Error),
    /// The sign-in failed.
    SignInFailed(Error),
    /// The state of the session changed.
    StatusChanged(SessionStatus),
}
