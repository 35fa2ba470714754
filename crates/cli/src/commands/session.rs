//! `tally logout` and `tally status`.

use std::{fmt::Write, time::Duration};

use tallylight_core::{Code, Error, connection::ConnectionState};
use tallylight_view::{ConnectionView, StatusView};

use crate::{
    Global,
    client::{begin, refreshed},
    output,
    question::confirms,
    terminal::Terminal,
};

/// How long `tally status` waits for the connection to leave the state `connecting`.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(5);
/// The interval at which the state is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// What `tally logout` does with unsaved changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsaved {
    /// Ask the user on a terminal; fail otherwise.
    Ask,
    /// Discard them.
    Discard,
}

/// Signs out and deletes the stored data of the account.
///
/// # Errors
/// [`Code::Requested`] if the user keeps unsaved changes, or the error of signing out.
pub async fn logout(global: &Global, unsaved: Unsaved) -> Result<(), Error> {
    let handle = begin(global, Terminal::quiet()).await?;
    let synced = handle.synced().await;
    let jobs = handle.jobs().await?;
    let edited = jobs.iter().filter(|job| !job.pending.is_empty() || !job.drafts.is_empty()).count();
    // Without a session, nothing is deleted.
    let templates = handle.templates().await.map_or(0, |templates| templates.len());
    if edited + templates > 0 && unsaved == Unsaved::Ask && !confirm_discard(edited, templates)? {
        handle.shutdown().await;
        return Err(Error::new(Code::Requested, "Sign-out cancelled. Run `tally show JOB` to see unsaved changes."));
    }
    match synced {
        Err(error) if matches!(error.code, Code::SignedOut | Code::SessionExpired) => {}
        // The backend cannot be reached: the session is at least deleted on this computer.
        Err(_) | Ok(()) => handle.sign_out().await?,
    }
    handle.shutdown().await;
    if global.json {
        output::json(&serde_json::json!({ "state": "signed_out" }));
    } else {
        output::line("Signed out");
    }
    Ok(())
}

/// Asks the user whether unsaved changes and templates may be discarded.
///
/// # Errors
/// [`Code::Requested`] if standard input is not a terminal.
fn confirm_discard(edited: usize, templates: usize) -> Result<bool, Error> {
    let words = format!("{}Signing out discards them", losses(edited, templates));
    confirms(&format!("{words}. Sign out?"), format!("{words}. Add --discard to continue."))
}

/// Returns what signing out loses, as sentences.
fn losses(edited: usize, templates: usize) -> String {
    let edited = match edited {
        0 => String::new(),
        1 => "1 video has unsaved changes. ".to_owned(),
        _ => format!("{edited} videos have unsaved changes. "),
    };
    match templates {
        0 => edited,
        1 => format!("{edited}1 template is on this computer only. "),
        _ => format!("{edited}{templates} templates are on this computer only. "),
    }
}

/// Prints server, account, connection and the number of jobs by status.
///
/// # Errors
/// The error of starting the client, or [`Code::SignedOut`].
pub async fn status(global: &Global) -> Result<(), Error> {
    let handle = begin(global, Terminal::quiet()).await?;
    let signed_in = refreshed(&handle).await;
    let settled = tokio::time::timeout(SETTLE_TIMEOUT, async {
        while handle.status().await.is_ok_and(|status| status.connection.state == ConnectionState::Connecting) {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    });
    // After a time-out, the current state is shown.
    let _ = settled.await;
    let status = handle.status().await?;
    handle.shutdown().await;
    if global.json {
        output::json(&status);
    } else {
        print(&status);
    }
    signed_in.map(drop)
}

fn print(status: &StatusView) {
    if let Some(server) = &status.server {
        output::line(&format!("server      {} ({})", output::shown(&server.name), server.address));
    }
    output::line(&format!("account     {}", status.session.email.as_deref().unwrap_or("not signed in")));
    output::line(&format!("connection  {}", connection_words(&status.connection)));
    let counts = status.counts;
    output::line(&format!(
        "jobs        {} queued, {} processing, {} ready, {} failed",
        counts.pending, counts.processing, counts.completed, counts.failed
    ));
    for words in output::list_words(&status.list) {
        output::line(&format!("list        {words}"));
    }
    if status.pending_jobs > 0 {
        output::line(&format!("edits       {} queued, will sync", status.pending_jobs));
    }
    if let Some(words) = output::storage_words(&status.storage) {
        output::line(&format!("disk        {words}"));
    }
}

/// Returns the connection as text: its state, the time until the next attempt, and the reason.
pub fn connection_words(connection: &ConnectionView) -> String {
    let mut words = state_words(connection.state).to_owned();
    if let (Some(wait), true) = (connection.retry_in_ms, connection.state != ConnectionState::Polling) {
        let _ = write!(words, ", retrying in {} s", wait.div_ceil(1000));
    }
    if let Some(reason) = &connection.reason {
        let _ = write!(words, ": {}", output::shown(&reason.message));
    }
    words
}

fn state_words(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::SignedOut => "Signed out",
        ConnectionState::Connecting => "connecting",
        ConnectionState::Live => "live",
        ConnectionState::Backoff => "reconnecting",
        ConnectionState::Polling => "updating every 10 s",
        ConnectionState::Offline => "offline",
        ConnectionState::Stopped => "stopped",
    }
}
