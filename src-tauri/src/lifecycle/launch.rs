//! Launch: performs what the command line of a start requests. Second starts are handed over to the running program.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use tallylight_client::Handle;
use tallylight_core::view::Show;
use tauri::{AppHandle, Manager, plugin::TauriPlugin};

#[cfg(target_os = "linux")]
use crate::lifecycle::instance_lock;
use crate::{
    app,
    lifecycle::{args::Args, shutdown::Shutdown},
    window::{self, navigation},
};

/// The starts that were handed over before the first start was complete; `None` once it is.
pub struct PendingLaunches(Mutex<Option<Vec<Args>>>);

impl Default for PendingLaunches {
    fn default() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }
}

impl PendingLaunches {
    /// Holds a start until [`Self::release`], or returns it to be performed now.
    fn hold(&self, args: Args) -> Option<Args> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(held) => {
                held.push(args);
                None
            }
            None => Some(args),
        }
    }

    fn release(&self) -> Vec<Args> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}

/// Returns the plugin that hands a start over to the running program, if there is one.
#[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "one instance for all data folders"))]
pub fn single_instance(identifier: &str, data_dir: &Path, args: &Args) -> TauriPlugin<tauri::Wry> {
    let builder = tauri_plugin_single_instance::Builder::new();
    #[cfg(target_os = "linux")]
    let builder = builder.dbus_id(instance_lock::bus_name(identifier, args.has_own_data_dir().then_some(data_dir)));
    builder.callback(|app, command_line, folder| second_instance(app, command_line, Path::new(&folder))).build()
}

/// Returns whether a start failed because the running program ended while the start was handed over to it.
pub fn is_handover_failure(error: &tauri::Error) -> bool {
    matches!(error, tauri::Error::PluginInitialization(name, _) if name == "single-instance")
}

fn second_instance(app: &AppHandle, command_line: Vec<String>, folder: &Path) {
    // During shutdown, the start is performed by a new process after this one has ended.
    if app.state::<Shutdown>().defer_start(&command_line, folder) {
        return;
    }
    // A command line that cannot be parsed still shows the window.
    let args = Args::from_second_instance(command_line, folder).unwrap_or_default();
    let is_hidden = args.hidden;
    if let Some(args) = app.state::<PendingLaunches>().hold(args) {
        perform_second(app, &args);
    } else if !is_hidden {
        // The window is shown at once, even if the first start takes long.
        window::show(app);
    }
}

/// Performs the first start, and the second starts that were held meanwhile.
pub fn first(app: &AppHandle, args: &Args) {
    open_arguments(app, args);
    for args in app.state::<PendingLaunches>().release() {
        perform_second(app, &args);
    }
}

fn perform_second(app: &AppHandle, args: &Args) {
    open_arguments(app, args);
    if !args.hidden && args.job().is_none() {
        window::show(app);
    }
}

fn open_arguments(app: &AppHandle, args: &Args) {
    if let Some(job_id) = args.job() {
        navigation::open_job(app, job_id);
    }
    let (app, videos) = (app.clone(), args.videos());
    if !videos.is_empty() {
        tauri::async_runtime::spawn(async move {
            if app.state::<Handle>().session_restored().await {
                app::upload(&app, videos);
            } else {
                navigation::show(&app, Show::SignInFirst);
            }
        });
    }
}

/// Opens links that the system passes to the running program. Other systems start a second process for each link.
#[cfg(target_os = "macos")]
pub fn follow_links(app: &AppHandle) {
    use tauri_plugin_deep_link::DeepLinkExt;
    let this = app.clone();
    app.deep_link().on_open_url(move |event| {
        if let Some(job_id) = event.urls().iter().find_map(crate::lifecycle::args::job_of) {
            navigation::open_job(&this, job_id);
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
