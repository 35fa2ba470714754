//! Benchmarks.

use anyhow::Result;
use clap::Subcommand;

use crate::run::shell;

mod core;
mod fleet;
mod plot;
mod report;
mod studio;
mod window;

/// A benchmark.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Bench {
    /// The load of 100,000 clients that reconnect to one server
    Fleet,
    /// The client: messages a second, latency, memory
    Core,
    /// The app in its window: latency, memory, load while idle, start, size
    Window,
    /// The studio: from upload to ready, against one decode by ffmpeg
    Studio,
    /// The client for an hour, with a server that is away every minute
    Soak,
    /// Only the page and its plots, from the last results
    Page,
}

/// Runs one benchmark, or all but the one of an hour.
pub fn run(bench: Option<Bench>) -> Result<()> {
    let shell = shell()?;
    match bench {
        Some(Bench::Fleet) => return fleet::run(),
        Some(Bench::Core) => core::run(&shell)?,
        Some(Bench::Window) => window::run(&shell)?,
        Some(Bench::Studio) => studio::run(&shell)?,
        Some(Bench::Soak) => core::soak(&shell)?,
        Some(Bench::Page) => {}
        None => {
            fleet::run()?;
            core::run(&shell)?;
            window::run(&shell)?;
            studio::run(&shell)?;
        }
    }
    report::write()
}

pub use window::in_session;
