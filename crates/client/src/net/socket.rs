//! Runs the link's effects on a real socket. It decides nothing.

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

/// How many messages may wait to be sent: subscriptions to more jobs than a cache holds. More means that the peer reads
/// nothing.
const OUTBOX: usize = 1024;
/// How much that arrived may wait to be taken, in KiB: two messages of the largest kind. A slow reader then holds up the
/// sender, and not the memory.
const BUDGET: usize = 16 << 10;
/// What one that was read may take beside its text, in KiB.
const KIB_EACH: usize = 4;
/// How many messages are told together at most, and of how many bytes: more would hold up what else is to be done.
const TOGETHER: usize = 256;
const BYTES_TOGETHER: usize = 64 << 10;
/// Time to say goodbye.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

type Stream = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;
type Incoming = Option<Result<Message, tungstenite::Error>>;

/// Is what a socket reports.
#[derive(Debug)]
pub enum SocketEvent {
    /// It is open, with the server's clock at that time.
    Opened(Option<Timestamp>),
    /// It did not open.
    Refused(Refusal),
    /// Messages arrived together; their room in the budget is given back when they were taken.
    ReceivedFrame(Vec<ReceivedFrame>, OwnedSemaphorePermit),
    /// A probe was answered.
    Pong,
    /// It closed.
    Closed(Closed),
}

/// Is a message, read here and not by the actor, which has enough to do.
#[derive(Debug)]
pub struct ReceivedFrame {
    /// How long it was, in bytes.
    pub length: usize,
    /// What it says.
    pub frame: Result<Frame, Rejected>,
}

/// Is one running socket; dropping it ends the connection.
#[derive(Debug)]
pub struct Socket {
    /// Its name.
    pub conn: ConnId,
    outbox: mpsc::Sender<Outgoing>,
    task: JoinHandle<()>,
}

/// Is what is sent.
#[derive(Debug)]
enum Outgoing {
    Say(ClientMessage),
    Ping,
}

impl Socket {
    /// Connects, and reports through `report`.
    pub fn open<F, R>(
        conn: ConnId,
        server: &Server,
        token: &SecretString,
        way: WsToken,
        route: NetworkConnector,
        report: F,
    ) -> Self
    where
        F: Fn(ConnId, SocketEvent) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send,
    {
        let (outbox, inbox) = mpsc::channel(OUTBOX);
        let request = request(server, token, way);
        let greeting = (way == WsToken::Message).then(|| greeting(server, token));
        let api_url = server.api_url.clone();
        let task = tokio::spawn(async move {
            let last = match connect(request, way, &route).await {
                Ok((mut stream, date)) => {
                    if let Some(greeting) = greeting {
                        // Whether it arrives shows in what comes back.
                        let _ = stream.send(Message::text(greeting.expose_secret())).await;
                    }
                    report(conn, SocketEvent::Opened(date)).await;
                    SocketEvent::Closed(converse(stream, inbox, &api_url, |message| report(conn, message)).await)
                }
                Err(refusal) => SocketEvent::Refused(refusal),
            };
            report(conn, last).await;
        });
        Self { conn, outbox, task }
    }

    /// Says something.
    ///
    /// # Errors
    /// The peer reads nothing, so that what is to be said has piled up.
    pub fn send(&self, message: ClientMessage) -> Result<(), Error> {
        self.put(Outgoing::Say(message))
    }

    /// Asks the peer's library for a sign of life.
    ///
    /// # Errors
    /// As [`Socket::send`].
    pub fn ping(&self) -> Result<(), Error> {
        self.put(Outgoing::Ping)
    }

