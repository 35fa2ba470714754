//! The backend for display.

use serde::Serialize;
use tallylight_core::{
    discovery::{Identity, Server},
    model::job::Field,
};

/// The backend for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ServerView {
    /// The name of the backend.
    pub name: String,
    /// The URL of the backend.
    pub address: String,
    /// The sign-in methods.
    pub auth_providers: Vec<String>,
    /// The metadata fields that can be edited.
    pub editable: Vec<Field>,
    /// The optional features.
    pub features: Vec<String>,
    /// Whether it is the studio embedded in this application.
    pub identity: Identity,
}

impl From<&Server> for ServerView {
    fn from(server: &Server) -> Self {
        Self {
            name: server.name.clone(),
            address: server.address.to_string(),
            auth_providers: server.auth_providers.clone(),
            editable: server.editable.clone(),
            features: server.features.clone(),
            identity: server.identity,
        }
    }
}

/// Values that the user entered before, to be suggested again; never a password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RememberedView {
    /// The URL of the last used studio, other than the embedded one.
    pub address: Option<String>,
    /// The last used email at the chosen backend.
    pub email: Option<String>,
}
