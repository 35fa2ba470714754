//! Checks of the code for Windows and macOS on Debian: type checks and lints of the whole workspace.
//!
//! Neither links a program for macOS: that needs Apple's SDK, which no registry has.

use std::{env, path::PathBuf};

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::{
    install::{self, Need},
    page,
    run::{root, shell, step, target as target_folder},
};

mod apple;
mod standard_library;

use standard_library::Toolchain;

/// A system that is not the one of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Windows, with the libraries and the linker of MinGW.
    Windows,
    /// macOS on Apple's own processors.
    MacOs,
}

impl System {
    const ALL: [Self; 2] = [Self::Windows, Self::MacOs];

    fn name(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::MacOs => "macOS",
        }
    }

    /// Returns the name by which the compiler knows it.
    fn target(self) -> &'static str {
        match self {
            Self::Windows => "x86_64-pc-windows-gnu",
            Self::MacOs => "aarch64-apple-darwin",
        }
    }
}

/// Checks the workspace for one system.
pub fn check(system: System) -> Result<()> {
    let shell = shell()?;
    install::system(&shell, Need::Screen)?;
    install::npm(&shell, "ui")?;
    page::build(&shell)?;
    lint(&shell, system)
}

/// Checks the workspace for every system but this one. The page must have been built. A developer whose compiler Debian
/// does not know is told that nothing was checked; CI fails.
pub fn check_all(shell: &Shell) -> Result<()> {
    if let Err(error) = Toolchain::install(shell)
        && env::var_os("CI").is_none()
    {
        println!("\nNOT CHECKED for Windows and macOS: {error:#}");
        return Ok(());
    }
    System::ALL.iter().try_for_each(|system| lint(shell, *system))
}

fn lint(shell: &Shell, system: System) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the code for {} is checked on Debian", system.name());
    let toolchain = Toolchain::install(shell)?;
    let compilers = match system {
        System::Windows => {
            install::system(shell, Need::Windows)?;
            Vec::new()
        }
        System::MacOs => apple::stand_in_compilers(shell, system.target())?,
    };
    step(&format!("clippy, for {}", system.name()));
    let target = system.target();
    let options = ["--workspace", "--all-targets", "--keep-going", "--locked", "--quiet"];
    let cargo = toolchain.cargo();
    cmd!(shell, "{cargo} clippy {options...} --target {target} -Z build-std=std,panic_abort -- -D warnings")
        .envs(toolchain.environment()?)
        .envs(compilers)
        .env("CARGO_TARGET_DIR", build_folder(shell)?)
        .env("CARGO_INCREMENTAL", "0")
        // They would choose the toolchain that runs this.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH")
        .run()?;
    Ok(())
}

/// Returns the folder of these builds: another one, because the compiler has another path.
fn build_folder(shell: &Shell) -> Result<PathBuf> {
    Ok(root().join(target_folder(shell)?).join("cross"))
}
