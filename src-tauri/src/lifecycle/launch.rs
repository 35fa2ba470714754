//! Launch: second starts are handed over to the running program, which holds them until its own start is complete.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use tauri::{AppHandle, plugin::TauriPlugin};

use super::args::Args;
#[cfg(target_os = "linux")]
use super::{args::restart_with_activation_token, instance_lock};
#[cfg(target_os = "linux")]
use crate::desktop::{activation, has_owner};

/// The starts that were handed over before the first start was complete; `None` once it is.
pub struct PendingLaunches(Mutex<Option<Vec<Args>>>);

impl Default for PendingLaunches {
    fn default() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }
}

impl PendingLaunches {
    /// Holds a start until [`Self::release`], or returns it to be performed now.
    pub fn hold(&self, args: Args) -> Option<Args> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(held) => {
                held.push(args);
                None
            }
            None => Some(args),
        }
    }

    /// Returns the held starts. Later starts are not held.
    pub fn release(&self) -> Vec<Args> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}

/// Returns the plugin that hands a start over to the running program, if there is one: there it calls `on_start` with the
/// command line and the working directory.
#[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "one instance for all data folders"))]
pub fn single_instance(
    identifier: &str,
    data_dir: &Path,
    args: &Args,
    on_start: impl Fn(&AppHandle, Vec<String>, &Path) + Send + Sync + 'static,
) -> TauriPlugin<tauri::Wry> {
    let builder = tauri_plugin_single_instance::Builder::new();
    #[cfg(target_os = "linux")]
    let builder = builder.dbus_id(instance_lock::bus_name(identifier, args.has_own_data_dir().then_some(data_dir)));
    builder.callback(move |app, command_line, folder| on_start(app, command_line, Path::new(&folder))).build()
}

/// Hands the activation token of this start over with its arguments, if it is a second start on Wayland: then this does
/// not return, unless the program cannot be started again.
#[cfg(target_os = "linux")]
pub fn hand_over_activation_token(identifier: &str, data_dir: &Path, args: &Args) {
    if !activation::is_wayland() || args.activation_token().is_some() {
        return;
    }
    let name = instance_lock::bus_name(identifier, args.has_own_data_dir().then_some(data_dir));
    if let Some(token) = activation::of_this_start()
        && has_owner(&format!("{name}.SingleInstance"))
    {
        let error = restart_with_activation_token(&token);
        tracing::warn!(%error, "the activation token could not be handed over");
    }
}

/// Returns whether a start failed because the running program ended while the start was handed over to it.
pub fn is_handover_failure(error: &tauri::Error) -> bool {
    matches!(error, tauri::Error::PluginInitialization(name, _) if name == "single-instance")
}

/// Calls `open` with the job of each link that the system passes to the running program. Other systems start a second
/// process for each link.
#[cfg(target_os = "macos")]
pub fn follow_links(app: &AppHandle, open: impl Fn(tallylight_core::JobId) + Send + Sync + 'static) {
    use tauri_plugin_deep_link::DeepLinkExt;
    app.deep_link().on_open_url(move |event| {
        if let Some(job_id) = event.urls().iter().find_map(super::args::job_of) {
            open(job_id);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_starts_are_held_until_the_first_is_complete() {
        let starts = PendingLaunches::default();
        let args = |word: &str| {
            let command_line = ["tallylight", word].map(str::to_owned).to_vec();
            Args::from_second_instance(command_line, Path::new("/")).expect("arguments")
        };
        assert!(starts.hold(args("a.mp4")).is_none() && starts.hold(args("b.mp4")).is_none());
        let held: Vec<_> = starts.release().iter().flat_map(Args::videos).collect();
        assert_eq!(held, [Path::new("/a.mp4"), Path::new("/b.mp4")]);
        assert!(starts.hold(args("c.mp4")).is_some(), "later starts are not held");
    }
}
