//! What the session is told, and what it wants done.

use std::time::Duration;

use secrecy::SecretString;

use super::SessionView;
use crate::error::Error;

/// Is what an auth endpoint grants.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The token that calls carry.
    pub access_token: SecretString,
    /// The token that the next refresh spends.
    pub refresh_token: SecretString,
    /// How long the access token holds.
    pub expires_in: Duration,
    /// The email of the account.
    pub email: String,
}

/// Names one attempt to sign in or refresh; answers to an older one are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(pub(super) u64);

/// Is something that happened.
#[derive(Debug)]
pub enum Input {
    /// The person signs in.
    SignIn {
        /// The email of the account.
        email: String,
        /// Its password.
        password: SecretString,
    },
    /// The person signs in with a provider, in the browser.
    SignInWith(String),
    /// Nobody is to be signed in any more: not now, and not from the keychain either.
    CancelSignIn,
    /// The keychain is asked for the session of an earlier run; what is in its way, if anything.
    Restoring(Option<Error>),
    /// The keychain holds no session; why it is of no use, if there is one.
    NothingStored(Option<Error>),
    /// The keychain held a refresh token of an earlier run.
    Restore {
        /// The token.
        refresh_token: SecretString,
        /// The email that was signed in.
        email: String,
    },
    /// The backend granted a session.
    Granted(Ticket, Grant),
    /// The refresh token of a grant is kept, or there is no place to keep it and the session ends with this run.
    Stored(Ticket, Option<Error>),
    /// What had no place to be kept has found it after all.
    StoredLate(Ticket),
    /// The backend definitely refused.
    Refused(Ticket, Error),
    /// The backend could not be asked for now, and may ask to be left alone for so long.
    Delayed(Ticket, Error, Option<Duration>),
    /// The access token was refused, or is needed and not there.
    AccessRefused,
    /// The person signs out, or the session is refused everywhere.
    SignOut(Option<Error>),
    /// Time passed.
    Tick,
}

/// Is something to be done.
#[derive(Debug)]
pub enum Effect {
    /// Ask for a session by password.
    RequestByPassword(Ticket, String, SecretString),
    /// Ask for a session by a provider's page in the browser.
    RequestWith(Ticket, String),
    /// Ask for a session by refresh token.
    RequestByRefresh(Ticket, SecretString),
    /// Keep the refresh token of an account, by its email, then report [`Input::Stored`].
    Store(Ticket, String, SecretString),
    /// Forget the kept refresh token.
    Delete,
    /// End the session at the backend; its answer does not matter.
    Revoke(SecretString),
    /// The access token is there, and new.
    Ready,
    /// A refresh failed for now; it will be tried again.
    RefreshDelayed(Error),
    /// Signing in failed.
    SignInFailed(Error),
    /// What the person sees of the session changed.
    Show(SessionView),
}
