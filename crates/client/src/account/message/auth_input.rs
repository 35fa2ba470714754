//! The messages of the session.

use serde::{Deserialize, Serialize};
use tallylight_core::{
    Error,
    auth::{self, Grant, Ticket},
    discovery::Server,
};
use tallylight_view::ServerView;

use crate::{
    account::endpoint::Endpoint,
    command::Reply,
    net::auth_api::Denial,
    platform::{keychain::SessionLookup, refresh_lock::RefreshLock},
};

/// What the session handles.
pub(in crate::account) enum AuthInput {
    /// An input of the state machine.
    Machine(auth::Input),
    /// The user signs in.
    SignIn(auth::Input, Reply<()>),
    CancelSignIn,
    SignOut,
    /// The session ends, and another backend is chosen.
    LeaveFor(Box<Server>, Reply<ServerView>),
    /// The jobs of another account are deleted: those of this one are stored from now on.
    StoreOwner(AccountOwner),
    /// The auth endpoint answered a request of this ticket, which was sent to that backend.
    Granted(Ticket, Result<Grant, Denial>, Box<Endpoint>, Option<RefreshLock>),
    /// The user is to be asked to unlock the keychain, where its session is waited for.
    Unlock,
    /// The keychain answered.
    Loaded(Result<SessionLookup, Error>),
    Keychain(KeychainResult),
    /// The studio of this computer has started, or could not.
    EmbeddedStudioReady,
    WhenRestored(Reply<bool>),
}

/// The account whose jobs are on disk.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::account) struct AccountOwner {
    pub(in crate::account) server: String,
    pub(in crate::account) email: String,
}

/// The result of a request to the keychain.
#[derive(Debug)]
pub(in crate::account) enum KeychainResult {
    Stored(Ticket, Result<(), Error>),
    /// Stored by a retry.
    StoredLate(Ticket),
    Deleted,
}
