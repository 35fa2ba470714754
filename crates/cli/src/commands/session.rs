//! `tally logout` and `status`.

use std::{fmt::Write, time::Duration};

use tallylight_core::{
    Code, Error,
    view::{ConnectionState, ConnectionView, StatusView},
};

use crate::{
    Global,
    client::{begin, refreshed},
    output,
    terminal::Terminal,
};

/// How long `status` waits for the connection to settle.
const SETTLE: Duration = Duration::from_secs(5);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(50);

pub async fn logout(global: &Global) -> Result<(), Error> {
    let handle = begin(global, Terminal::quiet()).await?;
    match handle.synced().await {
        Err(error) if matches!(error.code, Code::SignedOut | Code::SessionExpired) => {}
        // Out of reach: the session ends here at least.
        Err(_) | Ok(()) => handle.sign_out().await?,
    }
    handle.shutdown().await;
    if global.json {
        output::json(&serde_json::json!({ "state": "signed_out" }));
    } else {
        output::line("signed out");
    }
    Ok(())
}

pub async fn status(global: &Global) -> Result<(), Error> {
    let handle = begin(global, Terminal::quiet()).await?;
    let signed_in = refreshed(&handle).await;
    let settled = tokio::time::timeout(SETTLE, async {
        while handle.status().await.is_ok_and(|status| status.connection.state == ConnectionState::Connecting) {
            tokio::time::sleep(LOOK).await;
        }
    });
    // Whether it settled or not, what holds now is shown.
    let _ = settled.await;
    let status = handle.status().await?;
    handle.shutdown().await;
    if global.json {
        output::json(&status);
    } else {
        print(&status);
    }
    signed_in
}

fn print(status: &StatusView) {
    if let Some(server) = &status.server {
        output::line(&format!("server      {} ({})", server.name, server.address));
    }
    output::line(&format!("account     {}", status.session.email.as_deref().unwrap_or("nobody is signed in")));
    output::line(&format!("connection  {}", connection_words(&status.connection)));
    let counts = status.counts;
    output::line(&format!(
        "jobs        {} waiting, {} working, {} done, {} failed",
        counts.pending, counts.processing, counts.completed, counts.failed
    ));
}

/// Returns a connection in words: its state, when it is tried next, and why it is as it is.
pub fn connection_words(connection: &ConnectionView) -> String {
    let mut words = state_words(connection.state).to_owned();
    if let (Some(wait), true) = (connection.retry_in_ms, connection.state != ConnectionState::Polling) {
        let _ = write!(words, ", next try in {} s", wait.div_ceil(1000));
    }
    if let Some(reason) = &connection.reason {
        let _ = write!(words, ": {}", reason.message);
    }
    words
}

fn state_words(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::SignedOut => "signed out",
        ConnectionState::Connecting => "connecting",
        ConnectionState::Live => "live",
        ConnectionState::Backoff => "reconnecting",
        ConnectionState::Polling => "asking every few seconds",
        ConnectionState::Offline => "offline",
        ConnectionState::Stopped => "stopped",
    }
}
