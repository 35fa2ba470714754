//! Measurements.

use anyhow::Result;
use clap::Subcommand;

use crate::run::shell;

mod core;
mod fleet;
mod page;
mod plot;
mod studio;
mod window;

/// Names a measurement.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Bench {
    /// What a hundred thousand clients do to a server that comes back
    Fleet,
    /// The core: messages a second, latency, memory
    Core,
    /// The app in its window: latency, memory, work while idle, start, size
    Window,
    /// The studio: from upload to ready, against one decode by ffmpeg
    Studio,
    /// The core for an hour before a server that goes away every minute
    Soak,
    /// Nothing: the page and its plots once more, from what was measured last
    Page,
}

/// Measures one thing, or everything but the hour.
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
    page::write()
}

/// Measures inside a desktop session.
pub use window::in_session;
