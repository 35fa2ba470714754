//! The settings, and the data on this computer.

use tallylight_client::WebhookSecret;
use tallylight_core::{settings::WindowMode, webhook_message::PushoverKeys};
use tallylight_view::SettingsView;

use super::{Answer, App};
use crate::{
    dialogs,
    ipc::arguments::{Secret, UncheckedRule, UncheckedSettings},
};

/// Returns the settings, and the problem with them if there is one.
#[tauri::command]
pub async fn settings(app: App<'_>) -> Answer<SettingsView> {
    Ok(app.settings_view())
}

/// Saves the settings; they take effect at once.
#[tauri::command]
pub async fn change_settings(app: App<'_>, settings: UncheckedSettings) -> Answer<()> {
    app.change_settings(&settings.check()?)
}

/// Changes the window to the mini strip or back to the full window, and remembers it.
#[tauri::command]
pub async fn set_window_mode(app: App<'_>, mode: WindowMode) -> Answer<()> {
    app.set_window_mode(mode);
    Ok(())
}

/// Resets the settings to their defaults; the old file is kept beside the new one.
#[tauri::command]
pub async fn reset_settings(app: App<'_>) -> Answer<()> {
    app.reset_settings()
}

/// Stores the secret that signs webhooks in the keychain.
#[tauri::command]
pub async fn set_webhook_secret(app: App<'_>, secret: Secret) -> Answer<()> {
    app.client().set_webhook_secret(WebhookSecret::Signing(secret.0)).await
}

/// Stores the keys of Pushover in the keychain: the token of the application, and the key of the user.
#[tauri::command]
pub async fn set_pushover_keys(app: App<'_>, token: Secret, user: Secret) -> Answer<()> {
    let keys = PushoverKeys { token: token.0, user: user.0 };
    app.client().set_webhook_secret(WebhookSecret::Pushover(keys)).await
}

/// Sends a test to the webhook of a rule; fails with what its service says.
#[tauri::command]
pub async fn test_webhook(app: App<'_>, rule: UncheckedRule) -> Answer<()> {
    app.client().test_webhook(rule.check()?).await
}

/// Returns the path of a certificate file that the user chooses, or null if they cancelled.
#[tauri::command]
pub async fn choose_certificate(app: App<'_>) -> Answer<Option<String>> {
    let title = app.locale().one_of("Choose a certificate", "Zertifikat auswählen", "Elegir un certificado");
    Ok(dialogs::choose_file(app.app(), title).await)
}

/// Deletes the stored videos and thumbnails, and fetches them again. Drafts are kept.
#[tauri::command]
pub async fn clear_cache(app: App<'_>) -> Answer<()> {
    app.clear_cache().await
}

/// Opens the data folder in the system's file manager.
#[tauri::command]
pub async fn open_folder(app: App<'_>) -> Answer<()> {
    app.open_data_dir()
}
