//! What CI runs. A job of the workflow runs one job of this list; `cargo xtask test` runs all of them.

use anyhow::Result;
use clap::ValueEnum;
use xshell::Shell;

use crate::{bundle, desktops, e2e, install, instruction_counts, lint, run::shell, unit};

/// A job of CI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Job {
    /// Formatting, lints, architecture, spelling, dependencies, documentation, workflows
    Lint,
    /// The unit and integration tests in Rust, and the unit tests of the window
    Unit,
    /// The end-to-end tests of the real window, also in sway and XFCE
    E2e,
    /// The packages: made, checked, installed, upgraded and removed
    Packages,
    /// The instructions of the functions that every message goes through, against the recorded counts
    Bench,
}

/// Runs one job, or all of them, and installs what is missing.
pub fn run(job: Option<Job>) -> Result<()> {
    let shell = shell()?;
    match job {
        Some(job) => run_job(&shell, job)?,
        None => Job::value_variants().iter().try_for_each(|job| run_job(&shell, *job))?,
    }
    println!("\nall checks and tests passed");
    Ok(())
}

/// Runs what needs neither a window nor an installation.
pub fn fast() -> Result<()> {
    let shell = shell()?;
    lint::fast(&shell)?;
    unit::run(&shell)
}

fn run_job(shell: &Shell, job: Job) -> Result<()> {
    match job {
        Job::Lint => lint::run(shell),
        Job::Unit => {
            install::for_tests(shell)?;
            unit::run(shell)
        }
        Job::E2e => {
            let tools = install::for_tests(shell)?;
            e2e::run(shell, &tools, e2e::Selection::default())?;
            desktops::QUICK.iter().try_for_each(|desktop| desktops::test(shell, &tools, *desktop).map(drop))
        }
        Job::Packages => bundle::installed::make_and_test(),
        Job::Bench => instruction_counts::check(shell),
    }
}
