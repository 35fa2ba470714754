//! Connecting to a studio, and signing in.

use tallylight_client::Identity;
use tallylight_core::discovery::{Description, parse_address};
use tallylight_view::ServerView;

use super::{Answer, App};
use crate::ipc::arguments::Secret;

/// Connects to the server at an address.
#[tauri::command]
pub async fn connect(app: App<'_>, address: String) -> Answer<ServerView> {
    app.client().connect(parse_address(&address)?, Identity::Address).await
}

/// Connects to a server without automatic setup, with the given description.
#[tauri::command]
pub async fn connect_as(app: App<'_>, address: String, description: Description) -> Answer<ServerView> {
    app.client().connect_as(parse_address(&address)?, description).await
}

/// Connects to this computer's own studio, and signs in to it.
#[tauri::command]
pub async fn use_this_computer(app: App<'_>) -> Answer<ServerView> {
    app.use_this_computer().await
}

/// Signs in with a password.
#[tauri::command]
pub async fn sign_in(app: App<'_>, email: String, password: Secret) -> Answer<()> {
    app.client().sign_in(email, password.0).await
}

/// Signs in on a provider's page in the browser; resolves when that is finished.
#[tauri::command]
pub async fn sign_in_with(app: App<'_>, provider: String) -> Answer<()> {
    app.sign_in_with(provider).await
}

/// Cancels signing in in the browser.
#[tauri::command]
pub async fn cancel_sign_in(app: App<'_>) -> Answer<()> {
    app.client().cancel_sign_in().await
}

/// Asks the system to unlock the keychain.
#[tauri::command]
pub async fn unlock_keychain(app: App<'_>) -> Answer<()> {
    app.client().unlock_keychain().await
}

/// Signs out, and deletes what is stored of the account.
#[tauri::command]
pub async fn sign_out(app: App<'_>) -> Answer<()> {
    app.client().sign_out().await
}
