//! `tally doctor`: checks everything that a connection needs, and prints a line for each check with its result or what
//! to do.

use std::time::Duration;

use serde_json::json;
use tallylight_client::{Browser, Handle, Identity, SessionLookup, TokenStore, Unlock, cli_dir, create_private_folder};
use tallylight_core::{Code, Error, connection::ConnectionState, discovery::parse_address};
use tallylight_view::StatusView;

use crate::{
    Global,
    client::{data_dir, keychain, launch},
    output,
    terminal::Terminal,
    usage,
};

/// How long the socket may take to open: the handshake's time-out of 10 s and a margin.
const SOCKET_TIMEOUT: Duration = Duration::from_secs(12);
/// The largest clock difference that is accepted. A larger one affects certificates and the order of messages.
const MAX_SKEW_MS: i64 = 60_000;

/// The results of the checks. Each is printed when it is added; the first failure decides the exit code.
struct Findings<'a> {
    global: &'a Global,
    first_failure: Option<Error>,
}

impl Findings<'_> {
    fn add(&mut self, check: &str, finding: Result<String, Error>) -> bool {
        let good = finding.is_ok();
        let words = match &finding {
            Ok(words) => words.clone(),
            Err(error) => error.message.clone(),
        };
        if self.global.json {
            output::json(&json!({ "check": check, "ok": good, "message": words }));
        } else {
            output::line(&format!("{}  {check:<12} {words}", if good { "ok  " } else { "FAIL" }));
        }
        if let Err(error) = finding {
            self.first_failure.get_or_insert(error);
        }
        good
    }
}

/// Runs all checks and prints the results and the diagnostics.
///
/// # Errors
/// The error of the first failed check.
pub async fn run(global: &Global) -> Result<(), Error> {
    let mut findings = Findings { global, first_failure: None };
    findings.add("data folder", check_folder(global));
    findings.add("keychain", check_keychain(global).await);
    let handle = launch(global, Terminal::quiet(), Browser::system())?;
    if findings.add("discovery", check_discovery(global, &handle).await) {
        let auth = check_auth(&handle).await;
        if findings.add("auth", auth) {
            let listed = handle.synced().await.map(|()| "videos loaded".to_owned());
            findings.add("rest", listed);
            findings.add("socket", check_socket(&handle).await);
            findings.add("clock", check_clock(&handle.status().await?));
        }
    }
    if global.json {
        output::json(&json!({ "diagnostics": handle.diagnostics().await? }));
    } else {
        output::line("");
        handle.report().await?.lines().for_each(output::line);
    }
    handle.shutdown().await;
    findings.first_failure.map_or(Ok(()), Err)
}

fn check_folder(global: &Global) -> Result<String, Error> {
    let folder = cli_dir(&data_dir(global)?);
    let probe = folder.join(".doctor");
    let written = create_private_folder(&folder)
        .and_then(|()| std::fs::write(&probe, "probe"))
        .and_then(|()| std::fs::remove_file(&probe));
    match written {
        Ok(()) => Ok(folder.display().to_string()),
        Err(error) => {
            let message = format!(
                "Couldn't write to {} ({error}). Free up space or set another with --data-dir.",
                folder.display()
            );
            Err(Error::new(Code::File, message))
        }
    }
}

async fn check_keychain(global: &Global) -> Result<String, Error> {
    if global.no_keychain {
        return Ok("not used (--no-keychain)".to_owned());
    }
    match TokenStore::new(keychain(global)).load(Unlock::Ask).await? {
        SessionLookup::Session(stored) => Ok(format!("session of {} at {}", stored.email, stored.server)),
        SessionLookup::Nothing => Ok("available, no session".to_owned()),
        SessionLookup::Unreadable => {
            let message = "The saved session is unreadable. Run `tally login --email YOU` to replace it.";
            Err(Error::new(Code::Keychain, message))
        }
    }
}

async fn check_discovery(global: &Global, handle: &Handle) -> Result<String, Error> {
    let known = handle.status().await?.server.map(|server| server.address);
    let address =
        global.server.clone().or(known).ok_or_else(|| usage("No studio selected. Set one with --server URL."))?;
    let server = handle.connect(parse_address(&address)?, Identity::Address).await?;
    Ok(format!("{} at {}", server.name, server.address))
}

async fn check_auth(handle: &Handle) -> Result<String, Error> {
    let signed_out = || Error::new(Code::SignedOut, "You're not signed in. Run `tally login --email YOU`.");
    if !handle.session_restored().await {
        return Err(signed_out());
    }
    handle.synced().await?;
    let email = handle.status().await?.session.email.ok_or_else(signed_out)?;
    Ok(format!("signed in as {email}"))
}

async fn check_socket(handle: &Handle) -> Result<String, Error> {
    let opened = tokio::time::timeout(SOCKET_TIMEOUT, async {
        loop {
            let connection = handle.status().await?.connection;
            match connection.state {
                ConnectionState::Live => {
                    // An open socket is not enough: some backends reject the token only after the upgrade.
                    let frames = handle.diagnostics().await?.counters.frames;
                    let words = if frames == 0 { "open, no messages yet" } else { "open" };
                    return Ok(words.to_owned());
                }
                ConnectionState::Connecting => tokio::time::sleep(Duration::from_millis(50)).await,
                ConnectionState::SignedOut
                | ConnectionState::Backoff
                | ConnectionState::Polling
                | ConnectionState::Offline
                | ConnectionState::Stopped => {
                    let reason = connection.reason.map(|reason| Error::new(reason.code, reason.message));
                    return Err(reason.unwrap_or_else(|| {
                        Error::new(Code::Closed, "The connection doesn't stay open. Try again later.")
                    }));
                }
            }
        }
    });
    let late = |_| Err(Error::new(Code::HandshakeTimeout, "Connection timed out. Check your proxy and firewall."));
    opened.await.unwrap_or_else(late)
}

fn check_clock(status: &StatusView) -> Result<String, Error> {
    let Some(ahead) = status.server_ahead_ms else {
        return Ok("not reported by the server".to_owned());
    };
    let words = format!("server clock is {:.1} s ahead", Duration::from_millis(ahead.unsigned_abs()).as_secs_f64());
    let words = if ahead < 0 { words.replace("ahead", "behind") } else { words };
    if ahead.abs() > MAX_SKEW_MS {
        return Err(Error::new(Code::ServerError, format!("The {words}. Set this computer's clock.")));
    }
    Ok(words)
}
