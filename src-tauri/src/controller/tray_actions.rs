//! The actions of the tray's menu.

use std::sync::Arc;

use tallylight_view::Show;

use super::Controller;
use crate::tray::{Click, TrayAction};

impl Controller {
    pub(super) fn perform_click_in_tray(self: &Arc<Self>, click: Click) {
        #[cfg(target_os = "linux")]
        self.window.offer_activation(click.activation_token);
        match click.action {
            TrayAction::Open => self.show_window(),
            TrayAction::OpenJob(job_id) => self.window.show_job(&self.app, job_id),
            TrayAction::Upload => self.choose_videos(),
            TrayAction::ShowHistory => self.window.show_view(&self.app, Show::History),
            TrayAction::ShowSettings => self.window.show_view(&self.app, Show::Settings),
            TrayAction::Pause(pause) => {
                let client = self.client.clone();
                tauri::async_runtime::spawn(async move { client.pause(pause).await });
            }
            TrayAction::Quit => self.ask_to_quit(),
        }
    }
}
