//! Lets Tauri generate what the app needs at compile time.

/// Commands are nobody's but those that a capability grants them to: here, the one window with our own page.
const COMMANDS: &[&str] = &[
    "first_look",
    "status",
    "rows",
    "job",
    "captions",
    "open_job",
    "refresh",
    "reconnect",
    "connect",
    "connect_as",
    "use_this_computer",
    "sign_in",
    "sign_in_with",
    "cancel_sign_in",
    "unlock_keychain",
    "sign_out",
    "edit",
    "type_draft",
    "discard_draft",
    "save_text",
    "save_picture",
    "picture_file",
    "drag_picture",
    "choose_videos",
    "uploads",
    "cancel_upload",
    "retry_upload",
    "search",
    "synced",
    "settle",
    "settings",
    "change_settings",
    "reset_settings",
    "set_webhook_secret",
    "choose_certificate",
    "clear_cache",
    "open_folder",
    "history",
    "mark_read",
    "pause",
    "close",
    "quit",
    "showing",
    "update",
    "check_for_update",
    "fetch_update",
    "restart",
    "releases",
    "diagnostics",
    "save_report",
    "listening",
    "heard",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        panic!("{error:#}");
    }
}
