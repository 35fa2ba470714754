//! Closing the window, quitting, and updates.

use tallylight_view::{ReleaseView, UpdateView};

use super::{Answer, App};
use crate::{controller::CloseChoice, lifecycle};

/// Applies the choice of the dialog that closing the window opens.
#[tauri::command]
pub async fn close(app: App<'_>, choice: CloseChoice, remember: bool) -> Answer<()> {
    app.apply_close_choice(choice, remember)
}

/// Quits, and cancels uploads.
#[tauri::command]
pub async fn quit(app: App<'_>) -> Answer<()> {
    app.quit();
    Ok(())
}

/// Returns the state of the update.
#[tauri::command]
pub async fn update(app: App<'_>) -> Answer<UpdateView> {
    Ok(app.updates().view())
}

/// Checks for an update.
#[tauri::command]
pub async fn check_for_update(app: App<'_>) -> Answer<()> {
    app.updates().check().await;
    Ok(())
}

/// Downloads the new version, which runs from the next start on.
#[tauri::command]
pub async fn fetch_update(app: App<'_>) -> Answer<()> {
    app.updates().fetch().await;
    Ok(())
}

/// Restarts into the new version; refused during uploads.
#[tauri::command]
pub async fn restart(app: App<'_>) -> Answer<()> {
    app.restart_into_update().await
}

/// Returns the release notes, newest version first.
#[tauri::command]
pub async fn releases(_app: App<'_>) -> Answer<Vec<ReleaseView>> {
    Ok(lifecycle::releases::releases())
}
