//! The desktop app: a thin shell around `tallylight-client`. It owns a window, a tray icon and notifications; what
//! they show is decided elsewhere.

// No console window beside the app on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use clap::Parser;

mod app;
mod args;
#[cfg(test)]
mod bindings;
mod commands;
mod computer;
mod notifications;
mod shell;
mod tray;
mod window;

fn main() -> anyhow::Result<()> {
    let filter = tallylight_client::log_filter("warn,tallylight=info");
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    app::run(args::Args::parse())
}
