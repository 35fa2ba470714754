//! Starts the client for a command, connects it to a studio and signs in.

use std::{path::PathBuf, time::Duration};

use tallylight_client::{
    AfterCrashes, Browser, Config, Handle, Identity, Keychain, Unlock, UploadStorage, cli_dir, fixed_settings, start,
};
use tallylight_core::{Code, Error, auth::SessionState, discovery::parse_address, settings::Settings};
use tallylight_view::{ServerView, StatusView};

use crate::{Global, network::network_settings, output, terminal::Terminal, usage};

/// The keychain entry of the CLI's session. The desktop app has its own, so that neither uses up the other's refresh
/// token.
const KEYCHAIN_ACCOUNT: &str = "cli";

/// How long a command waits until edits queued by earlier commands are sent.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(3);
/// The interval at which the queue is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Returns the data folder, which has a part for the desktop app and one for `tally`.
///
/// # Errors
/// [`Code::InvalidAddress`] (wrong usage) if there is no data folder.
pub fn data_dir(global: &Global) -> Result<PathBuf, Error> {
    let none = || usage("No application data folder found. Set one with --data-dir.");
    tallylight_client::data_dir(global.data_dir.as_deref()).ok_or_else(none)
}

/// Returns the keychain of the CLI's session.
pub fn keychain(global: &Global) -> Keychain {
    if global.no_keychain { Keychain::Memory } else { Keychain::System(KEYCHAIN_ACCOUNT.to_owned()) }
}

/// Starts the client with the desktop app's network settings. It may ask to unlock the keychain, because the user runs
/// the command interactively.
///
/// # Errors
/// As [`data_dir`].
pub fn launch(global: &Global, terminal: Terminal, browser: Browser) -> Result<Handle, Error> {
    let data_dir = data_dir(global)?;
    let config = Config::new(cli_dir(&data_dir), keychain(global));
    let settings = fixed_settings(Settings { network: network_settings(&data_dir), ..Settings::default() });
    // A command may end at any time, by a closed pipe or by a script. That does not count as a crash.
    let after_crashes = AfterCrashes::KeepDatabase;
    // `tally upload` reports how each upload ends, so none goes on in a later command.
    let upload_storage = UploadStorage::Memory;
    Ok(start(Config { browser, unlock: Unlock::Ask, after_crashes, upload_storage, settings, ..config }, terminal))
}

/// Starts the client, connected to the studio of `--server` or to the remembered one.
///
/// # Errors
/// As [`choose`].
pub async fn begin(global: &Global, terminal: Terminal) -> Result<Handle, Error> {
    let handle = launch(global, terminal, Browser::system())?;
    choose(global, &handle).await?;
    Ok(handle)
}

/// Connects to the studio of `--server`, or checks that one is remembered.
///
/// # Errors
/// [`Code::InvalidAddress`] (wrong usage) if no studio is named or remembered; otherwise the errors of
/// [`Handle::connect`]. A remembered studio that cannot be reached is no error.
pub async fn choose(global: &Global, handle: &Handle) -> Result<(), Error> {
    let address = global.server.as_deref().map(parse_address).transpose()?;
    let known = handle.status().await?.server;
    match address {
        Some(address) => {
            let is_known = known.is_some_and(|known: ServerView| known.address == address.as_str());
            match handle.connect(address, Identity::Address).await {
                Err(error) if is_known && error.code == Code::Unreachable => output::print_note(&error.message),
                connected => drop(connected?),
            }
        }
        None if known.is_none() => return Err(usage("No studio selected. Set one with --server URL.")),
        None => {}
    }
    Ok(())
}

/// Signs in with the password in `TALLYLIGHT_PASSWORD`, or asks for one on the terminal.
///
/// # Errors
/// The errors of [`Handle::sign_in`], or wrong usage if no password can be read.
pub async fn sign_in(handle: &Handle, email: &str) -> Result<(), Error> {
    let password = match std::env::var("TALLYLIGHT_PASSWORD") {
        Ok(password) => password,
        Err(_) => rpassword::prompt_password(format!("Password for {email}: "))
            .map_err(|error| usage(format!("Couldn't read the password ({error}). Set TALLYLIGHT_PASSWORD.")))?,
    };
    handle.sign_in(email.to_owned(), password.into()).await
}

/// Waits for the first answer of the backend. Returns the error if the backend cannot be reached, after printing a
/// note: the stored jobs are still available.
///
/// # Errors
/// [`Code::SignedOut`] if there is no session.
pub async fn refreshed(handle: &Handle) -> Result<Option<Error>, Error> {
    match handle.synced().await {
        Err(error) if matches!(error.code, Code::Keychain | Code::KeychainLocked) => {
            Err(Error::new(Code::SignedOut, error.message))
        }
        Err(error) if matches!(error.code, Code::SignedOut | Code::SessionExpired) => {
            Err(sign_out_reason(handle, error).await)
        }
        Err(error) => {
            output::print_note(&format!("{} Showing the last known state.", error.message));
            Ok(Some(error))
        }
        Ok(()) => {
            deliver(handle).await;
            Ok(None)
        }
    }
}

/// Waits up to [`DELIVERY_TIMEOUT`] until queued edits are sent: the next run of the program may be much later.
async fn deliver(handle: &Handle) {
    let delivered = async {
        while handle.status().await.is_ok_and(|status| status.pending_jobs > 0) {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    };
    let _ = tokio::time::timeout(DELIVERY_TIMEOUT, delivered).await;
}

async fn sign_out_reason(handle: &Handle, error: Error) -> Error {
    let status: Option<StatusView> = handle.status().await.ok();
    let reason = status
        .filter(|status| status.session.state == SessionState::SignedOut)
        .and_then(|status| status.session.reason);
    match reason {
        Some(reason) => Error::new(Code::SignedOut, reason.message),
        None if error.code == Code::SignedOut => {
            Error::new(Code::SignedOut, "You're not signed in. Run `tally login --email YOU`.")
        }
        None => error,
    }
}
