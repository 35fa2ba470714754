//! How changes of the settings take effect in the app.

pub mod preferences;
