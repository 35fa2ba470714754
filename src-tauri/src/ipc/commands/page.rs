//! The page itself: its first state, and the events that it receives.

use tallylight_view::{InitialState, SentView};

use super::{Answer, App};

/// Returns everything that the first frame shows, in one call.
#[tauri::command]
pub async fn initial_state(app: App<'_>) -> Answer<InitialState> {
    app.initial_state().await
}

/// Reports that the window now listens to batches; returns how many were sent before.
#[tauri::command]
pub async fn listening(app: App<'_>) -> Answer<SentView> {
    Ok(app.window().events().restart())
}

/// Acknowledges every batch up to and including `number`.
#[tauri::command]
pub async fn ack(app: App<'_>, number: u64) -> Answer<()> {
    app.window().events().ack(number);
    Ok(())
}

/// Reports that the page is ready to show something on request; the requests that were held follow as events.
#[tauri::command]
pub async fn showing(app: App<'_>) -> Answer<()> {
    app.page_ready();
    Ok(())
}
