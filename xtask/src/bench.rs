//! Measurements.

use anyhow::Result;
use clap::Subcommand;

mod fleet;
mod plot;

/// Names a measurement.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Bench {
    /// What a hundred thousand clients do to a server that comes back
    Fleet,
}

/// Measures.
pub fn run(bench: Bench) -> Result<()> {
    match bench {
        Bench::Fleet => fleet::run(),
    }
}
