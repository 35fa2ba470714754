//! Runs the link's effects on a real socket. It decides nothing.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use secrecy::{ExposeSecret, SecretString};
use tallylight_core::{
    Code, ConnId, Error,
    discovery::{Server, WsToken},
    link::{Closed, Refusal},
    protocol::{ClientMessage, MESSAGE_LIMIT},
};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{
        self, Message, Utf8Bytes,
        client::IntoClientRequest,
        error::CapacityError,
        http::{HeaderValue, Request, header},
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};

use crate::http::retry_after;

/// How many messages may wait to be sent; we send little, so more means that the peer reads nothing.
const OUTBOX: usize = 64;
/// Time to say goodbye.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

type Stream = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// Is what a socket reports.
#[derive(Debug)]
pub enum Report {
    /// It is open.
    Opened,
    /// It did not open.
    Refused(Refusal),
    /// A message arrived.
    Message(Utf8Bytes),
    /// A message arrived that is no UTF-8 text.
    Unreadable(usize),
    /// It closed.
    Closed(Closed),
}

/// Is one running socket; dropping it ends the connection.
#[derive(Debug)]
pub struct Socket {
    /// Its name.
    pub conn: ConnId,
    outbox: mpsc::Sender<ClientMessage>,
    task: JoinHandle<()>,
}

impl Socket {
    /// Connects, and reports through `report`.
    pub fn open<F, R>(conn: ConnId, server: &Server, token: &SecretString, report: F) -> Self
    where
        F: Fn(ConnId, Report) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send,
    {
        let (outbox, inbox) = mpsc::channel(OUTBOX);
        let request = request(server, token);
        let task = tokio::spawn(async move {
            let last = match connect(request).await {
                Ok(stream) => {
                    report(conn, Report::Opened).await;
                    Report::Closed(converse(stream, inbox, |message| report(conn, message)).await)
                }
                Err(refusal) => Report::Refused(refusal),
            };
            report(conn, last).await;
        });
        Self { conn, outbox, task }
    }

    /// Says something; a peer that reads nothing loses it, and falls silent soon.
    pub fn send(&self, message: ClientMessage) {
        let _ = self.outbox.try_send(message);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn request(server: &Server, token: &SecretString) -> Result<Request<()>, tungstenite::Error> {
    let mut url = server.ws_url.clone();
    if server.ws_token == WsToken::Query {
        url.query_pairs_mut().append_pair("token", token.expose_secret());
    }
    let mut request = url.as_str().into_client_request()?;
    if server.ws_token == WsToken::Header {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))?;
        value.set_sensitive(true);
        request.headers_mut().insert(header::AUTHORIZATION, value);
    }
    Ok(request)
}

async fn connect(request: Result<Request<()>, tungstenite::Error>) -> Result<Stream, Refusal> {
    let config = WebSocketConfig::default().max_message_size(Some(MESSAGE_LIMIT)).max_frame_size(Some(MESSAGE_LIMIT));
    match connect_async_with_config(request.map_err(|error| refusal(&error))?, Some(config), true).await {
        Ok((stream, _)) => Ok(stream),
        Err(error) => Err(refusal(&error)),
    }
}

async fn converse<R: Future<Output = ()>>(
    mut stream: Stream,
    mut inbox: mpsc::Receiver<ClientMessage>,
    report: impl Fn(Report) -> R,
) -> Closed {
    loop {
        tokio::select! {
            outgoing = inbox.recv() => {
                let Some(message) = outgoing else { return Closed::from_code(None) };
                if stream.send(Message::text(message.to_text())).await.is_err() {
                    return Closed::from_code(None);
                }
            }
            incoming = stream.next() => match incoming {
                Some(Ok(Message::Text(text))) => report(Report::Message(text)).await,
                Some(Ok(Message::Binary(bytes))) => {
                    let length = bytes.len();
                    report(Utf8Bytes::try_from(bytes).map_or(Report::Unreadable(length), Report::Message)).await;
                }
                Some(Ok(Message::Close(frame))) => return Closed::from_code(frame.map(|frame| frame.code.into())),
                // The library answers pings; they prove only that the peer's library is alive.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(tungstenite::Error::Capacity(CapacityError::MessageTooLong { .. }))) => {
                    return too_large(stream).await;
                }
                Some(Err(_)) | None => return Closed::from_code(None),
            },
        }
    }
}

async fn too_large(mut stream: Stream) -> Closed {
    let frame = CloseFrame { code: CloseCode::Size, reason: "message too large".into() };
    let _ = tokio::time::timeout(CLOSE_LIMIT, stream.close(Some(frame))).await;
    Closed::Lost(Error::new(Code::MessageTooLarge, "the studio sent a message of more than 8 MiB"))
}

fn refusal(error: &tungstenite::Error) -> Refusal {
    if let tungstenite::Error::Http(response) = error {
        return Refusal::from_status(response.status().as_u16(), retry_after(response.headers()));
    }
    let words = error.to_string();
    let error = if words.to_lowercase().contains("certificate") {
        Error::new(Code::UntrustedCertificate, format!("the studio's certificate is not trusted ({words})"))
    } else {
        Error::new(Code::Unreachable, format!("the studio cannot be reached ({words})"))
    };
    Refusal::Failed(error, None)
}
