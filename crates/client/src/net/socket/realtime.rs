//! Runs a channel of Supabase Realtime over a socket. All decisions are in `tallylight_core::connection::channel`.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use tallylight_core::{
    connection::{
        Closed, Refusal,
        channel::{Channel, ChannelConfig, ChannelEffect},
    },
    discovery::{Server, WsToken},
    protocol::phoenix::{Received, Version},
};
use tokio::{
    sync::{Semaphore, mpsc},
    time::{Instant, sleep_until},
};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use url::Url;

use super::{
    AccessToken, Outgoing, ReceivedFrame, SocketEvent, Stream, not_utf8,
    receive::{self, After, Arrivals},
    upgrade,
};
use crate::net::connector::NetworkConnector;

/// The placeholder of the user's id in a topic.
const USER_ID: &str = "{user_id}";

/// Joins the channel and runs it to its end. Returns the last event.
pub(super) async fn run<R: Future<Output = ()>>(
    server: &Server,
    access: &AccessToken,
    config: ChannelConfig,
    connector: &NetworkConnector,
    inbox: mpsc::Receiver<Outgoing>,
    report: impl Fn(SocketEvent) -> R,
) -> SocketEvent {
    let (url, config) = match prepared(server, access, config) {
        Ok(prepared) => prepared,
        Err(refusal) => return SocketEvent::Refused(refusal),
    };
    let request = upgrade::request_to(&url, WsToken::Header);
    let (stream, date) = match upgrade::connect(request, WsToken::Header, connector).await {
        Ok(opened) => opened,
        Err(refusal) => return SocketEvent::Refused(refusal),
    };
    let channel = Channel::new(config, Some(server.api_url.clone()));
    let mut task = Task { channel, stream, since: Instant::now(), date, budget: receive::budget(), is_joined: false };
    let join = task.channel.join(&access.token);
    let last = match task.send(join).await {
        Ok(()) => task.run(inbox, report).await,
        Err(closed) => SocketEvent::Closed(closed),
    };
    task.as_refused(last)
}

/// Returns the URL of the socket, and the configuration with the user's own topic.
fn prepared(server: &Server, access: &AccessToken, mut config: ChannelConfig) -> Result<(Url, ChannelConfig), Refusal> {
    let mut url = upgrade::address(server, access)?;
    let version = url.query_pairs().find(|(name, _)| name == "vsn").map(|(_, version)| version.into_owned());
    config.version =
        if version.as_deref().is_some_and(|version| version.starts_with('2')) { Version::V2 } else { Version::V1 };
    if config.topic.contains(USER_ID) {
        config.topic = config.topic.replace(USER_ID, upgrade::user_id(access)?);
    }
    let has_key = url.query_pairs().any(|(name, _)| name == "apikey");
    let mut query = url.query_pairs_mut();
    if !has_key {
        query.append_pair("apikey", &server.auth_key);
    }
    if version.is_none() {
        query.append_pair("vsn", "1.0.0");
    }
    drop(query);
    Ok((url, config))
}

/// A channel with its socket.
struct Task {
    channel: Channel,
    stream: Stream,
    /// When the socket opened.
    since: Instant,
    /// The server's clock when it opened.
    date: Option<Timestamp>,
    budget: Arc<Semaphore>,
    is_joined: bool,
}

