//! The messages of the choice of a backend.

use tallylight_core::{
    Error,
    discovery::{Description, Identity, Server},
};
use tallylight_view::ServerView;
use url::Url;

use crate::command::Reply;

/// What the backend handles.
pub(in crate::account) enum BackendInput {
    /// An address is to be asked what it is.
    Connect(Url, Identity, Reply<ServerView>),
    /// An address is described by the user, and only its auth endpoint is asked.
    ConnectAs(Url, Box<Description>, Reply<ServerView>),
    /// The answer to such a request; its number distinguishes it from earlier ones.
    Discovered(u64, Box<Result<Server, Error>>, Reply<ServerView>),
    /// The session of the backend before has ended: this one is used from now on.
    Choose(Box<Server>, Reply<ServerView>),
    /// The user signed out. The embedded studio is left, another backend is remembered.
    Leave,
}
