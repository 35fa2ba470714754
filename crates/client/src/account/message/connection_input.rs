//! The messages of the connection.

use tallylight_core::{ConnId, connection};

use crate::net::socket::SocketEvent;

/// What the connection handles.
#[derive(Debug)]
pub(in crate::account) enum ConnectionInput {
    /// An input of the state machine.
    Machine(connection::Input),
    /// Something that happened on a socket.
    Socket(ConnId, SocketEvent),
    /// Another backend was chosen, or another address of it.
    SetEndpoint,
}
