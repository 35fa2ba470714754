//! GNOME's "do not disturb", which it tells nobody on the bus.

use gtk::{
    gio::{Settings, SettingsSchemaSource},
    prelude::SettingsExt,
};

use super::{Desktop, Who};

const SCHEMA: &str = "org.gnome.desktop.notifications";
const KEY: &str = "show-banners";

/// Begins to listen, on the main thread.
pub fn listen(desktop: &Desktop) {
    // A schema that is not installed would end the program.
    let known = SettingsSchemaSource::default().and_then(|source| source.lookup(SCHEMA, true));
    if known.is_none_or(|schema| !schema.has_key(KEY)) {
        return;
    }
    let settings = Settings::new(SCHEMA);
    desktop.set_busy(Who::Gnome, !settings.boolean(KEY));
    let desktop = desktop.clone();
    settings.connect_changed(Some(KEY), move |settings, key| {
        desktop.set_busy(Who::Gnome, !settings.boolean(key));
    });
    // For as long as the app runs.
    std::mem::forget(settings);
}
