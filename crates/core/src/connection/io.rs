//! What goes into the link, and what comes out.

use std::time::Duration;

use super::{Closed, Refusal};
use crate::{
    ConnId, JobId,
    discovery::WsToken,
    error::Error,
    protocol::{ClientMessage, Heartbeat},
    view::ConnectionView,
};

/// Is something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Somebody is signed in, so there is something to connect for.
    SignedIn,
    /// Nobody is signed in any more.
    SignedOut,
    /// The socket is open.
    Opened(ConnId),
    /// The upgrade was refused, or never came about.
    Refused(ConnId, Refusal),
    /// The open socket closed.
    Closed(ConnId, Closed),
    /// A readable message about a job arrived.
    Message(ConnId),
    /// Something arrived: the peer lives.
    OtherFrame(ConnId),
    /// So many frames arrived that could not be read.
    Unreadable(ConnId, u32),
    /// The peer says that it accepts the token.
    Accepted(ConnId),
    /// A heartbeat arrived.
    Heartbeat(ConnId, Heartbeat),
    /// The peer answered a probe.
    Pong(ConnId),
    /// This computer's network is another one now, or is back.
    NetworkChanged,
    /// These jobs have not ended, or are looked at: they are to be subscribed.
    Watch(Vec<JobId>),
    /// This job has ended, or is gone: the next connection need not subscribe it.
    Unwatch(JobId),
    /// The job list arrived and was merged, or has not changed since the last time.
    Fetched,
    /// The job list could not be had; with what `Retry-After` asked for.
    FetchFailed(Error, Option<Duration>),
    /// The access token was refreshed, as asked.
    TokenRefreshed,
    /// The access token could not be refreshed for now.
    TokenDelayed(Error),
    /// The person asks to try at once.
    Reconnect,
    /// The backend is elsewhere now, or the way to it is another.
    EndpointChanged,
    /// The person asks for a fresh list.
    Refresh,
    /// So many jobs need a look that the list is to be had soon.
    RefreshSoon,
    /// Time passed.
    Tick,
}

/// Is something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open a socket under this name.
    Connect(ConnId),
    /// Drop the socket of this name and whatever it still delivers.
    Disconnect(ConnId),
    /// Say something on the socket.
    Send(ConnId, ClientMessage),
    /// Find out whether the peer is still there; any frame, or [`Input::Pong`], is an answer.
    Ping(ConnId),
    /// Get a fresh access token, then report [`Input::TokenRefreshed`] or [`Input::TokenDelayed`].
    RefreshToken,
    /// Fetch the whole job list, then report [`Input::Fetched`] or [`Input::FetchFailed`].
    FetchJobs,
    /// This way of sending the token works: try it first at the next visit, too.
    Remember(WsToken),
    /// The session is refused everywhere: sign out, saying why.
    SignOut(Error),
    /// What the person sees of the connection changed.
    Show(ConnectionView),
}
