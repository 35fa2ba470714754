//! Executes the connection's effects on a real WebSocket. All decisions are in `tallylight_core::connection`.

use std::{sync::Arc, time::Duration};

use base64::Engine;
use futures_util::{FutureExt, SinkExt, StreamExt};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tallylight_core::{
    Code, ConnId, Error,
    connection::{Closed, Refusal},
    discovery::{Server, WsToken},
    protocol::{self, ClientMessage, Frame, MESSAGE_LIMIT, Rejected, RejectedKind},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{
        self, Bytes, Message,
        client::IntoClientRequest,
        error::{CapacityError, ProtocolError},
        http::{HeaderValue, Request, header},
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};
use url::Url;

use crate::net::{
    connector::NetworkConnector,
    http::{date, retry_after, unreachable},
};

/// How many messages may wait to be sent: enough for subscriptions to more jobs than the library holds. If it is full,
/// the peer is not reading.
const SEND_QUEUE_CAPACITY: usize = 1024;
/// How much received data may wait to be processed, in KiB: two messages of maximum size. If it is full, the sender is
/// slowed down instead of using more memory.
const RECEIVE_BUDGET_KIB: usize = 16 << 10;
/// How much memory a decoded message may need beside its text, in KiB.
const OVERHEAD_KIB: usize = 4;
/// How many messages, and how many bytes, are reported together at most: more would delay other inputs.
const MAX_BATCH_MESSAGES: usize = 256;
const MAX_BATCH_BYTES: usize = 64 << 10;
/// How long the close handshake may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

type Stream = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;
type Incoming = Option<Result<Message, tungstenite::Error>>;

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
    /// The socket closed.
    Closed(Closed),
}

/// A received message. It is decoded in the socket's task, to keep the runtime free.
#[derive(Debug)]
pub struct ReceivedFrame {
    /// The length in bytes.
    pub length: usize,
    /// The decoded message, or why it is invalid.
    pub frame: Result<Frame, Rejected>,
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
    Ping,
}

