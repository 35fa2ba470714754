//! One signed-in studio: the runtime that owns its state, and the parts that it routes between.

mod auth;
pub(crate) mod automation_task;
mod automations;
mod backend;
mod commands;
mod connection;
mod diagnostics;
mod dispatch;
mod fetcher;
mod history;
mod keychain;
mod outbox;
mod preferences;
mod publisher;
mod queries;
mod runtime;
mod sign_in;
mod tray_summary;
mod uploads;

pub use history::MarkRead;
pub use preferences::Pause;
pub use runtime::start;
