//! The desktop app: a thin shell around `tallylight-client`. It owns a window, a tray icon and notifications; the
//! client decides what they show.

// On Windows, a console program would open a console window beside the app.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

#[cfg(target_os = "linux")]
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

mod app;
mod controller;
mod data_dir;
mod desktop;
mod dialogs;
mod embedded_studio;
mod ipc;
mod lifecycle;
mod notifications;
mod page_events;
mod shortcut;
mod suggestions;
mod thumbnails;
mod tray;
mod videos;
mod window;

/// jemalloc: in measurements it needs less memory than the system's allocator for the job list, and allocates faster
/// with 100,000 jobs (docs/adr/0031-allocator.md).
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> anyhow::Result<ExitCode> {
    // Speech recognition runs in a child process: this program, started with other arguments.
    if let Some(code) = tallylight_studio::speech::recognise_if_asked() {
        return Ok(code);
    }
    // Packages install one binary for both programs, because they share most of their code; `tally` is a link to it.
    #[cfg(target_os = "linux")]
    if std::env::args_os().next().is_some_and(|name| Path::new(&name).file_name() == Some("tally".as_ref())) {
        return Ok(tallylight_cli::main());
    }
    tallylight_client::forbid_core_dumps();
    #[cfg(unix)]
    lifecycle::args::restart_with_utf8_arguments()?;
    #[cfg(target_os = "linux")]
    window::disable_dmabuf_renderer();
    let args = lifecycle::args::Args::parse();
    let logs = args.data_dir().map(|folder| data_dir::DataDir::new(folder).logs());
    let log = tallylight_client::log("warn,tallylight=info", logs.as_deref());
    app::run(args, log.log_level_controller())?;
    Ok(ExitCode::SUCCESS)
}
