//! Executes the connection's effects on a real WebSocket. All decisions are in `tallylight_core::connection`.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tallylight_core::{
    Code, ConnId, Error,
    connection::{Closed, Refusal, channel::ChannelConfig},
    discovery::{Server, WsToken},
    protocol::{self, ClientMessage, Frame, Rejected, RejectedKind},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Bytes, Message},
};
use url::Url;

use self::receive::{After, Arrivals};
use crate::net::connector::NetworkConnector;

mod realtime;
mod receive;
mod upgrade;

/// How many messages may wait to be sent: enough for subscriptions to more jobs than the library holds. If it is full,
/// the peer is not reading.
const SEND_QUEUE_CAPACITY: usize = 1024;

type Stream = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// An event of a socket.
#[derive(Debug)]
pub enum SocketEvent {
    /// The socket is open; with the server's clock from the `Date` header.
    Opened(Option<Timestamp>),
    /// The socket could not be opened.
    Refused(Refusal),
    /// Messages that arrived together. Their share of the receive budget is released when they have been processed.
    Received(Vec<ReceivedFrame>, OwnedSemaphorePermit),
    /// A pong arrived in response to [`Socket::ping`].
    Pong,
    /// The backend does not report changed rows, for this reason.
    TablesRefused(String),
    /// The socket closed.
    Closed(Closed),
}

/// A received message. It is decoded in the socket's task, to keep the runtime free.
#[derive(Debug)]
pub struct ReceivedFrame {
    /// The length in bytes.
    pub length: usize,
    /// The id by which a message that was received before is recognised.
    pub id: Option<String>,
    /// The decoded message, or why it is invalid.
    pub frame: Result<Frame, Rejected>,
}

/// What is spoken over a socket.
#[derive(Clone, Debug)]
pub enum Transport {
    /// The messages of the specification, with the token sent in this way.
    Socket(WsToken),
    /// A channel of Supabase Realtime.
    Realtime(ChannelConfig),
}

/// An access token with its user.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token.
    pub token: SecretString,
    /// The id of the user; empty if the auth server does not say it.
    pub user_id: String,
}

/// A running socket. Dropping it ends the connection.
#[derive(Debug)]
pub struct Socket {
    /// The id of the connection.
    pub conn: ConnId,
    outbox: mpsc::Sender<Outgoing>,
    task: JoinHandle<()>,
}

/// A frame to send.
#[derive(Debug)]
enum Outgoing {
    Message(ClientMessage),
    Token(SecretString),
    Ping,
}

impl Socket {
    /// Connects in the background, and reports events through `report`.
    pub fn open<F, R>(
        conn: ConnId,
        server: &Server,
        access: AccessToken,
        transport: Transport,
        connector: NetworkConnector,
        report: F,
    ) -> Self
    where
        F: Fn(ConnId, SocketEvent) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send,
    {
        let (outbox, inbox) = mpsc::channel(SEND_QUEUE_CAPACITY);
        let server = server.clone();
        let task = tokio::spawn(async move {
            let report = |event| report(conn, event);
            let last = match transport {
                Transport::Socket(token_transport) => {
                    socket(&server, &access, token_transport, &connector, inbox, &report).await
                }
                Transport::Realtime(config) => {
                    realtime::run(&server, &access, config, &connector, inbox, &report).await
                }
            };
            report(last).await;
        });
        Self { conn, outbox, task }
    }

    /// Queues a message to send.
    ///
    /// # Errors
    /// [`Code::Closed`] if the queue is full because the peer is not reading.
    pub fn send(&self, message: ClientMessage) -> Result<(), Error> {
        self.put(Outgoing::Message(message))
    }

    /// Queues a fresh access token, which a channel of Supabase Realtime needs before the old one expires.
    ///
    /// # Errors
    /// As [`Socket::send`].
    pub fn renew_token(&self, token: SecretString) -> Result<(), Error> {
        self.put(Outgoing::Token(token))
    }

    /// Queues a ping, which the peer answers.
    ///
    /// # Errors
    /// As [`Socket::send`].
    pub fn ping(&self) -> Result<(), Error> {
        self.put(Outgoing::Ping)
    }

    fn put(&self, outgoing: Outgoing) -> Result<(), Error> {
        match self.outbox.try_send(outgoing) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(Error::new(Code::Closed, "The studio isn't responding.")),
            // A socket that has just closed reports that itself.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Runs a backend's own socket to its end, and returns the last event.
async fn socket<R: Future<Output = ()>>(
    server: &Server,
    access: &AccessToken,
    token_transport: WsToken,
    connector: &NetworkConnector,
    inbox: mpsc::Receiver<Outgoing>,
    report: impl Fn(SocketEvent) -> R,
) -> SocketEvent {
    let request = upgrade::request(server, access, token_transport);
    let (mut stream, date) = match upgrade::connect(request, token_transport, connector).await {
        Ok(opened) => opened,
        Err(refusal) => return SocketEvent::Refused(refusal),
    };
    if token_transport == WsToken::Message {
        // If it does not arrive, the server's response shows that.
        let _ = stream.send(Message::text(upgrade::greeting(server, &access.token).expose_secret())).await;
    }
    report(SocketEvent::Opened(date)).await;
    SocketEvent::Closed(run(stream, inbox, &server.api_url, report).await)
}

async fn run<R: Future<Output = ()>>(
    mut stream: Stream,
    mut inbox: mpsc::Receiver<Outgoing>,
    api_url: &Url,
    report: impl Fn(SocketEvent) -> R,
) -> Closed {
    let budget = receive::budget();
    loop {
        let incoming = tokio::select! {
            outgoing = inbox.recv() => {
                let frame = match outgoing {
                    Some(Outgoing::Message(message)) => Message::text(message.to_text()),
                    Some(Outgoing::Ping) => Message::Ping(Bytes::new()),
                    // The token of an open socket is not renewed.
                    Some(Outgoing::Token(_)) => continue,
                    None => return Closed::from_code(None),
                };
                if stream.send(frame).await.is_err() {
                    return Closed::from_code(None);
                }
                continue;
            }
            incoming = stream.next() => incoming,
        };
        let arrivals = Arrivals::gather(incoming, &mut stream);
        if let Some(event) = decoded(&arrivals, &budget, api_url).await {
            report(event).await;
        }
        match arrivals.after {
            After::Nothing => {}
            After::Pong => report(SocketEvent::Pong).await,
            After::End(end) => return end.close(&mut stream).await,
        }
    }
}

/// Decodes messages, once the receive budget has room for them.
async fn decoded(arrivals: &Arrivals, budget: &Arc<Semaphore>, api_url: &Url) -> Option<SocketEvent> {
    let room = arrivals.messages.room(budget).await?;
    let frames = arrivals.messages.frames.iter().map(|message| ReceivedFrame::of(message, api_url));
    Some(SocketEvent::Received(frames.collect(), room))
}

impl ReceivedFrame {
    fn of(message: &Bytes, api_url: &Url) -> Self {
        let frame = match std::str::from_utf8(message) {
            Ok(text) => protocol::decode_from(text, Some(api_url)),
            Err(_) => Err(not_utf8()),
        };
        Self { length: message.len(), id: None, frame }
    }
}

fn not_utf8() -> Rejected {
    Rejected { kind: RejectedKind::NotUtf8, reason: "not UTF-8".to_owned(), sample: String::new(), job_id: None }
}
