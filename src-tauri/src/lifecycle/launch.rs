//! What a start of the program asks for: the first, and every other one, which is handed over to it.

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

/// Holds the starts that were handed over before the first one was done. None are held afterwards.
pub struct PendingLaunches(Mutex<Option<Vec<Args>>>);

impl Default for PendingLaunches {
    fn default() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }
}

impl PendingLaunches {
    /// Keeps one for later, or gives it back to be done now.
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

/// Hands a start over to the program that runs, if one does.
#[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "one program for everybody"))]
pub fn single_instance(identifier: &str, data_dir: &Path, args: &Args) -> TauriPlugin<tauri::Wry> {
    let builder = tauri_plugin_single_instance::Builder::new();
    #[cfg(target_os = "linux")]
    let builder = builder.dbus_id(instance_lock::bus_name(identifier, args.has_own_data_dir().then_some(data_dir)));
    builder.callback(|app, argv, folder| second_instance(app, argv, Path::new(&folder))).build()
}

/// Tells whether a start could be neither handed over nor be the first: the program that runs ended at that moment.
pub fn is_lost(error: &tauri::Error) -> bool {
    matches!(error, tauri::Error::PluginInitialization(name, _) if name == "single-instance")
}

fn second_instance(app: &AppHandle, argv: Vec<String>, folder: &Path) {
    // One that ends does nothing any more: the start is one of its own, as soon as this one is over.
    if app.state::<Shutdown>().takes_over(&argv, folder) {
        return;
    }
    // A command line that cannot be read is a wish to see the window all the same.
    let args = Args::from_second_instance(argv, folder).unwrap_or_default();
    let is_hidden = args.hidden;
    if let Some(args) = app.state::<PendingLaunches>().hold(args) {
        further(app, &args);
    } else if !is_hidden {
        // However long the first start takes, a wish to see the window is seen.
        window::show(app);
    }
}

/// Does what the first start asks for, and those that came meanwhile.
pub fn first(app: &AppHandle, args: &Args) {
    open_arguments(app, args);
    for args in app.state::<PendingLaunches>().release() {
        further(app, &args);
    }
}

fn further(app: &AppHandle, args: &Args) {
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

/// Follows links that the system hands to a program that runs; elsewhere it starts another for each.
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
    fn starts_are_held_until_the_first_is_done() {
        let starts = PendingLaunches::default();
        let args = |word: &str| {
            let argv = ["tallylight", word].map(str::to_owned).to_vec();
            Args::from_second_instance(argv, Path::new("/")).expect("arguments")
        };
        assert!(starts.hold(args("a.mp4")).is_none() && starts.hold(args("b.mp4")).is_none());
        let held: Vec<_> = starts.release().iter().flat_map(Args::videos).collect();
        assert_eq!(held, [Path::new("/a.mp4"), Path::new("/b.mp4")]);
        assert!(starts.hold(args("c.mp4")).is_some(), "done at once from then on");
    }
}
