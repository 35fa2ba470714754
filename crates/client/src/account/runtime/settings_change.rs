//! Changes of the settings, as the settings service publishes them.

use tallylight_core::settings::Settings;

use super::Runtime;
use crate::account::{
    backend,
    message::{JobsInput, Message, NotificationsInput, PublisherInput},
};

impl Runtime {
    /// Takes the changed settings from the settings service, and applies them.
    pub(super) fn receive_settings(&mut self) {
        self.notifications.flush_history(&mut self.context);
        let settings = self.settings.borrow_and_update().settings.clone();
        self.context.send(Message::SettingsChanged(Box::new(settings)));
        self.drain();
    }

    /// Applies settings. If a certificate cannot be used, the others take effect.
    pub(super) fn apply_settings(&mut self, settings: Settings) {
        let context = &mut self.context;
        let before = std::mem::replace(&mut context.settings, settings);
        if before.data != context.settings.data {
            context.send(JobsInput::Prune);
        }
        if before.notifications != context.settings.notifications {
            context.send(NotificationsInput::PreferencesChanged);
        }
        self.uploads.set_speed_limit(context.settings.uploads.bytes_per_second());
        // The tray shows the language of the settings.
        context.send(PublisherInput::Tray);
        if before.network != context.settings.network
            && let Err(error) = backend::set_network(context)
        {
            tracing::error!(error = error.with_causes(), "continuing without the custom certificate");
        }
    }
}