impl Socket {
    /// Connects in the background, and reports events through `report`. `token_transport` is how the token is sent
    /// (docs/protocol.md#sending-the-token).
    pub fn open<F, R>(
        conn: ConnId,
        server: &Server,
        token: &SecretString,
        token_transport: WsToken,
        connector: NetworkConnector,
        report: F,
    ) -> Self
    where
        F: Fn(ConnId, SocketEvent) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send,
    {
        let (outbox, inbox) = mpsc::channel(SEND_QUEUE_CAPACITY);
        let request = request(server, token, token_transport);
        let greeting = (token_transport == WsToken::Message).then(|| greeting(server, token));
        let api_url = server.api_url.clone();
        let task = tokio::spawn(async move {
            let last = match connect(request, token_transport, &connector).await {
                Ok((mut stream, date)) => {
                    if let Some(greeting) = greeting {
                        // If it does not arrive, the server's response shows that.
                        let _ = stream.send(Message::text(greeting.expose_secret())).await;
                    }
                    report(conn, SocketEvent::Opened(date)).await;
                    SocketEvent::Closed(run(stream, inbox, &api_url, |message| report(conn, message)).await)
                }
                Err(refusal) => SocketEvent::Refused(refusal),
            };
            report(conn, last).await;
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

    /// Queues a ping, which the peer's WebSocket library answers.
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

fn request(server: &Server, token: &SecretString, token_transport: WsToken) -> Result<Request<()>, Refusal> {
    let unusable = |error: tungstenite::Error| refusal(&error, token_transport);
    let mut url = address(server, token)?;
    if token_transport == WsToken::Query {
        url.query_pairs_mut().append_pair("token", token.expose_secret());
    }
    let mut request = url.as_str().into_client_request().map_err(unusable)?;
    let header = match token_transport {
        WsToken::Header => Some((header::AUTHORIZATION, format!("Bearer {}", token.expose_secret()))),
        WsToken::Subprotocol => Some((header::SEC_WEBSOCKET_PROTOCOL, format!("bearer, {}", token.expose_secret()))),
        WsToken::Query | WsToken::Message | WsToken::Auto => None,
    };
    if let Some((name, value)) = header {
        let mut value = HeaderValue::from_str(&value).map_err(|error| unusable(error.into()))?;
        value.set_sensitive(true);
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// Returns the socket's URL, with the user's id in place of `{user_id}`.
fn address(server: &Server, token: &SecretString) -> Result<Url, Refusal> {
    let text = server.ws_url.as_str();
    let place = ["{user_id}", "%7Buser_id%7D"].into_iter().find(|place| text.contains(place));
    let Some(place) = place else { return Ok(server.ws_url.clone()) };
    let no_user_id = || {
        let message = "The live updates URL requires a user ID. Contact the studio's administrator.";
        Refusal::NoSocket(Error::new(Code::NoSocket, message))
    };
    let user_id = subject(token).ok_or_else(no_user_id)?;
    let user_id: String = url::form_urlencoded::byte_serialize(user_id.as_bytes()).collect();
    Url::parse(&text.replace(place, &user_id)).map_err(|_| no_user_id())
}

/// Returns the `sub` of a JWT: the user's id. The signature is not verified, because no decision depends on it.
fn subject(token: &SecretString) -> Option<String> {
    let payload = token.expose_secret().split('.').nth(1)?;
    let payload = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    claims.get("sub")?.as_str().map(str::to_owned)
}

/// Returns the first message, which carries the token (`ws_token` = `message`).
fn greeting(server: &Server, token: &SecretString) -> SecretString {
    const DEFAULT: &str = r#"{"type":"auth","token":"{token}"}"#;
    server.ws_auth_message.as_deref().unwrap_or(DEFAULT).replace("{token}", token.expose_secret()).into()
}

async fn connect(
    request: Result<Request<()>, Refusal>,
    token_transport: WsToken,
    connector: &NetworkConnector,
) -> Result<(Stream, Option<Timestamp>), Refusal> {
    let config = WebSocketConfig::default().max_message_size(Some(MESSAGE_LIMIT)).max_frame_size(Some(MESSAGE_LIMIT));
    match connector.socket(request?, config).await {
        Ok((stream, answer)) => Ok((stream, date(answer.headers()))),
        Err(error) => Err(refusal(&error, token_transport)),
    }
}

async fn run<R: Future<Output = ()>>(
    mut stream: Stream,
    mut inbox: mpsc::Receiver<Outgoing>,
    api_url: &Url,
    report: impl Fn(SocketEvent) -> R,
) -> Closed {
    let budget = Arc::new(Semaphore::new(RECEIVE_BUDGET_KIB));
    loop {
        let incoming = tokio::select! {
            outgoing = inbox.recv() => {
                let frame = match outgoing {
                    Some(Outgoing::Message(message)) => Message::text(message.to_text()),
                    Some(Outgoing::Ping) => Message::Ping(Bytes::new()),
                    None => return Closed::from_code(None),
                };
                if stream.send(frame).await.is_err() {
                    return Closed::from_code(None);
                }
                continue;
            }
            incoming = stream.next() => incoming,
        };
        let (batch, other) = gather(incoming, &mut stream);
        if let Some(event) = batch.decode(&budget, api_url).await {
            report(event).await;
        }
        let Some(other) = other else { continue };
        match other {
            Some(Ok(Message::Close(frame))) => return Closed::from_code(frame.map(|frame| frame.code.into())),
            // A pong proves that the connection works, but only that the peer's library is alive, not its application.
            Some(Ok(Message::Pong(_))) => report(SocketEvent::Pong).await,
            Some(Ok(Message::Ping(_) | Message::Frame(_) | Message::Text(_) | Message::Binary(_))) => {}
            Some(Err(tungstenite::Error::Capacity(CapacityError::MessageTooLong { .. }))) => {
                return too_large(stream).await;
            }
            // The library cannot read on after invalid UTF-8, so the connection is closed.
            Some(Err(tungstenite::Error::Utf8(_))) => return not_text(stream).await,
            Some(Err(_)) | None => return Closed::from_code(None),
        }
    }
}

/// Collects the messages that arrived together, to report them together: under load, reporting each would cost more
/// than everything else. Returns them, and the item after them that is not a message.
fn gather(first: Incoming, stream: &mut Stream) -> (Batch, Option<Incoming>) {
    let (mut batch, mut incoming) = (Batch::default(), first);
    loop {
        match incoming {
            Some(Ok(Message::Text(text))) => batch.add(text.into()),
            Some(Ok(Message::Binary(bytes))) => batch.add(bytes),
            Some(Err(tungstenite::Error::Utf8(_))) => {
                // The library does not return the bytes of an invalid text frame, so one invalid byte replaces them.
                batch.add(Bytes::from_static(&[0xff]));
                return (batch, Some(incoming));
            }
            other => return (batch, Some(other)),
        }
        let next = if batch.is_full() { None } else { stream.next().now_or_never() };
        match next {
            Some(next) => incoming = next,
            None => return (batch, None),
        }
    }
}

/// Messages that arrived together.
#[derive(Default)]
struct Batch {
    messages: Vec<Bytes>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, message: Bytes) {
        self.bytes += message.len();
        self.messages.push(message);
    }

    fn is_full(&self) -> bool {
        self.messages.len() >= MAX_BATCH_MESSAGES || self.bytes >= MAX_BATCH_BYTES
    }

    /// Decodes the messages, once the receive budget has room for them.
    async fn decode(self, budget: &Arc<Semaphore>, api_url: &Url) -> Option<SocketEvent> {
        if self.messages.is_empty() {
            return None;
        }
        let kib = u32::try_from(self.bytes / 1024 + OVERHEAD_KIB * self.messages.len()).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        let room = Arc::clone(budget).acquire_many_owned(kib).await.ok()?;
        Some(SocketEvent::Received(
            self.messages.iter().map(|message| ReceivedFrame::of(message, api_url)).collect(),
            room,
        ))
    }
}

impl ReceivedFrame {
    fn of(message: &Bytes, api_url: &Url) -> Self {
        let frame = if let Ok(text) = std::str::from_utf8(message) {
            protocol::decode_from(text, Some(api_url))
        } else {
            let (reason, sample) = ("not UTF-8".to_owned(), String::new());
            Err(Rejected { kind: RejectedKind::NotUtf8, reason, sample, job_id: None })
        };
        Self { length: message.len(), frame }
    }
}

async fn not_text(mut stream: Stream) -> Closed {
    let frame = CloseFrame { code: CloseCode::Invalid, reason: "not UTF-8".into() };
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, stream.close(Some(frame))).await;
    Closed::Lost(Error::new(Code::Closed, "The studio sent invalid text."))
}

async fn too_large(mut stream: Stream) -> Closed {
    let frame = CloseFrame { code: CloseCode::Size, reason: "message too large".into() };
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, stream.close(Some(frame))).await;
    Closed::Lost(Error::new(Code::MessageTooLarge, "The studio sent a message larger than 8 MiB."))
}

fn refusal(error: &tungstenite::Error, token_transport: WsToken) -> Refusal {
    // A server that does not select `bearer` has not read the token behind it.
    if let tungstenite::Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) = error
        && token_transport == WsToken::Subprotocol
    {
        return Refusal::Auth;
    }
    if let tungstenite::Error::Http(response) = error {
        return Refusal::from_status(response.status().as_u16(), retry_after(response.headers()));
    }
    match unreachable(error, "the studio") {
        // Retrying soon does not help, and the user must see the error.
        error if error.code == Code::UntrustedCertificate => Refusal::NoSocket(error),
        error => Refusal::Failed(error, None),
    }
}
