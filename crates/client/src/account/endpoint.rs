//! The chosen backend, and the HTTP clients for it.

use reqwest::Client;
use tallylight_core::{Error, discovery::Server};

use crate::net::{connector::NetworkConnector, http};

/// A backend and the HTTP clients for it.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) server: Server,
    pub(super) clients: Clients,
}

/// The HTTP clients of a backend.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    pub(super) rest: Client,
    pub(super) auth: Client,
}

impl Endpoint {
    /// Returns the HTTP clients for a backend.
    ///
    /// # Errors
    /// `Code::Internal` where TLS cannot be set up.
    pub(super) fn new(server: Server, connector: &NetworkConnector) -> Result<Self, Error> {
        let rest = http::client(&server.api_url, connector)?;
        let auth = http::unredirected_client(&server.auth_url, connector)?;
        Ok(Self { server, clients: Clients { rest, auth } })
    }
}
