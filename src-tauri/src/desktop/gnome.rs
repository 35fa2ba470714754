//! GNOME's "do not disturb", read from its settings because GNOME does not publish it on the bus.

use gtk::{
    gio::{Settings, SettingsSchemaSource},
    prelude::SettingsExt,
};

use super::{BusySource, Desktop};

const SCHEMA: &str = "org.gnome.desktop.notifications";
const KEY: &str = "show-banners";

/// Starts watching the setting. Must be called on the main thread.
pub fn listen(desktop: &Desktop) {
    // `Settings::new` aborts the program if the schema is not installed.
    let known = SettingsSchemaSource::default().and_then(|source| source.lookup(SCHEMA, true));
    if known.is_none_or(|schema| !schema.has_key(KEY)) {
        return;
    }
    let settings = Settings::new(SCHEMA);
    desktop.set_busy(BusySource::Gnome, !settings.boolean(KEY));
    let desktop = desktop.clone();
    settings.connect_changed(Some(KEY), move |settings, key| {
        desktop.set_busy(BusySource::Gnome, !settings.boolean(key));
    });
    // Dropping it would end the subscription, which lasts until the app ends.
    std::mem::forget(settings);
}
