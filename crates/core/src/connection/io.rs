//! Inputs and effects of the connection state machine.

use std::time::Duration;

use super::{Closed, ConnectionStatus, Refusal};
use crate::{
    ConnId, JobId,
    discovery::WsToken,
    error::Error,
    protocol::{ClientMessage, Heartbeat},
};

/// An input of the state machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A user signed in, so a connection is needed.
    SignedIn,
    /// The user signed out.
    SignedOut,
    /// The socket is open.
    Opened(ConnId),
    /// The upgrade was refused, or did not complete.
    Refused(ConnId, Refusal),
    /// The open socket closed.
    Closed(ConnId, Closed),
    /// A readable message about a job arrived.
    Message(ConnId),
    /// Another frame arrived, which proves that the peer is alive.
    OtherFrame(ConnId),
    /// This number of unreadable frames arrived.
    Unreadable(ConnId, u32),
    /// The peer confirmed the token.
    Accepted(ConnId),
    /// A heartbeat arrived.
    Heartbeat(ConnId, Heartbeat),
    /// The peer answered a probe.
    Pong(ConnId),
    /// The network of this computer changed, or is available again.
    NetworkChanged,
    /// These jobs have not ended, or are shown in a window: subscribe to them.
    Watch(Vec<JobId>),
    /// This job has ended or was removed: the next connection need not subscribe to it.
    Unwatch(JobId),
    /// The job list was fetched and merged, or is unchanged.
    Fetched,
    /// The job list could not be fetched; with the backend's `Retry-After`, if any.
    FetchFailed(Error, Option<Duration>),
    /// The requested refresh of the access token succeeded.
    TokenRefreshed,
    /// The access token could not be refreshed for now.
    TokenDelayed(Error),
    /// The user requests an immediate attempt.
    Reconnect,
    /// The address of the backend, or the network path to it (proxy, certificates), changed.
    EndpointChanged,
    /// The user requests a fresh job list.
    Refresh,
    /// So many jobs need a refetch that the whole list is to be fetched soon.
    RefreshSoon,
    /// Time has passed.
    Tick,
}

/// An effect to be performed by the client.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open a socket with this id.
    Connect(ConnId),
    /// Close the socket with this id and drop all frames that it still delivers.
    Disconnect(ConnId),
    /// Send a message over the socket.
    Send(ConnId, ClientMessage),
    /// Probe whether the peer is alive; any frame, or [`Input::Pong`], is an answer.
    Ping(ConnId),
    /// Refresh the access token, then report [`Input::TokenRefreshed`] or [`Input::TokenDelayed`].
    RefreshToken,
    /// Fetch the whole job list, then report [`Input::Fetched`] or [`Input::FetchFailed`].
    FetchJobs,
    /// Store this method of sending the token, which worked, so that it is tried first next time.
    StoreTokenMethod(WsToken),
    /// Sign out with this reason: the session is refused everywhere.
    SignOut(Error),
    /// The state of the connection changed.
    StatusChanged(ConnectionStatus),
}
