//! The commands that the page may call, by subject. Each passes its arguments to the controller; the rules are there.
//!
//! A public function with `#[tauri::command]` in one of these modules is all that a command needs: the build script finds
//! it, registers it and permits it to the main window, and the test of the bindings generates its TypeScript.

use std::sync::Arc;

use tallylight_core::Error;
use tauri::State;

use crate::controller::Controller;

mod account;
mod computer;
mod files;
mod history;
mod jobs;
mod lifecycle;
mod page;
mod playback;
mod settings;
mod templates;
mod uploads;

/// The controller, the first parameter of every command.
pub type App<'a> = State<'a, Arc<Controller>>;
/// The answer of a command.
pub type Answer<T> = Result<T, Error>;

include!(concat!(env!("OUT_DIR"), "/commands.rs"));
