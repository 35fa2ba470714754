//! Frames as they arrive: those that arrived together are reported together, within a budget of memory.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt};
use tallylight_core::{Code, Error, connection::Closed};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_tungstenite::tungstenite::{
    self, Bytes, Message,
    error::CapacityError,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use super::Stream;

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

pub(super) type Incoming = Option<Result<Message, tungstenite::Error>>;

/// The budget of received data.
pub(super) fn budget() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(RECEIVE_BUDGET_KIB))
}

/// What arrived together: messages, and what came after them.
#[derive(Default)]
pub(super) struct Arrivals {
    pub(super) messages: Messages,
    pub(super) after: After,
}

/// What came after the messages.
#[derive(Default)]
pub(super) enum After {
    #[default]
    Nothing,
    /// A pong, which proves that the connection works, but only that the peer's library is alive, not its application.
    Pong,
    /// The end of the connection.
    End(End),
}

/// The end of a connection.
pub(super) enum End {
    /// The peer closed it, or it broke.
    Closed(Closed),
    /// A message is too large.
    TooLarge,
    /// A message is not UTF-8, after which the library cannot read on.
    NotText,
}

impl Arrivals {
    /// Collects the messages that arrived together, to report them together: under load, reporting each would cost more
    /// than everything else.
    pub(super) fn gather(first: Incoming, stream: &mut Stream) -> Self {
        let (mut messages, mut incoming) = (Messages::default(), first);
        loop {
            let after = match incoming {
                Some(Ok(Message::Text(text))) => messages.add(text.into()),
                Some(Ok(Message::Binary(bytes))) => messages.add(bytes),
                Some(Err(tungstenite::Error::Utf8(_))) => {
                    // The library does not return the bytes of an invalid text frame, so one invalid byte replaces them.
                    messages.add(Bytes::from_static(&[0xff]));
                    Some(After::End(End::NotText))
                }
                Some(Ok(Message::Close(frame))) => {
                    Some(After::End(End::Closed(Closed::from_code(frame.map(|frame| frame.code.into())))))
                }
                Some(Ok(Message::Pong(_))) => Some(After::Pong),
                Some(Ok(Message::Ping(_) | Message::Frame(_))) => Some(After::Nothing),
                Some(Err(tungstenite::Error::Capacity(CapacityError::MessageTooLong { .. }))) => {
                    Some(After::End(End::TooLarge))
                }
                Some(Err(_)) | None => Some(After::End(End::Closed(Closed::from_code(None)))),
            };
            if let Some(after) = after {
                return Self { messages, after };
            }
            let next = if messages.is_full() { None } else { stream.next().now_or_never() };
            match next {
                Some(next) => incoming = next,
                None => return Self { messages, after: After::Nothing },
            }
        }
    }
}

/// Messages that arrived together.
#[derive(Default)]
pub(super) struct Messages {
    pub(super) frames: Vec<Bytes>,
    bytes: usize,
}

impl Messages {
    /// Adds a message, after which others may follow.
    fn add(&mut self, message: Bytes) -> Option<After> {
        self.bytes += message.len();
        self.frames.push(message);
        None
    }

    fn is_full(&self) -> bool {
        self.frames.len() >= MAX_BATCH_MESSAGES || self.bytes >= MAX_BATCH_BYTES
    }

    /// Waits until the receive budget has room for the messages; nothing if there are none.
    pub(super) async fn room(&self, budget: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
        if self.frames.is_empty() {
            return None;
        }
        let kib = u32::try_from(self.bytes / 1024 + OVERHEAD_KIB * self.frames.len()).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        Arc::clone(budget).acquire_many_owned(kib).await.ok()
    }
}

impl End {
    /// Tells the peer why the connection ends, and returns what it means.
    pub(super) async fn close(self, stream: &mut Stream) -> Closed {
        let (code, reason, closed) = match self {
            Self::Closed(closed) => return closed,
            Self::TooLarge => (
                CloseCode::Size,
                "message too large",
                Error::new(Code::MessageTooLarge, "The studio sent a message larger than 8 MiB."),
            ),
            Self::NotText => {
                (CloseCode::Invalid, "not UTF-8", Error::new(Code::Closed, "The studio sent invalid text."))
            }
        };
        let frame = CloseFrame { code, reason: reason.into() };
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, stream.close(Some(frame))).await;
        Closed::Lost(closed)
    }
}