    fn put(&self, outgoing: Outgoing) -> Result<(), Error> {
        match self.outbox.try_send(outgoing) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(Error::new(Code::Closed, "The studio isn't responding.")),
            // One that has just closed reports so itself.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn request(server: &Server, token: &SecretString, way: WsToken) -> Result<Request<()>, Refusal> {
    let unusable = |error: tungstenite::Error| refusal(&error, way);
    let mut url = address(server, token)?;
    if way == WsToken::Query {
        url.query_pairs_mut().append_pair("token", token.expose_secret());
    }
    let mut request = url.as_str().into_client_request().map_err(unusable)?;
    let header = match way {
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

/// Returns the address of the socket, with the id of the person in the place that is left for it.
fn address(server: &Server, token: &SecretString) -> Result<Url, Refusal> {
    let text = server.ws_url.as_str();
    let place = ["{user_id}", "%7Buser_id%7D"].into_iter().find(|place| text.contains(place));
    let Some(place) = place else { return Ok(server.ws_url.clone()) };
    let nobody = || {
        let message =
            "The live updates URL requires a user ID. Contact the studio's administrator.";
        Refusal::NoSocket(Error::new(Code::NoSocket, message))
    };
    let user_id = subject(token).ok_or_else(nobody)?;
    let user_id: String = url::form_urlencoded::byte_serialize(user_id.as_bytes()).collect();
    Url::parse(&text.replace(place, &user_id)).map_err(|_| nobody())
}

/// Returns the `sub` of a JWT: whose token it is. Nothing is decided by it, so nobody vouches for it here.
fn subject(token: &SecretString) -> Option<String> {
    let payload = token.expose_secret().split('.').nth(1)?;
    let payload = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    claims.get("sub")?.as_str().map(str::to_owned)
}

/// Returns the first message that carries the token.
fn greeting(server: &Server, token: &SecretString) -> SecretString {
    const OURS: &str = r#"{"type":"auth","token":"{token}"}"#;
    server.ws_auth_message.as_deref().unwrap_or(OURS).replace("{token}", token.expose_secret()).into()
}

async fn connect(
    request: Result<Request<()>, Refusal>,
    way: WsToken,
    route: &NetworkConnector,
) -> Result<(Stream, Option<Timestamp>), Refusal> {
    let config = WebSocketConfig::default().max_message_size(Some(MESSAGE_LIMIT)).max_frame_size(Some(MESSAGE_LIMIT));
    match route.socket(request?, config).await {
        Ok((stream, answer)) => Ok((stream, date(answer.headers()))),
        Err(error) => Err(refusal(&error, way)),
    }
}

async fn converse<R: Future<Output = ()>>(
    mut stream: Stream,
    mut inbox: mpsc::Receiver<Outgoing>,
    api_url: &Url,
    report: impl Fn(SocketEvent) -> R,
) -> Closed {
    let budget = Arc::new(Semaphore::new(BUDGET));
    loop {
        let incoming = tokio::select! {
            outgoing = inbox.recv() => {
                let frame = match outgoing {
                    Some(Outgoing::Say(message)) => Message::text(message.to_text()),
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
        if let Some(heard) = batch.told(&budget, api_url).await {
            report(heard).await;
        }
        let Some(other) = other else { continue };
        match other {
            Some(Ok(Message::Close(frame))) => return Closed::from_code(frame.map(|frame| frame.code.into())),
            // It proves that the way is open, and only that the peer's library is alive.
            Some(Ok(Message::Pong(_))) => report(SocketEvent::Pong).await,
            Some(Ok(Message::Ping(_) | Message::Frame(_) | Message::Text(_) | Message::Binary(_))) => {}
            Some(Err(tungstenite::Error::Capacity(CapacityError::MessageTooLong { .. }))) => {
                return too_large(stream).await;
            }
            // The library cannot go on reading, so this connection is over.
            Some(Err(tungstenite::Error::Utf8(_))) => return not_text(stream).await,
            Some(Err(_)) | None => return Closed::from_code(None),
        }
    }
}

/// Gathers the messages that arrived together, to be told together: in a flood the telling would cost more than all the
/// rest. Returns them, and what followed that is none.
fn gather(first: Incoming, stream: &mut Stream) -> (Batch, Option<Incoming>) {
    let (mut batch, mut incoming) = (Batch::default(), first);
    loop {
        match incoming {
            Some(Ok(Message::Text(text))) => batch.add(text.into()),
            Some(Ok(Message::Binary(bytes))) => batch.add(bytes),
            Some(Err(tungstenite::Error::Utf8(_))) => {
                // A text frame of other bytes, which the library keeps to itself.
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

/// Are messages that arrived together.
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
        self.messages.len() >= TOGETHER || self.bytes >= BYTES_TOGETHER
    }

    /// Reads them, once there is room among what waits to be taken.
    async fn told(self, budget: &Arc<Semaphore>, api_url: &Url) -> Option<SocketEvent> {
        if self.messages.is_empty() {
            return None;
        }
        let kib = u32::try_from(self.bytes / 1024 + KIB_EACH * self.messages.len()).unwrap_or(u32::MAX);
        // Nobody closes it.
        let room = Arc::clone(budget).acquire_many_owned(kib).await.ok()?;
        Some(SocketEvent::ReceivedFrame(
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
    let _ = tokio::time::timeout(CLOSE_LIMIT, stream.close(Some(frame))).await;
    Closed::Lost(Error::new(Code::Closed, "The studio sent invalid text."))
}

async fn too_large(mut stream: Stream) -> Closed {
    let frame = CloseFrame { code: CloseCode::Size, reason: "message too large".into() };
    let _ = tokio::time::timeout(CLOSE_LIMIT, stream.close(Some(frame))).await;
    Closed::Lost(Error::new(Code::MessageTooLarge, "The studio sent a message larger than 8 MiB."))
}

fn refusal(error: &tungstenite::Error, way: WsToken) -> Refusal {
    // Whoever does not choose `bearer` has not looked at the token behind it.
    if let tungstenite::Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) = error
        && way == WsToken::Subprotocol
    {
        return Refusal::Auth;
    }
    if let tungstenite::Error::Http(response) = error {
        return Refusal::from_status(response.status().as_u16(), retry_after(response.headers()));
    }
    match unreachable(error, "the studio") {
        // No quick retry will mend it, and a person must see it.
        error if error.code == Code::UntrustedCertificate => Refusal::NoSocket(error),
        error => Refusal::Failed(error, None),
    }
}
