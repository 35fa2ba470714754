//! Starting the client for a command, and ending it properly.

use std::{path::PathBuf, time::Duration};

use tallylight_client::{AfterCrashes, Browser, Config, Handle, Identity, Keychain, Unlock, start};
use tallylight_core::{
    Code, Error,
    discovery::parse_address,
    view::{ServerView, SessionState, StatusView},
};

use crate::{Global, output, terminal::Terminal, usage};

/// The CLI's own entry in the keychain, so that it and the desktop app never spend each other's refresh token.
const KEYCHAIN_ACCOUNT: &str = "cli";

/// How long a command waits for edits of earlier ones to be sent.
const DELIVERY: Duration = Duration::from_secs(3);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(20);

/// Returns the CLI's own data folder.
pub fn data_dir(global: &Global) -> Result<PathBuf, Error> {
    let base = global.data_dir.clone().or_else(|| dirs::data_dir().map(|folder| folder.join("tallylight")));
    let none = || usage("No application data folder found. Set one with --data-dir.");
    Ok(base.ok_or_else(none)?.join("cli"))
}

/// Returns where the CLI keeps its session.
pub fn keychain(global: &Global) -> Keychain {
    if global.no_keychain { Keychain::Memory } else { Keychain::System(KEYCHAIN_ACCOUNT.to_owned()) }
}

/// Starts the client. Whoever runs a command is there to unlock the keychain.
pub fn launch(global: &Global, terminal: Terminal, browser: Browser) -> Result<Handle, Error> {
    let config = Config::new(data_dir(global)?, keychain(global));
    // A command may be cut off at any time, by a pipe or by a script: that is no crash.
    let after_crashes = AfterCrashes::GoOn;
    Ok(start(Config { browser, unlock: Unlock::Ask, after_crashes, ..config }, terminal))
}

/// Starts the client, connected to the server that was named, or the remembered one.
///
/// # Errors
/// As [`choose`].
pub async fn begin(global: &Global, terminal: Terminal) -> Result<Handle, Error> {
    let handle = launch(global, terminal, Browser::system())?;
    choose(global, &handle).await?;
    Ok(handle)
}

/// Connects to the server that was named, or makes sure that one is remembered.
///
/// # Errors
/// Says why there is no server to talk to. A server that is out of reach now but known from before is no error.
pub async fn choose(global: &Global, handle: &Handle) -> Result<(), Error> {
    let address = global.server.as_deref().map(parse_address).transpose()?;
    let known = handle.status().await?.server;
    match address {
        Some(address) => {
            let is_known = known.is_some_and(|known: ServerView| known.address == address.as_str());
            match handle.connect(address, Identity::Address).await {
                Err(error) if is_known && error.code == Code::Unreachable => output::remark(&error.message),
                connected => drop(connected?),
            }
        }
        None if known.is_none() => return Err(usage("No studio selected. Set one with --server URL.")),
        None => {}
    }
    Ok(())
}

/// Signs in with the password in `TALLYLIGHT_PASSWORD`, or one that is typed.
///
/// # Errors
/// Says why nobody was signed in.
pub async fn sign_in(handle: &Handle, email: &str) -> Result<(), Error> {
    let password = match std::env::var("TALLYLIGHT_PASSWORD") {
        Ok(password) => password,
        Err(_) => rpassword::prompt_password(format!("Password for {email}: "))
            .map_err(|error| usage(format!("Couldn't read the password ({error}). Set TALLYLIGHT_PASSWORD.")))?,
    };
    handle.sign_in(email.to_owned(), password.into()).await
}

/// Waits for the first answer of the backend, and returns why there is none.
///
/// # Errors
/// Says that nobody is signed in. A backend that is out of reach is only remarked upon: the cache is still there.
pub async fn refreshed(handle: &Handle) -> Result<Option<Error>, Error> {
    match handle.synced().await {
        Err(error) if matches!(error.code, Code::Keychain | Code::KeychainLocked) => {
            Err(Error::new(Code::SignedOut, error.message))
        }
        Err(error) if matches!(error.code, Code::SignedOut | Code::SessionExpired) => {
            Err(why_signed_out(handle, error).await)
        }
        Err(error) => {
            output::remark(&format!("{} Showing the last known state.", error.message));
            Ok(Some(error))
        }
        Ok(()) => {
            deliver(handle).await;
            Ok(None)
        }
    }
}

/// Lets edits that waited on disk go, for as long as that is quick: no other run of the program may come for a while.
async fn deliver(handle: &Handle) {
    let waiting = async {
        while handle.status().await.is_ok_and(|status| status.pending_jobs > 0) {
            tokio::time::sleep(LOOK).await;
        }
    };
    let _ = tokio::time::timeout(DELIVERY, waiting).await;
}

async fn why_signed_out(handle: &Handle, error: Error) -> Error {
    let told: Option<StatusView> = handle.status().await.ok();
    let reason =
        told.filter(|status| status.session.state == SessionState::SignedOut).and_then(|status| status.session.reason);
    match reason {
        Some(reason) => Error::new(Code::SignedOut, reason.message),
        None if error.code == Code::SignedOut => {
            Error::new(Code::SignedOut, "You're not signed in. Run `tally login --email YOU`.")
        }
        None => error,
    }
}