impl Task {
    async fn run<R: Future<Output = ()>>(
        &mut self,
        mut inbox: mpsc::Receiver<Outgoing>,
        report: impl Fn(SocketEvent) -> R,
    ) -> SocketEvent {
        loop {
            let deadline = self.since + self.channel.deadline();
            tokio::select! {
                outgoing = inbox.recv() => {
                    let text = match outgoing {
                        Some(Outgoing::Token(token)) => self.channel.renew_token(&token),
                        Some(Outgoing::Ping) => Some(self.channel.heartbeat(self.since.elapsed())),
                        // A channel needs no subscriptions, and its heartbeats are its own.
                        Some(Outgoing::Message(_)) => None,
                        None => return SocketEvent::Closed(Closed::from_code(None)),
                    };
                    if let Some(text) = text && let Err(closed) = self.send(text).await {
                        return SocketEvent::Closed(closed);
                    }
                }
                () = sleep_until(deadline) => {
                    let effects = self.channel.tick(self.since.elapsed()).into_iter().collect();
                    if let Some(last) = self.perform(effects, &report).await {
                        return last;
                    }
                }
                incoming = self.stream.next() => {
                    let arrivals = Arrivals::gather(incoming, &mut self.stream);
                    if let Some(last) = self.arrived(&arrivals, &report).await {
                        return last;
                    }
                    match arrivals.after {
                        After::Nothing => {}
                        After::Pong => report(SocketEvent::Pong).await,
                        After::End(end) => return SocketEvent::Closed(end.close(&mut self.stream).await),
                    }
                }
            }
        }
    }

    /// Handles messages, and reports what they carry together. Returns the last event if the channel ended.
    async fn arrived<R: Future<Output = ()>>(
        &mut self,
        arrivals: &Arrivals,
        report: impl Fn(SocketEvent) -> R,
    ) -> Option<SocketEvent> {
        let room = arrivals.messages.room(&self.budget).await?;
        let (mut frames, mut others) = (Vec::new(), Vec::new());
        for message in &arrivals.messages.frames {
            for effect in self.channel.received(read(message)) {
                if let ChannelEffect::Received(frame, id) = effect {
                    frames.push(ReceivedFrame { length: message.len(), id, frame });
                } else {
                    others.push(effect);
                }
            }
        }
        // A channel is joined before its first message.
        let is_joining = others.first() == Some(&ChannelEffect::Joined);
        let first: Vec<ChannelEffect> = others.drain(..usize::from(is_joining)).collect();
        self.perform(first, &report).await;
        if !frames.is_empty() {
            report(SocketEvent::Received(frames, room)).await;
        }
        self.perform(others, &report).await
    }

    async fn perform<R: Future<Output = ()>>(
        &mut self,
        effects: Vec<ChannelEffect>,
        report: impl Fn(SocketEvent) -> R,
    ) -> Option<SocketEvent> {
        for effect in effects {
            match effect {
                ChannelEffect::Send(text) => {
                    if let Err(closed) = self.send(text).await {
                        return Some(SocketEvent::Closed(closed));
                    }
                }
                ChannelEffect::Joined => {
                    self.is_joined = true;
                    report(SocketEvent::Opened(self.date)).await;
                }
                ChannelEffect::TablesRefused(reason) => report(SocketEvent::TablesRefused(reason)).await,
                ChannelEffect::Refused(refusal) => return Some(SocketEvent::Refused(refusal)),
                ChannelEffect::Closed(closed) => return Some(SocketEvent::Closed(closed)),
                ChannelEffect::Received(..) => {}
            }
        }
        None
    }

    async fn send(&mut self, text: String) -> Result<(), Closed> {
        self.stream.send(Message::text(text)).await.map_err(|_| Closed::from_code(None))
    }

    /// Returns the last event, which is a refusal if the channel was never joined.
    fn as_refused(&self, last: SocketEvent) -> SocketEvent {
        let SocketEvent::Closed(closed) = last else { return last };
        match closed {
            Closed::Auth if !self.is_joined => SocketEvent::Refused(Refusal::Auth),
            Closed::Lost(error) if !self.is_joined => SocketEvent::Refused(Refusal::Failed(error, None)),
            closed @ (Closed::Auth | Closed::Lost(_) | Closed::Replaced) => SocketEvent::Closed(closed),
        }
    }
}

/// Reads a frame of a channel, which is text, or begins with the number of its kind.
fn read(message: &Bytes) -> Result<Received<'_>, tallylight_core::protocol::Rejected> {
    match std::str::from_utf8(message) {
        Ok(text) if text.trim_start().starts_with(['{', '[']) => Received::from_text(text),
        Err(_) if message.first() == Some(&0xff) => Err(not_utf8()),
        Ok(_) | Err(_) => Received::from_binary(message),
    }
}
