//! The lower bound: reads the same frames with the same library and drops them.

use anyhow::{Context, Result};
use futures_util::StreamExt;
use serde_json::json;
use tokio_tungstenite::{connect_async, tungstenite::Message};
use url::Url;

use crate::{Load, messages, nanos, percentiles};

/// Reads the server's messages, and prints the time that it needed.
///
/// # Errors
/// The connection is lost.
pub async fn measure(server: &Url, load: Load) -> Result<()> {
    let socket = format!("ws://{}:{}/ws", server.host_str().unwrap_or_default(), server.port().unwrap_or_default() + 1);
    let (mut socket, _) = connect_async(socket).await.context("no socket")?;
    load.prepare(server).await?;
    let start = tokio::time::Instant::now();
    let go = tokio::spawn(reqwest::get(load.address(server)));
    let mut delays = Vec::new();
    for _ in 0..=load.messages {
        let message = socket.next().await.context("the server ended")??;
        if load.mix == messages::Mix::WithServerTime
            && let Message::Text(text) = message
            && let Some(sent) = text.split('"').find_map(messages::sent_at)
        {
            delays.push(nanos().saturating_sub(sent));
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    go.await??;
    println!("{}", json!({ "seconds": seconds, "late": percentiles(delays) }));
    Ok(())
}
